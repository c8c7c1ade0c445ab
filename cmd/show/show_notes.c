/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The mismatches of each interrupt. What only the kernel can decide is not a mismatch: it
 * shuts down managed interrupts of offline CPUs, it puts managed interrupts of disks on all
 * nodes, and a timer belongs to its CPU, isolated or not.
 */
#include "show/show_notes.h"
#include "base/basics.h"
#include "base/fold.h"
#include "show/show_device.h"
#include "show/show_now.h"
#include "show/show_row.h"

#include <stdio.h>

enum note { NOTE_OFFLINE, NOTE_OTHER_NODE, NOTE_AGAINST_HINT, NOTE_ISOLATED, N_NOTES };

static const char *const note_words[N_NOTES] = {
	[NOTE_OFFLINE] = "offline",
	[NOTE_OTHER_NODE] = "other-node",
	[NOTE_AGAINST_HINT] = "against-hint",
	[NOTE_ISOLATED] = "isolated",
};

/* Its affinity has no CPU that is online. */
static bool is_offline(struct show_row *row)
{
	const struct irqkit_cpuset *affinity = show_row_affinity(row);
	const struct irqkit_cpuset *online = irqkit_snapshot_get_cpus(
		row->show->snapshot);

	return affinity && !irqkit_cpuset_is_empty(affinity) &&
		!irqkit_cpuset_has_common(affinity, online);
}

/* Has its device more queues than CPUs are on the node, so that others handle the rest? */
static bool has_too_many_queues(struct show_row *row, const struct irqkit_cpuset *cpus)
{
	unsigned int irq = (unsigned int)show_row_irq(row);
	const struct irqkit_device *device;
	size_t n = 0;

	if (irqkit_devices_count_owners(row->show->devices, irq, &n) < 0 || n == 0)
		return false;
	device = irqkit_devices_get_owner(row->show->devices, irq, 0);
	return irqkit_device_count_direction(device, IRQKIT_RX) >
		irqkit_cpuset_count(cpus);
}

/* The node of its device has CPUs, and none of them handles it. */
static bool is_on_other_node(struct show_row *row, const struct irqkit_cpuset *serving)
{
	struct irqkit_topology *topology = row->show->topology;
	const struct irqkit_cpuset *nodes = irqkit_topology_get_nodes(topology), *cpus;
	int node;

	if (!nodes || irqkit_cpuset_count(nodes) < 2 ||
		irqkit_machine_find_node(
			row->show->machine, NULL, show_row_irq(row), &node) < 0)
		return false;
	cpus = irqkit_topology_get_node_cpus(topology, (unsigned int)node);
	return cpus && !irqkit_cpuset_is_empty(cpus) &&
		!irqkit_cpuset_has_common(serving, cpus) &&
		!has_too_many_queues(row, cpus);
}

/* Does the driver of a device suggest CPUs? The first of its queues show it. */
struct hints {
	const struct irqkit_device *device; /* of the last row; NULL: none yet */
	unsigned int n_asked; /* of its queues */
	bool has_some;
};

#define QUEUES_TO_ASK 2u

/*
 * A driver suggests CPUs for each of the queues of a device, or for none. That saves a file
 * for each interrupt. @hints: NULL if each is asked.
 */
static bool has_hint(struct show_row *row, struct hints *hints)
{
	const struct irqkit_device *device = hints ? show_find_queue_device(row) : NULL;
	const struct irqkit_cpuset *hint;
	bool has_some;

	if (device && device != hints->device)
		*hints = (struct hints){ .device = device };
	if (device && hints->n_asked == QUEUES_TO_ASK && !hints->has_some)
		return false;
	hint = show_row_hint(row);
	has_some = hint && !irqkit_cpuset_is_empty(hint);
	if (device) {
		hints->n_asked += hints->n_asked < QUEUES_TO_ASK;
		hints->has_some |= has_some;
	}
	return has_some;
}

/*
 * The driver suggests CPUs that are online and allowed, and none of them handles it. Where
 * none of them is allowed, somebody has chosen other CPUs: `irqkit spread`, for one.
 */
static bool is_against_hint(
	struct show_row *row, const struct irqkit_cpuset *serving, struct hints *hints)
{
	const struct irqkit_cpuset *online = irqkit_snapshot_get_cpus(
		row->show->snapshot);
	const struct irqkit_cpuset *affinity = show_row_affinity(row);
	_cleanup_cpuset_ struct irqkit_cpuset *hint = NULL;

