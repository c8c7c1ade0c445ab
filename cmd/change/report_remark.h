/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The closing remarks of a report. */
#ifndef CMD_REPORT_REMARK_H
#define CMD_REPORT_REMARK_H

#include "change/report.h"

void report_print_remarks(const struct report *report);

#endif
