/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reports a plan before it is applied, or its result. */
#include "change/report.h"
#include "base/basics.h"
#include "base/say.h"
#include "base/text.h"
#include "change/refusals.h"
#include "change/report_remark.h"
#include "change/report_row.h"
#include "table/render.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void report_add_remark(struct report *report, char *remark)
{
	_cleanup_free_ char *taken = remark, *before = report->remarks;
	_cleanup_free_ char *safe = remark ? text_escape(remark) : NULL;

	if (asprintf(&report->remarks, "%s%s%s", before ? before : "", safe ? safe : "",
		    safe ? "\n" : "") < 0)
		report->remarks = NULL;
	(void)taken;
}

void report_drop_remarks(struct report *report)
{
	free(report->remarks);
	report->remarks = NULL;
}

void report_add_warning(struct report *report, const char *warning)
{
	size_t n = report->n_request_warnings;
	char **texts;

	for (size_t i = 0; i < n; i++)
		if (strcmp(report->request_warnings[i], warning) == 0)
			return;
	texts = reallocarray(report->request_warnings, n + 2, sizeof(*texts));
	if (!texts)
		return;
	report->request_warnings = texts;
	texts[n] = strdup(warning);
	texts[n + 1] = NULL;
	report->n_request_warnings += texts[n] != NULL;
}

void report_drop_warnings(struct report *report)
{
	for (size_t i = 0; i < report->n_request_warnings; i++)
		free(report->request_warnings[i]);
	free(report->request_warnings);
	report->request_warnings = NULL;
	report->n_request_warnings = 0;
}

/* ------------------------------------------------------------------------------- */

static bool has_changed(const struct report *report)
{
	return irqkit_plan_count_written(report->plan) > 0 ||
		(!report->is_dry_run && irqkit_plan_count_bans(report->plan) > 0);
}

/* Those that were banned before are not listed. */
static void add_bans(const struct report *report, struct document *document)
{
	size_t n = irqkit_plan_count_bans(report->plan);
	unsigned int *irqs = calloc(n + 1, sizeof(*irqs));

	for (size_t i = 0; irqs && i < n; i++)
		irqs[i] = irqkit_plan_get_ban(report->plan, i);
	if (!irqs)
		document_fail(document);
	else if (irqkit_plan_takes_bans_back(report->plan))
		document_add_numbers(document, "unbanned", irqs, n);
	else if (report->bans || n > 0)
		document_add_numbers(document, "banned", irqs, n);
	free(irqs);
}

static void add_warnings(const struct report *report, struct document *document)
{
	const char **texts = calloc(report->n_request_warnings + 3, sizeof(*texts));
	size_t n = 0;

	if (!texts) {
		document_fail(document);
		return;
	}
	for (size_t i = 0; i < report->n_request_warnings; i++)
		texts[n++] = report->request_warnings[i];
	if (report->warning)
		texts[n++] = report->warning;
	if (report->policy_warning)
		texts[n++] = report->policy_warning;
	if (n > 0)
		document_add_texts(document, "warnings", texts);
	free(texts);
}

static enum status print_json(const struct report *report, const struct table *table)
{
	struct document *document = document_new();

	document_add_text(document, "command", report->call->command->name);
	document_add_bool(document, "dry_run", report->is_dry_run);
	document_add_bool(document, "changed", has_changed(report));
	if (report->is_dry_run)
		document_add_bool(document, "would_change",
			irqkit_plan_count_results(report->plan, IRQKIT_PLANNED) > 0 ||
				irqkit_plan_count_bans(report->plan) > 0);
	document_add_table(document, "changes", table);
	add_bans(report, document);
	if (!report->has_own_warnings)
		add_warnings(report, document);
	if (report->add_keys)
		report->add_keys(report, document);
	return document_finish(document);
}

/* What kinds of steps a plan has, so that no column stays empty. */
struct extent {
	bool has_irqs; /* knobs of interrupts */
	bool has_others; /* other knobs: then it must be said which */
	bool has_kept; /* fewer CPUs than asked for, in one of these */
	bool has_skipped; /* steps that are shown, with the reason */
};

static struct extent find_extent(const struct report *report)
{
	struct extent extent = { 0 };

	for (size_t i = 0; i < irqkit_plan_count(report->plan); i++) {
		const struct irqkit_step *step = irqkit_plan_get(report->plan, i);
		bool is_irq = step_is_of_interrupt(step);

		extent.has_irqs |= is_irq;
		extent.has_others |= !is_irq;
		extent.has_kept |= !is_irq && irqkit_step_get_effective(step);
		extent.has_skipped |= irqkit_step_get_result(step) == IRQKIT_SKIPPED &&
			report_shows_step(report, step);
	}
	return extent;
}

