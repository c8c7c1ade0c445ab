/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes a table to stdout in aligned columns. */
#ifndef CMD_PLAIN_H
#define CMD_PLAIN_H

#include "table/grid.h"

/*
 * Each character of the grid must be printable ASCII. The output is the same as that of
 * libsmartcols, which takes several times as long, since it looks for wide characters.
 * False: no memory. If the grid asks for numbers again, no column is hidden.
 */
bool plain_print(const struct grid *grid, bool has_headings);

#endif
