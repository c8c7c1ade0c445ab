/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The words of a SET, one line each in the table at the end. */
#include "set/set_word.h"
#include "base/cpuset.h"
#include "base/error_text.h"
#include "base/macros.h"
#include "set/set_refuse.h"

#include <errno.h>
#include <string.h>

/* Adds @known, the CPUs of a word; NULL: the kernel does not report them. */
static int add_known(struct set_parse *p, const struct set_part *part,
	const struct irqkit_cpuset *known, struct irqkit_cpuset *set)
{
	if (known)
		return irqkit_cpuset_add_set(set, known);
	return set_refuse(p, -ENODATA, part->at,
		"'%.*s' is unknown: the kernel does not report these CPUs",
		QUOTE(part->text, part->len));
}

static int add_all(struct set_parse *p, const struct set_part *part, unsigned int number,
	struct irqkit_cpuset *set)
{
	(void)number;
	return add_known(p, part, p->online, set);
}

static int add_isolated(struct set_parse *p, const struct set_part *part,
	unsigned int number, struct irqkit_cpuset *set)
{
	(void)number;
	return add_known(p, part,
		irqkit_topology_get_cpus(p->topology, IRQKIT_CPUS_ISOLATED), set);
}

static int add_housekeeping(struct set_parse *p, const struct set_part *part,
	unsigned int number, struct irqkit_cpuset *set)
{
	const struct irqkit_cpuset *cpus = p->scope->housekeeping
		? p->scope->housekeeping
		: irqkit_topology_get_cpus(p->topology, IRQKIT_CPUS_HOUSEKEEPING);

	(void)number;
	return add_known(p, part, cpus, set);
}

static int add_first_threads(struct set_parse *p, const struct set_part *part,
	unsigned int number, struct irqkit_cpuset *set)
{
	(void)number;
	return add_known(p, part, irqkit_topology_get_first_threads(p->topology), set);
}

static int add_other_threads(struct set_parse *p, const struct set_part *part,
	unsigned int number, struct irqkit_cpuset *set)
{
	(void)number;
	return add_known(p, part, irqkit_topology_get_other_threads(p->topology), set);
}

/* Cores that are all alike are neither fast nor slow. */
static int add_class(struct set_parse *p, const struct set_part *part,
	const struct irqkit_cpuset *cores, struct irqkit_cpuset *set)
{
	if (cores)
		return irqkit_cpuset_add_set(set, cores);
	return set_refuse(p, -ENODATA, part->at,
		"'%.*s' means nothing here: the kernel reports no fast and slow cores",
		QUOTE(part->text, part->len));
}

static int add_fast(struct set_parse *p, const struct set_part *part, unsigned int number,
	struct irqkit_cpuset *set)
{
	(void)number;
	return add_class(p, part, irqkit_topology_get_fast_cores(p->topology), set);
}

static int add_slow(struct set_parse *p, const struct set_part *part, unsigned int number,
	struct irqkit_cpuset *set)
{
	(void)number;
	return add_class(p, part, irqkit_topology_get_slow_cores(p->topology), set);
}

static int add_current(struct set_parse *p, const struct set_part *part,
	unsigned int number, struct irqkit_cpuset *set)
{
	const char *why = p->scope->no_current;

	(void)number;
	if (p->scope->current)
		return irqkit_cpuset_add_set(set, p->scope->current);
	return set_refuse(p, -EINVAL, part->at,
		"'current' means the CPUs where an interrupt is allowed now, but %s",
		why ? why : "there is no interrupt here");
}

static int add_local(struct set_parse *p, const struct set_part *part,
	unsigned int number, struct irqkit_cpuset *set)
{
	(void)number;
	if (p->scope->local)
		return irqkit_cpuset_add_set(set, p->scope->local);
	return set_refuse(p, -EINVAL, part->at,
		"'local' means the CPUs near a device, but there is no device here");
}

/* "no NUMA node 7: there are 0-1" */
static int refuse_number(struct set_parse *p, const struct set_part *part,
	const char *what, unsigned int number, const struct irqkit_cpuset *there)
{
	_cleanup_free_ char *list = NULL;

	if (irqkit_cpuset_format_list(there, &list) < 0)
		return -ENOMEM;
	return set_refuse(p, -ENODEV, part->at, "no %s %u: this system has %s%s", what,
		number, irqkit_cpuset_count(there) > 1 ? "" : "only ", list);
}

static int add_node(struct set_parse *p, const struct set_part *part, unsigned int number,
	struct irqkit_cpuset *set)
{
	const struct irqkit_cpuset *nodes = irqkit_topology_get_nodes(p->topology);

