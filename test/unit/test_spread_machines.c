/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The policy by queue on random machines: CPUs with one or two threads, one to three nodes,
 * isolated CPUs, devices with queues, link interrupts and interrupts of unknown purpose, and
 * interrupts that are somewhere already, pinned or not. What is measured here is counted
 * here, not taken from the library.
 *
 *	a second run writes nothing, with --split too
 *	with --split, no CPU gets rx of all devices
 *	the busiest CPU gets no more queues than it had, unless an option asks for it
 *	a run for each device ends no worse than twice one run for all
 *	what is moved gains something; and what show advises to spread is moved
 *	a run for each device, again and again, comes to rest, and moves nothing without a gain
 *	after one queue of a spread machine was moved by hand, few queues are moved, mostly one
 *
 *	no CPU gets more interrupts than it has vectors for
 *
 * And the policy by load on the same machines:
 *
 *	the interrupts of a queue end on one CPU, or none of them moves
 *	the busiest CPU gets no more load than it had, if all may stay where they are
 *	a second run writes nothing
 */
#include "unit.h"

#include <irqkit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef N_MACHINES
#define N_MACHINES 4000
#endif
#define MAX_CPUS 24
#define MAX_DEVICES 6
#define MAX_IRQS 400
/* Runs for each device until nothing is written: on 40,000 machines, all were done by then. */
#define MAX_SERIES 20

struct irq {
	unsigned int device;
	int queue; /* -1: none */
	enum irqkit_serves serves;
	bool is_link;
	bool is_only; /* its device has no other queue: rx and tx may part */
	uint64_t load;
	int now;
	bool is_pinned; /* otherwise all CPUs are allowed, and now is one of them */
};

struct device {
	int node; /* -1: not known */
	unsigned int first, n; /* interrupts */
	unsigned int n_slots; /* what wants a CPU: queues, and unknown interrupts */
};

struct machine {
	unsigned int n_cpus, threads, n_nodes;
	bool is_isolated[MAX_CPUS];
	bool is_slow[MAX_CPUS];
	bool is_split;
	bool has_vectors;
	unsigned int vectors[MAX_CPUS]; /* that are left */
	struct device devices[MAX_DEVICES];
	unsigned int n_devices;
	struct irq irqs[MAX_IRQS];
	unsigned int n_irqs;
};

/* xorshift64*: the same machines everywhere. */
static uint64_t next_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * UINT64_C(2685821657736338717);
}

static unsigned int below(uint64_t *state, unsigned int n)
{
	return (unsigned int)((next_random(state) >> 33) % n);
}

/* ------------------------------------------------------------------------------- */
/* A machine                                                                       */

static unsigned int core_of(const struct machine *m, unsigned int cpu)
{
	return cpu % (m->n_cpus / m->threads);
}

static unsigned int node_of(const struct machine *m, unsigned int cpu)
{
	unsigned int n_cores = m->n_cpus / m->threads;

	return core_of(m, cpu) * m->n_nodes / n_cores;
}

static void make_cpus(uint64_t *seed, struct machine *m)
{
	m->threads = 1 + below(seed, 2);
	m->n_cpus = m->threads * (1 + below(seed, MAX_CPUS / 2));
	m->n_nodes = 1 + below(seed, 3);
	if (m->n_nodes > m->n_cpus / m->threads)
		m->n_nodes = 1;
	if (below(seed, 4) == 0) /* CPU 0 is left */
		for (unsigned int c = 1; c < m->n_cpus; c++)
			m->is_isolated[c] = below(seed, 4) == 0;
	if (below(seed, 4) == 0)
		for (unsigned int c = 0; c < m->n_cpus; c++)
			m->is_slow[c] = core_of(m, c) % 2;
}

static void add_irq(
	struct machine *m, int queue, enum irqkit_serves serves, uint64_t load)
{
	m->irqs[m->n_irqs++] = (struct irq){
		.device = m->n_devices, .queue = queue, .serves = serves, .load = load
	};
	m->devices[m->n_devices].n++;
}

