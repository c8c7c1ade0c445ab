/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From the numbers in the names of a device's interrupts to the numbers of its queues. Each
 * direction is looked at over all interrupts of the device, whatever row of the table named
 * them.
 *
 *	numbers as they are     eth0-TxRx-0, eth0-TxRx-1
 *	by rank of the number   counted on from something else: eth0-tx-4, eth0-tx-5
 *	by rank of the vector   names that are cut, or alike: eno12399np0-TxRx-, twice
 *
 * A rank shows the queue only if there are as many interrupts as queues. Otherwise the
 * queue of an interrupt is not known, and is not guessed.
 */
#include "devices/queue_numbers.h"
#include "base/macros.h"
#include "base/number.h"
#include "devices/queues.h"
#include "devices/rows.h"
#include "interrupts/snapshot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static unsigned int bit_of(enum irqkit_direction direction)
{
	return direction == IRQKIT_RX ? SERVES_RX : SERVES_TX;
}

static bool is_queue(uint32_t serves)
{
	return serves < SERVES_UNKNOWN_QUEUE;
}

/* ------------------------------------------------------------------------------- */
/* The order of vectors                                                            */

struct vector {
	struct irqkit_device_irq *irq;
	uint64_t place; /* in the function */
};

static int compare_vectors(const void *a, const void *b)
{
	const struct vector *x = a, *y = b;

	if (x->place != y->place)
		return x->place < y->place ? -1 : 1;
	return (x->irq->irq > y->irq->irq) - (x->irq->irq < y->irq->irq);
}

/*
 * The interrupts of the device in the order of its vectors. For a PCI function, hwirq
 * counts the vectors (the MSI index). For other devices it says where a line leads; there,
 * the kernel's numbers are in the order in which the driver requested them.
 */
static int list_vectors(const struct irqkit_device *device, struct vector **ret_vectors)
{
	struct vector *vectors = calloc(device->n_irqs + 1, sizeof(*vectors));
	bool has_index = device->pci_path != NULL;

	if (!vectors)
		return -ENOMEM;
	for (size_t i = 0; i < device->n_irqs; i++) {
		const struct irqkit_interrupt *row = devices_find_row(
			device->devices, device->irqs[i].irq);

		vectors[i] = (struct vector){ .irq = &device->irqs[i] };
		if (!row || row->n_actions == 0)
			continue;
		has_index = has_index && row->has_hwirq && row->hwirq >= 0;
		vectors[i].place = has_index ? (uint64_t)row->hwirq : 0;
	}
	for (size_t i = 0; i < device->n_irqs && !has_index; i++)
		vectors[i].place = vectors[i].irq->irq;
	qsort(vectors, device->n_irqs, sizeof(*vectors), compare_vectors);
	*ret_vectors = vectors;
	return 0;
}

/* ------------------------------------------------------------------------------- */
/* Names with a number                                                             */

static bool is_plain(const struct irqkit_device_irq *irq)
{
	return irq->has_meaning && irq->meaning.numbering == ALL_IF_ALONE;
}

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

/* Was the number lost, or has another interrupt the same name? */
static bool is_unsure(const struct irqkit_device *device,
	const struct irqkit_device_irq *irq, enum irqkit_direction direction)
{
	const struct name_meaning *m = &irq->meaning;

	if (m->numbering == NUMBER_BY_ORDER || (m->is_cut && m->number == NO_NUMBER))
		return true;
	for (size_t i = 0; i < device->n_irqs; i++) {
		const struct irqkit_device_irq *other = &device->irqs[i];

		if (other != irq && is_queue(other->serves[direction]) &&
			other->meaning.row == m->row &&
			other->meaning.number == m->number)
			return true;
	}
	return false;
}

/* What must be known about the interrupts of one direction. */
struct direction {
	enum irqkit_direction direction;
	size_t n_queues; /* in /sys; 0: not known */
	size_t n; /* interrupts, each of which serves one queue */
	size_t n_unsure;
	size_t n_from_first;
	uint32_t first; /* the smallest number of those */
	size_t n_common; /* named as many drivers do: their numbers may begin anywhere */
	uint32_t least; /* number of all */
	bool is_beyond; /* a number is not that of a queue */
};

