/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The figures of `irqkit metrics`: what has happened since the run before, by CPU and device. */
#include "metrics/collect.h"
#include "base/basics.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* With less than this, it is chance which CPU has most: interrupts, packets, nanoseconds. */
static const double few[] = {
	[IRQKIT_WEIGH_INTERRUPTS] = 300,
	[IRQKIT_WEIGH_PACKETS] = 300,
	[IRQKIT_WEIGH_TIME] = 20 * 1e7, /* ticks of 10 ms */
};

/* Without so many files of /proc/irq/N/spurious, a system was saved without all of them. */
#define FILES_TRIED 3

/* More than any CPU handles in a second: then a counter has not wrapped, but started again. */
#define MOST_PER_SECOND 4e6

void collected_clear(struct collected *collected)
{
	for (size_t i = 0; i < collected->n_devices; i++) {
		free(collected->devices[i].name);
		irqkit_cpuset_free(collected->devices[i].used);
		irqkit_cpuset_free(collected->devices[i].usable);
	}
	free(collected->devices);
	free(collected->by_device);
	free(collected->figures_of);
	free(collected->next_pair);
	free(collected->placed);
	comparison_clear(&collected->pairs);
	irqkit_vectors_free(collected->vectors);
	kept_state_clear(&collected->kept);
	sums_clear(&collected->unhandled);
}

/* ------------------------------------------------------------------------------- */
/* Counts since the run before                                                     */

bool collected_has_booted(const struct collected *collected)
{
	const char *old = collected->last ? collected->last->boot_id : NULL;
	const char *new = collected->now->boot_id;

	return old && new &&strcmp(old, new) != 0;
}

static uint64_t find_count(const struct state_irq *irq, unsigned int cpu)
{
	for (size_t i = 0; irq && i < irq->n_counts; i++)
		if (irq->counts[i].cpu == cpu)
			return irq->counts[i].count;
	return 0;
}

/*
 * Counters of the kernel have 32 bits, also where it shows more. One in the lower half began
 * again, however long ago the last run was.
 */
static bool has_wrapped(const struct collected *collected, uint64_t old, uint64_t new)
{
	double seconds = collected->now->uptime - collected->last->uptime;

	return old >> 31 == 1 && new <= UINT32_MAX && collected->last->uptime >= 0 &&
		seconds > 0 &&
		(double)(new + UINT32_MAX + 1 - old) <= seconds *MOST_PER_SECOND;
}

uint64_t collect_count(
	const struct collected *collected, const struct pair *pair, size_t index)
{
	const struct state_count *count = &pair->after->counts[index];
	uint64_t old = collected_has_booted(collected)
		? 0
		: find_count(pair->before, count->cpu);

	if (count->count >= old)
		return count->count - old;
	if (has_wrapped(collected, old, count->count))
		return count->count + UINT32_MAX + 1 - old;
	return count->count;
}

static uint64_t count_all(const struct collected *collected, const struct pair *pair)
{
	uint64_t total = 0;

	for (size_t i = 0; i < pair->after->n_counts; i++)
		total += collect_count(collected, pair, i);
	return total;
}

static bool is_movable(const struct collected *collected, unsigned int number)
{
	struct irqkit_irq *irq = irqkit_machine_find_irq(collected->machine, number);
	enum irqkit_movable movable;

	return irq && irqkit_irq_get_movable(irq, &movable) == 0 &&
		movable == IRQKIT_MOVABLE;
}

static bool is_remote(
	const struct state *state, const struct state_irq *irq, unsigned int cpu)
{
	return state->nodes.n > 1 && irq->node >= 0 &&
		state_node_of(state, cpu) != irq->node;
}

static void add_sums_of(struct collected *collected, const struct pair *pair)
{
	const struct state_irq *irq = pair->after;
	const struct state *now = collected->now;
	const char *movable = is_movable(collected, irq->number) ? "true" : "false";

	for (size_t i = 0; i < irq->n_counts; i++) {
		unsigned int cpu = irq->counts[i].cpu;
		uint64_t count = collect_count(collected, pair, i);
		char number[16];

		snprintf(number, sizeof(number), "%u", cpu);
		sums_add(&collected->kept.sums, "cpu", number, count);
		if (now->isolated && irqkit_cpuset_has(now->isolated, cpu))
			sums_add(&collected->kept.sums, "isolated", movable, count);
		if (!irq->device)
			continue;
		sums_add(&collected->kept.sums, "device", irq->device, count);
		if (is_remote(now, irq, cpu))
			sums_add(&collected->kept.sums, "remote", irq->device, count);
	}
}

