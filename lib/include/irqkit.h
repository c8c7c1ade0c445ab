/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libirqkit: which CPU serves which interrupt, and how to change it.
 *
 * Rules that hold for every call, said once:
 *
 * - A call that can fail returns 0 or more on success and a negative errno value on
 *   failure. Results come back through `ret_` arguments, which a failure leaves alone.
 *   Where in a text something went wrong comes back through `reterr_` arguments, which
 *   are only written on failure. `reterr_` arguments may be NULL.
 * - What a `ret_` argument hands out belongs to the caller, who ends it with the
 *   `_free` call of its type, or free() for a `char *`. What a `_get_` call returns
 *   belongs to the object it was asked of, and lives as long as that.
 * - Every `_free` call takes NULL.
 * - Text that is read has a length and needs no NUL; text that is handed out has one.
 *   Names come from the kernel and can hold any byte but NUL: escape them before a
 *   terminal sees them, quote them in scripts.
 * - Nothing here prints, exits, or keeps state outside the objects. Objects may be used
 *   by one thread at a time.
 * - -ENOMEM is possible wherever something is allocated and is not listed again.
 */
#ifndef IRQKIT_H
#define IRQKIT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of the library that runs, such as "0.1.0". */
const char *irqkit_version(void);

/* --------------------------------------------------------------------------------- */
/* Context: the machine, or a saved copy of one                                      */

struct irqkit_ctx;

/*
 * Opens the machine whose /proc and /sys are found below the folder @root; NULL or "/"
 * is the running one. No path that is read or written later leaves that folder: links
 * in it are resolved inside it, as if it were "/".
 *
 * -ENOENT, -ENOTDIR, -EACCES, ...: what opening the folder answered.
 */
int irqkit_ctx_new(const char *root, struct irqkit_ctx **ret_ctx);
void irqkit_ctx_free(struct irqkit_ctx *ctx);

/* The root as it was given; "/" for NULL. */
const char *irqkit_ctx_get_root(const struct irqkit_ctx *ctx);

/*
 * What a user should hear about although the call succeeds (priority LOG_WARNING), and
 * what helps to see what happens (LOG_DEBUG): values of syslog(3). @message is one line
 * without a newline. errno is kept. No function (the default): nothing is told.
 */
typedef void irqkit_log_fn(void *data, int priority, const char *message);
void irqkit_ctx_set_log_fn(struct irqkit_ctx *ctx, irqkit_log_fn *fn, void *data);

/*
 * The first process with this name (of which kernels keep 15 bytes), whoever
 * runs it: its number. -ESRCH: there is none.
 */
int irqkit_ctx_find_process(struct irqkit_ctx *ctx, const char *name);

/* --------------------------------------------------------------------------------- */
/* Sets of CPUs                                                                      */

/*
 * CPU numbers are the kernel's: they may have gaps, and a set holds any of them from 0
 * to IRQKIT_CPU_MAX, whatever the machine has.
 */
struct irqkit_cpuset;

#define IRQKIT_CPU_MAX 1048575u

int irqkit_cpuset_new(struct irqkit_cpuset **ret_set);
int irqkit_cpuset_copy(const struct irqkit_cpuset *set, struct irqkit_cpuset **ret_set);
void irqkit_cpuset_free(struct irqkit_cpuset *set);

/* -ERANGE: above IRQKIT_CPU_MAX. */
int irqkit_cpuset_add(struct irqkit_cpuset *set, unsigned int cpu);
void irqkit_cpuset_remove(struct irqkit_cpuset *set, unsigned int cpu);
bool irqkit_cpuset_has(const struct irqkit_cpuset *set, unsigned int cpu);

unsigned int irqkit_cpuset_count(const struct irqkit_cpuset *set);
bool irqkit_cpuset_is_empty(const struct irqkit_cpuset *set);

/* The smallest member above @after, or -1; @after is -1 to begin with. */
int irqkit_cpuset_next(const struct irqkit_cpuset *set, int after);

#define irqkit_cpuset_foreach(cpu, set)                                                  \
	for (int cpu = irqkit_cpuset_next(set, -1); cpu >= 0;                            \
		cpu = irqkit_cpuset_next(set, cpu))

/* Changes @set: adds, takes away, or keeps only what @other holds. */
int irqkit_cpuset_add_set(struct irqkit_cpuset *set, const struct irqkit_cpuset *other);
void irqkit_cpuset_remove_set(
	struct irqkit_cpuset *set, const struct irqkit_cpuset *other);
void irqkit_cpuset_keep_set(struct irqkit_cpuset *set, const struct irqkit_cpuset *other);

bool irqkit_cpuset_is_equal(const struct irqkit_cpuset *a, const struct irqkit_cpuset *b);
bool irqkit_cpuset_is_subset(
	const struct irqkit_cpuset *set, const struct irqkit_cpuset *of);
bool irqkit_cpuset_has_common(
	const struct irqkit_cpuset *a, const struct irqkit_cpuset *b);

/*
 * Reads the kernel's list notation, `0-3,8`, and strides, `0-31:2` (every second CPU, as
 * taskset writes it). An empty text is the empty set, as the kernel writes it. Nothing
 * is trimmed: no blanks, no newline, no empty part.
 *
 * -EINVAL: not such a list; *reterr_at is the offset of the first byte that is wrong.
 * -ERANGE: a number above IRQKIT_CPU_MAX, which begins at *reterr_at.
 */
int irqkit_cpuset_parse_list(const char *text, size_t len, struct irqkit_cpuset **ret_set,
	size_t *reterr_at);

/*
 * Reads the kernel's mask notation: hexadecimal digits of either case, the lowest CPU
 * in the last digit; with commas, each group is 32 CPUs in 1 to 8 digits
 * (`ff,00000000`). `0x` may stand in front. Without commas any number of digits will do.
 *
 * -EINVAL, -ERANGE and *reterr_at as above.
 */
int irqkit_cpuset_parse_mask(const char *text, size_t len, struct irqkit_cpuset **ret_set,
	size_t *reterr_at);

/*
 * Writes `0-3,8`; the empty set is the empty text.
 */
int irqkit_cpuset_format_list(const struct irqkit_cpuset *set, char **ret_text);

/*
 * Writes `10f`, `1,00000000`: as few groups as will hold the set, and no leading zeros.
 * This is what every kernel takes; a needless group, even of zeros, is refused with
 * EOVERFLOW (bitmap_parse() in the kernel's lib/bitmap-str.c). The empty set is `0`.
 */
int irqkit_cpuset_format_mask(const struct irqkit_cpuset *set, char **ret_text);

/* --------------------------------------------------------------------------------- */
/* /proc/interrupts                                                                  */

/* All rows of /proc/interrupts at one moment. */
struct irqkit_snapshot;

/* One row of it; belongs to its snapshot. */
struct irqkit_interrupt;

