/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plan, or what came of it -> a table and closing remarks, or JSON. */
#include "change/change.h"
#include "table/render.h"

#include <stdio.h>
#include <string.h>

/* What a row of the table is. */
struct row {
	const struct change *change;
	const struct irqkit_step *step;
};

static const struct irqkit_step *step_of(const void *data)
{
	const struct row *row = data;

	return row->step;
}

static struct value get_irq(void *data, const struct column *column)
{
	int irq = irqkit_step_get_irq(step_of(data));

	(void)column;
	return irq < 0 ? ABSENT : number_value((uint64_t)irq);
}

static struct value get_path(void *data, const struct column *column)
{
	(void)column;
	return text_value(irqkit_step_get_path(step_of(data)));
}

static struct value get_target(void *data, const struct column *column)
{
	(void)column;
	return text_value(irqkit_step_get_target(step_of(data)));
}

static struct value get_old(void *data, const struct column *column)
{
	(void)column;
	return text_value(irqkit_step_get_old(step_of(data)));
}

static struct value get_new(void *data, const struct column *column)
{
	(void)column;
	return text_value(irqkit_step_get_new(step_of(data)));
}

static bool is_of_interrupt(const struct irqkit_step *step)
{
	return irqkit_step_get_knob(step) == IRQKIT_KNOB_AFFINITY ||
		irqkit_step_get_knob(step) == IRQKIT_KNOB_DEFAULT_AFFINITY;
}

static struct value get_knob(void *data, const struct column *column)
{
	static const char *const words[] = {
		[IRQKIT_KNOB_AFFINITY] = "affinity",
		[IRQKIT_KNOB_DEFAULT_AFFINITY] = "affinity",
		[IRQKIT_KNOB_RPS_CPUS] = "rps_cpus",
		[IRQKIT_KNOB_RPS_FLOW_CNT] = "rps_flow_cnt",
		[IRQKIT_KNOB_XPS_CPUS] = "xps_cpus",
		[IRQKIT_KNOB_XPS_RXQS] = "xps_rxqs",
		[IRQKIT_KNOB_RPS_SOCK_FLOW_ENTRIES] = "rps_sock_flow_entries",
		[IRQKIT_KNOB_THREAD] = "thread",
	};

	(void)column;
	return text_value(words[irqkit_step_get_knob(step_of(data))]);
}

/* CPUs as a list; what holds no CPUs as the kernel writes it. */
static struct value get_old_shown(void *data, const struct column *column)
{
	const struct irqkit_cpuset *cpus = irqkit_step_get_old_cpus(step_of(data));

	(void)column;
	return cpus ? cpus_value(cpus) : text_value(irqkit_step_get_old(step_of(data)));
}

static struct value get_new_shown(void *data, const struct column *column)
{
	const struct irqkit_cpuset *cpus = irqkit_step_get_new_cpus(step_of(data));

	(void)column;
	return cpus ? cpus_value(cpus) : text_value(irqkit_step_get_new(step_of(data)));
}

static struct value get_old_cpus(void *data, const struct column *column)
{
	(void)column;
	return cpus_value(irqkit_step_get_old_cpus(step_of(data)));
}

static struct value get_new_cpus(void *data, const struct column *column)
{
	(void)column;
	return cpus_value(irqkit_step_get_new_cpus(step_of(data)));
}

static struct value get_effective(void *data, const struct column *column)
{
	const struct irqkit_cpuset *effective = irqkit_step_get_effective(step_of(data));

	(void)column;
	return effective && !irqkit_cpuset_is_empty(effective) ? cpus_value(effective)
							       : ABSENT;
}

static struct value get_why(void *data, const struct column *column)
{
	(void)column;
	return text_value(irqkit_step_get_why(step_of(data)));
}

static struct value get_result(void *data, const struct column *column)
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

	(void)column;
	return text_value(words[irqkit_step_get_result(step_of(data))]);
}

static struct value get_error(void *data, const struct column *column)
{
	int error = irqkit_step_get_error(step_of(data));

	(void)column;
	return text_value(error_name(error));
}

static struct value get_load(void *data, const struct column *column)
{
	const struct row *row = data;
	uint64_t load;

