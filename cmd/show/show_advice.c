/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What `irqkit show DEV` advises where the load of a network interface is uneven: by the
 * CPUs that handle its interrupts now, and by all of them, whether it mostly receives or
 * sends.
 */
#include "show/show_advice.h"
#include "base/basics.h"
#include "base/fold.h"
#include "base/text.h"
#include "measure/advise.h"
#include "measure/gain.h"
#include "measure/load.h"
#include "measure/queue.h"
#include "show/show_now.h"
#include "show/show_row.h"

#include <stdio.h>
#include <string.h>

/* The interrupts of a device that carry its packets. */
struct vectors {
	struct show *show;
	struct irqkit_device *device;
	char *name; /* owned; of the device */
	size_t n_all; /* whether they have fired or not */
	size_t n; /* that matter: see matters() */
	size_t n_units; /* of these, those that are placed for themselves: queues */
	size_t n_queues; /* of the direction that has more */
	bool is_unknown; /* nobody says which queue one of them serves */
	uint64_t total; /* how often they fired */
	struct show_row *hottest; /* the one that fired most often */
	struct show_now now; /* where they are handled, or will be */
};

static bool is_vector_number(const struct irqkit_device *device, int number)
{
	const struct irqkit_device_irq *irq = number < 0
		? NULL
		: irqkit_device_find_irq(device, (unsigned int)number);

	if (!irq)
		return false;
	switch (irqkit_device_irq_get_role(irq)) {
	case IRQKIT_ROLE_QUEUE:
	case IRQKIT_ROLE_CONTROLLER:
	case IRQKIT_ROLE_UNKNOWN:
		return true;
	default:
		return false;
	}
}

static bool is_vector(struct show_row *row, const void *device)
{
	return is_vector_number(device, show_row_irq(row));
}

static bool has_queue(
	const struct irqkit_device *device, int number, enum irqkit_direction direction)
{
	return number >= 0 &&
		irqkit_device_find_irq_queue(device, (unsigned int)number, direction);
}

/* Does it serve tx queues, and no rx queue? */
static bool is_sending(const struct irqkit_device *device, int irq)
{
	return has_queue(device, irq, IRQKIT_TX) && !has_queue(device, irq, IRQKIT_RX);
}

/* A queue that is out of use may have fired some time ago. */
static bool matters(const struct vectors *v, const struct irqkit_interrupt *row)
{
	uint64_t total = irqkit_interrupt_get_total(row);

	return total > 0 &&
		total >= irqkit_interrupt_get_total(v->hottest->interrupt) / 100;
}

/* The numbers of those that are shown and matter. False: no memory. */
static bool list_numbers(const struct vectors *v, struct irqkit_cpuset *numbers)
{
	for (size_t i = 0; i < v->show->n_rows; i++) {
		struct show_row *row = &v->show->rows[i];

		if (is_vector(row, v->device) && matters(v, row->interrupt) &&
			irqkit_cpuset_add(numbers, (unsigned int)show_row_irq(row)) < 0)
			return false;
	}
	return true;
}

/*
 * Two interrupts, one for each direction of a queue, are placed together: the numbers of
 * the second of two. False: no memory.
 */
static bool list_seconds(const struct vectors *v, const struct irqkit_cpuset *shown,
	struct irqkit_cpuset *seconds)
{
	size_t n = irqkit_device_count_queues(v->device);

	for (size_t i = 0; i < n; i++) {
		const struct irqkit_queue *tx = irqkit_device_get_queue(v->device, i);
		const struct irqkit_queue *rx;
		int irq = irqkit_queue_get_irq(tx), other;

		if (irqkit_queue_get_direction(tx) != IRQKIT_TX || irq < 0 ||
			!is_sending(v->device, irq) ||
			!irqkit_cpuset_has(shown, (unsigned int)irq))
			continue;
		rx = irqkit_device_find_queue(
			v->device, IRQKIT_RX, irqkit_queue_get_number(tx));
		other = rx ? irqkit_queue_get_irq(rx) : -1;
		if (other >= 0 && irqkit_cpuset_has(shown, (unsigned int)other) &&
			irqkit_cpuset_add(seconds, (unsigned int)irq) < 0)
			return false;
	}
	return true;
}

/* Fewer than those that are shown and matter: each second one has a first one. */
static size_t count_seconds(const struct vectors *v)
{
	_cleanup_cpuset_ struct irqkit_cpuset *shown = NULL, *seconds = NULL;

	if (irqkit_cpuset_new(&shown) < 0 || irqkit_cpuset_new(&seconds) < 0 ||
		!list_numbers(v, shown) || !list_seconds(v, shown, seconds))
		return 0;
	return irqkit_cpuset_count(seconds);
}