/*
 * Reads the text of /proc/interrupts, of any kernel from 2.6 on and any architecture.
 * A column is the CPU that its heading names. Text without a heading (some kernels
 * lose it: KERNEL 7.2 with many CPUs) is read with @columns, if that isn't NULL.
 *
 * -ENODATA: there is no text: in a container, a masked file reads like that.
 * -EAGAIN: a row has another number of counts than the heading: a CPU came or went while
 *          the kernel wrote it; read again.
 * -EBADMSG: it is something else; *reterr_line (from 1) and *reterr_reason (static
 *          text) say where and why. The same for -EAGAIN and -ERANGE.
 * -ERANGE: a count above 64 bits.
 */
int irqkit_snapshot_parse(const char *text, size_t len,
	const struct irqkit_cpuset *columns, struct irqkit_snapshot **ret_snapshot,
	size_t *reterr_line, const char **reterr_reason);

/*
 * Reads /proc/interrupts. A torn text is read again, some times. Where a row can be read
 * in two ways, /sys/kernel/irq/N decides, if it is there. When the file reads as
 * empty, the counts come from /sys/kernel/irq/N/per_cpu_count (rows with a number only)
 * and a warning is logged.
 *
 * Errors of irqkit_snapshot_parse(), and what opening the file answered.
 */
int irqkit_snapshot_read(struct irqkit_ctx *ctx, struct irqkit_snapshot **ret_snapshot,
	size_t *reterr_line, const char **reterr_reason);

void irqkit_snapshot_free(struct irqkit_snapshot *snapshot);

/* The CPUs that have a column: those online. */
const struct irqkit_cpuset *irqkit_snapshot_get_cpus(
	const struct irqkit_snapshot *snapshot);

/* Rows, in the order of the file. @index < count. */
size_t irqkit_snapshot_count(const struct irqkit_snapshot *snapshot);
const struct irqkit_interrupt *irqkit_snapshot_get(
	const struct irqkit_snapshot *snapshot, size_t index);

/* The first row with this label (`24`, `NMI`), or NULL. */
const struct irqkit_interrupt *irqkit_snapshot_find(
	const struct irqkit_snapshot *snapshot, const char *label);

/*
 * What came between two snapshots of a machine: the rows and CPUs of @after with the
 * counts since @before. Rows are matched by label and name. What came in a row or on a
 * CPU that wasn't there before isn't known, and is 0; a counter that has begun anew counts
 * as a whole; counters are 32 bits wide and wrap. The texts are those of @after, which
 * must live as long.
 */
int irqkit_snapshot_subtract(const struct irqkit_snapshot *after,
	const struct irqkit_snapshot *before, struct irqkit_snapshot **ret_difference);

/* What stands before the colon: "24", "NMI", "IPI0", "I/O". */
const char *irqkit_interrupt_get_label(const struct irqkit_interrupt *interrupt);

/* The label as a number, or -1 where it is a name. */
int irqkit_interrupt_get_irq(const struct irqkit_interrupt *interrupt);

enum irqkit_counts {
	IRQKIT_COUNTS_NONE,   /* the row has no number (`FIQ:` on arm) */
	IRQKIT_COUNTS_SINGLE, /* one number for the machine (`ERR:`, `MIS:`) */
	IRQKIT_COUNTS_PER_CPU /* one number for each CPU */
};
enum irqkit_counts irqkit_interrupt_get_counts(const struct irqkit_interrupt *interrupt);

/* Interrupts since the number was given out; 0 where there is no count. */
uint64_t irqkit_interrupt_get_total(const struct irqkit_interrupt *interrupt);

/* Interrupts served by @cpu; 0 where it has no column. */
uint64_t irqkit_interrupt_get_count(
	const struct irqkit_interrupt *interrupt, unsigned int cpu);

/*
 * The CPUs with a count that isn't 0, by ascending number: how many there are, and the
 * @index-th of them with its count.
 */
size_t irqkit_interrupt_count_served(const struct irqkit_interrupt *interrupt);
uint64_t irqkit_interrupt_get_served(
	const struct irqkit_interrupt *interrupt, size_t index, unsigned int *ret_cpu);

/* The interrupt controller, "IO-APIC", "xen-dyn"; NULL where none is named. */
const char *irqkit_interrupt_get_chip(const struct irqkit_interrupt *interrupt);

/* The number of the interrupt at its chip; false where there is none. */
bool irqkit_interrupt_get_hwirq(
	const struct irqkit_interrupt *interrupt, int64_t *ret_hwirq);

/*
 * How the interrupt is signalled, in the kernel's word: "edge", "fasteoi", "event",
 * "Level"; NULL where none is named.
 */
const char *irqkit_interrupt_get_trigger(const struct irqkit_interrupt *interrupt);

/* The names that the drivers gave to their handlers; more than one where it is shared. */
size_t irqkit_interrupt_count_actions(const struct irqkit_interrupt *interrupt);
const char *irqkit_interrupt_get_action(
	const struct irqkit_interrupt *interrupt, size_t index);

/*
 * What a row with a name says of itself ("Local timer interrupts"), or NULL. Rows with
 * a number have none.
 */
const char *irqkit_interrupt_get_description(const struct irqkit_interrupt *interrupt);

/* --------------------------------------------------------------------------------- */
/* Devices: their interrupts, queues and threads                                     */

/*
 * The devices of a machine, and what was found out about them so far. Files are read
 * when they are first needed, and once. @ctx and @snapshot must live as long as this.
 * Every device, queue and thread below belongs to it and ends with it.
 */
struct irqkit_devices;

int irqkit_devices_new(struct irqkit_ctx *ctx, const struct irqkit_snapshot *snapshot,
	struct irqkit_devices **ret_devices);
void irqkit_devices_free(struct irqkit_devices *devices);

/* Is this the running machine, and nothing is mounted on /sys? Then no device is found. */
bool irqkit_devices_lack_sys(const struct irqkit_devices *devices);

/* One of them. Asked for twice, it is the same object. */
struct irqkit_device;

/* One of its interrupts. */
struct irqkit_device_irq;

/* One of its queues: only network devices have any here. */
struct irqkit_queue;

/* A kernel thread that works for it. */
struct irqkit_thread;

/*
 * Finds a device with this name, as a whole: a network interface ("eth0"; in a root that
 * has no /sys/class/net, by the names of interrupts alone), a disk or a partition of it
 * ("nvme0n1", "vda", "xvda", "sda"), a PCI function ("0000:00:03.0", or without the
 * domain, which then is 0000).
 *
 * -ENODEV: there is none. -EINVAL: no device can have this name: it is empty, "." or
 * "..", or has a slash.
 */
int irqkit_devices_find_net(struct irqkit_devices *devices, const char *name,
	struct irqkit_device **ret_device);
int irqkit_devices_find_block(struct irqkit_devices *devices, const char *name,
	struct irqkit_device **ret_device);
int irqkit_devices_find_pci(struct irqkit_devices *devices, const char *address,
	struct irqkit_device **ret_device);

/* The first that is there of the three, in this order. Errors as above. */
int irqkit_devices_find(struct irqkit_devices *devices, const char *name,
	struct irqkit_device **ret_device);

