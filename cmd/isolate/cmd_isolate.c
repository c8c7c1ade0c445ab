/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* irqkit isolate: keeps work away from CPUs. */
#include "base/basics.h"
#include "base/say.h"
#include "change/change.h"
#include "change/say_request.h"

#include <string.h>

struct isolate_options {
	struct change_options change;
	const char *only;
};

static const struct option options[] = {
	{ "only", 0, OPTION_TEXT, offsetof(struct isolate_options, only), "LIST",
		"only these: irqs,threads,rps,xps,workqueues,default" },
	CHANGE_OPTIONS(struct isolate_options, change),
	{ 0 },
};

/* ------------------------------------------------------------------------------- */
/* Words                                                                           */

static const struct {
	const char *name;
	unsigned int part;
} parts[] = {
	{ "irqs", IRQKIT_ISOLATE_IRQS },
	{ "threads", IRQKIT_ISOLATE_THREADS },
	{ "rps", IRQKIT_ISOLATE_RPS },
	{ "xps", IRQKIT_ISOLATE_XPS },
	{ "workqueues", IRQKIT_ISOLATE_WORKQUEUES },
	{ "default", IRQKIT_ISOLATE_DEFAULT },
};

/* 0: there is no such part. */
static unsigned int find_part(const char *name, size_t len)
{
	for (size_t i = 0; i < LENGTH(parts); i++)
		if (strlen(parts[i].name) == len &&
			strncmp(parts[i].name, name, len) == 0)
			return parts[i].part;
	return 0;
}

static enum status parse_only(const char *list, unsigned int *ret_parts)
{
	unsigned int chosen = 0;

	if (!list) {
		*ret_parts = IRQKIT_ISOLATE_ALL;
		return STATUS_DONE;
	}
	for (const char *name = list; name;) {
		size_t len = strcspn(name, ",");
		unsigned int part = find_part(name, len);

		if (!part) {
			say_error("--only takes some of irqs, threads, rps, xps, "
				  "workqueues and default, as in --only=irqs,default, "
				  "not '%.*s'",
				(int)len, name);
			return STATUS_MISUSE;
		}
		chosen |= part;
		name = name[len] ? name + len + 1 : NULL;
	}
	*ret_parts = chosen;
	return STATUS_DONE;
}

static enum status check_words(const struct call *call)
{
	if (call->n_words == 1)
		return STATUS_DONE;
	if (call->n_words == 0)
		say_error("isolate needs CPUs, as in 'irqkit isolate 2-3'");
	else
		say_error("isolate takes one SET of CPUs: separate CPUs with commas, as "
			  "in 'irqkit isolate 2,4-5'");
	return STATUS_MISUSE;
}

static void free_request(struct irqkit_request **request)
{
	irqkit_request_free(*request);
}

static enum status make_request(
	const struct call *call, struct irqkit_request **ret_request)
{
	const struct isolate_options *o = call->state;
	struct irqkit_request *request CLEANUP(free_request) = NULL;
	unsigned int only = 0;
	enum status status = check_words(call);

	if (status == STATUS_DONE)
		status = parse_only(o->only, &only);
	if (status != STATUS_DONE)
		return status;
	if (irqkit_request_new_isolate(&request) < 0 ||
		irqkit_request_set_cpus(request, call->words[0], "isolate") < 0)
		return say_no_memory();
	irqkit_request_set_only(request, only);
	*ret_request = request;
	request = NULL;
	return STATUS_DONE;
}

/* ------------------------------------------------------------------------------- */

static enum status plan(struct change *change, void *data)
{
	change->report.hides_unchanged = true;
	change->report.keeps_unchanged = true;
	return request_plan(data, change);
}

static enum status run(const struct call *call)
{
	const struct isolate_options *o = call->state;
	struct irqkit_request *request CLEANUP(free_request) = NULL;
	struct change change CLEANUP(change_free) = { 0 };
	enum status status = make_request(call, &request);

	return status == STATUS_DONE
		? change_run(&change, call, &o->change, plan, request)
		: status;
}

const struct command cmd_isolate = {
	.name = "isolate",
	.args = "[OPTION...] [SET]",
	.summary = "keep interrupts and other work away from CPUs",
	.needs_root_to = "keep work away from CPUs",
	.options = options,
	.state_size = sizeof(struct isolate_options),
	.run = run,
	.make_request = make_request,
};
