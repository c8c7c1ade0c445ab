/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes the facts: CPUs and units first, everything else when it is needed. */
#include "base/macros.h"
#include "doctor/facts.h"
#include "doctor/facts_isolate.h"
#include "doctor/facts_tools.h"
#include "doctor/facts_units.h"
#include "doctor/steered.h"

#include <errno.h>

/* Isolated or without ticks: what is online and not housekeeping. */
static int find_isolated(struct facts *facts)
{
	int r = irqkit_cpuset_copy(facts->online, &facts->isolated);

	if (r == 0)
		irqkit_cpuset_remove_set(facts->isolated, facts->housekeeping);
	return r;
}

static int facts_fill(struct facts *facts)
{
	facts->online = irqkit_topology_get_cpus(facts->topology, IRQKIT_CPUS_ONLINE);
	facts->housekeeping = irqkit_topology_get_cpus(
		facts->topology, IRQKIT_CPUS_HOUSEKEEPING);
	if (!facts->online || !facts->housekeeping)
		return -ENOMEM;
	if (irqkit_machine_read_uptime(facts->machine, &facts->uptime) < 0)
		facts->uptime = -1;
	facts->has_second_sample = irqkit_ctx_has_second_sample(facts->ctx);
	if (irqkit_devices_count_net(facts->devices, &facts->n_net) < 0)
		facts->n_net = 0;
	return find_isolated(facts);
}

int facts_new(struct irqkit_machine *machine, const struct irqkit_load *load,
	struct facts **ret_facts)
{
	struct facts *facts = calloc(1, sizeof(*facts));
	int r;

	if (!facts)
		return -ENOMEM;
	facts->machine = machine;
	facts->load = load;
	facts->ctx = irqkit_machine_get_ctx(machine);
	facts->topology = irqkit_machine_get_topology(machine);
	facts->devices = irqkit_machine_get_devices(machine);
	r = facts_fill(facts);
	if (r == 0)
		r = facts_find_units(facts);
	if (r < 0)
		facts_free(facts);
	else
		*ret_facts = facts;
	return r;
}

void facts_free(struct facts *facts)
{
	if (!facts)
		return;
	facts_free_units(facts);
	facts_free_isolate(facts);
	facts_free_writers(facts);
	facts_free_steered(facts);
	irqkit_placed_free(facts->placed);
	for (size_t i = 0; i < facts->n_files; i++) {
		free(facts->files[i].path);
		free(facts->files[i].text);
	}
	free(facts->files);
	irqkit_cpuset_free(facts->isolated);
	free(facts);
}
