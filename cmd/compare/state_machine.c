/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state of the running machine, or of a saved root. */
#include "base/basics.h"
#include "base/say.h"
#include "base/text.h"
#include "base/utc.h"
#include "compare/state.h"
#include "measure/open_machine.h"

#include <errno.h>
#include <string.h>

/* The machine that a state is filled from. */
struct source {
	struct irqkit_ctx *ctx;
	struct irqkit_machine *machine;
	struct irqkit_devices *devices;
	struct irqkit_topology *topology;
};

/* A copy, or NULL of NULL and without memory. */
static struct irqkit_cpuset *copy_set(const struct irqkit_cpuset *set)
{
	struct irqkit_cpuset *copy = NULL;

	if (set)
		irqkit_cpuset_copy(set, &copy);
	return copy;
}

static char *format_actions(const struct irqkit_interrupt *row)
{
	char *name = NULL;

	for (size_t i = 0; i < irqkit_interrupt_count_actions(row); i++) {
		_cleanup_free_ char *action = text_repair(
			irqkit_interrupt_get_action(row, i));

		if (!action || !text_join(&name, ", ", action))
			return NULL;
	}
	return name ? name : strdup("");
}

/* False: no memory. */
static bool add_queues(struct state_irq *irq, const struct irqkit_device *device)
{
	struct irqkit_queue *queue = irqkit_device_find_irq_queue(
		device, irq->number, IRQKIT_RX);

	if (!queue)
		queue = irqkit_device_find_irq_queue(device, irq->number, IRQKIT_TX);
	for (; queue; queue = irqkit_queue_get_next(queue)) {
		_cleanup_free_ char *name = NULL;

		if (irqkit_queue_format_name(queue, &name) < 0 ||
			!text_join(&irq->queues, " ", name))
			return false;
	}
	return true;
}

static bool add_device(const struct source *source, struct state_irq *irq)
{
	const struct irqkit_device *device;
	size_t n;

	if (irqkit_devices_count_owners(source->devices, irq->number, &n) < 0 || n == 0)
		return true;
	device = irqkit_devices_get_owner(source->devices, irq->number, 0);
	irq->device = text_repair(irqkit_device_get_name(device));
	return irq->device && add_queues(irq, device);
}

static bool add_counts(struct state_irq *irq, const struct irqkit_interrupt *row)
{
	size_t n = irqkit_interrupt_count_served(row);

	irq->total = irqkit_interrupt_get_total(row);
	irq->counts = calloc(n + 1, sizeof(*irq->counts));
	for (size_t i = 0; irq->counts && i < n; i++) {
		struct state_count *count = &irq->counts[irq->n_counts++];

		count->count = irqkit_interrupt_get_served(row, i, &count->cpu);
	}
	return irq->counts;
}

static bool add_affinity(struct irqkit_irq *record, struct state_irq *irq)
{
	const struct irqkit_cpuset *affinity = NULL, *effective = NULL;

	irqkit_irq_get_affinity(record, &affinity);
	irqkit_irq_get_effective(record, &effective);
	if (effective && irqkit_cpuset_is_empty(effective)) /* it is not active */
		effective = NULL;
	irq->affinity = copy_set(affinity);
	irq->effective = copy_set(effective);
	return (irq->affinity || !affinity) && (irq->effective || !effective);
}

/* False: no memory. */
static bool add_irq(
	const struct source *source, struct state *state, struct irqkit_irq *record)
{
	struct state_irq *irq = &state->irqs[state->n_irqs++];
	const struct irqkit_interrupt *row = irqkit_irq_get_row(record);

	irq->number = (unsigned int)irqkit_irq_get_number(record);
	irq->label = strdup(irqkit_interrupt_get_label(row));
	irq->name = format_actions(row);
	irq->has_hwirq = irqkit_interrupt_get_hwirq(row, &irq->hwirq);
	irq->is_background = irqkit_interrupt_is_background(row);
	irq->node = -1;
	irqkit_machine_find_node(source->machine, NULL, (int)irq->number, &irq->node);
	return irq->label && irq->name && add_device(source, irq) &&
		add_counts(irq, row) && add_affinity(record, irq);
}

