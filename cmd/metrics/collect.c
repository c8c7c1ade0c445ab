/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The figures of `irqkit metrics`: what has happened since the run before, by CPU and device. */
#include "metrics/collect.h"
#include "base/basics.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Without so many files of /proc/irq/N/spurious, a system was saved without all of them. */
#define FILES_TRIED 3

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
	if (!collected->placed)
		return false;
	collected->pairs.before = collected->last ? collected->last : &nothing;
	collected->pairs.after = collected->now;
	if (comparison_pair(&collected->pairs) < 0 || !collect_devices(collected) ||
		!read_vectors(collected))
		return false;
	add_sums(collected);
	if (!collect_imbalances(collected))
		return false;
	return !collected->kept.sums.has_failed && !collected->kept.unhandled.has_failed;
}
