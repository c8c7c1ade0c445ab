/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The load since the last run. */
#ifndef CMD_SINCE_LAST_H
#define CMD_SINCE_LAST_H

#include "metrics/metrics_state.h"

struct since_last {
	struct irqkit_sample *last; /* owned; of the last run; NULL: there is none */
	struct irqkit_sample *now; /* owned; NULL: the counters could not be read */
	/* owned; since the last run, or else since boot; NULL: not known */
	struct irqkit_load *load;
};

/*
 * @last: the sample of the last run as text, or NULL; @boot_id: of now, or NULL. False: no
 * memory.
 */
bool since_last_measure(struct since_last *since, struct irqkit_machine *machine,
	const char *last, const char *boot_id);
void since_last_clear(struct since_last *since);

#endif
