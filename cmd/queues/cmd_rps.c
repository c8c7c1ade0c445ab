/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* irqkit rps: receive packet steering, and receive flow steering. */
#include "base/read_number.h"
#include "base/say.h"
#include "base/text.h"
#include "measure/queue.h"
#include "queues/knobs.h"
#include "queues/net_queues.h"
#include "queues/show_rps.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define MAX_FLOWS (1u << 29) /* net/core/sysctl_net_core.c, rps_sock_flow_sysctl() */

struct rps_options {
	struct steer_options steer;
	const char *flows;
};

static const struct option options[] = {
	{ "cpus", 'C', OPTION_TEXT, offsetof(struct rps_options, steer.cpus), "SET",
		"CPUs that process received packets" },
	{ "auto", 0, OPTION_FLAG, offsetof(struct rps_options, steer.is_auto), NULL,
		"choose the CPUs, or none if RPS would not help" },
	{ "off", 0, OPTION_FLAG, offsetof(struct rps_options, steer.is_off), NULL,
		"turn RPS and RFS off" },
	{ "flows", 0, OPTION_TEXT, offsetof(struct rps_options, flows), "N",
		"RFS: total flow-table size of all queues; 0 turns RFS off" },
	{ "queues", 0, OPTION_TEXT, offsetof(struct rps_options, steer.queues), "LIST",
		"only these rx queues, as in 0,2" },
	STEER_OPTIONS(struct rps_options, steer),
	{ 0 },
};

static bool is_change(const struct rps_options *o)
{
	return o->steer.cpus || o->steer.is_auto || o->steer.is_off || o->flows;
}

static const struct rps_options *options_of(const struct steer_task *task)
{
	return task->change->call->state;
}

/* ------------------------------------------------------------------------------- */
/* CPUs                                                                            */

static void say_isolated(
	const struct irqkit_cpuset *isolated, const struct irqkit_cpuset *others)
{
	_cleanup_free_ char *list = NULL, *rest = NULL;

	if (irqkit_cpuset_format_list(isolated, &list) < 0 ||
		irqkit_cpuset_format_list(others, &rest) < 0)
		say_no_memory();
	else if (*rest)
		say_error("--cpus: the kernel accepts no isolated CPU for RPS "
			  "(isolated: %s); use --cpus=%s",
			list, rest);
	else
		say_error("--cpus: the kernel accepts no isolated CPU for RPS "
			  "(isolated: %s); use other CPUs, or --auto to have them "
			  "chosen",
			list);
}

/* The kernel would leave out isolated CPUs silently, or refuse a set without others. */
static enum status check_isolated(
	const struct steer_task *task, const struct irqkit_cpuset *cpus)
{
	const struct irqkit_cpuset *allowed = irqkit_topology_get_cpus(
		task->net->topology, IRQKIT_CPUS_HOUSEKEEPING);
	_cleanup_cpuset_ struct irqkit_cpuset *isolated = NULL, *others = NULL;

	if (!allowed || irqkit_cpuset_is_subset(cpus, allowed))
		return STATUS_DONE;
	if (irqkit_cpuset_copy(cpus, &isolated) < 0 ||
		irqkit_cpuset_copy(cpus, &others) < 0)
		return say_no_memory();
	irqkit_cpuset_remove_set(isolated, allowed);
	irqkit_cpuset_keep_set(others, allowed);
	say_isolated(isolated, others);
	return STATUS_MISUSE;
}

static void remark_decision(
	const struct steer_task *task, const struct irqkit_cpuset *cpus, const char *why)
{
	const char *name = irqkit_device_get_name(task->device);
	unsigned int n = irqkit_cpuset_count(cpus);
	_cleanup_free_ char *list = NULL;
	char *remark;
	int r;

	if (irqkit_cpuset_format_list(cpus, &list) < 0)
		return;
	if (n == 0)
		r = asprintf(&remark, "RPS would not help %s: %s.", name, why);
	else
		r = asprintf(&remark, "RPS uses CPU%s %s: %s has %s.", n == 1 ? "" : "s",
			list, name, why);
	if (r >= 0)
		report_add_remark(&task->change->report, remark);
}