static void make_device(uint64_t *seed, struct machine *m)
{
	struct device *device = &m->devices[m->n_devices];
	unsigned int n_queues = 1 + below(seed, m->n_cpus + m->n_cpus / 2);
	unsigned int n_unknown = below(seed, 3) ? 0 : below(seed, 5);
	bool has_tx = below(seed, 2);

	if (below(seed, 3) == 0)
		n_queues = below(seed, 2) ? m->n_cpus : 1;
	device->node = (int)below(seed, m->n_nodes + 1) - 1;
	device->first = m->n_irqs;
	if (below(seed, 2))
		add_irq(m, -1, IRQKIT_SERVES_NONE, 0);
	m->irqs[device->first].is_link = m->n_irqs > device->first;
	for (unsigned int q = 0; q < n_queues; q++) {
		add_irq(m, (int)q, has_tx ? IRQKIT_SERVES_RX : IRQKIT_SERVES_BOTH,
			below(seed, 100));
		if (has_tx)
			add_irq(m, (int)q, IRQKIT_SERVES_TX, below(seed, 100));
		m->irqs[m->n_irqs - 1].is_only = has_tx && n_queues == 1;
	}
	for (unsigned int u = 0; u < n_unknown; u++)
		add_irq(m, -1, IRQKIT_SERVES_NONE, below(seed, 100));
	device->n_slots = n_queues + n_unknown;
	m->n_devices++;
}

/* Where the interrupts of a device are: all on one CPU, each on its own, anywhere. */
static void put_device(uint64_t *seed, struct machine *m, const struct device *device)
{
	unsigned int kind = below(seed, 5), start = below(seed, m->n_cpus);
	bool is_pinned = below(seed, 2);

	for (unsigned int i = device->first; i < device->first + device->n; i++) {
		struct irq *irq = &m->irqs[i];
		unsigned int at = irq->queue >= 0 ? (unsigned int)irq->queue : i;
		unsigned int cpu = kind == 0 ? 0
			: kind == 1	     ? start
			: kind == 2	     ? at % m->n_cpus
			: kind == 3	     ? (start + at) % m->n_cpus
					     : below(seed, m->n_cpus);

		irq->now = (int)cpu;
		irq->is_pinned = is_pinned;
	}
}

static void make_machine(uint64_t *seed, struct machine *m)
{
	unsigned int n_devices = 1 + below(seed, MAX_DEVICES);

	*m = (struct machine){ 0 };
	make_cpus(seed, m);
	while (n_devices-- > 0)
		make_device(seed, m);
	for (unsigned int d = 0; d < m->n_devices; d++)
		put_device(seed, m, &m->devices[d]);
}

/* ------------------------------------------------------------------------------- */
/* What is measured                                                                */

struct measure {
	unsigned int busiest; /* queues of the CPU that has most */
	unsigned int squares; /* of queues, by CPU */
	unsigned int known; /* the same without unknown interrupts */
	unsigned int own; /* the same for each device by itself */
	unsigned int cores; /* the same by core */
	unsigned int first; /* of first queues, by core */
	unsigned int far; /* queues that are not on their node */
	unsigned int known_far; /* the same without unknown interrupts */
	unsigned int slow; /* queues on slow CPUs */
	unsigned int apart; /* interrupts that are not on the CPU of their queue */
	unsigned int together; /* tx interrupts of only queues, on the CPU of rx */
	unsigned int outside; /* on isolated CPUs */
	unsigned int total;
};

/* The interrupt that shows where a queue is; another one, if it is not the first of it. */
static bool is_leader(const struct machine *m, unsigned int i)
{
	const struct irq *irq = &m->irqs[i];

	return !irq->is_link &&
		(irq->queue < 0 || i == 0 || m->irqs[i - 1].queue != irq->queue ||
			m->irqs[i - 1].device != irq->device);
}

