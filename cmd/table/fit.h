/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes a table fit a terminal. */
#ifndef CMD_FIT_H
#define CMD_FIT_H

#include "table/grid.h"

/*
 * Makes the lines of the grid at most @width columns wide, if that is possible:
 *
 *	1. without addresses: PCI-MSIX-0000:00:03.0 -> PCI-MSIX
 *	2. long lists are cut at their end, reasons go on in lines below, and columns are left
 *	   out by their rank
 *	3. names are shortened in the middle, but so that names that differ look different
 *
 * @may_drop: the user did not ask for certain columns
 *
 * False: no memory.
 */
bool grid_fit(struct grid *grid, size_t width, bool may_drop);

#endif
