/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `irqkit rps --default` and `--entries`: settings of the whole system. */
#include "queues/rps_system.h"
#include "base/basics.h"
#include "base/read_number.h"
#include "base/say.h"
#include "change/say_request.h"
#include "measure/open_machine.h"

#include <stdio.h>
#include <string.h>

bool rps_is_change(const struct rps_options *o)
{
	return o->steer.cpus || o->steer.mask || o->steer.is_auto || o->steer.is_off ||
		o->flows;
}

bool rps_parse_flows(const char *word, uint64_t *ret_flows)
{
	return read_number(word, strlen(word), IRQKIT_FLOWS_MAX, ret_flows) == 0;
}

bool rps_is_of_system(const struct rps_options *o)
{
	return o->new_interfaces || o->entries;
}

/* Only the value of the setting is wanted. */
static bool is_shown(const struct rps_options *o)
{
	const char *value = o->entries ? o->entries : o->new_interfaces;

	return !*value;
}

static enum status check_system(const struct call *call, const struct rps_options *o)
{
	const struct steer_options *s = &o->steer;
	const char *option = o->entries ? "--entries" : "--default";
	uint64_t entries;

	if (call->n_words && o->entries)
		say_error(
			"--entries sets the flow table of the whole system and takes no "
			"interface");
	else if (call->n_words)
		say_error("--default sets RPS of interfaces that are created later and "
			  "takes no interface");
	else if (o->new_interfaces && o->entries)
		say_error("--default and --entries cannot be combined");
	else if (rps_is_change(o) || s->queues || s->is_lower)
		say_error("%s cannot be combined with --cpus, --auto, --off, --flows, "
			  "--queues and --lower",
			option);
	else if (table_options_are_given(&s->table))
		say_error("--output, --sort, --noheadings, --raw and --pairs cannot be "
			  "combined with %s",
			option);
	else if (is_shown(o) && change_options_are_given(&s->change))
		say_error("--dry-run, --script and --keep-going need a change, as in "
			  "'irqkit rps %s'",
			o->entries ? "--entries=32768" : "--default=0-3");
	else if (o->entries && *o->entries && !rps_parse_flows(o->entries, &entries))
		say_error("--entries takes a number of flows up to %u, not '%s'",
			IRQKIT_FLOWS_MAX, o->entries);
	else
		return STATUS_DONE;
	return STATUS_MISUSE;
}

static enum status plan_system(struct change *change, void *data)
{
	return request_plan(data, change);
}

/* @request is filled, and not changed if there was no memory for it. */
static int fill_system(struct irqkit_request **request, const struct rps_options *o)
{
	uint64_t entries;
	int r;

	if (o->entries) {
		r = irqkit_request_new_flow_entries(request);
		if (r == 0 && *o->entries && rps_parse_flows(o->entries, &entries))
			r = irqkit_request_set_flows(*request, entries, "--entries");
		return r;
	}
	r = irqkit_request_new_rps_default(request);
	if (r == 0 && strcmp(o->new_interfaces, "off") == 0)
		irqkit_request_set_steering(*request, IRQKIT_STEERING_OFF, NULL);
	else if (r == 0 && !is_shown(o))
		r = irqkit_request_set_cpus(*request, o->new_interfaces, "--default");
	return r;
}

/* With @must_change, only to show is a mistake. */
static enum status make_request(const struct call *call, const struct rps_options *o,
	bool must_change, struct irqkit_request **ret_request)
{
	_cleanup_request_ struct irqkit_request *request = NULL;
	enum status status = check_system(call, o);

	if (status != STATUS_DONE)
		return status;
	if (must_change && is_shown(o)) {
		say_error("rps changes nothing without a value of %s",
			o->entries ? "--entries" : "--default");
		return STATUS_MISUSE;
	}
	if (fill_system(&request, o) < 0)
		return say_no_memory();
	return request_give(&request, STATUS_DONE, ret_request);
}

enum status rps_make_system(const struct call *call, const struct rps_options *o,
	struct irqkit_request **ret_request)
{
	return make_request(call, o, true, ret_request);
}

/* ------------------------------------------------------------------------------- */
/* Showing                                                                         */

static void print_default(const struct irqkit_cpuset *cpus, const char *mask)
{
	_cleanup_free_ char *list = NULL;

	if (irqkit_cpuset_is_empty(cpus))
		puts("New interfaces get no RPS (rps_default_mask 0).");
	else if (irqkit_cpuset_format_list(cpus, &list) == 0)
		printf("New interfaces get RPS on CPU%s %s (rps_default_mask %s).\n",
			irqkit_cpuset_count(cpus) == 1 ? "" : "s", list, mask);
}

static enum status show_default(struct irqkit_machine *machine, struct document *document)
{
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
	_cleanup_free_ char *mask = NULL;

	/* request_check() has found the setting */
	if (irqkit_machine_read_rps_default_mask(machine, &cpus) < 0 ||
		irqkit_cpuset_format_mask(cpus, &mask) < 0)
		return say_no_memory();
	if (!document) {
		print_default(cpus, mask);
		return STATUS_DONE;
	}
	document_add_list(document, "rps_default_cpus", cpus);
	document_add_text(document, "rps_default_mask", mask);
	return STATUS_DONE;
}

static enum status show_entries(struct irqkit_machine *machine, struct document *document)
{
	uint64_t entries = 0;

	irqkit_machine_read_sock_flow_entries(machine, &entries);
	if (document)
		document_add_number(document, "rps_sock_flow_entries", entries);
	else
		printf("The RFS flow table of the system has %llu entr%s%s.\n",
			(unsigned long long)entries, entries == 1 ? "y" : "ies",
			entries == 0 ? ", so RFS is off" : "");
	return STATUS_DONE;
}

static enum status show(
	struct irqkit_machine *machine, const struct call *call, void *data)
{
	const struct rps_options *o = call->state;
	struct irqkit_request *request = data;
	enum status status = request_say(request, irqkit_request_check(request, machine));
	struct document *document;

	if (status != STATUS_DONE)
		return status;
	document = call->common.is_json ? document_new() : NULL;
	if (document)
		document_add_text(document, "command", call->command->name);
	status = o->entries ? show_entries(machine, document)
			    : show_default(machine, document);
	if (!document)
		return status;
	if (status != STATUS_DONE)
		document_fail(document);
	return document_finish(document);
}

enum status rps_run_system(const struct call *call, const struct rps_options *o)
{
	_cleanup_request_ struct irqkit_request *request = NULL;
	struct change change CLEANUP(change_free) = { 0 };
	enum status status = make_request(call, o, false, &request);

	if (status != STATUS_DONE)
		return status;
	return is_shown(o)
		? machine_show(call, show, request)
		: change_run(&change, call, &o->steer.change, plan_system, request);
}
