/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What XPS is set to. */
#include "xps.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* One tx queue. */
struct row {
	const struct irqkit_queue *queue;
	struct irqkit_cpuset *serving; /* owned, or NULL */
	struct irqkit_cpuset *cpus; /* owned; xps_cpus */
	struct irqkit_cpuset *rxqs; /* owned, or NULL; xps_rxqs: numbers of rx queues */
};

struct view {
	struct net *net;
	struct row *rows; /* owned */
	size_t n_rows;
};

static void view_free(struct view *view)
{
	for (size_t i = 0; i < view->n_rows; i++) {
		irqkit_cpuset_free(view->rows[i].serving);
		irqkit_cpuset_free(view->rows[i].cpus);
		irqkit_cpuset_free(view->rows[i].rxqs);
	}
	free(view->rows);
}

static enum status add_row(struct view *view, const struct irqkit_queue *queue)
{
	struct row *row = &view->rows[view->n_rows++];
	int r;

	row->queue = queue;
	r = irqkit_queue_read_xps_cpus(queue, &row->cpus);
	if (r < 0)
		return net_say_unreadable(queue, "xps_cpus", r);
	irqkit_queue_read_xps_rxqs(queue, &row->rxqs);
	row->serving = net_read_serving(view->net, queue);
	return STATUS_DONE;
}

static enum status add_device(
	struct view *view, struct irqkit_device *device, const char *word)
{
	struct irqkit_queue **queues = NULL;
	size_t n = 0;
	enum status status = net_choose_queues(device, IRQKIT_TX, word, &queues, &n);
	struct row *rows;

	if (status != STATUS_DONE)
		return status;
	rows = reallocarray(view->rows, view->n_rows + n, sizeof(*rows));
	if (!rows) {
		free(queues);
		return say_no_memory();
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

static struct value get_queue(void *data, const struct column *column)
{
	const struct row *row = data;
	char *name = net_format_queue(row->queue);

	(void)column;
	return owned_value(name);
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
		return ABSENT;
	return number_value((uint64_t)irq);
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

static struct value get_rxqs(void *data, const struct column *column)
{
	const struct row *row = data;

	(void)column;
	return cpus_value(row->rxqs);
}

static const struct column columns[] = {
	{ "QUEUE", "queue", "queue of the interface", COLUMN_DEFAULT, get_queue, 0 },
	{ "DEVICE", "device", "interface", 0, get_device, 0 },
	{ "IRQ", "irq", "its interrupt", COLUMN_DEFAULT | COLUMN_RIGHT, get_irq, 0 },
	{ "SERVED", "served", "CPUs that serve the interrupt", COLUMN_DEFAULT,
		get_serving, 0 },
	{ "CPUS", "xps_cpus", "CPUs that send by it", COLUMN_DEFAULT, get_cpus, 0 },
	{ "MASK", "xps_mask", "the same as a mask", COLUMN_DEFAULT | COLUMN_RIGHT,
		get_mask, 0 },
	{ "RXQS", "xps_rxqs", "rx queues whose flows it sends", COLUMN_DEFAULT, get_rxqs,
		0 },
	{ 0 },
};

enum status xps_check_columns(
	const struct table_options *options, const struct common *common)
{
	struct table none CLEANUP(table_free) = { 0 };

	return table_prepare(&none, columns, options, common);
}

/* ------------------------------------------------------------------------------- */
/* Closing remarks                                                                 */

static bool has_rxqs(const struct view *view)
{
	for (size_t i = 0; i < view->n_rows; i++)
		if (view->rows[i].rxqs && !irqkit_cpuset_is_empty(view->rows[i].rxqs))
			return true;
	return false;
}

/* The CPUs that are online and send by none of the queues of @device; and if any does. */
static int find_without(const struct view *view, const struct irqkit_device *device,
	struct irqkit_cpuset **ret_cpus, bool *ret_any)
{
	const struct irqkit_cpuset *online = irqkit_topology_get_cpus(
		view->net->topology, IRQKIT_CPUS_ONLINE);
	int r = online ? irqkit_cpuset_copy(online, ret_cpus) : -ENODATA;

	*ret_any = false;
	for (size_t i = 0; i < view->n_rows && r == 0; i++) {
		const struct row *row = &view->rows[i];

		if (irqkit_queue_get_device(row->queue) != device)
			continue;
		*ret_any |= !irqkit_cpuset_is_empty(row->cpus);
		irqkit_cpuset_remove_set(*ret_cpus, row->cpus);
	}
	return r;
}

static void remark_device(const struct view *view, const struct irqkit_device *device)
{
	_cleanup_free_ char *name = text_escape(irqkit_device_get_name(device));
	_cleanup_cpuset_ struct irqkit_cpuset *without = NULL;
	_cleanup_free_ char *list = NULL;
	bool any;

	if (!name || find_without(view, device, &without, &any) < 0)
		return;
	if (!any)
		printf("%s: XPS is off, the kernel chooses a queue for each flow: "
		       "'irqkit xps %s --auto'\nlets each CPU send by the queue that is "
		       "served nearest to it.\n",
			name, name);
	else if (!irqkit_cpuset_is_empty(without) &&
		irqkit_cpuset_format_list(without, &list) == 0)
		printf("%s: CPUs %s have no queue of their own: for these the kernel "
		       "chooses "
		       "by flow.\n",
			name, list);
}

static enum status print_json(const struct table *table)
{
	struct document *document = document_new();
	enum status status;

	document_add_table(document, "queues", table);
	status = document_print(document);
	document_free(document);
	return status;
}

static void remark(const struct view *view, const char *word)
{
	_cleanup_free_ char *lower = net_remark_lower(view->net);
	_cleanup_free_ char *safe = lower ? text_escape(lower) : NULL;

	if (has_rxqs(view))
		printf("RXQS count before CPUS: what belongs to a flow of these rx "
		       "queues is "
		       "sent by that queue.\n");
	for (size_t i = 0; i < view->net->n_targets && !word; i++)
		remark_device(view, view->net->targets[i]);
	if (safe)
		puts(safe);
}

enum status xps_show(
	struct net *net, const char *queues, const struct table_options *options)
{
	const struct common *common = &net->change->call->common;
	struct view view CLEANUP(view_free) = { .net = net };
	struct table table CLEANUP(table_free) = { 0 };
	enum status status = STATUS_DONE;

	for (size_t i = 0; i < net->n_targets && status == STATUS_DONE; i++)
		status = add_device(&view, net->targets[i], queues);
	if (status != STATUS_DONE)
		return status;
	table.rows = calloc(view.n_rows + 1, sizeof(*table.rows));
	if (!table.rows)
		return say_no_memory();
	for (; table.n_rows < view.n_rows; table.n_rows++)
		table.rows[table.n_rows] = &view.rows[table.n_rows];
	status = table_prepare(&table, columns, options, common);
	if (status != STATUS_DONE)
		return status;
	if (common->is_json)
		return print_json(&table);
	status = table_print(&table, options, common);
	if (status == STATUS_DONE && !common->is_quiet &&
		table_options_are_plain(options, common))
		remark(&view, queues);
	return status;
}
