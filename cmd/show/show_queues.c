/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `irqkit show --queues`: one row a queue of a network interface. */
#include "show/show_queues.h"
#include "base/basics.h"
#include "base/fold.h"
#include "base/say.h"
#include "base/text.h"
#include "measure/explain.h"
#include "show/show_device.h"
#include "show/show_machine.h"
#include "show/show_row.h"
#include "show/show_threads.h"
#include "table/render.h"

#include <stdio.h>
#include <string.h>

struct queue_row {
	struct show_row interrupt; /* its own, or with no interrupt */
	struct irqkit_queue *queue;
	struct irqkit_cpuset *rps; /* owned */
	struct irqkit_cpuset *xps; /* owned */
	struct show_threads *threads; /* owned */
	bool has_read;
};

static struct irqkit_device *get_queue_device(const struct queue_row *row)
{
	return irqkit_queue_get_device(row->queue);
}

/* The interrupt of the row, for the columns that are the same as in the other table. */
static struct show_row *interrupt_of(void *data)
{
	struct queue_row *row = data;

	return row->interrupt.interrupt ? &row->interrupt : NULL;
}

static void read_steering(struct queue_row *row)
{
	if (row->has_read)
		return;
	row->has_read = true;
	irqkit_queue_read_rps_cpus(row->queue, &row->rps);
	irqkit_queue_read_xps_cpus(row->queue, &row->xps);
}

static struct cell get_device(void *data)
{
	return text_cell(irqkit_device_get_name(get_queue_device(data)));
}

static struct cell get_queue(void *data)
{
	struct queue_row *row = data;
	char *name = NULL;

	irqkit_queue_format_name(row->queue, &name);
	return owned_cell(name);
}

static struct cell get_direction(void *data)
{
	struct queue_row *row = data;
	bool is_rx = irqkit_queue_get_direction(row->queue) == IRQKIT_RX;

	return text_cell(is_rx ? "rx" : "tx");
}

static struct cell get_number(void *data)
{
	struct queue_row *row = data;

	return number_cell(irqkit_queue_get_number(row->queue));
}

static struct cell get_irq(void *data)
{
	struct queue_row *row = data;
	int irq = irqkit_queue_get_irq(row->queue);

	return irq < 0 ? ABSENT : number_cell((uint64_t)irq);
}

static struct cell get_total(void *data)
{
	struct show_row *row = interrupt_of(data);

	return row ? number_cell(irqkit_interrupt_get_total(row->interrupt)) : ABSENT;
}

static struct cell get_affinity(void *data)
{
	struct show_row *row = interrupt_of(data);

	return row ? cpus_cell(show_row_affinity(row)) : ABSENT;
}

static const struct irqkit_cpuset *read_effective(void *data)
{
	struct show_row *row = interrupt_of(data);
	const struct irqkit_cpuset *cpus = row ? show_row_effective(row) : NULL;

	return cpus && !irqkit_cpuset_is_empty(cpus) ? cpus : NULL;
}

static struct cell get_effective(void *data)
{
	return cpus_cell(read_effective(data));
}

static struct cell get_rps(void *data)
{
	struct queue_row *row = data;

	read_steering(row);
	return cpus_cell(row->rps);
}

static struct cell get_xps(void *data)
{
	struct queue_row *row = data;

	read_steering(row);
	return cpus_cell(row->xps);
}

static struct cell get_flows(void *data)
{
	struct queue_row *row = data;
	uint64_t count;

	if (irqkit_queue_read_rps_flow_cnt(row->queue, &count) < 0)
		return ABSENT;
	return number_cell(count);
}

static struct cell get_napi(void *data)
{
	struct queue_row *row = data;
	int64_t id = irqkit_queue_get_napi_id(row->queue);

	return id < 0 ? ABSENT : number_cell((uint64_t)id);
}

static const struct show_threads *find_threads(struct queue_row *row)
{
	if (!row->threads)
		row->threads = show_threads_new(row->queue);
	return row->threads;
}

static struct cell get_thread_names(void *data)
{
	const struct show_threads *threads = find_threads(data);
	char *text = threads ? show_threads_format(threads) : NULL;

	return owned_cell(text);
}

static struct cell get_threads(void *data)
{
	const struct show_threads *threads = find_threads(data);

	if (!threads)
		return ABSENT;
	return (struct cell){
		.kind = CELL_ROWS,
		.table = show_threads_get_table(threads),
	};
}

static struct cell get_source(void *data)
{
	struct queue_row *row = data;

	if (irqkit_queue_get_irq(row->queue) < 0)
		return ABSENT;
	return text_cell(show_source_word(irqkit_queue_get_source(row->queue)));
}

/* The node that the device is next to. */
static int read_node(const struct queue_row *row)
{
	int node;

	return irqkit_machine_find_node(row->interrupt.show->machine,
		       get_queue_device(row), irqkit_queue_get_irq(row->queue), &node) < 0
		? -1
		: node;
}

static struct cell get_node(void *data)
{
	int node = read_node(data);

