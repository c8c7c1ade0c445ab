/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files about devices share.
 *
 *	irqkit_devices --- irqkit_device ---+--- irqkit_device_irq   which interrupts
 *	  |     |   |                       +--- irqkit_queue        which queue they serve
 *	  |     |   +--- irqkit_thread      +--- lower: other devices
 *	  |     +------- netlink answers
 *	  +------------- the names of all handlers, sorted
 */
#ifndef IRQKIT_DEVICE_H
#define IRQKIT_DEVICE_H

#include "private.h"

#define NO_NUMBER UINT32_MAX

/* ------------------------------------------------------------------------------- */
/* names.c: what a driver calls its handlers, by handler_names_table.c  (pure)     */

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
	NUMBER_UNKNOWN, /* it serves queues: which, nothing tells */
	ALL_QUEUES, /* no number: serves all of them */
	ALL_IF_ALONE, /* the same, unless the device has interrupts for its queues */
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
};

struct name_meaning {
	enum irqkit_role role;
	unsigned int serves;
	enum numbering numbering;
	uint32_t number; /* NO_NUMBER: none in the name */
	/*
	 * Of ALL_IF_ALONE: what several interrupts of this name serve, in their order:
	 * "tx,rx,link", the last of which need not be there; "each": a queue each, and then
	 * what follows. "": nothing tells. NULL: a queue each, or nothing tells.
	 */
	const char *order;
	bool is_cut; /* the driver had no room for the whole number */
	bool is_shared; /* may serve several queues of one direction */
	size_t row; /* of the table */
};

/* Does a handler of this name belong to the device, and what for? The name as a whole. */
bool name_parse(
	const struct name_keys *keys, const char *name, struct name_meaning *ret_meaning);

/* Is it the name of a kind of interrupt that the kernel places itself? A hint. */
bool name_may_be_managed(const char *name);

/* @name is @word, or @word and something that is set off from it: never virtio10. */
bool name_begins_with_word(const char *name, const char *word);

/* ------------------------------------------------------------------------------- */
/* netlink.c: the generic netlink family "netdev"                                  */

struct netlink_napi {
	uint32_t ifindex;
	uint32_t id;
	uint32_t irq; /* NO_NUMBER: the driver doesn't tell */
	uint32_t pid; /* NO_NUMBER: no thread */
};

struct netlink_queue {
	uint32_t ifindex;
	uint32_t number;
	bool is_tx;
	uint32_t napi_id; /* NO_NUMBER: the driver doesn't tell */
};

struct netlink_answers {
	struct netlink_napi *napis; /* owned */
	size_t n_napis, napis_room;
	struct netlink_queue *queues; /* owned */
	size_t n_queues, queues_room;
};

/*
 * Takes one or more whole messages of a dump. 1: more will come, 0: that was the end.
 * -EBADMSG: no such messages; any other: what the kernel answered.
 */
int netlink_parse_napis(struct netlink_answers *answers, const void *bytes, size_t len);
int netlink_parse_queues(struct netlink_answers *answers, const void *bytes, size_t len);
int netlink_parse_family(const void *bytes, size_t len, uint16_t *ret_family);

/* Once all are there; then one can be found. */
void netlink_sort(struct netlink_answers *answers);
const struct netlink_napi *netlink_find_napi(
	const struct netlink_answers *answers, uint32_t ifindex, uint32_t id);

/* Asks the kernel for the NAPIs and queues of all devices. -ENOENT: no such family. */
int netlink_ask(struct netlink_answers *answers);
void netlink_free(struct netlink_answers *answers);

/* ------------------------------------------------------------------------------- */

struct irqkit_device_irq {
	unsigned int irq;
	enum irqkit_role role;
	unsigned int sources; /* 1u << enum irqkit_source */
	struct name_meaning meaning;
	bool has_meaning;
};

struct irqkit_queue {
	struct irqkit_device *device;
	enum irqkit_direction direction;
	unsigned int number;
	int irq; /* -1 */
	enum irqkit_source source;
	int64_t napi_id; /* -1 */
	int64_t napi_pid; /* -1 */
	const struct irqkit_thread **threads; /* owned array */
	size_t n_threads;
	bool has_read_threads;
};

