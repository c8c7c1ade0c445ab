/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The records of all devices.
 *
 *	irqkit_devices --- irqkit_device ---+--- irqkit_device_irq   which interrupts
 *	  |     |   |                       +--- irqkit_queue        which queue they serve
 *	  |     |   +--- irqkit_thread      +--- lower: other devices
 *	  |     +------- netlink answers
 *	  +------------- the names of all handlers, sorted
 */
#ifndef IRQKIT_DEVICE_H
#define IRQKIT_DEVICE_H

#include "base/arena.h"
#include "base/number_list.h"
#include "devices/channels.h"
#include "devices/file_text.h"
#include "devices/netlink.h"
#include "interrupts/handler_names.h"

#include <irqkit.h>

struct irqkit_device_irq {
	unsigned int irq;
	enum irqkit_role role;
	unsigned int sources; /* 1u << enum irqkit_source */
	struct name_meaning meaning;
	bool has_meaning;
	/* for a network device, by direction: the queue, or SERVES_... of queue_numbers.h */
	uint32_t serves[2];
	uint32_t stride[2]; /* and each queue this far after it; 0: only this one */
	uint32_t rank; /* among those of one direction, while they are numbered */
	bool is_by_order; /* known from the order of the vectors */
	bool is_unsure, is_contested; /* in one direction, while they are numbered */
	/* once the queues are known: how many it has, and the first of each direction */
	uint32_t n_queues;
	uint32_t first_queue[2]; /* its number; NO_NUMBER: none */
	struct irqkit_queue *last_queue; /* or NULL */
};

/* The settings of a queue: the first two of rx queues, the others of tx queues. */
enum queue_file {
	QUEUE_RPS_CPUS,
	QUEUE_RPS_FLOW_CNT,
	QUEUE_XPS_CPUS,
	QUEUE_XPS_RXQS,
	QUEUE_TRAFFIC_CLASS,
};
#define N_QUEUE_FILES 5

struct irqkit_queue {
	struct irqkit_device *device;
	enum irqkit_direction direction;
	unsigned int number;
	int irq; /* -1 */
	struct irqkit_queue *next; /* that the same interrupt serves; or NULL */
	enum irqkit_source source;
	int64_t napi_id; /* -1 */
	int64_t napi_pid; /* -1 */
	struct irqkit_thread **threads; /* owned array */
	size_t n_threads;
	bool has_read_threads;
	struct file_text files[N_QUEUE_FILES]; /* by enum queue_file */
};

struct irqkit_device {
	struct irqkit_devices *devices;
	/*
	 * Its indexes in the lists of devices that a request, a placement and the machine make.
	 * An index counts only if the list has this device there.
	 */
	size_t request_place, owner_place, pinned_place;
	bool is_listed; /* among the network devices of `devices` */
	enum irqkit_device_kind kind;
	const char *name; /* strings: in the arena of devices */
	const char *path; /* its folder, all links resolved; NULL: known only by names */
	const char *bus_path; /* that of its bus device; NULL: none, as with a bridge */
	const char *pci_path; /* that of the PCI function at or above it */
	struct name_keys keys;
	uint32_t ifindex; /* by netlink; 0: not known */
	struct file_text ifindex_file;
	int node, node_error; /* the NUMA node of the bus device */
	bool has_read_node;
	struct channels channels;
	int channels_error; /* negative, or 0 */
	bool has_read_channels;
	bool is_netback;
	bool is_behind_controller; /* USB: the interrupts are those of the controller */

	struct irqkit_device_irq *irqs; /* owned; ascending */
	size_t n_irqs, irqs_room;
	struct irqkit_queue *queues; /* owned; rx before tx, ascending */
	size_t n_queues, queues_room;
	struct irqkit_device **below; /* owned array: directly below, as in its folder */
	size_t n_below;
	bool has_read_below;
	struct irqkit_device **lower; /* owned array: at any depth, with hardware */
	size_t n_lower;
	bool has_read_lower;
	struct irqkit_device **lowest; /* owned array: on top of no other */
	size_t n_lowest;
	bool has_read_lowest;
	enum irqkit_net_kind net_kind;
	bool has_read_net_kind;
	bool is_bond; /* with net_kind */
	struct irqkit_thread **threads; /* owned array */
	size_t n_threads;
	bool has_read_threads;
	/* owned array: of rx-0, rx-1, ..., by pid; NULL: their order says nothing */
	struct irqkit_thread **napis;
	bool has_read_napis;
	bool has_managed, has_asked_managed; /* is one of its interrupts managed? */
	bool sends, has_read_packets; /* does it mostly send, by its packets? */
};

