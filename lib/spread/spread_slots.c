/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Placement by queue: which interrupts belong on one CPU.
 *
 *	queue        rx-0 and tx-0 of eth0, and its other interrupts with this number
 *	unknown      one interrupt that may carry traffic
 *	tx           tx-0 of a device that has no other queue, if rx-0 and tx-0 are busy
 *	follower     link, configuration, admin, error: with the first queue
 */
#include "spread/spread_slots.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

struct key {
	enum slot_kind kind;
	uint32_t device;
	uint32_t queue; /* of an unknown interrupt: its item */
	uint32_t direction; /* where rx and tx are kept apart, otherwise 0 */
	uint32_t item;
};

static int compare_slot(const struct key *a, const struct key *b)
{
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->device != b->device)
		return a->device < b->device ? -1 : 1;
	if (a->queue != b->queue)
		return a->queue < b->queue ? -1 : 1;
	if (a->direction != b->direction)
		return a->direction < b->direction ? -1 : 1;
	return 0;
}

static int compare_keys(const void *left, const void *right)
{
	const struct key *a = left, *b = right;
	int order = compare_slot(a, b);

	return order ? order : (a->item > b->item) - (a->item < b->item);
}

static struct key make_key(const struct irqkit_spread *spread, uint32_t i)
{
	const struct spread_item *item = &spread->items[i];
	struct key key = { .kind = SLOT_QUEUE, .device = item->device, .item = i };

	if (item->queue >= 0) {
		key.queue = (uint32_t)item->queue;
		key.direction = spread->is_split ? item->direction : 0;
	} else if (item->is_follower && item->device != NONE) {
		key.kind = SLOT_FOLLOWER;
	} else {
		key.kind = SLOT_UNKNOWN;
		key.queue = i;
	}
	return key;
}

/* ------------------------------------------------------------------------------- */
/* tx of the only queue                                                            */

static bool is_busy(uint64_t load, uint64_t other)
{
	return load > 0 && load >= other / 9;
}

/*
 * The tx interrupts of a queue, the @n members at @keys, become a slot of their own, if
 * the device has no other queue, and neither rx nor tx makes most of its load.
 */
static void divide_queue(const struct irqkit_spread *spread, struct key *keys, uint32_t n)
{
	uint64_t load[IRQKIT_SERVES_TX + 1] = { 0 };
	bool is_alone = true;

	for (uint32_t k = 0; k < n; k++) {
		const struct spread_item *item = &spread->items[keys[k].item];

		is_alone &= item->has_only_queue;
		if (__builtin_add_overflow(
			    load[item->direction], item->load, &load[item->direction]))
			load[item->direction] = UINT64_MAX;
	}
	if (!is_alone || load[IRQKIT_SERVES_BOTH] ||
		!is_busy(load[IRQKIT_SERVES_RX], load[IRQKIT_SERVES_TX]) ||
		!is_busy(load[IRQKIT_SERVES_TX], load[IRQKIT_SERVES_RX]))
		return;
	for (uint32_t k = 0; k < n; k++)
		if (spread->items[keys[k].item].direction == IRQKIT_SERVES_TX)
			keys[k].kind = SLOT_TX;
}

static void divide_queues(
	const struct irqkit_spread *spread, struct key *keys, uint32_t n)
{
	for (uint32_t i = 0, k; i < n && keys[i].kind == SLOT_QUEUE; i = k) {
		k = i + 1;
		while (k < n && compare_slot(&keys[k], &keys[i]) == 0)
			k++;
		if (!spread->is_split)
			divide_queue(spread, &keys[i], k - i);
	}
	qsort(keys, n, sizeof(*keys), compare_keys);
}

/* ------------------------------------------------------------------------------- */
/* Devices                                                                         */