	return node < 0 ? ABSENT : number_cell((uint64_t)node);
}

/* The distance from the CPUs that handle it to the device; of several, the largest. */
static struct cell get_distance(void *data)
{
	const struct irqkit_cpuset *cpus = read_effective(data);
	struct queue_row *row = data;
	struct irqkit_topology *topology = row->interrupt.show->topology;
	int node = read_node(row), farthest = -1;

	if (!cpus || node < 0)
		return ABSENT;
	irqkit_cpuset_foreach (cpu, cpus) {
		int from = irqkit_topology_get_node(topology, cpu);
		int distance = from < 0 ? -1
					: irqkit_topology_get_distance(topology,
						  (unsigned int)from, (unsigned int)node);

		if (distance > farthest)
			farthest = distance;
	}
	return farthest < 0 ? ABSENT : number_cell((uint64_t)farthest);
}

static const struct column columns[] = {
	{ "DEVICE", "device", "network interface", COLUMN_DEFAULT | COLUMN_NAME,
		get_device, 0 },
	{ "QUEUE", "queue", "rx-0, tx-0, ...", COLUMN_DEFAULT, get_queue, 0 },
	{ "QUEUE", "direction", NULL, COLUMN_JSON_ONLY, get_direction, 0 },
	{ "QUEUE", "number", NULL, COLUMN_JSON_ONLY, get_number, 0 },
	{ "IRQ", "irq", "number of the queue's interrupt", COLUMN_DEFAULT | COLUMN_RIGHT,
		get_irq, 0 },
	{ "TOTAL", "total", "how often the interrupt fired",
		COLUMN_RIGHT | COLUMN_DESCENDING, get_total, 0 },
	{ "AFFINITY", "affinity", "requested CPUs",
		COLUMN_DEFAULT | COLUMN_TRUNCATE | COLUMN_DROP(6), get_affinity, 0 },
	{ "EFFECTIVE", "effective", "CPUs that the kernel chose from them",
		COLUMN_DEFAULT | COLUMN_TRUNCATE, get_effective, 0 },
	{ "RPS", "rps_cpus", "CPUs that process its received packets",
		COLUMN_DEFAULT | COLUMN_TRUNCATE, get_rps, 0 },
	{ "RFS", "rps_flow_cnt", "size of its flow table", COLUMN_RIGHT, get_flows, 0 },
	{ "XPS", "xps_cpus", "CPUs that transmit on it", COLUMN_DEFAULT | COLUMN_TRUNCATE,
		get_xps, 0 },
	{ "NAPI", "napi_id", "ID of its NAPI instance",
		COLUMN_DEFAULT | COLUMN_RIGHT | COLUMN_DROP(3), get_napi, 0 },
	{ "THREADS", NULL, "its kernel threads and their CPUs",
		COLUMN_DEFAULT | COLUMN_TRUNCATE | COLUMN_DROP(5), get_thread_names, 0 },
	{ "THREADS", "threads", NULL, COLUMN_JSON_ONLY, get_threads, 0 },
	{ "NODE", "node", "NUMA node of the device",
		COLUMN_DEFAULT | COLUMN_RIGHT | COLUMN_DROP(2), get_node, 0 },
	{ "DISTANCE", "distance", "distance from the CPUs that handle its interrupt",
		COLUMN_DEFAULT | COLUMN_RIGHT | COLUMN_DESCENDING | COLUMN_DROP(4),
		get_distance, 0 },
	{ "SOURCE", "source", "source of the interrupt: netlink, sysfs, name or order",
		COLUMN_DEFAULT | COLUMN_DROP(1), get_source, 0 },
	{ 0 },
};

void show_queues_print_columns(void)
{
	columns_print(" with --queues", columns);
}

/* ------------------------------------------------------------------------------- */

/* Leaves out a column that is empty in all rows, and DEVICE for a single interface. */
static bool is_needed(const struct column *column, struct table *table,
	struct irqkit_topology *topology)
{
	const struct irqkit_cpuset *nodes;
	bool found = false;

	if (column->get == get_device) {
		for (size_t i = 1; i < table->n_rows; i++)
			found |= get_queue_device(table->rows[i]) !=
				get_queue_device(table->rows[0]);
		return found;
	}
	if (column->get == get_node || column->get == get_distance) {
		nodes = irqkit_topology_get_nodes(topology);
		if (!nodes || irqkit_cpuset_count(nodes) < 2)
			return false;
	} else if (column->get != get_napi && column->get != get_thread_names) {
		return true;
	}
	for (size_t i = 0; i < table->n_rows && !found; i++) {
		struct cell cell = column_get(column, table->rows[i]);

		found = cell.kind != CELL_ABSENT;
		free(cell.owned);
	}
	return found;
}

/* "4 rx and 4 tx queues" */
static void print_counts(size_t n_rx, size_t n_tx)
{
	if (n_rx)
		print_sentence("%zu rx", n_rx);
	if (n_rx && n_tx)
		print_sentence(" and ");
	if (n_tx)
		print_sentence("%zu tx", n_tx);
	print_sentence(" queue%s", (n_tx ? n_tx : n_rx) == 1 ? "" : "s");
}

