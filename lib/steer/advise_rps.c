/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether RPS helps an interface of a machine, for which queues, and on which CPUs. All
 * commands ask here:
 *
 *	rx queues --by interrupt--> sources --steer_rps()--> advice --> the state of a queue
 */
#include "base/cpuset.h"
#include "base/join.h"
#include "base/macros.h"
#include "devices/device.h"
#include "machine/machine.h"
#include "steer/steer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A source, with what it owns. */
struct source {
	int irq; /* -1: not known */
	char *queues; /* owned */
	struct irqkit_cpuset *cores; /* owned; or NULL */
	size_t first; /* its first queue, by index */
};

struct irqkit_rps_advice {
	struct irqkit_machine *machine; /* not owned */
	struct rps_source *sources; /* owned */
	struct source *owned; /* owned, and what it holds; as the sources */
	size_t n_sources;
	size_t *source_of; /* owned; by index of the queue */
	size_t n_rx;
	bool has_loads;
	const char *portals; /* the sources serve no certain queue; or NULL */
	enum irqkit_net_kind kind;
	struct rps_answer answer;
};

static void drop_sources(struct irqkit_rps_advice *advice)
{
	for (size_t i = 0; i < advice->n_sources; i++) {
		free(advice->owned[i].queues);
		irqkit_cpuset_free(advice->owned[i].cores);
	}
	free(TAKE(advice->sources));
	free(TAKE(advice->owned));
	advice->n_sources = 0;
}

EXPORT void irqkit_rps_advice_free(struct irqkit_rps_advice *advice)
{
	if (!advice)
		return;
	drop_sources(advice);
	free(advice->source_of);
	irqkit_cpuset_free(advice->answer.cpus);
	free(advice->answer.why);
	free(advice);
}

static void free_advice(struct irqkit_rps_advice **advice)
{
	irqkit_rps_advice_free(*advice);
}

/* ------------------------------------------------------------------------------- */
/* Sources                                                                         */

/* The source of an earlier queue that has the same interrupt, or a new one. */
static size_t find_source(
	struct irqkit_rps_advice *advice, const struct irqkit_queue *queue)
{
	const struct irqkit_device *device = queue->device;
	const struct irqkit_queue *first = queue->irq < 0
		? NULL
		: irqkit_device_find_irq_queue(
			  device, (unsigned int)queue->irq, IRQKIT_RX);

	if (first && first < queue)
		return advice->source_of[first - device->queues];
	advice->owned[advice->n_sources].irq = queue->irq;
	return advice->n_sources++;
}

static int add_cores(struct irqkit_topology *topology,
	const struct irqkit_cpuset *serving, struct irqkit_cpuset **ret_cores)
{
	_cleanup_cpuset_ struct irqkit_cpuset *cores = NULL;
	int r = irqkit_cpuset_copy(serving, &cores);

	irqkit_cpuset_foreach (cpu, serving) {
		const struct irqkit_cpuset *siblings = irqkit_topology_get_siblings(
			topology, cpu);

		if (r == 0 && siblings)
			r = irqkit_cpuset_add_set(cores, siblings);
	}
	if (r == 0)
		*ret_cores = TAKE(cores);
	return r;
}

static int read_source(
	struct irqkit_rps_advice *advice, size_t index, const struct irqkit_queue *queue)
{
	struct source *owned = &advice->owned[index];
	struct rps_source *source = &advice->sources[index];
	const struct irqkit_interrupt *row = owned->irq < 0
		? NULL
		: irqkit_snapshot_find_irq(
			  advice->machine->snapshot, (unsigned int)owned->irq);
	int r = 0;

	source->serving = irqkit_machine_get_settled_queue_cpus(advice->machine, queue);
	if (source->serving)
		r = add_cores(advice->machine->topology, source->serving, &owned->cores);
	source->cores = owned->cores;
	if (row)
		source->load = irqkit_interrupt_get_total(row);
	else
		advice->has_loads = false;
	return r;
}

