/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * RPS, RFS and XPS as `rps` and `xps` lines: queues of an interface that have the same
 * settings share a line.
 *
 * What is off is a setting too: of an interface that has any line, the lines hold it, so that a
 * check notices what somebody turns on later. Interfaces without a line, most of them
 * virtual, stay without one.
 */
#include "base/array.h"
#include "base/cpuset.h"
#include "base/error_text.h"
#include "base/macros.h"
#include "base/number.h"
#include "devices/queues.h"
#include "kernel/ctx.h"
#include "policy/save.h"
#include "topology/topology.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Queues with the same settings. */
struct group {
	char *options; /* owned; "--cpus=1-7" */
	uint64_t flows; /* of each queue */
	bool has_flows;
	struct irqkit_cpuset *numbers; /* owned */
	size_t n_settings; /* of each queue */
};

struct groups {
	struct group *items; /* owned */
	size_t n, room;
};

static void groups_clear(struct groups *groups)
{
	for (size_t i = 0; i < groups->n; i++) {
		free(groups->items[i].options);
		irqkit_cpuset_free(groups->items[i].numbers);
	}
	free(groups->items);
}

/* Adds the queue to the group with the settings of @like, whose options it takes over. */
static int groups_add(
	struct groups *groups, const struct group *like, unsigned int number)
{
	struct group *group;
	size_t i = 0;

	if (!like->options)
		return -ENOMEM;
	while (i < groups->n &&
		(strcmp(groups->items[i].options, like->options) != 0 ||
			groups->items[i].flows != like->flows ||
			groups->items[i].has_flows != like->has_flows))
		i++;
	if (i < groups->n) {
		free(like->options);
		return irqkit_cpuset_add(groups->items[i].numbers, number);
	}
	if (!GROW(groups->items, groups->n, groups->room)) {
		free(like->options);
		return -ENOMEM;
	}
	group = &groups->items[groups->n++];
	*group = *like;
	if (irqkit_cpuset_new(&group->numbers) < 0)
		return -ENOMEM;
	return irqkit_cpuset_add(group->numbers, number);
}

/* A line for queues of a group. @list: their numbers, or NULL: all of the interface */
static int add_line(struct save *save, const char *command, const char *name,
	const struct group *group, const char *list, size_t n_queues)
{
	struct buffer options = { 0 }, line = { 0 };
	_cleanup_free_ char *text = NULL;
	int r;

	buffer_add(&options, "%s", group->options);
	if (group->has_flows)
		buffer_add(&options, "%s--flows=%llu", options.len ? " " : "",
			(unsigned long long)(group->flows * n_queues));
	if (list)
		buffer_add(&options, " --queues=%s", list);
	r = buffer_take(&options, &text);
	if (r == 0)
		r = save_add_interface_words(&line, command, name, text);
	if (r < 0) {
		free(line.text);
		return r;
	}
	save->has_flows |= group->flows > 0; /* these need the table of the system */
	return save_add_command(save, &line, group->n_settings * n_queues);
}

static int add_group(struct save *save, const char *command, struct irqkit_device *device,
	const struct group *group, size_t n_all)
{
	size_t n = irqkit_cpuset_count(group->numbers);
	_cleanup_free_ char *list = NULL;
	int r = irqkit_cpuset_format_list(group->numbers, &list);

	if (r < 0 || !group->has_flows || group->flows * n <= IRQKIT_FLOWS_MAX)
		return r < 0 ? r
			     : add_line(save, command, device->name, group,
				       n < n_all ? list : NULL, n);
	irqkit_cpuset_foreach (number, group->numbers) {
		char one[16];

		snprintf(one, sizeof(one), "%u", number);
		r = add_line(save, command, device->name, group, one, 1);
		if (r < 0)
			break;
	}
	return r;
}

static int add_groups(struct save *save, const char *command,
	struct irqkit_device *device, const struct groups *groups,
	enum irqkit_direction direction)
{
	size_t n_all = irqkit_device_count_direction(device, direction);
	int r = 0;