	(void)column;
	if (!row->change->get_load || !row->change->get_load(row->change, row->step, &load))
		return ABSENT;
	return number_value(load);
}

static const struct column columns[] = {
	{ "PATH", "path", "the file that is written", 0, get_path, 0 },
	{ "KNOB", NULL, "what is written", 0, get_knob, 0 },
	{ "IRQ", "irq", "interrupt", COLUMN_RIGHT, get_irq, 0 },
	{ "NAME", "target", "what it is for", 0, get_target, 0 },
	{ "OLD", NULL, "before", 0, get_old_shown, 0 },
	{ "OLD", "old_cpus", NULL, COLUMN_JSON_ONLY, get_old_cpus, 0 },
	{ "OLD", "old", NULL, COLUMN_JSON_ONLY, get_old, 0 },
	{ "NEW", NULL, "asked for", 0, get_new_shown, 0 },
	{ "NEW", "new_cpus", NULL, COLUMN_JSON_ONLY, get_new_cpus, 0 },
	{ "NEW", "new", NULL, COLUMN_JSON_ONLY, get_new, 0 },
	{ "LOAD", "load", "how often it comes", COLUMN_RIGHT, get_load, 0 },
	{ "EFFECTIVE", "effective", "CPUs that serve it now", 0, get_effective, 0 },
	{ "RESULT", "result", "what came of it", 0, get_result, 0 },
	{ "WHY", "why", "why", COLUMN_TRUNCATE, get_why, 0 },
	{ "ERROR", "error", "what the kernel answered", 0, get_error, 0 },
	{ 0 },
};

/* ------------------------------------------------------------------------------- */

static size_t count(const struct change *change, enum irqkit_result result)
{
	return irqkit_plan_count_results(change->plan, result);
}

static bool has_changed(const struct change *change)
{
	return irqkit_plan_count_written(change->plan) > 0;
}

static enum status print_json(const struct change *change, const struct table *table)
{
	struct document *document = document_new();
	enum status status;

	document_add_text(document, "command", change->call->command->name);
	document_add_bool(document, "dry_run", change->options->is_dry_run);
	document_add_bool(document, "changed", has_changed(change));
	document_add_table(document, "changes", table);
	if (change->add_keys)
		change->add_keys(change, document);
	status = document_print(document);
	document_free(document);
	return status;
}

/* ---- closing remarks -------------------------------------------------------------- */

static void remark_counts(const struct change *change)
{
	static const struct {
		enum irqkit_result result;
		const char *word;
	} words[] = {
		{ IRQKIT_DONE, "done" },
		{ IRQKIT_PENDING, "pending" },
		{ IRQKIT_UNCHANGED, "unchanged" },
		{ IRQKIT_SKIPPED, "skipped" },
		{ IRQKIT_FAILED, "failed" },
		{ IRQKIT_ROLLED_BACK, "put back" },
		{ IRQKIT_PLANNED, "not tried" },
	};
	const char *before = "";

	for (size_t i = 0; i < LENGTH(words); i++) {
		size_t n = count(change, words[i].result);

		if (n)
			printf("%s%zu %s", before, n, words[i].word);
		before = n ? ", " : before;
	}
	printf("%s\n", before[0] ? "." : "Nothing to do.");
}

/* "Skipped: 4 managed by the kernel, 1 per-CPU." */
static void remark_skipped(const struct change *change)
{
	size_t n = irqkit_plan_count(change->plan);
	const char *before = "Skipped: ";

	for (size_t i = 0; i < n; i++) {
		const struct irqkit_step *step = irqkit_plan_get(change->plan, i);
		const char *why = irqkit_step_get_why(step);
		size_t same = 0, first = n;

		if (irqkit_step_get_result(step) != IRQKIT_SKIPPED)
			continue;
		for (size_t j = 0; j < n; j++) {
			const struct irqkit_step *other = irqkit_plan_get(change->plan, j);

			if (irqkit_step_get_result(other) != IRQKIT_SKIPPED ||
				strcmp(irqkit_step_get_why(other), why) != 0)
				continue;
			first = first == n ? j : first;
			same++;
		}
		if (first == i) {
			printf("%s%zu %s", before, same, why);
			before = ", ";
		}
	}
	if (before[0] == ',')
		printf(".\n");
}

