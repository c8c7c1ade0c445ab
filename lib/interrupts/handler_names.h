/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names that drivers give to their handlers. Pure: nothing here reads a file. */
#ifndef IRQKIT_HANDLER_NAMES_H
#define IRQKIT_HANDLER_NAMES_H

#include <irqkit.h>

enum {
	SERVES_NONE = 0,
	SERVES_RX = 1,
	SERVES_TX = 2,
	SERVES_BOTH = SERVES_RX | SERVES_TX,
};

/* How the number in a name becomes the number of a queue. */
enum numbering {
	NUMBER_IS_QUEUE, /* eth0-TxRx-3 is queue 3; without a number: queue 0 */
	NUMBER_IS_ONE, /* no number of a queue in it: always queue 1 */
	NUMBER_FROM_FIRST, /* counted on from something else: the smallest is queue 0 */
	NUMBER_FROM_ONE, /* 1 is queue 0 */
	NUMBER_HALF, /* 0, 2, 4, ... are queues 0, 1, 2, ... */
	NUMBER_TX_THEN_RX, /* the lower half of all numbers is tx, the upper rx */
	NUMBER_OF_RX, /* the number of the rx queue; it sends for tx-0 */
	NUMBER_RX_UNLESS_TX, /* the queue; tx too, unless others of the device serve tx */
	NUMBER_BY_ORDER, /* of several of one name, the first is queue 0's */
	NUMBER_UNKNOWN, /* it serves queues, but it is not known which */
	ALL_QUEUES, /* no number: serves all of them */
	ALL_IF_ALONE, /* the same, unless the device has interrupts for its queues */
	ALL_IF_ONLY, /* of no queue, unless the device has no other interrupt at all */
};

/* What the names of one device are made of; NULL: it has no such thing. */
struct name_keys {
	const char *driver; /* NULL: not known */
	const char *netdev;
	const char *virtio; /* virtio2 */
	const char *vif; /* Xen: vif0 in a guest, vif1.0 in dom0 */
	const char *pci; /* 0000:00:03.0 */
	const char *bus; /* of the device on its bus: 1e100000.ethernet */
	/* The network device had another name when it was opened. */
	bool is_any_netdev;
	bool is_anything; /* no device: each of the names above is whatever stands there */
	const struct name_rows *rows; /* see name_rows_new(); NULL: not found yet */
};

struct name_meaning {
	enum irqkit_role role;
	unsigned int serves;
	enum numbering numbering;
	uint32_t number; /* NO_NUMBER: none in the name */
	/*
	 * For ALL_IF_ALONE: what several interrupts of this name serve, in their order:
	 * "tx,rx,link", the last of which need not be there; "each": a queue each, and then
	 * what follows. "": not known. NULL: a queue each, or not known.
	 */
	const char *order;
	bool is_cut; /* the driver had no room for the whole number */
	bool is_common; /* a form of many drivers: this one may count from another number */
	bool is_shared; /* may serve several queues of one direction */
	size_t row; /* of the table */
};

/*
 * The rows of the table that count for these keys, found once for many names: they depend
 * on driver, is_any_netdev and is_anything. The caller frees them; NULL: no memory.
 */
struct name_rows *name_rows_new(const struct name_keys *keys);

/* Does a handler with exactly this name belong to the device, and what is its purpose? */
bool name_parse(
	const struct name_keys *keys, const char *name, struct name_meaning *ret_meaning);

/*
 * The rows that count where nothing is known of the device, found once for many names. The
 * caller frees it; NULL: no memory.
 */
struct name_index *name_index_new(void);

/* Is it the name of a kind of interrupt that the kernel places itself? A hint. */
bool name_may_be_managed(const struct name_index *index, const char *name);

/*
 * The network device in the name of a queue's handler, where nothing but names is known:
 * eth0 in eth0-TxRx-3. It points into @name.
 */
bool name_find_netdev(const char *name, const char **ret_netdev, size_t *ret_len);

/* @name is @word, or @word and something that is set off from it: never virtio10. */
bool name_begins_with_word(const char *name, const char *word);

#endif