	if (!nodes || irqkit_cpuset_is_empty(nodes))
		return set_refuse(p, -ENODATA, part->at,
			"'%.*s' is unknown: the kernel reports no NUMA nodes",
			QUOTE(part->text, part->len));
	if (!irqkit_cpuset_has(nodes, number))
		return refuse_number(p, part, "NUMA node", number, nodes);
	return add_known(
		p, part, irqkit_topology_get_node_cpus(p->topology, number), set);
}

static int add_package(struct set_parse *p, const struct set_part *part,
	unsigned int number, struct irqkit_cpuset *set)
{
	const struct irqkit_cpuset *packages = irqkit_topology_get_packages(p->topology);

	if (!packages)
		return set_refuse(p, -ENODATA, part->at,
			"'%.*s' is unknown: the kernel reports no packages",
			QUOTE(part->text, part->len));
	if (!irqkit_cpuset_has(packages, number))
		return refuse_number(p, part, "package", number, packages);
	return add_known(
		p, part, irqkit_topology_get_package_cpus(p->topology, number), set);
}

static int add_llc(struct set_parse *p, const struct set_part *part, unsigned int cpu,
	struct irqkit_cpuset *set)
{
	const struct irqkit_cpuset *llc;

	if (p->online && !irqkit_cpuset_has(p->online, cpu))
		return set_refuse_cpu(p, part, cpu);
	llc = p->online ? irqkit_topology_get_llc(p->topology, cpu) : NULL;
	if (llc)
		return irqkit_cpuset_add_set(set, llc);
	return set_refuse(p, -ENODATA, part->at,
		"'%.*s' is unknown: the kernel reports no caches of CPU %u",
		QUOTE(part->text, part->len), cpu);
}

static int add_siblings(struct set_parse *p, const struct set_part *part,
	unsigned int cpu, struct irqkit_cpuset *set)
{
	if (p->online && !irqkit_cpuset_has(p->online, cpu))
		return set_refuse_cpu(p, part, cpu);
	return add_known(p, part,
		p->online ? irqkit_topology_get_siblings(p->topology, cpu) : NULL, set);
}

static int add_irq(struct set_parse *p, const struct set_part *part, unsigned int irq,
	struct irqkit_cpuset *set)
{
	_cleanup_cpuset_ struct irqkit_cpuset *affinity = NULL;
	int r = p->scope->get_affinity(p->scope->data, irq, &affinity);

	if (r == 0)
		return irqkit_cpuset_add_set(set, affinity);
	if (r == -ENOENT)
		return set_refuse(p, -ENODEV, part->at,
			"'%.*s' is unknown: interrupt %u does not exist or has no "
			"affinity",
			QUOTE(part->text, part->len), irq);
	if (r == -EBADMSG)
		return set_refuse(p, r, part->at,
			"'%.*s' is unknown: the affinity of interrupt %u is not a set "
			"of CPUs",
			QUOTE(part->text, part->len), irq);
	return set_refuse(p, r, part->at,
		"'%.*s' is unknown: cannot read the affinity of interrupt %u (%s)",
		QUOTE(part->text, part->len), irq, error_text(-r));
}

static const struct set_word words[] = {
	{ "all", NULL, add_all, "no CPU is online" },
	{ "node", "node:0", add_node, "the node has only memory" },
	{ "package", "package:0", add_package, "none of its CPUs is online" },
	{ "llc", "llc:8", add_llc, "none of these CPUs is online" },
	{ "siblings", "siblings:4", add_siblings, "none of these CPUs is online" },
	{ "first-threads", NULL, add_first_threads, "no CPU is online" },
	{ "other-threads", NULL, add_other_threads,
		"no core has a second thread online" },
	{ "fast", NULL, add_fast, "no fast core is online" },
	{ "slow", NULL, add_slow, "no slow core is online" },
	{ "isolated", NULL, add_isolated, "no online CPU is isolated" },
	{ "housekeeping", NULL, add_housekeeping, "all CPUs are isolated or nohz_full" },
	{ "local", NULL, add_local, "no CPU near the device is online" },
	{ "irq", "irq:24", add_irq, "none of its CPUs is online" },
	{ "current", NULL, add_current, "none of its CPUs is online" },
};

EXPORT const char *irqkit_set_get_word(size_t index)
{
	if (index >= LENGTH(words))
		return NULL;
	return words[index].example ? words[index].example : words[index].name;
}

const struct set_word *set_find_word(const struct set_part *part)
{
	const char *colon = memchr(part->text, ':', part->len);
	size_t len = colon ? (size_t)(colon - part->text) : part->len;

	for (size_t i = 0; i < LENGTH(words); i++)
		if (strlen(words[i].name) == len &&
			memcmp(words[i].name, part->text, len) == 0)
			return &words[i];
	return NULL;
}

/* `current` keeps offline CPUs: the interrupt may use them again when they come back. */
bool set_word_keeps_offline(const struct set_word *word)
{
	return word->add == add_current;
}
