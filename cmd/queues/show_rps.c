/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The settings of RPS and RFS, and whether they have an effect. */
#include "queues/show_rps.h"
#include "base/basics.h"
#include "base/fold.h"
#include "base/say.h"
#include "base/text.h"
#include "measure/advise.h"
#include "measure/queue.h"

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
	const struct irqkit_device *advised; /* whose advice it is, or NULL */
	struct irqkit_rps_advice *advice; /* owned; NULL: it failed */
	int advice_error;
};

/* ------------------------------------------------------------------------------- */
/* Rows                                                                            */

/* The advice about the device of the row: rows of a device follow each other. */
static const struct irqkit_rps_advice *find_advice(
	struct rps_view *view, struct irqkit_device *device)
{
	if (view->advised == device)
		return view->advice;
	irqkit_rps_advice_free(view->advice);
	view->advice = NULL;
	view->advised = device;
	view->advice_error = irqkit_rps_advice_new(
		view->steer.change->machine, device, &view->advice);
	return view->advice;
}

static const char *judge_rps(struct rps_view *view, const struct steer_row *row)
{
	static const char *const words[] = {
		[IRQKIT_RPS_OFF] = "off",
		[IRQKIT_RPS_ON] = "on",
		[IRQKIT_RPS_SAME_CPU] = "same-cpu",
		[IRQKIT_RPS_REDUNDANT] = "redundant",
		[IRQKIT_RPS_NO_EFFECT] = "no-effect",
	};
	const struct irqkit_rps_advice *advice = find_advice(
		view, irqkit_queue_get_device(row->queue));

	if (!advice)
		return irqkit_cpuset_is_empty(row->cpus) ? "off" : "on";
	return words[irqkit_rps_advice_judge(advice, row->queue, row->cpus)];
}

static const char *judge_rfs(const struct rps_view *view, const struct rps_row *row)
{
	if (!row->has_flows)
		return NULL;
	if (row->flows == 0)
		return "off";
	return view->entries ? "on" : "no-table";
}

static void read_row(struct steer_view *steer, void *data)
{
	struct rps_view *view = (struct rps_view *)steer;
	struct rps_row *row = data;

	row->has_flows = irqkit_queue_read_rps_flow_cnt(row->steer.queue, &row->flows) ==
		0;
	row->rps = judge_rps(view, &row->steer);
	row->rfs = judge_rfs(view, row);
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
		COLUMN_DEFAULT | COLUMN_RIGHT | COLUMN_DROP(3), get_flows, 0 },
	{ "RPS", "rps", "whether RPS has an effect", COLUMN_DEFAULT, get_rps, 0 },
	{ "RFS", "rfs", "whether RFS has an effect", COLUMN_DEFAULT | COLUMN_DROP(2),
		get_rfs, 0 },
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

/* Does a queue name only CPUs that are offline? */
static bool has_offline(const struct rps_view *view)
{
	const struct irqkit_cpuset *online = irqkit_topology_get_cpus(
		irqkit_machine_get_topology(view->steer.change->machine),
		IRQKIT_CPUS_ONLINE);
	const struct table *table = &view->steer.table;

	for (size_t i = 0; online && i < table->n_rows; i++) {
		const struct steer_row *row = table->rows[i];

		if (!irqkit_cpuset_is_empty(row->cpus) &&
			!irqkit_cpuset_has_common(row->cpus, online))
			return true;
	}
	return false;
}

static void remark_words(const struct rps_view *view)
{
	if (has_word(view, "same-cpu"))
		print_sentence(
			"same-cpu: RPS has no effect, since it targets the CPU that "
			"handles "
			"the interrupt.\n");
	if (has_offline(view))
		print_sentence("no-effect: RPS has no effect, since all of its CPUs are "
			       "offline.\n");
	if (has_word(view, "redundant"))
		print_sentence("redundant: RPS gains nothing, since the queues already "
			       "share the "
			       "work.\n");
	if (has_word(view, "no-table"))
		print_sentence(
			"no-table: RFS has no effect while rps_sock_flow_entries is 0; "
			"--flows=N sets it too.\n");
	else if (view->has_entries && has_word(view, "on"))
		print_sentence("rps_sock_flow_entries: %llu.\n",
			(unsigned long long)view->entries);
}

