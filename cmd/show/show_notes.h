/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What disagrees with what. */
#ifndef CMD_SHOW_NOTES_H
#define CMD_SHOW_NOTES_H

#include "show/show.h"
#include "table/table.h"

struct cell show_get_notes(void *row);
/* Counts it, for the closing remark. */
void show_remark_notes(struct show *show);

#endif