/* The decision leaves out CPUs that handle the queues, if these are known. */
static void warn_unknown(const struct steer_task *task)
{
	_cleanup_free_ char *why = net_explain_unknown(task->device, IRQKIT_RX);

	if (why)
		say_warning("--auto does not know which CPUs handle the rx queues of %s: "
			    "%s; use --cpus=SET to choose CPUs",
			irqkit_device_get_name(task->device), why);
}

/* The CPUs and the reason; no CPUs: RPS is turned off. */
static enum status choose_cpus(
	const struct steer_task *task, struct irqkit_cpuset **ret_cpus, char **ret_why)
{
	const struct steer_options *o = &options_of(task)->steer;
	enum status status;

	if (o->is_auto) {
		status = rps_advise(task->net, task->device, ret_cpus, ret_why);
		if (status == STATUS_DONE) {
			remark_decision(task, *ret_cpus, *ret_why);
			warn_unknown(task);
		}
		return status;
	}
	*ret_why = strdup("requested");
	if (!*ret_why || (o->is_off && irqkit_cpuset_new(ret_cpus) < 0))
		return say_no_memory();
	if (o->is_off)
		return STATUS_DONE;
	status = net_read_cpus(task->net, "--cpus", o->cpus, task->device, ret_cpus);
	return status == STATUS_DONE ? check_isolated(task, *ret_cpus) : status;
}

/* The CPU that handles the interrupt has the packets already. */
static void remark_same_cpu(
	const struct steer_task *task, const struct irqkit_cpuset *cpus)
{
	_cleanup_free_ char *first = NULL;
	char more[64] = "", *remark;
	size_t n = 0;

	for (size_t i = 0; i < task->n_queues; i++) {
		const struct irqkit_cpuset *serving = net_get_settled_cpus(
			task->net, task->queues[i]);

		if (!serving || !irqkit_cpuset_is_subset(cpus, serving))
			continue;
		if (n++ == 0)
			first = queue_format_full_name(task->queues[i]);
	}
	if (!first)
		return;
	if (n > 1)
		snprintf(more, sizeof(more), " (and %zu more)", n - 1);
	if (asprintf(&remark,
		    "%s%s: RPS has no effect, since it targets the CPU that handles the "
		    "interrupt.",
		    first, more) >= 0)
		report_add_remark(&task->change->report, remark);
}

static enum status plan_cpus(const struct steer_task *task)
{
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
	_cleanup_free_ char *why = NULL;
	enum status status = choose_cpus(task, &cpus, &why);

	if (status == STATUS_DONE && !irqkit_cpuset_is_empty(cpus))
		remark_same_cpu(task, cpus);
	for (size_t i = 0; i < task->n_queues && status == STATUS_DONE; i++) {
		int r = irqkit_plan_add_rps_cpus(
			task->change->plan, task->queues[i], cpus, why);

		if (r < 0)
			status = queue_say_unreadable(
				task->change, task->queues[i], "rps_cpus", r);
	}
	return status;
}

/* ------------------------------------------------------------------------------- */
/* Flows                                                                           */

static bool parse_flows(const char *word, uint64_t *ret_flows)
{
	return read_number(word, strlen(word), MAX_FLOWS, ret_flows) == 0;
}

/*
 * The counts of queues need this table. It belongs to the machine, so it never shrinks.
 */
static enum status plan_entries(const struct steer_task *task, uint64_t flows)
{
	_cleanup_free_ char *path = NULL;
	uint64_t now;
	int r = irqkit_rps_read_sock_flow_entries(task->change->ctx, &now);

