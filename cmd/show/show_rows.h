/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The columns of `irqkit show`: one row for each interrupt. */
#ifndef CMD_SHOW_ROWS_H
#define CMD_SHOW_ROWS_H

#include "table/table.h"

struct show;

/*
 * The columns for rows of interrupts. If @each_cpu is not NULL, each of these CPUs has a
 * column. @with_device: DEVICE is a default column. NULL: no memory.
 */
struct column *show_columns_new(const struct irqkit_cpuset *each_cpu, bool with_device);
void show_columns_free(struct column **columns);
/* Room for the numbers of these columns, before they are asked. False: no memory. */
bool show_make_each(struct show *show, const struct irqkit_cpuset *each_cpu);
/* Does one of the columns named, `IRQ,TOTAL`, show what single CPUs have counted? */
bool show_columns_need_counts(const char *names);
enum mark show_row_mark(void *row);

#endif
