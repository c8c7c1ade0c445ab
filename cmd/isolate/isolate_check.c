/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `irqkit isolate --check` and `irqkit isolate`: what can still interrupt CPUs. */
#include "base/basics.h"
#include "base/fold.h"
#include "base/say.h"
#include "isolate/isolation.h"
#include "measure/open_machine.h"

#include <errno.h>
#include <string.h>

/*
 * Prints what is left, in JSON with @ok. With --quiet, the exit status says what @ok says.
 * NULL: the command only shows.
 */
static enum status report(
	struct remains *remains, const struct call *call, const bool *ok)
{
	const struct common *common = &call->common;
	enum status status = remains_find(remains, common);
	struct document *document;

	if (status != STATUS_DONE)
		return status;
	if (!common->is_json)
		return ok && common->is_quiet ? STATUS_DONE
					      : remains_print(remains, common);
	document = document_new();
	document_add_text(document, "command", call->command->name);
	if (ok)
		document_add_bool(document, "ok", remains->n_planned == 0);
	remains_add_keys(remains, document);
	return document_finish(document);
}

/* The threads of a saved root are in its files, and no file moves them. */
static enum status leave_out_threads(
	struct isolation *isolation, const struct change *change)
{
	unsigned int only = 0;
	enum status status = isolate_parse_only(isolation->options->only, &only);

	if (strcmp(irqkit_ctx_get_root(change->ctx), "/") != 0)
		irqkit_request_set_only(
			isolation->request, only & ~(unsigned int)IRQKIT_ISOLATE_THREADS);
	return status;
}

static enum status check_set(
	struct isolation *isolation, struct change *change, const struct call *call)
{
	enum status status = leave_out_threads(isolation, change);
	struct remains remains CLEANUP(remains_free) = { 0 };
	bool ok = true;

	if (status == STATUS_DONE)
		status = change_judge(change, isolation_plan(change, isolation));
	if (status != STATUS_DONE)
		return status;
	remains = isolation_ask_remains(change, isolation);
	remains.lists_planned = true;
	remains.table = &isolation->options->table;
	status = machine_judge(change->ctx, report(&remains, call, &ok));
	return status == STATUS_DONE && remains.n_planned ? STATUS_DRIFT : status;
}

static void say_none_isolated(const struct call *call)
{
	if (!call->common.is_quiet)
		print_sentence(
			"No CPU is isolated: 'irqkit isolate SET' keeps work away from "
			"CPUs.\n");
}

/* isolcpus=, unlike a SET, may contain CPUs that a virtual machine does not have yet. */
static void keep_online(struct irqkit_cpuset *cpus, struct irqkit_machine *machine)
{
	const struct irqkit_cpuset *online = irqkit_topology_get_cpus(
		irqkit_machine_get_topology(machine), IRQKIT_CPUS_ONLINE);

	if (online)
		irqkit_cpuset_keep_set(cpus, online);
}

/* Of those that are isolated now. */
static enum status check_isolated(
	struct isolation *isolation, struct change *change, const struct call *call)
{
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
	_cleanup_free_ char *set = NULL;
	enum status status;
	int r = irqkit_machine_read_isolated(change->machine, &cpus);

	if (r == 0)
		keep_online(cpus, change->machine);
	if (r == 0)
		r = irqkit_cpuset_format_list(cpus, &set);
	if (r == -ENOMEM)
		return say_no_memory();
	if (r < 0)
		return STATUS_REFUSED;
	if (irqkit_cpuset_is_empty(cpus)) {
		struct remains none CLEANUP(remains_free) = {
			.machine = change->machine,
			.cpus = cpus,
			.table = &isolation->options->table,
		};
		bool ok = true;

		if (call->common.is_json)
			return report(&none, call, &ok);
		say_none_isolated(call);
		return STATUS_DONE;
	}
	status = isolate_request_set(call, set, &isolation->request);
	return status == STATUS_DONE ? check_set(isolation, change, call) : status;
}

enum status isolate_check(struct isolation *isolation, const struct call *call)
{
	const struct change_options only_plan = { .is_dry_run = true };
	struct change change CLEANUP(change_free) = { 0 };
	enum status status = change_open(&change, call, &only_plan);

	if (status == STATUS_DONE)
		status = change_read_machine(&change);
	if (status != STATUS_DONE)
		return status;
	return call->n_words ? check_set(isolation, &change, call)
			     : check_isolated(isolation, &change, call);
}

static enum status show_isolated(
	struct irqkit_machine *machine, const struct call *call, void *data)
{
	const struct isolation *isolation = data;
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
	struct remains remains CLEANUP(remains_free) = {
		.machine = machine,
		.flags = IRQKIT_DISTURBANCES_COUNTED,
		.seconds = isolation->seconds,
		.table = &isolation->options->table,
	};
	int r = irqkit_machine_read_isolated(machine, &cpus);

	if (r == -ENOMEM)
		return say_no_memory();
	if (r < 0)
		return STATUS_REFUSED;
	remains.cpus = cpus;
	if (!irqkit_cpuset_is_empty(cpus) || call->common.is_json)
		return report(&remains, call, NULL);
	say_none_isolated(call);
	return STATUS_DONE;
}

enum status isolate_show(struct isolation *isolation, const struct call *call)
{
	return machine_show(call, show_isolated, isolation);
}
