/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the rules on isolated CPUs share. */
#ifndef IRQKIT_ISOLATED_H
#define IRQKIT_ISOLATED_H

#include "doctor/rule.h"

/* False: there is no isolated CPU, which was noted; or memory ran out, in *ret_error. */
bool isolated_exists(struct look *look, int *ret_error);
/* The same, and the plan of 'isolate' was made. */
bool isolated_has_plan(struct look *look, int *ret_error);
/* "isolated CPUs 4-15", with the fix for all that is wrong with them. */
struct irqkit_finding *isolated_add_finding(struct look *look, bool is_fixable);

/* "eth0, eth1 and 3 more": name_list_end() adds how many more. */
struct name_list {
	char *text; /* owned */
	size_t n;
};
void name_list_free(struct name_list *names);
int name_list_add(struct name_list *names, const char *name);
int name_list_end(struct name_list *names);

#endif
