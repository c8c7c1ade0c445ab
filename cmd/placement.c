/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the machine to the input of the placement policy, and from its answer to steps. */
#include "placement.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* An x86 CPU has 256 vectors; what the kernel keeps for itself leaves about this many. */
#define VECTORS_PER_CPU 200u
/* With fewer interrupts than this in all, no CPU can run out of them. */
#define MANY_INTERRUPTS 150u

void placement_free(struct placement *placement)
{
	irqkit_spread_free(placement->spread);
	irqkit_topology_free(placement->topology);
	irqkit_cpuset_free(placement->cpus);
	free(placement->interrupts);
	free(placement->skipped);
	free(placement->owners);
}

static enum status out_of_memory(void)
{
	say_error("out of memory");
	return STATUS_REFUSED;
}

/* ------------------------------------------------------------------------------- */
/* Which CPUs                                                                      */

static enum status keep_node(struct placement *p, unsigned int node)
{
	const struct irqkit_cpuset *cpus =
		irqkit_topology_get_node_cpus(p->topology, node);

	if (!cpus) {
		say_error("--node: there is no NUMA node %u here", node);
		return STATUS_MISUSE;
	}
	irqkit_cpuset_keep_set(p->cpus, cpus);
	if (!irqkit_cpuset_is_empty(p->cpus))
		return STATUS_DONE;
	say_error("--node: node %u has none of the CPUs that may be used", node);
	return STATUS_MISUSE;
}

static enum status choose_cpus(struct placement *p, const struct placement_wish *wish)
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
			return out_of_memory();
	}
	if (status == STATUS_DONE && wish->node_policy == NODE_NUMBER)
		status = keep_node(p, wish->node);
	return status;
}

/* One number for all members of a group; where none is told, @alone. */
static int group_number(const struct irqkit_cpuset *group, int alone)
{
	return group ? irqkit_cpuset_next(group, -1) : alone;
}

static int core_number(struct placement *p, unsigned int cpu)
{
	return group_number(irqkit_topology_get_siblings(p->topology, cpu), (int)cpu);
}

static enum status tell_cpus(struct placement *p)
{
	const struct irqkit_cpuset *online =
		irqkit_topology_get_cpus(p->topology, IRQKIT_CPUS_ONLINE);
	unsigned int *order;
	size_t n;
	int r = irqkit_topology_get_order(p->topology, p->cpus, &order, &n);

	if (r < 0)
		return out_of_memory();
	for (size_t i = 0; i < n && r >= 0; i++) {
		const struct irqkit_cpuset *llc =
			irqkit_topology_get_llc(p->topology, order[i]);
		int node = irqkit_topology_get_node(p->topology, order[i]);

		r = irqkit_spread_add_cpu(p->spread, order[i], core_number(p, order[i]),
			group_number(llc, node), node);
	}
	free(order);
	irqkit_cpuset_foreach(cpu, online)
		if (r >= 0 && !irqkit_cpuset_has(p->cpus, (unsigned int)cpu))
			r = irqkit_spread_add_bystander(p->spread, (unsigned int)cpu,
				core_number(p, (unsigned int)cpu));
	return r < 0 ? out_of_memory() : STATUS_DONE;
}

/* ------------------------------------------------------------------------------- */
/* Which interrupts                                                                */

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
			struct irqkit_device *device =
				irqkit_devices_get_net(p->devices, d);

			if (!irqkit_device_count_queues(device) ||
				!irqkit_device_find_irq(device, (unsigned int)irq))
				continue;
			p->interrupts[p->n++] = row;
			break;
		}
	}
	if (p->n > 0)
		return STATUS_DONE;
	say_error("no network device has interrupts here: name what to spread ('irqkit show' "
		  "lists what there is)");
	return STATUS_NO_MATCH;
}

/* Those of @change's words that match something now, to @words; how many. */
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
		return out_of_memory();
	memcpy(words, call->words, n * sizeof(*words));
	if (wish->passes_absent)
		n = keep_present(change, words);
	p->n_absent = call->n_words - n;
	if (n > 0)
		status = select_interrupts(change->devices, change->snapshot, words, n,
			false, &chosen);
	free(words);
	for (size_t i = 0; status == STATUS_DONE && i < chosen.n; i++)
		if (irqkit_interrupt_get_irq(chosen.interrupts[i]) >= 0)
			p->interrupts[p->n++] = chosen.interrupts[i];
	return status;
}

/* Those that cannot be moved are put aside. */
static enum status sort_out(
	struct placement *p, struct irqkit_ctx *ctx, const struct placement_wish *wish)
{
	size_t kept = 0;