/* For people; NULL: no memory. */
static char *choose_columns(const struct report *report)
{
	struct extent extent = find_extent(report);
	bool is_plan = report->is_dry_run;
	bool with_effective = !is_plan && (extent.has_irqs || extent.has_kept);
	char *names;

	if (asprintf(&names, "%s%sNAME,OLD,NEW%s%s%s%s", extent.has_others ? "KNOB," : "",
		    extent.has_irqs || !extent.has_others ? "IRQ," : "",
		    with_effective ? ",EFFECTIVE" : "", is_plan ? "" : ",RESULT",
		    is_plan && report->get_source ? ",SOURCE" : "",
		    is_plan || report->shows_skipped || extent.has_skipped ? ",WHY"
									   : "") < 0)
		return NULL;
	return names;
}

static enum status print_report(const struct report *report, struct table *table)
{
	const struct common *common = &report->call->common;
	_cleanup_free_ char *names = common->is_json ? NULL : choose_columns(report);
	const struct table_options options = { .output = names, .may_drop = true };
	enum status status;

	if (!names && !common->is_json)
		return say_no_memory();
	status = table_prepare(table, report_columns, &options, common);
	if (status != STATUS_DONE)
		return status;
	if (common->is_json)
		return print_json(report, table);
	if (common->is_quiet && !report->is_dry_run)
		return STATUS_DONE;
	status = table_print(table, &options, common);
	if (status == STATUS_DONE && !common->is_quiet)
		report_print_remarks(report);
	return status;
}

enum status report_print(const struct report *report)
{
	size_t n = irqkit_plan_count(report->plan);
	struct report_row *rows = calloc(n + 1, sizeof(*rows));
	struct table table CLEANUP(table_free) = {
		.rows = calloc(n + 1, sizeof(*table.rows)),
	};
	enum status status;

	for (size_t i = 0; rows && table.rows && i < n; i++) {
		rows[i] = (struct report_row){ report, irqkit_plan_get(report->plan, i),
			i };
		if (report_shows_step(report, rows[i].step))
			table.rows[table.n_rows++] = &rows[i];
	}
	status = rows && table.rows ? print_report(report, &table) : say_no_memory();
	free(rows);
	return status;
}

/* ------------------------------------------------------------------------------- */

/* "cannot set the channels of eth0 to 'combined 9': Invalid argument: the kernel says ..." */
static void say_ethtool_failure(
	const struct report *report, const struct irqkit_step *step)
{
	int error = irqkit_step_get_error(step);
	bool is_back = irqkit_step_was_written(step) && !report->keeps_going;
	const char *what = irqkit_step_get_knob(step) == IRQKIT_KNOB_RSS ? "RSS table"
									 : "channels";
	const char *text = irqkit_step_get_kernel_text(step);
	const char *meaning = text ? text : explain_step(step);

	say_error("cannot %s the %s of %s to '%s': %s%s%s", is_back ? "restore" : "set",
		what, irqkit_step_get_target(step),
		is_back ? irqkit_step_get_old(step) : irqkit_step_get_new(step),
		strerror(error),
		text		  ? ", the kernel says: "
			: meaning ? ": "
				  : "",
		meaning ? meaning : "");
}

static void say_failure(const struct report *report, const struct irqkit_step *step)
{
	int error = irqkit_step_get_error(step);
	const char *meaning = explain_step(step), *where = irqkit_step_get_path(step);
	_cleanup_free_ char *path = where[0] == '/'
		? text_below_root(report->call->common.root, where)
		: NULL;

	where = path ? path : where;
	if (step_is_of_ethtool(step)) {
		say_ethtool_failure(report, step);
		return;
	}
	if (irqkit_step_was_written(step) && !report->keeps_going)
		say_error("cannot restore '%s' in %s: %s", irqkit_step_get_old(step),
			where, strerror(error));
	else
		say_error("cannot write '%s' to %s (%s): %s%s%s",
			irqkit_step_get_new(step), where, irqkit_step_get_target(step),
			strerror(error), meaning ? ": " : "", meaning ? meaning : "");
}

void report_failures(const struct report *report)
{
	size_t back = irqkit_plan_count_results(report->plan, IRQKIT_ROLLED_BACK);

	for (size_t i = 0; i < irqkit_plan_count(report->plan); i++) {
		const struct irqkit_step *step = irqkit_plan_get(report->plan, i);

		if (irqkit_step_get_result(step) == IRQKIT_FAILED)
			say_failure(report, step);
	}
	if (!report->keeps_going && !has_changed(report))
		say_error(back ? "the changes made before that were rolled back"
			       : "nothing was changed");
}
