/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The common part of `irqkit rps` and `irqkit xps`: how they run, and the rows they show. */
#include "queues/steering.h"
#include "base/say.h"
#include "base/text.h"
#include "measure/open_machine.h"
#include "measure/queue.h"
#include "queues/knobs.h"
#include "queues/net_queues.h"

#include <stdio.h>

enum status steer_check(const struct call *call, const struct steer_kind *kind,
	const struct steer_options *options)
{
	struct table none CLEANUP(table_free) = { 0 };
	const char *name = call->command->name;
	enum status status = table_prepare(
		&none, kind->columns, &options->table, &call->common);

	if (status != STATUS_DONE || call->n_words == 1)
		return status;
	say_error("%s takes one network interface, as in 'irqkit %s eth0'", name, name);
	return STATUS_MISUSE;
}

/* ------------------------------------------------------------------------------- */
/* Changing                                                                        */

static enum status plan_device(struct net *net, struct change *change, size_t index,
	const struct steering *steering, const char *queues)
{
	struct steer_task task = {
		.net = net,
		.change = change,
		.device = net->targets[index],
		.is_first = index == 0,
	};
	enum status status = net_choose_queues(task.device, steering->kind->direction,
		queues, &task.queues, &task.n_queues);

	if (status == STATUS_DONE)
		status = steering->plan(&task);
	free(task.queues);
	return status;
}

/* What a plan is made from. */
struct steer_wish {
	const struct steering *steering;
	const struct steer_options *options;
	struct net *net;
};

static enum status plan(struct change *change, void *data)
{
	const struct steer_wish *wish = data;
	struct net *net = wish->net;
	enum status status = net_open(
		net, change, change->call->words[0], wish->options->is_lower);

	for (size_t i = 0; i < net->n_targets && status == STATUS_DONE; i++)
		status = plan_device(
			net, change, i, wish->steering, wish->options->queues);
	if (status == STATUS_DONE)
		report_add_remark(&change->report, net_remark_lower(net));
	return status;
}

/* An option that would have no effect is a mistake. */
static enum status check_options(const struct steering *steering,
	const struct steer_options *options, bool is_change)
{
	if (!is_change && change_options_are_given(&options->change))
		say_error("--dry-run, --script and --keep-going need one of %s",
			steering->changing);
	else if (is_change && table_options_are_given(&options->table))
		say_error("--output, --sort, --noheadings, --raw and --pairs cannot be "
			  "combined with a change");
	else
		return STATUS_DONE;
	return STATUS_MISUSE;
}

enum status steer_run(const struct call *call, const struct steering *steering,
	const struct steer_options *options, bool is_change)
{
	struct change change CLEANUP(change_free) = { 0 };
	struct net net CLEANUP(net_close) = { 0 };
	struct steer_wish wish = { steering, options, &net };
	enum status status = check_options(steering, options, is_change);

	if (status != STATUS_DONE)
		return status;
	if (is_change)
		return change_run(&change, call, &options->change, plan, &wish);
	status = change_open(&change, call, &options->change);
	if (status == STATUS_DONE)
		status = change_read_machine(&change);
	if (status == STATUS_DONE)
		status = net_open(&net, &change, call->words[0], options->is_lower);
	if (status == STATUS_DONE)
		status = steering->show(&net, options);
	return change.ctx ? machine_judge(change.ctx, status) : status;
}

/* ------------------------------------------------------------------------------- */
/* Columns                                                                         */

struct cell steer_get_queue(void *data)
{
	const struct steer_row *row = data;

	return owned_cell(queue_format_full_name(row->queue));
}

struct cell steer_get_device(void *data)
{
	const struct steer_row *row = data;

	return text_cell(irqkit_device_get_name(irqkit_queue_get_device(row->queue)));
}

struct cell steer_get_irq(void *data)
{
	const struct steer_row *row = data;
	int irq = irqkit_queue_get_irq(row->queue);

	return irq < 0 ? ABSENT : number_cell((uint64_t)irq);
}

struct cell steer_get_serving(void *data)
{
	const struct steer_row *row = data;

	return cpus_cell(row->serving);
}