/*
 * All network interfaces, by name: how many, and the @index-th. They are listed the first
 * time; what belongs to each is read with it. -ENOENT: the root has no /sys/class/net.
 */
int irqkit_devices_count_net(struct irqkit_devices *devices, size_t *ret_count);
struct irqkit_device *irqkit_devices_get_net(
	const struct irqkit_devices *devices, size_t index);

/*
 * The other way round: the devices that raise interrupt @irq. Most have one, one that is
 * shared has more. It is a network interface where there is one, else the only disk of
 * its controller, else the PCI function. The first call looks at every device of the
 * machine, the next ones are quick.
 */
int irqkit_devices_count_owners(
	struct irqkit_devices *devices, unsigned int irq, size_t *ret_count);
struct irqkit_device *irqkit_devices_get_owner(
	const struct irqkit_devices *devices, unsigned int irq, size_t index);

enum irqkit_device_kind {
	IRQKIT_DEVICE_NET,
	IRQKIT_DEVICE_BLOCK,
	IRQKIT_DEVICE_PCI,
};
enum irqkit_device_kind irqkit_device_get_kind(const struct irqkit_device *device);
const char *irqkit_device_get_name(const struct irqkit_device *device);

/*
 * The device on a bus that it is: "0000:00:03.0", "virtio1", "vif-0"; NULL for what is
 * software alone: a bridge, a bond, a VLAN.
 */
const char *irqkit_device_get_bus_device(const struct irqkit_device *device);

/* The PCI function that it is or is part of, "0000:00:03.0", or NULL. */
const char *irqkit_device_get_pci_address(const struct irqkit_device *device);

/*
 * Its driver: "virtio_net", "e1000e"; "xen_netfront", "xen_netback" and "xen_blkfront" for
 * those that the kernel calls "vif" and "vbd". NULL: not known.
 */
const char *irqkit_device_get_driver(const struct irqkit_device *device);

/*
 * The NUMA node that it is next to, its own or that of what it is part of (virtio).
 *
 * -ENODATA: none is known.
 */
int irqkit_device_read_node(const struct irqkit_device *device, int *ret_node);

/*
 * Is this the end of a virtual interface that serves a guest (Xen's netback, vif1.0)? Then
 * its interrupts and threads are named as the guest sees them, and so are its queues here:
 * rx is what the guest receives. The interrupt of vif1.0:tx-1 (`vif1.0-q1-tx`) serves
 * what the guest sends, which this machine receives: what it does with it is steered by
 * rps_cpus of rx-1, not by anything of tx-1.
 */
bool irqkit_device_is_guest_view(const struct irqkit_device *device);

/*
 * The network interfaces below, and those below these, that have a bus device: the ports
 * of a bond or bridge, what a VLAN or macvlan is on, the virtual function that hv_netvsc
 * sends through; for a disk that is made of others, those. Each once.
 */
int irqkit_device_count_lower(struct irqkit_device *device, size_t *ret_count);
struct irqkit_device *irqkit_device_get_lower(
	const struct irqkit_device *device, size_t index);

/* Who says so. In this order, the first that answers is taken. */
enum irqkit_source {
	IRQKIT_SOURCE_NETLINK, /* the kernel, by netdev generic netlink (Linux 6.8) */
	IRQKIT_SOURCE_SYSFS,   /* msi_irqs/ or irq of the device */
	IRQKIT_SOURCE_NAME,    /* the name that the driver gave to its handler */
};

/* What a device's interrupt is for. */
enum irqkit_role {
	IRQKIT_ROLE_QUEUE,  /* data: of a network device, the queues that name it */
	IRQKIT_ROLE_CONFIG, /* a changed configuration (virtio) */
	IRQKIT_ROLE_LINK,   /* the link's state, and what else is no queue's */
	IRQKIT_ROLE_ADMIN,  /* commands, mailboxes, management */
	IRQKIT_ROLE_ERROR,
	IRQKIT_ROLE_CONTROLLER, /* of the controller that it hangs on (USB) */
	IRQKIT_ROLE_OTHER,	/* no pattern says */
	IRQKIT_ROLE_UNUSED,	/* nobody handles it: the device is down, mostly */
};

/* The interrupts of a device, by number: how many, and the @index-th. */
size_t irqkit_device_count_irqs(const struct irqkit_device *device);
const struct irqkit_device_irq *irqkit_device_get_irq(
	const struct irqkit_device *device, size_t index);

/* The one with this number, or NULL. */
const struct irqkit_device_irq *irqkit_device_find_irq(
	const struct irqkit_device *device, unsigned int irq);

unsigned int irqkit_device_irq_get_number(const struct irqkit_device_irq *irq);
enum irqkit_role irqkit_device_irq_get_role(const struct irqkit_device_irq *irq);

/* Who says that it belongs to the device: the best source, and whether this one does too. */
enum irqkit_source irqkit_device_irq_get_source(const struct irqkit_device_irq *irq);
bool irqkit_device_irq_has_source(
	const struct irqkit_device_irq *irq, enum irqkit_source source);

/* ------- queues */

enum irqkit_direction {
	IRQKIT_RX,
	IRQKIT_TX,
};

/* The queues of a device, rx-0, rx-1, ..., tx-0, ...: how many, and the @index-th. */
size_t irqkit_device_count_queues(const struct irqkit_device *device);
struct irqkit_queue *irqkit_device_get_queue(
	const struct irqkit_device *device, size_t index);

/* The one with this number, or NULL. */
struct irqkit_queue *irqkit_device_find_queue(const struct irqkit_device *device,
	enum irqkit_direction direction, unsigned int number);

const struct irqkit_device *irqkit_queue_get_device(const struct irqkit_queue *queue);
enum irqkit_direction irqkit_queue_get_direction(const struct irqkit_queue *queue);
unsigned int irqkit_queue_get_number(const struct irqkit_queue *queue);

/*
 * Its interrupt, or -1 where none is known. One interrupt may serve several queues: rx-N
 * and tx-N of most drivers.
 */
int irqkit_queue_get_irq(const struct irqkit_queue *queue);

/* Who says so. Only where there is an interrupt. */
enum irqkit_source irqkit_queue_get_source(const struct irqkit_queue *queue);

/* The id of its NAPI instance, or -1: only the running kernel tells. */
int64_t irqkit_queue_get_napi_id(const struct irqkit_queue *queue);

/*
 * Its folder, "/sys/class/net/eth0/queues/rx-0", where rps_cpus and xps_cpus are. The
 * text is the caller's, who ends it with free().
 */
int irqkit_queue_format_path(const struct irqkit_queue *queue, char **ret_path);

/*
 * The CPUs that share in what is received (rps_cpus of an rx queue; empty: RPS is off),
 * and those that send by it (xps_cpus of a tx queue).
 *
 * -ENOENT: there is no such file, or, of xps_cpus, the device has one tx queue only.
 * -EBADMSG: it holds something else. -EINVAL: the queue has the other direction.
 */