static void find_hottest(struct vectors *v)
{
	for (size_t i = 0; i < v->show->n_rows; i++) {
		struct show_row *row = &v->show->rows[i];

		if (!is_vector(row, v->device))
			continue;
		v->n_all++;
		v->total += irqkit_interrupt_get_total(row->interrupt);
		if (!v->hottest ||
			irqkit_interrupt_get_total(row->interrupt) >
				irqkit_interrupt_get_total(v->hottest->interrupt))
			v->hottest = row;
	}
}

static void read_vectors(struct vectors *v)
{
	size_t n_rx = irqkit_device_count_direction(v->device, IRQKIT_RX);
	size_t n_tx = irqkit_device_count_direction(v->device, IRQKIT_TX);

	v->n_queues = n_rx > n_tx ? n_rx : n_tx;
	find_hottest(v);
	if (!v->hottest) /* --cpus leaves none */
		return;
	for (size_t i = 0; i < v->show->n_rows; i++) {
		struct show_row *row = &v->show->rows[i];
		int irq = show_row_irq(row);

		if (!is_vector(row, v->device) || !matters(v, row->interrupt))
			continue;
		v->n++;
		v->is_unknown |= !has_queue(v->device, irq, IRQKIT_RX) &&
			!has_queue(v->device, irq, IRQKIT_TX);
	}
	v->n_units = v->n - count_seconds(v);
	show_now_read(&v->now, v->show, SHOW_AFTER_MOVES, is_vector, v->device);
}

/* ------------------------------------------------------------------------------- */

static void print_rps(const struct vectors *v)
{
	switch (advise_rps(v->show->machine, v->device)) {
	case RPS_IS_ON:
		print_sentence("RPS spreads its packet processing.\n");
		break;
	case RPS_WOULD_HELP:
		print_sentence(
			"'irqkit rps %s --auto' can spread its packet processing.\n",
			v->name);
		break;
	default:
		break;
	}
}

/* Is XPS off, with several queues to choose from, and does the driver use it? */
static bool can_have_xps(struct irqkit_device *device)
{
	size_t n = irqkit_device_count_queues(device), n_off = 0;
	bool is_ignored = false;

	if (irqkit_device_read_ignores_xps(device, &is_ignored) < 0 || is_ignored)
		return false;
	for (size_t i = 0; i < n; i++) {
		struct irqkit_queue *queue = irqkit_device_get_queue(device, i);
		_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;

		if (irqkit_queue_get_direction(queue) != IRQKIT_TX)
			continue;
		if (irqkit_queue_read_xps_cpus(queue, &cpus) < 0 ||
			!irqkit_cpuset_is_empty(cpus))
			return false;
		n_off++;
	}
	return n_off > 1;
}

/* The number of the first tx queue of this interrupt, which has one. */
static unsigned int find_tx(const struct irqkit_device *device, int irq)
{
	size_t n = irqkit_device_count_queues(device);

	for (size_t i = 0; i < n; i++) {
		const struct irqkit_queue *queue = irqkit_device_get_queue(device, i);

		if (irqkit_queue_get_direction(queue) == IRQKIT_TX &&
			irqkit_queue_get_irq(queue) == irq)
			return irqkit_queue_get_number(queue);
	}
	return 0;
}

/* What helps an interface that sends. */
static void advise_more_tx(const struct vectors *v)
{
	_cleanup_free_ char *command = NULL;

	if (can_have_xps(v->device))
		print_sentence("'irqkit xps %s --auto' makes each CPU send on a queue "
			       "near it.\n",
			v->name);
	else if (advise_more_queues(v->show->machine, v->device, v->now.load.n_cpus,
			 &command) == MORE_QUEUES &&
		command)
		print_sentence("%s gives it more queues.\n", command);
}

/* RPS shares what is received. */
static void advise_sending(const struct vectors *v)
{
	print_sentence(
		"Most interrupts of %s come from tx-%u; RPS does not share the work of "
		"sending.\n",
		v->name, find_tx(v->device, show_row_irq(v->hottest)));
	advise_more_tx(v);
}

/* More queues share the interrupts too, where the driver is known to allow them. */
static bool advise_queues_of_driver(const struct vectors *v)
{
	_cleanup_free_ char *command = NULL, *advice = NULL;

	if (advise_more_queues(v->show->machine, v->device, v->now.load.n_cpus,
		    &command) != MORE_QUEUES)
		return false;
	advice = advise_more_cpus(v->show->machine, v->device, v->now.load.n_cpus);
	if (advice)
		print_sentence("%s has only one queue; to use more CPUs, try %s.\n",
			v->name, advice);
	return advice;
}