	for (size_t i = 0; i < p->n; i++) {
		enum irqkit_movable movable;

		if (wish->is_left_out &&
			wish->is_left_out(wish->data, p->interrupts[i]))
			continue;
		if (irqkit_irq_read_movable(ctx, p->interrupts[i], &movable) == 0 &&
			movable != IRQKIT_MOVABLE)
			p->skipped[p->n_skipped++] = p->interrupts[i];
		else
			p->interrupts[kept++] = p->interrupts[i];
	}
	p->n = kept;
	if (kept > 0)
		return STATUS_DONE;
	say_error("none of these %zu can be moved: 'irqkit show -o +MOVABLE' tells why",
		p->n_skipped);
	return STATUS_IMMOVABLE;
}

static enum status choose_interrupts(
	struct placement *p, struct change *change, const struct placement_wish *wish)
{
	size_t n = irqkit_snapshot_count(change->snapshot);
	enum status status;

	p->interrupts = calloc(n + 1, sizeof(*p->interrupts));
	p->skipped = calloc(n + 1, sizeof(*p->skipped));
	p->owners = calloc(n + 1, sizeof(*p->owners));
	if (!p->interrupts || !p->skipped || !p->owners)
		return out_of_memory();
	status = change->call->n_words ? choose_words(p, change, wish)
				       : choose_net(p, change->snapshot);
	return status == STATUS_DONE ? sort_out(p, change->ctx, wish) : status;
}

/* ------------------------------------------------------------------------------- */
/* What is known of an interrupt                                                   */

static size_t find_owner(struct placement *p, struct irqkit_device *device, int node)
{
	for (size_t i = 0; i < p->n_owners; i++)
		if (device && p->owners[i].device == device)
			return i;
	p->owners[p->n_owners] =
		(struct placement_device){ .device = device, .node = node };
	return p->n_owners++;
}

/* Which queue of the device, and which ways it serves. */
static int find_queue(
	struct irqkit_device *device, int irq, enum irqkit_serves *ret_serves)
{
	bool serves[2] = { false, false };
	int number = -1;

	for (size_t i = 0; i < irqkit_device_count_queues(device); i++) {
		const struct irqkit_queue *queue = irqkit_device_get_queue(device, i);
		int this_number = (int)irqkit_queue_get_number(queue);

		if (irqkit_queue_get_irq(queue) != irq)
			continue;
		serves[irqkit_queue_get_direction(queue)] = true;
		number = number < 0 || this_number < number ? this_number : number;
	}
	*ret_serves = serves[IRQKIT_RX] && serves[IRQKIT_TX] ? IRQKIT_SERVES_BOTH
		      : serves[IRQKIT_RX]		     ? IRQKIT_SERVES_RX
		      : serves[IRQKIT_TX]		     ? IRQKIT_SERVES_TX
							     : IRQKIT_SERVES_NONE;
	return number;
}

/* The CPU that served it most; -1: none did. */
static int find_busiest(const struct irqkit_interrupt *interrupt)
{
	uint64_t most = 0;
	int busiest = -1;

	for (size_t i = 0; i < irqkit_interrupt_count_served(interrupt); i++) {
		unsigned int cpu;
		uint64_t count = irqkit_interrupt_get_served(interrupt, i, &cpu);

		if (count > most) {
			most = count;
			busiest = (int)cpu;
		}
	}
	return busiest;
}

/*
 * Where it is served, as far as the kernel tells; while a move to one CPU is pending, that
 * CPU: it will be there.
 */
static int find_now(struct irqkit_ctx *ctx, const struct irqkit_interrupt *interrupt)
{
	_cleanup_cpuset_ struct irqkit_cpuset *effective = NULL, *affinity = NULL;
	unsigned int irq = (unsigned int)irqkit_interrupt_get_irq(interrupt);
	bool is_told = irqkit_irq_read_effective(ctx, irq, &effective) == 0 &&
		       !irqkit_cpuset_is_empty(effective);

	if (irqkit_irq_read_affinity(ctx, irq, &affinity) == 0 &&
		irqkit_cpuset_count(affinity) == 1 &&
		(!is_told || !irqkit_cpuset_is_subset(effective, affinity)))
		return irqkit_cpuset_next(affinity, -1);
	return is_told ? irqkit_cpuset_next(effective, -1) : find_busiest(interrupt);
}