/* Others handle it than at the run before; only within one boot. */
static bool has_changed(const struct collected *collected, const struct pair *pair)
{
	const struct irqkit_cpuset *old = pair->before
		? state_irq_place(collected->last, pair->before)
		: NULL;
	const struct irqkit_cpuset *new = state_irq_place(collected->now, pair->after);

	return old && new && !collected_has_booted(collected) &&
		!irqkit_cpuset_is_equal(old, new);
}

static bool is_pending(const struct state_irq *irq)
{
	return irq->affinity && irq->effective &&
		!irqkit_cpuset_is_subset(irq->effective, irq->affinity);
}

/*
 * How often no driver answered it. That counter of the kernel starts again after 100,000
 * interrupts.
 */
static void add_unhandled(struct collected *collected, const struct state_irq *irq)
{
	struct irqkit_irq *record = irqkit_machine_find_irq(
		collected->machine, irq->number);
	uint64_t count, now, old;
	char number[16];

	if (!record || irq->total == 0 || collected->n_without_file >= FILES_TRIED)
		return;
	if (irqkit_irq_get_unhandled(record, &count, &now) < 0) {
		collected->n_without_file++;
		return;
	}
	if (now == 0)
		return;
	snprintf(number, sizeof(number), "%u", irq->number);
	sums_add(&collected->kept.unhandled, number, irq->name, now);
	if (collected->last == collected->now)
		return;
	old = collected_has_booted(collected)
		? 0
		: sums_get(&collected->unhandled, number, irq->name);
	sums_add(&collected->kept.sums, SUM_SPURIOUS, irq->name,
		now < old ? now : now - old);
}

static void add_sums(struct collected *collected)
{
	for (size_t i = 0; i < collected->pairs.n_pairs; i++) {
		const struct pair *pair = &collected->pairs.pairs[i];
		const struct irqkit_cpuset *place;

		if (!pair->after || pair->after->is_background)
			continue;
		add_sums_of(collected, pair);
		add_unhandled(collected, pair->after);
		sums_add(&collected->kept.sums, "changes", NULL,
			has_changed(collected, pair));
		collected->n_pending += is_pending(pair->after);
		place = state_irq_place(collected->now, pair->after);
		if (!place)
			continue;
		irqkit_cpuset_foreach (cpu, place)
			if (cpu < collected->n_cpus)
				collected->placed[cpu]++;
	}
}

/* ------------------------------------------------------------------------------- */
/* Devices                                                                         */

static int add_housekeeping(
	const struct collected *collected, struct device_figures *figures)
{
	struct irqkit_topology *topology = irqkit_machine_get_topology(
		collected->machine);
	const struct irqkit_cpuset *cpus = irqkit_topology_get_cpus(
		topology, IRQKIT_CPUS_HOUSEKEEPING);
	const struct irqkit_cpuset *near = figures->node < 0
		? NULL
		: irqkit_topology_get_node_cpus(topology, (unsigned int)figures->node);
	int r = irqkit_cpuset_copy(cpus ? cpus : collected->now->cpus, &figures->usable);

	if (r == 0 && near && irqkit_cpuset_has_common(figures->usable, near))
		irqkit_cpuset_keep_set(figures->usable, near);
	return r;
}