static void advise_hottest(const struct vectors *v)
{
	int irq = show_row_irq(v->hottest);

	if (v->n_queues == 1 && advise_queues_of_driver(v))
		return;
	if (v->n_queues > 1 && v->n_all == 1)
		print_sentence("All %zu queues of %s share interrupt %d.\n", v->n_queues,
			v->name, irq);
	else if (v->n_queues > 1)
		print_sentence("Most interrupts come from one of the %zu queues of %s.\n",
			v->n_queues, v->name);
	else
		print_sentence("%s has only one queue.\n", v->name);
	print_rps(v);
}

/* ------------------------------------------------------------------------------- */

/*
 * How many CPUs handle a part worth mentioning: a tenth of what a unit has on average. Some
 * interrupts fire once a minute.
 */
static size_t count_cpus(const struct vectors *v, const struct load *load)
{
	size_t n = 0;

	for (size_t i = 0; i < load->n_cpus; i++)
		n += load->cpus[i].total > v->total / v->n_units / 10;
	return n;
}

/* Is nearly all of it one interrupt's? */
static bool is_one(const struct vectors *v)
{
	uint64_t most = irqkit_interrupt_get_total(v->hottest->interrupt);

	return v->n_all == 1 ||
		(v->total >= IRQKIT_FEW_INTERRUPTS && most >= v->total - v->total / 10);
}

/* By the same counts as spread, which also sees what else its CPUs handle. */
static bool advise_spread(const struct vectors *v)
{
	size_t n_cpus = count_cpus(v, &v->now.load);
	bool is_of_queues = v->n_units > 1 && !v->is_unknown;
	size_t n = is_of_queues ? v->n_units : v->n;

	/* one interrupt is as busy on another CPU: only much relief is worth that */
	if (!gain_by_spread(v->show->machine, v->device, is_one(v) ? 0.1 : 0))
		return false;
	if (n_cpus < n && n_cpus < v->now.load.n_cpus)
		print_sentence(
			"%s has %zu %s on %zu CPU%s; 'irqkit spread %s' spreads them.\n",
			v->name, n, is_of_queues ? "queues" : "interrupts", n_cpus,
			n_cpus == 1 ? "" : "s", v->name);
	else
		print_sentence(
			"'irqkit spread %s' makes the load of the CPUs more even.\n",
			v->name);
	return true;
}

/* Each queue has a CPU, as far as that can be: RPS may still help, and tells why. */
static void advise_queues(const struct vectors *v)
{
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
	_cleanup_free_ char *why = NULL;

	if (v->total < IRQKIT_FEW_INTERRUPTS)
		return;
	if (irqkit_machine_mostly_sends(v->show->machine, v->device)) {
		print_sentence(
			"%s mostly sends; RPS shares only the work of receiving.\n",
			v->name);
		advise_more_tx(v);
	} else if (advise_rps(v->show->machine, v->device) == RPS_WOULD_HELP &&
		irqkit_machine_advise_rps(v->show->machine, v->device, &cpus, &why) ==
			0) {
		print_sentence("%s has %s.\n'irqkit rps %s --auto' can spread its packet "
			       "processing.\n",
			v->name, why, v->name);
	}
}

static void advise(const struct vectors *v)
{
	const struct cpu_load *busiest = load_get_busiest(&v->now.load);

	if (!v->n || !v->now.cpus || !busiest || !load_is_busy(&v->now.load, busiest) ||
		v->total < show_load(v->show)->total / 2)
		return;
	if (advise_spread(v) && !is_one(v))
		return;
	if (!is_one(v) && v->n_units > 1)
		advise_queues(v);
	else if (is_sending(v->device, show_row_irq(v->hottest)))
		advise_sending(v);
	else
		advise_hottest(v);
}

void show_advise(struct show *show, struct irqkit_device *device)
{
	struct vectors v = {
		.show = show,
		.device = device,
		.name = text_escape(irqkit_device_get_name(device)),
	};

	if (!v.name)
		return;
	read_vectors(&v);
	advise(&v);
	show_now_free(&v.now);
	free(v.name);
}

void show_advise_ports(struct show *show, const struct irqkit_device *device)
{
	_cleanup_free_ char *name = text_escape(irqkit_device_get_name(device));

	if (name && show_load(show)->total >= IRQKIT_FEW_INTERRUPTS &&
		gain_by_spread(show->machine, device, 0))
		print_sentence(
			"'irqkit spread %s' makes the load of the CPUs more even.\n",
			name);
}
