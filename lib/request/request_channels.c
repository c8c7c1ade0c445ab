/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Requests for channels: how many, and which of them get flows. For each interface:
 *
 *	what it has, what is wanted --> "combined 4" --> a step that is a barrier
 *	                            \-> "equal 4" -----> a step for the RSS table
 */
#include "request/request_channels.h"
#include "base/array.h"
#include "base/macros.h"
#include "channels/counts.h"
#include "channels/rss.h"
#include "devices/device.h"
#include "kernel/ctx.h"
#include "request/placement.h"
#include "request/request_net.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

EXPORT int irqkit_request_new_channels(struct irqkit_request **ret_request)
{
	return request_new(REQUEST_CHANNELS, ret_request);
}

EXPORT void irqkit_request_set_channels(struct irqkit_request *request,
	enum irqkit_channel_kind kind, unsigned int number, const char *label)
{
	request->counts_wanted[kind] = number;
	request->count_labels[kind] = label ? label : channel_word(kind);
}

EXPORT void irqkit_request_set_auto_channels(
	struct irqkit_request *request, const char *label)
{
	request->auto_channels_label = label ? label : "auto";
}

EXPORT void irqkit_request_set_rss(
	struct irqkit_request *request, unsigned int n_queues, const char *label)
{
	request->rss_queues = n_queues;
	request->rss_label = label ? label : "rss";
}

EXPORT void irqkit_request_set_spreads(struct irqkit_request *request, bool spreads)
{
	request->spreads = spreads;
}

/* ------------------------------------------------------------------------------- */

static int add_all(struct irqkit_request *request, struct irqkit_devices *devices)
{
	size_t n = 0;
	int r = irqkit_devices_count_net(devices, &n);

	for (size_t i = 0; i < n && r == 0; i++) {
		struct irqkit_device *device = irqkit_devices_get_net(devices, i);

		if (irqkit_device_get_bus_device(device))
			r = request_add_net(request, device);
	}
	return r < 0 ? request_fail_list(request, devices, r) : 0;
}

int request_check_channels(struct irqkit_request *request, struct irqkit_machine *machine)
{
	int r = request->n_targets ? request_find_net(request, machine)
				   : add_all(request, machine->devices);

	if (r == 0)
		request_remark_lower(request);
	return r;
}

/* ------------------------------------------------------------------------------- */

/* One interface, and what becomes of it. */
struct task {
	struct irqkit_request *request;
	struct irqkit_machine *machine;
	struct irqkit_plan *plan;
	struct irqkit_device *device;
	const char *name;
	struct channels now, wanted;
	char *why; /* owned, or NULL: requested */
};

static void task_clear(struct task *task)
{
	free(task->why);
}

static bool wants_counts(const struct irqkit_request *request)
{
	for (size_t i = 0; i < N_CHANNEL_KINDS; i++)
		if (request->count_labels[i])
			return true;
	return request->auto_channels_label;
}

/* Says that nothing can be set: an error, or a remark where only a glob names it. */
static int refuse(const struct task *task, const char *why)
{
	if (request_is_optional(task->request, task->device)) {
		request_remark(task->request, "%s: %s.", task->name, why);
		return 0;
	}
	return request_fail(task->request, IRQKIT_PROBLEM_IMMOVABLE,
		"cannot set the channels of %s: %s", task->name, why);
}

/* @ret_why: NULL if the interface has hardware */
static int explain_software(const struct task *task, char **ret_why)
{
	static const char *const whys[] = {
		[IRQKIT_NET_SOFTWARE] = "a software interface has no hardware queues",
		[IRQKIT_NET_LOOPBACK] = "the loopback interface has no hardware queues",
		[IRQKIT_NET_BRIDGE] = "a bridge has no hardware queues",
		[IRQKIT_NET_UPPER] = "it has no hardware queues",
	};
	_cleanup_free_ char *lower = NULL;
	enum irqkit_net_kind kind;

	*ret_why = NULL;
	if (irqkit_device_read_net_kind(task->device, &kind) < 0 || !whys[kind])
		return 0;
	if (!request_is_optional(task->request, task->device))
		lower = request_explain_lower(task->request, task->device);
	if (asprintf(ret_why, "%s%s%s", whys[kind], lower ? "; " : "",
		    lower ? lower : "") >= 0)
		return 0;
	*ret_why = NULL;
	return -ENOMEM;
}