	for (size_t i = 0; i < groups->n && r == 0; i++)
		r = add_group(save, command, device, &groups->items[i], n_all);
	return r;
}

/* ------------------------------------------------------------------------------- */

static int leave_out(struct save *save, const char *what,
	const struct irqkit_queue *queue, const char *reason)
{
	char name[QUEUE_NAME_ROOM];

	queue_format_name(queue, name);
	return save_leave_out(save, what, name, "%s", reason);
}

static int leave_out_unreadable(
	struct save *save, const char *what, const struct irqkit_queue *queue, int error)
{
	/* a failure was logged, and the program says so */
	return is_failure(error) ? error
				 : leave_out(save, what, queue, error_text(-error));
}

/* 1: the queue was left out, because a SET cannot name its CPUs. */
static int leave_out_offline(struct save *save, const char *what,
	const struct irqkit_queue *queue, const struct irqkit_cpuset *cpus)
{
	char name[QUEUE_NAME_ROOM];

	queue_format_name(queue, name);
	return save_leave_out_offline(save, what, name, cpus);
}

/* Why no line can be about this queue at all; NULL: one can. */
static const char *find_obstacle(const struct irqkit_queue *queue)
{
	if (!save_can_hold(queue->device->name))
		return "the name of the interface contains a newline";
	if (queue->number > IRQKIT_CPU_MAX)
		return "no kernel assigns such a number";
	return NULL;
}

/* ------------------------------------------------------------------------------- */
/* RPS                                                                             */

static const char what_rps[] = "RPS of queue";

/* What one rx queue has. */
struct rps {
	struct irqkit_cpuset *cpus; /* owned */
	uint64_t flows;
	bool has_flows; /* there is such a file */
};

static void rps_clear(struct rps *rps)
{
	irqkit_cpuset_free(rps->cpus);
}

static int read_rps(struct irqkit_queue *queue, struct rps *rps)
{
	int r = irqkit_queue_read_rps_cpus(queue, &rps->cpus);

	if (r < 0)
		return r;
	r = irqkit_queue_read_rps_flow_cnt(queue, &rps->flows);
	rps->has_flows = r == 0;
	return r == -ENOENT ? 0 : r;
}

static bool rps_is_default(const struct rps *rps)
{
	return irqkit_cpuset_is_empty(rps->cpus) && rps->flows == 0;
}

/* Why `rps` would refuse what the queue has; NULL: it would not. */
static const char *find_rps_obstacle(
	const struct save *save, const struct irqkit_queue *queue, const struct rps *rps)
{
	const struct irqkit_cpuset *allowed = topology_get_kernel_cpus(
		save->machine->topology, IRQKIT_CPUS_HOUSEKEEPING);
	const char *obstacle = find_obstacle(queue);
	enum irqkit_net_kind kind;

	if (obstacle)
		return obstacle;
	if (allowed && !irqkit_cpuset_is_subset(rps->cpus, allowed))
		return "some of the CPUs are isolated";
	if (rps->flows > IRQKIT_FLOWS_MAX || round_up_to_power(rps->flows) != rps->flows)
		return "no kernel has such a number of flows";
	if (!rps_is_default(rps) &&
		irqkit_device_read_net_kind(queue->device, &kind) == 0 &&
		kind == IRQKIT_NET_UPPER)
		return "it has no effect on this interface";
	return NULL;
}

/* The options that give a queue these settings. */
static int format_rps(const struct save *save, const struct rps *rps, struct group *group)
{
	bool has_cpus = !irqkit_cpuset_is_empty(rps->cpus);
	_cleanup_free_ char *list = NULL;
	int r = irqkit_cpuset_format_list(rps->cpus, &list);

	if (r < 0)
		return r;
	group->n_settings = 1 + (rps->has_flows && (save->with_off || rps->flows));
	if (rps_is_default(rps)) {
		group->options = strdup("--off");
		return 0;
	}
	group->has_flows = rps->flows || (save->with_off && rps->has_flows);
	group->flows = rps->flows;
	if (!has_cpus && !save->with_off)
		group->n_settings--;
	if (has_cpus && asprintf(&group->options, "--cpus=%s", list) < 0)
		group->options = NULL;
	else if (!has_cpus)
		group->options = strdup(save->with_off ? "--cpus=off" : "");
	return 0;
}

