/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What `irqkit doctor` finds, counted by rule and class. */
#ifndef CMD_FINDINGS_COUNT_H
#define CMD_FINDINGS_COUNT_H

#include <irqkit.h>

struct finding_count {
	const char *rule; /* static */
	enum irqkit_class class;
	size_t n;
};

struct finding_counts {
	struct finding_count *counts; /* owned; the worst class first */
	size_t n, room;
	bool is_known; /* the doctor could look */
};

/* @load: may be NULL. False: no memory. */
bool findings_count(struct irqkit_machine *machine, const struct irqkit_load *load,
	struct finding_counts *counts);
void finding_counts_clear(struct finding_counts *counts);

#endif
