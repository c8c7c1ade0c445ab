/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One run of `irqkit isolate`: its options, what it plans, and its ways to end. */
#ifndef CMD_ISOLATION_H
#define CMD_ISOLATION_H

#include "change/change.h"
#include "isolate/remains.h"
#include "table/render.h"

struct isolate_options {
	struct change_options change;
	struct table_options table;
	const char *only;
	const char *seconds;
	bool is_check;
};

/* The request, and the CPUs that it names. */
struct isolation {
	const struct isolate_options *options;
	struct irqkit_request *request; /* owned */
	struct irqkit_cpuset *cpus; /* owned; NULL: not read yet */
	unsigned int seconds;
};

/* isolate_words.c: the list of --only; NULL: everything. */
enum status isolate_parse_only(const char *list, unsigned int *ret_parts);
/* @set: the CPUs, as on the command line */
enum status isolate_request_set(
	const struct call *call, const char *set, struct irqkit_request **ret_request);

/* isolate_change.c: plans the request, and reads its CPUs. */
enum status isolation_plan(struct change *change, void *isolation);
/* The question what is left when the plan has been applied. */
struct remains isolation_ask_remains(
	const struct change *change, const struct isolation *isolation);
/* Keeps work away from the CPUs. */
enum status isolate_change(struct isolation *isolation, const struct call *call);

/* isolate_check.c: what can still interrupt the CPUs; without SET, the isolated ones. */
enum status isolate_check(struct isolation *isolation, const struct call *call);
/* What has reached the isolated CPUs. */
enum status isolate_show(struct isolation *isolation, const struct call *call);

#endif
