/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `irqkit isolate SET`: keeps work away from the CPUs, and says what is left. */
#include "base/basics.h"
#include "base/fold.h"
#include "change/say_request.h"
#include "isolate/isolate_irqbalance.h"
#include "isolate/isolation.h"
#include "measure/open_machine.h"

#include <stdio.h>

enum status isolation_plan(struct change *change, void *data)
{
	struct isolation *isolation = data;
	enum status status = request_plan(isolation->request, change);

	change->report.hides_unchanged = true;
	change->report.is_not_for_load = true;
	if (status != STATUS_DONE)
		return status;
	irqkit_cpuset_free(isolation->cpus);
	isolation->cpus = NULL;
	return request_say(isolation->request,
		irqkit_request_get_isolated(
			isolation->request, change->machine, &isolation->cpus));
}

struct remains isolation_ask_remains(
	const struct change *change, const struct isolation *isolation)
{
	return (struct remains){
		.machine = change->machine,
		.cpus = isolation->cpus,
		.plan = change->plan,
		.flags = change_writes(change->options) ? 0 : IRQKIT_DISTURBANCES_PLANNED,
		.seconds = isolation->seconds,
	};
}

static void add_keys(const struct report *report, struct document *document)
{
	const struct change *change = report->data;
	struct remains remains CLEANUP(remains_free) = isolation_ask_remains(
		change, change->plan_data);

	if (remains_find(&remains, &report->call->common) == STATUS_DONE)
		remains_add_keys(&remains, document);
	else
		document_fail(document);
}

static char *explain_irqbalance(const struct change *change)
{
	const struct isolation *isolation = change->plan_data;

	return isolate_explain_irqbalance(change, isolation->cpus);
}

static enum status print_remains(
	const struct change *change, const struct isolation *isolation)
{
	struct remains remains CLEANUP(remains_free) = isolation_ask_remains(
		change, isolation);
	const struct common *common = &change->call->common;
	enum status status = remains_find(&remains, common);

	if (status == STATUS_DONE)
		putchar('\n');
	return status == STATUS_DONE ? remains_print(&remains, common) : status;
}

static void print_unseen(const struct change *change, const struct isolation *isolation)
{
	_cleanup_cpuset_ struct irqkit_cpuset *unseen = NULL;
	_cleanup_free_ char *list = NULL;
	bool is_one;

	if (irqkit_machine_read_unseen(
		    change->machine, change->plan, isolation->cpus, &unseen) < 0 ||
		irqkit_cpuset_is_empty(unseen) ||
		irqkit_cpuset_format_list(unseen, &list) < 0)
		return;
	is_one = irqkit_cpuset_count(unseen) == 1;
	print_sentence("Other commands will not treat CPU%s %s as isolated, because no "
		       "mask of the workqueues leaves %s out. The default affinity alone "
		       "does not isolate a CPU.\n",
		is_one ? "" : "s", list, is_one ? "it" : "them");
}

enum status isolate_change(struct isolation *isolation, const struct call *call)
{
	const struct change_options *o = &isolation->options->change;
	struct change change CLEANUP(change_free) = { 0 };
	enum status status = change_open(&change, call, o);

	change.explain_irqbalance = explain_irqbalance;
	change.report.data = &change;
	change.report.add_keys = add_keys;
	if (status == STATUS_DONE)
		status = change_make(&change, isolation_plan, isolation);
	if (status != STATUS_DONE || o->is_script || call->common.is_json ||
		call->common.is_quiet)
		return status;
	if (change_writes(o))
		print_unseen(&change, isolation);
	return machine_judge(change.ctx, print_remains(&change, isolation));
}
