/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SETs in which `local` means the CPUs near the chosen interrupts. */
#include "base/macros.h"
#include "machine/machine.h"
#include "set/set.h"
#include "target/refuse.h"
#include "target/selection.h"

#include <errno.h>
#include <string.h>

/* The node of a machine that has only one, else -1. */
static int find_only_node(struct irqkit_topology *topology)
{
	const struct irqkit_cpuset *nodes = irqkit_topology_get_nodes(topology);

	if (!nodes || irqkit_cpuset_count(nodes) != 1)
		return -1;
	return irqkit_cpuset_next(nodes, -1);
}

/* The node of the interrupt, by the chosen device that raises it; -1: it is not known. */
static int find_node(const struct irqkit_selection *selection, int irq)
{
	struct irqkit_device *device = NULL;
	int node;

	if (irq < 0)
		return -1;
	for (size_t i = 0; i < selection->devices.n && !device; i++)
		if (irqkit_device_find_irq(
			    selection->devices.things[i], (unsigned int)irq))
			device = selection->devices.things[i];
	return irqkit_machine_find_node(selection->machine, device, irq, &node) < 0
		? -1
		: node;
}

/* @ret_local: NULL if nothing is chosen */
static int find_local(const struct irqkit_selection *selection,
	const struct irqkit_cpuset **ret_local, char **message)
{
	struct irqkit_topology *topology = selection->machine->topology;
	int common = -1;

	for (size_t i = 0; i < selection->n_irqs; i++) {
		const struct irqkit_interrupt *row = selection->irqs[i]->row;
		int node = find_node(selection, row->irq);

		if (node < 0)
			node = find_only_node(topology);
		if (node < 0)
			return target_refuse(message, -ENODATA,
				"cannot use 'local': the kernel reports no NUMA node for "
				"%s",
				row->label);
		if (i > 0 && node != common)
			return target_refuse(message, -EINVAL,
				"cannot use 'local': these interrupts belong to NUMA "
				"nodes %d and %d",
				common, node);
		common = node;
	}
	if (common >= 0)
		*ret_local = irqkit_topology_get_node_cpus(
			topology, (unsigned int)common);
	return 0;
}

int selection_find_local(const struct irqkit_selection *selection, const char *text,
	size_t len, const struct irqkit_cpuset **ret_local, size_t *reterr_at,
	char **reterr_message)
{
	const char *word = memmem(text, len, "local", strlen("local"));
	_cleanup_free_ char *message = NULL;
	bool may_mean = !word && set_may_mean_word(text, len, "local");
	int r = word || may_mean ? find_local(selection, ret_local, &message) : 0;

	if (r == 0 || (may_mean && r != -ENOMEM))
		return 0;
	if (reterr_at)
		*reterr_at = word ? (size_t)(word - text) : 0;
	if (reterr_message)
		*reterr_message = TAKE(message);
	return r;
}

EXPORT int irqkit_selection_parse_set(const struct irqkit_selection *selection,
	const char *text, size_t len, struct irqkit_cpuset **ret_set, size_t *reterr_at,
	char **reterr_message)
{
	const struct irqkit_cpuset *local = NULL;
	int r = selection_find_local(
		selection, text, len, &local, reterr_at, reterr_message);

	return r < 0 ? r
		     : irqkit_machine_parse_set(selection->machine, text, len, local,
			       ret_set, reterr_at, reterr_message);
}
