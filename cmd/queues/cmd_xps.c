/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* irqkit xps: transmit packet steering. */
#include "base/say.h"
#include "queues/show_xps.h"

struct xps_options {
	struct steer_options steer;
	const char *rxqs; /* "": each tx queue gets the rx queues it is paired with */
};

static const struct option options[] = {
	{ "cpus", 'C', OPTION_TEXT, offsetof(struct xps_options, steer.cpus), "SET",
		"CPUs that transmit on these queues, or 'off'" },
	{ "mask", 'm', OPTION_TEXT, offsetof(struct xps_options, steer.mask), "HEX",
		"the same CPUs as a mask, as the kernel writes it" },
	{ "auto", 0, OPTION_FLAG, offsetof(struct xps_options, steer.is_auto), NULL,
		"each CPU transmits on the queue handled nearest to it" },
	{ "rxqs", 0, OPTION_OPTIONAL_TEXT, offsetof(struct xps_options, rxqs), "LIST",
		"send flows of these rx queues on these tx queues; without LIST, of the "
		"rx queue paired with each" },
	{ "off", 0, OPTION_FLAG, offsetof(struct xps_options, steer.is_off), NULL,
		"turn XPS off" },
	{ "queues", 0, OPTION_TEXT, offsetof(struct xps_options, steer.queues), "LIST",
		"only these tx queues, as in 0,2" },
	STEER_OPTIONS(struct xps_options, steer),
	{ 0 },
};

static bool is_change(const struct xps_options *o)
{
	return o->steer.cpus || o->steer.mask || o->steer.is_auto || o->rxqs ||
		o->steer.is_off;
}

static int fill(struct irqkit_request *request, const struct call *call)
{
	const struct xps_options *o = call->state;

	if (o->rxqs && !o->steer.cpus && !o->steer.mask)
		irqkit_request_set_steering(request, IRQKIT_STEERING_RXQS, "--auto");
	return o->rxqs && *o->rxqs ? irqkit_request_set_rxqs(request, o->rxqs, "--rxqs")
				   : 0;
}

static enum status check_words(const struct xps_options *o)
{
	const struct steer_options *s = &o->steer;

	bool has_cpus = s->cpus || s->mask;

	if (!!s->cpus + !!s->mask + s->is_auto + s->is_off > 1 ||
		(o->rxqs && (s->is_auto || s->is_off)))
		say_error("--cpus, --mask, --auto, --rxqs and --off cannot be combined, "
			  "except for --rxqs=LIST with --cpus or --mask");
	else if (o->rxqs && !*o->rxqs && has_cpus)
		say_error(
			"--rxqs needs a list of rx queues if it is combined with --cpus "
			"or --mask, as in --rxqs=0");
	else
		return STATUS_DONE;
	return STATUS_MISUSE;
}

static const struct steering steering = {
	.kind = &xps_kind,
	.changing = "--cpus, --mask, --auto, --rxqs or --off",
	.show = xps_show,
	.new_request = irqkit_request_new_xps,
	.fill = fill,
};

static enum status check(const struct call *call, const struct xps_options *o)
{
	enum status status = steer_check(call, &xps_kind, &o->steer);

	return status == STATUS_DONE ? check_words(o) : status;
}

static enum status make_request(
	const struct call *call, struct irqkit_request **ret_request)
{
	const struct xps_options *o = call->state;
	enum status status = check(call, o);

	return status == STATUS_DONE ? steer_make_request(call, &steering, &o->steer,
					       is_change(o), ret_request)
				     : status;
}

static enum status run(const struct call *call)
{
	const struct xps_options *o = call->state;
	enum status status = check(call, o);

	return status == STATUS_DONE ? steer_run(call, &steering, &o->steer, is_change(o))
				     : status;
}

static void print_columns(void)
{
	columns_print("", xps_kind.columns);
}

const struct command cmd_xps = {
	.name = "xps",
	.args = "[OPTION...] [DEV...]",
	.summary = "show or set transmit packet steering",
	.needs_root_to = "change packet steering",
	.more = "Without --cpus, --mask, --auto, --rxqs and --off: show the current "
		"settings.\n"
		"\n"
		"  irqkit xps                           all interfaces\n"
		"  irqkit xps eth0                      which CPU transmits on which "
		"queue?\n"
		"  irqkit xps eth0 --auto               on the queue handled nearest "
		"to it\n"
		"  irqkit xps eth0 --queues=1 --cpus=2  CPU 2 transmits on tx-1\n"
		"  irqkit xps eth0 --off                the kernel chooses a queue per "
		"flow\n"
		"  irqkit undo                          undo the change\n",
	.print_columns = print_columns,
	.options = options,
	.state_size = sizeof(struct xps_options),
	.run = run,
	.make_request = make_request,
};