struct irqkit_thread {
	struct irqkit_devices *devices;
	unsigned int pid;
	const char *name; /* in the arena */
	const char
		*start; /* when it began; in the arena; "": a saved root does not say */
	unsigned int flags; /* of its task */
	char *cpus; /* owned; the list of the CPUs on which it may run, or NULL: not read */
	int cpus_error; /* negative, or 0 */
	size_t list; /* the last list that it was added to */
};

/* A handler name, from a place in it where the name of a device may begin. */
struct name_entry {
	const char *text;
	const struct irqkit_interrupt *row;
};

struct device_owner {
	unsigned int irq;
	unsigned int order; /* among the owners of this one */
	struct irqkit_device *device;
};

/* The vectors of a PCI function, which several devices may share. */
struct msi_list {
	const char *path; /* its folder; in the arena */
	unsigned int *numbers; /* owned */
	size_t count;
	int error; /* negative, or 0 */
};

/* A file that several devices need. */
struct path_text {
	const char *path; /* in the arena */
	struct file_text file;
};

struct irqkit_devices {
	struct name_rows *name_rows; /* owned; those of the device that was read last */
	const char *name_rows_driver; /* for which they count; NULL: it has none */
	bool name_rows_any_netdev;
	struct irqkit_ctx *ctx; /* not owned */
	const struct irqkit_snapshot *snapshot; /* not owned */
	struct arena arena;
	struct irqkit_device **found; /* owned, and each of them */
	size_t n_found, found_room;
	struct irqkit_device **by_name; /* owned array: these, by kind and name */
	size_t n_by_name, by_name_room;

	struct netlink_answers netlink;
	bool has_netlink; /* the kernel answered */
	bool has_asked_netlink;
	int netlink_error; /* negative: the answer is incomplete */

	struct name_entry *names; /* owned; sorted by text */
	size_t n_names;
	bool has_sorted;

	struct msi_list *msi_lists; /* owned, and their numbers; sorted by path */
	size_t n_msi_lists, msi_lists_room;
	struct path_text *texts; /* owned; sorted by path */
	size_t n_texts, texts_room;

	struct irqkit_device **net; /* owned array: all network devices */
	size_t n_net;
	bool has_listed_net;

	struct device_owner *owners; /* owned; by irq */
	size_t n_owners, owners_room;
	bool has_owners;

	struct irqkit_thread *threads; /* owned; sorted by name */
	struct irqkit_thread **by_pid; /* owned array */
	size_t n_threads;
	size_t n_thread_lists; /* made so far */
	struct irqkit_thread **kernel_threads; /* owned array: all of them, by pid */
	struct irqkit_thread *
		*other_threads; /* owned, and each: those not in `threads` */
	size_t n_kernel_threads, kernel_threads_room;
	size_t n_other_threads, other_threads_room;
	bool has_read_kernel_threads;
	bool has_read_processes; /* `threads` may have programs with such names yet */
	bool has_read_threads;
	unsigned int *processes; /* owned array: the numbers in /proc, ascending */
	size_t n_processes;
	struct number_list
		programs; /* those whose stat shows that they are not kernel threads */
	unsigned int irqbalance_pid; /* found with them; 0: it does not run */
	char *irqbalance_words; /* owned; its command line, or NULL: it cannot be read */
	size_t irqbalance_len;
	bool has_read_irqbalance_words;
};

/* Adds the record of a device that was found. @path: its folder, in the arena; or NULL. */
int devices_add(struct irqkit_devices *devices, enum irqkit_device_kind kind,
	const char *name, const char *path, struct irqkit_device **ret_device);

/* Takes back the last one: something of it could not be read. */
void devices_drop_last(struct irqkit_devices *devices);

/* A device that was added; NULL: none has this name. */
struct irqkit_device *devices_find_known(const struct irqkit_devices *devices,
	enum irqkit_device_kind kind, const char *name);

/* Is an interface with this operstate down? NULL: not known */
bool device_state_is_down(const char *state);
/* The number of devices directly below it. */
int device_count_below(struct irqkit_device *device, size_t *ret_count);

/*
 * Settings of queues and threads are read again when they are needed: others can have
 * changed them. Pointers to threads end.
 */
void devices_forget_settings(struct irqkit_devices *devices);

/* As irqkit_devices_find_net(), by the name that it has in /sys. */
int devices_find_net(struct irqkit_devices *devices, const char *name,
	struct irqkit_device **ret_device);

#endif