static bool add_irqs(const struct source *source, struct state *state)
{
	size_t n = irqkit_machine_count_irqs(source->machine);

	if (!state_new_irqs(state, n))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct irqkit_irq *irq = irqkit_machine_get_irq(source->machine, i);

		if (irqkit_irq_get_number(irq) >= 0 && !add_irq(source, state, irq))
			return false;
	}
	state_sort_irqs(state);
	return true;
}

/* ------------------------------------------------------------------------------- */

static bool add_nodes(const struct source *source, struct state *state)
{
	const struct irqkit_cpuset *nodes = irqkit_topology_get_nodes(source->topology);

	if (!nodes)
		return true;
	irqkit_cpuset_foreach (node, nodes) {
		struct irqkit_cpuset *cpus = copy_set(
			irqkit_topology_get_node_cpus(source->topology, node));

		if (cpus && !state_add_group(&state->nodes, node, cpus))
			return false;
	}
	return true;
}

static bool add_cores(const struct source *source, struct state *state)
{
	const struct irqkit_cpuset *first = irqkit_topology_get_first_threads(
		source->topology);

	if (!first)
		return true;
	irqkit_cpuset_foreach (cpu, first) {
		struct irqkit_cpuset *cpus;

		if (irqkit_topology_get_core(source->topology, cpu) < 0)
			continue;
		cpus = copy_set(irqkit_topology_get_siblings(source->topology, cpu));
		if (cpus && !state_add_group(&state->cores, cpu, cpus))
			return false;
	}
	return true;
}

static bool add_cpus(const struct source *source, struct state *state)
{
	state->cpus = copy_set(
		irqkit_snapshot_get_cpus(irqkit_machine_get_snapshot(source->machine)));
	state->isolated = copy_set(
		irqkit_topology_get_cpus(source->topology, IRQKIT_CPUS_ISOLATED));
	return state->cpus && add_nodes(source, state) && add_cores(source, state);
}

static bool add_times(const struct source *source, struct state *state)
{
	char text[UTC_SIZE];
	const char *boot_id;
	int64_t time;

	state->uptime = -1;
	irqkit_machine_read_uptime(source->machine, &state->uptime);
	if (irqkit_machine_get_boot_id(source->machine, &boot_id) == 0 &&
		!(state->boot_id = strdup(boot_id)))
		return false;
	if (irqkit_machine_read_time(source->machine, &time) < 0 ||
		!utc_format(time, text))
		return true;
	state->time = strdup(text);
	return state->time;
}

/* Names of interfaces can have any bytes. */
static bool repair(char **text)
{
	char *repaired = text_repair(*text);

	if (repaired) {
		free(*text);
		*text = repaired;
	}
	return repaired;
}

static bool add_settings(const struct source *source, struct state *state)
{
	struct settings *settings = &state->settings;

	if (settings_read(source->machine, settings) < 0)
		return false;
	for (size_t i = 0; i < settings->n_queues; i++)
		if (!repair(&settings->queues[i].device))
			return false;
	for (size_t i = 0; i < settings->n_channels; i++)
		if (!repair(&settings->channels[i].device))
			return false;
	return true;
}

bool state_fill(struct state *state, struct irqkit_machine *machine)
{
	const struct source source = {
		.ctx = irqkit_machine_get_ctx(machine),
		.machine = machine,
		.devices = irqkit_machine_get_devices(machine),
		.topology = irqkit_machine_get_topology(machine),
	};

	return add_times(&source, state) && add_cpus(&source, state) &&
		add_irqs(&source, state) && add_settings(&source, state);
}

static void free_machine(struct irqkit_machine **machine)
{
	irqkit_machine_free(*machine);
}

static void free_ctx(struct irqkit_ctx **ctx)
{
	irqkit_ctx_free(*ctx);
}

enum status state_read_machine(
	const struct call *call, const char *root, struct state *state)
{
	struct call of_root = *call;
	struct irqkit_ctx *ctx CLEANUP(free_ctx) = NULL;
	struct irqkit_machine *machine CLEANUP(free_machine) = NULL;
	enum status status;

	of_root.common.root = root;
	status = machine_open(&of_root, &ctx);
	if (status == STATUS_DONE)
		status = machine_new(ctx, &machine);
	if (status != STATUS_DONE)
		return status;
	if (!state_fill(state, machine))
		return say_no_memory();
	return machine_judge(ctx, STATUS_DONE);
}
