/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The words of `irqkit isolate`: what --only chooses, and the request that a SET makes. */
#include "base/basics.h"
#include "base/say.h"
#include "isolate/isolation.h"

#include <string.h>

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
	{ "irqbalance", IRQKIT_ISOLATE_IRQBALANCE },
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

enum status isolate_parse_only(const char *list, unsigned int *ret_parts)
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
				  "workqueues, default and irqbalance, as in "
				  "--only=irqs,default, not '%.*s'",
				(int)len, name);
			return STATUS_MISUSE;
		}
		chosen |= part;
		name = name[len] ? name + len + 1 : NULL;
	}
	*ret_parts = chosen;
	return STATUS_DONE;
}

enum status isolate_request_set(
	const struct call *call, const char *set, struct irqkit_request **ret_request)
{
	const struct isolate_options *o = call->state;
	struct irqkit_request *request CLEANUP(free_request) = NULL;
	unsigned int only = 0;
	enum status status = isolate_parse_only(o->only, &only);

	if (status != STATUS_DONE)
		return status;
	if (irqkit_request_new_isolate(&request) < 0 ||
		irqkit_request_set_cpus(request, set, "isolate") < 0)
		return say_no_memory();
	irqkit_request_set_only(request, only);
	*ret_request = request;
	request = NULL;
	return STATUS_DONE;
}