static int add_rps(struct save *save, struct groups *groups, struct irqkit_queue *queue)
{
	struct rps rps CLEANUP(rps_clear) = { 0 };
	struct group group = { 0 };
	const char *obstacle;
	int r = read_rps(queue, &rps);

	if (r < 0)
		return r == -ENOENT ? 0 : leave_out_unreadable(save, what_rps, queue, r);
	obstacle = find_rps_obstacle(save, queue, &rps);
	if (rps_is_default(&rps) &&
		(!save->with_off || (obstacle && !save->with_defaults)))
		return 0;
	r = leave_out_offline(save, what_rps, queue, rps.cpus);
	if (r)
		return r < 0 ? r : 0;
	if (obstacle)
		return leave_out(save, what_rps, queue, obstacle);
	r = format_rps(save, &rps, &group);
	return r == 0 ? groups_add(groups, &group, queue->number) : r;
}

int save_rps(struct save *save, struct irqkit_device *device)
{
	struct groups groups CLEANUP(groups_clear) = { 0 };
	int r = 0;

	for (size_t i = 0; i < device->n_queues && r == 0; i++)
		if (device->queues[i].direction == IRQKIT_RX &&
			save_wants_queue(save, &device->queues[i]))
			r = add_rps(save, &groups, &device->queues[i]);
	return r == 0 ? add_groups(save, "rps", device, &groups, IRQKIT_RX) : r;
}

/* ------------------------------------------------------------------------------- */
/* XPS                                                                             */

static const char what_xps[] = "XPS of queue";

/* What one tx queue has. */
struct xps {
	struct irqkit_cpuset *cpus, *rxqs; /* owned */
	bool has_rxqs; /* there is such a file */
};

static void xps_clear(struct xps *xps)
{
	irqkit_cpuset_free(xps->cpus);
	irqkit_cpuset_free(xps->rxqs);
}

static int read_xps(struct irqkit_queue *queue, struct xps *xps)
{
	int r = irqkit_queue_read_xps_cpus(queue, &xps->cpus);

	if (r < 0)
		return r;
	r = irqkit_queue_read_xps_rxqs(queue, &xps->rxqs);
	xps->has_rxqs = r == 0;
	return r == -ENOENT ? irqkit_cpuset_new(&xps->rxqs) : r;
}

static bool xps_is_default(const struct xps *xps)
{
	return irqkit_cpuset_is_empty(xps->cpus) && irqkit_cpuset_is_empty(xps->rxqs);
}

/* Why `xps` would refuse what the queue has, or skip it; NULL: it would not. */
static const char *find_xps_obstacle(struct irqkit_queue *queue, const struct xps *xps)
{
	const char *obstacle = find_obstacle(queue);
	bool is_ignored = false;
	unsigned int class;

	if (obstacle)
		return obstacle;
	if (!xps_is_default(xps) && !irqkit_device_get_driver(queue->device) &&
		irqkit_device_read_ignores_xps(queue->device, &is_ignored) == 0 &&
		is_ignored)
		return "it has no effect on this interface";
	if (irqkit_device_count_direction(queue->device, IRQKIT_TX) < 2)
		return "the interface has only this tx queue";
	if (irqkit_queue_read_traffic_class(queue, &class) == -ENODATA)
		return "the queue is in no traffic class";
	irqkit_cpuset_foreach (number, xps->rxqs)
		if (!irqkit_device_find_queue(queue->device, IRQKIT_RX, number))
			return "it names an rx queue that does not exist";
	return NULL;
}

