/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The common part of `irqkit rps` and `irqkit xps`: how they run, and the rows they show. */
#include "queues/steering.h"
#include "base/basics.h"
#include "base/example.h"
#include "base/fold.h"
#include "base/say.h"
#include "base/suggest.h"
#include "base/text.h"
#include "change/say_request.h"
#include "measure/open_machine.h"
#include "measure/queue.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static bool is_cpus(const char *word)
{
	return *word && !word[strspn(word, "0123456789-,:")];
}

static bool is_off(const char *word)
{
	static const char *const words[] = { "off", "none", "no", "disable", "disabled" };

	for (size_t i = 0; i < LENGTH(words); i++)
		if (strcasecmp(word, words[i]) == 0)
			return true;
	return false;
}

/* `rps eth0 3` */
static void say_bare_cpus(const struct call *call)
{
	const char *name = call->command->name;
	_cleanup_free_ char *device = text_quote(call->words[0]), *meant = NULL;

	if (device &&
		asprintf(&meant, "irqkit %s %s --cpus=%s", name, device,
			call->words[1]) >= 0)
		say_suggestion(
			call->common.root, meant, "%s takes network interfaces", name);
	else
		say_no_memory();
}

enum status steer_check(const struct call *call, const struct steer_kind *kind,
	const struct steer_options *options)
{
	struct table none CLEANUP(table_free) = { 0 };
	const char *name = call->command->name;
	enum status status = table_prepare(
		&none, kind->columns, &options->table, &call->common);

	if (status != STATUS_DONE)
		return status;
	if (call->n_words == 2 && is_cpus(call->words[1]) &&
		strcmp(call->words[0], "default") == 0)
		say_error("%s takes network interfaces; did you mean 'irqkit rps "
			  "--default=%s'?",
			name, call->words[1]);
	else if (options->cpus && strcmp(options->cpus, "auto") == 0)
		say_error("--cpus: 'auto' is not a set of CPUs; did you mean '--auto'?");
	else if (options->cpus && strcmp(options->cpus, "off") != 0 &&
		is_off(options->cpus))
		say_error("--cpus: '%s' is not a set of CPUs; did you mean '--cpus=off'?",
			options->cpus);
	else if (call->n_words == 2 && is_cpus(call->words[1]))
		say_bare_cpus(call);
	else
		return STATUS_DONE;
	return STATUS_MISUSE;
}

/* ------------------------------------------------------------------------------- */
/* Changing                                                                        */

static enum status plan(struct change *change, void *data)
{
	return request_plan(data, change);
}

static bool is_none(const struct steer_options *options)
{
	return options->cpus && strcmp(options->cpus, "off") == 0;
}

static enum irqkit_steering steering_of(const struct steer_options *options)
{
	return options->is_auto	   ? IRQKIT_STEERING_AUTO
		: options->is_off  ? IRQKIT_STEERING_OFF
		: is_none(options) ? IRQKIT_STEERING_NONE
				   : IRQKIT_STEERING_GIVEN;
}

/* From the words of the command line to a request. */
static enum status make_request(const struct call *call, const struct steering *steering,
	const struct steer_options *options, struct irqkit_request **ret_request)
{
	_cleanup_request_ struct irqkit_request *request = NULL;

	if (steering->new_request(&request) < 0)
		return say_no_memory();
	irqkit_request_set_lower(request, options->is_lower, "--lower");
	irqkit_request_set_steering(request, steering_of(options), "--auto");
	if (steering->fill && steering->fill(request, call) < 0)
		return say_no_memory();
	if (irqkit_request_set_cpus(
		    request, is_none(options) ? NULL : options->cpus, "--cpus") < 0 ||
		irqkit_request_set_queues(request, options->queues, "--queues") < 0)
		return say_no_memory();
	if (options->mask &&
		irqkit_request_set_mask(request, options->mask, "--mask") < 0)
		return say_no_memory();
	return request_give(&request, request_add_words(request, call), ret_request);
}

