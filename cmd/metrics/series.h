/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The metrics themselves: names, labels and help. */
#ifndef CMD_SERIES_H
#define CMD_SERIES_H

#include "metrics/collect.h"
#include "metrics/exposition.h"
#include "metrics/findings_count.h"

/* Settings of policy files. */
struct policy_figures {
	bool is_known; /* the files could be read, and have lines */
	bool is_unreadable;
	size_t as_wanted, drifted, missing;
};

/* What is not of a CPU or a device. */
struct other_figures {
	struct policy_figures policy;
	struct finding_counts findings; /* owned */
	bool has_softnet;
	enum irqkit_accounting accounting;
	enum irqkit_packets_source packets; /* the best one of all interrupts */
};

void series_add_default(struct exposition *exposition, const struct collected *collected,
	const struct other_figures *others);
/* --per-queue */
void series_add_queues(struct exposition *exposition, const struct collected *collected);
/* --full. False: no memory. */
bool series_add_interrupts(
	struct exposition *exposition, const struct collected *collected);

#endif