/* The options that give a queue these settings. */
static int format_xps(const struct save *save, const struct xps *xps, struct group *group)
{
	bool has_cpus = !irqkit_cpuset_is_empty(xps->cpus);
	bool has_rxqs = !irqkit_cpuset_is_empty(xps->rxqs);
	_cleanup_free_ char *cpus = NULL, *rxqs = NULL;
	struct buffer options = { 0 };
	int r = irqkit_cpuset_format_list(xps->cpus, &cpus);

	if (r == 0)
		r = irqkit_cpuset_format_list(xps->rxqs, &rxqs);
	if (r < 0)
		return r;
	if (!has_cpus && !has_rxqs)
		buffer_add(&options, "--off");
	else if (has_cpus || save->with_off)
		buffer_add(&options, "--cpus=%s", has_cpus ? cpus : "off");
	if (has_rxqs)
		buffer_add(&options, "%s--rxqs=%s", options.len ? " " : "", rxqs);
	group->n_settings = (has_cpus || save->with_off) +
		(has_rxqs || (save->with_off && xps->has_rxqs));
	return buffer_take(&options, &group->options);
}

static int add_xps(struct save *save, struct groups *groups, struct irqkit_queue *queue)
{
	struct xps xps CLEANUP(xps_clear) = { 0 };
	struct group group = { 0 };
	const char *obstacle;
	int r = read_xps(queue, &xps);

	if (r < 0)
		return r == -ENOENT ? 0 : leave_out_unreadable(save, what_xps, queue, r);
	obstacle = find_xps_obstacle(queue, &xps);
	if (xps_is_default(&xps) && (!save->with_off || obstacle))
		return 0;
	if (obstacle)
		return leave_out(save, what_xps, queue, obstacle);
	r = leave_out_offline(save, what_xps, queue, xps.cpus);
	if (r)
		return r < 0 ? r : 0;
	r = format_xps(save, &xps, &group);
	return r == 0 ? groups_add(groups, &group, queue->number) : r;
}

int save_xps(struct save *save, struct irqkit_device *device)
{
	struct groups groups CLEANUP(groups_clear) = { 0 };
	int r = 0;

	for (size_t i = 0; i < device->n_queues && r == 0; i++)
		if (device->queues[i].direction == IRQKIT_TX &&
			save_wants_queue(save, &device->queues[i]))
			r = add_xps(save, &groups, &device->queues[i]);
	return r == 0 ? add_groups(save, "xps", device, &groups, IRQKIT_TX) : r;
}

/* ------------------------------------------------------------------------------- */
/* What is off                                                                     */

static int has_steering(struct irqkit_queue *queue, bool *ret_has)
{
	struct rps rps CLEANUP(rps_clear) = { 0 };
	struct xps xps CLEANUP(xps_clear) = { 0 };
	bool is_rx = queue->direction == IRQKIT_RX;
	int r = is_rx ? read_rps(queue, &rps) : read_xps(queue, &xps);

	if (r < 0)
		return is_failure(r) ? r : 0;
	*ret_has |= is_rx ? !rps_is_default(&rps) : !xps_is_default(&xps);
	return 0;
}

/* Packets pass the queues of the interfaces below instead. */
static bool is_upper(struct irqkit_device *device)
{
	enum irqkit_net_kind kind;

	return irqkit_device_read_net_kind(device, &kind) == 0 &&
		kind == IRQKIT_NET_UPPER;
}

int save_choose_off(struct save *save, struct irqkit_device *device)
{
	int r = 0;

	save->with_off = save->with_defaults || !save->heading; /* it has a line */
	for (size_t i = 0; i < device->n_queues && r == 0 && !save->with_off; i++)
		if (save_wants_queue(save, &device->queues[i]))
			r = has_steering(&device->queues[i], &save->with_off);
	if (save->with_off && is_upper(device))
		save->with_off = false;
	return r;
}
