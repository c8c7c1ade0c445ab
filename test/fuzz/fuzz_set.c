/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * SETs. Whatever the text: it is refused with a place inside it and a message, or it names
 * online CPUs, at least one. Then said twice it is the same, less a CPU it lacks that CPU,
 * and written as a list it comes back.
 */
#include <errno.h>
#include <irqkit.h>
#include <string.h>

#include "fuzz.h"

static struct irqkit_topology *open_topology(const char *root)
{
	struct irqkit_topology *topology;
	struct irqkit_ctx *ctx;

	HOLDS(irqkit_ctx_new(root, &ctx) == 0); /* both are kept until the end */
	HOLDS(irqkit_topology_new(ctx, &topology) == 0);
	return topology;
}

static struct irqkit_cpuset *parse(struct irqkit_topology *topology, const char *text,
	size_t len, const struct irqkit_cpuset *local)
{
	struct irqkit_cpuset *set = NULL;
	size_t at = SIZE_MAX;
	char *message = NULL;
	int r = irqkit_topology_parse_set(
		topology, text, len, local, &set, &at, &message);

	if (r < 0) {
		HOLDS(r != -ENOMEM);
		HOLDS(!set);
		HOLDS(at <= len);
		HOLDS(message && message[0] && message[strlen(message) - 1] != '\n');
		free(message);
		return NULL;
	}
	HOLDS(at == SIZE_MAX && !message);
	HOLDS(!irqkit_cpuset_is_empty(set));
	HOLDS(irqkit_cpuset_is_subset(
		set, irqkit_topology_get_cpus(topology, IRQKIT_CPUS_ONLINE)));
	return set;
}

/* "TEXT,TEXT" */
static void check_twice(struct irqkit_topology *topology, const char *text, size_t len,
	const struct irqkit_cpuset *local, const struct irqkit_cpuset *set)
{
	char *twice = malloc(len * 2 + 1);
	struct irqkit_cpuset *again;

	HOLDS(twice);
	memcpy(twice, text, len);
	twice[len] = ',';
	memcpy(twice + len + 1, text, len);
	again = parse(topology, twice, len * 2 + 1, local);
	HOLDS(again && irqkit_cpuset_is_equal(set, again));
	irqkit_cpuset_free(again);
	free(twice);
}

/* "TEXT,^FIRST" */
static void check_less(struct irqkit_topology *topology, const char *text, size_t len,
	const struct irqkit_cpuset *local, const struct irqkit_cpuset *set)
{
	int first = irqkit_cpuset_next(set, -1);
	char *less_text = malloc(len + 16);
	struct irqkit_cpuset *less;
	int n;

	HOLDS(less_text);
	memcpy(less_text, text, len);
	n = snprintf(less_text + len, 16, ",^%d", first);
	less = parse(topology, less_text, len + (size_t)n, local);
	HOLDS(!less == (irqkit_cpuset_count(set) == 1));
	if (less) {
		HOLDS(!irqkit_cpuset_has(less, (unsigned int)first));
		HOLDS(irqkit_cpuset_is_subset(less, set));
		HOLDS(irqkit_cpuset_count(less) + 1 == irqkit_cpuset_count(set));
	}
	irqkit_cpuset_free(less);
	free(less_text);
}

static void check(struct irqkit_topology *topology, const char *text, size_t len,
	const struct irqkit_cpuset *local)
{
	struct irqkit_cpuset *set = parse(topology, text, len, local), *again;
	char *list;

	if (!set)
		return;
	check_twice(topology, text, len, local, set);
	check_less(topology, text, len, local, set);
	HOLDS(irqkit_cpuset_format_list(set, &list) == 0);
	again = parse(topology, list, strlen(list), NULL);
	HOLDS(again && irqkit_cpuset_is_equal(set, again));
	irqkit_cpuset_free(again);
	irqkit_cpuset_free(set);
	free(list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct irqkit_topology *smt, *hybrid;
	const char *text = (const char *)data;

	if (!smt) {
		smt = open_topology(ROOTS "linux-6.1-16cpu-2offline");
		hybrid = open_topology(ROOTS "hybrid-14cpu");
	}
	check(smt, text, len, NULL);
	check(hybrid, text, len, irqkit_topology_get_llc(hybrid, 12));
	return 0;
}
