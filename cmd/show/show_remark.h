/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The closing remark of `irqkit show` about its rows. */
#ifndef CMD_SHOW_REMARK_H
#define CMD_SHOW_REMARK_H

#include "base/command.h"
#include "show/show.h"

void show_remark(struct show *show, const struct call *call);

#endif
