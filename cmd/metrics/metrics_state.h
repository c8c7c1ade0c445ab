/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What one run of `irqkit metrics` leaves to the next: the counts that it read, and its sums. */
#ifndef CMD_METRICS_STATE_H
#define CMD_METRICS_STATE_H

#include "compare/state.h"
#include "metrics/sums.h"

/* What is kept beside the counts of interrupts. */
struct kept_state {
	struct sums sums;
	struct sums unhandled; /* "16 ehci_hcd": how often no driver answered it */
	char *sample; /* owned; see irqkit_sample_format(); NULL: none */
};

void kept_state_clear(struct kept_state *kept);

/*
 * Reads what the last run has left. STATUS_NO_MATCH: there is no such file. Reports why a file
 * cannot be used.
 */
enum status metrics_state_read(
	const char *path, struct state *state, struct kept_state *kept);

/* Writes it. @last: what was read, of this boot, or NULL: for CPUs that are offline now */
enum status metrics_state_write(const char *path, const struct state *state,
	const struct state *last, const struct kept_state *kept);

#endif
