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

#define N_DEVICES 4000
#define MOST_IRQS 12
#define FIRST_IRQ 10

static uint32_t seed = 1;

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

/* Mostly one row numbered through, as drivers do; then some at random. */
static void make_up(struct made_up *made)
{
	static const char *const netdevs[] = { "eth0", "eno12399np0", "enp130s0f0np123" };
	const struct name_row *row;

	*made = (struct made_up){ .netdev = netdevs[pick(LENGTH(netdevs))] };
	pick_driver(made);
	made->n_rx = 1 + pick(6);
	made->n_tx = pick(2) ? made->n_rx : 1 + pick(6);
	made->n = 1 + pick(MOST_IRQS);
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

static bool may_share(const struct irqkit_device *device, size_t irq)
{
	const struct irqkit_device_irq *own = irqkit_device_find_irq(
		device, (unsigned int)irq);

	return own &&
		(own->meaning.is_shared || own->meaning.numbering == ALL_QUEUES ||
			own->meaning.numbering == ALL_IF_ALONE || device->n_irqs == 1);
}

static void one_queue_each(void **state)
{
	(void)state;
	for (size_t k = 0; k < N_DEVICES; k++) {
		struct numbered numbered;
		struct made_up made;
		size_t n_served = 0;

		make_up(&made);
		open_made_up(&numbered, &made);
		for (size_t i = 0; i < made.n; i++)
			for (int d = IRQKIT_RX; d <= IRQKIT_TX; d++) {
				size_t n;

				find_queue(&numbered.device, i + FIRST_IRQ, d, &n);
				n_served += n;
				if (n < 2 || may_share(&numbered.device, i + FIRST_IRQ))
					continue;
				tell(&made);
				fail_msg("%zu serves %zu queues", i + FIRST_IRQ, n);
			}
		assert_int_equal(numbered.device.n_queues, made.n_rx + made.n_tx);
		assert_true(n_served <= numbered.device.n_queues);
		close_numbered(&numbered);
	}
}

/* What is known of each interrupt, by its place. */
struct served {
	uint32_t queue[MOST_IRQS][2];
	bool is_of_many[MOST_IRQS][2];
	bool is_by_order[MOST_IRQS];
};

static void look(const struct made_up *made, struct served *served)
{
	struct numbered numbered;

	open_made_up(&numbered, made);
	for (size_t i = 0; i < made->n; i++) {
		const struct irqkit_device_irq *irq = irqkit_device_find_irq(
			&numbered.device, (unsigned int)(i + FIRST_IRQ));

		served->is_by_order[i] = irq && irq->is_by_order;
		for (int d = IRQKIT_RX; d <= IRQKIT_TX; d++) {
			size_t n;

			served->queue[i][d] = find_queue(
				&numbered.device, i + FIRST_IRQ, d, &n);
			served->is_of_many[i][d] = n > 1;
		}
	}
	close_numbered(&numbered);
}

/*
 * Known and then known otherwise: by rank alone, and by one; or it was shared, or is, since it
 * is the only one now; or it was one of several of one name, and now its name says it.
 */
static bool is_allowed(
	const struct served *before, const struct served *after, size_t i, int d)
{
	uint32_t old = before->queue[i][d], new = after->queue[i][d];

	if (old == NO_NUMBER || new == NO_NUMBER || old == new ||
		before->is_of_many[i][d] || after->is_of_many[i][d])
		return true;
	if (before->is_by_order[i] != after->is_by_order[i])
		return true;
	return old == new + 1 || new == old + 1;
}

static void one_name_less(void **state)
{
	(void)state;
	for (size_t k = 0; k < N_DEVICES; k++) {
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
				if (i == gone || is_allowed(&before, &after, i, d))
					continue;
				tell(&made);
				fail_msg("without %zu, %zu serves %s-%d, not %d",
					gone + FIRST_IRQ, i + FIRST_IRQ,
					d == IRQKIT_RX ? "rx" : "tx",
					(int)after.queue[i][d], (int)before.queue[i][d]);
			}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_queue_each),
		cmocka_unit_test(one_name_less),
	};

	return cmocka_run_group_tests_name("queue_numbers", tests, NULL, NULL);
}