int irqkit_queue_read_rps_cpus(
	const struct irqkit_queue *queue, struct irqkit_cpuset **ret_set);
int irqkit_queue_read_xps_cpus(
	const struct irqkit_queue *queue, struct irqkit_cpuset **ret_set);

/* The flows of an rx queue that are kept apart (rps_flow_cnt). Errors as above. */
int irqkit_queue_read_rps_flow_cnt(const struct irqkit_queue *queue, uint64_t *ret_count);

/*
 * The rx queues whose flows a tx queue sends (xps_rxqs), by number. Where there are any,
 * they count before xps_cpus. Errors as above.
 */
int irqkit_queue_read_xps_rxqs(
	const struct irqkit_queue *queue, struct irqkit_cpuset **ret_rxqs);

/*
 * The flows that the machine keeps apart (rps_sock_flow_entries): without any, the counts of
 * the queues do nothing. -ENOENT: the kernel has no RPS, or not in this network namespace.
 */
int irqkit_rps_read_sock_flow_entries(struct irqkit_ctx *ctx, uint64_t *ret_count);

/* ------- threads */

/*
 * The kernel threads that work for a queue: those of its interrupt (`irq/24-eth0`), its
 * NAPI's (`napi/eth0-8193`, where the interface is polled by threads), netback's
 * `vif1.0-q0-guest-rx` and `vif1.0-q0-dealloc`. The first call looks at all processes.
 */
int irqkit_queue_count_threads(struct irqkit_queue *queue, size_t *ret_count);
const struct irqkit_thread *irqkit_queue_get_thread(
	const struct irqkit_queue *queue, size_t index);

/* All threads of a device: those of its interrupts and queues, and its NAPIs' others. */
int irqkit_device_count_threads(struct irqkit_device *device, size_t *ret_count);
const struct irqkit_thread *irqkit_device_get_thread(
	const struct irqkit_device *device, size_t index);

/* The threads of interrupt @irq, whosever it is. */
int irqkit_devices_count_irq_threads(
	struct irqkit_devices *devices, unsigned int irq, size_t *ret_count);
const struct irqkit_thread *irqkit_devices_get_irq_thread(
	const struct irqkit_devices *devices, unsigned int irq, size_t index);

unsigned int irqkit_thread_get_pid(const struct irqkit_thread *thread);

/* Its name, which kernels before 5.17 cut to 15 bytes. */
const char *irqkit_thread_get_name(const struct irqkit_thread *thread);

/* The CPUs that it may run on. -ENOENT: it has ended. -EBADMSG as above. */
int irqkit_thread_read_affinity(
	const struct irqkit_thread *thread, struct irqkit_cpuset **ret_set);

/* Does the kernel let nobody else place it (PF_NO_SETAFFINITY)? */
bool irqkit_thread_is_fixed(const struct irqkit_thread *thread);

/* --------------------------------------------------------------------------------- */
/* /proc/irq/N                                                                       */

/*
 * The CPUs that were asked for (smp_affinity, or smp_affinity_list). While a move waits
 * for the next interrupt, this is the new value already.
 *
 * -ENOENT: the interrupt has no such file. -EBADMSG: it holds something else.
 */
int irqkit_irq_read_affinity(
	struct irqkit_ctx *ctx, unsigned int irq, struct irqkit_cpuset **ret_set);

/*
 * The CPUs that the kernel chose among them (effective_affinity); empty while the
 * interrupt is not active.
 *
 * -ENOENT: the kernel doesn't tell. -EBADMSG as above.
 */
int irqkit_irq_read_effective(
	struct irqkit_ctx *ctx, unsigned int irq, struct irqkit_cpuset **ret_set);

/*
 * Where its driver would like it (affinity_hint); empty where the driver doesn't say.
 *
 * -ENOENT: there is no such file. -EBADMSG as above.
 */
int irqkit_irq_read_hint(
	struct irqkit_ctx *ctx, unsigned int irq, struct irqkit_cpuset **ret_set);

/*
 * The NUMA node of the device that raises it.
 *
 * -ENODATA: none is known (the kernel writes -1). -ENOENT, -EBADMSG as above.
 */
int irqkit_irq_read_node(struct irqkit_ctx *ctx, unsigned int irq, int *ret_node);

enum irqkit_movable {
	IRQKIT_MOVABLE,	  /* affinity can be set */
	IRQKIT_MANAGED,	  /* the kernel alone places it: queues of disks, mostly */
	IRQKIT_PER_CPU,	  /* it belongs to one CPU: timers, IPIs, event channels of a vCPU */
	IRQKIT_READ_ONLY, /* its chip has no way to move it */
};

/*
 * Can the affinity of this interrupt be set? Nothing is written to find out. From Linux
 * 6.11 on the mode of smp_affinity says so (kernel/irq/proc.c, register_irq_proc());
 * before that, the chip, and the names of drivers that are known to leave the
 * placement to the kernel.
 *
 * -EINVAL: it has a name and no number. -ENOENT: nothing is known of it.
 */
int irqkit_irq_read_movable(struct irqkit_ctx *ctx,
	const struct irqkit_interrupt *interrupt, enum irqkit_movable *ret_movable);

/* --------------------------------------------------------------------------------- */
/* Topology: how the CPUs sit together                                               */

/*
 * What /sys/devices/system tells of the CPUs of a machine. Each file is opened when it
 * is first needed to answer, and once: a command that asks which CPUs are online opens
 * `online` and nothing else. Where the kernel tells nothing (containers, many virtual
 * and arm machines, CPUs that are offline), nothing is made up: a number is -1, a set
 * NULL, and a CPU whose siblings aren't told is a core of its own.
 *
 * When memory runs out while a call answers by value, it answers as if the kernel told
 * nothing; irqkit_topology_get_order() and irqkit_topology_parse_set() on that topology
 * then return -ENOMEM.
 */
struct irqkit_topology;

/* Opens nothing. @ctx must live longer. */
int irqkit_topology_new(struct irqkit_ctx *ctx, struct irqkit_topology **ret_topology);
void irqkit_topology_free(struct irqkit_topology *topology);

/*
 * Says which CPUs are online, for a machine whose heading of /proc/interrupts has been
 * read already, or has to do because /sys is missing: see irqkit_snapshot_get_cpus().
 * The kernel is not asked any more. To be called before any question.
 */
int irqkit_topology_set_online(
	struct irqkit_topology *topology, const struct irqkit_cpuset *online);

enum irqkit_cpus {
	IRQKIT_CPUS_ONLINE,
	IRQKIT_CPUS_PRESENT,
	IRQKIT_CPUS_POSSIBLE,
	/*
	 * Taken out of the scheduler's balancing: by isolcpus=, or while the machine
	 * runs, by a cpuset partition (cpuset.cpus.isolated of the root control group).
	 */
	IRQKIT_CPUS_ISOLATED,
	IRQKIT_CPUS_NOHZ_FULL,	 /* without a tick: nohz_full= */
	IRQKIT_CPUS_HOUSEKEEPING /* online, and neither isolated nor nohz_full */
};