static int add_queue(struct irqkit_rps_advice *advice, const struct irqkit_queue *queue)
{
	size_t before = advice->n_sources, index = find_source(advice, queue);
	_cleanup_free_ char *name = NULL;
	int r = irqkit_queue_format_name(queue, &name);

	advice->source_of[advice->n_rx++] = index;
	if (r == 0 && index == before)
		r = read_source(advice, index, queue);
	if (r == 0)
		r = join_text(&advice->owned[index].queues, name);
	return r;
}

static int add_queues(struct irqkit_rps_advice *advice, struct irqkit_device *device)
{
	size_t n = irqkit_device_count_direction(device, IRQKIT_RX);
	int r = 0;

	advice->sources = calloc(n + 1, sizeof(*advice->sources));
	advice->owned = calloc(n + 1, sizeof(*advice->owned));
	advice->source_of = calloc(n + 1, sizeof(*advice->source_of));
	if (!advice->sources || !advice->owned || !advice->source_of)
		return -ENOMEM;
	advice->has_loads = true;
	for (size_t i = 0; i < n && r == 0; i++) /* rx queues come first */
		r = add_queue(advice, &device->queues[i]);
	for (size_t i = 0; i < advice->n_sources; i++)
		advice->sources[i].queues = advice->owned[i].queues;
	return r;
}

/* ------------------------------------------------------------------------------- */
/* Portals                                                                         */

/*
 * All interfaces of these drivers share the interrupts of the portals: one for each CPU, on
 * which any queue can come.
 */
static const struct portals {
	const char *driver, *name, *handler; /* the handler: a number follows */
} all_portals[] = {
	/* soc/fsl/dpio/dpio-driver.c: register_dpio_irq_handlers() */
	{ "fsl_dpaa2_eth", "dpio", "dpio." },
	/* soc/fsl/qbman/qman.c: qman_create_portal() */
	{ "fsl_dpa", "QMan portals", "QMan portal " },
	{ "fsl_dpaa_eth", "QMan portals", "QMan portal " },
};

static const struct portals *find_portals(const struct irqkit_device *device)
{
	const char *driver = irqkit_device_get_driver(device);

	for (size_t i = 0; driver && i < LENGTH(all_portals); i++)
		if (strcmp(driver, all_portals[i].driver) == 0)
			return &all_portals[i];
	return NULL;
}

static bool is_portal(const struct irqkit_interrupt *row, const struct portals *portals)
{
	size_t len = strlen(portals->handler);

	for (size_t i = 0; i < irqkit_interrupt_count_actions(row); i++) {
		const char *action = irqkit_interrupt_get_action(row, i);

		if (strncmp(action, portals->handler, len) == 0 && action[len] &&
			!action[len + strspn(action + len, "0123456789")])
			return true;
	}
	return false;
}

static int read_portal(
	struct irqkit_rps_advice *advice, size_t index, struct irqkit_irq *irq)
{
	const struct irqkit_cpuset *cpus = NULL;

	if (irqkit_irq_get_effective(irq, &cpus) < 0 || irqkit_cpuset_is_empty(cpus))
		irqkit_irq_get_affinity(irq, &cpus);
	advice->sources[index].serving = cpus;
	advice->owned[index].irq = irqkit_irq_get_number(irq);
	return cpus
		? add_cores(advice->machine->topology, cpus, &advice->owned[index].cores)
		: 0;
}

/* The portals are the sources, if the queues have no interrupts of their own. */
static int add_portals(struct irqkit_rps_advice *advice, struct irqkit_device *device)
{
	struct irqkit_machine *machine = advice->machine;
	const struct portals *portals = find_portals(device);
	size_t n = irqkit_machine_count_irqs(machine), n_portals = 0;
	int r = 0;

	if (!portals || advice->n_sources == 0 || advice->owned[0].irq >= 0)
		return 0;
	for (size_t i = 0; i < n; i++)
		n_portals += is_portal(
			irqkit_irq_get_row(irqkit_machine_get_irq(machine, i)), portals);
	if (n_portals == 0)
		return 0;
	drop_sources(advice);
	advice->sources = calloc(n_portals, sizeof(*advice->sources));
	advice->owned = calloc(n_portals, sizeof(*advice->owned));
	if (!advice->sources || !advice->owned)
		return -ENOMEM;
	for (size_t i = 0; i < n && r == 0; i++) {
		struct irqkit_irq *irq = irqkit_machine_get_irq(machine, i);

		if (!is_portal(irqkit_irq_get_row(irq), portals))
			continue;
		r = read_portal(advice, advice->n_sources, irq);
		advice->sources[advice->n_sources].cores =
			advice->owned[advice->n_sources].cores;
		advice->n_sources++;
	}
	memset(advice->source_of, 0, advice->n_rx * sizeof(*advice->source_of));
	advice->portals = portals->name;
	return r;
}