/* rx and tx of an only queue: each of them has a tenth of their load or more. */
static bool parts(const struct irq *rx, const struct irq *tx)
{
	return tx->is_only && rx->load > 0 && tx->load > 0 && rx->load >= tx->load / 9 &&
		tx->load >= rx->load / 9;
}

static void count_irq(const struct machine *m, unsigned int i, struct measure *ret,
	unsigned int n[5][MAX_CPUS])
{
	const struct irq *irq = &m->irqs[i];
	const struct device *device = &m->devices[irq->device];
	unsigned int cpu = (unsigned int)irq->now;

	ret->outside += m->is_isolated[cpu];
	if (!is_leader(m, i)) {
		if (parts(irq - 1, irq))
			ret->together += irq->now == irq[-1].now;
		else
			ret->apart += !irq->is_link && irq->now != irq[-1].now;
		return;
	}
	n[0][cpu]++;
	n[1][cpu] += irq->queue >= 0;
	n[2][core_of(m, cpu)]++;
	n[3][core_of(m, cpu)] += irq->queue == 0;
	if (device->node >= 0 && node_of(m, cpu) != (unsigned int)device->node) {
		ret->far++;
		ret->known_far += irq->queue >= 0;
	}
	ret->slow += m->is_slow[cpu];
	ret->total++;
}

/* Of one device, or with -1 of all. */
static struct measure measure(const struct machine *m, int device)
{
	unsigned int n[5][MAX_CPUS] = { { 0 } };
	struct measure ret = { 0 };

	for (unsigned int i = 0; i < m->n_irqs; i++)
		if (device < 0 || m->irqs[i].device == (unsigned int)device)
			count_irq(m, i, &ret, n);
	for (unsigned int c = 0; c < m->n_cpus; c++) {
		if (n[0][c] > ret.busiest)
			ret.busiest = n[0][c];
		ret.squares += n[0][c] * n[0][c];
		ret.known += n[1][c] * n[1][c];
		ret.cores += n[2][c] * n[2][c];
		ret.first += n[3][c] * n[3][c];
	}
	for (unsigned int d = 0; d < m->n_devices && device < 0; d++)
		ret.own += measure(m, (int)d).squares;
	return ret;
}

static unsigned int count_targets(const struct machine *m)
{
	unsigned int n = 0;

	for (unsigned int c = 0; c < m->n_cpus; c++)
		n += !m->is_isolated[c];
	return n;
}

/* ------------------------------------------------------------------------------- */
/* One run                                                                         */

static void tell_cpus(struct irqkit_spread *spread, const struct machine *m)
{
	/* CPUs with higher numbers are the second threads of cores: they come later */
	for (unsigned int slow = 0; slow < 2 * m->threads; slow++) {
		for (unsigned int c = 0; c < m->n_cpus; c++) {
			unsigned int thread = c / (m->n_cpus / m->threads);

			if (m->is_isolated[c] || 2 * thread + m->is_slow[c] != slow)
				continue;
			assert_int_equal(
				irqkit_spread_add_cpu(spread, c, (int)core_of(m, c),
					(int)node_of(m, c), (int)node_of(m, c)),
				0);
			assert_int_equal(
				irqkit_spread_set_slowness(spread, c, m->is_slow[c]), 0);
		}
	}
	for (unsigned int c = 0; c < m->n_cpus; c++)
		if (m->is_isolated[c])
			assert_int_equal(irqkit_spread_add_bystander(
						 spread, c, (int)core_of(m, c)),
				0);
}

static void tell_irq(struct irqkit_spread *spread, const struct machine *m,
	const struct irq *irq, unsigned int number)
{
	int index = irqkit_spread_add_interrupt(spread, number, irq->load, irq->now);

	assert_true(index >= 0);
	irqkit_spread_set_queue(
		spread, (size_t)index, irq->device, irq->queue, irq->serves);
	irqkit_spread_set_node(spread, (size_t)index, m->devices[irq->device].node);
	if (irq->is_link)
		irqkit_spread_set_follower(spread, (size_t)index);
	if (irq->is_only) { /* rx came just before */
		irqkit_spread_set_only_queue(spread, (size_t)index - 1);
		irqkit_spread_set_only_queue(spread, (size_t)index);
	}
}

