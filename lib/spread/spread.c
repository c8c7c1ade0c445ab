/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Placement: the calls that describe the problem, and those that return the solution. */
#include "spread/spread.h"
#include "base/arena.h"
#include "base/macros.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

EXPORT int irqkit_spread_new(struct irqkit_spread **ret_spread)
{
	struct irqkit_spread *spread = calloc(1, sizeof(*spread));

	if (!spread)
		return -ENOMEM;
	spread->width = 1;
	spread->gain = 10;
	*ret_spread = spread;
	return 0;
}

EXPORT void irqkit_spread_free(struct irqkit_spread *spread)
{
	if (!spread)
		return;
	for (uint32_t i = 0; i < spread->n_items; i++) {
		struct spread_item *item = &spread->items[i];

		irqkit_cpuset_free(item->allowed);
		irqkit_cpuset_free(item->affinity);
		irqkit_cpuset_free(item->hint);
		irqkit_cpuset_free(item->cpus);
		free(item->reason);
	}
	free(spread->items);
	free(spread->cpus);
	free(spread->index_of);
	free(spread->room);
	free(spread->taken);
	arena_free(&spread->arena);
	free(spread);
}

/* Makes room for one more in an array that doubles at every power of two. */
static int grow(void **array, size_t count, size_t size)
{
	void *more;

	if (count & (count - 1))
		return 0;
	more = reallocarray(*array, count ? count * 2 : 1, size);
	if (!more)
		return -ENOMEM;
	*array = more;
	return 0;
}

static int grow_index(struct irqkit_spread *spread, unsigned int cpu)
{
	size_t wanted = (size_t)cpu + 1;
	uint32_t *index_of;

	if (wanted <= spread->n_index_of)
		return 0;
	if (wanted < spread->n_index_of * 2)
		wanted = spread->n_index_of * 2;
	index_of = reallocarray(spread->index_of, wanted, sizeof(*index_of));
	if (!index_of)
		return -ENOMEM;
	for (size_t i = spread->n_index_of; i < wanted; i++)
		index_of[i] = NONE;
	spread->index_of = index_of;
	spread->n_index_of = wanted;
	return 0;
}

static struct spread_cpu *find(const struct irqkit_spread *spread, unsigned int cpu)
{
	uint32_t index = cpu < spread->n_index_of ? spread->index_of[cpu] : NONE;

	return index == NONE ? NULL : &spread->cpus[index];
}

static int add_cpu(struct irqkit_spread *spread, const struct spread_cpu *cpu)
{
	int r;

	if (cpu->cpu > IRQKIT_CPU_MAX)
		return -ERANGE;
	if (find(spread, cpu->cpu))
		return -EEXIST;
	r = grow_index(spread, cpu->cpu);
	if (r == 0)
		r = grow((void **)&spread->cpus, spread->n_cpus, sizeof(*spread->cpus));
	if (r < 0)
		return r;
	spread->index_of[cpu->cpu] = spread->n_cpus;
	spread->cpus[spread->n_cpus++] = *cpu;
	return 0;
}

EXPORT int irqkit_spread_add_cpu(
	struct irqkit_spread *spread, unsigned int cpu, int core, int llc, int node)
{
	return add_cpu(spread,
		&(struct spread_cpu){ .cpu = cpu,
			.core = core,
			.llc = llc,
			.node = node,
			.is_target = true,
			.vectors = UNLIMITED });
}

EXPORT int irqkit_spread_add_bystander(
	struct irqkit_spread *spread, unsigned int cpu, int core)
{
	return add_cpu(spread,
		&(struct spread_cpu){ .cpu = cpu,
			.core = core,
			.llc = -1,
			.node = -1,
			.vectors = UNLIMITED });
}

EXPORT int irqkit_spread_set_vectors(
	struct irqkit_spread *spread, unsigned int cpu, unsigned int left)
{
	struct spread_cpu *found = find(spread, cpu);

	if (!found)
		return -ENOENT;
	found->vectors = left;
	return 0;
}

static uint64_t add_up(uint64_t a, uint64_t b)
{
	return __builtin_add_overflow(a, b, &a) ? UINT64_MAX : a;
}

EXPORT int irqkit_spread_add_load(
	struct irqkit_spread *spread, unsigned int cpu, uint64_t load)
{
	struct spread_cpu *found = find(spread, cpu);

	if (!found)
		return -ENOENT;
	found->fixed = add_up(found->fixed, load);
	return 0;
}

