/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Devices with interrupts at random: whatever these are called, an interrupt serves one queue
 * of a direction unless the table says that it is shared, no queue is made up, and one name
 * less changes what another means only as far as the order of names goes.
 */
#include "numbered.h"

#include "base/macros.h"
#include "devices/queue_numbers.h"
#include "interrupts/handler_names_table.h"

#define N_DEVICES 8000
#define MOST_IRQS 12
#define FIRST_IRQ 10

static uint32_t seed;

static uint32_t pick(uint32_t n)
{
	seed = seed * 1664525u + 1013904223u;
	return (uint32_t)(((uint64_t)seed * n) >> 32);
}

struct made_up {
	const char *driver; /* NULL: not known */
	char driver_text[64];
	const char *netdev;
	unsigned int n_rx, n_tx;
	size_t n;
	char name[MOST_IRQS][64]; /* "": nobody handles it */
};

/* A name of the pattern, with @number. */
static void make_name(char name[64], const char *pattern, const char *netdev,
	unsigned int number, unsigned int room)
{
	size_t len = 0;

	for (; *pattern && len < 40; pattern++) {
		char letter = *pattern == '%' ? *++pattern : '\0';

		if (letter == '.')
			len += (size_t)sprintf(name + len, "%.*s",
				(int)strtoul(pattern + 1, (char **)&pattern, 10), netdev);
		else if (letter == 'd')
			len += (size_t)sprintf(name + len, "%u", number);
		else if (letter)
			len += (size_t)sprintf(name + len, "%s",
				letter == 'n'		? netdev
					: letter == 'v' ? "virtio1"
					: letter == 'p' ? "0000:03:00.0"
					: letter == 'b' ? "1e100000.ethernet"
					: letter == 'x' ? "vif1.0"
							: "other");
		else
			name[len++] = *pattern;
	}
	name[len] = '\0';
	if (room && len >= room)
		name[room - 1] = '\0';
}

static void pick_driver(struct made_up *made)
{
	const struct name_row *row;
	size_t n = 0;

	while (name_row_get(n))
		n++;
	do
		row = name_row_get(pick((uint32_t)n));
	while (row->serves == SERVES_NONE || row->numbering == NUMBER_TX_THEN_RX);
	snprintf(made->driver_text, sizeof(made->driver_text), "%.*s",
		(int)strcspn(row->drivers, ","), row->drivers);
	made->driver = strcmp(made->driver_text, "*") == 0 ? NULL : made->driver_text;
}

static const struct name_row *pick_row(const struct made_up *made)
{
	const struct name_row *row, *chosen = NULL;
	size_t n = 0;

	for (size_t i = 0; (row = name_row_get(i)); i++) {
		const char *at = made->driver ? strstr(row->drivers, made->driver) : NULL;
		bool is_own = row->drivers[0] == '*' || at;

		if (is_own && row->numbering != NUMBER_TX_THEN_RX &&
			pick((uint32_t)++n) == 0)
			chosen = row;
	}
	return chosen;
}

/* Mostly one row numbered through, as drivers do, and a queue each; then some at random. */
static void make_up(struct made_up *made)
{
	static const char *const netdevs[] = { "eth0", "eno12399np0", "enp130s0f0np123" };
	const struct name_row *row;

	*made = (struct made_up){ .netdev = netdevs[pick(LENGTH(netdevs))] };
	pick_driver(made);
	made->n_rx = 1 + pick(6);
	made->n_tx = pick(2) ? made->n_rx : 1 + pick(6);
	made->n = pick(2) ? made->n_rx : 1 + pick(MOST_IRQS);
	row = pick_row(made);
	for (size_t i = 0; i < made->n; i++) {
		bool is_strange = pick(12) == 0;

		if (pick(6) == 0)
			row = pick_row(made);
		if (is_strange)
			strcpy(made->name[i], "strange");
		else
			make_name(made->name[i], row->pattern, made->netdev,
				pick(4) ? (unsigned int)i : pick(16), row->room);
	}
}

