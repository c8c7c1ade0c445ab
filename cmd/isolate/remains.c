/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What can still interrupt CPUs, why, and how often. */
#include "isolate/remains.h"
#include "base/basics.h"
#include "base/fold.h"
#include "base/say.h"
#include "measure/open_machine.h"
#include "measure/sample.h"
#include "measure/signals.h"
#include "table/render.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* A disturbance, or a step that would take one away. */
struct remains_row {
	const struct remains *remains;
	const struct irqkit_disturbance *disturbance; /* or NULL */
	const struct irqkit_step *step; /* or NULL */
	const struct irqkit_interrupt *row; /* that is counted; or NULL */
	struct irqkit_cpuset *cpus; /* owned; of a step; or NULL */
};

void remains_free(struct remains *remains)
{
	for (size_t i = 0; i < remains->n_rows; i++)
		irqkit_cpuset_free(remains->rows[i].cpus);
	free(remains->rows);
	irqkit_disturbances_free(remains->found);
	irqkit_snapshot_free(remains->counts);
	irqkit_snapshot_free(remains->now);
}

/* ------------------------------------------------------------------------------- */
/* Rows                                                                            */

static enum status measure(struct remains *remains, const struct common *common)
{
	struct irqkit_ctx *ctx = irqkit_machine_get_ctx(remains->machine);
	struct irqkit_snapshot *before = NULL;
	enum status status;
	sigset_t mask;

	signals_hold(&mask);
	status = sample_start(ctx, remains->seconds, common, &before);
	if (status == STATUS_DONE)
		status = machine_read_counts(ctx, &remains->now);
	if (status == STATUS_DONE)
		status = sample_end(remains->now, before, &remains->counts);
	else
		irqkit_snapshot_free(before);
	signals_let_in(&mask);
	return status;
}

static const char *path_name(const struct irqkit_step *step)
{
	static const char *const names[] = {
		[IRQKIT_KNOB_DEFAULT_AFFINITY] = "default affinity",
		[IRQKIT_KNOB_RPS_CPUS] = "rps_cpus",
		[IRQKIT_KNOB_XPS_CPUS] = "xps_cpus",
		[IRQKIT_KNOB_RPS_DEFAULT_MASK] = "rps_default_mask",
		[IRQKIT_KNOB_WORKQUEUE] = "workqueues",
		[IRQKIT_KNOB_BANNED_CPUS] = "irqbalance",
	};
	enum irqkit_knob knob = irqkit_step_get_knob(step);

	return (size_t)knob < LENGTH(names) ? names[knob] : NULL;
}

static bool is_of_queue(const struct irqkit_step *step)
{
	return irqkit_step_get_knob(step) == IRQKIT_KNOB_RPS_CPUS ||
		irqkit_step_get_knob(step) == IRQKIT_KNOB_XPS_CPUS;
}

/* False: no memory. */
static bool add_step(struct remains *remains, const struct irqkit_step *step)
{
	struct remains_row *row = &remains->rows[remains->n_rows];
	int irq = irqkit_step_get_irq(step);

	*row = (struct remains_row){ .remains = remains, .step = step };
	if (irqkit_cpuset_copy(irqkit_step_get_old_cpus(step), &row->cpus) < 0)
		return false;
	irqkit_cpuset_keep_set(row->cpus, remains->cpus);
	if (irq >= 0)
		row->row = irqkit_snapshot_find_irq(
			irqkit_machine_get_snapshot(remains->machine), (unsigned int)irq);
	remains->n_rows++;
	remains->n_planned++;
	remains->n_movable++;
	return true;
}

static void add_disturbance(
	struct remains *remains, const struct irqkit_disturbance *disturbance)
{
	remains->rows[remains->n_rows++] = (struct remains_row){
		.remains = remains,
		.disturbance = disturbance,
		.row = irqkit_disturbance_get_row(disturbance),
	};
	remains->n_movable += irqkit_disturbance_is_movable(disturbance);
}

static bool add_rows(struct remains *remains)
{
	size_t n_steps = remains->lists_planned ? irqkit_plan_count(remains->plan) : 0;
	size_t n = irqkit_disturbances_count(remains->found);

	remains->rows = calloc(n_steps + n + 1, sizeof(*remains->rows));
	if (!remains->rows)
		return false;
	for (size_t i = 0; i < n_steps; i++) {
		const struct irqkit_step *step = irqkit_plan_get(remains->plan, i);

		if (irqkit_step_get_result(step) == IRQKIT_PLANNED &&
			!add_step(remains, step))
			return false;
	}
	for (size_t i = 0; i < n; i++)
		add_disturbance(remains, irqkit_disturbances_get(remains->found, i));
	return true;
}