/* 1: the channels can be set; 0: the interface is skipped, because it has no hardware. */
static int check_hardware(const struct task *task)
{
	_cleanup_free_ char *why = NULL, *fixed = NULL;
	int r = irqkit_device_explain_fixed_channels(task->device, 1, &fixed);

	/* the driver of veth has channels */
	if (r == -ENOENT || r == -ENOMEM)
		return r == -ENOENT ? 1 : r;
	r = explain_software(task, &why);
	if (r < 0 || !why)
		return r < 0 ? r : 1;
	return refuse(task, why);
}

/* 1: they can be set; 0: the interface is skipped. */
static int read_now(struct task *task)
{
	_cleanup_free_ char *why = NULL;
	unsigned int now, max, useful = 1;
	int r;

	irqkit_device_read_channels(task->device, IRQKIT_CHANNEL_RX, &now, &max);
	if (irqkit_machine_find_useful_channels(
		    task->machine, task->device, &useful, &why) == 0)
		free(TAKE(why));
	r = irqkit_device_explain_fixed_channels(task->device, useful, &why);
	if (r == 0)
		return refuse(task, why);
	if (r == -ENOMEM)
		return r;
	if (r == -ENODATA)
		return refuse(task,
			task->machine->ctx->is_live
				? "their number cannot be read"
				: "the saved root does not have them");
	task->now = task->wanted = task->device->channels;
	return 1;
}

static int fail_count(const struct task *task, size_t kind)
{
	const char *label = task->request->count_labels[kind];
	const char *word = channel_word((enum irqkit_channel_kind)kind);
	unsigned int max = task->now.max[kind];

	if (max == 0)
		return request_fail(task->request, IRQKIT_PROBLEM_WORDS,
			"%s has no channels of the kind %s, so %s does not apply",
			task->name, word, label);
	return request_fail(task->request, IRQKIT_PROBLEM_WORDS,
		"%s allows at most %u %s channel%s, not %u", task->name, max, word,
		max == 1 ? "" : "s", task->request->counts_wanted[kind]);
}

static int take_counts(struct task *task)
{
	const struct irqkit_request *request = task->request;

	for (size_t i = 0; i < N_CHANNEL_KINDS; i++) {
		if (!request->count_labels[i])
			continue;
		if (task->now.max[i] == 0 || request->counts_wanted[i] > task->now.max[i])
			return fail_count(task, i);
		task->wanted.now[i] = request->counts_wanted[i];
	}
	return 0;
}

/* A driver that has both kinds uses one of them: the one that it uses now. */
static bool uses_combined(const struct channels *c)
{
	return c->max[IRQKIT_CHANNEL_COMBINED] &&
		(c->now[IRQKIT_CHANNEL_COMBINED] ||
			!(c->now[IRQKIT_CHANNEL_RX] || c->now[IRQKIT_CHANNEL_TX]));
}

static void set_at_most(struct channels *c, enum irqkit_channel_kind kind, unsigned int n)
{
	if (c->max[kind])
		c->now[kind] = n < c->max[kind] ? n : c->max[kind];
}

static int choose_counts(struct task *task)
{
	unsigned int useful;
	int r = irqkit_machine_find_useful_channels(
		task->machine, task->device, &useful, &task->why);

	if (r < 0)
		return r == -ENOMEM
			? r
			: request_fail_with(task->request, r,
				  "%s cannot choose for %s: nothing is known "
				  "about CPUs",
				  task->request->auto_channels_label, task->name);
	if (uses_combined(&task->now)) {
		set_at_most(&task->wanted, IRQKIT_CHANNEL_COMBINED, useful);
	} else {
		set_at_most(&task->wanted, IRQKIT_CHANNEL_RX, useful);
		set_at_most(&task->wanted, IRQKIT_CHANNEL_TX, useful);
	}
	return 0;
}