/* The CPUs in one of these states, or NULL where the kernel doesn't tell. */
const struct irqkit_cpuset *irqkit_topology_get_cpus(
	struct irqkit_topology *topology, enum irqkit_cpus which);

/*
 * The numbers that the kernel gives to what @cpu is a part of; -1: not told, as always
 * of a CPU that is offline. The number of a core, cluster or die is its own only within
 * the package: to learn which CPUs share a core, ask for siblings.
 */
int irqkit_topology_get_node(struct irqkit_topology *topology, unsigned int cpu);
int irqkit_topology_get_package(struct irqkit_topology *topology, unsigned int cpu);
int irqkit_topology_get_die(struct irqkit_topology *topology, unsigned int cpu);
int irqkit_topology_get_cluster(struct irqkit_topology *topology, unsigned int cpu);
int irqkit_topology_get_core(struct irqkit_topology *topology, unsigned int cpu);

/* The threads of its core, @cpu among them; @cpu alone where the kernel doesn't tell. */
const struct irqkit_cpuset *irqkit_topology_get_siblings(
	struct irqkit_topology *topology, unsigned int cpu);

/* Those that share its last-level cache, @cpu among them; NULL: not told. */
const struct irqkit_cpuset *irqkit_topology_get_llc(
	struct irqkit_topology *topology, unsigned int cpu);

/* The numbers of the NUMA nodes, as a set; they may have gaps. NULL: not told. */
const struct irqkit_cpuset *irqkit_topology_get_nodes(struct irqkit_topology *topology);

/* Its online CPUs: none for a node of memory alone. NULL: no such node. */
const struct irqkit_cpuset *irqkit_topology_get_node_cpus(
	struct irqkit_topology *topology, unsigned int node);

/*
 * How far the memory of node @to is from the CPUs of node @from, in the firmware's
 * measure: 10 is the node itself, 20 twice as far. -1: not told.
 */
int irqkit_topology_get_distance(
	struct irqkit_topology *topology, unsigned int from, unsigned int to);

/* The numbers of the packages that have an online CPU. NULL: not told. */
const struct irqkit_cpuset *irqkit_topology_get_packages(
	struct irqkit_topology *topology);

/* Its online CPUs. NULL: no such package. */
const struct irqkit_cpuset *irqkit_topology_get_package_cpus(
	struct irqkit_topology *topology, unsigned int package);

/*
 * Of each core the online thread with the smallest number; and all other online CPUs.
 * NULL: the online CPUs aren't known.
 */
const struct irqkit_cpuset *irqkit_topology_get_first_threads(
	struct irqkit_topology *topology);
const struct irqkit_cpuset *irqkit_topology_get_other_threads(
	struct irqkit_topology *topology);

/*
 * The members of @set in the order in which work should be given to them: one thread of
 * each core before any of their siblings; among those, fast cores before slow ones, where
 * the machine has both; among those, each last-level cache once before any of them
 * twice, and packages in turn. The same machine and set always give the same order.
 * The caller frees *ret_cpus, which is not NULL for an empty set.
 */
int irqkit_topology_get_order(struct irqkit_topology *topology,
	const struct irqkit_cpuset *set, unsigned int **ret_cpus, size_t *ret_count);

/*
 * Reads a SET, as users write it: parts with commas between them, from left to right,
 * where each part adds, and one with ^ in front takes away.
 *
 *     0-3,8  0-31:2      numbers, ranges, ranges with a stride
 *     all                those online
 *     node:0  node:0-1   of these NUMA nodes
 *     package:0          of this package
 *     llc:8              those that share CPU 8's last-level cache
 *     siblings:4         the threads of CPU 4's core
 *     first-threads      of each core the first thread
 *     other-threads      all but those
 *     isolated  housekeeping       see enum irqkit_cpus
 *     local              @local: the CPUs near the device in question
 *     irq:24             where interrupt 24 may be served now
 *     all,^0  node:1,^other-threads
 *
 * What a word means is cut down to the online CPUs. Numbers are taken as they are: a
 * result that holds a CPU which is offline or doesn't exist is refused, and so is an
 * empty one. What is taken away need not be there. The first part must not take away:
 * `^0` might be meant as "all but 0", which is `all,^0`, or be the rest of a list.
 * Where it isn't known which CPUs are online, numbers are only held against those
 * possible.
 *
 * @local is NULL where no device is in question. On failure *reterr_at is the offset in
 * @text of the word, or of the place in it, that is wrong, and *reterr_message says what,
 * in a phrase fit for a user. It holds parts of @text as they are, and is the caller's
 * to free; it is NULL when there was no memory for it.
 *
 * -EINVAL: not such a text; `local` without a device.
 * -ERANGE: a number above IRQKIT_CPU_MAX.
 * -ENODEV: a CPU that is offline or doesn't exist; no such node, package or interrupt.
 * -ENODATA: the result is empty, or the kernel doesn't tell what a word asks for.
 * Other errors: what reading the affinity of an interrupt answered.
 */
int irqkit_topology_parse_set(struct irqkit_topology *topology, const char *text,
	size_t len, const struct irqkit_cpuset *local, struct irqkit_cpuset **ret_set,
	size_t *reterr_at, char **reterr_message);

/* --------------------------------------------------------------------------------- */
/* One irqkit at a time                                                              */

/*
 * Who changes knobs holds the lock of /run/irqkit (below the root), from before the old
 * values are read until the last is written. The folder is made with mode 0700 if it is
 * not there; one that others could write to, or that belongs to somebody else, is not
 * trusted, and neither is a link in its place. /run itself may be a link to a folder
 * below the root that belongs to root or to this user, and that nobody else can write to.
 */
struct irqkit_lock;

/*
 * Waits for the lock, up to @timeout_ms milliseconds.
 *
 * -ETIMEDOUT: another irqkit still holds it. -EACCES, -EROFS: this user, or this
 * container, may not write there. -EPERM: the folder cannot be trusted. -ELOOP,
 * -ENOTDIR: a link or something else stands in its place. -EXDEV: /run itself is neither
 * a folder nor a link that may be followed.
 */
int irqkit_lock_new(
	struct irqkit_ctx *ctx, unsigned int timeout_ms, struct irqkit_lock **ret_lock);
void irqkit_lock_free(struct irqkit_lock *lock);

/* --------------------------------------------------------------------------------- */
/* Plans: what is to be written, and what came of it                                 */

/*
 * A plan is a list of steps; a step is one knob with its old and its new value. It is
 * built from the machine's state, shown or applied. There is no policy in it.
 */
struct irqkit_plan;
struct irqkit_step; /* belongs to its plan */