static void open_made_up(struct numbered *numbered, const struct made_up *made)
{
	char text[4096] = "           CPU0\n";
	size_t len = strlen(text);

	for (size_t i = 0; i < made->n; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
			"%4zu:          0  PCI-MSI %zu-edge      %s\n", i + FIRST_IRQ, i,
			made->name[i]);
	open_numbered(numbered, made->driver, made->netdev, text, made->n_rx, made->n_tx);
}

static void tell(const struct made_up *made)
{
	print_message("%s, %u rx and %u tx queues:\n", made->driver ? made->driver : "-",
		made->n_rx, made->n_tx);
	for (size_t i = 0; i < made->n; i++)
		print_message("\t%zu %s\n", i + FIRST_IRQ, made->name[i]);
}

/* Which queue of the direction has the interrupt; NO_NUMBER: none; and how many have. */
static uint32_t find_queue(const struct irqkit_device *device, size_t irq,
	enum irqkit_direction direction, size_t *ret_count)
{
	uint32_t number = NO_NUMBER;

	*ret_count = 0;
	for (size_t i = 0; i < device->n_queues; i++) {
		const struct irqkit_queue *queue = &device->queues[i];

		if (queue->direction != direction || queue->irq != (int)irq)
			continue;
		number = *ret_count ? number : queue->number;
		++*ret_count;
	}
	return number;
}

/* Is there another interrupt that serves a queue of this direction? */
static bool is_alone(const struct irqkit_device *device, size_t irq, int direction)
{
	for (size_t i = 0; i < device->n_queues; i++)
		if ((int)device->queues[i].direction == direction &&
			device->queues[i].irq >= 0 && device->queues[i].irq != (int)irq)
			return false;
	return true;
}

/*
 * Does the table say that it is for several queues? A row says so of shared vectors and of
 * those for all queues. A plain name is for all queues if nothing else is for any. The only
 * interrupt of a device is for all that there is.
 */
static bool may_share(const struct irqkit_device *device, size_t irq, int direction)
{
	const struct irqkit_device_irq *own = irqkit_device_find_irq(
		device, (unsigned int)irq);

	if (!own)
		return false;
	if (own->has_meaning &&
		(own->meaning.is_shared || own->meaning.numbering == ALL_QUEUES))
		return true;
	if (own->has_meaning && own->meaning.numbering == ALL_IF_ALONE)
		return is_alone(device, irq, direction);
	return device->n_irqs == 1;
}

/* Rows for all queues may be there twice, or beside others: no driver does that. */
static size_t count_claims(
	const struct irqkit_device *device, const struct irqkit_queue *queue)
{
	size_t n = 0, n_of_all = 0;

	for (size_t i = 0; i < device->n_irqs; i++) {
		const struct irqkit_device_irq *irq = &device->irqs[i];

		if (!device_irq_serves(irq, queue->direction, queue->number))
			continue;
		if (irq->meaning.numbering == ALL_QUEUES)
			n_of_all++;
		else
			n++;
	}
	return n_of_all ? 1 : n;
}

/* A queue has the one interrupt that is said to serve it, and none only if none is. */
static void check_queues(const struct made_up *made, const struct irqkit_device *device)
{
	for (size_t i = 0; i < device->n_queues; i++) {
		const struct irqkit_queue *queue = &device->queues[i];
		size_t n = count_claims(device, queue);
		const struct irqkit_device_irq *irq = queue->irq < 0
			? NULL
			: irqkit_device_find_irq(device, (unsigned int)queue->irq);

		if (irq && n == 0 && device->n_irqs == 1)
			continue;
		if (n == (irq != NULL) &&
			(!irq || device_irq_serves(irq, queue->direction, queue->number)))
			continue;
		tell(made);
		fail_msg("%s-%u has interrupt %d, and %zu serve it",
			queue->direction == IRQKIT_RX ? "rx" : "tx", queue->number,
			queue->irq, n);
	}
}

