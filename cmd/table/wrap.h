/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reasons in several lines of a table. */
#ifndef CMD_WRAP_H
#define CMD_WRAP_H

#include "table/grid.h"

/*
 * Breaks texts that are wider than their column, if that is of the kind COLUMN_WRAP. The
 * grid then has rows that only continue the one above. False: no memory.
 */
bool grid_wrap(struct grid *grid);

#endif
