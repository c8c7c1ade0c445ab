/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The metrics themselves: names, labels and help. */
#ifndef CMD_SERIES_H
#define CMD_SERIES_H

#include "metrics/collect.h"
#include "metrics/exposition.h"

/* Settings of policy files. */
struct policy_figures {
	bool is_known; /* the files could be read, and have lines */
	bool is_unreadable;
	size_t as_wanted, drifted, missing;
};

void series_add_default(struct exposition *exposition, const struct collected *collected,
	const struct policy_figures *policy);
/* --per-queue */
void series_add_queues(struct exposition *exposition, const struct collected *collected);
/* --full. False: no memory. */
bool series_add_interrupts(
	struct exposition *exposition, const struct collected *collected);

#endif
