/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the JSON of `irqkit show` says of the machine as a whole. */
#ifndef CMD_SHOW_MACHINE_H
#define CMD_SHOW_MACHINE_H

#include "show/show.h"
#include "table/render.h"

/* The CPUs, how they belong together, and when this was: what is not known is left out. */
void show_add_machine(const struct show *show, struct document *document);

#endif
