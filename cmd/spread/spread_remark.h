/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How uneven the load is, in the report. */
#ifndef CMD_SPREAD_REMARK_H
#define CMD_SPREAD_REMARK_H

#include "change/report.h"

void spread_print_imbalance(const struct report *report);

#endif
