/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What `irqkit spread` adds to the report, as struct report wants it. */
#ifndef CMD_SPREAD_REPORT_H
#define CMD_SPREAD_REPORT_H

#include "change/report.h"

void spread_add_remark(const struct report *report);
void spread_add_keys(const struct report *report, struct document *document);
bool spread_get_load(
	const struct report *report, const struct irqkit_step *step, uint64_t *ret_load);

#endif