/* Returns how many interrupts have queues of the direction. */
static size_t check_direction(
	const struct made_up *made, const struct irqkit_device *device, int direction)
{
	size_t n_serving = 0, n;

	for (size_t i = 0; i < made->n; i++) {
		find_queue(device, i + FIRST_IRQ, direction, &n);
		n_serving += n > 0;
		if (n < 2 || may_share(device, i + FIRST_IRQ, direction))
			continue;
		tell(made);
		fail_msg("%zu serves %zu queues", i + FIRST_IRQ, n);
	}
	return n_serving;
}

static void one_queue_each(void **state)
{
	size_t n_serving = 0;

	(void)state;
	seed = 1;
	for (size_t k = 0; k < share_of(N_DEVICES); k++) {
		struct numbered numbered;
		struct made_up made;
		size_t n_rx, n_tx;

		make_up(&made);
		open_made_up(&numbered, &made);
		/* none is made up, and none has two interrupts */
		assert_int_equal(
			irqkit_device_count_direction(&numbered.device, IRQKIT_RX),
			made.n_rx);
		assert_int_equal(
			irqkit_device_count_direction(&numbered.device, IRQKIT_TX),
			made.n_tx);
		check_queues(&made, &numbered.device);
		n_rx = check_direction(&made, &numbered.device, IRQKIT_RX);
		n_tx = check_direction(&made, &numbered.device, IRQKIT_TX);
		assert_true(n_rx <= made.n_rx && n_tx <= made.n_tx);
		n_serving += n_rx + n_tx;
		close_numbered(&numbered);
	}
	/* or there was nothing to look at */
	assert_true(n_serving > share_of(N_DEVICES));
}

/* ------------------------------------------------------------------------------- */
/* One name less                                                                   */

/* What is known of each interrupt, by its place. */
struct served {
	uint32_t queue[MOST_IRQS][2];
	struct irqkit_device_irq irq[MOST_IRQS];
	bool may_share[MOST_IRQS][2];
};

static void look(const struct made_up *made, struct served *served)
{
	struct numbered numbered;

	open_made_up(&numbered, made);
	for (size_t i = 0; i < made->n; i++) {
		const struct irqkit_device_irq *irq = irqkit_device_find_irq(
			&numbered.device, (unsigned int)(i + FIRST_IRQ));

		if (irq)
			served->irq[i] = *irq;
		for (int d = IRQKIT_RX; d <= IRQKIT_TX; d++) {
			size_t n;

			served->queue[i][d] = find_queue(
				&numbered.device, i + FIRST_IRQ, d, &n);
			served->may_share[i][d] = n > 1 &&
				may_share(&numbered.device, i + FIRST_IRQ, d);
		}
	}
	close_numbered(&numbered);
}

/* The queue was read off a name that is whole, unique, and counts from queue 0. */
static bool is_sure(const struct served *served, size_t n, size_t i)
{
	const struct irqkit_device_irq *irq = &served->irq[i];

	if (!irq->has_meaning || irq->is_by_order || irq->meaning.is_cut ||
		irq->meaning.is_common || irq->meaning.is_shared)
		return false;
	switch (irq->meaning.numbering) {
	case NUMBER_FROM_FIRST:
	case NUMBER_BY_ORDER:
	case ALL_QUEUES:
	case ALL_IF_ALONE:
	case ALL_IF_ONLY:
		return false;
	default:
		break;
	}
	for (size_t k = 0; k < n; k++)
		if (k != i && served->irq[k].has_meaning &&
			served->irq[k].meaning.row == irq->meaning.row &&
			served->irq[k].meaning.number == irq->meaning.number)
			return false;
	return true;
}

