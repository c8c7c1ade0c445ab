/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From the numbers in the names of a device's interrupts to the numbers of its queues. Each
 * direction is looked at over all interrupts of the device, whatever row of the table named
 * them.
 *
 *	numbers as they are     eth0-TxRx-0, eth0-TxRx-1
 *	by rank of the number   counted on from something else: eth0-tx-4, eth0-tx-5
 *	by rank of the vector   names that are cut, or alike: eno12399np0-TxRx-, twice
 *	not at all              different names of one queue: eth0-rx-0, eth0-TxRx-0
 *
 * A rank shows the queue only if there are as many interrupts as queues. Otherwise the
 * queue of an interrupt is not known, and is not guessed.
 */
#include "devices/queue_numbers.h"
#include "base/macros.h"
#include "base/number.h"
#include "devices/irq_list.h"
#include "devices/plain_names.h"
#include "devices/vectors.h"

#include <errno.h>
#include <stdlib.h>

static unsigned int bit_of(enum irqkit_direction direction)
{
	return direction == IRQKIT_RX ? SERVES_RX : SERVES_TX;
}

/* ------------------------------------------------------------------------------- */
/* Names with a number                                                             */

/* Does the device have an interrupt that serves only tx? */
static bool has_tx_alone(const struct irqkit_device *device)
{
	for (size_t i = 0; i < device->n_irqs; i++)
		if (device->irqs[i].has_meaning &&
			device->irqs[i].meaning.serves == SERVES_TX)
			return true;
	return false;
}

/* The queue in a name, as it is read without looking at the others. */
static uint32_t read_number(const struct irqkit_device_irq *irq,
	enum irqkit_direction direction, bool has_tx_vectors)
{
	const struct name_meaning *m = &irq->meaning;
	uint32_t number = m->number == NO_NUMBER ? 0 : m->number;

	if (!irq->has_meaning || !(m->serves & bit_of(direction)))
		return SERVES_NO_QUEUE;
	switch (m->numbering) {
	case NUMBER_IS_ONE:
		return 1;
	case NUMBER_FROM_ONE:
		return m->number == 0 ? SERVES_UNKNOWN_QUEUE : number - (number > 0);
	case NUMBER_HALF:
		return number / 2;
	case NUMBER_OF_RX:
		return direction == IRQKIT_RX ? number : 0;
	case NUMBER_RX_UNLESS_TX:
		return direction == IRQKIT_TX && has_tx_vectors ? SERVES_NO_QUEUE
								: number;
	case NUMBER_UNKNOWN:
		return SERVES_UNKNOWN_QUEUE;
	case ALL_QUEUES:
		return SERVES_ALL_QUEUES;
	case ALL_IF_ALONE:
	case ALL_IF_ONLY:
		return SERVES_NO_QUEUE;
	default:
		return number;
	}
}

/* Blocks, of which the lower half is tx. An odd number of them has lost the last. */
static void split_blocks(struct irqkit_device *device)
{
	uint32_t last = 0, half;

	for (size_t i = 0; i < device->n_irqs; i++) {
		const struct name_meaning *m = &device->irqs[i].meaning;

		if (device->irqs[i].has_meaning && m->numbering == NUMBER_TX_THEN_RX &&
			m->number != NO_NUMBER && m->number > last)
			last = m->number;
	}
	half = last / 2 + 1;
	for (size_t i = 0; i < device->n_irqs; i++) {
		struct name_meaning *m = &device->irqs[i].meaning;
		bool is_tx = m->number < half;

		if (!device->irqs[i].has_meaning || m->numbering != NUMBER_TX_THEN_RX)
			continue;
		m->serves = is_tx ? SERVES_TX : SERVES_RX;
		m->number -= is_tx || m->number == NO_NUMBER ? 0 : half;
		m->numbering = NUMBER_IS_QUEUE;
	}
}