/* What a step can write. Nothing else is written, whatever the journal holds. */
enum irqkit_knob {
	IRQKIT_KNOB_AFFINITY,	      /* /proc/irq/N/smp_affinity */
	IRQKIT_KNOB_DEFAULT_AFFINITY, /* /proc/irq/default_smp_affinity */
	/* below /sys/class/net/DEV/queues: */
	IRQKIT_KNOB_RPS_CPUS,	  /* rx-N/rps_cpus */
	IRQKIT_KNOB_RPS_FLOW_CNT, /* rx-N/rps_flow_cnt */
	IRQKIT_KNOB_XPS_CPUS,	  /* tx-N/xps_cpus */
	IRQKIT_KNOB_XPS_RXQS,	  /* tx-N/xps_rxqs */
	IRQKIT_KNOB_RPS_SOCK_FLOW_ENTRIES, /* /proc/sys/net/core/rps_sock_flow_entries */
	IRQKIT_KNOB_THREAD, /* sched_setaffinity(2); as path, /proc/PID/status */
};

enum irqkit_result {
	IRQKIT_PLANNED,	    /* to be written */
	IRQKIT_DONE,	    /* written, and in force */
	IRQKIT_PENDING,	    /* the knob holds it; the interrupt moves when it next comes */
	IRQKIT_UNCHANGED,   /* it was so already: not written */
	IRQKIT_SKIPPED,	    /* left alone, for the reason that why tells */
	IRQKIT_FAILED,	    /* the kernel refused: see the error */
	IRQKIT_ROLLED_BACK, /* written, and put back after another step failed */
};

int irqkit_plan_new(struct irqkit_ctx *ctx, struct irqkit_plan **ret_plan);
void irqkit_plan_free(struct irqkit_plan *plan);

enum {
	/*
	 * What the kernel will not move at all (EIO up to Linux 6.10, EPERM from 6.11
	 * on) is left out instead of making the plan fail.
	 */
	IRQKIT_STEP_OPTIONAL = 1 << 0,
};

/*
 * Adds a step: the affinity of @interrupt becomes @cpus. Its present value is read, and
 * where that is the same set, the step is unchanged, or pending. @why: in a few words,
 * for the report; copied.
 *
 * -EINVAL: it has a name and no number. -ENOENT: there is no such knob. -EBADMSG: the
 * knob holds no mask. -EACCES, ...: what reading it answered.
 */
int irqkit_plan_add_affinity(struct irqkit_plan *plan,
	const struct irqkit_interrupt *interrupt, const struct irqkit_cpuset *cpus,
	const char *why, unsigned int flags);

/* The same for interrupts to come (/proc/irq/default_smp_affinity). */
int irqkit_plan_add_default_affinity(
	struct irqkit_plan *plan, const struct irqkit_cpuset *cpus, const char *why);

/* Adds an interrupt that is to stay as it is: unchanged. Errors as above. */
int irqkit_plan_add_kept(struct irqkit_plan *plan,
	const struct irqkit_interrupt *interrupt, const char *why);

/* Adds an interrupt that is left alone, so that the report names it. */
int irqkit_plan_add_skipped(struct irqkit_plan *plan,
	const struct irqkit_interrupt *interrupt, const char *why);

/*
 * The same for what belongs to a queue of a network device. Its steps have no interrupt,
 * and "eth0:rx-0" as their target. The empty set turns RPS or XPS off for the queue; a
 * count of flows becomes a power of two, as the kernel would make it, and 0 is none.
 *
 * -ENOENT: there is no such file: the kernel has no RPS or XPS, or the device has only one
 * tx queue. -EINVAL: the queue has the other direction. Others as above.
 */
int irqkit_plan_add_rps_cpus(struct irqkit_plan *plan, const struct irqkit_queue *queue,
	const struct irqkit_cpuset *cpus, const char *why);
int irqkit_plan_add_rps_flow_cnt(struct irqkit_plan *plan,
	const struct irqkit_queue *queue, uint64_t count, const char *why);
int irqkit_plan_add_xps_cpus(struct irqkit_plan *plan, const struct irqkit_queue *queue,
	const struct irqkit_cpuset *cpus, const char *why);
/* The members of @rxqs are numbers of rx queues. */
int irqkit_plan_add_xps_rxqs(struct irqkit_plan *plan, const struct irqkit_queue *queue,
	const struct irqkit_cpuset *rxqs, const char *why);

/* The flows that are kept apart in the whole machine; rounded up like those of a queue. */
int irqkit_plan_add_rps_sock_flow_entries(
	struct irqkit_plan *plan, uint64_t count, const char *why);

/*
 * Adds a step: @thread is to run on @cpus. One that the kernel places itself is skipped; so is
 * one that has ended when its turn comes, and every one of a saved root when it is applied.
 *
 * -ENOENT: it has ended.
 */
int irqkit_plan_add_thread_affinity(struct irqkit_plan *plan,
	const struct irqkit_thread *thread, const struct irqkit_cpuset *cpus,
	const char *why);

size_t irqkit_plan_count(const struct irqkit_plan *plan);
const struct irqkit_step *irqkit_plan_get(const struct irqkit_plan *plan, size_t index);

/* How many steps have this result. */
size_t irqkit_plan_count_results(
	const struct irqkit_plan *plan, enum irqkit_result result);

/* How many knobs hold what this plan wrote: see irqkit_step_was_written(). */
size_t irqkit_plan_count_written(const struct irqkit_plan *plan);

enum {
	/* A step that fails doesn't end the plan, and nothing is put back. */
	IRQKIT_APPLY_KEEP_GOING = 1 << 0,
};

/*
 * Writes the steps that are planned: first all old values into the journal, under
 * @command, then one write(2) a knob, which is read back. If one fails, all that this
 * call wrote is put back, last first.
 *
 * Returns 0, or the error of the first step that failed; the steps' results tell the
 * rest. -EPROTO: the kernel took the value but the knob holds another. That it leaves CPUs
 * out of rps_cpus, xps_cpus and threads which are offline or isolated is its right. An
 * error with no step failed comes from the journal: nothing was written, or all was put
 * back.
 */
int irqkit_plan_apply(struct irqkit_plan *plan, struct irqkit_lock *lock,
	const char *command, unsigned int flags);

/*
 * Gives the interrupt of a step that isn't written other CPUs, for another reason. Where
 * it has these already, the step is unchanged.
 *
 * -EINVAL: the step is written or skipped, or isn't an interrupt's.
 */
int irqkit_plan_set_affinity(struct irqkit_plan *plan, size_t index,
	const struct irqkit_cpuset *cpus, const char *why);

/*
 * Called while @plan is applied, when the kernel has no vector left on any of the CPUs of
 * the step @index (-ENOSPC): may give it others by irqkit_plan_set_affinity(), and those
 * behind it too. It is written then, and if these are full as well, the function is called
 * again. A step that isn't given others has failed. No function (the default): so do all.
 */
typedef void irqkit_full_fn(void *data, struct irqkit_plan *plan, size_t index);
void irqkit_plan_set_full_fn(struct irqkit_plan *plan, irqkit_full_fn *fn, void *data);

/* The number in the journal of what applying the plan changed; 0: nothing, or put back. */
unsigned int irqkit_plan_get_number(const struct irqkit_plan *plan);

/*
 * Puts back all that applying this plan has written, last first, and takes the change out
 * of the journal. -EIO, ...: of the first that could not be put back; the others are.
 */