struct cell steer_get_cpus(void *data)
{
	const struct steer_row *row = data;

	return cpus_cell(row->cpus);
}

struct cell steer_get_mask(void *data)
{
	const struct steer_row *row = data;
	char *mask = NULL;

	irqkit_cpuset_format_mask(row->cpus, &mask);
	return owned_cell(mask);
}

/* ------------------------------------------------------------------------------- */
/* Showing                                                                         */

static void clear_rows(struct steer_view *view)
{
	for (size_t i = 0; i < view->table.n_rows; i++) {
		struct steer_row *row = view->table.rows[i];

		if (view->kind->clear_row)
			view->kind->clear_row(row);
		irqkit_cpuset_free(row->cpus);
		free(row);
	}
	table_free(&view->table);
}

static enum status add_row(struct steer_view *view, struct irqkit_queue *queue)
{
	struct steer_row *row = calloc(1, view->kind->row_size);
	int r;

	if (!row)
		return say_no_memory();
	view->table.rows[view->table.n_rows++] = row;
	row->queue = queue;
	r = view->kind->read_cpus(queue, &row->cpus);
	if (r < 0)
		return queue_say_unreadable(
			view->net->change, queue, view->kind->cpus_file, r);
	row->serving = net_get_current_cpus(view->net, queue);
	view->kind->read_row(view, row);
	return STATUS_DONE;
}

static enum status add_device(struct steer_view *view, struct irqkit_device *device)
{
	_cleanup_queues_ struct irqkit_queue **queues = NULL;
	size_t n = 0;
	enum status status = net_choose_queues(
		device, view->kind->direction, view->options->queues, &queues, &n);
	void *rows;

	if (status != STATUS_DONE)
		return status;
	rows = reallocarray(view->table.rows, view->table.n_rows + n, sizeof(void *));
	if (!rows)
		return say_no_memory();
	view->table.rows = rows;
	for (size_t i = 0; i < n && status == STATUS_DONE; i++)
		status = add_row(view, queues[i]);
	return status;
}

static enum status print_json(const struct steer_view *view)
{
	struct document *document = document_new();
	enum status status;

	if (view->kind->add_keys)
		view->kind->add_keys(view, document);
	document_add_table(document, "queues", &view->table);
	status = document_print(document);
	document_free(document);
	return status;
}

static void remark_unknown(
	const struct steer_view *view, const struct irqkit_device *device)
{
	_cleanup_free_ char *why = net_explain_unknown(device, view->kind->direction);
	_cleanup_free_ char *safe = why ? text_escape(why) : NULL;
	_cleanup_free_ char *name = text_escape(irqkit_device_get_name(device));

	if (safe && name)
		printf("%s: the CPUs that handle its %s queues are not known: %s.\n"
		       "'irqkit show %s' shows the CPUs of these interrupts.\n",
			name, queue_direction_word(view->kind->direction), safe, name);
}

static void remark(const struct steer_view *view)
{
	_cleanup_free_ char *lower = net_remark_lower(view->net);
	_cleanup_free_ char *safe = lower ? text_escape(lower) : NULL;

	view->kind->remark(view);
	for (size_t i = 0; i < view->net->n_targets; i++)
		remark_unknown(view, view->net->targets[i]);
	if (safe)
		puts(safe);
}

static enum status print_view(struct steer_view *view)
{
	const struct common *common = &view->net->change->call->common;
	const struct table_options *options = &view->options->table;
	enum status status = table_prepare(
		&view->table, view->kind->columns, options, common);

	if (status != STATUS_DONE)
		return status;
	if (common->is_json)
		return print_json(view);
	status = table_print(&view->table, options, common);
	if (status == STATUS_DONE && table_options_are_plain(options, common))
		remark(view);
	return status;
}

enum status steer_show(struct steer_view *view)
{
	enum status status = STATUS_DONE;

	for (size_t i = 0; i < view->net->n_targets && status == STATUS_DONE; i++)
		status = add_device(view, view->net->targets[i]);
	if (status == STATUS_DONE)
		status = print_view(view);
	clear_rows(view);
	return status;
}
