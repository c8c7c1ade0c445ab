/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `irqkit show --by-cpu`: one row a CPU. */
#include "show/show_cpus.h"
#include "base/basics.h"
#include "base/say.h"
#include "show/show_machine.h"
#include "table/render.h"

#include <string.h>

struct cpu_row {
	unsigned int cpu;
	bool is_online;
	int node; /* -1: not known */
	const struct load *load;
	const struct cpu_load *part; /* NULL: not online, so it has no counts */
};

static void free_rows(struct cpu_row **rows)
{
	free(*rows);
}
#define _cleanup_rows_ CLEANUP(free_rows)

static struct cell get_cpu(void *data)
{
	struct cpu_row *row = data;

	return number_cell(row->cpu);
}

static struct cell get_online(void *data)
{
	struct cpu_row *row = data;

	return bool_cell(row->is_online);
}

static struct cell get_node(void *data)
{
	struct cpu_row *row = data;

	return row->node < 0 ? ABSENT : number_cell((uint64_t)row->node);
}

static struct cell get_total(void *data)
{
	struct cpu_row *row = data;

	return row->part ? number_cell(row->part->total) : ABSENT;
}

static struct cell get_share(void *data)
{
	struct cpu_row *row = data;

	if (!row->part || row->load->total == 0)
		return ABSENT;
	return (struct cell){
		.kind = CELL_SHARE,
		.share = (double)row->part->total / (double)row->load->total,
	};
}

static struct cell get_interrupts(void *data)
{
	struct cpu_row *row = data;

	return row->part ? number_cell(row->part->n_interrupts) : ABSENT;
}

static struct cell get_background(void *data)
{
	struct cpu_row *row = data;

	return row->part ? number_cell(row->part->background) : ABSENT;
}

static const char *busiest_label(const struct cpu_row *row)
{
	if (!row->part || !row->part->busiest)
		return NULL;
	return irqkit_interrupt_get_label(row->part->busiest);
}

static struct cell get_busiest(void *data)
{
	const char *label = busiest_label(data);

	return text_cell(label);
}

static struct cell get_name(void *data)
{
	struct cpu_row *row = data;
	const struct irqkit_interrupt *busiest = row->part ? row->part->busiest : NULL;

	if (!busiest || irqkit_interrupt_count_actions(busiest) == 0)
		return ABSENT;
	return text_cell(irqkit_interrupt_get_action(busiest, 0));
}

static enum mark get_mark(void *data)
{
	struct cpu_row *row = data;

	if (!row->part || row->part->total == 0)
		return MARK_IDLE;
	return load_is_busy(row->load, row->part) ? MARK_BUSY : MARK_NONE;
}

static const struct column columns[] = {
	{ "CPU", "cpu", "CPU number", COLUMN_DEFAULT | COLUMN_RIGHT, get_cpu, 0 },
	{ "ONLINE", "online", "whether the CPU is online",
		COLUMN_DEFAULT | COLUMN_DROP(1), get_online, 0 },
	{ "NODE", "node", "NUMA node of the CPU",
		COLUMN_DEFAULT | COLUMN_RIGHT | COLUMN_DROP(2), get_node, 0 },
	{ "TOTAL", "total", "interrupts that it handled, without BACKGROUND",
		COLUMN_DEFAULT | COLUMN_RIGHT | COLUMN_DESCENDING, get_total, 0 },
	{ "SHARE", "share", "its share of the interrupts shown",
		COLUMN_DEFAULT | COLUMN_RIGHT | COLUMN_DESCENDING |
			COLUMN_DROP(COLUMN_DROP_LAST),
		get_share, 0 },
	{ "INTERRUPTS", "interrupt_count", "number of different interrupts it handled",
		COLUMN_DEFAULT | COLUMN_RIGHT | COLUMN_DESCENDING | COLUMN_DROP(3),
		get_interrupts, 0 },
	{ "BUSIEST", "busiest", "the interrupt that it handled most often",
		COLUMN_DEFAULT | COLUMN_RIGHT, get_busiest, 0 },
	{ "NAME", "name", "handler of that interrupt", COLUMN_DEFAULT | COLUMN_NAME,
		get_name, 0 },
	{ "BACKGROUND", "background", "timers, IPIs and others that belong to this CPU",
		COLUMN_RIGHT | COLUMN_DESCENDING | COLUMN_DROP(4), get_background, 0 },
	{ 0 },
};

void show_by_cpu_print_columns(void)
{
	columns_print(" with --by-cpu", columns);
}

/* The CPUs that have a row: online ones and present ones. */
static int read_present(struct irqkit_topology *topology,
	const struct irqkit_cpuset *online, struct irqkit_cpuset **ret_cpus)
{
	const struct irqkit_cpuset *present = irqkit_topology_get_cpus(
		topology, IRQKIT_CPUS_PRESENT);
	int r = irqkit_cpuset_copy(online, ret_cpus);

	if (r == 0 && present)
		r = irqkit_cpuset_add_set(*ret_cpus, present);
	return r;
}

/* BACKGROUND is a default column if there is any. */
static enum status prepare(struct table *table, const struct load *load,
	struct column own[LENGTH(columns)], const struct table_options *options,
	const struct common *common)
{
	memcpy(own, columns, sizeof(columns));
	for (size_t i = 0; i < LENGTH(columns); i++)
		if (own[i].get == get_background && load->background)
			own[i].flags |= COLUMN_DEFAULT;
	return table_prepare(table, own, options, common);
}

static enum status print(const struct show *show, struct table *table,
	const struct load *load, const struct table_options *options,
	const struct common *common)
{
	struct column own[LENGTH(columns)];
	enum status status = prepare(table, load, own, options, common);

	if (status == STATUS_DONE && common->is_json) {
		struct document *document = document_new();

		show_add_machine(show, document);
		if (show->seconds)
			document_add_number(document, "seconds", show->seconds);
		document_add_table(document, "by_cpu", table);
		status = document_finish(document);
	} else if (status == STATUS_DONE) {
		status = table_print(table, options, common);
	}
	return status;
}

enum status show_by_cpu(struct show *show, const struct table_options *options,
	const struct common *common)
{
	const struct irqkit_cpuset *online = irqkit_snapshot_get_cpus(show->snapshot);
	const struct load *load = show_load(show);
	_cleanup_cpuset_ struct irqkit_cpuset *present = NULL;
	_cleanup_rows_ struct cpu_row *rows = NULL;
	struct table table CLEANUP(table_free) = { .get_mark = get_mark };

	if (load->cpus && read_present(show->topology, online, &present) == 0) {
		if (show->only)
			irqkit_cpuset_keep_set(present, show->only);
		rows = calloc(irqkit_cpuset_count(present) + 1, sizeof(*rows));
		table.rows = calloc(irqkit_cpuset_count(present) + 1, sizeof(void *));
	}
	if (!rows || !table.rows)
		return say_no_memory();

	irqkit_cpuset_foreach (cpu, present) {
		struct cpu_row *row = &rows[table.n_rows];

		*row = (struct cpu_row){
			.cpu = cpu,
			.is_online = irqkit_cpuset_has(online, cpu),
			.node = irqkit_topology_get_node(show->topology, cpu),
			.load = load,
			.part = load_get(load, cpu),
		};
		table.rows[table.n_rows++] = row;
	}
	return print(show, &table, load, options, common);
}