int spread_add_pinned(struct irqkit_spread *spread, unsigned int cpu,
	const struct spread_pinned *pinned)
{
	struct spread_cpu *found = find(spread, cpu);

	if (!found)
		return -ENOENT;
	found->pinned += pinned->queues;
	found->pinned_first += pinned->first_queues;
	found->pinned_tx += pinned->tx;
	found->serving_rx += pinned->serves_rx;
	found->serving_tx += pinned->serves_tx;
	return 0;
}

EXPORT int irqkit_spread_add_queue(
	struct irqkit_spread *spread, unsigned int cpu, bool is_first)
{
	return spread_add_pinned(spread, cpu,
		&(struct spread_pinned){ .queues = 1, .first_queues = is_first });
}

EXPORT int irqkit_spread_add_tx(struct irqkit_spread *spread, unsigned int cpu)
{
	return spread_add_pinned(spread, cpu, &(struct spread_pinned){ .tx = 1 });
}

EXPORT int irqkit_spread_add_direction(
	struct irqkit_spread *spread, unsigned int cpu, enum irqkit_serves serves)
{
	return spread_add_pinned(spread, cpu,
		&(struct spread_pinned){ .serves_rx = serves == IRQKIT_SERVES_RX,
			.serves_tx = serves == IRQKIT_SERVES_TX });
}

EXPORT int irqkit_spread_set_slowness(
	struct irqkit_spread *spread, unsigned int cpu, int slowness)
{
	struct spread_cpu *found = find(spread, cpu);

	if (!found)
		return -ENOENT;
	found->slowness = slowness;
	return 0;
}

EXPORT int irqkit_spread_add_interrupt(
	struct irqkit_spread *spread, unsigned int irq, uint64_t load, int now)
{
	if (spread->n_items == INT32_MAX)
		return -EOVERFLOW;
	if (grow((void **)&spread->items, spread->n_items, sizeof(*spread->items)) < 0)
		return -ENOMEM;
	spread->items[spread->n_items] = (struct spread_item){
		.irq = irq,
		.load = load,
		.now = now,
		.device = NONE,
		.queue = -1,
		.node = -1,
	};
	return (int)spread->n_items++;
}

EXPORT void irqkit_spread_set_queue(struct irqkit_spread *spread, size_t index,
	unsigned int device, int queue, enum irqkit_serves direction)
{
	struct spread_item *item = &spread->items[index];

	item->device = device;
	item->queue = queue < 0 ? -1 : queue;
	item->direction = direction;
}

EXPORT void irqkit_spread_set_follower(struct irqkit_spread *spread, size_t index)
{
	spread->items[index].is_follower = true;
}

EXPORT void irqkit_spread_set_only_queue(struct irqkit_spread *spread, size_t index)
{
	spread->items[index].has_only_queue = true;
}

EXPORT void irqkit_spread_set_node(struct irqkit_spread *spread, size_t index, int node)
{
	spread->items[index].node = node;
}

static int replace(struct irqkit_cpuset **set, const struct irqkit_cpuset *by)
{
	struct irqkit_cpuset *copy = NULL;
	int r = by ? irqkit_cpuset_copy(by, &copy) : 0;

	if (r < 0)
		return r;
	irqkit_cpuset_free(*set);
	*set = copy;
	return 0;
}

EXPORT int irqkit_spread_set_allowed(
	struct irqkit_spread *spread, size_t index, const struct irqkit_cpuset *allowed)
{
	return replace(&spread->items[index].allowed, allowed);
}

EXPORT int irqkit_spread_set_affinity(
	struct irqkit_spread *spread, size_t index, const struct irqkit_cpuset *affinity)
{
	return replace(&spread->items[index].affinity, affinity);
}

EXPORT int irqkit_spread_set_hint(
	struct irqkit_spread *spread, size_t index, const struct irqkit_cpuset *hint)
{
	return replace(&spread->items[index].hint, hint);
}

EXPORT void irqkit_spread_set_width(struct irqkit_spread *spread, unsigned int width)
{
	spread->width = width ? width : 1;
}

EXPORT void irqkit_spread_set_split(struct irqkit_spread *spread, bool is_split)
{
	spread->is_split = is_split;
}

EXPORT void irqkit_spread_set_leave_node(
	struct irqkit_spread *spread, bool may_leave_node)
{
	spread->may_leave_node = may_leave_node;
}

EXPORT void irqkit_spread_set_fresh(struct irqkit_spread *spread, bool is_fresh)
{
	spread->is_fresh = is_fresh;
}

EXPORT void irqkit_spread_set_gain(struct irqkit_spread *spread, unsigned int percent)
{
	spread->gain = percent > 100 ? 100 : percent;
}

