/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All rules, file by file. */
#include "base/macros.h"
#include "doctor/rule.h"

#include <string.h>

typedef const struct irqkit_rule *rules_fn(size_t *ret_count);
static rules_fn *const files[] = {
	rules_placement,
	rules_busy_cpus,
	rules_nodes,
	rules_cores,
	rules_affinity,
	rules_allowed,
	rules_isolation,
	rules_isolated_settings,
	rules_steering,
	rules_rps,
	rules_flows,
	rules_queues,
	rules_guests,
	rules_softirq,
	rules_threads,
	rules_trouble,
	rules_vectors,
	rules_irqbalance,
	rules_owners,
	rules_unjudged,
};

const struct irqkit_rule *rule_get(size_t index)
{
	for (size_t i = 0; i < LENGTH(files); i++) {
		size_t n;
		const struct irqkit_rule *rules = files[i](&n);

		if (index < n)
			return &rules[index];
		index -= n;
	}
	return NULL;
}

const struct irqkit_rule *rule_find(const char *id)
{
	const struct irqkit_rule *rule;

	for (size_t i = 0; (rule = rule_get(i)); i++)
		if (strcmp(rule->id, id) == 0)
			return rule;
	return NULL;
}

/* ------------------------------------------------------------------------------- */

EXPORT const struct irqkit_rule *irqkit_rule_get(size_t index)
{
	return rule_get(index);
}

EXPORT const struct irqkit_rule *irqkit_rule_find(const char *id)
{
	return rule_find(id);
}

EXPORT const char *irqkit_rule_get_id(const struct irqkit_rule *rule)
{
	return rule->id;
}

EXPORT enum irqkit_class irqkit_rule_get_class(const struct irqkit_rule *rule)
{
	return rule->class;
}

EXPORT const char *irqkit_rule_get_title(const struct irqkit_rule *rule)
{
	return rule->title;
}

EXPORT const char *irqkit_rule_get_why(const struct irqkit_rule *rule)
{
	return rule->why;
}

EXPORT const char *irqkit_rule_get_explanation(const struct irqkit_rule *rule)
{
	return rule->explain;
}