int irqkit_plan_roll_back(struct irqkit_plan *plan, struct irqkit_lock *lock);

/*
 * Looks again where the interrupts of pending steps are served: those that have moved
 * are done. Returns how many are still pending.
 */
size_t irqkit_plan_refresh(struct irqkit_plan *plan);

enum irqkit_knob irqkit_step_get_knob(const struct irqkit_step *step);
/* "/proc/irq/283/smp_affinity" */
const char *irqkit_step_get_path(const struct irqkit_step *step);
/* The interrupt that the knob belongs to, or -1. */
int irqkit_step_get_irq(const struct irqkit_step *step);
/*
 * What it is for: the names of the interrupt's handlers ("eth1", "a, b"), "default", a queue
 * ("eth1:rx-0"), the name of a thread, "all devices".
 */
const char *irqkit_step_get_target(const struct irqkit_step *step);
/* The kernel's text before and, as written, after; NULL where nothing is to be written. */
const char *irqkit_step_get_old(const struct irqkit_step *step);
const char *irqkit_step_get_new(const struct irqkit_step *step);
/* The same as sets, where the knob holds CPUs; else NULL. */
const struct irqkit_cpuset *irqkit_step_get_old_cpus(const struct irqkit_step *step);
const struct irqkit_cpuset *irqkit_step_get_new_cpus(const struct irqkit_step *step);
/*
 * Where the interrupt is served, as last read; NULL where that isn't known. Of rps_cpus and
 * xps_cpus and of threads: what the kernel kept, where it left CPUs out that are offline or
 * isolated.
 */
const struct irqkit_cpuset *irqkit_step_get_effective(const struct irqkit_step *step);
const char *irqkit_step_get_why(const struct irqkit_step *step);
enum irqkit_result irqkit_step_get_result(const struct irqkit_step *step);
/* Does the knob hold what this plan wrote? Not so any more once it was put back. */
bool irqkit_step_was_written(const struct irqkit_step *step);
/* A positive errno value where the kernel refused, else 0. */
int irqkit_step_get_error(const struct irqkit_step *step);

/* --------------------------------------------------------------------------------- */
/* The journal: what can be undone                                                   */

/* The changes that were made since the machine started, oldest first. */
struct irqkit_journal;
struct irqkit_change; /* belongs to its journal */

/* Without a journal it is empty. -EPERM, -ELOOP, ...: as for the lock. */
int irqkit_journal_read(struct irqkit_ctx *ctx, struct irqkit_journal **ret_journal);
void irqkit_journal_free(struct irqkit_journal *journal);

size_t irqkit_journal_count(const struct irqkit_journal *journal);
const struct irqkit_change *irqkit_journal_get(
	const struct irqkit_journal *journal, size_t index);

/* Ascending from 1. */
unsigned int irqkit_change_get_number(const struct irqkit_change *change);
/* Seconds since 1970. */
int64_t irqkit_change_get_time(const struct irqkit_change *change);
/* The command that made it. */
const char *irqkit_change_get_command(const struct irqkit_change *change);
/* How many knobs it wrote. */
size_t irqkit_change_count_knobs(const struct irqkit_change *change);
bool irqkit_change_is_undone(const struct irqkit_change *change);
/* The number of the change that this one undid, or 0. */
unsigned int irqkit_change_get_undoes(const struct irqkit_change *change);

/*
 * Adds the steps that undo @change, last first. What has another value by now than the
 * change gave it, and interrupts whose number belongs to something else in @snapshot,
 * are skipped, unless @force. Threads that have ended are skipped always.
 */
int irqkit_plan_add_undo(struct irqkit_plan *plan, const struct irqkit_change *change,
	const struct irqkit_snapshot *snapshot, bool force);

/*
 * Makes one change of two that follow each other, for who changes again and again: what
 * @number wrote goes into @into, with the oldest of the old values and the newest of the
 * new ones. -ENOENT: one of them isn't there, or is undone.
 */
int irqkit_journal_merge(
	struct irqkit_lock *lock, unsigned int into, unsigned int number);

/* After its plan was applied: a change that is undone isn't undone again. */
int irqkit_change_mark_undone(
	const struct irqkit_change *change, struct irqkit_lock *lock);

/* --------------------------------------------------------------------------------- */
/* Placement: many interrupts over many CPUs                                         */

/*
 * Decides which CPU should serve which interrupt. It knows what it is told and nothing
 * else: it reads and writes no file, and the same calls always give the same answer.
 *
 * Tell it the CPUs, then the interrupts, and call irqkit_spread_place(). An interrupt is
 * named by its index, which counts from 0 in the order in which they were added.
 * A load is a number of interrupts in some time, or nanoseconds, or whatever else; it
 * must only be the same unit for all. Numbers of cores, caches, nodes and devices
 * matter only in that they are equal or not; -1 is not known.
 */
struct irqkit_spread;

int irqkit_spread_new(struct irqkit_spread **ret_spread);
void irqkit_spread_free(struct irqkit_spread *spread);

/*
 * Adds a CPU that interrupts may be placed on; the first ones added are taken first, so
 * add them in the order of irqkit_topology_get_order(). @core is the same for the threads of
 * a core, @llc for CPUs that share their last-level cache.
 *
 * -EEXIST: it was added before. -ERANGE: above IRQKIT_CPU_MAX.
 */
int irqkit_spread_add_cpu(
	struct irqkit_spread *spread, unsigned int cpu, int core, int llc, int node);

/*
 * Adds a CPU that nothing is placed on, but that matters: interrupts are served there
 * now, or it is a sibling of one of the others and has load. Errors as above.
 */
int irqkit_spread_add_bystander(struct irqkit_spread *spread, unsigned int cpu, int core);

/*
 * How many more interrupts @cpu has vectors for; without this call, any number. A vector
 * that an interrupt gives back by leaving can be used by another: whoever carries the
 * answer out should be ready for -ENOSPC all the same, since the kernel takes it back only
 * when the interrupt was raised on its new CPU. See irqkit_spread_place_again().
 *
 * -ENOENT: no such CPU was added.
 */
int irqkit_spread_set_vectors(
	struct irqkit_spread *spread, unsigned int cpu, unsigned int left);

/* Adds to what @cpu has to do with interrupts that aren't being placed. -ENOENT as above. */
int irqkit_spread_add_load(struct irqkit_spread *spread, unsigned int cpu, uint64_t load);

/*
 * Adds an interrupt, which is served by CPU @now (the effective affinity), or by none
 * that is known (-1). Returns its index. -EOVERFLOW: too many.
 */
int irqkit_spread_add_interrupt(
	struct irqkit_spread *spread, unsigned int irq, uint64_t load, int now);

enum irqkit_serves {
	IRQKIT_SERVES_NONE, /* of no queue: changes of the link, configuration */
	IRQKIT_SERVES_BOTH,
	IRQKIT_SERVES_RX,
	IRQKIT_SERVES_TX
};

/*
 * What is known of the interrupt @index: that it belongs to a device, which may be all
 * (@queue -1), or to one of its queues.
 */