static int compare_devices(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The numbers of devices, sorted, once each; NONE is not one of them. */
static uint32_t *list_devices(const struct irqkit_spread *spread, uint32_t *ret_n)
{
	uint32_t *numbers = calloc((size_t)spread->n_items + 1, sizeof(*numbers));
	uint32_t n = 0;

	if (!numbers)
		return NULL;
	for (uint32_t i = 0; i < spread->n_items; i++)
		if (spread->items[i].device != NONE)
			numbers[n++] = spread->items[i].device;
	if (n > 0)
		qsort(numbers, n, sizeof(*numbers), compare_devices);
	*ret_n = 0;
	for (uint32_t i = 0; i < n; i++)
		if (i == 0 || numbers[i] != numbers[i - 1])
			numbers[(*ret_n)++] = numbers[i];
	return numbers;
}

static void link_slot(struct slots *slots, uint32_t index, uint32_t device)
{
	struct slot *slot = &slots->slots[index];
	struct slot_device *of = &slots->devices[device];

	slot->device = device;
	slot->next = NONE;
	/* there is none that it could follow */
	if (slot->kind == SLOT_FOLLOWER && of->first == NONE)
		slot->kind = SLOT_UNKNOWN;
	if (of->first == NONE)
		of->first = index;
	else
		slots->slots[of->last].next = index;
	of->last = index;
	of->n_wanted += slot->kind == SLOT_QUEUE || slot->kind == SLOT_UNKNOWN;
}

/* An interrupt of no device is a device by itself. */
static int link_devices(struct slots *slots)
{
	uint32_t n = 0;
	uint32_t *numbers = list_devices(slots->spread, &n);

	slots->n_devices = n;
	slots->devices = calloc((size_t)n + slots->n + 1, sizeof(*slots->devices));
	if (!numbers || !slots->devices) {
		free(numbers);
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < n + slots->n; i++)
		slots->devices[i].first = NONE;
	for (uint32_t i = 0; i < slots->n; i++) {
		struct slot *slot = &slots->slots[i];
		uint32_t number = slots_get_leader(slots, slot)->device;
		uint32_t *found = number == NONE
			? NULL
			: bsearch(&number, numbers, n, sizeof(*numbers), compare_devices);

		link_slot(slots, i,
			found ? (uint32_t)(found - numbers) : slots->n_devices++);
		slot->is_first = found && slots_get_head(slots, slot) == slot &&
			!slots_get_leader(slots, slot)->is_follower;
	}
	free(numbers);
	return 0;
}

/* ------------------------------------------------------------------------------- */

static int make_slots(struct slots *slots, const struct key *keys, uint32_t n)
{
	slots->members = calloc((size_t)n + 1, sizeof(*slots->members));
	slots->slots = calloc((size_t)n + 1, sizeof(*slots->slots));
	if (!slots->members || !slots->slots)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++) {
		slots->members[i] = keys[i].item;
		if (i == 0 || compare_slot(&keys[i], &keys[i - 1]) != 0)
			slots->slots[slots->n++] = (struct slot){ .kind = keys[i].kind,
				.first = i };
		slots->slots[slots->n - 1].count++;
	}
	return 0;
}

int slots_init(struct slots *slots, struct irqkit_spread *spread)
{
	uint32_t n = spread->n_items;
	_cleanup_free_ struct key *keys = calloc((size_t)n + 1, sizeof(*keys));
	int r;

	*slots = (struct slots){ .spread = spread, .fastest = INT_MAX };
	if (!keys)
		return -ENOMEM;
	for (uint32_t i = 0; i < spread->n_cpus; i++)
		if (spread->cpus[i].slowness < slots->fastest)
			slots->fastest = spread->cpus[i].slowness;
	for (uint32_t i = 0; i < n; i++)
		keys[i] = make_key(spread, i);
	qsort(keys, n, sizeof(*keys), compare_keys);
	divide_queues(spread, keys, n);
	r = make_slots(slots, keys, n);
	return r == 0 ? link_devices(slots) : r;
}

void slots_free(struct slots *slots)
{
	free(slots->members);
	free(slots->slots);
	free(slots->devices);
}

uint32_t slots_count_pool(const struct irqkit_spread *spread, const uint64_t *pool)
{
	uint32_t count = 0;

	for (uint32_t word = 0; pool && word <= spread->n_cpus / 64; word++)
		count += (uint32_t)__builtin_popcountll(pool[word]);
	return count;
}

bool slots_fit_node(const struct slots *slots, const struct slot *slot)
{
	const struct spread_item *leader = slots_get_leader(slots, slot);

	return leader->near &&
		slots->devices[slot->device].n_wanted <=
		slots_count_pool(slots->spread, leader->near);
}
