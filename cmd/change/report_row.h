/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A step of a plan as a row of the report. */
#ifndef CMD_REPORT_ROW_H
#define CMD_REPORT_ROW_H

#include "change/report.h"
#include "table/table.h"

struct report_row {
	const struct report *report;
	const struct irqkit_step *step;
	size_t index; /* of the step */
};

/* The columns of such rows, ending with { 0 }. */
extern const struct column report_columns[];

/* "rps_cpus" */
const char *step_knob_word(const struct irqkit_step *step);

/* Does the step set the affinity of an interrupt, or the default affinity? */
bool step_is_of_interrupt(const struct irqkit_step *step);
/* Is it what ethtool(8) sets, and not a file? */
bool step_is_of_ethtool(const struct irqkit_step *step);

/* Does the step have a row of its own, or is it only counted? */
bool report_shows_step(const struct report *report, const struct irqkit_step *step);

#endif