static int read_node(struct irqkit_ctx *ctx, struct irqkit_device *device, int irq)
{
	int node;

	if (device && irqkit_device_read_node(device, &node) == 0)
		return node;
	return irqkit_irq_read_node(ctx, (unsigned int)irq, &node) == 0 ? node : -1;
}

static void tell_owner(struct placement *p, struct irqkit_ctx *ctx, size_t index, int irq,
	const struct placement_wish *wish)
{
	enum irqkit_serves serves = IRQKIT_SERVES_NONE;
	struct irqkit_device *device = NULL;
	struct placement_device *owner;
	const struct irqkit_cpuset *local;
	size_t n_owners = 0, at;
	int queue = -1, node;

	if (irqkit_devices_count_owners(p->devices, (unsigned int)irq, &n_owners) == 0 &&
		n_owners > 0)
		device = irqkit_devices_get_owner(p->devices, (unsigned int)irq, 0);
	node = read_node(ctx, device, irq);
	at = find_owner(p, device, node);
	owner = &p->owners[at];
	if (device && irqkit_device_count_queues(device)) {
		queue = find_queue(device, irq, &serves);
	} else if (device) {
		const struct irqkit_device_irq *own =
			irqkit_device_find_irq(device, (unsigned int)irq);

		if (own && irqkit_device_irq_get_role(own) == IRQKIT_ROLE_QUEUE) {
			queue = (int)owner->n_queues;
			serves = IRQKIT_SERVES_BOTH;
		}
	}
	owner->n_queues += serves == IRQKIT_SERVES_BOTH || serves == IRQKIT_SERVES_RX;
	irqkit_spread_set_queue(p->spread, index, (unsigned int)at, queue, serves);

	local = node >= 0 ? irqkit_topology_get_node_cpus(p->topology, (unsigned int)node)
			  : NULL;
	if (wish->node_policy == NODE_LOCAL && local &&
		irqkit_cpuset_has_common(local, p->cpus)) {
		irqkit_spread_set_node(p->spread, index, node);
		owner->n_cpus = 0;
		irqkit_cpuset_foreach(cpu, local)
			owner->n_cpus += irqkit_cpuset_has(p->cpus, (unsigned int)cpu);
	} else {
		owner->n_cpus = irqkit_cpuset_count(p->cpus);
	}
}

static enum status tell_interrupt(struct placement *p, struct change *change,
	const struct placement_wish *wish, size_t at, uint64_t load)
{
	const struct irqkit_interrupt *interrupt = p->interrupts[at];
	int irq = irqkit_interrupt_get_irq(interrupt);
	_cleanup_cpuset_ struct irqkit_cpuset *affinity = NULL, *hint = NULL;
	int index = irqkit_spread_add_interrupt(p->spread, (unsigned int)irq, load,
		find_now(change->ctx, interrupt));

	if (index < 0)
		return out_of_memory();
	tell_owner(p, change->ctx, (size_t)index, irq, wish);
	if (wish->width > 1 &&
		irqkit_irq_read_affinity(change->ctx, (unsigned int)irq, &affinity) == 0 &&
		irqkit_spread_set_affinity(p->spread, (size_t)index, affinity) < 0)
		return out_of_memory();
	if (wish->policy == IRQKIT_POLICY_HINT &&
		irqkit_irq_read_hint(change->ctx, (unsigned int)irq, &hint) == 0 &&
		!irqkit_cpuset_is_empty(hint) &&
		irqkit_spread_set_hint(p->spread, (size_t)index, hint) < 0)
		return out_of_memory();
	return STATUS_DONE;
}

/* ------------------------------------------------------------------------------- */
/* What stays where it is                                                          */

static void tell_load(struct placement *p, const struct irqkit_interrupt *counts)
{
	for (size_t i = 0; i < irqkit_interrupt_count_served(counts); i++) {
		unsigned int cpu;
		uint64_t count = irqkit_interrupt_get_served(counts, i, &cpu);

		irqkit_spread_add_load(p->spread, cpu, count);
	}
}

/* Only x86's local APICs have so few; others' chips have PCI-MSI in their names too. */
static bool is_of_apic(const char *chip)
{
	static const char *const begins[] = {
		"IO-APIC", "IR-IO-APIC", "PCI-MSI", "IR-PCI-MSI", "DMAR-MSI",
	};

	for (size_t i = 0; chip && i < LENGTH(begins); i++)
		if (strncmp(chip, begins[i], strlen(begins[i])) == 0)
			return true;
	return false;
}