	/* if all allowed CPUs handle it, the file of the hint need not be opened */
	if (!affinity || irqkit_cpuset_is_subset(affinity, serving))
		return false;
	if (!has_hint(row, hints) || irqkit_cpuset_copy(show_row_hint(row), &hint) < 0)
		return false;
	irqkit_cpuset_keep_set(hint, online);
	return irqkit_cpuset_has_common(hint, affinity) &&
		!irqkit_cpuset_has_common(hint, serving);
}

/* If the kernel does not show the CPU that handles it: only isolated CPUs are allowed. */
static bool is_on_isolated(
	struct show_row *row, const struct irqkit_cpuset *cpus, bool is_told)
{
	const struct irqkit_cpuset *isolated = irqkit_topology_get_cpus(
		row->show->topology, IRQKIT_CPUS_ISOLATED);

	if (!isolated)
		return false;
	return is_told ? irqkit_cpuset_has_common(cpus, isolated)
		       : irqkit_cpuset_is_subset(cpus, isolated);
}

/* 1 << NOTE_...; which CPU handles it matters only if it fires at all. */
static unsigned int find_notes(struct show_row *row, struct hints *hints)
{
	const struct irqkit_cpuset *cpus;
	enum irqkit_movable movable;
	unsigned int notes = 0;
	bool is_free, is_told;

	if (show_row_irq(row) < 0 || !show_row_movable(row, &movable) ||
		movable == IRQKIT_PER_CPU)
		return 0;
	is_free = movable != IRQKIT_MANAGED && movable != IRQKIT_SEEMS_MANAGED;
	if (is_free && is_offline(row))
		notes |= 1u << NOTE_OFFLINE;
	if (irqkit_interrupt_get_total(row->interrupt) == 0)
		return notes;

	/*
	 * Older kernels do not show it: then it is one of the affinity. So it is when a
	 * move is pending, which is no mismatch any more.
	 */
	cpus = show_row_effective(row);
	is_told = cpus && !irqkit_cpuset_is_empty(cpus) && !show_row_is_pending(row);
	if (!is_told)
		cpus = show_row_affinity(row);
	if (!cpus || irqkit_cpuset_is_empty(cpus))
		return notes;
	if (is_free && is_on_other_node(row, cpus))
		notes |= 1u << NOTE_OTHER_NODE;
	if (is_free && is_against_hint(row, cpus, hints))
		notes |= 1u << NOTE_AGAINST_HINT;
	if (is_on_isolated(row, cpus, is_told))
		notes |= 1u << NOTE_ISOLATED;
	return notes;
}

struct cell show_get_notes(void *data)
{
	unsigned int notes = find_notes(data, NULL);
	const char **texts = notes ? calloc(N_NOTES + 1, sizeof(*texts)) : NULL;
	size_t n = 0;

	if (!texts)
		return ABSENT;
	for (size_t i = 0; i < N_NOTES; i++)
		if (notes & 1u << i)
			texts[n++] = note_words[i];
	return (struct cell){ .kind = CELL_TEXTS, .texts = texts, .owned = texts };
}

void show_remark_notes(struct show *show)
{
	static const char *const phrases[N_NOTES] = {
		[NOTE_OFFLINE] = "with only offline CPUs in the affinity",
		[NOTE_OTHER_NODE] = "not handled on the device's NUMA node",
		[NOTE_AGAINST_HINT] = "not on the CPUs that the driver suggests",
		[NOTE_ISOLATED] = "handled by isolated CPUs",
	};
	size_t count[N_NOTES] = { 0 };
	const char *before = "Mismatches: ";
	struct hints hints = { 0 };

	for (size_t i = 0; i < show->n_rows; i++) {
		unsigned int notes = find_notes(&show->rows[i], &hints);

		for (size_t k = 0; k < N_NOTES; k++)
			count[k] += notes >> k & 1;
	}
	for (size_t k = 0; k < N_NOTES; k++) {
		if (!count[k])
			continue;
		print_sentence("%s%zu %s", before, count[k], phrases[k]);
		before = ", ";
	}
	if (before[0] == ',')
		print_sentence(show->n_rows > 1 ? " (list with -o +NOTES).\n" : ".\n");
}
