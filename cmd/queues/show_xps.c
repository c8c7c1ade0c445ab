/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The settings of XPS. */
#include "queues/show_xps.h"
#include "base/basics.h"
#include "base/fold.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>

/* One tx queue. */
struct xps_row {
	struct steer_row steer;
	struct irqkit_cpuset *rxqs; /* owned, or NULL; xps_rxqs: numbers of rx queues */
	int class; /* the traffic class; -1: none, or not known */
};

/* The kernel has no CPUs of a queue in no traffic class. */
static int read_cpus(struct irqkit_queue *queue, struct irqkit_cpuset **ret_cpus)
{
	int r = irqkit_queue_read_xps_cpus(queue, ret_cpus);

	return r == -EINVAL ? irqkit_cpuset_new(ret_cpus) : r;
}

static int read_class(struct irqkit_queue *queue)
{
	unsigned int number;

	return irqkit_queue_read_traffic_class(queue, &number) < 0 ? -1 : (int)number;
}

static void read_row(struct steer_view *view, void *data)
{
	struct xps_row *row = data;

	(void)view;
	irqkit_queue_read_xps_rxqs(row->steer.queue, &row->rxqs);
	row->class = read_class(row->steer.queue);
}

static void clear_row(void *data)
{
	struct xps_row *row = data;

	irqkit_cpuset_free(row->rxqs);
}

static struct cell get_rxqs(void *data)
{
	const struct xps_row *row = data;

	return cpus_cell(row->rxqs);
}

static struct cell get_class(void *data)
{
	const struct xps_row *row = data;

	return row->class < 0 ? ABSENT : number_cell((uint64_t)row->class);
}

#define XPS_COLUMNS(class_flags)                                                         \
	STEER_COLUMNS("xps_cpus", "CPUs that transmit on it", "xps_mask"),               \
		{ "RXQS", "xps_rxqs", "rx queues whose flows it transmits",              \
			COLUMN_DEFAULT, get_rxqs, 0 },                                   \
		{ "CLASS", "traffic_class", "traffic class of its packets",              \
			(class_flags) | COLUMN_RIGHT, get_class, 0 },                    \
	{                                                                                \
		0                                                                        \
	}

static const struct column columns[] = { XPS_COLUMNS(0) };
/* of interfaces with several classes */
static const struct column class_columns[] = { XPS_COLUMNS(COLUMN_DEFAULT) };

/* ------------------------------------------------------------------------------- */
/* Closing remarks                                                                 */

static bool has_rxqs(const struct table *table)
{
	for (size_t i = 0; i < table->n_rows; i++) {
		const struct xps_row *row = table->rows[i];

		if (row->rxqs && !irqkit_cpuset_is_empty(row->rxqs))
			return true;
	}
	return false;
}

/*
 * The online CPUs that have no tx queue of the interface in this class. @ret_any: does any
 * CPU have one?
 */
static int find_cpus_without_queue(const struct steer_view *view,
	const struct steer_rows *rows, int class, struct irqkit_cpuset **ret_cpus,
	bool *ret_any)
{
	const struct irqkit_cpuset *online = irqkit_topology_get_cpus(
		irqkit_machine_get_topology(view->change->machine), IRQKIT_CPUS_ONLINE);
	int r = online ? irqkit_cpuset_copy(online, ret_cpus) : -ENODATA;

	*ret_any = false;
	for (size_t i = 0; i < rows->n && r == 0; i++) {
		const struct xps_row *row = rows->rows[i];

		if (row->class != class)
			continue;
		*ret_any |= !irqkit_cpuset_is_empty(row->steer.cpus);
		irqkit_cpuset_remove_set(*ret_cpus, row->steer.cpus);
	}
	return r;
}

/*
 * Says which CPUs have no queue in this class; false: each has one.
 * @of: " of class 1", or empty
 */
