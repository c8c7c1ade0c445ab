/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* irqkit rps: receive packet steering, and receive flow steering. */
#include "base/basics.h"
#include "base/say.h"
#include "change/say_request.h"
#include "queues/rps_system.h"
#include "queues/show_rps.h"

#include <string.h>

static const struct option options[] = {
	{ "cpus", 'C', OPTION_TEXT, offsetof(struct rps_options, steer.cpus), "SET",
		"CPUs that process received packets, or 'off'" },
	{ "mask", 'm', OPTION_TEXT, offsetof(struct rps_options, steer.mask), "HEX",
		"the same CPUs as a mask, as the kernel writes it" },
	{ "auto", 0, OPTION_FLAG, offsetof(struct rps_options, steer.is_auto), NULL,
		"choose the CPUs, or none if RPS would not help" },
	{ "off", 0, OPTION_FLAG, offsetof(struct rps_options, steer.is_off), NULL,
		"turn RPS and RFS off" },
	{ "flows", 0, OPTION_TEXT, offsetof(struct rps_options, flows), "N",
		"RFS: total flow-table size of all queues; 0 turns RFS off" },
	{ "queues", 0, OPTION_TEXT, offsetof(struct rps_options, steer.queues), "LIST",
		"only these rx queues, as in 0,2" },
	{ "default", 0, OPTION_TEXT_OR_NONE, offsetof(struct rps_options, new_interfaces),
		"SET",
		"CPUs for interfaces that are created later, or 'off'; without SET: show "
		"them" },
	{ "entries", 0, OPTION_TEXT_OR_NONE, offsetof(struct rps_options, entries), "N",
		"RFS: size of the flow table of the whole system; without N: show it" },
	STEER_OPTIONS(struct rps_options, steer),
	{ 0 },
};

static int fill(struct irqkit_request *request, const struct call *call)
{
	const struct rps_options *o = call->state;
	uint64_t flows;

	if (o->flows && rps_parse_flows(o->flows, &flows))
		return irqkit_request_set_flows(request, flows, "--flows");
	return 0;
}

static enum status check_words(const struct rps_options *o)
{
	const struct steer_options *s = &o->steer;
	uint64_t flows;

	if (!!s->cpus + !!s->mask + s->is_auto + s->is_off > 1)
		say_error("--cpus, --mask, --auto and --off cannot be combined");
	else if (s->is_off && o->flows)
		say_error("--off and --flows cannot be combined: --off also turns RFS "
			  "off");
	else if (o->flows && !rps_parse_flows(o->flows, &flows))
		say_error("--flows takes a number of flows up to %u, not '%s'",
			IRQKIT_FLOWS_MAX, o->flows);
	else
		return STATUS_DONE;
	return STATUS_MISUSE;
}

/* ------------------------------------------------------------------------------- */

static const struct steering steering = {
	.kind = &rps_kind,
	.changing = "--cpus, --mask, --auto, --off or --flows",
	.show = rps_show,
	.new_request = irqkit_request_new_rps,
	.fill = fill,
};

static enum status check(const struct call *call, const struct rps_options *o)
{
	enum status status = steer_check(call, &rps_kind, &o->steer);

	return status == STATUS_DONE ? check_words(o) : status;
}

static enum status make_request(
	const struct call *call, struct irqkit_request **ret_request)
{
	const struct rps_options *o = call->state;
	enum status status;

	if (rps_is_of_system(o))
		return rps_make_system(call, o, ret_request);
	status = check(call, o);
	return status == STATUS_DONE ? steer_make_request(call, &steering, &o->steer,
					       rps_is_change(o), ret_request)
				     : status;
}

static enum status run(const struct call *call)
{
	const struct rps_options *o = call->state;
	enum status status;

	if (rps_is_of_system(o))
		return rps_run_system(call, o);
	status = check(call, o);
	return status == STATUS_DONE
		? steer_run(call, &steering, &o->steer, rps_is_change(o))
		: status;
}

static void print_columns(void)
{
	columns_print("", rps_kind.columns);
}

const struct command cmd_rps = {
	.name = "rps",
	.args = "[OPTION...] [DEV...]",
	.summary = "show or set receive packet steering",
	.needs_root_to = "change packet steering",
	.more = "Without --cpus, --mask, --auto, --off and --flows: show the current "
		"settings.\n"
		"\n"
		"  irqkit rps                            all interfaces\n"
		"  irqkit rps eth1                       is RPS on, and does it have "
		"an effect?\n"
		"  irqkit rps eth1 --cpus=1-7            CPUs 1-7 process received "
		"packets\n"
		"  irqkit rps eth1 --auto --flows=32768  choose the CPUs, and turn RFS "
		"on\n"
		"  irqkit rps eth1 --off                 turn RPS and RFS off\n"
		"  irqkit rps 'veth*' --cpus=0-3         CPUs 0-3 for all such "
		"interfaces\n"
		"  irqkit rps --default=0-3              CPUs 0-3 for interfaces "
		"created later\n"
		"  irqkit rps --default                  which CPUs are these now?\n"
		"  irqkit rps --entries=32768            RFS: the flow table of the "
		"whole system\n"
		"  irqkit undo                           undo the change\n",
	.print_columns = print_columns,
	.options = options,
	.state_size = sizeof(struct rps_options),
	.run = run,
	.make_request = make_request,
};
