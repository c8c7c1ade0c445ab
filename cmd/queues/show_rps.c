/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The settings of RPS and RFS, and whether they have an effect. */
#include "queues/show_rps.h"
#include "base/say.h"
#include "base/text.h"
#include "measure/queue.h"
#include "queues/net_queues.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* One rx queue. */
struct rps_row {
	struct steer_row steer;
	uint64_t flows;
	bool has_flows;
	const char *rps; /* a word */
	const char *rfs; /* a word, or NULL */
};

struct rps_view {
	struct steer_view steer;
	uint64_t entries;
	bool has_entries;
};

/* ------------------------------------------------------------------------------- */
/* Advice                                                                          */

static int add_serving(
	struct net *net, struct irqkit_device *device, struct irqkit_cpuset *set)
{
	for (size_t i = 0; i < irqkit_device_count_queues(device); i++) {
		const struct irqkit_queue *queue = irqkit_device_get_queue(device, i);
		const struct irqkit_cpuset *serving;

		if (irqkit_queue_get_direction(queue) != IRQKIT_RX)
			continue;
		serving = net_get_settled_cpus(net, queue);
		if (serving && irqkit_cpuset_add_set(set, serving) < 0)
			return -ENOMEM;
	}
	return 0;
}

/*
 * The packets of a software interface were already steered when they entered the machine.
 */
static int advise_against(struct irqkit_cpuset **cpus, char **why)
{
	irqkit_cpuset_free(*cpus);
	*cpus = NULL;
	free(*why);
	*why = strdup("a software interface has no interrupts");
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
		r = irqkit_steer_rps(net->topology, net_get_node(net, device), serving,
			queue_count(device, IRQKIT_RX), ret_cpus, ret_why);
	if (r == 0 && !irqkit_cpuset_is_empty(*ret_cpus) &&
		irqkit_cpuset_is_empty(serving) && !irqkit_device_get_bus_device(device))
		r = advise_against(ret_cpus, ret_why);
	if (r == 0)
		return STATUS_DONE;
	say_error("cannot choose CPUs for %s: %s", irqkit_device_get_name(device),
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

static const char *judge_rps(struct net *net, const struct steer_row *row)
{
	size_t n = queue_count(irqkit_queue_get_device(row->queue), IRQKIT_RX);

	if (irqkit_cpuset_is_empty(row->cpus))
		return "off";
	if (row->serving && irqkit_cpuset_is_subset(row->cpus, row->serving))
		return "same-cpu";
	return row->serving && n >= count_cpus(net) ? "redundant" : "on";
}

static const char *judge_rfs(const struct rps_view *view, const struct rps_row *row)
{
	if (!row->has_flows)
		return NULL;
	if (row->flows == 0)
		return "off";
	return view->entries ? "on" : "no-table";
}

static void read_row(const struct steer_view *view, void *data)
{
	struct rps_row *row = data;

	row->has_flows = irqkit_queue_read_rps_flow_cnt(row->steer.queue, &row->flows) ==
		0;
	row->rps = judge_rps(view->net, &row->steer);
	row->rfs = judge_rfs((const struct rps_view *)view, row);
}

static struct cell get_flows(void *data)
{
	const struct rps_row *row = data;

	return row->has_flows ? number_cell(row->flows) : ABSENT;
}

static struct cell get_rps(void *data)
{
	const struct rps_row *row = data;

	return text_cell(row->rps);
}

static struct cell get_rfs(void *data)
{
	const struct rps_row *row = data;

	return text_cell(row->rfs);
}

static const struct column columns[] = {
	STEER_COLUMNS("rps_cpus", "CPUs that process received packets", "rps_mask"),
	{ "FLOWS", "rps_flow_cnt", "size of the flow table",
		COLUMN_DEFAULT | COLUMN_RIGHT, get_flows, 0 },
	{ "RPS", "rps", "whether RPS has an effect", COLUMN_DEFAULT, get_rps, 0 },
	{ "RFS", "rfs", "whether RFS has an effect", COLUMN_DEFAULT, get_rfs, 0 },
	{ 0 },
};

/* ------------------------------------------------------------------------------- */
/* Closing remarks                                                                 */

static bool has_word(const struct rps_view *view, const char *word)
{
	const struct table *table = &view->steer.table;

	for (size_t i = 0; i < table->n_rows; i++) {
		const struct rps_row *row = table->rows[i];

		if (strcmp(row->rps, word) == 0 ||
			(row->rfs && strcmp(row->rfs, word) == 0))
			return true;
	}
	return false;
}

static void remark_words(const struct rps_view *view)
{
	if (has_word(view, "same-cpu"))
		printf("same-cpu: RPS has no effect, since it targets the CPU that "
		       "handles "
		       "the interrupt.\n");
	if (has_word(view, "redundant"))
		printf("redundant: the device has a queue for each CPU and spreads the "
		       "work itself.\n");
	if (has_word(view, "no-table"))
		printf("no-table: RFS has no effect while rps_sock_flow_entries is 0; "
		       "--flows=N sets it too.\n");
	else if (view->has_entries && has_word(view, "on"))
		printf("rps_sock_flow_entries: %llu.\n",
			(unsigned long long)view->entries);
}

static bool is_on(const struct table *table, const struct irqkit_device *device)
{
	for (size_t i = 0; i < table->n_rows; i++) {
		const struct steer_row *row = table->rows[i];

		if (irqkit_queue_get_device(row->queue) == device &&
			!irqkit_cpuset_is_empty(row->cpus))
			return true;
	}
	return false;
}

/* RPS is off on all queues: says whether it would help. */
static void remark_advice(struct net *net, struct irqkit_device *device)
{
	_cleanup_free_ char *why = NULL, *list = NULL, *name = NULL;
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;

	name = text_escape(irqkit_device_get_name(device));
	if (!name || rps_advise(net, device, &cpus, &why) != STATUS_DONE)
		return;
	irqkit_cpuset_format_list(cpus, &list);
	if (list && *list)
		printf("%s has %s.\n'irqkit rps %s --auto' %s%s.\n", name, why, name,
			irqkit_cpuset_count(cpus) == 1 ? "moves the packets to CPU "
						       : "spreads the packets over CPUs ",
			list);
	else
		printf("RPS would not help %s: %s.\n", name, why);
}

static void remark(const struct steer_view *view)
{
	struct net *net = view->net;

	remark_words((const struct rps_view *)view);
	for (size_t i = 0; i < net->n_targets; i++)
		if (!is_on(&view->table, net->targets[i]))
			remark_advice(net, net->targets[i]);
}

static void add_keys(const struct steer_view *data, struct document *document)
{
	const struct rps_view *view = (const struct rps_view *)data;

	if (view->has_entries)
		document_add_number(document, "rps_sock_flow_entries", view->entries);
}

const struct steer_kind rps_kind = {
	.direction = IRQKIT_RX,
	.cpus_file = "rps_cpus",
	.read_cpus = irqkit_queue_read_rps_cpus,
	.columns = columns,
	.row_size = sizeof(struct rps_row),
	.read_row = read_row,
	.add_keys = add_keys,
	.remark = remark,
};

enum status rps_show(struct net *net, const struct steer_options *options)
{
	struct rps_view view = {
		.steer = { .kind = &rps_kind, .net = net, .options = options },
	};

	view.has_entries = irqkit_rps_read_sock_flow_entries(
				   net->change->ctx, &view.entries) == 0;
	return steer_show(&view.steer);
}
