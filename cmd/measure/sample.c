/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How often interrupts fire, by reading the counts twice. */
#include "measure/sample.h"
#include "base/say.h"
#include "measure/open_machine.h"
#include "measure/signals.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* One line, overwritten again and again, and only on a terminal. */
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

bool sample_wait(unsigned int seconds, const struct common *common)
{
	bool goes_on = true;

	for (unsigned int left = seconds; goes_on && left > 0; left--) {
		show_progress(left, common);
		goes_on = signals_sleep(1);
	}
	show_progress(0, common);
	return goes_on;
}

enum status sample_start(struct irqkit_ctx *ctx, unsigned int seconds,
	const struct common *common, struct irqkit_snapshot **ret_before)
{
	struct irqkit_snapshot *before = NULL;
	enum status status = machine_read_counts(ctx, &before);

	if (status != STATUS_DONE)
		return status;
	if (sample_wait(seconds, common)) {
		*ret_before = before;
		return STATUS_DONE;
	}
	irqkit_snapshot_free(before);
	return STATUS_REFUSED;
}

enum status sample_end(const struct irqkit_snapshot *now, struct irqkit_snapshot *before,
	struct irqkit_snapshot **ret_counts)
{
	int r = irqkit_snapshot_subtract(now, before, ret_counts);

	irqkit_snapshot_free(before);
	if (r == 0)
		return STATUS_DONE;
	return say_no_memory();
}