enum status remains_find(struct remains *remains, const struct common *common)
{
	enum status status = remains->seconds ? measure(remains, common) : STATUS_DONE;
	struct irqkit_ctx *ctx = irqkit_machine_get_ctx(remains->machine);
	int r;

	if (status != STATUS_DONE)
		return status;
	r = irqkit_disturbances_new(remains->machine, remains->cpus, remains->plan,
		remains->flags, &remains->found);
	if (r == -ENOMEM || (r == 0 && !add_rows(remains)))
		return say_no_memory();
	return r < 0 ? machine_judge(ctx, STATUS_REFUSED) : STATUS_DONE;
}

/* ------------------------------------------------------------------------------- */
/* Columns                                                                         */

static struct cell get_kind(void *data)
{
	static const char *const words[] = {
		[IRQKIT_DISTURBED_BY_INTERRUPT] = "interrupt",
		[IRQKIT_DISTURBED_BY_ROW] = "architecture",
		[IRQKIT_DISTURBED_BY_THREAD] = "thread",
	};
	const struct remains_row *row = data;

	if (row->disturbance)
		return text_cell(words[irqkit_disturbance_get_kind(row->disturbance)]);
	switch (irqkit_step_get_knob(row->step)) {
	case IRQKIT_KNOB_AFFINITY:
		return text_cell("interrupt");
	case IRQKIT_KNOB_THREAD:
		return text_cell("thread");
	default:
		return text_cell("setting");
	}
}

static struct cell get_irq(void *data)
{
	const struct remains_row *row = data;
	int irq = row->row ? irqkit_interrupt_get_irq(row->row) : -1;

	return irq < 0 ? ABSENT : number_cell((uint64_t)irq);
}

static struct cell get_name(void *data)
{
	const struct remains_row *row = data;
	const char *target, *knob;
	char *name;

	if (row->disturbance)
		return text_cell(irqkit_disturbance_get_name(row->disturbance));
	target = irqkit_step_get_target(row->step);
	knob = path_name(row->step);
	if (!knob)
		return text_cell(target);
	if (!is_of_queue(row->step))
		return text_cell(knob);
	return asprintf(&name, "%s %s", target, knob) < 0 ? ABSENT : owned_cell(name);
}

static struct cell get_cpus(void *data)
{
	const struct remains_row *row = data;

	return cpus_cell(row->disturbance ? irqkit_disturbance_get_cpus(row->disturbance)
					  : row->cpus);
}

/* What the row counted on the CPUs; false: nothing is counted, or not there. */
static bool count(const struct remains_row *row, uint64_t *ret_count)
{
	const struct irqkit_interrupt *counted = row->row;
	uint64_t sum = 0;

	if (counted && row->remains->counts)
		counted = irqkit_snapshot_find(
			row->remains->counts, irqkit_interrupt_get_label(row->row));
	if (!counted)
		return false;
	irqkit_cpuset_foreach (cpu, row->remains->cpus)
		sum += irqkit_interrupt_get_count(counted, cpu);
	*ret_count = sum;
	return true;
}

static struct cell get_count(void *data)
{
	uint64_t number;

	return count(data, &number) ? number_cell(number) : ABSENT;
}

static struct cell get_rate(void *data)
{
	const struct remains_row *row = data;
	uint64_t number;

	if (!row->remains->counts || !count(row, &number))
		return ABSENT;
	return number_cell((number + row->remains->seconds / 2) / row->remains->seconds);
}

static struct cell get_movable(void *data)
{
	const struct remains_row *row = data;

	return bool_cell(row->step || irqkit_disturbance_is_movable(row->disturbance));
}

static struct cell get_why(void *data)
{
	const struct remains_row *row = data;

	return text_cell(row->step ? "can be moved"
				   : irqkit_disturbance_get_why(row->disturbance));
}

static const struct column columns[] = {
	{ "KIND", "kind", "interrupt, architecture, thread or setting",
		COLUMN_DEFAULT | COLUMN_TRUNCATE, get_kind, 0 },
	{ "IRQ", "irq", "interrupt number", COLUMN_DEFAULT | COLUMN_RIGHT, get_irq, 0 },
	{ "NAME", "name", "what it is", COLUMN_DEFAULT | COLUMN_NAME, get_name, 0 },
	{ "CPUS", "cpus", "which of the CPUs", COLUMN_DEFAULT | COLUMN_TRUNCATE, get_cpus,
		0 },
	{ "COUNT", "count", "how often it fired there",
		COLUMN_DEFAULT | COLUMN_RIGHT | COLUMN_DESCENDING, get_count, 0 },
	{ "PER_SECOND", "per_second", "the same each second, with --for",
		COLUMN_RIGHT | COLUMN_DESCENDING, get_rate, 0 },
	{ "MOVABLE", "movable", "whether it can be moved", 0, get_movable, 0 },
	{ "WHY", "why", "why it can interrupt these CPUs",
		COLUMN_DEFAULT | COLUMN_WRAP | COLUMN_DROP(1), get_why, 0 },
	{ 0 },
};