	if (r == 0)
		r = irqkit_plan_add_rps_sock_flow_entries(task->change->plan,
			now > flows ? now : flows,
			now >= flows ? "already large enough"
				     : "raised to hold these flows");
	if (r == 0)
		return STATUS_DONE;
	path = text_below_root(irqkit_ctx_get_root(task->change->ctx),
		"/proc/sys/net/core/rps_sock_flow_entries");
	if (!path)
		return say_no_memory();
	if (r == -ENOENT) {
		say_error("there is no %s: the kernel was built without RPS, or this is "
			  "a container",
			path);
		return STATUS_IMMOVABLE;
	}
	say_error("cannot read %s: %s", path, strerror(-r));
	return STATUS_REFUSED;
}

static enum status plan_flows(const struct steer_task *task)
{
	const struct rps_options *o = options_of(task);
	uint64_t flows = 0, each;
	char why[64] = "requested";
	enum status status = STATUS_DONE;

	if (o->flows)
		parse_flows(o->flows, &flows);
	each = (flows + task->n_queues - 1) / task->n_queues;
	if (flows && task->is_first)
		status = plan_entries(task, flows);
	if (task->n_queues > 1 && flows)
		snprintf(why, sizeof(why), "%llu for %zu queues",
			(unsigned long long)flows, task->n_queues);
	for (size_t i = 0; i < task->n_queues && status == STATUS_DONE; i++) {
		int r = irqkit_plan_add_rps_flow_cnt(
			task->change->plan, task->queues[i], each, why);

		/* a missing knob need not be turned off */
		if (r < 0 && !(r == -ENOENT && o->steer.is_off))
			status = queue_say_unreadable(
				task->change, task->queues[i], "rps_flow_cnt", r);
	}
	return status;
}

static enum status plan_device(const struct steer_task *task)
{
	const struct rps_options *o = options_of(task);
	enum status status = STATUS_DONE;

	if (o->flows || o->steer.is_off)
		status = plan_flows(task);
	if (status == STATUS_DONE &&
		(o->steer.cpus || o->steer.is_auto || o->steer.is_off))
		status = plan_cpus(task);
	return status;
}

/* ------------------------------------------------------------------------------- */

static enum status check_words(const struct rps_options *o)
{
	const struct steer_options *s = &o->steer;
	uint64_t flows;

	if (!!s->cpus + s->is_auto + s->is_off > 1)
		say_error("--cpus, --auto and --off cannot be combined");
	else if (s->is_off && o->flows)
		say_error("--off and --flows cannot be combined: --off also turns RFS "
			  "off");
	else if (o->flows && !parse_flows(o->flows, &flows))
		say_error("--flows takes a number of flows up to %u, not '%s'", MAX_FLOWS,
			o->flows);
	else
		return STATUS_DONE;
	return STATUS_MISUSE;
}

static enum status run(const struct call *call)
{
	static const struct steering steering = { &rps_kind,
		"--cpus, --auto, --off or --flows", rps_show, plan_device };
	const struct rps_options *o = call->state;
	enum status status = steer_check(call, &rps_kind, &o->steer);

	if (status == STATUS_DONE)
		status = check_words(o);
	return status == STATUS_DONE ? steer_run(call, &steering, &o->steer, is_change(o))
				     : status;
}

const struct command cmd_rps = {
	.name = "rps",
	.args = "[OPTION...] DEV",
	.summary = "show or set receive packet steering",
	.more = "Without --cpus, --auto, --off and --flows: show the current "
		"settings.\n"
		"\n"
		"  irqkit rps eth1                       is RPS on, and does it have "
		"an effect?\n"
		"  irqkit rps eth1 --cpus=1-7            CPUs 1-7 process received "
		"packets\n"
		"  irqkit rps eth1 --auto --flows=32768  choose the CPUs, and turn RFS "
		"on\n"
		"  irqkit rps eth1 --off                 turn RPS and RFS off\n"
		"  irqkit undo                           undo the change\n"
		"\n"
		"Columns: QUEUE DEVICE IRQ SERVED CPUS MASK FLOWS RPS RFS.\n",
	.options = options,
	.state_size = sizeof(struct rps_options),
	.run = run,
};