static struct direction look_at(
	const struct irqkit_device *device, enum irqkit_direction direction)
{
	struct direction d = {
		.direction = direction,
		.n_queues = device_count_queues(device, direction),
		.first = UINT32_MAX,
		.least = UINT32_MAX,
	};

	for (size_t i = 0; i < device->n_irqs; i++) {
		const struct irqkit_device_irq *irq = &device->irqs[i];
		uint32_t number = irq->serves[direction];

		if (!is_queue(number))
			continue;
		d.n++;
		d.n_unsure += is_unsure(device, irq, direction);
		d.is_beyond |= d.n_queues && number >= d.n_queues;
		d.n_common += irq->meaning.is_common;
		d.least = number < d.least ? number : d.least;
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
	qsort(vectors, n, sizeof(*vectors), compare_vectors);
}

/* Is each number one more than the one before it? Then the names count on from something. */
static bool are_consecutive(
	const struct vector *vectors, size_t n, enum irqkit_direction direction)
{
	uint32_t before = SERVES_NO_QUEUE;

	for (size_t i = 0; i < n; i++) {
		uint32_t number = vectors[i].irq->serves[direction];

		if (!is_queue(number))
			continue;
		if (before != SERVES_NO_QUEUE && number != before + 1)
			return false;
		before = number;
	}
	return true;
}

/* Has a driver that is not known numbers that cannot be those of queues? */
static bool counts_on(const struct direction *d)
{
	return d->is_beyond && d->n_common == d->n;
}

/* Forgets the queues of interrupts whose number does not show which one it is. */
static int forget(struct irqkit_device *device, const struct direction *d)
{
	bool *is_lost = calloc(device->n_irqs + 1, sizeof(*is_lost));

	if (!is_lost)
		return -ENOMEM;
	for (size_t i = 0; i < device->n_irqs; i++) {
		const struct irqkit_device_irq *irq = &device->irqs[i];

		is_lost[i] = is_queue(irq->serves[d->direction]) &&
			(counts_on(d) ||
				(irq->meaning.numbering == NUMBER_FROM_FIRST &&
					d->n_queues) ||
				is_unsure(device, irq, d->direction));
	}
	for (size_t i = 0; i < device->n_irqs; i++) {
		struct irqkit_device_irq *irq = &device->irqs[i];

		if (is_lost[i])
			irq->serves[d->direction] = SERVES_UNKNOWN_QUEUE;
		else if (irq->meaning.numbering == NUMBER_FROM_FIRST &&
			is_queue(irq->serves[d->direction]))
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

		if (!is_queue(number))
			continue;
		if (irq->meaning.numbering == NUMBER_FROM_FIRST)
			number -= d->first;
		if (number != rank++ && !is_unsure(device, irq, d->direction))
			return false;
	}
	return true;
}

/* Of names that are cut or alike. */
static int number_by_vector(struct irqkit_device *device, const struct direction *d)
{
	_cleanup_free_ struct vector *vectors = NULL;
	uint32_t rank = 0;
	int r = list_vectors(device, &vectors);

	if (r < 0)
		return r;
	if (!agree_with_order(device, vectors, d))
		return forget(device, d);
	for (size_t i = 0; i < device->n_irqs; i++) {
		struct irqkit_device_irq *irq = vectors[i].irq;

		if (!is_queue(irq->serves[d->direction]))
			continue;
		irq->is_by_order |= is_unsure(device, irq, d->direction);
		irq->rank = rank++;
	}
	for (size_t i = 0; i < device->n_irqs; i++)
		if (is_queue(device->irqs[i].serves[d->direction]))
			device->irqs[i].serves[d->direction] = device->irqs[i].rank;
	return 0;
}

/* By rank, for numbers that do not begin with 0. */
static int number_by_rank(struct irqkit_device *device, const struct direction *d)
{
	_cleanup_free_ struct vector *vectors = NULL;
	uint32_t rank = 0;
	int r = list_vectors(device, &vectors);

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

		if (!is_queue(irq->serves[d->direction]))
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

		if (is_queue(irq->serves[d->direction]) && irq->meaning.is_shared) {
			irq->serves[d->direction] = SERVES_ALL_QUEUES;
			return true;
		}
	}
	return false;
}

/* With fewer vectors than queues, vectors are reused: vector 0 has queue 0, n, 2 n, ... */
static void share_in_turn(struct irqkit_device *device, const struct direction *d)
{
	for (size_t i = 0; i < device->n_irqs; i++) {
		struct irqkit_device_irq *irq = &device->irqs[i];

		if (is_queue(irq->serves[d->direction]) && irq->meaning.is_shared &&
			irq->serves[d->direction] < d->n)
			irq->stride[d->direction] = (uint32_t)d->n;
	}
}

static int number_direction(struct irqkit_device *device, enum irqkit_direction direction)
{
	struct direction d = look_at(device, direction);
	bool fits = d.n == d.n_queues;

	if (share_the_only_one(device, &d))
		return 0;
	if (fits && d.n_unsure)
		return number_by_vector(device, &d);
	if (d.n_unsure)
		return forget(device, &d);
	if ((fits && d.n_from_first == d.n) || counts_on(&d))
		return number_by_rank(device, &d);
	if (d.n_from_first)
		return forget(device, &d);
	if (d.n < d.n_queues && !d.is_beyond)
		share_in_turn(device, &d);
	return 0;
}

/* ------------------------------------------------------------------------------- */
/* Plain names: only the name of the device                                        */

struct others {
	bool has_queues; /* interrupts of queues, named as such */
	bool has_unknown; /* of which nothing is known: they may be those of queues */
	bool cover_queues; /* each queue that is known has one */
};

static bool has_irq(const struct irqkit_device *device, enum irqkit_direction direction,
	unsigned int number)
{
	for (size_t i = 0; i < device->n_irqs; i++)
		if (device_irq_serves(&device->irqs[i], direction, number))
			return true;
	return false;
}

static struct others look_at_others(const struct irqkit_device *device)
{
	struct others others = { .cover_queues = true };