static bool is_shown(const struct change *change, const struct irqkit_step *step)
{
	enum irqkit_result result = irqkit_step_get_result(step);

	if (change->call->common.is_json || change->call->common.verbosity > 0)
		return true;
	if (result == IRQKIT_SKIPPED)
		return change->shows_skipped;
	return !(result == IRQKIT_UNCHANGED && change->hides_unchanged);
}

/* Many CPUs were allowed, and one of them serves it. */
static bool is_on_one_of_many(const struct irqkit_step *step)
{
	const struct irqkit_cpuset *cpus = irqkit_step_get_new_cpus(step);
	const struct irqkit_cpuset *effective = irqkit_step_get_effective(step);
	enum irqkit_result result = irqkit_step_get_result(step);

	return is_of_interrupt(step) &&
	       (result == IRQKIT_DONE || result == IRQKIT_UNCHANGED) && cpus &&
	       effective && irqkit_cpuset_count(cpus) > 1 &&
	       irqkit_cpuset_count(effective) == 1;
}

static void remark_one_cpu(const struct change *change)
{
	const struct irqkit_step *first = NULL;
	_cleanup_free_ char *name = NULL;
	size_t n = 0;

	for (size_t i = 0; i < irqkit_plan_count(change->plan); i++) {
		const struct irqkit_step *step = irqkit_plan_get(change->plan, i);

		if (!is_on_one_of_many(step) || !is_shown(change, step))
			continue;
		first = first ? first : step;
		n++;
	}
	if (n == 1 && (name = text_escape(irqkit_step_get_target(first))))
		printf("%d (%s): the kernel chose CPU %d; it serves every one of these "
		       "interrupts,\nthe others none: only more queues, or RPS, share the "
		       "load of one.\n",
			irqkit_step_get_irq(first), name,
			irqkit_cpuset_next(irqkit_step_get_effective(first), -1));
	else if (n > 1)
		printf("Each of %zu is served by the one CPU that the kernel chose "
		       "(EFFECTIVE), the other\nCPUs of its set none: only more queues, or "
		       "RPS, share the load of one.\n", n);
}

/* The kernel left CPUs out of rps_cpus or xps_cpus: its right, but to be known. */
static void remark_kept(const struct change *change)
{
	for (size_t i = 0; i < irqkit_plan_count(change->plan); i++) {
		const struct irqkit_step *step = irqkit_plan_get(change->plan, i);
		const struct irqkit_cpuset *kept = irqkit_step_get_effective(step);
		_cleanup_free_ char *name = text_escape(irqkit_step_get_target(step));
		_cleanup_free_ char *list = NULL;

		if (is_of_interrupt(step) || !kept || !name ||
			irqkit_cpuset_format_list(kept, &list) < 0)
			continue;
		printf("%s: the kernel kept CPUs %s only, the others are offline or "
		       "isolated.\n", name, list);
	}
}

static void remark(const struct change *change)
{
	if (change->add_remark)
		change->add_remark(change);
	if (change->options->is_dry_run) {
		fputs(change->remarks ? change->remarks : "", stdout);
		if (count(change, IRQKIT_UNCHANGED) + count(change, IRQKIT_PENDING))
			printf("%zu to be written, %zu so already. ",
				count(change, IRQKIT_PLANNED),
				count(change, IRQKIT_UNCHANGED) +
					count(change, IRQKIT_PENDING));
		if (!change->shows_skipped)
			remark_skipped(change);
		printf("Nothing written%s%s (--dry-run).\n",
			change->not_done ? " nor " : "",
			change->not_done ? change->not_done : "");
		return;
	}
	remark_counts(change);
	if (!change->shows_skipped)
		remark_skipped(change);
	if (count(change, IRQKIT_PENDING))
		printf(change->wait_ms
			       ? "Pending: silent so far; each moves when it next comes.\n"
			       : "Pending: each moves when it next comes; --wait waits.\n");
	remark_kept(change);
	if (!change->undone)
		remark_one_cpu(change);
	fputs(change->remarks ? change->remarks : "", stdout);
}

