/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What can still interrupt CPUs: a table, or JSON. */
#ifndef CMD_REMAINS_H
#define CMD_REMAINS_H

#include "base/command.h"

#include <irqkit.h>

struct document;
struct table;
struct table_options;

/* What is asked for; filled by the command. */
struct remains {
	struct irqkit_machine *machine;
	const struct irqkit_cpuset *cpus;
	const struct irqkit_plan *plan; /* its planned steps are listed too; or NULL */
	unsigned int flags; /* IRQKIT_DISTURBANCES_* */
	bool lists_planned; /* the planned steps of the plan are what is left */
	unsigned int seconds; /* measured; 0: counts since boot */
	const struct table_options *table; /* NULL: the usual table */

	/* filled by remains_find() */
	struct irqkit_snapshot *now; /* owned; at the end of these seconds; or NULL */
	struct irqkit_snapshot *counts; /* owned; in these seconds; or NULL */
	struct irqkit_disturbances *found; /* owned */
	struct remains_row *rows; /* owned */
	size_t n_rows;
	size_t n_movable; /* rows that can be moved */
	size_t n_planned; /* those of them that the plan would move */
};

/* Reports what is wrong with them. @seconds: as in struct remains */
enum status remains_check_options(const struct table_options *options,
	unsigned int seconds, const struct common *common);
void remains_print_columns(void);

/* Measures if that is asked for, and finds the rows; reports why it cannot. */
enum status remains_find(struct remains *remains, const struct common *common);
void remains_free(struct remains *remains);

/* The table and what follows from it, for people. */
enum status remains_print(const struct remains *remains, const struct common *common);

/* The same rows as the array "remaining". */
void remains_add_keys(const struct remains *remains, struct document *document);

#endif
