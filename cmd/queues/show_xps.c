/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The settings of XPS. */
#include "queues/show_xps.h"
#include "base/basics.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>

/* One tx queue. */
struct xps_row {
	struct steer_row steer;
	struct irqkit_cpuset *rxqs; /* owned, or NULL; xps_rxqs: numbers of rx queues */
};

static void read_row(struct steer_view *view, void *data)
{
	struct xps_row *row = data;

	(void)view;
	irqkit_queue_read_xps_rxqs(row->steer.queue, &row->rxqs);
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

static const struct column columns[] = {
	STEER_COLUMNS("xps_cpus", "CPUs that transmit on it", "xps_mask"),
	{ "RXQS", "xps_rxqs", "rx queues whose flows it transmits", COLUMN_DEFAULT,
		get_rxqs, 0 },
	{ 0 },
};

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

/* The online CPUs that have no tx queue of @device. @ret_any: does any CPU have one? */
static int find_cpus_without_queue(const struct steer_view *view,
	const struct irqkit_device *device, struct irqkit_cpuset **ret_cpus,
	bool *ret_any)
{
	const struct irqkit_cpuset *online = irqkit_topology_get_cpus(
		irqkit_machine_get_topology(view->change->machine), IRQKIT_CPUS_ONLINE);
	int r = online ? irqkit_cpuset_copy(online, ret_cpus) : -ENODATA;

	*ret_any = false;
	for (size_t i = 0; i < view->table.n_rows && r == 0; i++) {
		const struct steer_row *row = view->table.rows[i];

		if (irqkit_queue_get_device(row->queue) != device)
			continue;
		*ret_any |= !irqkit_cpuset_is_empty(row->cpus);
		irqkit_cpuset_remove_set(*ret_cpus, row->cpus);
	}
	return r;
}

static void remark_device(
	const struct steer_view *view, const struct irqkit_device *device)
{
	_cleanup_free_ char *name = text_escape(irqkit_device_get_name(device));
	_cleanup_cpuset_ struct irqkit_cpuset *without = NULL;
	_cleanup_free_ char *list = NULL;
	bool any;

	if (!name || find_cpus_without_queue(view, device, &without, &any) < 0)
		return;
	if (!any)
		printf("%s: XPS is off, so the kernel chooses a queue for each flow.\n"
		       "'irqkit xps %s --auto' gives each CPU the queue handled nearest "
		       "to it.\n",
			name, name);
	else if (!irqkit_cpuset_is_empty(without) &&
		irqkit_cpuset_format_list(without, &list) == 0)
		printf("%s: no queue for CPU%s %s; there the kernel chooses a queue for "
		       "each "
		       "flow.\n",
			name, irqkit_cpuset_count(without) == 1 ? "" : "s", list);
}

static void remark(struct steer_view *view)
{
	if (has_rxqs(&view->table))
		printf("RXQS override CPUS: the flows of these rx queues are "
		       "transmitted on that queue.\n");
	if (view->options->queues)
		return;
	for (size_t i = 0; i < irqkit_request_count_devices(view->request); i++)
		remark_device(view, irqkit_request_get_device(view->request, i));
}

const struct steer_kind xps_kind = {
	.direction = IRQKIT_TX,
	.cpus_knob = IRQKIT_KNOB_XPS_CPUS,
	.read_cpus = irqkit_queue_read_xps_cpus,
	.columns = columns,
	.row_size = sizeof(struct xps_row),
	.read_row = read_row,
	.clear_row = clear_row,
	.remark = remark,
};

enum status xps_show(const struct change *change, const struct irqkit_request *request,
	const struct steer_options *options)
{
	struct steer_view view = {
		.kind = &xps_kind,
		.change = change,
		.request = request,
		.options = options,
	};

	return steer_show(&view);
}