static bool has_few_vectors(const struct irqkit_snapshot *snapshot)
{
	size_t n = irqkit_snapshot_count(snapshot);

	for (size_t i = 0; i < n && n > MANY_INTERRUPTS; i++) {
		if (is_of_apic(irqkit_interrupt_get_chip(
			    irqkit_snapshot_get(snapshot, i))))
			return true;
	}
	return false;
}

static void tell_vectors(struct placement *p, const unsigned int *used)
{
	irqkit_cpuset_foreach(cpu, p->cpus) {
		unsigned int taken = used[cpu];

		irqkit_spread_set_vectors(p->spread, (unsigned int)cpu,
			taken < VECTORS_PER_CPU ? VECTORS_PER_CPU - taken : 0);
	}
}

static enum status tell_rows(struct placement *p, struct change *change,
	const struct placement_wish *wish, const struct irqkit_snapshot *counts)
{
	bool is_short = has_few_vectors(change->snapshot);
	unsigned int *used = calloc(IRQKIT_CPU_MAX + 1, sizeof(*used));
	enum status status = used ? STATUS_DONE : out_of_memory();
	size_t next = 0;

	for (size_t i = 0; i < irqkit_snapshot_count(counts) && status == STATUS_DONE; i++) {
		const struct irqkit_interrupt *row =
			irqkit_snapshot_get(change->snapshot, i);
		const struct irqkit_interrupt *count = irqkit_snapshot_get(counts, i);
		int now;

		if (next < p->n && p->interrupts[next] == row) {
			status = tell_interrupt(p, change, wish, next++,
				irqkit_interrupt_get_total(count));
			continue;
		}
		if (irqkit_interrupt_get_irq(row) < 0)
			continue;
		tell_load(p, count);
		now = is_short ? find_now(change->ctx, row) : -1;
		if (now >= 0)
			used[now]++;
	}
	if (status == STATUS_DONE && is_short)
		tell_vectors(p, used);
	free(used);
	return status;
}

enum status placement_build(struct placement *placement, struct change *change,
	const struct placement_wish *wish, const struct irqkit_snapshot *counts)
{
	enum status status;

	*placement = (struct placement){ 0 };
	status = machine_topology(change->ctx, change->snapshot, &placement->topology);
	placement->devices = change->devices;
	if (status == STATUS_DONE && irqkit_spread_new(&placement->spread) < 0)
		status = out_of_memory();
	if (status == STATUS_DONE)
		status = choose_cpus(placement, wish);
	if (status == STATUS_DONE)
		status = choose_interrupts(placement, change, wish);
	if (status == STATUS_DONE)
		status = tell_cpus(placement);
	if (status != STATUS_DONE)
		return status;
	irqkit_spread_set_width(placement->spread, wish->width);
	irqkit_spread_set_split(placement->spread, wish->is_split);
	irqkit_spread_set_gain(placement->spread, wish->gain);
	irqkit_spread_set_idle(placement->spread, wish->idle);
	status = tell_rows(placement, change, wish, counts);
	if (status == STATUS_DONE &&
		irqkit_spread_place(placement->spread, wish->policy) < 0)
		status = out_of_memory();
	return status;
}

long placement_find(const struct placement *placement, int irq)
{
	for (size_t i = 0; i < placement->n; i++)
		if (irqkit_interrupt_get_irq(placement->interrupts[i]) == irq)
			return (long)i;
	return -1;
}

enum status placement_add_steps(const struct placement *placement, struct change *change)
{
	for (size_t i = 0; i < placement->n; i++) {
		const struct irqkit_interrupt *interrupt = placement->interrupts[i];
		const struct irqkit_cpuset *cpus =
			irqkit_spread_get_cpus(placement->spread, i);
		const char *reason = irqkit_spread_get_reason(placement->spread, i);
		int r = cpus ? irqkit_plan_add_affinity(change->plan, interrupt, cpus,
				       reason, IRQKIT_STEP_OPTIONAL)
			     : irqkit_plan_add_kept(change->plan, interrupt, reason);

		if (r == -ENOENT)
			r = irqkit_plan_add_skipped(change->plan, interrupt, "gone, or not saved");
		if (r < 0)
			return change_say_unreadable(interrupt, r);
	}
	for (size_t i = 0; i < placement->n_skipped; i++) {
		const struct irqkit_interrupt *interrupt = placement->skipped[i];
		enum irqkit_movable movable = IRQKIT_MOVABLE;

		irqkit_irq_read_movable(change->ctx, interrupt, &movable);
		if (irqkit_plan_add_skipped(change->plan, interrupt,
			    immovable_word(movable)) < 0)
			return out_of_memory();
	}
	return STATUS_DONE;
}