/* By default, what was measured is shown as a rate. */
static void choose_defaults(struct column own[LENGTH(columns)], unsigned int seconds)
{
	memcpy(own, columns, sizeof(columns));
	for (struct column *c = own; c->name && seconds; c++)
		if (strcmp(c->name, "COUNT") == 0 || strcmp(c->name, "PER_SECOND") == 0)
			c->flags ^= COLUMN_DEFAULT;
}

void remains_print_columns(void)
{
	columns_print("", columns);
}

enum status remains_check_options(const struct table_options *options,
	unsigned int seconds, const struct common *common)
{
	struct table none CLEANUP(table_free) = { 0 };
	struct column own[LENGTH(columns)];

	choose_defaults(own, seconds);
	return table_prepare(&none, own, options, common);
}

/* ------------------------------------------------------------------------------- */

static bool fill_table(const struct remains *remains, struct table *table)
{
	table->rows = calloc(remains->n_rows + 1, sizeof(*table->rows));
	if (!table->rows)
		return false;
	for (size_t i = 0; i < remains->n_rows; i++)
		table->rows[table->n_rows++] = &remains->rows[i];
	return true;
}

void remains_add_keys(const struct remains *remains, struct document *document)
{
	static const struct common json = { .is_json = true };
	static const struct table_options usual = { 0 };
	struct table table CLEANUP(table_free) = { 0 };

	document_add_list(document, "isolated", remains->cpus);
	if (remains->seconds)
		document_add_number(document, "seconds", remains->seconds);
	if (fill_table(remains, &table) &&
		table_prepare(&table, columns, remains->table ? remains->table : &usual,
			&json) == STATUS_DONE)
		document_add_table(document, "remaining", &table);
	else
		document_fail(document);
}

static bool has_managed(const struct remains *remains)
{
	for (size_t i = 0; i < remains->n_rows; i++) {
		const struct irqkit_disturbance *d = remains->rows[i].disturbance;

		if (d && strstr(irqkit_disturbance_get_why(d), "managed"))
			return true;
	}
	return false;
}

static void print_remarks(const struct remains *remains, const char *list)
{
	if (has_managed(remains))
		print_sentence(
			"Managed interrupts: if they have other CPUs too, the boot "
			"parameter\n"
			"isolcpus=managed_irq,%s keeps them away; otherwise they fire "
			"only "
			"for work\nthat these CPUs start.\n",
			list);
	if (remains->n_movable)
		print_sentence("%zu can be moved: 'irqkit isolate %s' does it.\n",
			remains->n_movable, list);
}

/* "What can still interrupt CPUs 2-3:", above the table. */
static void print_heading(const struct remains *remains, const char *list)
{
	const char *plural = irqkit_cpuset_count(remains->cpus) == 1 ? "" : "s";

	if (remains->n_rows == 0)
		print_sentence(
			"Nothing is known that can interrupt CPU%s %s.\n", plural, list);
	else
		print_sentence("What can still interrupt CPU%s %s (%s):\n", plural, list,
			remains->seconds ? "measured" : "COUNT: since boot");
}

enum status remains_print(const struct remains *remains, const struct common *common)
{
	static const struct table_options usual = { 0 };
	const struct table_options *options = remains->table ? remains->table : &usual;
	bool is_plain = table_options_are_plain(options, common);
	struct column own[LENGTH(columns)];
	struct table table CLEANUP(table_free) = { 0 };
	_cleanup_free_ char *list = NULL;
	enum status status;

	choose_defaults(own, remains->seconds);
	if (irqkit_cpuset_format_list(remains->cpus, &list) < 0 ||
		!fill_table(remains, &table))
		return say_no_memory();
	if (is_plain)
		print_heading(remains, list);
	if (is_plain && remains->n_rows == 0)
		return STATUS_DONE;
	status = table_prepare(&table, own, options, common);
	if (status == STATUS_DONE)
		status = table_print(&table, options, common);
	if (status == STATUS_DONE && is_plain)
		print_remarks(remains, list);
	return status;
}