/* Queues of other devices count where they are pinned, once on a CPU. */
static void tell_pinned(
	struct irqkit_spread *spread, const struct machine *m, unsigned int i)
{
	const struct irq *irq = &m->irqs[i];
	unsigned int cpu = (unsigned int)irq->now;

	if (!irq->is_pinned || irq->is_link || m->is_isolated[cpu] ||
		(!is_leader(m, i) && m->irqs[i - 1].now == irq->now))
		return;
	assert_int_equal(irq->is_only
			? irqkit_spread_add_tx(spread, cpu)
			: irqkit_spread_add_queue(spread, cpu,
				  irq->queue == 0 && irq->serves != IRQKIT_SERVES_TX),
		0);
}

static void tell_vectors(struct irqkit_spread *spread, const struct machine *m)
{
	for (unsigned int c = 0; c < m->n_cpus && m->has_vectors; c++)
		assert_int_equal(irqkit_spread_set_vectors(spread, c, m->vectors[c]), 0);
}

/* Places one device, or with -1 all; returns how many settings were written. */
static unsigned int run_by(
	struct machine *m, int device, bool stays_on_node, enum irqkit_policy policy)
{
	struct irqkit_spread *spread = NULL;
	unsigned int n_written = 0, k = 0;

	assert_int_equal(irqkit_spread_new(&spread), 0);
	tell_cpus(spread, m);
	tell_vectors(spread, m);
	irqkit_spread_set_leave_node(spread, !stays_on_node);
	irqkit_spread_set_split(spread, m->is_split);
	for (unsigned int i = 0; i < m->n_irqs; i++) {
		if (device < 0 || m->irqs[i].device == (unsigned int)device)
			tell_irq(spread, m, &m->irqs[i], 1000 + i);
		else
			tell_pinned(spread, m, i);
	}
	assert_int_equal(irqkit_spread_place(spread, policy), 0);
	for (unsigned int i = 0; i < m->n_irqs; i++) {
		struct irq *irq = &m->irqs[i];
		const struct irqkit_cpuset *cpus;

		if (device >= 0 && irq->device != (unsigned int)device)
			continue;
		cpus = irqkit_spread_get_cpus(spread, k++);
		if (!cpus)
			continue;
		n_written += !irq->is_pinned || irqkit_cpuset_next(cpus, -1) != irq->now;
		irq->is_pinned = true;
		irq->now = irqkit_cpuset_next(cpus, -1);
		assert_false(m->is_isolated[irq->now]);
	}
	irqkit_spread_free(spread);
	return n_written;
}

static unsigned int run(struct machine *m, int device, bool stays_on_node)
{
	return run_by(m, device, stays_on_node, IRQKIT_POLICY_QUEUE);
}

static unsigned int run_each(struct machine *m)
{
	unsigned int n_written = 0;

	for (unsigned int d = 0; d < m->n_devices; d++)
		n_written += run(m, (int)d, false);
	return n_written;
}

static void fails(const struct machine *m, unsigned int number, const char *what,
	unsigned int value, unsigned int limit)
{
	for (unsigned int i = 0; i < m->n_irqs; i++)
		print_message("device %u queue %d on CPU %d%s, load %u, node %d\n",
			m->irqs[i].device, m->irqs[i].queue, m->irqs[i].now,
			m->is_isolated[m->irqs[i].now] ? ", isolated" : "",
			(unsigned int)m->irqs[i].load,
			m->devices[m->irqs[i].device].node);
	fail_msg("machine %u (%u CPUs, %u threads, %u nodes): %s: %u, not %u", number,
		m->n_cpus, m->threads, m->n_nodes, what, value, limit);
}

/* ------------------------------------------------------------------------------- */
/* The properties                                                                  */