/* The place of the device in by_device. */
static size_t find_place(
	const struct collected *collected, const struct irqkit_device *device)
{
	size_t low = 0, high = collected->n_devices;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if ((uintptr_t)collected->by_device[middle]->device < (uintptr_t)device)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct device_figures *find_device(
	const struct collected *collected, const struct irqkit_device *device)
{
	size_t place = find_place(collected, device);

	return place < collected->n_devices &&
			collected->by_device[place]->device == device
		? collected->by_device[place]
		: NULL;
}

static struct device_figures *add_device(
	struct collected *collected, struct irqkit_device *device)
{
	struct device_figures *figures = &collected->devices[collected->n_devices];
	struct device_figures **place =
		&collected->by_device[find_place(collected, device)];

	memmove(place + 1, place,
		(size_t)(&collected->by_device[collected->n_devices++] - place) *
			sizeof(*place));
	*place = figures;
	*figures = (struct device_figures){ .device = device, .node = -1 };
	for (size_t i = 0; i < LENGTH(figures->imbalance); i++)
		figures->imbalance[i] = -1;
	return figures;
}

/* The device of an interrupt; it is added if it is new. *ret_device is NULL: none is known. */
static bool need_device(struct collected *collected, const struct state_irq *irq,
	struct device_figures **ret_device)
{
	struct irqkit_devices *devices = irqkit_machine_get_devices(collected->machine);
	struct device_figures *figures;
	struct irqkit_device *device;
	size_t n = 0;

	*ret_device = NULL;
	if (!irq->device || irqkit_devices_count_owners(devices, irq->number, &n) < 0 ||
		n == 0)
		return true;
	device = irqkit_devices_get_owner(devices, irq->number, 0);
	*ret_device = find_device(collected, device);
	if (*ret_device)
		return true;
	figures = add_device(collected, device);
	figures->name = strdup(irq->device);
	irqkit_machine_find_node(collected->machine, device, -1, &figures->node);
	*ret_device = figures;
	return figures->name && irqkit_cpuset_new(&figures->used) == 0 &&
		add_housekeeping(collected, figures) == 0;
}

/* False: no memory. */
static bool add_devices(struct collected *collected)
{
	for (size_t i = 0; i < collected->now->n_irqs; i++) {
		const struct state_irq *irq = &collected->now->irqs[i];

		if (!irq->is_background &&
			!need_device(collected, irq, &collected->figures_of[i]))
			return false;
	}
	return true;
}

/* An interrupt that serves queues may belong to several devices. */
static void note_queues(struct collected *collected)
{
	struct irqkit_devices *devices = irqkit_machine_get_devices(collected->machine);

	for (size_t i = 0; i < collected->now->n_irqs; i++) {
		const struct state_irq *irq = &collected->now->irqs[i];
		size_t n = 0;

		if (!irq->queues ||
			irqkit_devices_count_owners(devices, irq->number, &n) < 0)
			continue;
		for (size_t k = 0; k < n; k++) {
			struct device_figures *figures = find_device(collected,
				irqkit_devices_get_owner(devices, irq->number, k));

			if (figures)
				figures->serves_queues = true;
		}
	}
}

static bool add_used(struct collected *collected)
{
	if (!add_devices(collected))
		return false;
	note_queues(collected);
	for (size_t i = 0; i < collected->now->n_irqs; i++) {
		const struct state_irq *irq = &collected->now->irqs[i];
		const struct irqkit_cpuset *place = state_irq_place(collected->now, irq);
		struct device_figures *figures = collected->figures_of[i];

		if (!figures || !place || (!irq->queues && figures->serves_queues))
			continue;
		if (irqkit_cpuset_add_set(figures->used, place) < 0)
			return false;
	}
	return true;
}

/* Chains the pairs of each device, in their order. */
static bool chain_pairs(struct collected *collected)
{
	const struct comparison *pairs = &collected->pairs;

	collected->next_pair = calloc(pairs->n_pairs + 1, sizeof(*collected->next_pair));
	for (size_t i = pairs->n_pairs; collected->next_pair && i-- > 0;) {
		const struct pair *pair = &pairs->pairs[i];
		struct device_figures *figures = pair->after
			? collected->figures_of[pair->after - collected->now->irqs]
			: NULL;

		if (!figures)
			continue;
		collected->next_pair[i] = figures->pairs;
		figures->pairs = pair;
	}
	return collected->next_pair;
}

/* ------------------------------------------------------------------------------- */
/* Imbalance: busiest CPU / mean                                                   */

/* What an interrupt weighs, of the load or counted. */
static double find_weight(const struct collected *collected, const struct pair *pair,
	enum irqkit_weigh weigh)
{
	const struct irqkit_irq *irq;

	if (weigh == IRQKIT_WEIGH_INTERRUPTS)
		return (double)count_all(collected, pair);
	irq = irqkit_machine_find_irq(collected->machine, pair->after->number);
	return irq ? (double)irqkit_load_get_weight(
			     collected->load, irqkit_irq_get_index(irq))
		   : 0;
}

/* Where its load belongs: to the CPUs that handle it now, else where it was counted. */
static void add_load(const struct collected *collected, const struct pair *pair,
	enum irqkit_weigh weigh, double *loads)
{
	const struct irqkit_cpuset *place = state_irq_place(collected->now, pair->after);
	double weight = find_weight(collected, pair, weigh);
	double count = (double)count_all(collected, pair);

	for (size_t i = 0; !place && count > 0 && i < pair->after->n_counts; i++)
		if (pair->after->counts[i].cpu < collected->n_cpus)
			loads[pair->after->counts[i].cpu] += weight *
				(double)collect_count(collected, pair, i) / count;
	if (!place)
		return;
	irqkit_cpuset_foreach (cpu, place)
		if (cpu < collected->n_cpus)
			loads[cpu] += weight / irqkit_cpuset_count(place);
}

/*
 * The CPUs that handled it before count too, so that to empty one is a gain. What did not fire
 * has no load that could leave a CPU.
 */
static bool add_earlier(const struct collected *collected, const struct pair *pair,
	struct irqkit_cpuset *cpus)
{
	const struct irqkit_cpuset *place = pair->before && collected->last &&
			count_all(collected, pair)
		? state_irq_place(collected->last, pair->before)
		: NULL;

	return !place || irqkit_cpuset_add_set(cpus, place) == 0;
}

static double judge(const struct collected *collected, const double *loads,
	const struct irqkit_cpuset *cpus, double least)
{
	double total = 0, most = 0;
	size_t n = 0;

	for (size_t i = 0; i < collected->n_cpus; i++) {
		total += loads[i];
		if (loads[i] > most)
			most = loads[i];
		n += loads[i] > 0 ||
			(irqkit_cpuset_has(cpus, (unsigned int)i) &&
				irqkit_cpuset_has(collected->now->cpus, (unsigned int)i));
	}
	return total < least ? -1 : most * (double)n / total;
}

static bool has_packets(const struct collected *collected, unsigned int number)
{
	const struct irqkit_irq *irq = irqkit_machine_find_irq(
		collected->machine, number);

	return irq &&
		irqkit_load_get_packets_source(collected->load,
			irqkit_irq_get_index(irq)) != IRQKIT_PACKETS_NOT_COUNTED;
}

static bool add_imbalance(const struct collected *collected,
	struct device_figures *figures, enum irqkit_weigh weigh)
{
	_cleanup_free_ double *loads = calloc(collected->n_cpus + 1, sizeof(*loads));
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
	bool is_known = weigh != IRQKIT_WEIGH_PACKETS;

	if (!loads || irqkit_cpuset_copy(figures->usable, &cpus) < 0)
		return false;
	for (const struct pair *pair = figures->pairs; pair;
		pair = collected->next_pair[pair - collected->pairs.pairs]) {
		add_load(collected, pair, weigh, loads);
		is_known = is_known || has_packets(collected, pair->after->number);
		if (!add_earlier(collected, pair, cpus))
			return false;
	}
	if (is_known)
		figures->imbalance[weigh] = judge(collected, loads, cpus, few[weigh]);
	return true;
}

static bool can_weigh(const struct collected *collected, enum irqkit_weigh weigh)
{
	struct irqkit_load *load = collected->load;

	if (weigh == IRQKIT_WEIGH_INTERRUPTS)
		return true;
	if (!load)
		return false;
	irqkit_load_weigh(load, weigh);
	return irqkit_load_get_weigh(load) == weigh &&
		(weigh != IRQKIT_WEIGH_TIME ||
			irqkit_load_get_accounting(load) == IRQKIT_ACCOUNTED);
}

static bool add_imbalances(struct collected *collected)
{
	for (int weigh = IRQKIT_WEIGH_INTERRUPTS; weigh <= IRQKIT_WEIGH_TIME; weigh++) {
		if (!can_weigh(collected, (enum irqkit_weigh)weigh))
			continue;
		for (size_t i = 0; i < collected->n_devices; i++)
			if (!add_imbalance(collected, &collected->devices[i],
				    (enum irqkit_weigh)weigh))
				return false;
	}
	if (collected->load)
		irqkit_load_weigh(collected->load, IRQKIT_WEIGH_BEST);
	return true;
}

/* ------------------------------------------------------------------------------- */

/* Only x86 has a limit that counts, and only root can read debugfs. */
static bool read_vectors(struct collected *collected)
{
	return irqkit_vectors_new(collected->machine, &collected->vectors) != -ENOMEM;
}

static size_t count_cpus(const struct state *state)
{
	size_t n = 0;

	irqkit_cpuset_foreach (cpu, state->cpus)
		n = (size_t)cpu + 1;
	return n;
}

bool collect(struct collected *collected)
{
	static const struct state nothing = { .uptime = -1 };

	collected->n_cpus = count_cpus(collected->now);
	collected->placed = calloc(collected->n_cpus + 1, sizeof(*collected->placed));
	collected->devices = calloc(
		collected->now->n_irqs + 1, sizeof(*collected->devices));
	collected->by_device = calloc(
		collected->now->n_irqs + 1, sizeof(*collected->by_device));
	collected->figures_of = calloc(
		collected->now->n_irqs + 1, sizeof(*collected->figures_of));
	if (!collected->placed || !collected->devices || !collected->by_device ||
		!collected->figures_of)
		return false;
	collected->pairs.before = collected->last ? collected->last : &nothing;
	collected->pairs.after = collected->now;
	if (comparison_pair(&collected->pairs) < 0 || !add_used(collected) ||
		!chain_pairs(collected) || !read_vectors(collected))
		return false;
	add_sums(collected);
	if (!add_imbalances(collected))
		return false;
	return !collected->kept.sums.has_failed && !collected->kept.unhandled.has_failed;
}