static bool remark_class(const struct steer_view *view, const struct steer_rows *rows,
	int class, const char *of, const char *name)
{
	_cleanup_cpuset_ struct irqkit_cpuset *without = NULL;
	_cleanup_free_ char *list = NULL;
	bool any;

	if (find_cpus_without_queue(view, rows, class, &without, &any) < 0)
		return false;
	if (!any)
		print_sentence("%s%s: XPS is off, so the kernel chooses a queue for each "
			       "flow.\n",
			name, of);
	else if (!irqkit_cpuset_is_empty(without) &&
		irqkit_cpuset_format_list(without, &list) == 0)
		print_sentence(
			"%s: no queue%s for CPU%s %s; there the kernel chooses a queue "
			"for "
			"each flow.\n",
			name, of, irqkit_cpuset_count(without) == 1 ? "" : "s", list);
	else
		return false;
	return true;
}

/* The classes of the queues of an interface; -1, of those in none, is not in the set. */
static int find_classes(const struct steer_rows *rows, struct irqkit_cpuset **ret_classes)
{
	int r = irqkit_cpuset_new(ret_classes);

	for (size_t i = 0; i < rows->n && r == 0; i++) {
		const struct xps_row *row = rows->rows[i];

		if (row->class >= 0)
			r = irqkit_cpuset_add(*ret_classes, (unsigned int)row->class);
	}
	return r;
}

static void remark_ignored(const struct irqkit_device *device, const char *name)
{
	const char *driver = irqkit_device_get_driver(device);

	if (driver)
		print_sentence(
			"%s: XPS has no effect: its driver %s chooses the tx queue "
			"of each packet itself.\n",
			name, driver);
	else
		print_sentence("%s: XPS has no effect: the ports below it choose their "
			       "tx queues themselves.\n",
			name);
}

static void remark_device(struct steer_view *view, struct irqkit_device *device,
	const struct steer_rows *rows)
{
	_cleanup_free_ char *name = text_escape(irqkit_device_get_name(device));
	_cleanup_cpuset_ struct irqkit_cpuset *classes = NULL;
	bool lacks = false, is_ignored = false;

	if (view->options->queues || !name ||
		irqkit_device_read_ignores_xps(device, &is_ignored) < 0 ||
		find_classes(rows, &classes) < 0)
		return;
	if (is_ignored) {
		remark_ignored(device, name);
		return;
	}
	if (irqkit_cpuset_is_empty(classes)) /* the kernel does not know classes */
		lacks = remark_class(view, rows, -1, "", name);
	irqkit_cpuset_foreach (class, classes) {
		char of[32] = "";

		if (irqkit_cpuset_count(classes) > 1)
			snprintf(of, sizeof(of), " of class %u", class);
		lacks |= remark_class(view, rows, (int)class, of, name);
	}
	if (lacks)
		print_sentence(
			"'irqkit xps %s --auto' gives each CPU the queue handled nearest "
			"to it%s.\n",
			name, irqkit_cpuset_count(classes) > 1 ? ", in each class" : "");
}

static void remark(struct steer_view *view)
{
	if (has_rxqs(&view->table))
		print_sentence("RXQS override CPUS: the flows of these rx queues are "
			       "transmitted on that queue.\n");
}

/* Does a queue have another class than the others? */
static bool has_classes(const struct irqkit_request *request)
{
	size_t n = irqkit_request_count_queues(request);

	for (size_t i = 1; i < n; i++)
		if (read_class(irqkit_request_get_queue(request, i)) !=
			read_class(irqkit_request_get_queue(request, 0)))
			return true;
	return false;
}

const struct steer_kind xps_kind = {
	.direction = IRQKIT_TX,
	.cpus_knob = IRQKIT_KNOB_XPS_CPUS,
	.read_cpus = read_cpus,
	.columns = columns,
	.row_size = sizeof(struct xps_row),
	.read_row = read_row,
	.clear_row = clear_row,
	.none = "XPS applies to no interface: none has several tx queues.",
	.remark = remark,
	.remark_device = remark_device,
};

enum status xps_show(const struct change *change, const struct irqkit_request *request,
	const struct steer_options *options)
{
	struct steer_kind kind = xps_kind;
	struct steer_view view = {
		.kind = &kind,
		.change = change,
		.request = request,
		.options = options,
		.is_all = change->call->n_words == 0,
	};

	if (has_classes(request))
		kind.columns = class_columns;
	return steer_show(&view);
}
