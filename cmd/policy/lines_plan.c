/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the requests of policy lines to one plan, and what is reported about each line. */
#include "base/basics.h"
#include "base/say.h"
#include "change/check_words.h"
#include "change/say_request.h"
#include "policy/lines.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Does an option of the line name CPUs? */
static bool names_cpus(const struct call *call)
{
	return strstr(call->line, " --cpus") || strstr(call->line, " -C");
}

/* Refuses numbers beside names, as the commands themselves do. */
static enum status check_numbers(
	struct lines *lines, const struct irqkit_machine *machine)
{
	enum status status = STATUS_DONE;

	for (size_t i = 0; i < lines->n; i++) {
		const struct call *call = &lines->calls[i];
		_cleanup_free_ char *place = lines_format_place(lines, i);
		bool is_set = strcmp(call->command->name, "set") == 0;

		if (lines->has_mistake[i] ||
			(!is_set && strcmp(call->command->name, "spread") != 0))
			continue;
		lines_set_place(place, i);
		if (check_number_words(call, machine, is_set || names_cpus(call)) !=
			STATUS_DONE) {
			lines->has_mistake[i] = true;
			status = STATUS_MISUSE;
		}
		say_set_place(NULL);
	}
	return status;
}

struct reporting {
	struct lines *lines;
	void (*add_remark)(void *data, char *remark);
	void *data;
	bool is_check;
	enum status status; /* the worst */
};

static void add_remarks(const struct reporting *reporting,
	const struct irqkit_request *request, const char *place)
{
	for (size_t i = 0; i < irqkit_request_count_messages(request); i++) {
		enum irqkit_message_kind kind;
		const char *message = irqkit_request_get_message(request, i, &kind);
		char *remark;

		if (kind == IRQKIT_MESSAGE_REMARK && place &&
			asprintf(&remark, "%s: %s", place, message) >= 0)
			reporting->add_remark(reporting->data, remark);
	}
}

/* From worst to best: a mistake in the words, a failure, an immovable interrupt. */
static enum status worse_of(enum status a, enum status b)
{
	static const int weight[] = {
		[STATUS_DONE] = 0,
		[STATUS_NO_MATCH] = 1,
		[STATUS_IMMOVABLE] = 2,
		[STATUS_REFUSED] = 3,
		[STATUS_MISUSE] = 4,
	};

	return weight[a] >= weight[b] ? a : b;
}

/* A check does not report what a change of channels may do. */
static bool is_quiet(const struct reporting *reporting, size_t index)
{
	const struct call *call = &reporting->lines->calls[index];

	return call->common.is_quiet ||
		(reporting->is_check && strcmp(call->command->name, "channels") == 0);
}

/* Reports the remarks and errors of a line that was planned. */
static void report_line(void *data, const struct irqkit_policies *policy, size_t index)
{
	struct reporting *reporting = data;
	_cleanup_free_ char *place = lines_format_place(reporting->lines, index);
	const struct irqkit_request *request = irqkit_policies_get_request(policy, index);
	int error = irqkit_policies_get_error(policy, index);
	bool is_silent = irqkit_policies_is_optional(policy, index) &&
		irqkit_request_get_problem(request) == IRQKIT_PROBLEM_IMMOVABLE;

	lines_set_place(place, index);
	say_set_silent(reporting->lines->is_silent || is_silent ||
		(error == 0 && is_quiet(reporting, index)));
	reporting->status = worse_of(
		reporting->status, is_silent ? STATUS_DONE : request_say(request, error));
	say_set_silent(reporting->lines->is_silent);
	say_set_place(NULL);
	if (reporting->add_remark && error == 0)
		add_remarks(reporting, request, place);
}

static void report_missing(struct lines *lines)
{
	for (size_t i = 0; i < irqkit_policies_count_missing(lines->policy); i++) {
		_cleanup_free_ char *place = NULL;
		const char *message;
		size_t line;

		irqkit_policies_get_missing(lines->policy, i, &line, &message);
		if (irqkit_policies_is_optional(lines->policy, line) ||
			lines->has_mistake[line])
			continue;
		place = lines_format_place(lines, line);
		lines_set_place(place, line);
		say_error("%s", *message ? message : "nothing matches");
		say_set_place(NULL);
	}
}

/* Reports what is wrong with each line. Returns the result of the plan. */
static int plan_and_report(struct reporting *reporting, struct irqkit_machine *machine,
	struct irqkit_plan *plan, unsigned int flags, enum status *ret_status)
{
	struct lines *lines = reporting->lines;
	int r;

	say_begin_sorting();
	*ret_status = check_numbers(lines, machine);
	r = irqkit_policies_plan(
		lines->policy, machine, plan, flags, report_line, reporting);
	/* more may be there once the channels were changed */
	if (!lines->has_reported && !(lines->has_rest && irqkit_plan_has_barrier(plan))) {
		report_missing(lines);
		lines->has_reported = true;
	}
	say_end_sorting();
	return r;
}

enum status lines_plan(struct lines *lines, struct irqkit_machine *machine,
	struct irqkit_plan *plan, unsigned int flags,
	void (*add_remark)(void *data, char *remark), void *data)
{
	struct reporting reporting = {
		.lines = lines,
		.add_remark = add_remark,
		.data = data,
		.is_check = flags & IRQKIT_POLICIES_CHECK,
	};
	enum status status;
	int r = plan_and_report(&reporting, machine, plan, flags, &status);

	if (r == 0)
		return status;
	status = worse_of(status, reporting.status);
	if (status != STATUS_DONE && status != STATUS_NO_MATCH)
		return status;
	/* no line has said why */
	if (r == -ENOMEM)
		return say_no_memory();
	if (r != irqkit_ctx_get_error(irqkit_machine_get_ctx(machine)))
		say_error("cannot plan the policy: %s", strerror(-r));
	return STATUS_REFUSED;
}