static void second_run_writes_nothing(void **state)
{
	uint64_t seed = 88172645463325252;

	(void)state;
	for (unsigned int n = 0; n < share_of(N_MACHINES); n++) {
		struct machine m, before;
		unsigned int n_written;
		bool is_strict = below(&seed, 4) == 0;

		make_machine(&seed, &before);
		before.is_split = n % 4 == 3;
		m = before;
		run(&m, -1, is_strict);
		n_written = run(&m, -1, is_strict);
		if (n_written > 0)
			fails(&before, n, "written by a second run", n_written, 0);
		m = before;
		run(&m, 0, is_strict);
		n_written = run(&m, 0, is_strict);
		if (n_written > 0)
			fails(&before, n, "written by a second run for a device",
				n_written, 0);
	}
}

/*
 * With --split, rx of one device goes with tx of another: a bond of devices that have half
 * as many queues as there are CPUs has one rx and one tx on each CPU.
 */
static void split_directions_are_even(void **state)
{
	(void)state;
	for (unsigned int half = 1; half <= MAX_CPUS / 2; half++) {
		struct machine m = {
			.n_cpus = 2 * half, .threads = 1, .n_nodes = 1, .is_split = true
		};
		unsigned int n[MAX_CPUS] = { 0 };

		for (unsigned int d = 0; d < 2; d++) {
			m.devices[m.n_devices] = (struct device){ .node = -1,
				.first = m.n_irqs };
			for (unsigned int q = 0; q < half; q++) {
				add_irq(&m, (int)q, IRQKIT_SERVES_RX, 4);
				add_irq(&m, (int)q, IRQKIT_SERVES_TX, 1);
			}
			m.n_devices++;
		}
		run(&m, -1, false);
		for (unsigned int i = 0; i < m.n_irqs; i++)
			n[m.irqs[i].now] += (unsigned int)m.irqs[i].load;
		for (unsigned int c = 0; c < m.n_cpus; c++)
			if (n[c] != 5)
				fails(&m, half, "load of a CPU", n[c], 5);
	}
}

/* Isolated CPUs are left in any case, so that the others get more. */
static unsigned int find_limit(const struct machine *m)
{
	struct measure now = measure(m, -1);
	unsigned int n = count_targets(m), even = (now.total + n - 1) / n;

	return now.outside > 0 && now.busiest < even ? even : now.busiest;
}

static void busiest_gets_no_more_queues(void **state)
{
	uint64_t seed = 521288629;
	unsigned int n_strict = 0;

	(void)state;
	for (unsigned int n = 0; n < share_of(N_MACHINES); n++) {
		struct machine m, before;
		unsigned int limit;

		make_machine(&seed, &before);
		limit = find_limit(&before);
		m = before;
		run(&m, -1, false);
		if (measure(&m, -1).busiest > limit)
			fails(&before, n, "queues on the busiest CPU",
				measure(&m, -1).busiest, limit);
		m = before;
		run(&m, -1, true);
		n_strict += measure(&m, -1).busiest > limit;
	}
	assert_true(n_strict > 0); /* an option may ask for it */
}

static void each_is_no_worse_than_twice_all(void **state)
{
	uint64_t seed = 362436069;

	(void)state;
	for (unsigned int n = 0; n < share_of(N_MACHINES); n++) {
		struct machine all, each, before;

		make_machine(&seed, &before);
		all = each = before;
		run(&all, -1, false);
		run_each(&each);
		if (measure(&each, -1).busiest > 2 * measure(&all, -1).busiest)
			fails(&before, n, "device by device", measure(&each, -1).busiest,
				2 * measure(&all, -1).busiest);
	}
}

static bool is_better(const struct measure *a, const struct measure *than)
{
	return a->busiest < than->busiest || a->squares < than->squares ||
		a->known < than->known || a->own < than->own || a->cores < than->cores ||
		a->first < than->first || a->far < than->far ||
		a->known_far < than->known_far || a->slow < than->slow ||
		a->apart < than->apart || a->together < than->together ||
		a->outside < than->outside;
}

