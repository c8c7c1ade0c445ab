/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A comparison as a JSON document: irqkit-json(5). */
#include "base/basics.h"
#include "base/say.h"
#include "compare/compare_report.h"
#include "table/columns.h"
#include "table/render.h"

#include <string.h>

static struct cell real_cell(double number)
{
	if (number < 0)
		return ABSENT;
	return (struct cell){ .kind = CELL_SHARE, .share = number };
}

/* One object: a table of one row, in one block: free() ends it. */
static struct cell object_cell(const struct column *columns, void *row)
{
	struct {
		struct table table;
		const struct column *columns[16];
		void *rows[1];
	} *block = calloc(1, sizeof(*block));

	if (!block)
		return ABSENT;
	for (size_t i = 0; columns[i].name; i++)
		block->columns[i] = &columns[i];
	block->rows[0] = row;
	block->table.columns = block->columns;
	block->table.rows = block->rows;
	block->table.n_rows = 1;
	return (struct cell){ .kind = CELL_ROW, .table = &block->table, .owned = block };
}

/* ------------------------------------------------------------------------------- */
/* The two states                                                                  */

struct side_row {
	const struct state *state;
	const struct side *side;
};

static const struct side_row *of(const void *data)
{
	return data;
}

static struct cell get_source(void *data)
{
	return text_cell(of(data)->state->source);
}

static struct cell get_time(void *data)
{
	return text_cell(of(data)->state->time);
}

static struct cell get_uptime(void *data)
{
	return real_cell(of(data)->state->uptime);
}

static struct cell get_boot_id(void *data)
{
	return text_cell(of(data)->state->boot_id);
}

static struct cell get_imbalance(void *data)
{
	return real_cell(of(data)->side->imbalance);
}

static struct cell get_rate(void *data)
{
	return real_cell(of(data)->side->per_second);
}

static struct cell get_remote(void *data)
{
	return real_cell(of(data)->side->remote);
}

static struct cell get_queue_irqs(void *data)
{
	return of(data)->side->most_per_core ? number_cell(of(data)->side->n_queue_irqs)
					     : ABSENT;
}

static struct cell get_queue_cores(void *data)
{
	return of(data)->side->most_per_core ? number_cell(of(data)->side->n_cores)
					     : ABSENT;
}

static struct cell get_most_per_core(void *data)
{
	return of(data)->side->most_per_core ? number_cell(of(data)->side->most_per_core)
					     : ABSENT;
}

static const struct column side_columns[] = {
	{ "SOURCE", "source", NULL, 0, get_source, 0 },
	{ "TIME", "time", NULL, 0, get_time, 0 },
	{ "UPTIME", "uptime", NULL, 0, get_uptime, 0 },
	{ "BOOT-ID", "boot_id", NULL, 0, get_boot_id, 0 },
	{ "IMBALANCE", "imbalance", NULL, 0, get_imbalance, 0 },
	{ "RATE", "per_second", NULL, 0, get_rate, 0 },
	{ "REMOTE", "remote_share", NULL, 0, get_remote, 0 },
	{ "QUEUES", "queue_interrupts", NULL, 0, get_queue_irqs, 0 },
	{ "CORES", "queue_cores", NULL, 0, get_queue_cores, 0 },
	{ "MOST", "most_per_core", NULL, 0, get_most_per_core, 0 },
	{ 0 },
};

static void add_side(
	struct document *document, const struct comparison *comparison, int i)
{
	struct side_row row = { i ? comparison->after : comparison->before,
		&comparison->sides[i] };
	struct cell cell = object_cell(side_columns, &row);

	if (cell.kind == CELL_ABSENT)
		document_fail(document);
	else
		document_add_row(document, i ? "after" : "before", cell.table);
	free(cell.owned);
}

/* ------------------------------------------------------------------------------- */
/* CPUs                                                                            */

struct cpu_row {
	const struct comparison *comparison;
	unsigned int cpu;
};

static struct cell get_cpu(void *data)
{
	const struct cpu_row *row = data;

	return number_cell(row->cpu);
}

static struct cell get_share(const struct cpu_row *row, int i)
{
	const struct comparison *comparison = row->comparison;
	const struct state *state = i ? comparison->after : comparison->before;
	const struct side *side = &comparison->sides[i];

	if (side->total <= 0 ||
		(side->loads[row->cpu] <= 0 && !irqkit_cpuset_has(state->cpus, row->cpu)))
		return ABSENT;
	return real_cell(side->loads[row->cpu] / side->total);
}

static struct cell get_share_before(void *data)
{
	return get_share(data, 0);
}

static struct cell get_share_after(void *data)
{
	return get_share(data, 1);
}

static const struct column cpu_columns[] = {
	{ "CPU", "cpu", NULL, 0, get_cpu, 0 },
	{ "BEFORE", "before", NULL, 0, get_share_before, 0 },
	{ "AFTER", "after", NULL, 0, get_share_after, 0 },
	{ 0 },
};

/* ------------------------------------------------------------------------------- */
/* Interrupts                                                                      */

struct irq_side {
	const struct state_irq *irq;
	double rate;
};

struct irq_row {
	const struct compare_row *row;
	struct irq_side before, after;
};

static const struct state_irq *irq_of(const void *data)
{
	const struct irq_side *side = data;

	return side->irq;
}

static struct cell get_label(void *data)
{
	return text_cell(irq_of(data)->label);
}

static struct cell get_affinity(void *data)
{
	return cpus_cell(irq_of(data)->affinity);
}

static struct cell get_effective(void *data)
{
	return cpus_cell(irq_of(data)->effective);
}

static struct cell get_total(void *data)
{
	return number_cell(irq_of(data)->total);
}