/* ------------------------------------------------------------------------------- */

static int ask(struct irqkit_rps_advice *advice, struct irqkit_device *device)
{
	struct irqkit_machine *machine = advice->machine;
	struct irqkit_topology *topology = machine->topology;
	const struct irqkit_cpuset *online = irqkit_topology_get_cpus(
		topology, IRQKIT_CPUS_ONLINE);
	struct rps_question question = {
		.cpus = irqkit_topology_get_cpus(topology, IRQKIT_CPUS_HOUSEKEEPING),
		.sources = advice->sources,
		.n_sources = advice->n_sources,
		.fast = irqkit_topology_get_fast_cores(topology),
		.portals = advice->portals,
		.n_queues = advice->n_rx,
		.has_loads = advice->has_loads,
		.is_software = advice->kind == IRQKIT_NET_SOFTWARE,
		.node = -1,
	};
	const struct irqkit_cpuset *local;
	int node;

	if (!online || !question.cpus)
		return -ENODATA;
	question.n_online = irqkit_cpuset_count(online);
	local = irqkit_machine_find_node(machine, device, -1, &node) == 0
		? irqkit_topology_get_node_cpus(topology, (unsigned int)node)
		: NULL;
	/* a node without CPUs of its own is near to none */
	if (local && irqkit_cpuset_has_common(local, question.cpus)) {
		question.local = local;
		question.node = irqkit_cpuset_is_subset(online, local) ? -1 : node;
	}
	return steer_rps(&question, &advice->answer);
}

/* "eth0, eth1"; NULL: there are none. */
static int name_receiving(struct irqkit_device *device, char **ret_names)
{
	_cleanup_free_ char *names = NULL;
	size_t n;
	int r = irqkit_device_count_receiving(device, &n);

	for (size_t i = 0; i < n && r == 0; i++)
		r = join_text(&names, irqkit_device_get_receiving(device, i)->name);
	if (r == 0)
		*ret_names = TAKE(names);
	return r;
}

/* RPS where the packets arrive would help, and not here. */
static int advise_below(struct irqkit_rps_advice *advice, struct irqkit_device *device)
{
	_cleanup_free_ char *names = NULL;
	int r = name_receiving(device, &names);

	if (r < 0)
		return r;
	if (advice->kind == IRQKIT_NET_UPPER)
		r = names ? asprintf(&advice->answer.why,
				    "it has no effect; use %s, where the packets arrive",
				    names)
			  : asprintf(&advice->answer.why,
				    "it has no effect, and no interface is below it");
	else
		r = asprintf(&advice->answer.why,
			"RPS of a bridge is used only for packets that end at the bridge "
			"and arrived on rx-0 of a port; use it on %s",
			names ? names : "the ports");
	if (r < 0)
		advice->answer.why = NULL;
	return advice->answer.why ? irqkit_cpuset_new(&advice->answer.cpus) : -ENOMEM;
}

static int advise_loopback(struct irqkit_rps_advice *advice)
{
	advice->answer.why = strdup("the CPU that sends a packet also receives it");
	return advice->answer.why ? irqkit_cpuset_new(&advice->answer.cpus) : -ENOMEM;
}

