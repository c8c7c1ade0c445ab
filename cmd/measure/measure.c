/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How often interrupts come, by looking twice. */
#include "base/say.h"
#include "measure/machine.h"
#include "spread/spread_run.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

bool measure_sleep(unsigned int seconds)
{
	struct timespec end, now, left;
	sigset_t ending;

	change_ending_signals(&ending);
	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += seconds;
	for (;;) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		left.tv_sec = end.tv_sec - now.tv_sec;
		left.tv_nsec = end.tv_nsec - now.tv_nsec;
		if (left.tv_nsec < 0) {
			left.tv_nsec += 1000000000L;
			left.tv_sec--;
		}
		if (left.tv_sec < 0)
			return true;
		if (sigtimedwait(&ending, NULL, &left) >= 0)
			return false;
		/* the time is over, or the process was stopped and goes on */
	}
}

/* A line that is overwritten, on a terminal alone. */
static void show_progress(unsigned int left, const struct common *common)
{
	if (common->is_quiet || common->is_json || !isatty(STDOUT_FILENO))
		return;
	if (left)
		printf("\rmeasuring: %u s ", left);
	else
		printf("\r                  \r");
	fflush(stdout);
}

enum status measure_start(struct irqkit_ctx *ctx, unsigned int seconds,
	const struct common *common, struct irqkit_snapshot **ret_before)
{
	struct irqkit_snapshot *before = NULL;
	enum status status = machine_read(ctx, &before);
	bool goes_on = true;

	if (status != STATUS_DONE)
		return status;
	for (unsigned int left = seconds; goes_on && left > 0; left--) {
		show_progress(left, common);
		goes_on = measure_sleep(1);
	}
	show_progress(0, common);
	if (goes_on) {
		*ret_before = before;
		return STATUS_DONE;
	}
	irqkit_snapshot_free(before);
	return STATUS_REFUSED;
}

enum status measure_end(const struct irqkit_snapshot *now,
	struct irqkit_snapshot *before, struct irqkit_snapshot **ret_counts)
{
	int r = irqkit_snapshot_subtract(now, before, ret_counts);

	irqkit_snapshot_free(before);
	if (r == 0)
		return STATUS_DONE;
	return say_no_memory();
}
