/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A comparison for people. */
#ifndef CMD_COMPARE_REPORT_H
#define CMD_COMPARE_REPORT_H

#include "compare/compare_rows.h"

/* The two states side by side: figures, and a bar for each CPU. */
enum status compare_report_figures(
	const struct comparison *comparison, const struct common *common);
/* The sentences at the end. */
void compare_report_remark(const struct comparison *comparison);

/* The JSON document. */
enum status compare_print_json(const struct comparison *comparison, bool is_same);

#endif