EXPORT void irqkit_spread_set_idle(struct irqkit_spread *spread, uint64_t load)
{
	spread->idle = load;
}

/* --------------------------------------------------------------------------------- */

EXPORT size_t irqkit_spread_count(const struct irqkit_spread *spread)
{
	return spread->n_items;
}

EXPORT unsigned int irqkit_spread_get_irq(
	const struct irqkit_spread *spread, size_t index)
{
	return spread->items[index].irq;
}

EXPORT uint64_t irqkit_spread_get_load(const struct irqkit_spread *spread, size_t index)
{
	return spread->items[index].load;
}

EXPORT enum irqkit_serves irqkit_spread_get_serves(
	const struct irqkit_spread *spread, size_t index)
{
	return spread->items[index].direction;
}

EXPORT const struct irqkit_cpuset *irqkit_spread_get_cpus(
	const struct irqkit_spread *spread, size_t index)
{
	return spread->items[index].cpus;
}

EXPORT const char *irqkit_spread_get_reason(
	const struct irqkit_spread *spread, size_t index)
{
	return spread->items[index].reason;
}

int spread_set_reason(struct spread_item *item, const char *format, ...)
{
	char *text;
	va_list args;
	int r;

	va_start(args, format);
	r = vasprintf(&text, format, args);
	va_end(args);
	if (r < 0)
		return -ENOMEM;
	free(item->reason);
	item->reason = text;
	return 0;
}

void spread_name_node(const struct spread_item *item, char text[static NODE_NAME_SIZE])
{
	text[0] = '\0';
	if (item->is_local)
		snprintf(text, NODE_NAME_SIZE, " of node %d", item->node);
}

void spread_name_queue(const struct spread_item *item, char text[static QUEUE_NAME_SIZE])
{
	static const char *const formats[] = {
		[IRQKIT_SERVES_NONE] = "queue %d",
		[IRQKIT_SERVES_BOTH] = "queue %d",
		[IRQKIT_SERVES_RX] = "rx-%d",
		[IRQKIT_SERVES_TX] = "tx-%d",
	};

	text[0] = '\0';
	if (item->queue >= 0)
		snprintf(text, QUEUE_NAME_SIZE, formats[item->direction], item->queue);
}

EXPORT size_t irqkit_spread_count_moves(const struct irqkit_spread *spread)
{
	size_t moves = 0;

	for (uint32_t i = 0; i < spread->n_items; i++) {
		const struct spread_item *item = &spread->items[i];

		moves += item->cpus &&
			(item->now < 0 ||
				!irqkit_cpuset_has(item->cpus, (unsigned int)item->now));
	}
	return moves;
}

EXPORT uint64_t irqkit_spread_get_load_before(
	const struct irqkit_spread *spread, unsigned int cpu)
{
	const struct spread_cpu *found = find(spread, cpu);

	return found ? found->before : 0;
}

EXPORT uint64_t irqkit_spread_get_load_after(
	const struct irqkit_spread *spread, unsigned int cpu)
{
	const struct spread_cpu *found = find(spread, cpu);

	return found ? found->after : 0;
}

/* The busiest of the CPUs that are judged, by the mean of the same. */
static double imbalance(const struct irqkit_spread *spread, bool is_after)
{
	double worst = 0, sum = 0;
	uint32_t n_judged = 0;

	for (uint32_t i = 0; i < spread->n_cpus; i++) {
		const struct spread_cpu *cpu = &spread->cpus[i];
		double load = (double)(is_after ? cpu->after : cpu->before);

		if (!cpu->is_judged)
			continue;
		n_judged++;
		sum += load;
		if (worst < load)
			worst = load;
	}
	return sum > 0 ? worst * n_judged / sum : 0;
}

EXPORT bool irqkit_spread_is_judged(const struct irqkit_spread *spread, unsigned int cpu)
{
	const struct spread_cpu *found = find(spread, cpu);

	return found && found->is_judged;
}

EXPORT double irqkit_spread_get_imbalance_before(const struct irqkit_spread *spread)
{
	return imbalance(spread, false);
}

EXPORT double irqkit_spread_get_imbalance_after(const struct irqkit_spread *spread)
{
	return imbalance(spread, true);
}

EXPORT bool irqkit_spread_is_better(const struct irqkit_spread *spread)
{
	return imbalance(spread, true) <= imbalance(spread, false) - 0.1;
}

EXPORT uint64_t irqkit_spread_get_bound(const struct irqkit_spread *spread)
{
	return spread->bound;
}
