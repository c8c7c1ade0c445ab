/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Chooses the CPUs and the interrupts of a placement. */
#include "base/basics.h"
#include "base/say.h"
#include "change/refusals.h"
#include "measure/machine.h"
#include "spread/placement.h"

#include <string.h>

static enum status keep_node(struct placement *p, unsigned int node)
{
	const struct irqkit_cpuset *cpus = irqkit_topology_get_node_cpus(
		p->topology, node);

	if (!cpus) {
		say_error("--node: there is no NUMA node %u", node);
		return STATUS_MISUSE;
	}
	irqkit_cpuset_keep_set(p->cpus, cpus);
	if (!irqkit_cpuset_is_empty(p->cpus))
		return STATUS_DONE;
	say_error("--node: NUMA node %u has none of the CPUs to use", node);
	return STATUS_MISUSE;
}

enum status placement_choose_cpus(struct placement *p, const struct placement_wish *wish)
{
	const struct irqkit_cpuset *cpus;
	enum status status = STATUS_DONE;

	if (wish->cpus) {
		status = machine_read_cpus(
			"--cpus", wish->cpus, p->topology, NULL, &p->cpus);
	} else {
		cpus = irqkit_topology_get_cpus(p->topology, IRQKIT_CPUS_HOUSEKEEPING);
		if (!cpus || irqkit_cpuset_is_empty(cpus))
			cpus = irqkit_topology_get_cpus(p->topology, IRQKIT_CPUS_ONLINE);
		if (!cpus || irqkit_cpuset_copy(cpus, &p->cpus) < 0)
			return say_no_memory();
	}
	if (status == STATUS_DONE && wish->node_policy == NODE_NUMBER)
		status = keep_node(p, wish->node);
	return status;
}

/* ------------------------------------------------------------------------------- */

/* All interrupts of network devices that have queues. */
static enum status choose_net(struct placement *p, const struct irqkit_snapshot *snapshot)
{
	size_t n_devices = 0;

	if (irqkit_devices_count_net(p->devices, &n_devices) < 0)
		n_devices = 0;
	for (size_t i = 0; i < irqkit_snapshot_count(snapshot); i++) {
		const struct irqkit_interrupt *row = irqkit_snapshot_get(snapshot, i);
		int irq = irqkit_interrupt_get_irq(row);

		for (size_t d = 0; irq >= 0 && d < n_devices; d++) {
			struct irqkit_device *device = irqkit_devices_get_net(
				p->devices, d);

			if (!irqkit_device_count_queues(device) ||
				!irqkit_device_find_irq(device, (unsigned int)irq))
				continue;
			p->interrupts[p->n++] = row;
			break;
		}
	}
	if (p->n > 0)
		return STATUS_DONE;
	if (machine_say_no_sys(p->devices))
		return STATUS_NO_MATCH;
	say_error("no network device has interrupts: name the TARGETs to spread "
		  "('irqkit show' lists interrupts)");
	return STATUS_NO_MATCH;
}

/* Copies the words that match something now to @words; returns how many. */
static size_t keep_present(const struct change *change, const char **words)
{
	const struct call *call = change->call;
	size_t n = 0;

	for (size_t i = 0; i < call->n_words; i++) {
		struct selection one CLEANUP(selection_free) = { 0 };

		if (select_interrupts(change->devices, change->snapshot, &call->words[i],
			    1, false, &one) == STATUS_DONE)
			words[n++] = call->words[i];
	}
	return n;
}

static enum status choose_words(
	struct placement *p, struct change *change, const struct placement_wish *wish)
{
	struct selection chosen CLEANUP(selection_free) = { 0 };
	const struct call *call = change->call;
	const char **words = calloc(call->n_words, sizeof(*words));
	enum status status = STATUS_NO_MATCH;
	size_t n = call->n_words;

	if (!words)
		return say_no_memory();
	memcpy(words, call->words, n * sizeof(*words));
	if (wish->passes_absent)
		n = keep_present(change, words);
	p->n_absent = call->n_words - n;
	if (n > 0)
		status = select_interrupts(
			change->devices, change->snapshot, words, n, false, &chosen);
	free(words);
	for (size_t i = 0; status == STATUS_DONE && i < chosen.n; i++) {
		if (irqkit_interrupt_get_irq(chosen.interrupts[i]) < 0)
			continue;
		p->is_named[p->n] = chosen.is_named[i];
		p->interrupts[p->n++] = chosen.interrupts[i];
	}
	return status;
}

/* Says which interrupts are named and cannot be moved; then nothing is done. */
static bool refuse_named(const struct placement *p, const struct change *change)
{
	bool refused = false;

	for (size_t i = 0; i < p->n; i++)
		refused |= p->is_named[i] &&
			change_refuse_named(change, p->interrupts[i]);
	if (refused)
		say_error("nothing was changed");
	return refused;
}

/*
 * Moves the interrupts that cannot be moved into a list of their own. With --every, a
 * named one that turns out to be immovable is left out too, and the others go on.
 */
static enum status set_immovable_aside(
	struct placement *p, struct change *change, const struct placement_wish *wish)
{
	size_t n = p->n, kept = 0;

	if (!wish->is_left_out && refuse_named(p, change))
		return STATUS_IMMOVABLE;
	for (size_t i = 0; i < n; i++) {
		const struct irqkit_interrupt *interrupt = p->interrupts[i];

		if (wish->is_left_out && wish->is_left_out(wish->data, interrupt))
			continue;
		if (p->is_named[i] ? find_named_obstacle(change->ctx, interrupt) != NULL
				   : find_obstacle(change->ctx, interrupt) != NULL) {
			p->skipped[p->n_skipped++] = interrupt;
			continue;
		}
		p->is_named[kept] = p->is_named[i] && !wish->is_left_out;
		p->interrupts[kept++] = interrupt;
	}
	p->n = kept;
	if (kept > 0)
		return STATUS_DONE;
	if (p->n_skipped == n)
		return change_say_immovable(change, n);
	say_error(
		"cannot move %zu interrupt%s: the kernel refused", n, n == 1 ? "" : "s");
	return STATUS_IMMOVABLE;
}

enum status placement_choose_interrupts(
	struct placement *p, struct change *change, const struct placement_wish *wish)
{
	size_t n = irqkit_snapshot_count(change->snapshot);
	enum status status;

	p->interrupts = calloc(n + 1, sizeof(*p->interrupts));
	p->is_named = calloc(n + 1, sizeof(*p->is_named));
	p->skipped = calloc(n + 1, sizeof(*p->skipped));
	p->owners = calloc(n + 1, sizeof(*p->owners));
	if (!p->interrupts || !p->is_named || !p->skipped || !p->owners)
		return say_no_memory();
	status = change->call->n_words ? choose_words(p, change, wish)
				       : choose_net(p, change->snapshot);
	return status == STATUS_DONE ? set_immovable_aside(p, change, wish) : status;
}
