/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The columns of a report, and which steps have a row. */
#include "change/report_row.h"
#include "base/error_name.h"

#include <stdio.h>
#include <string.h>

bool step_is_of_interrupt(const struct irqkit_step *step)
{
	return irqkit_step_get_knob(step) == IRQKIT_KNOB_AFFINITY ||
		irqkit_step_get_knob(step) == IRQKIT_KNOB_DEFAULT_AFFINITY;
}

bool step_is_of_ethtool(const struct irqkit_step *step)
{
	return irqkit_step_get_knob(step) == IRQKIT_KNOB_CHANNELS ||
		irqkit_step_get_knob(step) == IRQKIT_KNOB_RSS;
}

bool report_shows_step(const struct report *report, const struct irqkit_step *step)
{
	enum irqkit_result result = irqkit_step_get_result(step);

	if (report->call->common.is_json || report->call->common.verbosity > 0)
		return true;
	/* what was tried in vain is named, what was known before is counted */
	if (result == IRQKIT_SKIPPED)
		return report->shows_skipped || irqkit_step_was_refused(step);
	return !(result == IRQKIT_UNCHANGED && report->hides_unchanged);
}

static const struct irqkit_step *step_of(const void *data)
{
	const struct report_row *row = data;

	return row->step;
}

static struct cell get_irq(void *data)
{
	int irq = irqkit_step_get_irq(step_of(data));

	return irq < 0 ? ABSENT : number_cell((uint64_t)irq);
}

static struct cell get_path(void *data)
{
	return text_cell(irqkit_step_get_path(step_of(data)));
}

static struct cell get_target(void *data)
{
	return text_cell(irqkit_step_get_target(step_of(data)));
}

static struct cell get_old(void *data)
{
	return text_cell(irqkit_step_get_old(step_of(data)));
}

static struct cell get_new(void *data)
{
	return text_cell(irqkit_step_get_new(step_of(data)));
}

const char *step_knob_word(const struct irqkit_step *step)
{
	static const char *const words[] = {
		[IRQKIT_KNOB_AFFINITY] = "affinity",
		[IRQKIT_KNOB_DEFAULT_AFFINITY] = "affinity",
		[IRQKIT_KNOB_RPS_CPUS] = "rps_cpus",
		[IRQKIT_KNOB_RPS_FLOW_CNT] = "rps_flow_cnt",
		[IRQKIT_KNOB_XPS_CPUS] = "xps_cpus",
		[IRQKIT_KNOB_XPS_RXQS] = "xps_rxqs",
		[IRQKIT_KNOB_RPS_SOCK_FLOW_ENTRIES] = "rps_sock_flow_entries",
		[IRQKIT_KNOB_RPS_DEFAULT_MASK] = "rps_default_mask",
		[IRQKIT_KNOB_THREAD] = "thread",
		[IRQKIT_KNOB_WORKQUEUE] = "workqueues",
		[IRQKIT_KNOB_CHANNELS] = "channels",
		[IRQKIT_KNOB_RSS] = "rss",
		[IRQKIT_KNOB_BANNED_CPUS] = "irqbalance",
	};

	return words[irqkit_step_get_knob(step)];
}

static struct cell get_knob(void *data)
{
	return text_cell(step_knob_word(step_of(data)));
}

/* CPUs as a list; a value that is not CPUs as the kernel writes it. */
static struct cell get_old_shown(void *data)
{
	const struct irqkit_cpuset *cpus = irqkit_step_get_old_cpus(step_of(data));

	return cpus ? cpus_cell(cpus) : text_cell(irqkit_step_get_old(step_of(data)));
}

static struct cell get_new_shown(void *data)
{
	const struct report_row *row = data;
	const struct irqkit_cpuset *cpus = irqkit_step_get_new_cpus(row->step);

	/* a plan has no column RESULT, and a value that will not be written is not new */
	if (row->report->is_dry_run &&
		irqkit_step_get_result(row->step) == IRQKIT_SKIPPED)
		return ABSENT;
	return cpus ? cpus_cell(cpus) : text_cell(irqkit_step_get_new(row->step));
}

static struct cell get_old_cpus(void *data)
{
	return cpus_cell(irqkit_step_get_old_cpus(step_of(data)));
}

static struct cell get_new_cpus(void *data)
{
	return cpus_cell(irqkit_step_get_new_cpus(step_of(data)));
}

static struct cell get_effective(void *data)
{
	const struct irqkit_cpuset *effective = irqkit_step_get_effective(step_of(data));

	return effective && !irqkit_cpuset_is_empty(effective) ? cpus_cell(effective)
							       : ABSENT;
}

static struct cell get_why(void *data)
{
	return text_cell(irqkit_step_get_why(step_of(data)));
}

