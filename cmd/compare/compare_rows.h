/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What differs between two states, as the rows of tables. */
#ifndef CMD_COMPARE_ROWS_H
#define CMD_COMPARE_ROWS_H

#include "compare/comparison.h"
#include "table/table.h"

/* An interrupt or a setting that differs. */
struct compare_row {
	const struct comparison *comparison;
	const struct pair *pair; /* or NULL */
	const struct difference_of_setting *setting; /* or NULL */
};

/* Of all that differs, for -o. */
extern const struct column compare_columns[];

/* Fills a table with all rows, the interrupts first; its rows are *@ret_rows. False: no memory. */
bool compare_rows_make(const struct comparison *comparison, struct table *table,
	struct compare_row **ret_rows);

#endif
