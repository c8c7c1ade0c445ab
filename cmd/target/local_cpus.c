/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The SET of an option, where `local` means the CPUs near the chosen interrupts. */
#include "target/local_cpus.h"
#include "base/say.h"
#include "measure/open_machine.h"

#include <string.h>

/* The node of a machine that has only one; else -1. */
static int find_only_node(struct irqkit_topology *topology)
{
	const struct irqkit_cpuset *nodes = irqkit_topology_get_nodes(topology);

	if (!nodes || irqkit_cpuset_count(nodes) != 1)
		return -1;
	return irqkit_cpuset_next(nodes, -1);
}

/* The node of the chosen device that raises the interrupt; -1: not known. */
static int find_node(
	const struct selection *selection, struct irqkit_machine *machine, int irq)
{
	struct irqkit_device *device = NULL;
	int node;

	if (irq < 0)
		return -1;
	for (size_t i = 0; i < selection->n_devices && !device; i++)
		if (irqkit_device_find_irq(selection->devices[i], (unsigned int)irq))
			device = selection->devices[i];
	return irqkit_machine_find_node(machine, device, irq, &node) < 0 ? -1 : node;
}

static enum status find_local(const struct selection *selection, const char *option,
	struct irqkit_machine *machine, const struct irqkit_cpuset **ret_local)
{
	struct irqkit_topology *topology = irqkit_machine_get_topology(machine);
	int common = -1;

	for (size_t i = 0; i < selection->n; i++) {
		const struct irqkit_irq *irq = selection->irqs[i];
		int node = find_node(selection, machine, irqkit_irq_get_number(irq));

		if (node < 0)
			node = find_only_node(topology);
		if (node < 0) {
			say_error("%s: cannot use 'local': the kernel reports no NUMA "
				  "node for %s",
				option,
				irqkit_interrupt_get_label(irqkit_irq_get_row(irq)));
			return STATUS_MISUSE;
		}
		if (i > 0 && node != common) {
			say_error("%s: cannot use 'local': these interrupts belong to "
				  "NUMA nodes %d and %d",
				option, common, node);
			return STATUS_MISUSE;
		}
		common = node;
	}
	*ret_local = common < 0
		? NULL
		: irqkit_topology_get_node_cpus(topology, (unsigned int)common);
	return STATUS_DONE;
}

enum status selection_read_cpus(const struct selection *selection, const char *option,
	const char *word, struct irqkit_machine *machine, struct irqkit_cpuset **ret_set)
{
	const struct irqkit_cpuset *local = NULL;
	enum status status = STATUS_DONE;

	if (strstr(word, "local"))
		status = find_local(selection, option, machine, &local);
	if (status == STATUS_DONE)
		status = machine_read_cpus(machine, option, word, local, ret_set);
	return status;
}