static uint32_t get_number(const struct irqkit_device_irq *irq)
{
	return irq->meaning.number == NO_NUMBER ? 0 : irq->meaning.number;
}

/*
 * What the order rule allows, for an interrupt whose queue was known:
 *
 *	to be unknown    if its queue was told by order, or by numbers that many drivers use
 *	one queue less   if the one that is gone stood before it in that order
 *	what it says     if the one that is gone had the same name
 *
 * Those that share queues may come to have all, or a part.
 */
static bool is_allowed(const struct made_up *made, const struct served *before,
	const struct served *after, size_t gone, size_t i, int d)
{
	uint32_t old = before->queue[i][d], new = after->queue[i][d];
	const struct irqkit_device_irq *irq = &after->irq[i];

	if (old == new || old == NO_NUMBER || before->may_share[i][d] ||
		after->may_share[i][d])
		return true;
	if (is_sure(before, made->n, i))
		return false;
	if (new == NO_NUMBER)
		return true;
	if (before->irq[gone].has_meaning &&
		before->irq[gone].meaning.row == irq->meaning.row &&
		before->irq[gone].meaning.number == irq->meaning.number)
		return !irq->is_by_order || (gone < i && new == old - 1);
	return new == old - 1 &&
		((irq->is_by_order && gone < i) ||
			(irq->meaning.is_common &&
				get_number(&before->irq[gone]) < get_number(irq)));
}

static void one_name_less(void **state)
{
	size_t n_same = 0;

	(void)state;
	seed = 2;
	for (size_t k = 0; k < share_of(N_DEVICES); k++) {
		struct served before = { 0 }, after = { 0 };
		struct made_up made, less;
		size_t gone;

		make_up(&made);
		less = made;
		gone = pick((uint32_t)made.n);
		less.name[gone][0] = '\0';
		look(&made, &before);
		look(&less, &after);
		for (size_t i = 0; i < made.n; i++)
			for (int d = IRQKIT_RX; d <= IRQKIT_TX; d++) {
				n_same += before.queue[i][d] != NO_NUMBER &&
					before.queue[i][d] == after.queue[i][d];
				if (i == gone ||
					is_allowed(&made, &before, &after, gone, i, d))
					continue;
				tell(&made);
				fail_msg("without %zu, %zu serves %s-%d, not %d",
					gone + FIRST_IRQ, i + FIRST_IRQ,
					d == IRQKIT_RX ? "rx" : "tx",
					(int)after.queue[i][d], (int)before.queue[i][d]);
			}
	}
	assert_true(n_same > share_of(N_DEVICES) / 2);
}

/* Of gve's blocks, any one may be unnamed: what the others serve is as it was. */
static void one_block_less(void **state)
{
	(void)state;
	for (unsigned int n = 2; n <= MOST_IRQS; n += 2)
		for (size_t gone = 0; gone < n; gone++) {
			struct served before = { 0 }, after = { 0 };
			struct made_up made = {
				.driver = "gve", .netdev = "eth0", .n = n
			};

			made.n_rx = made.n_tx = n / 2;
			for (unsigned int i = 0; i < n; i++)
				make_name(made.name[i], "gve-ntfy-blk%d@pci:%p", "eth0",
					i, 0);
			look(&made, &before);
			made.name[gone][0] = '\0';
			look(&made, &after);
			for (size_t i = 0; i < n; i++)
				for (int d = IRQKIT_RX; d <= IRQKIT_TX; d++)
					if (i != gone)
						assert_int_equal(after.queue[i][d],
							before.queue[i][d]);
			assert_int_equal(before.queue[0][IRQKIT_TX], 0);
			assert_int_equal(before.queue[n - 1][IRQKIT_RX], n / 2 - 1);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_queue_each),
		cmocka_unit_test(one_name_less),
		cmocka_unit_test(one_block_less),
	};

	return cmocka_run_group_tests_name("queue_numbers", tests, NULL, NULL);
}