/* One line for each device in rc.local, run again: each move improves the placement. */
static unsigned int run_again(struct machine *m, bool stays_on_node, unsigned int number)
{
	unsigned int n_written = 0;

	for (unsigned int d = 0; d < m->n_devices; d++) {
		struct machine before = *m;
		struct measure now, then;
		unsigned int n = run(m, (int)d, stays_on_node);

		n_written += n;
		now = measure(&before, -1);
		then = measure(m, -1);
		if (n > 0 && !is_better(&then, &now))
			fails(&before, number, "written without a gain for device", d, n);
	}
	return n_written;
}

/* Returns how many series write after the first one. */
static unsigned int come_to_rest(
	const struct machine *before, bool stays_on_node, unsigned int number)
{
	struct machine m = *before;
	unsigned int n_series = 0;

	for (unsigned int d = 0; d < m.n_devices; d++)
		run(&m, (int)d, stays_on_node);
	while (run_again(&m, stays_on_node, number) > 0)
		if (++n_series == MAX_SERIES)
			fails(before, number, "series that write", n_series, 0);
	return n_series;
}

/*
 * A line cannot know where the next ones put their queues. So a second series may write,
 * but only to improve the placement, and later series must write nothing. After a boot,
 * when nothing is pinned, a second series rarely writes.
 */
static void series_come_to_rest(void **state)
{
	uint64_t seed = 2463534242;
	unsigned int n_again = 0, n_pinned = 0, n = 0;

	(void)state;
	for (; n < share_of(N_MACHINES); n++) {
		bool is_strict = below(&seed, 4) == 0;
		struct machine m;

		make_machine(&seed, &m);
		n_pinned += come_to_rest(&m, is_strict, n) > 0;
		for (unsigned int i = 0; i < m.n_irqs; i++)
			m.irqs[i].is_pinned = false;
		n_again += come_to_rest(&m, is_strict, n) > 0;
	}
	print_message(
		"# of %u series a second one writes: %u after a boot, %u with queues "
		"that were pinned before\n",
		n, n_again, n_pinned);
	if (n < N_MACHINES) /* few machines: chance */
		return;
	assert_true(n_again * 100 < n * 18);
	assert_true(n_pinned * 100 < n * 40);
}

static unsigned int count_cpus(const struct machine *m)
{
	unsigned int n = 0;
	bool is_used[MAX_CPUS] = { false };

	for (unsigned int i = 0; i < m->n_irqs; i++) {
		if (!is_leader(m, i))
			continue;
		n += !is_used[m->irqs[i].now];
		is_used[m->irqs[i].now] = true;
	}
	return n;
}

/*
 * What moves gains something. The other way round, `irqkit show` says of a device alone
 * that spread distributes its queues if they are on fewer CPUs than there are queues, and
 * than there are CPUs: then they are moved to more CPUs.
 */
static void moves_gain_something(void **state)
{
	uint64_t seed = 123456789;

	(void)state;
	for (unsigned int n = 0; n < share_of(N_MACHINES); n++) {
		struct machine m, before;
		struct measure now, then;
		unsigned int possible, i = 0;

		make_machine(&seed, &before);
		if (n % 2) {
			before.n_devices = 1;
			before.n_irqs = before.devices[0].n;
		}
		m = before;
		run(&m, -1, false);
		now = measure(&before, -1);
		then = measure(&m, -1);
		while (i < m.n_irqs &&
			(m.irqs[i].now == before.irqs[i].now || m.irqs[i].is_link))
			i++;
		if (i < m.n_irqs && !is_better(&then, &now))
			fails(&before, n, "moved without a gain", i, m.n_irqs);

		possible = count_targets(&m) < now.total ? count_targets(&m) : now.total;
		if (n % 2 && count_cpus(&before) < possible &&
			count_cpus(&m) <= count_cpus(&before) && then.far >= now.far)
			fails(&before, n, "CPUs of the queues", count_cpus(&m), possible);
	}
}