/* net/ethtool/channels.c: the kernel wants one queue of each direction. */
static int check_counts(const struct task *task)
{
	const uint32_t *n = task->wanted.now;

	if (n[IRQKIT_CHANNEL_COMBINED] || (n[IRQKIT_CHANNEL_RX] && n[IRQKIT_CHANNEL_TX]))
		return 0;
	return request_fail(task->request, IRQKIT_PROBLEM_WORDS,
		"%s needs at least one channel that receives and one that transmits",
		task->name);
}

static uint32_t count_rx(const struct channels *channels)
{
	return channels->now[IRQKIT_CHANNEL_RX] + channels->now[IRQKIT_CHANNEL_COMBINED];
}

/* ------------------------------------------------------------------------------- */
/* Steps                                                                           */

static int fail_step(const struct task *task, const char *what, int error)
{
	if (error == -ENOMEM)
		return error;
	return request_fail_with(task->request, error, "cannot read the %s of %s: %s",
		what, task->name, strerror(-error));
}

static int add_counts(const struct task *task)
{
	_cleanup_free_ char *text = NULL;
	int r = counts_format(&task->wanted, &text);

	if (r == 0)
		r = irqkit_plan_add_channels(task->plan, task->device, text,
			task->why ? task->why : "requested");
	return r < 0 ? fail_step(task, "channels", r) : 0;
}

static int add_rss(const struct task *task)
{
	unsigned int n_rx = count_rx(&task->wanted), n = task->request->rss_queues;
	char text[24];
	int r;

	if (n > n_rx)
		return request_fail(task->request, IRQKIT_PROBLEM_WORDS,
			"%s=%u is too many: %s %s %u rx queue%s",
			task->request->rss_label, n, task->name,
			n_rx == count_rx(&task->now) ? "has" : "will have", n_rx,
			n_rx == 1 ? "" : "s");
	snprintf(text, sizeof(text), "equal %u", n ? n : n_rx);
	r = irqkit_plan_add_rss(task->plan, task->device, text, "requested");
	if (r == -EOPNOTSUPP)
		return refuse(task, "it has no RSS table");
	if (r == -ENOENT && !task->machine->ctx->is_live)
		return refuse(task, "the saved root does not have its RSS table");
	return r < 0 ? fail_step(task, "RSS table", r) : 0;
}

/* What the user should know before it happens. */
static void warn(const struct task *task)
{
	const char *driver = irqkit_device_get_driver(task->device);

	if (driver && strcmp(driver, "virtio_net") == 0)
		request_warn(task->request,
			"changing the channels of %s makes its driver reset affinity and "
			"XPS of every queue; 'irqkit undo' restores both",
			task->name);
	else
		request_warn(task->request,
			"changing the channels of %s may take its link down for a "
			"moment, and its driver may reset affinity, XPS, the RSS table "
			"and ring sizes; 'irqkit undo' restores all but ring sizes",
			task->name);
}

/*
 * The kernel refuses fewer queues than the table uses, and a table that uses more queues
 * than there are.
 */
static int add_steps(const struct task *task)
{
	bool has_counts = wants_counts(task->request);
	bool has_rss = task->request->rss_label;
	bool is_rss_first = count_rx(&task->wanted) < count_rx(&task->now);
	size_t before = irqkit_plan_count_results(task->plan, IRQKIT_PLANNED);
	int r = 0;

	if (has_rss && is_rss_first)
		r = add_rss(task);
	if (r == 0 && has_counts)
		r = add_counts(task);
	if (r == 0 && has_rss && !is_rss_first)
		r = add_rss(task);
	if (r == 0 && has_counts &&
		irqkit_plan_count_results(task->plan, IRQKIT_PLANNED) > before)
		warn(task);
	return r;
}