/* A plan has no column RESULT: WHY says which settings it does not change. */
static struct cell get_why_shown(void *data)
{
	const struct report_row *row = data;
	const char *why = irqkit_step_get_why(row->step);
	enum irqkit_result result = irqkit_step_get_result(row->step);
	char *text;

	if (!row->report->is_dry_run)
		return text_cell(why);
	if (result == IRQKIT_SKIPPED)
		return asprintf(&text, "skipped: %s", why) < 0 ? ABSENT
							       : owned_cell(text);
	/* "requested" would not explain why nothing is written */
	if (strcmp(why, "requested") == 0 && result == IRQKIT_UNCHANGED)
		return text_cell("already set");
	if (strcmp(why, "requested") == 0 && result == IRQKIT_PENDING)
		return text_cell("already set, pending");
	return text_cell(why);
}

static struct cell get_result(void *data)
{
	static const char *const words[] = {
		[IRQKIT_PLANNED] = "planned",
		[IRQKIT_DONE] = "done",
		[IRQKIT_PENDING] = "pending",
		[IRQKIT_UNCHANGED] = "unchanged",
		[IRQKIT_SKIPPED] = "skipped",
		[IRQKIT_FAILED] = "failed",
		[IRQKIT_ROLLED_BACK] = "rolled-back",
	};

	return text_cell(words[irqkit_step_get_result(step_of(data))]);
}

static struct cell get_error(void *data)
{
	int error = irqkit_step_get_error(step_of(data));

	return text_cell(error_name(error));
}

static struct cell get_load(void *data)
{
	const struct report_row *row = data;
	uint64_t load;

	if (!row->report->get_load ||
		!row->report->get_load(row->report, row->step, &load))
		return ABSENT;
	return number_cell(load);
}

static const char *get_place(void *data, unsigned int *ret_line)
{
	const struct report_row *row = data;

	return row->report->get_source
		? row->report->get_source(row->report, row->index, ret_line)
		: NULL;
}

static struct cell get_file(void *data)
{
	unsigned int line;

	return text_cell(get_place(data, &line));
}

static struct cell get_line(void *data)
{
	unsigned int line;

	return get_place(data, &line) ? number_cell(line) : ABSENT;
}

static struct cell get_source(void *data)
{
	unsigned int line;
	const char *file = get_place(data, &line);
	char *text;

	if (!file)
		return ABSENT;
	return asprintf(&text, "%s:%u", file, line) < 0 ? ABSENT : owned_cell(text);
}

const struct column report_columns[] = {
	{ "PATH", "path", "file that is written", 0, get_path, 0 },
	{ "KNOB", NULL, "setting that is written",
		COLUMN_TRUNCATE | COLUMN_DROP(COLUMN_DROP_MAX), get_knob, 0 },
	{ "IRQ", "irq", "interrupt number", COLUMN_RIGHT, get_irq, 0 },
	{ "NAME", "target", "interrupt, queue or thread that it belongs to", COLUMN_NAME,
		get_target, 0 },
	{ "OLD", NULL, "value before the change", COLUMN_TRUNCATE, get_old_shown, 0 },
	{ "OLD", "old_cpus", NULL, COLUMN_JSON_ONLY, get_old_cpus, 0 },
	{ "OLD", "old", NULL, COLUMN_JSON_ONLY, get_old, 0 },
	{ "NEW", NULL, "requested value", COLUMN_TRUNCATE, get_new_shown, 0 },
	{ "NEW", "new_cpus", NULL, COLUMN_JSON_ONLY, get_new_cpus, 0 },
	{ "NEW", "new", NULL, COLUMN_JSON_ONLY, get_new, 0 },
	{ "LOAD", "load", "how often the interrupt fires", COLUMN_RIGHT, get_load, 0 },
	{ "EFFECTIVE", "effective", "CPUs that handle the interrupt now",
		COLUMN_TRUNCATE | COLUMN_DROP(1), get_effective, 0 },
	{ "RESULT", "result", "outcome of the write", 0, get_result, 0 },
	{ "SOURCE", NULL, "line of a policy file",
		COLUMN_NAME | COLUMN_DROP(COLUMN_DROP_LAST), get_source, 0 },
	{ "FILE", "file", NULL, COLUMN_JSON_ONLY, get_file, 0 },
	{ "LINE", "line", NULL, COLUMN_JSON_ONLY, get_line, 0 },
	{ "WHY", NULL, "reason", COLUMN_WRAP | COLUMN_DROP(2), get_why_shown, 0 },
	{ "WHY", "why", NULL, COLUMN_JSON_ONLY, get_why, 0 },
	{ "ERROR", "error", "error of the kernel", 0, get_error, 0 },
	{ 0 },
};
