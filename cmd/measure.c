/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How often interrupts come, by looking twice. */
#include "spread.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

bool measure_sleep(unsigned int seconds)
{
	const struct timespec time = { .tv_sec = seconds };
	sigset_t ending;

	sigemptyset(&ending);
	sigaddset(&ending, SIGINT);
	sigaddset(&ending, SIGTERM);
	sigaddset(&ending, SIGHUP);
	sigaddset(&ending, SIGQUIT);
	return sigtimedwait(&ending, NULL, &time) < 0;
}

/* A line that is overwritten, on a terminal alone. */
static void show_progress(unsigned int left, bool is_quiet)
{
	if (is_quiet || !isatty(STDOUT_FILENO))
		return;
	if (left)
		printf("\rmeasuring: %u s ", left);
	else
		printf("\r                  \r");
	fflush(stdout);
}

enum status measure_rates(struct irqkit_ctx *ctx, unsigned int seconds, bool is_quiet,
	struct irqkit_snapshot **ret_now, struct irqkit_snapshot **ret_rates)
{
	struct irqkit_snapshot *before = NULL, *now = NULL;
	enum status status = machine_read(ctx, &before);

	for (unsigned int left = seconds; status == STATUS_DONE && left > 0; left--) {
		show_progress(left, is_quiet);
		if (!measure_sleep(1)) {
			say_error("ended while measuring");
			status = STATUS_REFUSED;
		}
	}
	show_progress(0, is_quiet);
	if (status == STATUS_DONE)
		status = machine_read(ctx, &now);
	if (status == STATUS_DONE && irqkit_snapshot_subtract(now, before, ret_rates) < 0) {
		say_error("out of memory");
		status = STATUS_REFUSED;
	}
	irqkit_snapshot_free(before);
	if (status == STATUS_DONE)
		*ret_now = now;
	else
		irqkit_snapshot_free(now);
	return status;
}