void irqkit_spread_set_queue(struct irqkit_spread *spread, size_t index,
	unsigned int device, int queue, enum irqkit_serves direction);

/* To CPUs of this node only, if one of the CPUs where it may go is on it. */
void irqkit_spread_set_node(struct irqkit_spread *spread, size_t index, int node);

/* To these CPUs only. */
int irqkit_spread_set_allowed(
	struct irqkit_spread *spread, size_t index, const struct irqkit_cpuset *allowed);

/*
 * Where it may be served now. By load with a width above 1: an interrupt that could stay and
 * has that many CPUs already, all of them such that it may have them, keeps them.
 */
int irqkit_spread_set_affinity(
	struct irqkit_spread *spread, size_t index, const struct irqkit_cpuset *affinity);

/* Where its driver would like it. */
int irqkit_spread_set_hint(
	struct irqkit_spread *spread, size_t index, const struct irqkit_cpuset *hint);

/* How many CPUs each interrupt gets, as far as there are so many. 1 if not set, or 0. */
void irqkit_spread_set_width(struct irqkit_spread *spread, unsigned int width);

/* Keeps rx and tx of a queue apart. */
void irqkit_spread_set_split(struct irqkit_spread *spread, bool is_split);

/*
 * By load: by more than how many percent the worst CPU must get better for anything to
 * be moved that could stay. 10 if not set; at most 100.
 */
void irqkit_spread_set_gain(struct irqkit_spread *spread, unsigned int percent);

/*
 * By load: as long as no CPU has more than this to do, nothing is moved that could stay. 0
 * if not set. For who asks again and again: the loads of an idle machine are noise.
 */
void irqkit_spread_set_idle(struct irqkit_spread *spread, uint64_t load);

enum irqkit_policy {
	/*
	 * Queue by queue, each to the next CPU, one device after the other by number; tx
	 * with rx; interrupts of no queue with the first of their device. Loads don't
	 * matter, nor where interrupts are now.
	 */
	IRQKIT_POLICY_QUEUE,
	/*
	 * So that the most loaded CPU has as little to do as can be. Half the load of a
	 * CPU's siblings counts as its own. Few are moved: those that need not be, for
	 * a result within half the gain of the best one found, stay.
	 */
	IRQKIT_POLICY_LOAD,
	/* The number of the interrupt modulo the number of CPUs, by ascending CPU number. */
	IRQKIT_POLICY_IRQ,
	/* Where the driver's hint says; of several CPUs, those with the fewest. */
	IRQKIT_POLICY_HINT
};

/*
 * Decides. May be called again, also after more was added or set; the answers of the
 * time before are gone then. No CPU gets more than it has vectors for.
 */
int irqkit_spread_place(struct irqkit_spread *spread, enum irqkit_policy policy);

/*
 * The kernel said that @full_cpu has no vectors left, and none of the other CPUs that the
 * interrupt @index was given: gives it the next best, and these to no interrupt any more
 * that isn't there. By load the next best may be to stay where it is, where that is no
 * worse but for the gain. By queue those of the same queue that come after it and were to be
 * on the same CPU go along. The others stay where they were placed.
 *
 * -ENOSPC: there is none. -ENOENT: it wasn't given that CPU.
 */
int irqkit_spread_place_again(
	struct irqkit_spread *spread, size_t index, unsigned int full_cpu);

/*
 * It was not moved after all: leaves it as it is, and counts its load where it is served
 * now. Its reason stays.
 */
void irqkit_spread_leave(struct irqkit_spread *spread, size_t index);

/* How many interrupts were added. */
size_t irqkit_spread_count(const struct irqkit_spread *spread);
unsigned int irqkit_spread_get_irq(const struct irqkit_spread *spread, size_t index);

/*
 * The CPUs that were chosen for it. NULL: it is to be left as it is; by load that is
 * what most are. Both ways the reason is a phrase for people: "queue 0, first CPU of node
 * 1", "with its rx", "eases CPU 0", "stays: no gain". Both are NULL before
 * irqkit_spread_place().
 */
const struct irqkit_cpuset *irqkit_spread_get_cpus(
	const struct irqkit_spread *spread, size_t index);
const char *irqkit_spread_get_reason(const struct irqkit_spread *spread, size_t index);

/* How many interrupts are to be served by a CPU that doesn't serve them now. */
size_t irqkit_spread_count_moves(const struct irqkit_spread *spread);

/*
 * The load of a CPU, as if all of an interrupt's load were where it is served now; and
 * after the placement, shared evenly by the CPUs that it was given. Siblings aren't
 * counted. 0 for a CPU that wasn't added.
 */
uint64_t irqkit_spread_get_load_before(
	const struct irqkit_spread *spread, unsigned int cpu);
uint64_t irqkit_spread_get_load_after(
	const struct irqkit_spread *spread, unsigned int cpu);

/*
 * How uneven it is: the most loaded of the CPUs that may be used / the mean of these; 1.0
 * is even. 0 where they have no load. Bystanders are left out.
 */
double irqkit_spread_get_imbalance_before(const struct irqkit_spread *spread);
double irqkit_spread_get_imbalance_after(const struct irqkit_spread *spread);

/*
 * What the most loaded CPU has at least, wherever interrupts are placed (siblings are
 * counted here): the mean, the heaviest interrupt, or on m CPUs the m-th and (m+1)-th
 * heaviest together.
 */
uint64_t irqkit_spread_get_bound(const struct irqkit_spread *spread);

/* --------------------------------------------------------------------------------- */
/* Steering: who shares what a device receives, and who sends by which queue         */

/*
 * Decides whether receive packet steering helps a device of @n_queues rx queues that is near
 * @node (-1: not known) and has its interrupts served by @serving; and if so, by which
 * CPUs: housekeeping ones of that node, without those that serve its interrupts and their
 * SMT siblings, where at least half remain. It helps where there are more such CPUs than
 * queues. *ret_cpus is empty where it doesn't help. *ret_why is a phrase for people, both
 * ways; the caller frees it.
 *
 * -ENODATA: it isn't known which CPUs are online.
 */
int irqkit_steer_rps(struct irqkit_topology *topology, int node,
	const struct irqkit_cpuset *serving, size_t n_queues,
	struct irqkit_cpuset **ret_cpus, char **ret_why);

/*
 * Decides which CPUs should send by which of @n_queues tx queues. @served[i] is the CPU that
 * serves the interrupt of queue i, or -1. Every online CPU gets the queue that is served
 * nearest to it: by itself, its core, last-level cache, node, the nearest node; of several
 * such, that with the fewest CPUs. A queue that is left without takes the CPU nearest to it
 * as well. @ret_sets has @n_queues places, whose sets the caller frees.
 *
 * -ENODATA as above, or there is no queue.
 */
int irqkit_steer_xps(struct irqkit_topology *topology, const int *served,
	size_t n_queues, struct irqkit_cpuset **ret_sets);

#ifdef __cplusplus
}
#endif

#endif