/* A driver may have a table, and no call for its channels. */
static int plan_rss(struct task *task)
{
	unsigned int now, max;

	if (irqkit_device_read_channels(task->device, IRQKIT_CHANNEL_RX, &now, &max) == 0)
		task->now = task->device->channels;
	if (count_rx(&task->now) == 0)
		task->now.now[IRQKIT_CHANNEL_RX] =
			(uint32_t)irqkit_device_count_direction(task->device, IRQKIT_RX);
	task->wanted = task->now;
	return add_steps(task);
}

static int plan_device(struct task *task)
{
	int r = check_hardware(task);

	if (r <= 0)
		return r;
	r = wants_counts(task->request) ? read_now(task) : plan_rss(task);
	if (r <= 0 || !wants_counts(task->request))
		return r;
	r = take_counts(task);
	if (r == 0 && task->request->auto_channels_label)
		r = choose_counts(task);
	if (r == 0)
		r = check_counts(task);
	return r == 0 ? add_steps(task) : r;
}

/* A request to spread the interrupts of these interfaces, for the time after the barrier. */
static int prepare_rest(struct irqkit_request *request)
{
	int r = request_new(REQUEST_SPREAD, &request->rest);

	for (size_t i = 0; i < request->n_devices && r == 0; i++) {
		_cleanup_free_ char *word = NULL;

		if (asprintf(&word, "dev:%s", request->devices[i]->name) < 0)
			return -ENOMEM;
		r = irqkit_request_add_target(request->rest, word);
	}
	return r;
}

/*
 * The rest has messages of its own, which become those of the request. Channels are useful
 * also where no interrupt can be moved.
 */
static int plan_rest(struct irqkit_request *request, struct irqkit_machine *machine,
	struct irqkit_plan *plan)
{
	struct irqkit_request *rest = request->rest;
	int r = request_plan_spread(rest, machine, plan), added = 0;
	bool is_minor = r < 0 &&
		(rest->problem == IRQKIT_PROBLEM_IMMOVABLE ||
			rest->problem == IRQKIT_PROBLEM_NO_MATCH);

	for (size_t i = 0; i < rest->n_messages && added == 0; i++)
		added = request_add_message(request,
			is_minor ? IRQKIT_MESSAGE_WARNING : rest->messages[i].kind,
			TAKE(rest->messages[i].text));
	rest->n_messages = 0;
	request->placement = TAKE(rest->placement);
	if (r < 0 && !is_minor)
		return request_note_problem(request,
			rest->problem ? rest->problem : IRQKIT_PROBLEM_FAILED, r);
	return added;
}

EXPORT int irqkit_request_plan_rest(struct irqkit_request *request,
	struct irqkit_machine *machine, struct irqkit_plan *plan)
{
	request_drop_messages(request);
	request->problem = IRQKIT_PROBLEM_NONE;
	/* they belonged to the machine as it was before */
	request_drop_net(request);
	placement_free(TAKE(request->placement));
	return request->rest ? plan_rest(request, machine, plan) : 0;
}

/* Where the number is right already, nothing has to be waited for. */
static int plan_spread(struct irqkit_request *request, struct irqkit_machine *machine,
	struct irqkit_plan *plan)
{
	int r = prepare_rest(request);

	return r < 0 || irqkit_plan_has_barrier(plan) ? r
						      : plan_rest(request, machine, plan);
}

int request_plan_channels(struct irqkit_request *request, struct irqkit_machine *machine,
	struct irqkit_plan *plan)
{
	int r = request_find_net(request, machine);

	for (size_t i = 0; i < request->n_devices && r == 0; i++) {
		struct task task CLEANUP(task_clear) = {
			.request = request,
			.machine = machine,
			.plan = plan,
			.device = request->devices[i],
			.name = request->devices[i]->name,
		};

		r = plan_device(&task);
	}
	if (r == 0)
		request_remark_lower(request);
	return r == 0 && request->spreads ? plan_spread(request, machine, plan) : r;
}