	for (size_t i = 0; i < device->n_irqs; i++) {
		const struct irqkit_device_irq *irq = &device->irqs[i];

		others.has_queues |= irq->role == IRQKIT_ROLE_QUEUE && !is_plain(irq);
		others.has_unknown |= irq->role == IRQKIT_ROLE_UNKNOWN;
	}
	for (size_t i = 0; i < device->n_queues; i++)
		others.cover_queues &= has_irq(
			device, device->queues[i].direction, device->queues[i].number);
	return others;
}

static void set_plain(
	struct irqkit_device_irq *irq, enum irqkit_role role, uint32_t rx, uint32_t tx)
{
	irq->role = role;
	irq->serves[IRQKIT_RX] = rx;
	irq->serves[IRQKIT_TX] = tx;
}

/* The @index-th word of "tx,rx,link"; NULL: there are not so many. */
static const char *find_word(const char *order, size_t index)
{
	while (index-- > 0 && order)
		order = (order = strchr(order, ',')) ? order + 1 : NULL;
	return order && *order ? order : NULL;
}

static void set_by_word(struct irqkit_device_irq *irq, const char *word)
{
	bool is_rx = strncmp(word, "rx", 2) == 0, is_tx = strncmp(word, "tx", 2) == 0;

	set_plain(irq, is_rx || is_tx ? IRQKIT_ROLE_QUEUE : IRQKIT_ROLE_LINK,
		is_rx ? SERVES_ALL_QUEUES : SERVES_NO_QUEUE,
		is_tx ? SERVES_ALL_QUEUES : SERVES_NO_QUEUE);
	irq->is_by_order = true;
}

static size_t count_words(const char *order)
{
	size_t n = 0;

	while (find_word(order, n))
		n++;
	return n;
}

/* How many queues there are of each direction; 0: not known, or not as many. */
static size_t count_pairs(const struct irqkit_device *device)
{
	size_t n_rx = device_count_queues(device, IRQKIT_RX);

	return n_rx == device_count_queues(device, IRQKIT_TX) ? n_rx : 0;
}

/* The @at-th of @n interrupts with the same name. False: its queue is not known. */
static bool set_by_order(const struct irqkit_device *device,
	struct irqkit_device_irq *irq, size_t at, size_t n)
{
	const char *order = irq->meaning.order;
	bool is_each = !order || strncmp(order, "each", 4) == 0;
	size_t n_queues = count_pairs(device), n_more;

	if (!is_each) {
		if (n > count_words(order))
			return false;
		set_by_word(irq, find_word(order, at));
		return true;
	}
	n_more = order ? count_words(order) - 1 : 0;
	/* without /sys: a driver that has nothing but queues shows how many there are */
	if (order && !n_more && device->n_queues == 0)
		n_queues = n;
	if (n < n_queues || n > n_queues + n_more || n_queues == 0)
		return false;
	if (at < n_queues)
		set_plain(irq, IRQKIT_ROLE_QUEUE, (uint32_t)at, (uint32_t)at);
	else
		set_by_word(irq, find_word(order, at - n_queues + 1));
	irq->is_by_order = true;
	return true;
}

static void settle_plain(const struct irqkit_device *device, const struct others *others,
	struct irqkit_device_irq *irq, size_t at, size_t n)
{
	if (others->has_queues && (others->cover_queues || !others->has_unknown) &&
		(n == 1 || others->cover_queues))
		set_plain(irq, IRQKIT_ROLE_LINK, SERVES_NO_QUEUE, SERVES_NO_QUEUE);
	else if (n == 1 && !others->has_queues && !others->has_unknown)
		set_plain(irq, IRQKIT_ROLE_QUEUE, SERVES_ALL_QUEUES, SERVES_ALL_QUEUES);
	else if (n == 1 || others->has_queues || others->has_unknown ||
		!set_by_order(device, irq, at, n))
		set_plain(irq, IRQKIT_ROLE_UNKNOWN, SERVES_NO_QUEUE, SERVES_NO_QUEUE);
}

static int settle_plain_names(struct irqkit_device *device)
{
	_cleanup_free_ struct vector *vectors = NULL;
	struct others others = look_at_others(device);
	size_t n = 0, at = 0;
	int r;

	for (size_t i = 0; i < device->n_irqs; i++)
		n += is_plain(&device->irqs[i]);
	if (n == 0)
		return 0;
	r = list_vectors(device, &vectors);
	for (size_t i = 0; r == 0 && i < device->n_irqs; i++)
		if (is_plain(vectors[i].irq))
			settle_plain(device, &others, vectors[i].irq, at++, n);
	return r;
}

/* ------------------------------------------------------------------------------- */

bool device_irq_serves(const struct irqkit_device_irq *irq,
	enum irqkit_direction direction, unsigned int number)
{
	uint32_t serves = irq->serves[direction], stride = irq->stride[direction];

	if (serves == SERVES_ALL_QUEUES)
		return true;
	return is_queue(serves) &&
		(serves == number || (stride && number % stride == serves));
}

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
	return r < 0 ? r : settle_plain_names(device);
}