/* By what the names say, for qsort(). */
static int compare_meanings(const void *a, const void *b)
{
	const struct name_meaning *x = &(*(struct irqkit_device_irq *const *)a)->meaning;
	const struct name_meaning *y = &(*(struct irqkit_device_irq *const *)b)->meaning;

	if (x->row != y->row)
		return x->row < y->row ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

/* Was the number lost, or has another interrupt the same name? */
static void mark_unsure(struct irqkit_device_irq **irqs, size_t n)
{
	qsort(irqs, n, sizeof(*irqs), compare_meanings);
	for (size_t i = 0; i < n; i++) {
		const struct name_meaning *m = &irqs[i]->meaning;

		irqs[i]->is_unsure = m->numbering == NUMBER_BY_ORDER ||
			(m->is_cut && m->number == NO_NUMBER) ||
			(i > 0 && compare_meanings(&irqs[i], &irqs[i - 1]) == 0) ||
			(i + 1 < n && compare_meanings(&irqs[i], &irqs[i + 1]) == 0);
	}
}

static int compare_rx(const void *a, const void *b)
{
	const struct irqkit_device_irq *x = *(struct irqkit_device_irq *const *)a;
	const struct irqkit_device_irq *y = *(struct irqkit_device_irq *const *)b;

	if (x->serves[IRQKIT_RX] != y->serves[IRQKIT_RX])
		return x->serves[IRQKIT_RX] < y->serves[IRQKIT_RX] ? -1 : 1;
	return compare_meanings(a, b);
}

static int compare_tx(const void *a, const void *b)
{
	const struct irqkit_device_irq *x = *(struct irqkit_device_irq *const *)a;
	const struct irqkit_device_irq *y = *(struct irqkit_device_irq *const *)b;

	if (x->serves[IRQKIT_TX] != y->serves[IRQKIT_TX])
		return x->serves[IRQKIT_TX] < y->serves[IRQKIT_TX] ? -1 : 1;
	return compare_meanings(a, b);
}

/*
 * Do two different names mean the same queue? Then the interrupt of the queue is not
 * known.
 */
static void mark_contested(
	struct irqkit_device_irq **irqs, size_t n, enum irqkit_direction direction)
{
	size_t end;

	qsort(irqs, n, sizeof(*irqs), direction == IRQKIT_RX ? compare_rx : compare_tx);
	for (size_t i = 0; i < n; i = end) {
		bool differ;

		for (end = i + 1; end < n &&
			irqs[end]->serves[direction] == irqs[i]->serves[direction];
			end++)
			;
		differ = compare_meanings(&irqs[i], &irqs[end - 1]) != 0;
		for (size_t k = i; k < end; k++)
			irqs[k]->is_contested = differ;
	}
}

/* Marks the interrupts of one direction whose names do not show their queues. */
static int mark_doubtful(struct irqkit_device *device, enum irqkit_direction direction)
{
	_cleanup_free_ struct irqkit_device_irq **irqs = calloc(
		device->n_irqs + 1, sizeof(*irqs));
	size_t n = 0, kept = 0;

	if (!irqs)
		return -ENOMEM;
	for (size_t i = 0; i < device->n_irqs; i++) {
		device->irqs[i].is_unsure = device->irqs[i].is_contested = false;
		if (is_queue_number(device->irqs[i].serves[direction]))
			irqs[n++] = &device->irqs[i];
	}
	mark_unsure(irqs, n);
	for (size_t i = 0; i < n; i++)
		if (irqs[i]->meaning.numbering != NUMBER_FROM_FIRST)
			irqs[kept++] = irqs[i];
	mark_contested(irqs, kept, direction);
	return 0;
}

/* What must be known about the interrupts of one direction. */
struct direction {
	enum irqkit_direction direction;
	size_t n_queues; /* in /sys; 0: not known */
	size_t n; /* interrupts, each of which serves one queue */
	size_t n_unsure;
	size_t n_contested;
	size_t n_from_first;
	uint32_t first; /* the smallest number of those */
	size_t n_common; /* named as many drivers do: their numbers may begin anywhere */
	uint32_t least, most; /* number of all */
	bool is_beyond; /* a number is not that of a queue */
};

static struct direction look_at(
	const struct irqkit_device *device, enum irqkit_direction direction)
{
	struct direction d = {
		.direction = direction,
		.n_queues = irqkit_device_count_direction(device, direction),
		.first = UINT32_MAX,
		.least = UINT32_MAX,
	};

	for (size_t i = 0; i < device->n_irqs; i++) {
		const struct irqkit_device_irq *irq = &device->irqs[i];
		uint32_t number = irq->serves[direction];

		if (!is_queue_number(number))
			continue;
		d.n++;
		d.n_unsure += irq->is_unsure;
		d.n_contested += irq->is_contested;
		d.is_beyond |= d.n_queues && number >= d.n_queues;
		d.n_common += irq->meaning.is_common;
		d.least = number < d.least ? number : d.least;
		d.most = number > d.most ? number : d.most;
		if (irq->meaning.numbering != NUMBER_FROM_FIRST)
			continue;
		d.n_from_first++;
		d.first = number < d.first ? number : d.first;
	}
	return d;
}

/* The interrupts that serve one queue each of @d, in the order of their numbers. */
static void sort_by_number(
	struct vector *vectors, size_t n, enum irqkit_direction direction)
{
	for (size_t i = 0; i < n; i++)
		vectors[i].place = vectors[i].irq->serves[direction];
	qsort(vectors, n, sizeof(*vectors), vectors_compare);
}

/* Is each number one more than the one before it? Then the names count on from something. */
static bool are_consecutive(
	const struct vector *vectors, size_t n, enum irqkit_direction direction)
{
	uint32_t before = SERVES_NO_QUEUE;

	for (size_t i = 0; i < n; i++) {
		uint32_t number = vectors[i].irq->serves[direction];

		if (!is_queue_number(number))
			continue;
		if (before != SERVES_NO_QUEUE && number != before + 1)
			return false;
		before = number;
	}
	return true;
}

/*
 * The numbers of a driver that is not known need not be those of queues: one is too high
 * for that, or 0 is not among them although there are more queues.
 */
static bool counts_on(const struct direction *d)
{
	return d->n_common == d->n &&
		(d->is_beyond || (d->n > 0 && d->n < d->n_queues && d->least > 0));
}

/* Forgets the queues of interrupts whose number does not show which one it is. */
static int forget(struct irqkit_device *device, const struct direction *d)
{
	bool *is_lost = calloc(device->n_irqs + 1, sizeof(*is_lost));

	if (!is_lost)
		return -ENOMEM;
	for (size_t i = 0; i < device->n_irqs; i++) {
		const struct irqkit_device_irq *irq = &device->irqs[i];

		is_lost[i] = is_queue_number(irq->serves[d->direction]) &&
			(counts_on(d) ||
				(irq->meaning.numbering == NUMBER_FROM_FIRST &&
					d->n_queues) ||
				irq->is_unsure || irq->is_contested);
	}
	for (size_t i = 0; i < device->n_irqs; i++) {
		struct irqkit_device_irq *irq = &device->irqs[i];

		if (is_lost[i])
			irq->serves[d->direction] = SERVES_UNKNOWN_QUEUE;
		else if (irq->meaning.numbering == NUMBER_FROM_FIRST &&
			is_queue_number(irq->serves[d->direction]))
			irq->serves[d->direction] -= d->first;
	}
	free(is_lost);
	return 0;
}

/* Do the complete and unique names agree with the order of the vectors? */
static bool agree_with_order(const struct irqkit_device *device,
	const struct vector *vectors, const struct direction *d)
{
	uint32_t rank = 0;

	for (size_t i = 0; i < device->n_irqs; i++) {
		const struct irqkit_device_irq *irq = vectors[i].irq;
		uint32_t number = irq->serves[d->direction];

		if (!is_queue_number(number))
			continue;
		if (irq->meaning.numbering == NUMBER_FROM_FIRST)
			number -= d->first;
		if (number != rank++ && !irq->is_unsure)
			return false;
	}
	return true;
}

/* For names that are cut or alike: the order of the vectors gives the numbers. */
static int number_by_vector(struct irqkit_device *device, const struct direction *d)
{
	_cleanup_free_ struct vector *vectors = NULL;
	uint32_t rank = 0;
	int r = vectors_list(device, &vectors);

	if (r < 0)
		return r;
	if (!agree_with_order(device, vectors, d))
		return forget(device, d);
	for (size_t i = 0; i < device->n_irqs; i++) {
		struct irqkit_device_irq *irq = vectors[i].irq;

		if (!is_queue_number(irq->serves[d->direction]))
			continue;
		irq->is_by_order |= irq->is_unsure;
		irq->rank = rank++;
	}
	for (size_t i = 0; i < device->n_irqs; i++)
		if (is_queue_number(device->irqs[i].serves[d->direction]))
			device->irqs[i].serves[d->direction] = device->irqs[i].rank;
	return 0;
}

/* By rank, for numbers that do not begin with 0. */
static int number_by_rank(struct irqkit_device *device, const struct direction *d)
{
	_cleanup_free_ struct vector *vectors = NULL;
	uint32_t rank = 0;
	int r = vectors_list(device, &vectors);

	if (r < 0)
		return r;
	sort_by_number(vectors, device->n_irqs, d->direction);
	if (counts_on(d) && !are_consecutive(vectors, device->n_irqs, d->direction))
		return forget(device, d);
	/* 0, 1, 2, ...: the first numbers are queues, the others are not */
	if (counts_on(d) && d->n != d->n_queues)
		return d->least == 0 ? 0 : forget(device, d);
	for (size_t i = 0; i < device->n_irqs; i++) {
		struct irqkit_device_irq *irq = vectors[i].irq;

		if (!is_queue_number(irq->serves[d->direction]))
			continue;
		irq->serves[d->direction] = rank++;
	}
	return 0;
}

/* One vector for all queues of the direction, if the driver has that. */
static bool share_the_only_one(struct irqkit_device *device, const struct direction *d)
{
	if (d->n != 1 || d->n_queues < 2)
		return false;
	for (size_t i = 0; i < device->n_irqs; i++) {
		struct irqkit_device_irq *irq = &device->irqs[i];

		if (is_queue_number(irq->serves[d->direction]) &&
			irq->meaning.is_shared) {
			irq->serves[d->direction] = SERVES_ALL_QUEUES;
			return true;
		}
	}
	return false;
}

/*
 * With fewer vectors than queues, vectors are reused: vector 0 has queue 0, n, 2 n, ... How
 * many there are is known if none is missing.
 */
static void share_in_turn(struct irqkit_device *device, const struct direction *d)
{
	for (size_t i = 0; i < device->n_irqs; i++) {
		struct irqkit_device_irq *irq = &device->irqs[i];

		if (is_queue_number(irq->serves[d->direction]) && irq->meaning.is_shared)
			irq->stride[d->direction] = (uint32_t)d->n;
	}
}

static int number_direction(struct irqkit_device *device, enum irqkit_direction direction)
{
	struct direction d;
	bool fits;
	int r = mark_doubtful(device, direction);

	if (r < 0)
		return r;
	d = look_at(device, direction);
	fits = d.n == d.n_queues;
	if (share_the_only_one(device, &d))
		return 0;
	if (fits && d.n_unsure && !d.n_contested)
		return number_by_vector(device, &d);
	if (d.n_unsure || d.n_contested)
		return forget(device, &d);
	if ((fits && d.n_from_first == d.n) || counts_on(&d))
		return number_by_rank(device, &d);
	if (d.n_from_first)
		return forget(device, &d);
	if (d.n < d.n_queues && d.most < d.n)
		share_in_turn(device, &d);
	return 0;
}

/* ------------------------------------------------------------------------------- */

int device_number_queues(struct irqkit_device *device)
{
	bool has_tx_vectors = has_tx_alone(device);
	int r;

	split_blocks(device);
	for (size_t i = 0; i < device->n_irqs; i++)
		for (enum irqkit_direction d = IRQKIT_RX; d <= IRQKIT_TX; d++)
			device->irqs[i].serves[d] = read_number(
				&device->irqs[i], d, has_tx_vectors);
	r = number_direction(device, IRQKIT_RX);
	if (r == 0)
		r = number_direction(device, IRQKIT_TX);
	return r < 0 ? r : plain_names_settle(device);
}