static struct cell get_irq_rate(void *data)
{
	const struct irq_side *side = data;

	return real_cell(side->rate);
}

static const struct column irq_side_columns[] = {
	{ "LABEL", "label", NULL, 0, get_label, 0 },
	{ "AFFINITY", "affinity", NULL, 0, get_affinity, 0 },
	{ "EFFECTIVE", "effective", NULL, 0, get_effective, 0 },
	{ "TOTAL", "total", NULL, 0, get_total, 0 },
	{ "RATE", "per_second", NULL, 0, get_irq_rate, 0 },
	{ 0 },
};

static const struct state_irq *newest(const void *data)
{
	const struct irq_row *row = data;

	return row->after.irq ? row->after.irq : row->before.irq;
}

static struct cell get_newest_label(void *data)
{
	return text_cell(newest(data)->label);
}

static struct cell get_irq_name(void *data)
{
	return newest(data)->name[0] ? text_cell(newest(data)->name) : ABSENT;
}

static struct cell get_irq_device(void *data)
{
	return text_cell(newest(data)->device);
}

static struct cell get_change(void *data)
{
	const struct irq_row *row = data;

	return compare_columns[0].get((void *)row->row);
}

static struct cell get_irq_before(void *data)
{
	struct irq_row *row = data;

	return row->before.irq ? object_cell(irq_side_columns, &row->before) : ABSENT;
}

static struct cell get_irq_after(void *data)
{
	struct irq_row *row = data;

	return row->after.irq ? object_cell(irq_side_columns, &row->after) : ABSENT;
}

static const struct column irq_columns[] = {
	{ "LABEL", "label", NULL, 0, get_newest_label, 0 },
	{ "NAME", "name", NULL, 0, get_irq_name, 0 },
	{ "DEVICE", "device", NULL, 0, get_irq_device, 0 },
	{ "CHANGE", "change", NULL, 0, get_change, 0 },
	{ "BEFORE", "before", NULL, 0, get_irq_before, 0 },
	{ "AFTER", "after", NULL, 0, get_irq_after, 0 },
	{ 0 },
};

/* ------------------------------------------------------------------------------- */
/* Settings                                                                        */

static const struct difference_of_setting *setting_of(const void *data)
{
	const struct compare_row *row = data;

	return row->setting;
}

static struct cell get_setting_device(void *data)
{
	return text_cell(setting_of(data)->device);
}

static struct cell get_setting_queue(void *data)
{
	return text_cell(setting_of(data)->queue);
}

static struct cell get_setting(void *data)
{
	return text_cell(setting_of(data)->key);
}

static struct cell get_setting_before(void *data)
{
	return text_cell(setting_of(data)->before);
}

static struct cell get_setting_after(void *data)
{
	return text_cell(setting_of(data)->after);
}

static const struct column setting_columns[] = {
	{ "DEVICE", "device", NULL, 0, get_setting_device, 0 },
	{ "QUEUE", "queue", NULL, 0, get_setting_queue, 0 },
	{ "SETTING", "setting", NULL, 0, get_setting, 0 },
	{ "BEFORE", "before", NULL, 0, get_setting_before, 0 },
	{ "AFTER", "after", NULL, 0, get_setting_after, 0 },
	{ 0 },
};

/* ------------------------------------------------------------------------------- */

static void add_cpus(struct document *document, const struct comparison *comparison)
{
	_cleanup_free_ struct cpu_row *rows = calloc(
		comparison->n_cpus + 1, sizeof(*rows));
	size_t n = 0;

	if (!rows) {
		document_fail(document);
		return;
	}
	for (size_t i = 0; i < comparison->n_cpus; i++) {
		struct cpu_row row = { comparison, (unsigned int)i };

		if (get_share(&row, 0).kind != CELL_ABSENT ||
			get_share(&row, 1).kind != CELL_ABSENT)
			rows[n++] = row;
	}
	document_add_rows(document, "shares", cpu_columns, rows, sizeof(*rows), n);
}

/* Interrupts come before settings. */
static void add_differences(
	struct document *document, const struct comparison *comparison)
{
	_cleanup_free_ struct compare_row *rows = NULL;
	struct table table CLEANUP(table_free) = { 0 };
	_cleanup_free_ struct irq_row *irqs = NULL;
	size_t n;

	if (!compare_rows_make(comparison, &table, &rows) ||
		!(irqs = calloc(table.n_rows + 1, sizeof(*irqs)))) {
		document_fail(document);
		return;
	}
	for (n = 0; n < table.n_rows && rows[n].pair; n++)
		irqs[n] = (struct irq_row){
			.row = &rows[n],
			.before = { rows[n].pair->before, rows[n].pair->rate_before },
			.after = { rows[n].pair->after, rows[n].pair->rate_after },
		};
	document_add_rows(document, "interrupts", irq_columns, irqs, sizeof(*irqs), n);
	document_add_rows(document, "settings", setting_columns, rows + n, sizeof(*rows),
		table.n_rows - n);
}

enum status compare_print_json(const struct comparison *comparison, bool is_same)
{
	struct document *document = document_new();

	document_add_text(document, "command", "compare");
	document_add_bool(document, "same", is_same);
	if (comparison->boots != BOOTS_UNKNOWN)
		document_add_bool(
			document, "rebooted", comparison->boots == BOOTS_DIFFER);
	if (comparison->seconds > 0)
		document_add_real(document, "seconds", comparison->seconds);
	document_add_text(document, "load", comparison->is_since ? "since" : "total");
	add_side(document, comparison, 0);
	add_side(document, comparison, 1);
	add_cpus(document, comparison);
	add_differences(document, comparison);
	document_add_number(document, "not_compared", comparison->n_unknown);
	return document_finish(document);
}