/* Is RPS on, or of no use, wherever it helps? */
static bool is_as_advised(
	const struct steer_rows *rows, const struct irqkit_rps_advice *advice)
{
	bool helps = false, is_on = false;

	for (size_t i = 0; i < rows->n; i++) {
		const struct rps_row *row = rows->rows[i];

		is_on |= strcmp(row->rps, "off") != 0 &&
			strcmp(row->rps, "no-effect") != 0;
		if (!irqkit_rps_advice_helps(advice, row->steer.queue))
			continue;
		helps = true;
		if (strcmp(row->rps, "on") != 0)
			return false;
	}
	return helps || is_on;
}

static unsigned int count_online(const struct rps_view *view)
{
	const struct irqkit_cpuset *online = irqkit_topology_get_cpus(
		irqkit_machine_get_topology(view->steer.change->machine),
		IRQKIT_CPUS_ONLINE);

	return online ? irqkit_cpuset_count(online) : 1;
}

/* More queues share the interrupts too, where the driver is known to allow them. */
static void remark_more_queues(
	struct rps_view *view, struct irqkit_device *device, unsigned int n_cpus)
{
	_cleanup_free_ char *command = NULL;

	if (irqkit_device_count_direction(device, IRQKIT_RX) == 1 &&
		advise_more_queues(view->steer.change->machine, device, n_cpus,
			&command) == MORE_QUEUES &&
		command)
		print_sentence(
			"%s gives it more queues, which share the interrupts too.\n",
			command);
}

/* Says whether RPS would help, unless it is on where it helps. */
static void remark_device(struct steer_view *steer, struct irqkit_device *device,
	const struct steer_rows *rows)
{
	struct rps_view *view = (struct rps_view *)steer;
	const struct irqkit_rps_advice *advice = find_advice(view, device);
	_cleanup_free_ char *list = NULL, *name = NULL;
	const struct irqkit_cpuset *cpus;
	const char *why;
	bool mostly_sends;

	name = text_escape(irqkit_device_get_name(device));
	if (!name)
		return;
	if (!advice) {
		say_error("cannot choose CPUs for %s: %s", irqkit_device_get_name(device),
			strerror(-view->advice_error));
		return;
	}
	mostly_sends = irqkit_machine_mostly_sends(view->steer.change->machine, device);
	if (is_as_advised(rows, advice) || (view->steer.is_all && mostly_sends))
		return;
	cpus = irqkit_rps_advice_get_cpus(advice);
	why = irqkit_rps_advice_get_reason(advice);
	irqkit_cpuset_format_list(cpus, &list);
	if (list && *list)
		print_sentence("%s has %s.\n'irqkit rps %s --auto' %s%s.\n", name, why,
			name,
			irqkit_cpuset_count(cpus) == 1 ? "moves the packets to CPU "
						       : "spreads the packets over CPUs ",
			list);
	if (view->steer.is_all)
		return;
	if (!list || !*list)
		print_sentence("RPS would not help %s: %s.\n", name, why);
	else if (mostly_sends)
		print_sentence(
			"%s mostly sends; RPS shares only the work of receiving.\n",
			name);
	remark_more_queues(view, device, count_online(view));
}

static void remark(struct steer_view *steer)
{
	remark_words((struct rps_view *)steer);
}

static void add_keys(const struct steer_view *data, struct document *document)
{
	const struct rps_view *view = (const struct rps_view *)data;

	if (view->has_entries)
		document_add_number(document, "rps_sock_flow_entries", view->entries);
}

const struct steer_kind rps_kind = {
	.direction = IRQKIT_RX,
	.cpus_knob = IRQKIT_KNOB_RPS_CPUS,
	.read_cpus = irqkit_queue_read_rps_cpus,
	.columns = columns,
	.row_size = sizeof(struct rps_row),
	.read_row = read_row,
	.add_keys = add_keys,
	.none = "RPS has no effect on any interface.",
	.remark = remark,
	.remark_device = remark_device,
};

enum status rps_show(const struct change *change, const struct irqkit_request *request,
	const struct steer_options *options)
{
	enum status status;
	struct rps_view view = {
		.steer = {
			.kind = &rps_kind,
			.change = change,
			.request = request,
			.options = options,
			.is_all = change->call->n_words == 0,
		},
	};

	view.has_entries = irqkit_machine_read_sock_flow_entries(
				   change->machine, &view.entries) == 0;
	status = steer_show(&view.steer);
	irqkit_rps_advice_free(view.advice);
	return status;
}