struct irqkit_device {
	struct irqkit_devices *devices;
	enum irqkit_device_kind kind;
	const char *name; /* strings: in the arena of devices */
	const char *path; /* its folder, all links resolved; NULL: known by names alone */
	const char *bus_path; /* that of its bus device; NULL: none, as with a bridge */
	const char *pci_path; /* that of the PCI function at or above it */
	struct name_keys keys;
	uint32_t ifindex;
	bool is_netback;
	bool is_behind_controller; /* USB: the interrupts are those of the controller */

	struct irqkit_device_irq *irqs; /* owned; ascending */
	size_t n_irqs, irqs_room;
	struct irqkit_queue *queues; /* owned; rx before tx, ascending */
	size_t n_queues, queues_room;
	struct irqkit_device **lower; /* owned array */
	size_t n_lower;
	bool has_read_lower;
	const struct irqkit_thread **threads; /* owned array */
	size_t n_threads;
	bool has_read_threads;
};

struct irqkit_thread {
	struct irqkit_devices *devices;
	unsigned int pid;
	const char *name; /* in the arena */
	unsigned int flags; /* of its task */
};

/* A name of a handler, from one of the places where a device's part of it may begin. */
struct name_entry {
	const char *text;
	const struct irqkit_interrupt *row;
};

struct owner {
	unsigned int irq;
	unsigned int order; /* among the owners of this one */
	struct irqkit_device *device;
};

struct irqkit_devices {
	struct irqkit_ctx *ctx; /* not owned */
	const struct irqkit_snapshot *snapshot; /* not owned */
	struct arena arena;
	struct irqkit_device **found; /* owned, and each of them */
	size_t n_found, found_room;

	struct netlink_answers netlink;
	bool has_netlink; /* the kernel answered */
	bool has_asked_netlink;

	const struct irqkit_interrupt **rows; /* owned array; by irq */
	size_t n_rows;
	struct name_entry *names; /* owned; sorted by text */
	size_t n_names;
	bool has_sorted;

	struct irqkit_device **net; /* owned array: all network devices */
	size_t n_net;
	bool has_listed_net;

	struct owner *owners; /* owned; by irq */
	size_t n_owners, owners_room;
	bool has_owners;

	struct irqkit_thread *threads; /* owned; sorted by name */
	size_t n_threads;
	bool has_read_threads;
};

/* Makes room for one more in an array that its owner grows. */
#define GROW(array, count, room)                                                         \
	((count) < (room) || grow((void **)&(array), &(room), sizeof(*(array))) == 0)
int grow(void **array, size_t *room, size_t size);

/* The first member of a sorted array that isn't before @key, or @count. */
size_t lower_bound(const void *array, size_t count, size_t size, const void *key,
	int (*compare)(const void *member, const void *key));

/* sysfs.c: from a name to folders, without following links in the middle of a path */
int sysfs_resolve(
	struct irqkit_devices *devices, const char *path, const char **ret_path);
bool sysfs_is_name(const char *name); /* of one file: no slash, not `..` */
const char *sysfs_last_name(const char *path);
bool sysfs_is_pci_address(const char *text);
/* Fills in bus_path, pci_path and keys from the folder where the bus device is. */
int sysfs_read_bus(struct irqkit_device *device, const char *path);
int sysfs_read_irqs(struct irqkit_device *device);
void sysfs_guess_xen(struct irqkit_device *device);

/* device_irqs.c */
int device_read_irqs(struct irqkit_device *device);
int device_add_irq(struct irqkit_device *device, unsigned int irq,
	enum irqkit_source source, struct irqkit_device_irq **ret_irq);
const struct irqkit_interrupt *devices_find_row(
	const struct irqkit_devices *devices, unsigned int irq);
int devices_sort_names(struct irqkit_devices *devices);
size_t devices_find_names(const struct irqkit_devices *devices, const char *prefix);

/* queues.c */
int device_read_queues(struct irqkit_device *device);
size_t device_count_queues(
	const struct irqkit_device *device, enum irqkit_direction direction);
/* What the kernel said of the device whose ifindex is filled in. */
int device_join_netlink(
	struct irqkit_device *device, const struct netlink_answers *answers);

/* threads.c */
#define THREAD_NAME_CUT 15 /* a name that is this long may have been longer */
int devices_read_threads(struct irqkit_devices *devices);
/* The first thread whose name isn't before @text. */
size_t threads_find(const struct irqkit_devices *devices, const char *text);

#endif
