/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A rule: a pure function from the facts to findings.
 *
 *	facts --look()--> findings --doctor.c: hide, merge, order--> what is reported
 *
 * To add one: write look() in the file of its subject, add a row to the table at the end of
 * that file, describe the id in man/irqkit-doctor.8, and give it systems in
 * test/check-rules*.sh: one that triggers it and one that must not.
 */
#ifndef IRQKIT_RULE_H
#define IRQKIT_RULE_H

#include "doctor/facts.h"
#include "doctor/findings.h"

#include <irqkit.h>

/* One look of one rule. */
struct look {
	struct facts *facts;
	const struct irqkit_rule *rule;
	struct irqkit_doctor *doctor; /* gets the findings */
	char *lacks; /* owned; what it needs and this system does not have, or NULL */
};

struct irqkit_rule {
	const char *id; /* a promise: "queues-on-one-cpu" */
	enum irqkit_class class; /* what its findings have, unless they are idle */
	const char *title; /* for --list: "all queues of a device wait for one CPU" */
	const char *why; /* one sentence with a full stop: why it matters */
	const char *explain; /* for --explain: when it is reported, and when not */
	const char *const *hides; /* ids of its symptoms, ending with NULL; or NULL */
	int (*look)(struct look *look); /* 0, or the error of what could not be read */
};

/* The rules of each file, in the order of --list. */
const struct irqkit_rule *rules_placement(size_t *ret_count);
const struct irqkit_rule *rules_busy_cpus(size_t *ret_count);
const struct irqkit_rule *rules_nodes(size_t *ret_count);
const struct irqkit_rule *rules_cores(size_t *ret_count);
const struct irqkit_rule *rules_affinity(size_t *ret_count);
const struct irqkit_rule *rules_allowed(size_t *ret_count);
const struct irqkit_rule *rules_isolation(size_t *ret_count);
const struct irqkit_rule *rules_isolated_settings(size_t *ret_count);
const struct irqkit_rule *rules_steering(size_t *ret_count);
const struct irqkit_rule *rules_rps(size_t *ret_count);
const struct irqkit_rule *rules_flows(size_t *ret_count);
const struct irqkit_rule *rules_queues(size_t *ret_count);
const struct irqkit_rule *rules_guests(size_t *ret_count);
const struct irqkit_rule *rules_softirq(size_t *ret_count);
const struct irqkit_rule *rules_threads(size_t *ret_count);
const struct irqkit_rule *rules_trouble(size_t *ret_count);
const struct irqkit_rule *rules_vectors(size_t *ret_count);
const struct irqkit_rule *rules_irqbalance(size_t *ret_count);
const struct irqkit_rule *rules_owners(size_t *ret_count);
const struct irqkit_rule *rules_unjudged(size_t *ret_count);

/* All rules. Returns NULL after the last one. */
const struct irqkit_rule *rule_get(size_t index);
const struct irqkit_rule *rule_find(const char *id);

/*
 * Notes that the rule could not look, and what is missing: "no /proc/stat". Returns 0 or
 * -ENOMEM: `return look_lacks(look, "no NUMA nodes");`
 */
int look_lacks(struct look *look, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Judges one interface that raises interrupts. */
typedef int look_owner_fn(struct look *look, const struct fact_device *owner);
/* Asks @judge about each of these that is not down. */
int look_for_each_owner(struct look *look, look_owner_fn *judge);

#endif