static void remark_unknown(const struct irqkit_device *device)
{
	unsigned int first;
	_cleanup_free_ char *why = explain_unknown_queues(device, &first);
	_cleanup_free_ char *safe = why ? text_escape(why) : NULL;

	if (safe)
		print_sentence("Unknown: %s.\n", safe);
}

static void remark_shared(const struct irqkit_device *device)
{
	_cleanup_free_ char *text = explain_shared(device);
	_cleanup_free_ char *safe = text ? text_escape(text) : NULL;

	if (safe)
		print_sentence("%s\n", safe);
}

static void remark(const struct table *table)
{
	for (size_t i = 0; i < table->n_rows;) {
		const struct irqkit_device *device = get_queue_device(table->rows[i]);
		const char *address = irqkit_device_get_pci_address(device);
		const char *bus = irqkit_device_get_bus_device(device);
		_cleanup_free_ char *name = text_escape(irqkit_device_get_name(device));
		_cleanup_free_ char *driver = NULL;
		size_t n_rx = 0, n_tx = 0, without = 0;

		while (i < table->n_rows && get_queue_device(table->rows[i]) == device) {
			struct queue_row *row = table->rows[i++];

			if (irqkit_queue_get_direction(row->queue) == IRQKIT_RX)
				n_rx++;
			else
				n_tx++;
			without += irqkit_queue_get_irq(row->queue) < 0;
		}
		if (irqkit_device_get_driver(device))
			driver = text_escape(irqkit_device_get_driver(device));
		print_sentence("%s: ", name ? name : "?");
		print_counts(n_rx, n_tx);
		if (driver)
			print_sentence(" of %s", driver);
		if (address || bus)
			print_sentence(" at %s", address ? address : bus);
		if (without)
			print_sentence("; %zu without a known interrupt", without);
		print_sentence(".%s\n",
			irqkit_device_serves_guest(device)
				? " Interrupt names use the guest's view: -tx serves rx."
				: "");
		if (without)
			remark_unknown(device);
		remark_shared(device);
	}
}

static enum status print(struct show *show, struct table *table, const struct call *call,
	const struct table_options *options)
{
	struct column mine[LENGTH(columns)];
	enum status status;

	memcpy(mine, columns, sizeof(mine));
	for (size_t i = 0; show->seconds && mine[i].name; i++)
		if (mine[i].get == get_total)
			mine[i].flags |= COLUMN_DEFAULT;
	for (size_t i = 0; !call->common.is_json && mine[i].name; i++)
		if ((!options->output || options->output[0] == '+') &&
			mine[i].flags & COLUMN_DEFAULT &&
			!is_needed(&mine[i], table, show->topology))
			mine[i].flags &= ~(unsigned int)COLUMN_DEFAULT;
	status = table_prepare(table, mine, options, &call->common);
	if (status == STATUS_DONE && call->common.is_json) {
		struct document *document = document_new();

		show_add_machine(show, document);
		if (show->seconds)
			document_add_number(document, "seconds", show->seconds);
		document_add_table(document, "queues", table);
		status = document_finish(document);
	} else if (status == STATUS_DONE) {
		status = table_print(table, options, &call->common);
		if (status == STATUS_DONE && !options->sort &&
			table_options_are_plain(options, &call->common))
			remark(table);
	}
	return status;
}

/* A queue without an interrupt that has a row has none in the table. */
static void set_interrupt(struct show *show, struct queue_row *row)
{
	int irq = irqkit_queue_get_irq(row->queue);

	row->interrupt.show = show;
	if (irq >= 0)
		row->interrupt.irq = irqkit_machine_find_irq(
			show->machine, (unsigned int)irq);
	if (row->interrupt.irq)
		row->interrupt.interrupt = show_counts_of(show, row->interrupt.irq);
}

enum status show_queues(
	struct show *show, const struct call *call, const struct table_options *options)
{
	_cleanup_free_ struct irqkit_queue **queues = NULL;
	size_t n = 0;
	enum status status = select_queues(
		show->machine, call->words, call->n_words, &queues, &n);
	struct table table CLEANUP(table_free) = { .n_rows = n };
	struct queue_row *rows;

	if (status != STATUS_DONE)
		return status;
	rows = calloc(n + 1, sizeof(*rows));
	table.rows = calloc(n + 1, sizeof(*table.rows));
	for (size_t i = 0; rows && table.rows && i < n; i++) {
		rows[i].queue = queues[i];
		set_interrupt(show, &rows[i]);
		table.rows[i] = &rows[i];
	}
	status = rows && table.rows ? print(show, &table, call, options)
				    : say_no_memory();
	for (size_t i = 0; rows && i < n; i++) {
		show_row_free(&rows[i].interrupt);
		irqkit_cpuset_free(rows[i].rps);
		irqkit_cpuset_free(rows[i].xps);
		show_threads_free(rows[i].threads);
	}
	free(rows);
	return status;
}
