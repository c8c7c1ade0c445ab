/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How uneven the load is, in the report. */
#ifndef CMD_SPREAD_REMARK_H
#define CMD_SPREAD_REMARK_H

#include "change/report.h"

/* "Interrupt 24 is 94 % of the busiest CPU's load; ...", NULL: none is. The caller frees it. */
char *spread_explain_heavy(const struct report *report);

void spread_print_imbalance(const struct report *report);

#endif