/* A queue, or an interrupt of unknown purpose, and where it is put. */
static void move_by_hand(struct machine *m, unsigned int i, unsigned int cpu)
{
	m->irqs[i].now = (int)cpu;
	if (i + 1 < m->n_irqs && !is_leader(m, i + 1) && !m->irqs[i + 1].is_link)
		m->irqs[i + 1].now = (int)cpu;
}

static unsigned int count_moved(const struct machine *m, const struct machine *before)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < m->n_irqs; i++)
		n += is_leader(m, i) && m->irqs[i].now != before->irqs[i].now;
	return n;
}

/* @n_devices of one to MAX_CPUS queues, which start anywhere. */
static void turned_devices_keep_their_order(void **state)
{
	(void)state;
	for (unsigned int k = 0; k < 2 * MAX_CPUS * MAX_CPUS; k++) {
		unsigned int n_cpus = 2 + k % (MAX_CPUS - 2), start = k / MAX_CPUS;
		struct machine m = { .n_cpus = n_cpus, .threads = 1, .n_nodes = 1 };
		struct machine moved;

		for (unsigned int d = 0; d < 1 + k % 2; d++) {
			m.devices[m.n_devices] = (struct device){ .node = -1,
				.first = m.n_irqs };
			for (unsigned int q = 0; q < n_cpus; q++) {
				add_irq(&m, (int)q, IRQKIT_SERVES_BOTH, 5);
				m.irqs[m.n_irqs - 1].now =
					(int)((q + start + d * n_cpus / 2) % n_cpus);
			}
			m.n_devices++;
		}
		moved = m;
		move_by_hand(&moved, start % m.n_irqs, k % n_cpus);
		m = moved;
		run(&m, -1, false);
		if (count_moved(&m, &moved) > 1)
			fails(&moved, k, "moved", count_moved(&m, &moved), 1);
	}
}

/* Moving it back is enough. In a few cases, spread finds a better placement than before. */
static void a_move_by_hand_is_mended(void **state)
{
	uint64_t seed = 362436069;
	unsigned int n_more = 0;

	(void)state;
	for (unsigned int n = 0; n < share_of(N_MACHINES); n++) {
		struct machine m, moved;
		unsigned int i;

		make_machine(&seed, &m);
		run(&m, -1, false);
		i = below(&seed, m.n_irqs);
		if (!is_leader(&m, i))
			continue;
		move_by_hand(&m, i, below(&seed, m.n_cpus));
		moved = m;
		run(&m, -1, false);
		n_more += count_moved(&m, &moved) > 1;
	}
	/* 7 % with all machines */
	if (n_more > share_of(N_MACHINES) / 10)
		fail_msg("more than one queue is moved on %u of %u machines", n_more,
			share_of(N_MACHINES));
}

static void count_irqs(const struct machine *m, unsigned int n[MAX_CPUS])
{
	memset(n, 0, MAX_CPUS * sizeof(*n));
	for (unsigned int i = 0; i < m->n_irqs; i++)
		n[m->irqs[i].now]++;
}

/*
 * CPUs have few free vectors; a vector that an interrupt leaves may be used by another
 * one.
 */
static void vectors_suffice(void **state)
{
	static const enum irqkit_policy policies[] = { IRQKIT_POLICY_QUEUE,
		IRQKIT_POLICY_LOAD, IRQKIT_POLICY_IRQ };
	uint64_t seed = 1181783497276652981;

	(void)state;
	for (unsigned int n = 0; n < share_of(N_MACHINES); n++) {
		unsigned int had[MAX_CPUS], has[MAX_CPUS], most = 1 + below(&seed, 6);
		struct machine m, before;

		make_machine(&seed, &before);
		before.has_vectors = true;
		for (unsigned int c = 0; c < before.n_cpus; c++)
			before.vectors[c] = below(&seed, most);
		count_irqs(&before, had);
		for (unsigned int k = 0; k < sizeof(policies) / sizeof(*policies); k++) {
			m = before;
			run_by(&m, -1, below(&seed, 2), policies[k]);
			count_irqs(&m, has);
			for (unsigned int c = 0; c < m.n_cpus; c++)
				if (has[c] > had[c] + m.vectors[c])
					fails(&before, n, "interrupts on a CPU", has[c],
						had[c] + m.vectors[c]);
		}
	}
}

