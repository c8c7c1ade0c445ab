/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a request has to say, and the exit status that it means. */
#include "change/say_request.h"
#include "base/say.h"

#include <errno.h>
#include <string.h>

enum status request_say(const struct irqkit_request *request, int error)
{
	static const enum status statuses[] = {
		[IRQKIT_PROBLEM_NONE] = STATUS_DONE,
		[IRQKIT_PROBLEM_WORDS] = STATUS_MISUSE,
		[IRQKIT_PROBLEM_NO_MATCH] = STATUS_NO_MATCH,
		[IRQKIT_PROBLEM_IMMOVABLE] = STATUS_IMMOVABLE,
		[IRQKIT_PROBLEM_FAILED] = STATUS_REFUSED,
	};

	for (size_t i = 0; i < irqkit_request_count_messages(request); i++) {
		enum irqkit_message_kind kind;
		const char *message = irqkit_request_get_message(request, i, &kind);

		if (kind == IRQKIT_MESSAGE_WARNING)
			say_warning("%s", message);
		else if (kind == IRQKIT_MESSAGE_ERROR)
			say_error("%s", message);
	}
	if (error == -ENOMEM)
		return say_no_memory();
	return error < 0 ? statuses[irqkit_request_get_problem(request)] : STATUS_DONE;
}

/* For JSON; without JSON, they are on standard error. */
static void add_warnings(const struct irqkit_request *request, struct report *report)
{
	for (size_t i = 0; i < irqkit_request_count_messages(request); i++) {
		enum irqkit_message_kind kind;
		const char *message = irqkit_request_get_message(request, i, &kind);

		if (kind == IRQKIT_MESSAGE_WARNING)
			report_add_warning(report, message);
	}
}

static void add_remarks(const struct irqkit_request *request, struct report *report)
{
	for (size_t i = 0; i < irqkit_request_count_messages(request); i++) {
		enum irqkit_message_kind kind;
		const char *message = irqkit_request_get_message(request, i, &kind);

		if (kind == IRQKIT_MESSAGE_REMARK)
			report_add_remark(report, strdup(message));
	}
}

enum status request_plan(struct irqkit_request *request, struct change *change)
{
	int r = irqkit_request_plan(request, change->machine, change->plan);

	add_remarks(request, &change->report);
	add_warnings(request, &change->report);
	return request_say(request, r);
}

enum status request_add_words(struct irqkit_request *request, const struct call *call)
{
	for (size_t i = 0; i < call->n_words; i++)
		if (irqkit_request_add_target(request, call->words[i]) < 0)
			return say_no_memory();
	return STATUS_DONE;
}

enum status request_give(struct irqkit_request **request, enum status status,
	struct irqkit_request **ret_request)
{
	if (status == STATUS_DONE) {
		*ret_request = *request;
		*request = NULL;
	}
	return status;
}