static int decide(struct irqkit_rps_advice *advice, struct irqkit_device *device)
{
	int r = irqkit_device_read_net_kind(device, &advice->kind);

	if (r == 0)
		r = add_queues(advice, device);
	if (r == 0)
		r = add_portals(advice, device);
	if (r < 0)
		return r;
	switch (advice->kind) {
	case IRQKIT_NET_UPPER:
	case IRQKIT_NET_BRIDGE:
		return advise_below(advice, device);
	case IRQKIT_NET_LOOPBACK:
		return advise_loopback(advice);
	default:
		return ask(advice, device);
	}
}

EXPORT int irqkit_rps_advice_new(struct irqkit_machine *machine,
	struct irqkit_device *device, struct irqkit_rps_advice **ret_advice)
{
	struct irqkit_rps_advice *advice CLEANUP(free_advice) = calloc(
		1, sizeof(*advice));
	int r;

	if (!advice)
		return -ENOMEM;
	advice->machine = machine;
	r = decide(advice, device);
	if (r == 0)
		*ret_advice = TAKE(advice);
	return r;
}

EXPORT const struct irqkit_cpuset *irqkit_rps_advice_get_cpus(
	const struct irqkit_rps_advice *advice)
{
	return advice->answer.cpus;
}

EXPORT const char *irqkit_rps_advice_get_reason(const struct irqkit_rps_advice *advice)
{
	return advice->answer.why;
}

static const struct rps_source *source_of(
	const struct irqkit_rps_advice *advice, const struct irqkit_queue *queue)
{
	size_t index = (size_t)(queue - queue->device->queues);

	return queue->direction == IRQKIT_RX && index < advice->n_rx
		? &advice->sources[advice->source_of[index]]
		: NULL;
}

EXPORT bool irqkit_rps_advice_helps(
	const struct irqkit_rps_advice *advice, const struct irqkit_queue *queue)
{
	const struct rps_source *source = source_of(advice, queue);

	return source && source->is_chosen;
}

/*
 * With several CPUs, it is not known which of them handles the interrupt. The kernel
 * skips offline CPUs: net/core/dev.c, get_rps_cpu().
 */
static bool is_same_cpu(const struct irqkit_cpuset *serving,
	const struct irqkit_cpuset *cpus, const struct irqkit_cpuset *online)
{
	int cpu;

	if (!serving || irqkit_cpuset_count(serving) != 1)
		return false;
	cpu = irqkit_cpuset_next(serving, -1);
	irqkit_cpuset_foreach (other, cpus)
		if ((int)other != cpu && (!online || irqkit_cpuset_has(online, other)))
			return false;
	return irqkit_cpuset_has(cpus, (unsigned int)cpu);
}

EXPORT enum irqkit_rps_state irqkit_rps_advice_judge(
	const struct irqkit_rps_advice *advice, const struct irqkit_queue *queue,
	const struct irqkit_cpuset *cpus)
{
	const struct rps_source *source = source_of(advice, queue);
	const struct irqkit_cpuset *online = irqkit_topology_get_cpus(
		advice->machine->topology, IRQKIT_CPUS_ONLINE);

	if (irqkit_cpuset_is_empty(cpus))
		return IRQKIT_RPS_OFF;
	if (advice->kind == IRQKIT_NET_UPPER ||
		(online && !irqkit_cpuset_has_common(cpus, online)))
		return IRQKIT_RPS_NO_EFFECT;
	if (!source)
		return IRQKIT_RPS_ON;
	if (advice->portals)
		return IRQKIT_RPS_ON;
	if (is_same_cpu(source->serving, cpus, online))
		return IRQKIT_RPS_SAME_CPU;
	return advice->answer.is_sure && !source->is_chosen ? IRQKIT_RPS_REDUNDANT
							    : IRQKIT_RPS_ON;
}

EXPORT int irqkit_machine_advise_rps(struct irqkit_machine *machine,
	struct irqkit_device *device, struct irqkit_cpuset **ret_cpus, char **ret_why)
{
	struct irqkit_rps_advice *advice CLEANUP(free_advice) = NULL;
	int r = irqkit_rps_advice_new(machine, device, &advice);

	if (r < 0)
		return r;
	*ret_cpus = TAKE(advice->answer.cpus);
	*ret_why = TAKE(advice->answer.why);
	return 0;
}