/* An option is given that is about interfaces, and no interface. */
static enum status say_no_net(
	const struct call *call, const struct steer_options *options, bool is_change)
{
	const char *name = call->command->name;
	_cleanup_free_ char *net = is_change || options->queues
		? example_find_net(call, "DEV")
		: example_find_upper(call, "DEV");

	if (!net)
		return say_no_memory();
	if (is_change)
		say_error("%s needs a network interface to change, as in 'irqkit %s "
			  "%s%s'; 'irqkit %s' lists them",
			name, name, net, call->line + strlen("irqkit ") + strlen(name),
			name);
	else
		say_error("%s needs a network interface, as in 'irqkit %s %s %s'",
			options->queues ? "--queues" : "--lower", name, net,
			options->queues ? "--queues=0" : "--lower");
	return STATUS_MISUSE;
}

/* An option that would have no effect is a mistake. */
static enum status check_options(const struct call *call, const struct steering *steering,
	const struct steer_options *options, bool is_change)
{
	if (call->n_words == 0 && (is_change || options->queues || options->is_lower))
		return say_no_net(call, options, is_change);
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

enum status steer_make_request(const struct call *call, const struct steering *steering,
	const struct steer_options *options, bool is_change,
	struct irqkit_request **ret_request)
{
	enum status status = check_options(call, steering, options, is_change);

	if (status != STATUS_DONE)
		return status;
	if (!is_change) {
		say_error("%s changes nothing without one of %s", call->command->name,
			steering->changing);
		return STATUS_MISUSE;
	}
	return make_request(call, steering, options, ret_request);
}

static enum status show(struct change *change, const struct call *call,
	const struct steering *steering, const struct steer_options *options,
	struct irqkit_request *request)
{
	enum status status = change_open(change, call, &options->change);

	if (status == STATUS_DONE)
		status = change_read_machine(change);
	if (status == STATUS_DONE)
		status = request_say(
			request, irqkit_request_check(request, change->machine));
	if (status == STATUS_DONE)
		status = steering->show(change, request, options);
	return change->ctx ? machine_judge(change->ctx, status) : status;
}

enum status steer_run(const struct call *call, const struct steering *steering,
	const struct steer_options *options, bool is_change)
{
	_cleanup_request_ struct irqkit_request *request = NULL;
	struct change change CLEANUP(change_free) = { 0 };
	enum status status = check_options(call, steering, options, is_change);

	if (status == STATUS_DONE)
		status = make_request(call, steering, options, &request);
	if (status != STATUS_DONE)
		return status;
	return is_change ? change_run(&change, call, &options->change, plan, request)
			 : show(&change, call, steering, options, request);
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
	free(view->by_device);
}

/* Says why the setting that is shown cannot be read. */
static enum status say_unreadable(
	const struct steer_view *view, struct irqkit_queue *queue, int error)
{
	_cleanup_free_ char *text = NULL;

	if (error == -ENOMEM ||
		irqkit_queue_explain_error(queue, view->kind->cpus_knob, error, &text) <
			0)
		return say_no_memory();
	if (error == -ENOENT || error != irqkit_ctx_get_error(view->change->ctx))
		say_error("%s", text); /* otherwise the library has said it */
	return error == -ENOENT ? STATUS_IMMOVABLE : STATUS_REFUSED;
}

/* An interface that the user did not name may lack the setting, or be gone by now. */
static bool may_lack(const struct steer_view *view, int error)
{
	return view->is_all && (error == -ENOENT || error == -ENODEV);
}

static enum status add_row(struct steer_view *view, struct irqkit_queue *queue)
{
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
	int r = view->kind->read_cpus(queue, &cpus);
	struct steer_row *row;

	if (r < 0 && may_lack(view, r)) {
		if (!view->lacking)
			view->lacking = queue;
		return STATUS_DONE;
	}
	if (r < 0)
		return say_unreadable(view, queue, r);
	row = calloc(1, view->kind->row_size);
	if (!row)
		return say_no_memory();
	view->table.rows[view->table.n_rows++] = row;
	row->queue = queue;
	row->cpus = cpus;
	cpus = NULL;
	row->serving = irqkit_machine_get_queue_cpus(view->change->machine, queue);
	view->kind->read_row(view, row);
	return STATUS_DONE;
}

static enum status add_rows(struct steer_view *view)
{
	size_t n = irqkit_request_count_queues(view->request);
	enum status status = STATUS_DONE;

	view->table.rows = calloc(n + 1, sizeof(void *));
	view->by_device = calloc(n + 1, sizeof(void *));
	if (!view->table.rows || !view->by_device)
		return say_no_memory();
	for (size_t i = 0; i < n && status == STATUS_DONE; i++)
		status = add_row(view, irqkit_request_get_queue(view->request, i));
	if (status == STATUS_DONE && view->table.n_rows == 0 && view->lacking)
		return say_unreadable(view, view->lacking, -ENOENT);
	memcpy(view->by_device, view->table.rows, view->table.n_rows * sizeof(void *));
	return status;
}

static enum status print_json(const struct steer_view *view)
{
	struct document *document = document_new();

	if (view->kind->add_keys)
		view->kind->add_keys(view, document);
	document_add_table(document, "queues", &view->table);
	return document_finish(document);
}

static void remark_unknown(
	const struct steer_view *view, const struct irqkit_device *device)
{
	_cleanup_free_ char *why = NULL, *safe = NULL, *name = NULL;

	if (irqkit_device_explain_unknown_direction(device, view->kind->direction, &why) <
		0)
		return;
	safe = text_escape(why);
	name = text_escape(irqkit_device_get_name(device));
	if (safe && name)
		print_sentence(
			"%s: the CPUs that handle its %s queues are not known: %s.\n"
			"'irqkit show %s' shows the CPUs of these interrupts.\n",
			name, queue_direction_word(view->kind->direction), safe, name);
}

/* Without a named interface, those without interrupts get no remark: there may be hundreds. */
static bool is_remarked(const struct steer_view *view, const struct irqkit_device *device)
{
	return !view->is_all || irqkit_device_get_bus_device(device) ||
		irqkit_device_count_irqs(device) > 0;
}

/* The queues of a request follow each other by interface. */
static void remark_devices(struct steer_view *view)
{
	size_t n = irqkit_request_count_devices(view->request), first = 0;

	for (size_t i = 0; i < n; i++) {
		struct irqkit_device *device = irqkit_request_get_device(
			view->request, i);
		struct steer_rows rows = { view->by_device + first, 0 };

		while (first < view->table.n_rows &&
			irqkit_queue_get_device(
				((const struct steer_row *)view->by_device[first])
					->queue) == device)
			first++;
		rows.n = (size_t)(view->by_device + first - rows.rows);
		if (rows.n > 0 && is_remarked(view, device))
			view->kind->remark_device(view, device, &rows);
	}
}

static void print_remarks(const struct irqkit_request *request)
{
	for (size_t i = 0; i < irqkit_request_count_messages(request); i++) {
		enum irqkit_message_kind kind;
		_cleanup_free_ char *safe = text_escape(
			irqkit_request_get_message(request, i, &kind));

		if (safe && kind == IRQKIT_MESSAGE_REMARK)
			print_sentence("%s\n", safe);
	}
}

static void remark(struct steer_view *view)
{
	if (view->table.n_rows == 0)
		puts(view->kind->none);
	view->kind->remark(view);
	remark_devices(view);
	for (size_t i = 0; i < irqkit_request_count_devices(view->request); i++)
		remark_unknown(view, irqkit_request_get_device(view->request, i));
	print_remarks(view->request);
}

static enum status print_view(struct steer_view *view)
{
	const struct common *common = &view->change->call->common;
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
	enum status status = add_rows(view);

	if (status == STATUS_DONE)
		status = print_view(view);
	clear_rows(view);
	return status;
}
