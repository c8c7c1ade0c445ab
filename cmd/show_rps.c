/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What RPS and RFS are set to, and whether that does anything. */
#include "rps.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* One rx queue. */
struct row {
	const struct irqkit_queue *queue;
	struct irqkit_cpuset *serving; /* owned, or NULL */
	struct irqkit_cpuset *cpus; /* owned; rps_cpus */
	uint64_t flows;
	bool has_flows;
	const char *rps; /* a word */
	const char *rfs; /* a word, or NULL */
};

struct view {
	struct net *net;
	struct row *rows; /* owned */
	size_t n_rows, room;
	uint64_t entries;
	bool has_entries;
};

static void view_free(struct view *view)
{
	for (size_t i = 0; i < view->n_rows; i++) {
		irqkit_cpuset_free(view->rows[i].serving);
		irqkit_cpuset_free(view->rows[i].cpus);
	}
	free(view->rows);
}

/* ------------------------------------------------------------------------------- */
/* Advice                                                                          */

static int add_serving(
	struct net *net, struct irqkit_device *device, struct irqkit_cpuset *set)
{
	for (size_t i = 0; i < irqkit_device_count_queues(device); i++) {
		const struct irqkit_queue *queue = irqkit_device_get_queue(device, i);
		_cleanup_cpuset_ struct irqkit_cpuset *serving = NULL;

		if (irqkit_queue_get_direction(queue) != IRQKIT_RX)
			continue;
		serving = net_read_place(net, queue);
		if (serving && irqkit_cpuset_add_set(set, serving) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* What comes in by software alone was steered already where it came into the machine. */
static int advise_against(struct irqkit_cpuset **cpus, char **why)
{
	irqkit_cpuset_free(*cpus);
	*cpus = NULL;
	free(*why);
	*why = strdup("no hardware of its own, and no interrupt to share");
	return *why ? irqkit_cpuset_new(cpus) : -ENOMEM;
}

enum status rps_advise(struct net *net, struct irqkit_device *device,
	struct irqkit_cpuset **ret_cpus, char **ret_why)
{
	_cleanup_cpuset_ struct irqkit_cpuset *serving = NULL;
	int r = irqkit_cpuset_new(&serving);

	if (r == 0)
		r = add_serving(net, device, serving);
	if (r == 0)
		r = irqkit_steer_rps(net->topology, net_get_node(device), serving,
			net_count_queues(device, IRQKIT_RX), ret_cpus, ret_why);
	if (r == 0 && !irqkit_cpuset_is_empty(*ret_cpus) &&
		irqkit_cpuset_is_empty(serving) && !irqkit_device_get_bus_device(device))
		r = advise_against(ret_cpus, ret_why);
	if (r == 0)
		return STATUS_DONE;
	say_error("cannot decide about %s: %s", irqkit_device_get_name(device),
		strerror(-r));
	return STATUS_REFUSED;
}

/* ------------------------------------------------------------------------------- */
/* Rows                                                                            */

static size_t count_cpus(struct net *net)
{
	const struct irqkit_cpuset *cpus = irqkit_topology_get_cpus(
		net->topology, IRQKIT_CPUS_HOUSEKEEPING);

	return cpus ? irqkit_cpuset_count(cpus) : 0;
}

static const char *judge_rps(struct net *net, const struct row *row)
{
	size_t n = net_count_queues(irqkit_queue_get_device(row->queue), IRQKIT_RX);

	if (irqkit_cpuset_is_empty(row->cpus))
		return "off";
	if (row->serving && irqkit_cpuset_is_subset(row->cpus, row->serving))
		return "same-cpu";
	return row->serving && n >= count_cpus(net) ? "redundant" : "on";
}

static const char *judge_rfs(const struct view *view, const struct row *row)
{
	if (!row->has_flows)
		return NULL;
	if (row->flows == 0)
		return "off";
	return view->entries ? "on" : "no-table";
}

static enum status add_row(struct view *view, const struct irqkit_queue *queue)
{
	struct row *row = &view->rows[view->n_rows++];
	int r;

	row->queue = queue;
	r = irqkit_queue_read_rps_cpus(queue, &row->cpus);
	if (r < 0)
		return net_say_unreadable(queue, "rps_cpus", r);
	row->has_flows = irqkit_queue_read_rps_flow_cnt(queue, &row->flows) == 0;
	row->serving = net_read_serving(view->net, queue);
	row->rps = judge_rps(view->net, row);
	row->rfs = judge_rfs(view, row);
	return STATUS_DONE;
}

static enum status add_device(
	struct view *view, struct irqkit_device *device, const char *word)
{
	struct irqkit_queue **queues = NULL;
	size_t n = 0;
	enum status status = net_choose_queues(device, IRQKIT_RX, word, &queues, &n);
	struct row *rows;

	if (status != STATUS_DONE)
		return status;
	rows = reallocarray(view->rows, view->n_rows + n, sizeof(*rows));
	if (!rows) {
		say_error("out of memory");
		free(queues);
		return STATUS_REFUSED;
	}
	memset(rows + view->n_rows, 0, n * sizeof(*rows));
	view->rows = rows;
	for (size_t i = 0; i < n && status == STATUS_DONE; i++)
		status = add_row(view, queues[i]);
	free(queues);
	return status;
}

/* ------------------------------------------------------------------------------- */
/* Columns                                                                         */

static struct value text_value(const char *text)
{
	return text ? (struct value){ .kind = VALUE_TEXT, .text = text }
		    : (struct value){ .kind = VALUE_ABSENT };
}

static struct value owned_value(char *text)
{
	struct value value = text_value(text);

	value.owned = text;
	return value;
}

static struct value cpus_value(const struct irqkit_cpuset *cpus)
{
	return cpus ? (struct value){ .kind = VALUE_CPUS, .cpus = cpus }
		    : (struct value){ .kind = VALUE_ABSENT };
}

static struct value get_queue(void *data, const struct column *column)
{
	const struct row *row = data;

	(void)column;
	return owned_value(net_format_queue(row->queue));
}

static struct value get_device(void *data, const struct column *column)
{
	const struct row *row = data;

	(void)column;
	return text_value(irqkit_device_get_name(irqkit_queue_get_device(row->queue)));
}

static struct value get_irq(void *data, const struct column *column)
{
	const struct row *row = data;
	int irq = net_get_irq(row->queue);

	(void)column;
	if (irq < 0)
		return (struct value){ .kind = VALUE_ABSENT };
	return (struct value){ .kind = VALUE_NUMBER, .number = (uint64_t)irq };
}

static struct value get_serving(void *data, const struct column *column)
{
	const struct row *row = data;

	(void)column;
	return cpus_value(row->serving);
}

static struct value get_cpus(void *data, const struct column *column)
{
	const struct row *row = data;

	(void)column;
	return cpus_value(row->cpus);
}

static struct value get_mask(void *data, const struct column *column)
{
	const struct row *row = data;
	char *mask = NULL;

	(void)column;
	irqkit_cpuset_format_mask(row->cpus, &mask);
	return owned_value(mask);
}

static struct value get_flows(void *data, const struct column *column)
{
	const struct row *row = data;

	(void)column;
	if (!row->has_flows)
		return (struct value){ .kind = VALUE_ABSENT };
	return (struct value){ .kind = VALUE_NUMBER, .number = row->flows };
}

static struct value get_rps(void *data, const struct column *column)
{
	const struct row *row = data;

	(void)column;
	return text_value(row->rps);
}

static struct value get_rfs(void *data, const struct column *column)
{
	const struct row *row = data;

	(void)column;
	return text_value(row->rfs);
}

static const struct column columns[] = {
	{ "QUEUE", "queue", "queue of the interface", COLUMN_DEFAULT, get_queue, 0 },
	{ "DEVICE", "device", "interface", 0, get_device, 0 },
	{ "IRQ", "irq", "its interrupt", COLUMN_DEFAULT | COLUMN_RIGHT, get_irq, 0 },
	{ "SERVED", "served", "CPUs that serve the interrupt", COLUMN_DEFAULT,
		get_serving, 0 },
	{ "CPUS", "rps_cpus", "CPUs that share in what is received", COLUMN_DEFAULT,
		get_cpus, 0 },
	{ "MASK", "rps_mask", "the same as a mask", COLUMN_DEFAULT | COLUMN_RIGHT,
		get_mask, 0 },
	{ "FLOWS", "rps_flow_cnt", "flows that are kept apart",
		COLUMN_DEFAULT | COLUMN_RIGHT, get_flows, 0 },
	{ "RPS", "rps", "does RPS do anything", COLUMN_DEFAULT, get_rps, 0 },
	{ "RFS", "rfs", "does RFS do anything", COLUMN_DEFAULT, get_rfs, 0 },
	{ 0 },
};

enum status rps_check_columns(
	const struct table_options *options, const struct common *common)
{
	struct table none CLEANUP(table_free) = { 0 };

	return table_prepare(&none, columns, options, common);
}

/* ------------------------------------------------------------------------------- */
/* Closing remarks                                                                 */

/* The first queue with this word, and how many. */
static const struct row *find_rows(
	const struct view *view, const char *word, size_t *ret_n)
{
	const struct row *first = NULL;

	*ret_n = 0;
	for (size_t i = 0; i < view->n_rows; i++) {
		const struct row *row = &view->rows[i];

		if (strcmp(row->rps, word) != 0 &&
			(!row->rfs || strcmp(row->rfs, word) != 0))
			continue;
		first = first ? first : row;
		++*ret_n;
	}
	return first;
}

static void remark_words(const struct view *view)
{
	size_t n;

	if (find_rows(view, "same-cpu", &n))
		printf("same-cpu: RPS hands over to the CPU that serves the interrupt "
		       "anyway, "
		       "and so does\nnothing.\n");
	if (find_rows(view, "redundant", &n))
		printf("redundant: as many queues as CPUs: the device shares the work "
		       "itself.\n");
	if (find_rows(view, "no-table", &n))
		printf("no-table: RFS does nothing as long as rps_sock_flow_entries is "
		       "0: "
		       "--flows=N sets both.\n");
	else if (view->has_entries && find_rows(view, "on", &n))
		printf("rps_sock_flow_entries: %llu.\n",
			(unsigned long long)view->entries);
}

/* Off everywhere: would it help? */
static void remark_advice(const struct view *view, struct irqkit_device *device)
{
	_cleanup_free_ char *why = NULL, *list = NULL, *name = NULL;
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;

	for (size_t i = 0; i < view->n_rows; i++)
		if (irqkit_queue_get_device(view->rows[i].queue) == device &&
			!irqkit_cpuset_is_empty(view->rows[i].cpus))
			return;
	name = text_escape(irqkit_device_get_name(device));
	if (!name || rps_advise(view->net, device, &cpus, &why) != STATUS_DONE)
		return;
	irqkit_cpuset_format_list(cpus, &list);
	if (list && *list)
		printf("%s: %s:\n'irqkit rps %s --auto' shares the work over CPUs %s.\n",
			name, why, name, list);
	else
		printf("%s: RPS would be of no use: %s.\n", name, why);
}

static enum status print_json(const struct view *view, const struct table *table)
{
	struct document *document = document_new();
	enum status status;

	if (view->has_entries)
		document_add_number(document, "rps_sock_flow_entries", view->entries);
	document_add_table(document, "queues", table);
	status = document_print(document);
	document_free(document);
	return status;
}

static enum status print_view(
	const struct view *view, const struct table_options *options)
{
	const struct common *common = &view->net->change->call->common;
	struct table table CLEANUP(table_free) = {
		.rows = calloc(view->n_rows + 1, sizeof(*table.rows)),
		.n_rows = view->n_rows,
	};
	_cleanup_free_ char *lower = NULL, *safe = NULL;
	enum status status;

	if (!table.rows) {
		say_error("out of memory");
		return STATUS_REFUSED;
	}
	for (size_t i = 0; i < view->n_rows; i++)
		table.rows[i] = &view->rows[i];
	status = table_prepare(&table, columns, options, common);
	if (status != STATUS_DONE)
		return status;
	if (common->is_json)
		return print_json(view, &table);
	status = table_print(&table, options, common);
	if (status != STATUS_DONE || common->is_quiet ||
		!table_options_are_plain(options, common))
		return status;
	remark_words(view);
	for (size_t i = 0; i < view->net->n_targets; i++)
		remark_advice(view, view->net->targets[i]);
	lower = net_remark_lower(view->net);
	safe = lower ? text_escape(lower) : NULL;
	if (safe)
		puts(safe);
	return STATUS_DONE;
}

enum status rps_show(
	struct net *net, const char *queues, const struct table_options *options)
{
	struct view view CLEANUP(view_free) = { .net = net };
	enum status status = STATUS_DONE;

	view.has_entries = irqkit_rps_read_sock_flow_entries(
				   net->change->ctx, &view.entries) == 0;
	for (size_t i = 0; i < net->n_targets && status == STATUS_DONE; i++)
		status = add_device(&view, net->targets[i], queues);
	return status == STATUS_DONE ? print_view(&view, options) : status;
}