/* ------------------------------------------------------------------------------- */
/* By load                                                                         */

/* Twice the load of the worst CPU, half of its siblings' counted. */
static unsigned int measure_load(const struct machine *m)
{
	uint64_t own[MAX_CPUS] = { 0 }, core[MAX_CPUS] = { 0 }, worst = 0;

	for (unsigned int i = 0; i < m->n_irqs; i++) {
		unsigned int cpu = (unsigned int)m->irqs[i].now;

		own[cpu] += m->irqs[i].load;
		core[core_of(m, cpu)] += m->irqs[i].load;
	}
	for (unsigned int c = 0; c < m->n_cpus; c++)
		if (worst < own[c] + core[core_of(m, c)])
			worst = own[c] + core[core_of(m, c)];
	return (unsigned int)worst;
}

/* The first interrupt that moves, though the next of its queue ends elsewhere. */
static unsigned int find_torn(const struct machine *before, const struct machine *after)
{
	unsigned int i = 0;

	while (i < after->n_irqs &&
		(is_leader(after, i) || after->irqs[i].is_link ||
			after->irqs[i].now == after->irqs[i - 1].now ||
			(after->irqs[i].now == before->irqs[i].now &&
				after->irqs[i - 1].now == before->irqs[i - 1].now)))
		i++;
	return i;
}

static unsigned int count_apart(const struct machine *m)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < m->n_irqs; i++)
		n += !is_leader(m, i) && !m->irqs[i].is_link &&
			m->irqs[i].now != m->irqs[i - 1].now;
	return n;
}

/* Every CPU may be used for everything. */
static void open_machine(struct machine *m)
{
	for (unsigned int c = 0; c < m->n_cpus; c++)
		m->is_isolated[c] = false;
	for (unsigned int d = 0; d < m->n_devices; d++)
		m->devices[d].node = -1;
}

static void by_load_queues_stay_whole(void **state)
{
	uint64_t seed = 314159265;
	unsigned int n_apart = 0, n_left = 0;

	(void)state;
	for (unsigned int n = 0; n < N_MACHINES; n++) {
		struct machine m, before;
		unsigned int torn, n_written;

		make_machine(&seed, &before);
		if (n % 2)
			open_machine(&before);
		m = before;
		run_by(&m, -1, false, IRQKIT_POLICY_LOAD);
		torn = find_torn(&before, &m);
		if (torn < m.n_irqs)
			fails(&m, n, "torn from its queue", torn, m.n_irqs);
		if (n % 2 && measure_load(&m) > measure_load(&before))
			fails(&before, n, "load of the worst CPU", measure_load(&m),
				measure_load(&before));
		n_apart += count_apart(&before);
		n_left += count_apart(&m);
		before = m;
		run_by(&m, -1, false, IRQKIT_POLICY_LOAD);
		n_written = 0;
		for (unsigned int i = 0; i < m.n_irqs; i++)
			n_written += m.irqs[i].now != before.irqs[i].now;
		if (n_written > 0)
			fails(&before, n, "moved by a second run", n_written, 0);
	}
	print_message("# %u interrupts were apart from their queue, %u still are\n",
		n_apart, n_left);
	assert_true(n_left * 20 < n_apart);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(second_run_writes_nothing),
		cmocka_unit_test(split_directions_are_even),
		cmocka_unit_test(busiest_gets_no_more_queues),
		cmocka_unit_test(each_is_no_worse_than_twice_all),
		cmocka_unit_test(moves_gain_something),
		cmocka_unit_test(turned_devices_keep_their_order),
		cmocka_unit_test(a_move_by_hand_is_mended),
		cmocka_unit_test(series_come_to_rest),
		cmocka_unit_test(vectors_suffice),
		cmocka_unit_test(by_load_queues_stay_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