/* ------------------------------------------------------------------------------- */

/* What a plan has, so that no column is shown in which nothing can stand. */
struct extent {
	bool has_irqs; /* knobs of interrupts */
	bool has_others; /* other knobs: then it must be said which */
	bool has_kept; /* fewer CPUs than asked for, in one of these */
};

static struct extent find_extent(const struct change *change)
{
	struct extent extent = { 0 };

	for (size_t i = 0; i < irqkit_plan_count(change->plan); i++) {
		const struct irqkit_step *step = irqkit_plan_get(change->plan, i);
		bool is_irq = is_of_interrupt(step);

		extent.has_irqs |= is_irq;
		extent.has_others |= !is_irq;
		extent.has_kept |= !is_irq && irqkit_step_get_effective(step);
	}
	return extent;
}

/* For people; NULL: no memory. */
static char *choose_columns(const struct change *change)
{
	struct extent extent = find_extent(change);
	bool is_plan = change->options->is_dry_run;
	bool with_effective = !is_plan && (extent.has_irqs || extent.has_kept);
	char *names;

	if (asprintf(&names, "%s%sNAME,OLD,NEW%s%s%s", extent.has_others ? "KNOB," : "",
		    extent.has_irqs || !extent.has_others ? "IRQ," : "", with_effective ? ",EFFECTIVE" : "",
		    is_plan ? "" : ",RESULT",
		    is_plan || change->shows_skipped ? ",WHY" : "") < 0)
		return NULL;
	return names;
}

static enum status print_report(const struct change *change, struct table *table)
{
	const struct common *common = &change->call->common;
	_cleanup_free_ char *names = common->is_json ? NULL : choose_columns(change);
	const struct table_options options = { .output = names };
	enum status status;

	if (!names && !common->is_json)
		return say_no_memory();
	status = table_prepare(table, columns, &options, common);
	if (status != STATUS_DONE)
		return status;
	if (common->is_json)
		return print_json(change, table);
	if (common->is_quiet && !change->options->is_dry_run)
		return STATUS_DONE;
	status = table_print(table, &options, common);
	if (status == STATUS_DONE && !common->is_quiet)
		remark(change);
	return status;
}

enum status report_plan(const struct change *change)
{
	size_t n = irqkit_plan_count(change->plan);
	struct row *rows = calloc(n + 1, sizeof(*rows));
	struct table table CLEANUP(table_free) = {
		.rows = calloc(n + 1, sizeof(*table.rows)),
	};
	enum status status;

	for (size_t i = 0; rows && table.rows && i < n; i++) {
		rows[i] = (struct row){ change, irqkit_plan_get(change->plan, i) };
		if (is_shown(change, rows[i].step))
			table.rows[table.n_rows++] = &rows[i];
	}
	status = rows && table.rows ? print_report(change, &table) : say_no_memory();
	free(rows);
	return status;
}

/* ------------------------------------------------------------------------------- */

static void say_failure(const struct change *change, const struct irqkit_step *step)
{
	int error = irqkit_step_get_error(step);
	const char *meaning = explain_step(step);

	if (irqkit_step_was_written(step) && !change->options->keeps_going)
		say_error("cannot put '%s' back into %s: %s", irqkit_step_get_old(step),
			irqkit_step_get_path(step), strerror(error));
	else
		say_error("cannot write '%s' to %s (%s): %s%s%s",
			irqkit_step_get_new(step), irqkit_step_get_path(step),
			irqkit_step_get_target(step), strerror(error),
			meaning ? ": " : "", meaning ? meaning : "");
}

void report_failures(const struct change *change)
{
	size_t back = count(change, IRQKIT_ROLLED_BACK);

	for (size_t i = 0; i < irqkit_plan_count(change->plan); i++) {
		const struct irqkit_step *step = irqkit_plan_get(change->plan, i);

		if (irqkit_step_get_result(step) == IRQKIT_FAILED)
			say_failure(change, step);
	}
	if (!change->options->keeps_going && !has_changed(change))
		say_error(back ? "what was changed before that has been put back"
			       : "nothing was changed");
}
