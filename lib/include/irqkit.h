/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libirqkit: show and change which CPU handles which interrupt.
 *
 * Contents
 *
 *   irqkit_ctx_*             context: the running system, or a saved copy of one
 *   irqkit_cpuset_*          sets of CPUs, in list and mask notation
 *   irqkit_snapshot_*        /proc/interrupts at one moment,
 *   irqkit_interrupt_*       and its rows
 *   irqkit_devices_*         all devices,
 *   irqkit_device_*          one device,
 *   irqkit_queue_*           its queues
 *   irqkit_thread_*          and kernel threads
 *   irqkit_irqbalance_*      irqbalance, a daemon that also moves interrupts
 *   irqkit_watch_*           who changes settings, from now on,
 *   irqkit_watched_*         change by change
 *   irqkit_topology_*        cores, caches, packages and NUMA nodes
 *   irqkit_machine_*         all of these in one object, each file read once,
 *   irqkit_irq_*             and what /proc/irq/N says of an interrupt
 *   irqkit_sample_*          all counters at one moment,
 *   irqkit_load_*            and what CPUs and interrupts do between two samples
 *   irqkit_selection_*       the interrupts that the words of a user mean
 *   irqkit_lock_*            one program at a time changes settings
 *   irqkit_plan_*            settings to write,
 *   irqkit_step_*            each with old value, new value and result
 *   irqkit_journal_*         what was changed since boot,
 *   irqkit_change_*          change by change, to undo it
 *   irqkit_stay_*            the program that keeps a change in force
 *   irqkit_events_*          hotplug, links and queues that change, as they happen
 *   irqkit_spread_*          which CPU should handle which interrupt
 *   irqkit_steer_*           which CPUs should process or transmit packets
 *   irqkit_request_*         what a user wants, in words, becomes a plan,
 *   irqkit_placement_*       and for a spread, what was decided
 *   irqkit_policies_*        files with many such requests,
 *   irqkit_applied_*         and which of their lines has placed a setting
 *   irqkit_saved_*           the state of a machine as lines of a policy file
 *   irqkit_disturbances_*    what can still interrupt CPUs,
 *   irqkit_disturbance_*     and why
 *   irqkit_doctor_*          what is wrong with a machine,
 *   irqkit_affinities_*      where interrupts went before it looked,
 *   irqkit_finding_*         finding by finding, with the command that fixes it,
 *   irqkit_rule_*            and the rules that find it
 *
 * Example: prints the CPU that handles interrupt 24.
 *
 *	#include <irqkit.h>
 *	#include <stdio.h>
 *
 *	int main(int argc, char **argv)
 *	{
 *		struct irqkit_ctx *ctx;
 *		struct irqkit_machine *machine;
 *		struct irqkit_irq *irq;
 *		const struct irqkit_cpuset *cpus;
 *
 *		if (irqkit_ctx_new(argc > 1 ? argv[1] : NULL, &ctx) < 0 ||
 *			irqkit_machine_new(ctx, &machine, NULL, NULL) < 0)
 *			return 1;
 *		irq = irqkit_machine_find_irq(machine, 24);
 *		if (irq && irqkit_irq_get_effective(irq, &cpus) == 0)
 *			printf("CPU %d\n", irqkit_cpuset_next(cpus, -1));
 *		irqkit_machine_free(machine);
 *		irqkit_ctx_free(ctx);
 *		return 0;
 *	}
 *
 * Rules for every call
 *
 * - A call that can fail returns 0 or more on success, and a negative errno value on
 *   failure. -ENOMEM is possible wherever something is allocated, and is not listed
 *   below.
 * - Results are returned through `ret_` arguments. A failed call does not change them.
 *   `reterr_` arguments return the position of an error in a text. They are written only
 *   on failure, and may be NULL.
 * - What a `ret_` argument returns is owned by the caller and released with the matching
 *   `_free` call, or with free() for a `char *`. What a `_get_` call returns belongs to
 *   the object in its first argument, and is valid as long as that object.
 * - Every `_free` call accepts NULL.
 * - An index counts from 0 and must be less than the result of the matching `_count_`
 *   call.
 * - Text arguments with a length need no terminating NUL. Returned text has one.
 * - A pointer may be NULL only where the call says so.
 * - Names come from the kernel and can contain any byte except NUL: escape them before
 *   printing them to a terminal, and quote them in scripts.
 * - The library never prints or exits, and keeps no state outside its objects. An object
 *   may be used by one thread at a time.
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

/* Returns the version of the library that is running, such as "0.1.0". */
const char *irqkit_version(void);

/* --------------------------------------------------------------------------------- */
/* Context: the running system, or a saved copy of one                               */

struct irqkit_ctx;

/*
 * Opens a system.
 *
 * @root: the directory that contains proc and sys; NULL or "/" is the running system.
 *        Paths that are read or written later never leave this directory: symbolic links
 *        are resolved inside it, as if it were "/".
 *
 * -ENOENT, -ENOTDIR, -EACCES, ...: the directory cannot be opened.
 */
int irqkit_ctx_new(const char *root, struct irqkit_ctx **ret_ctx);
void irqkit_ctx_free(struct irqkit_ctx *ctx);

/* Returns the @root that was given to irqkit_ctx_new(), or "/" for NULL. */
const char *irqkit_ctx_get_root(const struct irqkit_ctx *ctx);

/*
 * A function that receives messages from calls that succeed.
 *
 * @priority: LOG_WARNING for what the user should know, LOG_DEBUG for details; see
 *            syslog(3).
 * @message: one line without a newline
 */
typedef void irqkit_log_fn(void *data, int priority, const char *message);

/*
 * Sets the log function. The default, NULL, discards messages. errno is preserved.
 *
 * @data: passed to @fn
 */
void irqkit_ctx_set_log_fn(struct irqkit_ctx *ctx, irqkit_log_fn *fn, void *data);

/*
 * Returns the first failure to read a file or directory (-EIO, -ENOMEM, -EMFILE, ...), or
 * 0 if there was none.
 *
 * A call that returns no error reports what could not be read as absent. Therefore
 * irqkit_plan_apply() returns this failure until it is cleared. It is not a failure if
 * something does not exist, if this kernel does not have it, or if this user may not read
 * it. Clear the failure before everything is read again.
 */
int irqkit_ctx_get_error(const struct irqkit_ctx *ctx);
void irqkit_ctx_clear_error(struct irqkit_ctx *ctx);

/*
 * Finds the first process with this name, of any user.
 *
 * @name: the name; the kernel keeps only its first 15 bytes
 *
 * Returns the process ID. -ESRCH: there is no such process.
 */
int irqkit_ctx_find_process(struct irqkit_ctx *ctx, const char *name);

/* --------------------------------------------------------------------------------- */
/* Sets of CPUs                                                                      */

/*
 * A set of CPU numbers from 0 to IRQKIT_CPU_MAX. The numbers are the kernel's and may
 * have gaps; a set can hold numbers that the system does not have.
 */
struct irqkit_cpuset;

#define IRQKIT_CPU_MAX 1048575u

/* Creates an empty set. */
int irqkit_cpuset_new(struct irqkit_cpuset **ret_set);

/* Creates a copy of @set. */
int irqkit_cpuset_copy(const struct irqkit_cpuset *set, struct irqkit_cpuset **ret_set);
void irqkit_cpuset_free(struct irqkit_cpuset *set);

/* Adds @cpu to @set. -ERANGE: @cpu is greater than IRQKIT_CPU_MAX. */
int irqkit_cpuset_add(struct irqkit_cpuset *set, unsigned int cpu);

/* Removes @cpu from @set, if it is a member. */
void irqkit_cpuset_remove(struct irqkit_cpuset *set, unsigned int cpu);

/* Returns whether @cpu is a member of @set. */
bool irqkit_cpuset_has(const struct irqkit_cpuset *set, unsigned int cpu);

/* Returns the number of members. */
unsigned int irqkit_cpuset_count(const struct irqkit_cpuset *set);

/* Returns whether @set has no members. */
bool irqkit_cpuset_is_empty(const struct irqkit_cpuset *set);

/* Returns the smallest member greater than @after, or -1. Start with -1. */
int irqkit_cpuset_next(const struct irqkit_cpuset *set, int after);

/* Iterates over the members of @set in ascending order; declares the variable @cpu. */
#define irqkit_cpuset_foreach(cpu, set)                                                  \
	for (unsigned int cpu = (unsigned int)irqkit_cpuset_next(set, -1);               \
		cpu <= IRQKIT_CPU_MAX;                                                   \
		cpu = (unsigned int)irqkit_cpuset_next(set, (int)cpu))

/* Adds the members of @other to @set. */
int irqkit_cpuset_add_set(struct irqkit_cpuset *set, const struct irqkit_cpuset *other);

/* Removes the members of @other from @set. */
void irqkit_cpuset_remove_set(
	struct irqkit_cpuset *set, const struct irqkit_cpuset *other);

/* Removes the members of @set that are not in @other. */
void irqkit_cpuset_keep_set(struct irqkit_cpuset *set, const struct irqkit_cpuset *other);

/* Returns whether @a and @b have the same members. */
bool irqkit_cpuset_is_equal(const struct irqkit_cpuset *a, const struct irqkit_cpuset *b);

/* Returns whether every member of @set is in @of. */
bool irqkit_cpuset_is_subset(
	const struct irqkit_cpuset *set, const struct irqkit_cpuset *of);

/* Returns whether @a and @b have a member in common. */
bool irqkit_cpuset_has_common(
	const struct irqkit_cpuset *a, const struct irqkit_cpuset *b);

/*
 * Parses the kernel's list notation, `0-3,8`. Strides as in taskset are accepted too:
 * `0-31:2` is every second CPU. An empty text is the empty set, as the kernel writes it.
 * Spaces, newlines and empty parts are not accepted.
 *
 * @reterr_at: the offset of the first wrong byte, or of a number that is too large
 *
 * -EINVAL: not such a list.
 * -ERANGE: a number is greater than IRQKIT_CPU_MAX.
 */
int irqkit_cpuset_parse_list(
	const char *text, size_t len, struct irqkit_cpuset **ret_set, size_t *reterr_at);

/*
 * Parses the kernel's mask notation: hexadecimal digits in upper or lower case, with the
 * lowest CPU in the last digit. With commas, each group of 1 to 8 digits is 32 CPUs
 * (`ff,00000000`); without commas, there may be any number of digits. `0x` may precede
 * them.
 *
 * @reterr_at: the offset of the first wrong byte, or of a number that is too large
 *
 * -EINVAL: not such a mask.
 * -ERANGE: a CPU is greater than IRQKIT_CPU_MAX.
 */
int irqkit_cpuset_parse_mask(
	const char *text, size_t len, struct irqkit_cpuset **ret_set, size_t *reterr_at);

/* Formats a set as a list, `0-3,8`. The empty set gives an empty text. */
int irqkit_cpuset_format_list(const struct irqkit_cpuset *set, char **ret_text);

/*
 * Formats a set as a mask, `10f` or `1,00000000`, without unnecessary groups and leading
 * zeros. Every kernel accepts this; an unnecessary group, even of zeros, is refused with
 * EOVERFLOW (bitmap_parse() in the kernel's lib/bitmap-str.c). The empty set gives `0`.
 */
int irqkit_cpuset_format_mask(const struct irqkit_cpuset *set, char **ret_text);

/* --------------------------------------------------------------------------------- */
/* /proc/interrupts                                                                  */

/* All rows of /proc/interrupts at one moment. */
struct irqkit_snapshot;

/* One row; owned by its snapshot. */
struct irqkit_interrupt;

/*
 * Parses the text of /proc/interrupts, from any kernel since 2.6 and any architecture.
 * The heading of a column names its CPU. A line that is not a row is ignored.
 *
 * @columns: the CPUs of the columns if the text has no heading, or NULL. Some kernels
 *           omit the heading (7.2 with many CPUs).
 * @reterr_line: the line of the error, from 1; set for -EAGAIN, -EBADMSG and -ERANGE
 * @reterr_reason: what is wrong there; static text
 *
 * -ENODATA: the text is empty. In a container, a masked file reads as empty.
 * -EAGAIN: a row and the heading have different numbers of columns, because a CPU
 *          appeared or disappeared while the kernel wrote the text. Read it again.
 * -EBADMSG: the text is not /proc/interrupts.
 * -ERANGE: a count needs more than 64 bits.
 */
int irqkit_snapshot_parse(const char *text, size_t len,
	const struct irqkit_cpuset *columns, struct irqkit_snapshot **ret_snapshot,
	size_t *reterr_line, const char **reterr_reason);

/*
 * Reads and parses /proc/interrupts. An inconsistent read is retried a few times. If a
 * row is ambiguous, /sys/kernel/irq/N decides, if it exists. If the file is empty, the
 * counts come from /sys/kernel/irq/N/per_cpu_count, which has only rows with a number,
 * and a warning is logged. Another warning says which line was ignored.
 *
 * @reterr_line, @reterr_reason: see irqkit_snapshot_parse()
 *
 * Returns the errors of irqkit_snapshot_parse(), or the error of opening the file.
 */
int irqkit_snapshot_read(struct irqkit_ctx *ctx, struct irqkit_snapshot **ret_snapshot,
	size_t *reterr_line, const char **reterr_reason);

void irqkit_snapshot_free(struct irqkit_snapshot *snapshot);

/* Returns the CPUs that have a column: the online CPUs. */
const struct irqkit_cpuset *irqkit_snapshot_get_cpus(
	const struct irqkit_snapshot *snapshot);

/* Returns the number of rows. */
size_t irqkit_snapshot_count(const struct irqkit_snapshot *snapshot);

/* Returns the row at @index, in the order of the file. */
const struct irqkit_interrupt *irqkit_snapshot_get(
	const struct irqkit_snapshot *snapshot, size_t index);

/* Returns the row of interrupt @irq, or NULL. */
const struct irqkit_interrupt *irqkit_snapshot_find_irq(
	const struct irqkit_snapshot *snapshot, unsigned int irq);

/* Returns the first row with the label @label ("24", "NMI"), or NULL. */
const struct irqkit_interrupt *irqkit_snapshot_find(
	const struct irqkit_snapshot *snapshot, const char *label);

/*
 * Computes how often each interrupt fired between two snapshots of a system.
 *
 * The result has the rows and CPUs of @after. Rows are matched by label and name. A row
 * or CPU that @before does not have counts 0, because its earlier count is unknown. A
 * counter that restarted counts with its whole value. A counter of 32 bits has wrapped
 * if the difference is possible in the time between the two snapshots, with at most
 * 4 million interrupts a second on each CPU; one minute is assumed if the time is not
 * known, as for parsed texts.
 *
 * @after: must live as long as the result, which shares its texts
 */
int irqkit_snapshot_subtract(const struct irqkit_snapshot *after,
	const struct irqkit_snapshot *before, struct irqkit_snapshot **ret_difference);

/* Returns the text before the colon: "24", "NMI", "IPI0", "I/O". */
const char *irqkit_interrupt_get_label(const struct irqkit_interrupt *interrupt);

/* Returns the label as a number, or -1 if it is a name. */
int irqkit_interrupt_get_irq(const struct irqkit_interrupt *interrupt);

enum irqkit_counts {
	IRQKIT_COUNTS_NONE, /* the row has no count (`FIQ:` on arm) */
	IRQKIT_COUNTS_SINGLE, /* one count for the whole system (`ERR:`, `MIS:`) */
	IRQKIT_COUNTS_PER_CPU /* one count for each CPU */
};

/* Returns which counts the row has. */
enum irqkit_counts irqkit_interrupt_get_counts(const struct irqkit_interrupt *interrupt);

/*
 * Returns how often the interrupt fired since it got its number; 0 if there is no count.
 */
uint64_t irqkit_interrupt_get_total(const struct irqkit_interrupt *interrupt);

/* Returns how often @cpu handled the interrupt; 0 if @cpu has no column. */
uint64_t irqkit_interrupt_get_count(
	const struct irqkit_interrupt *interrupt, unsigned int cpu);

/* Returns the number of CPUs whose count is not 0. */
size_t irqkit_interrupt_count_served(const struct irqkit_interrupt *interrupt);

/*
 * Returns a count that is not 0.
 *
 * @index: counts the CPUs with such a count, in ascending order
 * @ret_cpu: the number of the CPU
 */
uint64_t irqkit_interrupt_get_served(
	const struct irqkit_interrupt *interrupt, size_t index, unsigned int *ret_cpu);

/*
 * Returns the interrupt controller, such as "IO-APIC" or "xen-dyn"; NULL if none is
 * named.
 */
const char *irqkit_interrupt_get_chip(const struct irqkit_interrupt *interrupt);

/* Gets the number of the interrupt at its controller; returns false if there is none. */
bool irqkit_interrupt_get_hwirq(
	const struct irqkit_interrupt *interrupt, int64_t *ret_hwirq);

/*
 * Returns how the interrupt is signalled, in the kernel's words ("edge", "fasteoi",
 * "event", "Level"), or NULL if the kernel does not report it.
 */
const char *irqkit_interrupt_get_trigger(const struct irqkit_interrupt *interrupt);

/* Returns the number of handler names; a shared interrupt has several. */
size_t irqkit_interrupt_count_actions(const struct irqkit_interrupt *interrupt);

/* Returns the name that a driver gave to the handler at @index. */
const char *irqkit_interrupt_get_action(
	const struct irqkit_interrupt *interrupt, size_t index);

/*
 * Returns the kernel's description of a row that has a name ("Local timer interrupts"),
 * or NULL. Rows with a number have none.
 */
const char *irqkit_interrupt_get_description(const struct irqkit_interrupt *interrupt);

/*
 * Returns whether the interrupt belongs to its CPU: a row with a name (LOC, NMI, IPI0), or
 * a numbered timer or IPI whose chip or name shows it (xen-percpu, the private interrupts
 * of a GIC). No placement can change where it is handled, so irqkit leaves its counts out
 * of every share and imbalance.
 */
bool irqkit_interrupt_is_background(const struct irqkit_interrupt *interrupt);

/* --------------------------------------------------------------------------------- */
/* Devices: their interrupts, queues and threads                                     */

/*
 * The devices of a system. Each file is read when it is first needed, and only once. All
 * devices, queues and threads below are owned by this object and end with it.
 */
struct irqkit_topology;
struct irqkit_devices;

/*
 * Creates the devices; reads nothing yet.
 *
 * @ctx, @snapshot: must live longer than the result
 */
int irqkit_devices_new(struct irqkit_ctx *ctx, const struct irqkit_snapshot *snapshot,
	struct irqkit_devices **ret_devices);
void irqkit_devices_free(struct irqkit_devices *devices);

/*
 * Returns whether this is the running system and nothing is mounted on /sys. Then no
 * device is found.
 */
bool irqkit_devices_lack_sys(const struct irqkit_devices *devices);

/* One device. Asking for a device twice returns the same object. */
struct irqkit_device;

/* One interrupt of a device. */
struct irqkit_device_irq;

/* One queue of a network device; other devices have no queues here. */
struct irqkit_queue;

/* A kernel thread that works for a device. */
struct irqkit_thread;

/*
 * Finds a network interface by its full name ("eth0"). On the running system, one of its
 * alternative names (ip link property add dev eth0 altname ...) does as well; a saved root
 * does not hold them. In a root without /sys/class/net, the names of interrupts show the
 * interfaces.
 *
 * -ENODEV: there is no such interface.
 * -EINVAL: no device can have this name: it is empty, "." or "..", or contains a slash.
 */
int irqkit_devices_find_net(struct irqkit_devices *devices, const char *name,
	struct irqkit_device **ret_device);

/*
 * Finds a disk, or the disk of a partition, by its full name ("nvme0n1", "vda", "xvda",
 * "sda"). Errors: see irqkit_devices_find_net().
 */
int irqkit_devices_find_block(struct irqkit_devices *devices, const char *name,
	struct irqkit_device **ret_device);

/*
 * Finds a PCI function by its address, "0000:00:03.0"; the domain may be omitted and is
 * then 0000. Errors: see irqkit_devices_find_net().
 */
int irqkit_devices_find_pci(struct irqkit_devices *devices, const char *address,
	struct irqkit_device **ret_device);

/*
 * Finds a network interface, otherwise a disk, otherwise a PCI function with this name,
 * otherwise a network interface by an alternative name.
 * Errors: see irqkit_devices_find_net().
 */
int irqkit_devices_find(struct irqkit_devices *devices, const char *name,
	struct irqkit_device **ret_device);

/*
 * Counts the network interfaces. The first call lists them; each one is read when it is
 * first needed. In a root without /sys/class/net, they are those that the names of
 * interrupts show.
 *
 * -ENOENT: the root has no /sys/class/net, and no name shows an interface.
 */
int irqkit_devices_count_net(struct irqkit_devices *devices, size_t *ret_count);

/*
 * Returns whether the kernel reports by netlink which interrupt serves which queue (Linux
 * 6.8). Not for a saved system.
 */
bool irqkit_devices_has_netlink(struct irqkit_devices *devices);

/* Returns the network interface at @index, in the order of names. */
struct irqkit_device *irqkit_devices_get_net(
	const struct irqkit_devices *devices, size_t index);

/*
 * Counts the devices that raise interrupt @irq: usually one, several if it is shared. The
 * first call reads every device of the system; later calls are fast.
 */
int irqkit_devices_count_owners(
	struct irqkit_devices *devices, unsigned int irq, size_t *ret_count);

/*
 * Returns the device at @index of those that raise interrupt @irq. It is a network
 * interface if there is one, otherwise the disk if its controller has only one, otherwise
 * the PCI function. Call irqkit_devices_count_owners() first.
 */
struct irqkit_device *irqkit_devices_get_owner(
	const struct irqkit_devices *devices, unsigned int irq, size_t index);

enum irqkit_device_kind {
	IRQKIT_DEVICE_NET,
	IRQKIT_DEVICE_BLOCK,
	IRQKIT_DEVICE_PCI,
};

/* Returns whether the device is a network interface, a disk or a PCI function. */
enum irqkit_device_kind irqkit_device_get_kind(const struct irqkit_device *device);

/* Returns the name of the device; the address of a PCI function. */
const char *irqkit_device_get_name(const struct irqkit_device *device);

/*
 * Returns the bus device: "0000:00:03.0", "virtio1", "vif-0". NULL for a software
 * interface, such as a bridge, a bond or a VLAN.
 */
const char *irqkit_device_get_bus_device(const struct irqkit_device *device);

/* Returns the PCI function that the device is or belongs to, "0000:00:03.0", or NULL. */
const char *irqkit_device_get_pci_address(const struct irqkit_device *device);

/*
 * Returns the driver, such as "virtio_net" or "e1000e", or NULL if it is not known.
 * Drivers that the kernel calls "vif" and "vbd" are "xen_netfront", "xen_netback" and
 * "xen_blkfront".
 */
const char *irqkit_device_get_driver(const struct irqkit_device *device);

/* Returns whether the device is a network interface whose operstate says that it is down. */
bool irqkit_device_is_down(const struct irqkit_device *device);

/*
 * Gets the NUMA node of the device, or of the device that it belongs to (virtio).
 *
 * -ENODATA: the node is not known.
 */
int irqkit_device_read_node(struct irqkit_device *device, int *ret_node);

/*
 * Returns whether the device is the end of a virtual interface that serves a guest (Xen's
 * netback, vif1.0).
 *
 * Its queues are queues of this system, as with any interface. Its driver names interrupts
 * and threads as the guest sees them: `vif1.0-q1-tx` fires when the guest has transmitted,
 * and serves rx-1 of vif1.0; `vif1.0-q1-rx` serves tx-1.
 */
bool irqkit_device_serves_guest(const struct irqkit_device *device);

/* What a channel of a network device carries. No driver has all of these kinds. */
enum irqkit_channel_kind {
	IRQKIT_CHANNEL_RX,
	IRQKIT_CHANNEL_TX,
	IRQKIT_CHANNEL_OTHER, /* neither: link events, for example */
	IRQKIT_CHANNEL_COMBINED, /* rx and tx */
};

/*
 * Gets how many channels of one kind a network device has, and how many its driver
 * allows, as `ethtool -l` shows them. The driver is only asked (ethtool netlink or
 * ioctl); in a saved root, sys/class/net/DEV/channels is read, if it was saved.
 *
 * @ret_max: 0: the driver has no channels of this kind
 *
 * -EOPNOTSUPP: the driver does not report channels.
 * -ENODATA: the numbers are not known.
 */
int irqkit_device_read_channels(struct irqkit_device *device,
	enum irqkit_channel_kind kind, unsigned int *ret_now, unsigned int *ret_max);

/*
 * Reads the RSS table of a network device: which rx queue gets the flows of each hash
 * value, as `ethtool -x` shows it. In a saved root, sys/class/net/DEV/rss is read.
 *
 * @ret_entries: how many entries the table has
 * @ret_queues: how many queues have entries
 * @ret_table: "equal 4", if entry i has queue i % 4; otherwise "0*64 1*32 3*32", a run of
 *             entries for each part; the caller frees it
 *
 * -EOPNOTSUPP: the device has no table.
 * -ENODATA: the table is not known.
 */
int irqkit_device_read_rss(struct irqkit_device *device, size_t *ret_entries,
	size_t *ret_queues, char **ret_table);

/*
 * Reads what xenstore says about the queues of a Xen interface, at either end. On the
 * running system this needs root; in a saved root, sys/class/net/DEV/xenstore is read.
 *
 * @ret_asked: the number that the guest asked for when the two ends connected; 0: not known
 * @ret_offered: the most that the other domain offers; 0: not known
 *
 * -EOPNOTSUPP: the device is not a Xen interface.
 * -ENODATA: xenstore cannot be read, or has neither.
 */
int irqkit_device_read_xen_queues(
	struct irqkit_device *device, unsigned int *ret_asked, unsigned int *ret_offered);

/*
 * Formats why the number of queues of a network device cannot be set, and what could be
 * done instead: "fixed: driver e1000e has no call that sets the number of queues".
 *
 * @wanted: the number of queues that the text is about, for Xen's interfaces
 * @ret_text: the caller frees it
 *
 * -ENOENT: it can be set.
 * -ENODATA: that is not known.
 */
int irqkit_device_explain_fixed_channels(
	struct irqkit_device *device, unsigned int wanted, char **ret_text);

/*
 * Counts the devices with a bus device that are below @device, directly or indirectly:
 * the ports of a bond or bridge, the interface of a VLAN or macvlan, the virtual function
 * that hv_netvsc uses, the disks of which a disk is made. Each is counted once.
 */
int irqkit_device_count_lower(struct irqkit_device *device, size_t *ret_count);

/* Returns the lower device at @index. Call irqkit_device_count_lower() first. */
struct irqkit_device *irqkit_device_get_lower(
	const struct irqkit_device *device, size_t index);

/* Where the packets of a network interface come from. */
enum irqkit_net_kind {
	IRQKIT_NET_HARDWARE, /* hardware, or a hypervisor */
	IRQKIT_NET_SOFTWARE, /* programs, tunnels, other interfaces: veth, WireGuard, VXLAN */
	IRQKIT_NET_LOOPBACK,
	IRQKIT_NET_BRIDGE, /* its ports; only packets that end at the bridge */
	IRQKIT_NET_UPPER, /* interfaces below it: bond, VLAN, team, macvlan */
};

/*
 * Reads where the packets of a network interface come from. RPS of an upper interface has
 * no effect; that of a bridge has one only for packets that end at the bridge.
 *
 * -EINVAL: the device is not a network interface.
 */
int irqkit_device_read_net_kind(
	struct irqkit_device *device, enum irqkit_net_kind *ret_kind);

/*
 * Reads whether the kernel never uses XPS of this interface: a bond takes the number of the
 * rx queue that a forwarded packet came by, or 0, and each port then chooses its own tx queue
 * (drivers/net/bonding/bond_main.c, bond_select_queue(); net/core/dev.c,
 * netdev_core_pick_tx()). A team does the same, but nothing in /sys shows
 * that an interface is a team. The drivers xen_netfront, hv_netvsc and mana choose the queue
 * of each packet by its hash.
 *
 * -EINVAL: the device is not a network interface.
 */
int irqkit_device_read_ignores_xps(struct irqkit_device *device, bool *ret_ignores);

/*
 * Counts the interfaces on which the packets of an upper interface or bridge arrive: the
 * hardware interfaces below it. If there are none, the lowest software interfaces count.
 */
int irqkit_device_count_receiving(struct irqkit_device *device, size_t *ret_count);

/* Returns the interface at @index. Call irqkit_device_count_receiving() first. */
struct irqkit_device *irqkit_device_get_receiving(
	const struct irqkit_device *device, size_t index);

/*
 * How it is known that an interrupt belongs to a device. The first source that answers
 * wins.
 */
enum irqkit_source {
	IRQKIT_SOURCE_NETLINK, /* the kernel, by netdev generic netlink (Linux 6.8) */
	IRQKIT_SOURCE_SYSFS, /* msi_irqs/ or irq of the device */
	IRQKIT_SOURCE_NAME, /* the name that the driver gave to its handler */
	IRQKIT_SOURCE_ORDER, /* its place among others of the same name (queues only) */
};

/* The purpose of a device's interrupt. */
enum irqkit_role {
	IRQKIT_ROLE_QUEUE, /* data; for a network device, of the queues that name it */
	IRQKIT_ROLE_CONFIG, /* the configuration changed (virtio) */
	IRQKIT_ROLE_LINK, /* the state of the link, and events that belong to no queue */
	IRQKIT_ROLE_ADMIN, /* commands, mailboxes, management */
	IRQKIT_ROLE_ERROR,
	IRQKIT_ROLE_CONTROLLER, /* the USB controller's; other devices share it */
	IRQKIT_ROLE_OTHER, /* data of another kind: RDMA, storage offload, XDP */
	IRQKIT_ROLE_UNUSED, /* there is no handler; usually the device is down */
	IRQKIT_ROLE_UNKNOWN, /* the purpose is not known; it may be data */
};

/* Returns the number of interrupts of a device. */
size_t irqkit_device_count_irqs(const struct irqkit_device *device);

/* Returns the interrupt of the device at @index, in the order of numbers. */
const struct irqkit_device_irq *irqkit_device_get_irq(
	const struct irqkit_device *device, size_t index);

/* Returns the interrupt of the device with the number @irq, or NULL. */
const struct irqkit_device_irq *irqkit_device_find_irq(
	const struct irqkit_device *device, unsigned int irq);

/* Returns the number of the interrupt. */
unsigned int irqkit_device_irq_get_number(const struct irqkit_device_irq *irq);

/* Returns the purpose of the interrupt. */
enum irqkit_role irqkit_device_irq_get_role(const struct irqkit_device_irq *irq);

/* Returns the best source for the fact that the interrupt belongs to the device. */
enum irqkit_source irqkit_device_irq_get_source(const struct irqkit_device_irq *irq);

/* Returns whether @source also shows that the interrupt belongs to the device. */
bool irqkit_device_irq_has_source(
	const struct irqkit_device_irq *irq, enum irqkit_source source);

/*
 * Formats what a user must know if the device shares its interrupts with others: "eth1
 * shares interrupt 55 with all other devices on its USB controller."
 *
 * -ENOENT: it has its own interrupts.
 */
int irqkit_device_explain_shared(const struct irqkit_device *device, char **ret_text);

/*
 * Formats why it is not known which queues some interrupts of the device serve: "the names
 * of interrupts 40-41 (both eth0) do not show their queues".
 *
 * @ret_first: the first of these interrupts
 *
 * -ENOENT: it is known for each of its interrupts, or they serve no queue.
 */
int irqkit_device_explain_unknown_queues(
	const struct irqkit_device *device, char **ret_text, unsigned int *ret_first);

/* ------- queues */

enum irqkit_direction {
	IRQKIT_RX,
	IRQKIT_TX,
};

/* Returns the first queue of this direction that the interrupt serves, or NULL. */
struct irqkit_queue *irqkit_device_find_irq_queue(const struct irqkit_device *device,
	unsigned int irq, enum irqkit_direction direction);

/*
 * Returns the next queue that the same interrupt of the device serves, or NULL. The rx
 * queues come before the tx queues.
 */
struct irqkit_queue *irqkit_queue_get_next(const struct irqkit_queue *queue);

/*
 * Formats the same as irqkit_device_explain_unknown_queues(), if a queue of this direction
 * has no known interrupt.
 *
 * -ENOENT: each queue has one, or the device has no other interrupt.
 */
int irqkit_device_explain_unknown_direction(const struct irqkit_device *device,
	enum irqkit_direction direction, char **ret_text);

/* Returns the number of queues of a device. */
size_t irqkit_device_count_queues(const struct irqkit_device *device);

/* Returns the number of queues of one direction of a device. */
size_t irqkit_device_count_direction(
	const struct irqkit_device *device, enum irqkit_direction direction);

/* Returns the queue at @index, in the order rx-0, rx-1, ..., tx-0, ... */
struct irqkit_queue *irqkit_device_get_queue(
	const struct irqkit_device *device, size_t index);

/* Returns the queue with this direction and number, or NULL. */
struct irqkit_queue *irqkit_device_find_queue(const struct irqkit_device *device,
	enum irqkit_direction direction, unsigned int number);

/* Returns the device of the queue. */
struct irqkit_device *irqkit_queue_get_device(const struct irqkit_queue *queue);

/* Returns the direction of the queue. */
enum irqkit_direction irqkit_queue_get_direction(const struct irqkit_queue *queue);

/* Returns the number of the queue among those of its direction. */
unsigned int irqkit_queue_get_number(const struct irqkit_queue *queue);

/*
 * Returns the interrupt of the queue, or -1 if it is not known. Several queues can share
 * an interrupt; with most drivers rx-N and tx-N do.
 */
int irqkit_queue_get_irq(const struct irqkit_queue *queue);

/*
 * Returns how the interrupt of the queue is known. Valid only if there is an interrupt.
 */
enum irqkit_source irqkit_queue_get_source(const struct irqkit_queue *queue);

/* Returns the ID of the NAPI instance, or -1; only a running kernel reports it. */
int64_t irqkit_queue_get_napi_id(const struct irqkit_queue *queue);

/* Formats the name of the queue: "rx-0". */
int irqkit_queue_format_name(const struct irqkit_queue *queue, char **ret_name);

/*
 * Formats the name of the queue together with the name of its device: "eth0:rx-0". As a
 * TARGET, this name means the queue: see irqkit_machine_select().
 */
int irqkit_queue_format_full_name(const struct irqkit_queue *queue, char **ret_name);

/*
 * Formats the directory that contains rps_cpus or xps_cpus of the queue:
 * "/sys/class/net/eth0/queues/rx-0".
 */
int irqkit_queue_format_path(const struct irqkit_queue *queue, char **ret_path);

/*
 * Reads the CPUs that process the packets of an rx queue (rps_cpus).
 *
 * @ret_set: the CPUs; empty if RPS is off
 *
 * -ENOENT: there is no such file.
 * -EBADMSG: the file has unexpected contents.
 * -EINVAL: this is a tx queue.
 */
int irqkit_queue_read_rps_cpus(
	struct irqkit_queue *queue, struct irqkit_cpuset **ret_set);

/*
 * Reads the CPUs that transmit on a tx queue (xps_cpus).
 *
 * -ENOENT: there is no such file, or the device has only one tx queue.
 * -EBADMSG: the file has unexpected contents.
 * -EINVAL: this is an rx queue.
 */
int irqkit_queue_read_xps_cpus(
	struct irqkit_queue *queue, struct irqkit_cpuset **ret_set);

/*
 * Reads the number of entries in the RFS flow table of an rx queue (rps_flow_cnt).
 * Errors: see irqkit_queue_read_rps_cpus().
 */
int irqkit_queue_read_rps_flow_cnt(struct irqkit_queue *queue, uint64_t *ret_count);

/*
 * Reads the rx queues whose flows are transmitted on a tx queue (xps_rxqs). If there are
 * any, they take precedence over xps_cpus. Errors: see irqkit_queue_read_xps_cpus().
 *
 * @ret_rxqs: the numbers of the rx queues
 */
int irqkit_queue_read_xps_rxqs(
	struct irqkit_queue *queue, struct irqkit_cpuset **ret_rxqs);

/*
 * Reads the traffic class of a tx queue (traffic_class). A CPU transmits the packets of a
 * class only on a queue of that class, so XPS is decided for each class separately.
 * Without classes, all queues are in class 0.
 *
 * -ENODATA: the queue is in no class, and the kernel does not transmit on it.
 * -ENOENT: there is no such file, or the device has only one tx queue.
 * -EBADMSG: the file has unexpected contents.
 * -EINVAL: this is an rx queue.
 */
int irqkit_queue_read_traffic_class(struct irqkit_queue *queue, unsigned int *ret_class);

/* ------- threads */

/*
 * Counts the kernel threads that work for a queue: those of its interrupt
 * (`irq/24-eth0`), of its NAPI instance (`napi/eth0-8193`, if the interface uses threaded
 * polling) and of netback (`vif1.0-q0-guest-rx`, `vif1.0-q0-dealloc`). The first call
 * reads all processes.
 */
int irqkit_queue_count_threads(struct irqkit_queue *queue, size_t *ret_count);

/* Returns the thread at @index. Call irqkit_queue_count_threads() first. */
struct irqkit_thread *irqkit_queue_get_thread(
	const struct irqkit_queue *queue, size_t index);

/*
 * Counts all threads of a device: of its interrupts, its queues and its NAPI instances.
 */
int irqkit_device_count_threads(struct irqkit_device *device, size_t *ret_count);

/* Returns the thread at @index. Call irqkit_device_count_threads() first. */
struct irqkit_thread *irqkit_device_get_thread(
	const struct irqkit_device *device, size_t index);

/* Counts the threads of interrupt @irq, of any device. */
int irqkit_devices_count_irq_threads(
	struct irqkit_devices *devices, unsigned int irq, size_t *ret_count);

/* Returns the thread at @index. Call irqkit_devices_count_irq_threads() first. */
struct irqkit_thread *irqkit_devices_get_irq_thread(
	const struct irqkit_devices *devices, unsigned int irq, size_t index);

/*
 * Counts all threads of the kernel, also those that belong to no device. In a saved root
 * that has no /proc/PID/stat, these are only the threads of interrupts and queues.
 */
int irqkit_devices_count_kernel_threads(
	struct irqkit_devices *devices, size_t *ret_count);

/*
 * Returns the thread at @index, by process ID. Call irqkit_devices_count_kernel_threads()
 * first.
 */
struct irqkit_thread *irqkit_devices_get_kernel_thread(
	const struct irqkit_devices *devices, size_t index);

/* Returns the process ID of the thread. */
unsigned int irqkit_thread_get_pid(const struct irqkit_thread *thread);

/* Returns the name of the thread, which kernels before 5.17 cut to 15 bytes. */
const char *irqkit_thread_get_name(const struct irqkit_thread *thread);

/*
 * Reads the CPUs on which the thread may run.
 *
 * -ENOENT: the thread has ended.
 * -EBADMSG: the file has unexpected contents.
 */
int irqkit_thread_read_affinity(
	struct irqkit_thread *thread, struct irqkit_cpuset **ret_set);

/* Returns whether only the kernel can place the thread (PF_NO_SETAFFINITY). */
bool irqkit_thread_is_fixed(const struct irqkit_thread *thread);

/* --------------------------------------------------------------------------------- */
/* irqbalance                                                                        */

/* A running irqbalance, a daemon that also moves interrupts. */
struct irqkit_irqbalance;

/*
 * Finds the running irqbalance and reads its command line.
 *
 * -ESRCH: irqbalance is not running.
 */
int irqkit_irqbalance_new(
	struct irqkit_devices *devices, struct irqkit_irqbalance **ret_irqbalance);
void irqkit_irqbalance_free(struct irqkit_irqbalance *irqbalance);

/* Returns its process ID. */
unsigned int irqkit_irqbalance_get_pid(const struct irqkit_irqbalance *irqbalance);

/*
 * Returns whether irqbalance leaves @irq alone: by what irqkit_irqbalance_read_bans() has
 * read, or before that, by its command line. The bans of its policy script are not known.
 */
bool irqkit_irqbalance_has_banned(
	const struct irqkit_irqbalance *irqbalance, unsigned int irq);

/* Returns whether it has a socket, over which interrupts can be banned. */
bool irqkit_irqbalance_has_socket(const struct irqkit_irqbalance *irqbalance);

/*
 * Returns whether the policy script of irqbalance is irq-policy: irqbalance then leaves alone
 * the interrupts that irqkit_plan_save_placed() has saved.
 */
bool irqkit_irqbalance_has_irqkit_script(const struct irqkit_irqbalance *irqbalance);

/*
 * Reads over the socket of irqbalance which interrupts it leaves alone. If several run, all
 * are asked, and only the interrupts that all of them leave alone are banned.
 *
 * @timeout_ms: for an answer; 0: a few seconds more than the interval of irqbalance, since
 * old versions do not answer meanwhile
 *
 * -ENOENT: it has no socket. -ECONNREFUSED: it does not listen. -ECONNRESET: it ended before
 * it answered. -EACCES: only root may ask. -EPERM: another user listens in its place.
 * -ETIMEDOUT: it does not answer. -EBADMSG, -EFBIG: its answer cannot be understood. What
 * was read before is then forgotten.
 */
int irqkit_irqbalance_read_bans(
	struct irqkit_irqbalance *irqbalance, unsigned int timeout_ms);

/*
 * Returns the file that sets the options of irqbalance in IRQBALANCE_ARGS, such as
 * "/etc/default/irqbalance", without the root; or NULL if there is none.
 */
const char *irqkit_irqbalance_get_file(const struct irqkit_irqbalance *irqbalance);

/* Returns the command that restarts irqbalance here, or NULL if it is not known. */
const char *irqkit_irqbalance_get_restart(const struct irqkit_irqbalance *irqbalance);

/* --------------------------------------------------------------------------------- */
/* Watch: who changes settings                                                       */

/*
 * A watch reports changes of settings from the moment it is created:
 *
 *     /proc/irq/N/smp_affinity (and smp_affinity_list), /proc/irq/default_smp_affinity
 *     rps_cpus, rps_flow_cnt, xps_cpus and xps_rxqs of the queues of network interfaces
 *     rps_sock_flow_entries and rps_default_mask in /proc/sys/net/core
 *     /sys/devices/system/cpu/cpuN/online
 *
 * The kernel says which process wrote to the file (fanotify on /proc and /sys, Linux 4.20;
 * only root may ask). Writers in other mount namespaces are seen too. A write through
 * another instance of proc or sysfs is not: a container's own /proc. Several writes of one
 * process to one file may be reported as one. Kernel threads and sched_setaffinity() do
 * not use these files.
 *
 * Wait until irqkit_watch_get_fd() is readable, then call irqkit_watch_next() until it
 * returns 0.
 */
struct irqkit_watch;

/* One change of a setting; owned by its watch. */
struct irqkit_watched;

enum {
	/* Reads all settings first, so that also the first change of each has an old value. */
	IRQKIT_WATCH_VALUES = 1 << 0,
	/*
	 * Also reports what the kernel changes itself (a CPU goes offline, `ethtool -L`, a
	 * driver starts an interrupt), with the reason, from the kernel's announcements.
	 */
	IRQKIT_WATCH_KERNEL = 1 << 1,
	/*
	 * The same, also for changes that the kernel does not announce, by kprobe events in
	 * an instance of tracefs. They are removed by irqkit_watch_free(). What a process
	 * that was killed has left is removed by the next one.
	 */
	IRQKIT_WATCH_TRACE = 1 << 2,
};

/*
 * Starts a watch.
 *
 * @ctx: the running system; must live longer than the result
 * @flags: 0, or a combination of IRQKIT_WATCH_ values
 *
 * -EINVAL: a saved system does not change; or the kernel has fanotify only for files.
 * -EPERM: the caller is not root, or a container forbids it.
 * -ENOSYS: the kernel has no fanotify.
 * -ENOENT: /proc or /sys is not mounted.
 */
int irqkit_watch_new(
	struct irqkit_ctx *ctx, unsigned int flags, struct irqkit_watch **ret_watch);
void irqkit_watch_free(struct irqkit_watch *watch);

/* Returns a file descriptor for poll(2): readable if irqkit_watch_next() has work to do. */
int irqkit_watch_get_fd(const struct irqkit_watch *watch);

/*
 * Returns why kprobe events were asked for (IRQKIT_WATCH_TRACE) and cannot be used: -ENOENT:
 * tracefs is not mounted; -EOPNOTSUPP: the kernel has no kprobe events; -EPERM, -EACCES: a
 * container, or lockdown=confidentiality, forbids them. 0: they are used, or were not asked
 * for.
 */
int irqkit_watch_get_trace_error(const struct irqkit_watch *watch);

/*
 * Gets the next change that was seen; never waits. It is valid until the next call.
 *
 * Returns 1, or 0 if there is none now.
 */
int irqkit_watch_next(
	struct irqkit_watch *watch, const struct irqkit_watched **ret_watched);

enum irqkit_watched_kind {
	IRQKIT_WATCHED_WRITTEN, /* a process wrote the setting */
	/* a process opened the file to write, and the kernel took no value from it */
	IRQKIT_WATCHED_REFUSED,
	IRQKIT_WATCHED_KERNEL, /* the kernel changed the setting itself */
	IRQKIT_WATCHED_LOST, /* there were too many changes at a time: some were missed */
};

/* Returns what happened. IRQKIT_WATCHED_LOST has a time, and nothing else. */
enum irqkit_watched_kind irqkit_watched_get_kind(const struct irqkit_watched *watched);

/* Returns when it was noticed, in microseconds since 1970. */
int64_t irqkit_watched_get_time(const struct irqkit_watched *watched);

/*
 * Returns the file of the setting, as irqkit_step_get_path() names it, whatever path the
 * process used; NULL for IRQKIT_WATCHED_LOST.
 */
const char *irqkit_watched_get_path(const struct irqkit_watched *watched);

/* Returns the number of the interrupt, or -1 if it is not the affinity of one. */
int irqkit_watched_get_irq(const struct irqkit_watched *watched);

/* Returns what it is a setting of, "eth0:rx-0" or "cpu3"; NULL for others. */
const char *irqkit_watched_get_subject(const struct irqkit_watched *watched);

/*
 * Return the value before, as last known, and the value after the change. After a refused
 * write, the value after is the one that the setting kept. NULL: it is not known.
 *
 * @ret_cpus: the CPUs; NULL if they are not known, or if the setting holds no CPUs
 */
const char *irqkit_watched_get_old(
	const struct irqkit_watched *watched, const struct irqkit_cpuset **ret_cpus);
const char *irqkit_watched_get_new(
	const struct irqkit_watched *watched, const struct irqkit_cpuset **ret_cpus);

/* Returns how many writes it stands for, as far as is known; at least 1. */
size_t irqkit_watched_count_writes(const struct irqkit_watched *watched);

/*
 * Returns the process; of IRQKIT_WATCHED_KERNEL, that in whose context the kernel acted, such
 * as `ethtool`. 0: it is outside of this PID namespace, or not known.
 */
uint32_t irqkit_watched_get_pid(const struct irqkit_watched *watched);

/* Returns whether it is this process. */
bool irqkit_watched_is_own(const struct irqkit_watched *watched);

/* Returns the name of the process; NULL: it had ended before it could be asked. */
const char *irqkit_watched_get_comm(const struct irqkit_watched *watched);

/*
 * Returns the systemd unit of the process, "irqbalance.service", from its control group;
 * NULL: none, or not known.
 */
const char *irqkit_watched_get_unit(const struct irqkit_watched *watched);

/*
 * Returns the parent of the process; 0: not known.
 *
 * @ret_comm: its name, or NULL
 */
uint32_t irqkit_watched_get_parent(
	const struct irqkit_watched *watched, const char **ret_comm);

/* Returns why the kernel changed the setting, "CPU 3 went offline", or NULL. */
const char *irqkit_watched_get_reason(const struct irqkit_watched *watched);

/* --------------------------------------------------------------------------------- */
/* Topology: cores, caches, packages and NUMA nodes                                  */

/*
 * The CPUs of a system, as /sys/devices/system describes them. Each file is opened when
 * it is first needed, and only once: a program that asks for the online CPUs opens only
 * `online`. If the kernel reports nothing (containers, many virtual and arm systems,
 * offline CPUs), nothing is invented: a number is -1, a set is NULL, and a CPU whose
 * siblings are not known is a core of its own.
 *
 * If reading fails or memory runs out in a call that cannot return an error, the call
 * answers as if the kernel reported nothing; irqkit_topology_get_order() and
 * irqkit_topology_parse_set() on that topology then return that error.
 */
struct irqkit_topology;

/*
 * Creates a topology; opens no file.
 *
 * @ctx: must live longer than the result
 */
int irqkit_topology_new(struct irqkit_ctx *ctx, struct irqkit_topology **ret_topology);
void irqkit_topology_free(struct irqkit_topology *topology);

/*
 * Sets the online CPUs, so that they are not read from the kernel. Use it if the heading
 * of /proc/interrupts was already read, or if /sys is missing: see
 * irqkit_snapshot_get_cpus(). Call it before any other call on @topology.
 */
int irqkit_topology_set_online(
	struct irqkit_topology *topology, const struct irqkit_cpuset *online);

enum irqkit_cpus {
	IRQKIT_CPUS_ONLINE,
	IRQKIT_CPUS_PRESENT,
	IRQKIT_CPUS_POSSIBLE,
	/*
	 * Excluded from the scheduler's load balancing: by isolcpus=, or at run time by a
	 * cpuset partition (cpuset.cpus.isolated of the root control group). Also the
	 * CPUs that settings isolate: the online CPUs that neither
	 * /proc/irq/default_smp_affinity nor /sys/devices/virtual/workqueue/cpumask
	 * contains, unless no housekeeping CPU would remain. If there is no file of the
	 * workqueues, the affinity of kthreadd stands for it.
	 */
	IRQKIT_CPUS_ISOLATED,
	IRQKIT_CPUS_NOHZ_FULL, /* without a tick: nohz_full= */
	IRQKIT_CPUS_HOUSEKEEPING /* online, and neither isolated nor nohz_full */
};

/* Returns the CPUs in this state, or NULL if the kernel does not report them. */
const struct irqkit_cpuset *irqkit_topology_get_cpus(
	struct irqkit_topology *topology, enum irqkit_cpus which);

/*
 * Return the number of the NUMA node, package, die, cluster or core of @cpu, or -1 if the
 * kernel does not report it, as for every offline CPU. The number of a core, cluster or
 * die is unique only within its package: to find the CPUs of a core, use
 * irqkit_topology_get_siblings().
 */
int irqkit_topology_get_node(struct irqkit_topology *topology, unsigned int cpu);
int irqkit_topology_get_package(struct irqkit_topology *topology, unsigned int cpu);
int irqkit_topology_get_die(struct irqkit_topology *topology, unsigned int cpu);
int irqkit_topology_get_cluster(struct irqkit_topology *topology, unsigned int cpu);
int irqkit_topology_get_core(struct irqkit_topology *topology, unsigned int cpu);

/* Returns the threads of the core of @cpu, including @cpu; only @cpu if not known. */
const struct irqkit_cpuset *irqkit_topology_get_siblings(
	struct irqkit_topology *topology, unsigned int cpu);

/* Returns the CPUs that share the last-level cache of @cpu, including @cpu, or NULL. */
const struct irqkit_cpuset *irqkit_topology_get_llc(
	struct irqkit_topology *topology, unsigned int cpu);

/* Returns the numbers of the NUMA nodes, which may have gaps, as a set, or NULL. */
const struct irqkit_cpuset *irqkit_topology_get_nodes(struct irqkit_topology *topology);

/*
 * Returns the online CPUs of @node, or NULL if there is no such node. The set is empty
 * for a node that has only memory.
 */
const struct irqkit_cpuset *irqkit_topology_get_node_cpus(
	struct irqkit_topology *topology, unsigned int node);

/*
 * Returns the node itself if it has CPUs, or if nothing is known about it; else the node
 * with CPUs that is nearest to it. -1: no distance is known.
 */
int irqkit_topology_find_near_node(struct irqkit_topology *topology, unsigned int number);

/*
 * Returns the distance of the memory of node @to from the CPUs of node @from, as the
 * firmware reports it, or -1. 10 is the node itself, 20 is twice as far.
 */
int irqkit_topology_get_distance(
	struct irqkit_topology *topology, unsigned int from, unsigned int to);

/* Returns the numbers of the packages that have an online CPU, as a set, or NULL. */
const struct irqkit_cpuset *irqkit_topology_get_packages(
	struct irqkit_topology *topology);

/* Returns the online CPUs of @package, or NULL if there is no such package. */
const struct irqkit_cpuset *irqkit_topology_get_package_cpus(
	struct irqkit_topology *topology, unsigned int package);

/* Returns the online thread with the smallest number of each core, or NULL. */
const struct irqkit_cpuset *irqkit_topology_get_first_threads(
	struct irqkit_topology *topology);

/* Returns the online CPUs that are not first threads, or NULL. */
const struct irqkit_cpuset *irqkit_topology_get_other_threads(
	struct irqkit_topology *topology);

/*
 * Return the online CPUs of the fast cores, and those of the slow cores, or NULL if the
 * kernel does not report fast and slow cores. On x86, it lists the fast cores of a system
 * that has both. On arm, it reports the capacity of each CPU: a core is slow if it has at
 * most a quarter more than the lowest capacity. If that is true of all cores, the
 * functions return NULL.
 */
const struct irqkit_cpuset *irqkit_topology_get_fast_cores(
	struct irqkit_topology *topology);
const struct irqkit_cpuset *irqkit_topology_get_slow_cores(
	struct irqkit_topology *topology);

/*
 * Returns the members of @set in the order in which they should get work: one thread of
 * each core before any sibling; among those, fast cores before slow cores, if the system
 * has both; among those, last-level caches in turn, and packages in turn. The same system
 * and set always give the same order.
 *
 * @ret_cpus: an array of CPU numbers; the caller frees it with free(). It is not NULL for
 *            an empty set.
 * @ret_count: the length of the array
 */
int irqkit_topology_get_order(struct irqkit_topology *topology,
	const struct irqkit_cpuset *set, unsigned int **ret_cpus, size_t *ret_count);

/*
 * Parses a SET, as users write it: parts separated by commas. From left to right, each
 * part adds CPUs, and a part with ^ in front removes them.
 *
 *     0-3,8  0-31:2      numbers, ranges, ranges with a stride
 *     all                the online CPUs
 *     node:0  node:0-1   the CPUs of these NUMA nodes
 *     package:0          the CPUs of this package
 *     llc:8              the CPUs that share the last-level cache of CPU 8
 *     siblings:4         the threads of the core of CPU 4
 *     first-threads      the first thread of each core
 *     other-threads      all other threads
 *     fast  slow         the fast or the slow cores
 *     isolated  housekeeping       see enum irqkit_cpus
 *     local              @local, the CPUs near the device
 *     irq:24             the affinity of interrupt 24
 *     current            the affinity of each interrupt now; only in a request
 *     all,^0  node:1,^other-threads
 *
 * A word stands for its online CPUs. A number stands for exactly this CPU: if it is
 * offline or does not exist, the SET is refused. An empty result is refused too. Removed
 * CPUs need not exist. The first part must not remove: `^0` could mean "all except 0",
 * which is `all,^0`, or be the end of a list. If the online CPUs are not known, numbers
 * are only checked against the possible CPUs.
 *
 * @local: the CPUs near the device, or NULL if there is no device
 * @reterr_at: the offset in @text of the wrong word, or of the position in it
 * @reterr_message: what is wrong, as a phrase for a user. It contains parts of @text
 *                  unchanged. The caller frees it; it is NULL if there was no memory.
 *
 * -EINVAL: not a SET; or `local` without a device; or `current`.
 * -ERANGE: a number is greater than IRQKIT_CPU_MAX.
 * -ENODEV: a CPU is offline or does not exist; or there is no such node, package or
 *          interrupt.
 * -ENODATA: the result is empty, or the kernel does not report what a word needs.
 * Other errors: the affinity of an interrupt cannot be read.
 */
int irqkit_topology_parse_set(struct irqkit_topology *topology, const char *text,
	size_t len, const struct irqkit_cpuset *local, struct irqkit_cpuset **ret_set,
	size_t *reterr_at, char **reterr_message);

/*
 * Returns the word at @index of those that a SET can contain, such as "all"; a word that
 * takes a number is returned with one, as in "node:0". NULL: there are no more words.
 */
const char *irqkit_set_get_word(size_t index);

/*
 * Returns whether @error, of irqkit_topology_parse_set() or irqkit_machine_parse_set(), is
 * about the words of the SET. Otherwise something could not be read, or memory ran out.
 */
bool irqkit_set_error_is_about_word(int error);

/* --------------------------------------------------------------------------------- */
/* Machine: all that is read of a system, each file once                             */

/*
 * The rows of /proc/interrupts, the topology, the devices, and one record for each row.
 * Each file is read when a field from it is first needed, and only once: what several
 * calls and plans need, they share. A file that a plan writes is read again.
 */
struct irqkit_machine;

/* One interrupt: a row of /proc/interrupts, and what /proc/irq/N says of it. */
struct irqkit_irq;

/*
 * Opens a machine: reads /proc/interrupts. Its heading shows the online CPUs.
 *
 * @ctx: must live longer than the result
 * @reterr_line, @reterr_reason: see irqkit_snapshot_parse()
 *
 * Errors: see irqkit_snapshot_read().
 */
int irqkit_machine_new(struct irqkit_ctx *ctx, struct irqkit_machine **ret_machine,
	size_t *reterr_line, const char **reterr_reason);

/*
 * Same as irqkit_machine_new(), but reads only the total of each interrupt and not the
 * count of each CPU, which takes less time and memory. irqkit_interrupt_count_served()
 * then returns 0, also after irqkit_machine_refresh().
 */
int irqkit_machine_new_totals(struct irqkit_ctx *ctx, struct irqkit_machine **ret_machine,
	size_t *reterr_line, const char **reterr_reason);
void irqkit_machine_free(struct irqkit_machine *machine);

enum {
	/*
	 * Forget only the affinity of interrupts that have fired on another CPU than the
	 * one that was known to handle them. For programs that look at a machine often.
	 */
	IRQKIT_REFRESH_MOVED = 1 << 0,
	/* Forget everything: for the time after something that changes devices. */
	IRQKIT_REFRESH_ALL = 1 << 1,
};

/*
 * Reads /proc/interrupts again, and forgets what others can have changed: affinities, the
 * settings of queues, threads, and which CPUs settings or cpuset partitions isolate. If interrupts, their
 * handlers or online CPUs differ, or if something could not be read before, then everything
 * is forgotten, also devices and topology. The context's failure is cleared.
 *
 * The rows and counts are then the last ones, and those before them end, as do the sets
 * IRQKIT_CPUS_ISOLATED and IRQKIT_CPUS_HOUSEKEEPING of the topology. If everything is
 * forgotten, so do records, devices and topology: get them again. A failed call changes
 * nothing.
 *
 * @flags: 0, IRQKIT_REFRESH_MOVED or IRQKIT_REFRESH_ALL
 * @reterr_line, @reterr_reason: see irqkit_snapshot_parse()
 */
int irqkit_machine_refresh(struct irqkit_machine *machine, unsigned int flags,
	size_t *reterr_line, const char **reterr_reason);

/*
 * Forgets what others can have changed, but not the rows: affinities, the settings of
 * queues, and threads. They are read again when they are needed.
 */
void irqkit_machine_forget_settings(struct irqkit_machine *machine);

/* Returns the rows and counts from before the last irqkit_machine_refresh(), or NULL. */
const struct irqkit_snapshot *irqkit_machine_get_last_snapshot(
	const struct irqkit_machine *machine);

/*
 * Reads how long the system has been running, in seconds. Like the counters of
 * irqkit_sample_new_of(), it is read once, and again after irqkit_machine_refresh().
 */
int irqkit_machine_read_uptime(struct irqkit_machine *machine, double *ret_seconds);

/*
 * Reads the time in seconds since 1970. For the running system, this is now. For a saved
 * system, it is the time of its boot plus its uptime.
 *
 * -EINVAL, or the error of irqkit_machine_read_uptime(): the system is a saved one, and its
 * uptime is not known.
 */
int irqkit_machine_read_time(struct irqkit_machine *machine, int64_t *ret_seconds);

/* Reads the boot ID, a text that changes with each boot. It is owned by the machine. */
int irqkit_machine_get_boot_id(struct irqkit_machine *machine, const char **ret_id);

/*
 * Reads the number of entries in the RFS flow table of the whole system
 * (rps_sock_flow_entries). While it is 0, the flow tables of the queues have no effect.
 *
 * -ENOENT: the kernel has no RPS, or does not show it in this network namespace.
 */
int irqkit_machine_read_sock_flow_entries(
	struct irqkit_machine *machine, uint64_t *ret_count);

/*
 * Reads the CPUs that the rx queues of later interfaces get for RPS (rps_default_mask). The
 * caller frees the set.
 *
 * -ENOENT: the kernel is older than Linux 6.3, has no RPS, or does not show the setting.
 */
int irqkit_machine_read_rps_default_mask(
	struct irqkit_machine *machine, struct irqkit_cpuset **ret_cpus);

/* Return the parts of a machine. They belong to it. */
struct irqkit_ctx *irqkit_machine_get_ctx(const struct irqkit_machine *machine);
const struct irqkit_snapshot *irqkit_machine_get_snapshot(
	const struct irqkit_machine *machine);
struct irqkit_topology *irqkit_machine_get_topology(const struct irqkit_machine *machine);
struct irqkit_devices *irqkit_machine_get_devices(const struct irqkit_machine *machine);

/* Returns the number of records, which is the number of rows. */
size_t irqkit_machine_count_irqs(const struct irqkit_machine *machine);

/* Returns the record at @index, in the order of the file. */
struct irqkit_irq *irqkit_machine_get_irq(
	const struct irqkit_machine *machine, size_t index);

/* Returns the record of interrupt @number, or NULL if it has no row. */
struct irqkit_irq *irqkit_machine_find_irq(
	const struct irqkit_machine *machine, unsigned int number);

/*
 * Gets the record of interrupt @number, also if no driver has requested it, so that it has
 * no row (the interface is down). Its record then has a row without counts and handlers.
 *
 * -ENOENT: no interrupt can have this number.
 */
int irqkit_machine_need_irq(
	struct irqkit_machine *machine, unsigned int number, struct irqkit_irq **ret_irq);

/*
 * Finds the NUMA node that an interrupt should be handled on: that of the device, else the
 * interrupt's own; if it has no CPUs, the nearest node that has some.
 *
 * @device: the device, or NULL: the device that raises @irq
 * @irq: the number of the interrupt, or -1: the first of the device
 *
 * -ENODATA, -ENOENT: the node is not known.
 */
int irqkit_machine_find_node(struct irqkit_machine *machine, struct irqkit_device *device,
	int irq, int *ret_node);

/*
 * Finds how many queues a network device can use on this machine: one for each core of its
 * node that has a housekeeping CPU, but not more than its driver allows.
 *
 * @ret_why: the reason, "one for each of 8 cores of node 0"; the caller frees it
 *
 * -ENODATA: nothing is known about CPUs.
 */
int irqkit_machine_find_useful_channels(struct irqkit_machine *machine,
	struct irqkit_device *device, unsigned int *ret_number, char **ret_why);

/* Parses a SET: see irqkit_topology_parse_set(). */
int irqkit_machine_parse_set(struct irqkit_machine *machine, const char *text, size_t len,
	const struct irqkit_cpuset *local, struct irqkit_cpuset **ret_set,
	size_t *reterr_at, char **reterr_message);

/*
 * Return the CPUs that handle the interrupt of a queue; with _settled_, those that handle
 * it after a pending move has taken effect. The set belongs to the record of the
 * interrupt. NULL: they are not known.
 */
const struct irqkit_cpuset *irqkit_machine_get_queue_cpus(
	struct irqkit_machine *machine, const struct irqkit_queue *queue);
const struct irqkit_cpuset *irqkit_machine_get_settled_queue_cpus(
	struct irqkit_machine *machine, const struct irqkit_queue *queue);

/* Returns the row of the interrupt. It ends with the next irqkit_machine_refresh(). */
const struct irqkit_interrupt *irqkit_irq_get_row(const struct irqkit_irq *irq);

/* Returns the index of a record from irqkit_machine_get_irq() or _find_irq(). */
size_t irqkit_irq_get_index(const struct irqkit_irq *irq);

/* Returns the number of the interrupt, or -1 if its row has a name. */
int irqkit_irq_get_number(const struct irqkit_irq *irq);

/*
 * Gets the affinity: the requested CPUs (smp_affinity or smp_affinity_list). While a move
 * is pending, this is already the new value. The set belongs to the record, and ends when
 * the affinity is written or forgotten.
 *
 * -ENOENT: the interrupt has no such file.
 * -EBADMSG: the file has unexpected contents.
 */
int irqkit_irq_get_affinity(struct irqkit_irq *irq, const struct irqkit_cpuset **ret_set);

/*
 * Gets the affinity that the interrupt will have when the plan is applied that was made
 * for this machine; without such a plan, its affinity. Errors: see
 * irqkit_irq_get_affinity().
 */
int irqkit_irq_get_planned(struct irqkit_irq *irq, const struct irqkit_cpuset **ret_set);

/*
 * Gets the effective affinity: the CPUs that the kernel chose from the affinity.
 *
 * @ret_set: the CPUs; empty while the interrupt is not active
 *
 * -ENOENT: the kernel does not report it.
 * -EBADMSG: the file has unexpected contents.
 */
int irqkit_irq_get_effective(
	struct irqkit_irq *irq, const struct irqkit_cpuset **ret_set);

/*
 * Finds the CPU that an interrupt is placed on: the first CPU of its effective affinity,
 * or, while a move is pending, the first CPU that it goes to. If the kernel reports no
 * effective affinity, it is the only CPU of the affinity, or else the CPU that has handled
 * the interrupt most often.
 *
 * Returns the number of the CPU. -1: it is not known, since the interrupt has never fired.
 */
int irqkit_irq_find_cpu(struct irqkit_irq *irq);

/*
 * Gets the CPUs that the driver suggests (affinity_hint).
 *
 * @ret_set: the CPUs; empty if the driver suggests none
 *
 * -ENOENT: there is no such file.
 * -EBADMSG: the file has unexpected contents.
 */
int irqkit_irq_get_hint(struct irqkit_irq *irq, const struct irqkit_cpuset **ret_set);

/*
 * Gets the NUMA node of the device that raises the interrupt.
 *
 * -ENODATA: the node is not known (the kernel writes -1).
 * -ENOENT: there is no such file.
 * -EBADMSG: the file has unexpected contents.
 */
int irqkit_irq_get_node(struct irqkit_irq *irq, int *ret_node);

/*
 * Gets how often no driver answered the interrupt. The kernel resets both counts after
 * 100,000 interrupts; if 99,900 of them were unanswered, it switches the line off.
 *
 * @ret_count: how often it fired since the last reset
 *
 * -ENOENT: there is no such file.
 * -EBADMSG: the file has unexpected contents.
 */
int irqkit_irq_get_unhandled(
	struct irqkit_irq *irq, uint64_t *ret_count, uint64_t *ret_unhandled);

enum irqkit_movable {
	IRQKIT_MOVABLE, /* the affinity can be set */
	IRQKIT_MANAGED, /* only the kernel places it; usually queues of disks */
	IRQKIT_PER_CPU, /* it belongs to one CPU: timers, IPIs, event channels of a vCPU */
	IRQKIT_READ_ONLY, /* its controller cannot move it */
	IRQKIT_SEEMS_MANAGED, /* by its name; whether it is, only a write shows */
};

/*
 * Finds out whether the affinity of an interrupt can be set, without writing anything.
 * From Linux 6.11 on, the mode of smp_affinity shows it (kernel/irq/proc.c,
 * register_irq_proc()). On earlier kernels, the controller shows it; the names of drivers
 * that are known to have managed interrupts are only a hint: IRQKIT_SEEMS_MANAGED.
 *
 * -EINVAL: the interrupt has a name and no number.
 * -ENOENT: nothing is known about it.
 */
int irqkit_irq_get_movable(struct irqkit_irq *irq, enum irqkit_movable *ret_movable);

/*
 * Returns why the affinity of such an interrupt cannot be set ("managed by the kernel"),
 * as a phrase that follows "it is", or NULL.
 */
const char *irqkit_describe_movable(enum irqkit_movable movable);

/*
 * Returns why the affinity of the interrupt cannot be set, as a phrase that follows "it
 * is", or NULL: it can, or only a write shows it.
 *
 * @is_named: the user named this interrupt; then a name that looks managed is tried
 */
const char *irqkit_irq_find_obstacle(struct irqkit_irq *irq, bool is_named);

/* The interrupt vectors of the CPUs of an x86 system, as debugfs shows them. */
struct irqkit_vectors;

/*
 * Reads how many vectors each CPU has left.
 *
 * -ENOENT: it is not an x86 system, or debugfs is not mounted.
 * -EACCES: only root can read debugfs.
 * -EBADMSG: the file has unexpected contents.
 */
int irqkit_vectors_new(
	struct irqkit_machine *machine, struct irqkit_vectors **ret_vectors);
void irqkit_vectors_free(struct irqkit_vectors *vectors);

/* Returns the number of CPUs. */
size_t irqkit_vectors_count(const struct irqkit_vectors *vectors);

/*
 * Returns the number of the CPU at @index.
 *
 * @ret_available: vectors that it has left
 * @ret_allocated: vectors in use
 */
unsigned int irqkit_vectors_get(const struct irqkit_vectors *vectors, size_t index,
	unsigned int *ret_available, unsigned int *ret_allocated);

/* --------------------------------------------------------------------------------- */
/* Load: what CPUs and interrupts do, by reading counters twice                      */

/* The counters of a system at one moment. */
struct irqkit_sample;

/*
 * Reads a sample: /proc/interrupts, /proc/stat, /proc/softirqs and /proc/net/softnet_stat,
 * each once. What a kernel or a saved system lacks is then not known.
 *
 * @earlier: the sample before, or NULL. With it, no interrupt is lost that a CPU handles
 *           before it goes offline: it is counted when the CPU is online again.
 * @reterr_line, @reterr_reason: see irqkit_snapshot_parse()
 *
 * Errors: see irqkit_snapshot_read().
 */
int irqkit_sample_new(struct irqkit_ctx *ctx, const struct irqkit_sample *earlier,
	struct irqkit_sample **ret_sample, size_t *reterr_line,
	const char **reterr_reason);

/*
 * Same as irqkit_sample_new(), with the counts of the machine, so call it soon after
 * these were read. The other counters are read once for each reading of these counts:
 * call irqkit_machine_refresh() before a second sample. The machine may be read again or
 * freed afterwards. It must not be one of irqkit_machine_new_totals().
 */
int irqkit_sample_new_of(struct irqkit_machine *machine,
	const struct irqkit_sample *earlier, struct irqkit_sample **ret_sample);

/*
 * Returns whether a saved system has a second sample: the files of /proc, read about two
 * seconds later, in a directory proc.1 beside proc.
 */
bool irqkit_ctx_has_second_sample(struct irqkit_ctx *ctx);

/*
 * Reads the second sample of a saved system.
 *
 * @first: the first one, of irqkit_sample_new() or irqkit_sample_new_of()
 *
 * -ENOENT: it has none.
 */
int irqkit_sample_new_second(struct irqkit_ctx *ctx, const struct irqkit_sample *first,
	struct irqkit_sample **ret_sample, size_t *reterr_line,
	const char **reterr_reason);
void irqkit_sample_free(struct irqkit_sample *sample);

/* Returns the rows of /proc/interrupts in the sample. */
const struct irqkit_snapshot *irqkit_sample_get_rows(const struct irqkit_sample *sample);

/* Returns the boot ID, or NULL if it is not known. Samples of two boots make no load. */
const char *irqkit_sample_get_boot_id(const struct irqkit_sample *sample);

/* Returns whether /proc/net/softnet_stat could be read. */
bool irqkit_sample_has_softnet(const struct irqkit_sample *sample);

/*
 * Formats a sample as text, from which a later process can compute the load since then. The
 * text is ASCII, and its size follows the counts that are not 0.
 *
 * The caller frees *ret_text. -ENOMEM, and nothing else.
 */
int irqkit_sample_format(const struct irqkit_sample *sample, char **ret_text);

/*
 * Reads a sample from the text of irqkit_sample_format(). Its rows have no trigger and no
 * hwirq.
 *
 * -EBADMSG: it is another text, or one that a newer version wrote.
 */
int irqkit_sample_parse(const char *text, size_t len, struct irqkit_sample **ret_sample);

/* What was counted between two samples. */
struct irqkit_load;

/* One CPU of it. */
struct irqkit_load_cpu;

/*
 * Computes the load between two samples of one system.
 *
 * Interrupts are matched by label and name, CPUs by number; see irqkit_snapshot_subtract()
 * for counters that wrap or restart. What is new since @before counts 0.
 *
 * @machine: whose rows the load has; must live longer than it, and must not be read again
 *           meanwhile
 * @before: the earlier sample; NULL: the load is the mean since boot
 * @after: the later sample. Both may be freed afterwards.
 *
 * -ENODATA: @before is NULL, and it is not known when the system was booted.
 */
int irqkit_load_new(struct irqkit_machine *machine, const struct irqkit_sample *before,
	const struct irqkit_sample *after, struct irqkit_load **ret_load);
void irqkit_load_free(struct irqkit_load *load);

/* Returns how long the period was, in seconds. It is greater than 0. */
double irqkit_load_get_seconds(const struct irqkit_load *load);

/* Returns whether the load is the mean since boot, and was not measured. */
bool irqkit_load_is_since_boot(const struct irqkit_load *load);

enum irqkit_accounting {
	IRQKIT_ACCOUNTING_UNKNOWN, /* there were too few interrupts to tell */
	/*
	 * The kernel does not account the time of hard or soft interrupts
	 * (CONFIG_IRQ_TIME_ACCOUNTING): their columns of /proc/stat stay 0.
	 */
	IRQKIT_NOT_ACCOUNTED,
	IRQKIT_ACCOUNTED
};

/* Returns whether the time that CPUs spend in hard and soft interrupts is accounted. */
enum irqkit_accounting irqkit_load_get_accounting(const struct irqkit_load *load);

/*
 * Returns the time that all CPUs spent in hard and soft interrupts, in ticks of 10 ms. Few
 * ticks say little: some kernels only look at each tick what a CPU is doing.
 */
uint64_t irqkit_load_get_ticks(const struct irqkit_load *load);

/* What the interrupts of a load are weighed by. */
enum irqkit_weigh {
	IRQKIT_WEIGH_BEST, /* the first of time, packets and interrupts that is known */
	IRQKIT_WEIGH_INTERRUPTS,
	IRQKIT_WEIGH_PACKETS, /* interrupts, where the packets are not known */
	IRQKIT_WEIGH_TIME /* CPU time; else as with BEST */
};

/*
 * Chooses what irqkit_load_get_weight() returns. Time needs 20 ticks, see
 * irqkit_load_get_ticks(), and a kernel that accounts it.
 */
void irqkit_load_weigh(struct irqkit_load *load, enum irqkit_weigh weigh);

/* Returns what the interrupts are weighed by; never IRQKIT_WEIGH_BEST. */
enum irqkit_weigh irqkit_load_get_weigh(const struct irqkit_load *load);

/*
 * Returns why they are not weighed by what was chosen, or with IRQKIT_WEIGH_BEST not by
 * time, as a sentence without a full stop; or NULL. The text is static.
 */
const char *irqkit_load_explain_weigh(const struct irqkit_load *load);

/* Returns the number of CPUs: those that were online at the later sample. */
size_t irqkit_load_count_cpus(const struct irqkit_load *load);

/* Returns the CPU at @index, in ascending order. */
const struct irqkit_load_cpu *irqkit_load_get_cpu(
	const struct irqkit_load *load, size_t index);

/* Returns the CPU with the number @cpu, or NULL. */
const struct irqkit_load_cpu *irqkit_load_find_cpu(
	const struct irqkit_load *load, unsigned int cpu);

/* Returns the number of a CPU. */
unsigned int irqkit_load_cpu_get_number(const struct irqkit_load_cpu *cpu);

enum irqkit_counter {
	IRQKIT_COUNTER_INTERRUPTS, /* that it handled, without background */
	IRQKIT_COUNTER_BACKGROUND, /* see irqkit_interrupt_is_background() */
	/* packets, of /proc/net/softnet_stat */
	IRQKIT_COUNTER_PROCESSED,
	IRQKIT_COUNTER_DROPPED, /* the backlog was full */
	IRQKIT_COUNTER_SQUEEZED, /* no packets: how often it had to stop with some left */
	IRQKIT_COUNTER_RECEIVED_RPS, /* how often another CPU gave it packets */
	/* ticks of 10 ms, of /proc/stat */
	IRQKIT_COUNTER_USER,
	IRQKIT_COUNTER_NICE,
	IRQKIT_COUNTER_SYSTEM,
	IRQKIT_COUNTER_IDLE,
	IRQKIT_COUNTER_IOWAIT,
	IRQKIT_COUNTER_IRQ,
	IRQKIT_COUNTER_SOFTIRQ,
	IRQKIT_COUNTER_STEAL
};

/*
 * Get what a CPU counted in the period, and per second.
 *
 * -ENODATA: one of the samples does not have this counter of the CPU.
 */
int irqkit_load_cpu_get_count(const struct irqkit_load_cpu *cpu,
	enum irqkit_counter counter, uint64_t *ret_count);
int irqkit_load_cpu_get_rate(const struct irqkit_load_cpu *cpu,
	enum irqkit_counter counter, double *ret_per_second);

/*
 * Gets the share of its time that a CPU spent in hard and soft interrupts, from 0 to 1.
 * See irqkit_load_get_accounting() for whether it means anything.
 *
 * -ENODATA: it is not known; the CPU has no ticks (nohz_full), or was offline.
 */
int irqkit_load_cpu_get_time(const struct irqkit_load_cpu *cpu, double *ret_share);

/* Gets the share of time that the hypervisor took from it. Errors: the same. */
int irqkit_load_cpu_get_steal(const struct irqkit_load_cpu *cpu, double *ret_share);

/*
 * Returns the weight of all interrupts that a CPU handled, without background. The unit
 * is that of irqkit_load_get_weight().
 */
uint64_t irqkit_load_cpu_get_weight(const struct irqkit_load_cpu *cpu);

/*
 * Returns the weight of the busiest CPU divided by the mean of the CPUs: 1 is even. 0: none
 * of them handled anything.
 *
 * @cpus: those that are judged; one that is offline counts as idle. NULL: the housekeeping
 *        CPUs, and others that handled an interrupt
 */
double irqkit_load_get_imbalance(
	const struct irqkit_load *load, const struct irqkit_cpuset *cpus);

/* Returns the number of kinds of softirqs; 0: they are not known. */
size_t irqkit_load_count_softirqs(const struct irqkit_load *load);

/* Returns the name of a kind: "NET_RX". */
const char *irqkit_load_get_softirq(const struct irqkit_load *load, size_t kind);

/* Returns how many softirqs of a kind a CPU ran in the period. */
uint64_t irqkit_load_cpu_get_softirqs(const struct irqkit_load_cpu *cpu, size_t kind);

/*
 * Returns what an interrupt counted in the period, by CPU, or NULL: it is in none of the
 * samples.
 *
 * @index: see irqkit_machine_get_irq(), here and below
 */
const struct irqkit_interrupt *irqkit_load_get_counts(
	const struct irqkit_load *load, size_t index);

/* Return how often an interrupt fired in the period, and per second. */
uint64_t irqkit_load_get_count(const struct irqkit_load *load, size_t index);
double irqkit_load_get_rate(const struct irqkit_load *load, size_t index);

/*
 * Returns the weight of an interrupt in the period; of background, 0. By time, it is CPU
 * time in nanoseconds; by packets, those that its queues received and a sixteenth of those
 * that they sent, but not less than a sixteenth of the interrupts; without known packets,
 * it is the number of interrupts.
 */
uint64_t irqkit_load_get_weight(const struct irqkit_load *load, size_t index);

/*
 * Returns the weight of an interrupt on one of the CPUs that handled it in the period.
 *
 * @served: less than irqkit_interrupt_count_served() of irqkit_load_get_counts(), which is
 *          not NULL
 * @ret_cpu: the number of this CPU
 */
uint64_t irqkit_load_get_weight_on(const struct irqkit_load *load, size_t index,
	size_t served, unsigned int *ret_cpu);

/*
 * Gets what an interrupt costs: the share of one CPU's time, which can be more than 1 if
 * several CPUs handled it. The time that a CPU spends in interrupts is divided among those
 * that it handled, by packets where they are known, else by interrupts.
 *
 * -ENODATA: the time of interrupts is not accounted, or there were fewer than 20 ticks.
 */
int irqkit_load_get_cost(const struct irqkit_load *load, size_t index, double *ret_share);

enum irqkit_packets_source {
	IRQKIT_PACKETS_NOT_COUNTED,
	IRQKIT_PACKETS_QSTATS, /* the kernel's statistics of queues (Linux 6.10) */
	IRQKIT_PACKETS_ETHTOOL, /* the driver's own statistics, as of `ethtool -S` */
	IRQKIT_PACKETS_DEVICE, /* of the whole interface, which has one queue */
};

/*
 * Gets how many packets per second the queues of an interrupt received and sent; with
 * _source, returns where these were counted.
 *
 * -ENODATA: it is not known.
 */
int irqkit_load_get_packets(
	const struct irqkit_load *load, size_t index, double *ret_per_second);
enum irqkit_packets_source irqkit_load_get_packets_source(
	const struct irqkit_load *load, size_t index);

/* --------------------------------------------------------------------------------- */
/* Targets: what the words of a user mean                                            */

/*
 * A TARGET is a word that means interrupts of a machine:
 *
 *     24  24-31               a number, a range
 *     eth1                    all interrupts of a network interface; for a bond, a bridge
 *                             or a VLAN, those of the interfaces below it
 *     nvme0n1  0000:00:03.0   all interrupts of a disk or a PCI function
 *     eth1:rx-0               the interrupt of a queue
 *     eth1:0  eth1:rx-*       those of rx-0 and tx-0; those of all rx queues
 *     virtio0-config  NMI     the name of a handler; the name of a row
 *     nvme0q*                 a pattern for such names, with * ? and [ ] as in glob(7)
 *     all                     all interrupts that have a number
 *     pci:0000:00:03.0/5      that of vector 5 of a PCI function, in the order of the MSI
 *                             indexes
 *
 *     irq: dev: pci: name: chip: driver:     a prefix selects one meaning: dev:eth* means
 *                                            interfaces, chip:xen-dyn a controller
 *
 * Names match as a whole: eth1 does not match eth10. In a pattern, a backslash takes the
 * meaning of the character after it away: dev:eth\* is the interface eth*. A word that
 * names a device means its interrupts, whatever their handlers are called; otherwise it is
 * the name of a handler or of a row. A queue is a queue of the kernel: see irqkit_device_serves_guest().
 */

/* The interrupts of a machine that some TARGETs mean. */
struct irqkit_selection;

enum {
	/* `all`, and no words, also mean the rows that have a name: NMI, LOC, ERR. */
	IRQKIT_SELECT_NAMED = 1 << 0,
};

/*
 * Selects the interrupts that at least one of the TARGETs means. Each word must match
 * something. Devices are read only if a word needs them; numbers need none.
 *
 * @words: the TARGETs
 * @n_words: their number; 0 means all interrupts that have a number
 * @flags: 0 or IRQKIT_SELECT_NAMED
 * @ret_selection: it ends with @machine, or when irqkit_machine_refresh() forgets
 *                 everything; free it all the same
 * @reterr_message: what is wrong with the first word that is refused, and often what to
 *                  write instead, as a phrase for a user. It contains the word and names
 *                  of the machine unchanged. The caller frees it; it is NULL if there was
 *                  no memory.
 *
 * -EINVAL: a word is not a TARGET.
 * -ESRCH: a word matches nothing.
 * Other errors: the devices that a word may mean cannot be read.
 */
int irqkit_machine_select(struct irqkit_machine *machine, const char *const *words,
	size_t n_words, unsigned int flags, struct irqkit_selection **ret_selection,
	char **reterr_message);
void irqkit_selection_free(struct irqkit_selection *selection);

/* Returns the number of interrupts. It can be 0 only if there were no words. */
size_t irqkit_selection_count(const struct irqkit_selection *selection);

/* Returns the interrupt at @index, in the order of the rows. It belongs to the machine. */
struct irqkit_irq *irqkit_selection_get(
	const struct irqkit_selection *selection, size_t index);

/*
 * Returns whether a word names exactly this interrupt: by its number, its whole name or
 * its queue; not by a pattern, a range or a device that has several. If such an interrupt
 * cannot be moved, that is an error of the user, and otherwise it is skipped.
 */
bool irqkit_selection_is_named(const struct irqkit_selection *selection, size_t index);

/*
 * Returns the number of devices with interrupts that the words name, also by a queue or a
 * driver. For a bond, these are the interfaces below it.
 */
size_t irqkit_selection_count_devices(const struct irqkit_selection *selection);

/* Returns the device at @index, in the order of the words. It belongs to the machine. */
struct irqkit_device *irqkit_selection_get_device(
	const struct irqkit_selection *selection, size_t index);

/* Returns whether there are words, and each names a device, a driver or a queue. */
bool irqkit_selection_is_of_devices(const struct irqkit_selection *selection);

/* Returns whether there are words, and each is a number or a range. */
bool irqkit_selection_is_of_numbers(const struct irqkit_selection *selection);

/*
 * Returns the device that the last word names, or of which it names a queue; or NULL. It
 * is a bond, not the interfaces below it, and has the name that the kernel gave it.
 */
struct irqkit_device *irqkit_selection_get_named_device(
	const struct irqkit_selection *selection);

/* Returns the queue that the last word names, as the word says it ("rx-0"), or NULL. */
const char *irqkit_selection_get_named_queue(const struct irqkit_selection *selection);

/* Returns whether a word names a queue, and not the whole device. */
bool irqkit_selection_has_queues(const struct irqkit_selection *selection);

/*
 * Returns what a user may not expect of the words, as a sentence without a full stop, or NULL: a
 * pattern such as eth* means names of interrupts, and there are interfaces with such a name
 * whose interrupts have other names.
 */
const char *irqkit_selection_get_warning(const struct irqkit_selection *selection);

/*
 * Parses a SET in which `local` means the CPUs of the NUMA node that all interrupts of the
 * selection belong to: see irqkit_machine_parse_set() and irqkit_machine_find_node().
 *
 * -EINVAL: not a SET; or `local`, and the interrupts belong to different nodes.
 * -ENODATA: `local`, and the node of an interrupt is not known; or see
 *           irqkit_topology_parse_set().
 * Other errors: see irqkit_topology_parse_set().
 */
int irqkit_selection_parse_set(const struct irqkit_selection *selection, const char *text,
	size_t len, struct irqkit_cpuset **ret_set, size_t *reterr_at,
	char **reterr_message);

/*
 * Selects the queues that at least one of the TARGETs means: those of network interfaces
 * (by name, address or driver), or single queues. For a bond or a bridge, these are the
 * queues of the interfaces below it.
 *
 * @n_words: the number of words; 0 means `all`: the interfaces that have hardware
 * @ret_queues: an array of queues, each once; the queues of an interface are in order. The
 *              queues belong to the machine; the caller frees the array with free().
 * @ret_count: the length of the array
 * @reterr_message: see irqkit_machine_select()
 *
 * -EINVAL: a word is not a TARGET.
 * -EDOM: a word names interrupts by number, name or chip, so it cannot mean queues; the
 *        message says only that ("'24' names interrupts").
 * -ESRCH: a word matches no queue.
 * Other errors: the interfaces cannot be read.
 */
int irqkit_machine_select_queues(struct irqkit_machine *machine, const char *const *words,
	size_t n_words, struct irqkit_queue ***ret_queues, size_t *ret_count,
	char **reterr_message);

/* --------------------------------------------------------------------------------- */
/* Lock: one program at a time changes settings                                      */

/*
 * The lock of /run/irqkit, below the root. A program that changes settings holds it from
 * before it reads the old values (but see irqkit_lock_is_first()) until it has written the
 * last new value. The directory is created with mode 0700 if it does not exist. It is
 * refused if others can write to it, if it belongs to another user, or if it is a symbolic
 * link. /run itself may be a link to a directory below the root that belongs to root or to
 * this user, if nobody else can write to that directory.
 */
struct irqkit_lock;

/*
 * Takes the lock.
 *
 * @timeout_ms: how long to wait for it, in milliseconds
 *
 * -ETIMEDOUT: another program still holds the lock.
 * -EACCES, -EROFS: this user or this container may not write to the directory.
 * -EPERM: the directory has unsafe ownership or permissions.
 * -ELOOP, -ENOTDIR: the directory is a symbolic link or not a directory.
 * -EXDEV: /run is neither a directory nor a link that may be followed.
 */
int irqkit_lock_new(
	struct irqkit_ctx *ctx, unsigned int timeout_ms, struct irqkit_lock **ret_lock);

/*
 * Takes the lock only if that needs no wait and leaves no trace: a program can then read
 * the old values once, and end without a trace if there is nothing to write.
 *
 * -ENOENT: the lock was never taken since /run was empty. -EAGAIN: another program holds
 * the lock. Otherwise as irqkit_lock_new(). After a failure, irqkit_lock_new() is to be
 * called before anything is written.
 */
int irqkit_lock_try(struct irqkit_ctx *ctx, struct irqkit_lock **ret_lock);

/*
 * Is there no change in the journal? Then no program has changed settings with this library
 * since /run was empty, and what was read before the lock was taken is still valid.
 */
bool irqkit_lock_is_first(const struct irqkit_lock *lock);

/* Releases the lock. */
void irqkit_lock_free(struct irqkit_lock *lock);

/* --------------------------------------------------------------------------------- */
/* Plans: settings to write, and the results                                         */

/*
 * A plan is a list of steps. A step is one knob (a setting of the kernel) with its old
 * and its new value. A plan is built from the state of the system, and then shown or
 * applied. It contains no policy.
 */
struct irqkit_plan;

/* One step; owned by its plan. */
struct irqkit_step;

/*
 * The knobs that a step can write. Nothing else is written, whatever the journal
 * contains.
 */
enum irqkit_knob {
	IRQKIT_KNOB_AFFINITY, /* /proc/irq/N/smp_affinity */
	IRQKIT_KNOB_DEFAULT_AFFINITY, /* /proc/irq/default_smp_affinity */
	/* below /sys/class/net/DEV/queues: */
	IRQKIT_KNOB_RPS_CPUS, /* rx-N/rps_cpus */
	IRQKIT_KNOB_RPS_FLOW_CNT, /* rx-N/rps_flow_cnt */
	IRQKIT_KNOB_XPS_CPUS, /* tx-N/xps_cpus */
	IRQKIT_KNOB_XPS_RXQS, /* tx-N/xps_rxqs */
	IRQKIT_KNOB_RPS_SOCK_FLOW_ENTRIES, /* /proc/sys/net/core/rps_sock_flow_entries */
	IRQKIT_KNOB_RPS_DEFAULT_MASK, /* /proc/sys/net/core/rps_default_mask */
	IRQKIT_KNOB_THREAD, /* sched_setaffinity(2); the path is /proc/PID/status */
	/* not files: what ethtool(8) sets; the path is "ethtool:DEV/channels" or ".../rss" */
	IRQKIT_KNOB_CHANNELS, /* "combined 4", "rx 4 tx 2" */
	IRQKIT_KNOB_RSS, /* "equal 4", "0*64 1*64" */
	IRQKIT_KNOB_WORKQUEUE, /* /sys/devices/virtual/workqueue/cpumask */
	/* over the socket of irqbalance; the path is "irqbalance:PID/banned_cpus" */
	IRQKIT_KNOB_BANNED_CPUS,
};

enum irqkit_result {
	IRQKIT_PLANNED, /* to be written */
	IRQKIT_DONE, /* written and in effect */
	IRQKIT_PENDING, /* takes effect the next time the interrupt fires */
	IRQKIT_UNCHANGED, /* already set, not written */
	IRQKIT_SKIPPED, /* not written, for the reason in irqkit_step_get_why() */
	IRQKIT_FAILED, /* the kernel refused: see irqkit_step_get_error() */
	IRQKIT_ROLLED_BACK, /* written, and restored because another step failed */
};

/*
 * Formats why a setting of a queue can be neither read nor planned: "there is no
 * /sys/class/net/eth0/queues/rx-0/rps_cpus: the kernel was built without RPS, ...".
 *
 * @knob: IRQKIT_KNOB_RPS_CPUS, _RPS_FLOW_CNT, _XPS_CPUS or _XPS_RXQS
 * @error: what the call returned
 */
int irqkit_queue_explain_error(
	struct irqkit_queue *queue, enum irqkit_knob knob, int error, char **ret_text);

/*
 * Reads which CPUs are isolated: by the kernel (isolcpus=, nohz_full= or a cpuset), or
 * because neither the default affinity nor the workqueues may use them, as after a request
 * of irqkit_request_new_isolate(). The caller frees the result.
 *
 * -EACCES, ...: a file cannot be read.
 */
int irqkit_machine_read_isolated(
	struct irqkit_machine *machine, struct irqkit_cpuset **ret_cpus);

/*
 * Creates an empty plan. Its steps share what the machine has read;
 * irqkit_irq_get_planned() gets what is planned for an interrupt.
 *
 * @machine: must live longer than the result
 */
int irqkit_plan_new(struct irqkit_machine *machine, struct irqkit_plan **ret_plan);
void irqkit_plan_free(struct irqkit_plan *plan);

enum {
	/*
	 * The step is skipped if the kernel answers that it cannot move the interrupt:
	 * see irqkit_step_was_refused(). Without this flag, the plan fails.
	 */
	IRQKIT_STEP_OPTIONAL = 1 << 0,
};

/*
 * Adds a step that sets the affinity of @irq to @cpus. If it has the same set already, the
 * step is unchanged or pending.
 *
 * @why: the reason in a few words, for the report; it is copied. NULL: none
 * @flags: 0 or IRQKIT_STEP_OPTIONAL
 *
 * -EINVAL: @irq has a name and no number.
 * -ENOENT: there is no such knob.
 * -EBADMSG: the knob contains no mask.
 * -EACCES, ...: the knob cannot be read.
 */
int irqkit_plan_add_affinity(struct irqkit_plan *plan, struct irqkit_irq *irq,
	const struct irqkit_cpuset *cpus, const char *why, unsigned int flags);

/*
 * Adds a step that sets the default affinity, for interrupts that drivers request later
 * (/proc/irq/default_smp_affinity). Errors and @why: see irqkit_plan_add_affinity().
 */
int irqkit_plan_add_default_affinity(
	struct irqkit_plan *plan, const struct irqkit_cpuset *cpus, const char *why);

/*
 * Adds an interrupt that stays as it is: its step is unchanged. Errors and @why: see
 * irqkit_plan_add_affinity().
 */
int irqkit_plan_add_kept(
	struct irqkit_plan *plan, struct irqkit_irq *irq, const char *why);

/*
 * Adds an interrupt that is skipped, so that the report names it.
 *
 * @why: the reason in a few words; it is copied
 *
 * -EINVAL: @irq has a name and no number.
 */
int irqkit_plan_add_skipped(
	struct irqkit_plan *plan, struct irqkit_irq *irq, const char *why);

/*
 * Adds a step that sets the CPUs that process the packets of an rx queue.
 *
 * The step of a queue has no interrupt; its target is the queue, "eth0:rx-0".
 *
 * @cpus: the CPUs; the empty set turns RPS off for this queue
 * @why: the reason in a few words, for the report; it is copied
 *
 * -ENOENT: there is no such file: the kernel has no RPS.
 * -EINVAL: this is a tx queue.
 * -EBADMSG, -EACCES, ...: the knob has unexpected contents or cannot be read.
 */
int irqkit_plan_add_rps_cpus(struct irqkit_plan *plan, struct irqkit_queue *queue,
	const struct irqkit_cpuset *cpus, const char *why);

/*
 * Adds a step that sets the number of entries in the RFS flow table of an rx queue.
 * Errors and @why: see irqkit_plan_add_rps_cpus().
 *
 * @count: rounded up to a power of two, as the kernel does; 0 turns RFS off for this
 *         queue
 */
int irqkit_plan_add_rps_flow_cnt(struct irqkit_plan *plan, struct irqkit_queue *queue,
	uint64_t count, const char *why);

/*
 * Adds a step that sets the CPUs that transmit on a tx queue.
 *
 * @cpus: the CPUs; the empty set turns XPS off for this queue
 * @why: the reason in a few words, for the report; it is copied
 *
 * -ENOENT: there is no such file: the kernel has no XPS, or the device has only one tx
 *          queue.
 * -EINVAL: this is an rx queue.
 * -EBADMSG, -EACCES, ...: the knob has unexpected contents or cannot be read.
 */
int irqkit_plan_add_xps_cpus(struct irqkit_plan *plan, struct irqkit_queue *queue,
	const struct irqkit_cpuset *cpus, const char *why);

/*
 * Adds a step that sets the rx queues whose flows are transmitted on a tx queue. Errors and
 * @why: see irqkit_plan_add_xps_cpus().
 *
 * @rxqs: the numbers of the rx queues
 */
int irqkit_plan_add_xps_rxqs(struct irqkit_plan *plan, struct irqkit_queue *queue,
	const struct irqkit_cpuset *rxqs, const char *why);

/*
 * Adds a step that sets the number of entries in the RFS flow table of the whole system.
 * Errors and @why: see irqkit_plan_add_rps_cpus().
 *
 * @count: rounded up to a power of two
 */
int irqkit_plan_add_rps_sock_flow_entries(
	struct irqkit_plan *plan, uint64_t count, const char *why);

/*
 * Adds a step that sets the CPUs that process the packets of interfaces that are created
 * later (rps_default_mask, Linux 6.3 and later). Errors and @why: see
 * irqkit_plan_add_rps_cpus().
 */
int irqkit_plan_add_rps_default_mask(
	struct irqkit_plan *plan, const struct irqkit_cpuset *cpus, const char *why);

/*
 * Adds a step that sets the channels of a network device: "combined 4", "rx 4 tx 2". It is
 * a barrier: it may make other interrupts and queues, and reset their settings. What is
 * planned before it for this device must be applied before this call; what should follow
 * is planned after irqkit_plan_pass_barrier(). The affinity of the device's interrupts, the
 * settings of its queues and its RSS table are saved in the journal, for undo and for a
 * plan that fails.
 *
 * @why: the reason in a few words, for the report; it is copied
 *
 * -EOPNOTSUPP: the driver has no channels.
 * -EBADMSG: there is no such text.
 */
int irqkit_plan_add_channels(struct irqkit_plan *plan, struct irqkit_device *device,
	const char *text, const char *why);

/*
 * Adds a step that sets the RSS table of a network device, as irqkit_device_read_rss() has
 * it: "equal 4".
 *
 * -EOPNOTSUPP: the device has no table.
 */
int irqkit_plan_add_rss(struct irqkit_plan *plan, struct irqkit_device *device,
	const char *text, const char *why);

/*
 * After irqkit_plan_pass_barrier(): formats what the change of channels has lost, and the
 * plan does not restore: other ring sizes, threads of NAPIs that had been placed.
 *
 * @index: 0 and so on, until -ENOENT
 * @ret_text: a sentence; the caller frees it
 */
int irqkit_plan_explain_loss(
	const struct irqkit_plan *plan, size_t index, char **ret_text);

/*
 * Adds a step that sets the CPUs that work of unbound workqueues runs on: work that the
 * kernel defers and that is not bound to the CPU that started it. Errors and @why: see
 * irqkit_plan_add_affinity().
 */
int irqkit_plan_add_workqueue_cpus(
	struct irqkit_plan *plan, const struct irqkit_cpuset *cpus, const char *why);

/*
 * Adds a step for each running irqbalance that answers on its socket: it bans @cpus, and
 * keeps the CPUs that it has banned already. It is applied once irqbalance has placed all
 * interrupts again, after up to twice its interval; the step is skipped if it does not do
 * that. No irqbalance: no step.
 *
 * @why: see irqkit_plan_add_affinity()
 */
int irqkit_plan_add_banned_cpus(
	struct irqkit_plan *plan, const struct irqkit_cpuset *cpus, const char *why);

/*
 * Adds a step that sets the CPUs on which @thread may run. The step is skipped if only
 * the kernel places the thread, if the thread has ended when the step is applied, and if
 * the root is a saved copy.
 *
 * @why: the reason in a few words, for the report; it is copied
 *
 * -ENOENT: the thread has ended.
 */
int irqkit_plan_add_thread_affinity(struct irqkit_plan *plan,
	const struct irqkit_thread *thread, const struct irqkit_cpuset *cpus,
	const char *why);

/* Returns the number of steps. */
size_t irqkit_plan_count(const struct irqkit_plan *plan);

/* Returns the step at @index. */
const struct irqkit_step *irqkit_plan_get(const struct irqkit_plan *plan, size_t index);

/* Returns the number of steps that have this result. */
size_t irqkit_plan_count_results(
	const struct irqkit_plan *plan, enum irqkit_result result);

/*
 * Returns the number of knobs that hold what this plan wrote: see
 * irqkit_step_was_written().
 */
size_t irqkit_plan_count_written(const struct irqkit_plan *plan);

enum {
	/*
	 * If irqbalance cannot be asked while the plan is applied, the plan is applied all the
	 * same: irqkit_plan_get_ban_error() says why.
	 */
	IRQKIT_BAN_OPTIONAL = 1 << 0,
};

/*
 * When this plan is applied, irqbalance is asked first to leave the interrupts alone that
 * the plan places: call this once all steps are added. The journal has these bans, so that
 * an undo takes them back, and only them. Bans that were there before stay; if an earlier
 * change made them, they last until both changes are undone. A plan that is rolled back
 * takes its bans back.
 *
 * @flags: 0 or IRQKIT_BAN_OPTIONAL
 *
 * Errors: see irqkit_irqbalance_read_bans(). The plan then has no bans.
 */
int irqkit_plan_set_bans(struct irqkit_plan *plan, struct irqkit_irqbalance *irqbalance,
	unsigned int flags);

/*
 * Returns how many interrupts the plan bans, or bans no longer: those that were banned
 * before are not counted. 0 if they were rolled back.
 */
size_t irqkit_plan_count_bans(const struct irqkit_plan *plan);
/* Returns the number of an interrupt; they are in ascending order. */
unsigned int irqkit_plan_get_ban(const struct irqkit_plan *plan, size_t index);
/* Returns whether @irq is one of these. */
bool irqkit_plan_has_banned(const struct irqkit_plan *plan, unsigned int irq);

/* Returns whether the plan takes bans back, since it undoes a change that made them. */
bool irqkit_plan_takes_bans_back(const struct irqkit_plan *plan);

/*
 * Returns how many interrupts the undone change had banned from an irqbalance that has ended
 * since then, and these bans with it.
 */
size_t irqkit_plan_count_forgotten_bans(const struct irqkit_plan *plan);

/*
 * Makes the plan leave the bans of irqbalance as they are: those of interrupts, and those of
 * CPUs, whose steps are skipped.
 */
int irqkit_plan_keep_bans(struct irqkit_plan *plan);

/* Returns why the bans of an applied plan were not made: a negative errno value, or 0. */
int irqkit_plan_get_ban_error(const struct irqkit_plan *plan);

/*
 * Saves which interrupts the plan places in /run/irqkit/placed, for irq-policy, the policy
 * script of irqbalance: the plan of all policy files. It replaces what was saved before.
 */
int irqkit_plan_save_placed(const struct irqkit_plan *plan, struct irqkit_lock *lock);

/* Returns whether exactly the interrupts of the plan are saved: 1, 0 or a negative error. */
int irqkit_plan_has_saved_placed(const struct irqkit_plan *plan);

/* The interrupts that were saved as placed. */
struct irqkit_placed;

/* Removes the interrupts that @change has placed from the saved ones: it was undone. */
int irqkit_placed_forget(struct irqkit_lock *lock, unsigned int change);
/* Removes all. */
int irqkit_placed_clear(struct irqkit_lock *lock);

/*
 * Reads which interrupts were saved as placed; none, if nothing was saved. Free it before
 * the context.
 *
 * -EACCES: only root may read what was saved. -EPERM, -EXDEV: /run/irqkit is not safe.
 * -EBADMSG: the file is damaged.
 */
int irqkit_placed_read(struct irqkit_ctx *ctx, struct irqkit_placed **ret_placed);
void irqkit_placed_free(struct irqkit_placed *placed);

/*
 * Returns whether @irq was saved as placed and still has the same handlers. To compare
 * the handlers, it reads a small file.
 */
bool irqkit_placed_has(const struct irqkit_placed *placed, unsigned int irq);

enum {
	/* After a failed step, continue with the next one and restore nothing. */
	IRQKIT_APPLY_KEEP_GOING = 1 << 0,
};

/*
 * Writes the planned steps. First all old values are written to the journal; then the bans
 * of irqkit_plan_set_bans() are made, and each knob is written with one write(2) and read
 * back. If a write fails, everything that this call wrote is restored, the last one first.
 *
 * @command: the command line, for the journal
 * @flags: 0 or IRQKIT_APPLY_KEEP_GOING
 *
 * Returns 0, or the error of the first step that failed; irqkit_step_get_result() shows
 * the rest. If no step failed, an error comes from the journal or irqbalance, or is that of
 * irqkit_ctx_get_error(): nothing was written, or everything was restored.
 * -EPROTO: the kernel accepted the value, but the knob holds another one. The kernel may
 *          leave CPUs that are offline or isolated out of rps_cpus, xps_cpus and the
 *          affinity of threads; this is not an error.
 */
int irqkit_plan_apply(struct irqkit_plan *plan, struct irqkit_lock *lock,
	const char *command, unsigned int flags);

/*
 * Changes the CPUs and the reason of a step that is not written yet. If the interrupt
 * already has these CPUs, the step is unchanged.
 *
 * @why: the new reason; it is copied
 *
 * -EINVAL: the step is written or skipped, or does not belong to an interrupt.
 */
int irqkit_plan_set_affinity(struct irqkit_plan *plan, size_t index,
	const struct irqkit_cpuset *cpus, const char *why);

/*
 * Leaves the setting of a step as it is: its result is then IRQKIT_SKIPPED.
 *
 * @why: the new reason; it is copied
 *
 * -EINVAL: there is nothing to write for the step, or it has been written.
 */
int irqkit_plan_leave(struct irqkit_plan *plan, size_t index, const char *why);

/*
 * A function that is called while a plan is applied, if no CPU of the step at @index has
 * an interrupt vector left (-ENOSPC), or if its CPUs went offline after it was planned:
 * see irqkit_step_has_lost_cpus(). It may change the CPUs of this and of later steps with
 * irqkit_plan_set_affinity(). The step is then written again; if the new CPUs have no
 * vectors or are offline too, the function is called again. If it leaves the step
 * unchanged, the step fails.
 */
typedef void irqkit_full_fn(void *data, struct irqkit_plan *plan, size_t index);

/*
 * Sets the function that is called if CPUs have no vectors or are offline. With NULL, the
 * default, such a step always fails.
 *
 * @data: passed to @fn
 */
void irqkit_plan_set_full_fn(struct irqkit_plan *plan, irqkit_full_fn *fn, void *data);

/*
 * Returns the number in the journal of the change that irqkit_plan_apply() made, or 0 if
 * nothing was changed or everything was restored.
 */
unsigned int irqkit_plan_get_number(const struct irqkit_plan *plan);

/* Returns whether a barrier is to be written: see irqkit_plan_add_channels(). */
bool irqkit_plan_has_barrier(const struct irqkit_plan *plan);

/*
 * Returns whether a barrier was written: see irqkit_plan_add_channels(). The rest can be
 * planned after irqkit_plan_pass_barrier(), and applied with irqkit_plan_apply(), which
 * adds it to the same change of the journal.
 */
bool irqkit_plan_needs_rest(const struct irqkit_plan *plan);

/*
 * Reads the machine of the plan again, with IRQKIT_REFRESH_ALL: get its records again. The
 * steps stay.
 */
int irqkit_plan_pass_barrier(struct irqkit_plan *plan);

/*
 * Restores everything that applying this plan wrote, the last one first, and removes the
 * change from the journal.
 *
 * -EIO, ...: the error of the first step that could not be restored; the other steps are
 *            restored.
 */
int irqkit_plan_roll_back(struct irqkit_plan *plan, struct irqkit_lock *lock);

/*
 * Reads the effective affinity of pending steps again; the steps that have moved are
 * done.
 *
 * Returns how many steps are still pending.
 */
size_t irqkit_plan_refresh(struct irqkit_plan *plan);

/* Returns the kind of the knob. */
enum irqkit_knob irqkit_step_get_knob(const struct irqkit_step *step);

/* Returns the path of the knob, such as "/proc/irq/283/smp_affinity". */
const char *irqkit_step_get_path(const struct irqkit_step *step);

/* Returns the interrupt that the knob belongs to, or -1. */
int irqkit_step_get_irq(const struct irqkit_step *step);

/*
 * Returns what the knob belongs to: the names of the interrupt's handlers ("eth1", "a,
 * b"), "default", a queue ("eth1:rx-0"), the name of a thread, or "all devices".
 */
const char *irqkit_step_get_target(const struct irqkit_step *step);

/* Returns the old value as the kernel wrote it, or NULL if nothing is to be written. */
const char *irqkit_step_get_old(const struct irqkit_step *step);

/* Returns the new value as it is written, or NULL if nothing is to be written. */
const char *irqkit_step_get_new(const struct irqkit_step *step);

/* Returns the old value as a set, or NULL if the knob does not hold CPUs. */
const struct irqkit_cpuset *irqkit_step_get_old_cpus(const struct irqkit_step *step);

/* Returns the new value as a set, or NULL if the knob does not hold CPUs. */
const struct irqkit_cpuset *irqkit_step_get_new_cpus(const struct irqkit_step *step);

/*
 * Returns the effective affinity of the interrupt as last read, or NULL if it is not
 * known. For rps_cpus, xps_cpus and threads, returns the CPUs that the kernel kept, if it
 * left out some that are offline or isolated.
 */
const struct irqkit_cpuset *irqkit_step_get_effective(const struct irqkit_step *step);

/* Returns the reason for the step, or "" if none was given. */
const char *irqkit_step_get_why(const struct irqkit_step *step);

/* Returns the result of the step. */
enum irqkit_result irqkit_step_get_result(const struct irqkit_step *step);

/* Returns whether the knob holds what this plan wrote; false once it is restored. */
bool irqkit_step_was_written(const struct irqkit_step *step);

/* Returns whether the step was added with IRQKIT_STEP_OPTIONAL. */
bool irqkit_step_is_optional(const struct irqkit_step *step);

/*
 * Returns whether the kernel answered that it cannot move this interrupt: with EIO, EPERM,
 * ENOSYS or EOPNOTSUPP, or with EINVAL although none of the CPUs went offline.
 */
bool irqkit_step_was_refused(const struct irqkit_step *step);

/*
 * Returns whether the step of an undo is skipped because somebody else changed the knob
 * after the change that is undone. @force of irqkit_plan_add_undo() restores only such
 * knobs.
 */
bool irqkit_step_was_changed_since(const struct irqkit_step *step);

/*
 * Returns whether the step failed because CPUs of its new value went offline after it was
 * planned: the kernel answered EINVAL, or used other CPUs than those that were written.
 * Call irqkit_machine_refresh() and make a new plan; it does not use the offline CPUs.
 */
bool irqkit_step_has_lost_cpus(const struct irqkit_step *step);

/* Returns a positive errno value if the kernel refused, otherwise 0. */
int irqkit_step_get_error(const struct irqkit_step *step);

/* Returns what the kernel itself says about this error, or NULL. */
const char *irqkit_step_get_kernel_text(const struct irqkit_step *step);

/*
 * Returns what the kernel means by an error of a knob, and often what to do, as a phrase
 * for a user; NULL if it is not known.
 *
 * @error: a positive errno value
 */
const char *irqkit_explain_error(int error);

/* --------------------------------------------------------------------------------- */
/* Journal: what can be undone                                                       */

/* The changes that were made since boot, oldest first. */
struct irqkit_journal;

/* One change; owned by its journal. */
struct irqkit_change;

/*
 * Reads the journal. If there is none, the result is empty.
 *
 * -EPERM, -ELOOP, ...: see irqkit_lock_new().
 */
int irqkit_journal_read(struct irqkit_ctx *ctx, struct irqkit_journal **ret_journal);
void irqkit_journal_free(struct irqkit_journal *journal);

/* Returns the number of changes. */
size_t irqkit_journal_count(const struct irqkit_journal *journal);

/* Returns the number of damaged files in the journal: their changes are lost. */
size_t irqkit_journal_count_unreadable(const struct irqkit_journal *journal);

/* Returns the change at @index, oldest first. */
const struct irqkit_change *irqkit_journal_get(
	const struct irqkit_journal *journal, size_t index);

/* Returns the number of the change; numbers ascend from 1. */
unsigned int irqkit_change_get_number(const struct irqkit_change *change);

/* Returns the time of the change, in seconds since 1970. */
int64_t irqkit_change_get_time(const struct irqkit_change *change);

/* Returns the command line that made the change. */
const char *irqkit_change_get_command(const struct irqkit_change *change);

/* Returns the number of knobs in the change. */
size_t irqkit_change_count_knobs(const struct irqkit_change *change);

/* Returns the path of the knob at @index, such as "/proc/irq/283/smp_affinity". */
const char *irqkit_change_get_path(const struct irqkit_change *change, size_t index);

enum irqkit_change_state {
	IRQKIT_CHANGE_MADE, /* has not been undone */
	IRQKIT_CHANGE_SKIPPED, /* was undone, but some or all of its knobs were skipped */
	IRQKIT_CHANGE_UNDONE /* nothing is left to undo */
};

/* Returns whether the change has been undone, completely or in part. */
enum irqkit_change_state irqkit_change_get_state(const struct irqkit_change *change);

/* Returns the number of the change that this change undid, or 0. */
unsigned int irqkit_change_get_undoes(const struct irqkit_change *change);

/*
 * Adds the steps that undo @change, the last one first, and takes its bans back, except
 * those that another change needs. With or without @force, a step is skipped
 *   with error ENOENT if the interrupt, interface or thread of the knob is gone, or if
 *   its number or name now belongs to something else;
 *   with error EINVAL if none of the old CPUs is online;
 *   with another error if the knob cannot be read.
 * Without @force, a step is also skipped if the knob no longer has the value that the
 * change wrote: see irqkit_step_was_changed_since(). A value that the kernel changed
 * because a CPU went offline is restored all the same.
 *
 * If an earlier change wrote the old value of a step, and was undone, the step restores the
 * value from before that change.
 *
 * @force: also restore knobs that were changed since then
 */
int irqkit_plan_add_undo(
	struct irqkit_plan *plan, const struct irqkit_change *change, bool force);

/*
 * Adds the rest of the steps, after irqkit_plan_needs_rest(): a change with a barrier is
 * undone in two parts. Settings of queues are restored by queue, also where its interrupt
 * has another number now. What went away with its queue has no step.
 */
int irqkit_plan_add_undo_rest(
	struct irqkit_plan *plan, const struct irqkit_change *change, bool force);

/*
 * Merges change @number into the preceding change @into, for programs that apply plans
 * repeatedly. Of each knob, the oldest old value and the newest new value remain.
 *
 * -ENOENT: one of the changes does not exist or has been undone.
 */
int irqkit_journal_merge(
	struct irqkit_lock *lock, unsigned int into, unsigned int number);

/*
 * Records the new state of @change, so that it is not undone again. Call it after the
 * plan of irqkit_plan_add_undo() was applied. The state never goes back: an earlier state
 * is ignored.
 */
int irqkit_change_set_state(const struct irqkit_change *change, struct irqkit_lock *lock,
	enum irqkit_change_state state);

/*
 * A program that keeps the settings of a change in force, until it is freed or the process
 * ends. There is at most one for each /run/irqkit.
 */
struct irqkit_stay;

/*
 * Announces that this process keeps settings in force.
 *
 * @lock: must be held; the result does not need it any more
 *
 * -EBUSY: another process does so: see irqkit_stay_find().
 */
int irqkit_stay_new(struct irqkit_lock *lock, struct irqkit_stay **ret_stay);
void irqkit_stay_free(struct irqkit_stay *stay);

/*
 * Records the number of the change in the journal whose settings are kept in force. It
 * outlives the process: the next one continues the change, unless that was undone.
 */
int irqkit_stay_set_number(struct irqkit_stay *stay, unsigned int number);

/* Returns the number that was recorded last, by this process or one before it; or 0. */
unsigned int irqkit_stay_get_number(const struct irqkit_stay *stay);

/*
 * Finds the process that keeps settings in force.
 *
 * @ret_number: the number of its change; 0: it has made none
 *
 * -ENOENT: there is none. -EACCES, -EPERM, ...: see irqkit_lock_new().
 */
int irqkit_stay_find(struct irqkit_ctx *ctx, int *ret_pid, unsigned int *ret_number);

/* --------------------------------------------------------------------------------- */
/* Events: what can have changed settings                                            */

/*
 * What the kernel announces about the running system. It announces no write to smp_affinity,
 * rps_cpus or xps_cpus. When an event is read, the driver has finished: its interrupts
 * and their affinities are as it left them.
 */
struct irqkit_events;

enum irqkit_event_kind {
	IRQKIT_EVENT_CPU_ONLINE,
	IRQKIT_EVENT_CPU_OFFLINE,
	IRQKIT_EVENT_DEVICE_ADDED, /* a network interface */
	IRQKIT_EVENT_DEVICE_REMOVED,
	IRQKIT_EVENT_DEVICE_RENAMED,
	IRQKIT_EVENT_QUEUES, /* queues of an interface were added or removed */
	IRQKIT_EVENT_CHANNELS, /* as by `ethtool -L` */
	IRQKIT_EVENT_RINGS, /* as by `ethtool -G` */
	IRQKIT_EVENT_RSS, /* as by `ethtool -X`; only since Linux 7 */
	IRQKIT_EVENT_LINK_UP, /* the interface was brought up by an administrator */
	IRQKIT_EVENT_LINK_DOWN,
	IRQKIT_EVENT_CARRIER_FOUND, /* also if it was lost only for a moment */
	IRQKIT_EVENT_CARRIER_LOST,
	IRQKIT_EVENT_DRIVER_BOUND, /* a driver took over a device of any kind */
	IRQKIT_EVENT_DRIVER_UNBOUND,
	IRQKIT_EVENT_LOST, /* messages were lost: anything can have happened */
};

/* One event; it and its texts are valid during the call of irqkit_event_fn. */
struct irqkit_event {
	enum irqkit_event_kind kind;
	const char
		*name; /* an interface, a CPU ("cpu3") or a device ("0000:00:03.0"); "" */
	const char *former; /* of a rename: the name before; otherwise NULL */
	int cpu; /* the number of the CPU, or -1 */
};

typedef void irqkit_event_fn(void *data, const struct irqkit_event *event);

/*
 * Begins to listen. This needs no privilege. The events are those of the network namespace
 * of the process.
 *
 * -EPROTO: the kernel's answers cannot be read; also errors of socket(2) and bind(2).
 */
int irqkit_events_new(struct irqkit_events **ret_events);
void irqkit_events_free(struct irqkit_events *events);

/* Returns a descriptor that poll(2) reports as readable when there may be events. */
int irqkit_events_get_fd(const struct irqkit_events *events);

/*
 * Reads all events that have come, without waiting, and passes each to @fn.
 *
 * @fn: may be NULL
 *
 * Returns the number of events. Errors of recvfrom(2).
 */
int irqkit_events_read(struct irqkit_events *events, irqkit_event_fn *fn, void *data);

/*
 * Describes an event for a log: "CPU 3 went offline". A name may contain any byte except
 * NUL.
 */
int irqkit_event_describe(const struct irqkit_event *event, char **ret_text);

/* --------------------------------------------------------------------------------- */
/* Placement: which CPU should handle which interrupt                                */

/*
 * A placement problem. It uses only what the program adds: it reads and writes no files,
 * and the same calls always give the same result.
 *
 * Add the CPUs, then the interrupts, and call irqkit_spread_place(). The index of an
 * interrupt counts from 0 in the order in which interrupts were added. Loads may be
 * numbers of interrupts, nanoseconds or anything else, as long as all have the same unit.
 * Numbers of cores, caches, nodes and devices are only compared for equality; -1 means
 * not known.
 */
struct irqkit_spread;

/* Creates an empty placement problem. */
int irqkit_spread_new(struct irqkit_spread **ret_spread);
void irqkit_spread_free(struct irqkit_spread *spread);

/*
 * Adds a CPU that may get interrupts. CPUs are used in the order in which they were
 * added, so add them in the order of irqkit_topology_get_order().
 *
 * @core: the same number for all threads of a core
 * @llc: the same number for all CPUs that share a last-level cache
 * @node: the NUMA node
 *
 * -EEXIST: the CPU was added before.
 * -ERANGE: @cpu is greater than IRQKIT_CPU_MAX.
 */
int irqkit_spread_add_cpu(
	struct irqkit_spread *spread, unsigned int cpu, int core, int llc, int node);

/*
 * Adds a CPU that gets no interrupts but matters: it handles some of them now, or it has
 * load and is a sibling of another CPU. Errors and @core: see irqkit_spread_add_cpu().
 */
int irqkit_spread_add_bystander(struct irqkit_spread *spread, unsigned int cpu, int core);

/*
 * Sets how many more interrupts @cpu has vectors for. Without this call there is no
 * limit.
 *
 * A vector that an interrupt releases by leaving counts as free for another interrupt.
 * But the kernel releases it only when the interrupt fires on its new CPU, so a program
 * that writes the result must be prepared for -ENOSPC: see irqkit_spread_place_again().
 *
 * -ENOENT: this CPU was not added.
 */
int irqkit_spread_set_vectors(
	struct irqkit_spread *spread, unsigned int cpu, unsigned int left);

/*
 * Adds to the load of @cpu that comes from interrupts that are not being placed.
 *
 * -ENOENT: this CPU was not added.
 */
int irqkit_spread_add_load(struct irqkit_spread *spread, unsigned int cpu, uint64_t load);

/*
 * Adds a queue that is pinned to @cpu and is not being placed. The policy by queue uses
 * CPUs with fewer queues first.
 *
 * @is_first: whether this is the first queue of its device; the policy by queue keeps the
 *            first queues of other devices away from it
 *
 * -ENOENT: this CPU was not added.
 */
int irqkit_spread_add_queue(
	struct irqkit_spread *spread, unsigned int cpu, bool is_first);

/*
 * Adds a tx interrupt that is pinned to @cpu and is not placed now. Its device has only
 * one rx queue and one tx queue, and the rx interrupt is on another CPU. The tx interrupt
 * does not count as a queue: if two CPUs have the same number of queues, the policy by
 * queue first uses the CPU without such an interrupt.
 *
 * -ENOENT: this CPU was not added.
 */
int irqkit_spread_add_tx(struct irqkit_spread *spread, unsigned int cpu);

/*
 * Sets how slow @cpu is: 0, the default, for the fastest CPUs, and more for slower ones.
 * With the policy by queue, a queue stays on a slow CPU only if there are not enough fast
 * CPUs.
 *
 * -ENOENT: this CPU was not added.
 */
int irqkit_spread_set_slowness(
	struct irqkit_spread *spread, unsigned int cpu, int slowness);

/*
 * Adds an interrupt.
 *
 * @now: the CPU that handles it now (the effective affinity), or -1 if that is not known
 *
 * Returns the index of the interrupt. -EOVERFLOW: there are too many.
 */
int irqkit_spread_add_interrupt(
	struct irqkit_spread *spread, unsigned int irq, uint64_t load, int now);

enum irqkit_serves {
	IRQKIT_SERVES_NONE, /* no queue: link state, configuration */
	IRQKIT_SERVES_BOTH,
	IRQKIT_SERVES_RX,
	IRQKIT_SERVES_TX
};

/*
 * Adds an interrupt that is pinned to @cpu, is not placed now and serves one direction,
 * in addition to irqkit_spread_add_queue(). If rx and tx are kept apart, the policy by queue
 * prefers, among CPUs with the same number of queues, the one that serves this direction
 * least. Interrupts that serve both directions, or none, do not count.
 *
 * -ENOENT: this CPU was not added.
 */
int irqkit_spread_add_direction(
	struct irqkit_spread *spread, unsigned int cpu, enum irqkit_serves serves);

/*
 * Sets the device and the queue of the interrupt at @index.
 *
 * @device: any number that differs from device to device
 * @queue: the number of the queue, or -1 if only the device is known: the interrupt may
 *         carry traffic, so the policy by queue gives it a CPU as it does to a queue
 */
void irqkit_spread_set_queue(struct irqkit_spread *spread, size_t index,
	unsigned int device, int queue, enum irqkit_serves direction);

/*
 * Says that the interrupt carries no traffic: link, configuration, commands, errors. The
 * policy by queue gives it the CPU of the first queue of its device.
 */
void irqkit_spread_set_follower(struct irqkit_spread *spread, size_t index);

/*
 * Says that the device of this interrupt has no other queue. If rx and tx each have at
 * least a tenth of the load of both, the policy by queue then gives the tx interrupt
 * another CPU with less load.
 */
void irqkit_spread_set_only_queue(struct irqkit_spread *spread, size_t index);

/*
 * Restricts the interrupt to CPUs of @node, if @node has any of the CPUs that it may use.
 */
void irqkit_spread_set_node(struct irqkit_spread *spread, size_t index, int node);

/* Restricts the interrupt to these CPUs. */
int irqkit_spread_set_allowed(
	struct irqkit_spread *spread, size_t index, const struct irqkit_cpuset *allowed);

/*
 * Sets the current affinity of the interrupt. It matters by load with a width greater
 * than 1: an interrupt that can stay keeps its CPUs, if it has that many and may use all
 * of them. By queue, a device that has an interrupt with several CPUs stays as a whole or
 * not at all, because such an interrupt was not pinned.
 */
int irqkit_spread_set_affinity(
	struct irqkit_spread *spread, size_t index, const struct irqkit_cpuset *affinity);

/* Sets the CPUs that the driver suggests. */
int irqkit_spread_set_hint(
	struct irqkit_spread *spread, size_t index, const struct irqkit_cpuset *hint);

/* Sets how many CPUs each interrupt gets, if there are enough. 0 means 1, the default. */
void irqkit_spread_set_width(struct irqkit_spread *spread, unsigned int width);

/*
 * Sets whether rx and tx of a queue get different CPUs; by load, whether they may be on
 * different CPUs. The default is false.
 */
void irqkit_spread_set_split(struct irqkit_spread *spread, bool is_split);

/*
 * Sets whether interrupts may use CPUs of other nodes. They then do so in two cases: if
 * their device has more queues than its node has CPUs; and with the policy by queue, if a
 * CPU would otherwise get more queues than any CPU has now. The default is false.
 */
void irqkit_spread_set_leave_node(struct irqkit_spread *spread, bool may_leave_node);

/*
 * Sets whether the policy by queue ignores where the queues are now, including the queues
 * of irqkit_spread_add_queue(), and uses the CPUs in the order in which they were added.
 * The default is false: queues stay where they are if moving them gains nothing.
 */
void irqkit_spread_set_fresh(struct irqkit_spread *spread, bool is_fresh);

/*
 * Sets the minimum gain. By load, interrupts that could stay are moved only if the load
 * of the busiest CPU becomes lower by more than @percent.
 *
 * @percent: from 0 to 100; the default is 10
 */
void irqkit_spread_set_gain(struct irqkit_spread *spread, unsigned int percent);

/*
 * Sets the idle load. By load, interrupts that could stay are not moved as long as no CPU
 * has more than this load. This is for programs that place repeatedly: the loads of an
 * idle system are noise.
 *
 * @load: the default is 0
 */
void irqkit_spread_set_idle(struct irqkit_spread *spread, uint64_t load);

enum irqkit_policy {
	/*
	 * One queue after the other, each to the next CPU with the fewest queues; devices
	 * in the order of their numbers, their first queues apart from each other; tx with
	 * rx. The queues of a device stay where they are if moving them would not put
	 * fewer queues on a CPU or a core, nor more of them on their node or on fast CPUs.
	 */
	IRQKIT_POLICY_QUEUE,
	/*
	 * The busiest CPU gets as little load as possible. Half of the load of its
	 * siblings counts as its own. The interrupts of a queue are moved as one; if they
	 * are on several CPUs, they are put on one, unless that gives the busiest CPU more
	 * load than it has. Few queues are moved: a queue stays if the result is still
	 * within half of the gain of the best result found.
	 */
	IRQKIT_POLICY_LOAD,
	/*
	 * The number of the interrupt modulo the number of CPUs, by ascending CPU number.
	 */
	IRQKIT_POLICY_IRQ,
	/*
	 * The CPUs that the driver suggests; of several, those with the fewest
	 * interrupts.
	 */
	IRQKIT_POLICY_HINT
};

/*
 * Chooses the CPUs. It may be called again, also after more was added or set; the
 * previous result is then gone. No CPU gets more interrupts than it has vectors for.
 */
int irqkit_spread_place(struct irqkit_spread *spread, enum irqkit_policy policy);

/*
 * Chooses the next best CPU for an interrupt, after the kernel reported that no CPU that
 * was chosen for it has a vector left.
 *
 * No other interrupt is moved to these full CPUs any more. By load, the interrupt stays
 * on its current CPU if moving would gain no more than the minimum gain. By queue, the
 * interrupts of the same queue that come later and were on the same CPU go with it. All
 * other interrupts keep their CPUs.
 *
 * @full_cpu: one of the CPUs that were chosen for it
 *
 * -ENOSPC: no other CPU has a vector left.
 * -ENOENT: @full_cpu was not chosen for this interrupt.
 */
int irqkit_spread_place_again(
	struct irqkit_spread *spread, size_t index, unsigned int full_cpu);

/*
 * Same as irqkit_spread_place_again(), but for a CPU that went offline.
 *
 * @lost_cpu: one of the CPUs that were chosen for it
 */
int irqkit_spread_lose_cpu(
	struct irqkit_spread *spread, size_t index, unsigned int lost_cpu);

/*
 * Leaves an interrupt where it is, because it was not moved after all: its load counts on
 * its current CPU. Its reason remains.
 */
void irqkit_spread_leave(struct irqkit_spread *spread, size_t index);

/* Returns the number of interrupts that were added. */
size_t irqkit_spread_count(const struct irqkit_spread *spread);

/* Returns the number of the interrupt at @index. */
unsigned int irqkit_spread_get_irq(const struct irqkit_spread *spread, size_t index);

/* Returns the load of the interrupt at @index. */
uint64_t irqkit_spread_get_load(const struct irqkit_spread *spread, size_t index);

/* Returns which direction of its queue the interrupt at @index serves. */
enum irqkit_serves irqkit_spread_get_serves(
	const struct irqkit_spread *spread, size_t index);

/*
 * Returns the CPUs that were chosen for the interrupt at @index. NULL: the interrupt
 * stays as it is, as most do by load; or irqkit_spread_place() was not called yet.
 */
const struct irqkit_cpuset *irqkit_spread_get_cpus(
	const struct irqkit_spread *spread, size_t index);

/*
 * Returns the reason for this choice, as a phrase for people: "queue 0, first CPU of node
 * 1", "tx-0, same CPU as rx-0", "relieves CPU 0", "stays: no gain". NULL before
 * irqkit_spread_place().
 */
const char *irqkit_spread_get_reason(const struct irqkit_spread *spread, size_t index);

/* Returns how many interrupts go to a CPU that does not handle them now. */
size_t irqkit_spread_count_moves(const struct irqkit_spread *spread);

/*
 * Returns the load of @cpu before the placement, as if the whole load of an interrupt
 * were on its current CPU. The load of siblings is not included. 0 if the CPU was not
 * added.
 */
uint64_t irqkit_spread_get_load_before(
	const struct irqkit_spread *spread, unsigned int cpu);

/*
 * Returns the load of @cpu after the placement, as if the CPUs of an interrupt shared its
 * load evenly. The load of siblings is not included. 0 if the CPU was not added.
 */
uint64_t irqkit_spread_get_load_after(
	const struct irqkit_spread *spread, unsigned int cpu);

/* With fewer interrupts than this in total, chance decides which CPU or queue has most. */
#define IRQKIT_FEW_INTERRUPTS 300u

/*
 * Returns the imbalance before the placement: the load of the busiest CPU divided by the
 * mean, over the CPUs for which irqkit_spread_is_judged() is true. 1.0 is even; 0 if there
 * is no load.
 */
double irqkit_spread_get_imbalance_before(const struct irqkit_spread *spread);

/* Returns the imbalance after the placement: see irqkit_spread_get_imbalance_before(). */
double irqkit_spread_get_imbalance_after(const struct irqkit_spread *spread);

/*
 * Finds what irqkit_spread_get_imbalance_after() would return with
 * irqkit_spread_set_split(). It then makes the original placement again, by the same
 * policy: call this before irqkit_spread_place_again() or irqkit_spread_leave(). After an
 * error, there is no placement.
 */
int irqkit_spread_find_split_imbalance(
	struct irqkit_spread *spread, double *ret_imbalance);

/*
 * Returns whether the imbalance covers @cpu: the CPU may be used, or it now handles one
 * of the interrupts that are being placed and have load. A CPU that is relieved therefore
 * counts before and after, even if it may not be used. False before
 * irqkit_spread_place().
 */
bool irqkit_spread_is_judged(const struct irqkit_spread *spread, unsigned int cpu);

/*
 * Returns whether the placement lowers the imbalance by 0.1 or more. Every message about
 * an expected improvement uses this function, so that all of them agree.
 */
bool irqkit_spread_is_better(const struct irqkit_spread *spread);

/*
 * Returns a lower bound for the load of the busiest CPU, including that of siblings, for
 * any placement: the mean, the largest load of one interrupt, or with m CPUs the m-th
 * and (m+1)-th largest load together.
 */
uint64_t irqkit_spread_get_bound(const struct irqkit_spread *spread);

/* --------------------------------------------------------------------------------- */
/* Steering: which CPUs should process or transmit packets                           */

/*
 * Advice on receive packet steering (RPS) for a network interface: which rx queues it
 * helps, and on which CPUs.
 *
 * RPS helps all queues if there are at least twice as many housekeeping CPUs near the
 * device as there are interrupts of rx queues. Otherwise it helps the queues of an
 * interrupt that has fired since boot at least twice as often as it would if all of these
 * CPUs had the same share. The CPUs that handle these interrupts, and their SMT siblings,
 * are left out if at least half of the CPUs remain. If two or more of the CPUs are fast
 * cores, only the fast cores are used.
 */
struct irqkit_rps_advice;

/*
 * Decides whether RPS helps an interface. Free the advice before the machine is refreshed
 * or freed.
 *
 * -ENODATA: the online CPUs are not known.
 */
int irqkit_rps_advice_new(struct irqkit_machine *machine, struct irqkit_device *device,
	struct irqkit_rps_advice **ret_advice);
void irqkit_rps_advice_free(struct irqkit_rps_advice *advice);

/* Returns the CPUs for the queues that RPS helps; empty if it helps none. */
const struct irqkit_cpuset *irqkit_rps_advice_get_cpus(
	const struct irqkit_rps_advice *advice);

/* Returns why RPS helps or does not help, as a phrase for people. */
const char *irqkit_rps_advice_get_reason(const struct irqkit_rps_advice *advice);

/* Returns whether RPS helps this rx queue of the interface. */
bool irqkit_rps_advice_helps(
	const struct irqkit_rps_advice *advice, const struct irqkit_queue *queue);

/* What RPS on certain CPUs does for a queue. */
enum irqkit_rps_state {
	IRQKIT_RPS_OFF, /* there are no CPUs */
	IRQKIT_RPS_ON, /* RPS helps, or it is not known whether it helps */
	IRQKIT_RPS_SAME_CPU, /* no effect: this CPU already handles the interrupt */
	IRQKIT_RPS_REDUNDANT, /* no benefit: the queues already share the work */
	/* the packets arrive on interfaces below this one, or all CPUs are offline */
	IRQKIT_RPS_NO_EFFECT,
};

/* Returns what RPS on @cpus does for an rx queue of the interface. */
enum irqkit_rps_state irqkit_rps_advice_judge(const struct irqkit_rps_advice *advice,
	const struct irqkit_queue *queue, const struct irqkit_cpuset *cpus);

/*
 * Returns whether a network device mostly sends: then RPS, which shares the work of
 * receiving, relieves its CPU little. Interrupts that serve only tx queues tell, or the
 * packets of the device since boot, if its interrupts serve both directions or fewer than
 * IRQKIT_FEW_INTERRUPTS fired. False if neither is known.
 */
bool irqkit_machine_mostly_sends(
	struct irqkit_machine *machine, struct irqkit_device *device);

/*
 * Same as irqkit_rps_advice_new(), but returns only the CPUs and the reason. The caller
 * frees both.
 *
 * -ENODATA: the online CPUs are not known.
 */
int irqkit_machine_advise_rps(struct irqkit_machine *machine,
	struct irqkit_device *device, struct irqkit_cpuset **ret_cpus, char **ret_why);

/*
 * Decides on which tx queue each CPU should transmit.
 *
 * Every housekeeping CPU, or every online CPU if there is no housekeeping CPU, gets the
 * queue whose interrupt is handled nearest to it: on the CPU itself, its core, its
 * last-level cache, its node, the nearest node. If several queues are equally near, the
 * CPU gets the one with the fewest CPUs. A queue that no CPU got gets the nearest CPU as
 * well.
 *
 * @served: the CPU that handles the interrupt of each queue, or -1
 * @n_queues: the number of tx queues
 * @ret_sets: an array of @n_queues elements; receives a set for each queue, which the
 *            caller frees
 *
 * -ENODATA: the online CPUs are not known, or there is no queue.
 */
int irqkit_steer_xps(struct irqkit_topology *topology, const int *served, size_t n_queues,
	struct irqkit_cpuset **ret_sets);

/* --------------------------------------------------------------------------------- */
/* Requests: what a user wants                                                       */

/*
 * A request holds words and numbers of a user, such as a command line or a line of a
 * policy file. irqkit_request_plan() reads the words, decides, and adds steps to a plan;
 * libirqkit(3) has an example.
 *
 * The same request can be planned several times. It keeps what came of the last time:
 * messages, the problem, and the placement.
 */
struct irqkit_request;

/* Creates a request that sets the affinity of interrupts: it needs TARGETs and CPUs. */
int irqkit_request_new_set(struct irqkit_request **ret_request);

/* Creates a request that sets the default affinity of later interrupts: it needs CPUs. */
int irqkit_request_new_default(struct irqkit_request **ret_request);

/*
 * Creates a request that spreads interrupts over CPUs. Without TARGETs, it means those of
 * all network devices with queues; without CPUs, the housekeeping CPUs.
 */
int irqkit_request_new_spread(struct irqkit_request **ret_request);

/*
 * Create a request that sets RPS and RFS, or XPS, of network interfaces. It needs
 * TARGETs, which are names of interfaces or globs such as "veth*". With
 * irqkit_request_check() and no TARGET, it is about all interfaces where the setting can
 * have an effect or is set.
 */
int irqkit_request_new_rps(struct irqkit_request **ret_request);
int irqkit_request_new_xps(struct irqkit_request **ret_request);

/*
 * Creates a request that sets RPS of the rx queues of interfaces that are created later.
 * To plan it, it needs CPUs, or IRQKIT_STEERING_OFF.
 */
int irqkit_request_new_rps_default(struct irqkit_request **ret_request);

/*
 * Creates a request that sets the size of the RFS flow table of the whole system. To plan
 * it, it needs irqkit_request_set_flows().
 */
int irqkit_request_new_flow_entries(struct irqkit_request **ret_request);

/*
 * Creates a request that pins queues of a network interface: the interrupt, XPS and the
 * kernel threads of each. It needs the name of the interface and irqkit_request_add_pin().
 */
int irqkit_request_new_pin(struct irqkit_request **ret_request);

/*
 * Creates a request for the channels of network interfaces. Its TARGETs are names of
 * interfaces or patterns. With irqkit_request_check() and no TARGET, it is about all
 * interfaces with hardware.
 */
int irqkit_request_new_channels(struct irqkit_request **ret_request);

/*
 * Creates a request that keeps work away from CPUs. It needs these CPUs, see
 * irqkit_request_set_cpus(), and takes no TARGET. Everything else stays as it is:
 * interrupts, queues and threads lose these CPUs and keep their others. If an interrupt or
 * a thread has no other online CPU, it gets the housekeeping CPUs of its NUMA node, or
 * those of the nearest node that has some.
 */
int irqkit_request_new_isolate(struct irqkit_request **ret_request);
void irqkit_request_free(struct irqkit_request *request);

/* What irqkit_request_new_isolate() keeps away. */
enum {
	IRQKIT_ISOLATE_IRQS = 1 << 0, /* interrupts */
	IRQKIT_ISOLATE_THREADS = 1 << 1, /* kernel threads */
	IRQKIT_ISOLATE_RPS = 1 << 2, /* RPS, also of interfaces that are created later */
	IRQKIT_ISOLATE_XPS = 1 << 3,
	IRQKIT_ISOLATE_WORKQUEUES = 1 << 4, /* work of unbound workqueues */
	IRQKIT_ISOLATE_DEFAULT = 1 << 5, /* interrupts that are requested later */
	IRQKIT_ISOLATE_IRQBALANCE = 1 << 6, /* what a running irqbalance places */
	IRQKIT_ISOLATE_ALL = (1 << 7) - 1 /* the default */
};

/* Sets what the request keeps away: flags IRQKIT_ISOLATE_*. */
void irqkit_request_set_only(struct irqkit_request *request, unsigned int parts);

/*
 * Reads the CPUs that a request of irqkit_request_new_isolate() names. The caller frees
 * the result. If this fails, the messages of the request show why.
 *
 * -EINVAL: it is another request, or its SET is wrong; the problem of the request is then
 *          IRQKIT_PROBLEM_WORDS.
 */
int irqkit_request_get_isolated(struct irqkit_request *request,
	struct irqkit_machine *machine, struct irqkit_cpuset **ret_cpus);

/*
 * After a plan of irqkit_request_new_isolate() was applied: reads which of its CPUs other
 * commands will not treat as isolated. This happens if no mask of the workqueues
 * confirms the default affinity: see IRQKIT_CPUS_ISOLATED. The caller frees the
 * result, which is usually empty.
 *
 * @cpus: from irqkit_request_get_isolated()
 *
 * -EACCES, ...: a file cannot be read.
 */
int irqkit_machine_read_unseen(struct irqkit_machine *machine,
	const struct irqkit_plan *plan, const struct irqkit_cpuset *cpus,
	struct irqkit_cpuset **ret_cpus);

/*
 * Adds a TARGET; it is copied. See irqkit_machine_select(). Requests for RPS and XPS take
 * names of interfaces instead, and a request for pins takes the name of one interface.
 */
int irqkit_request_add_target(struct irqkit_request *request, const char *word);

/*
 * Sets the CPUs.
 *
 * In a request that moves interrupts, `current` in the SET means the affinity of each
 * interrupt, as it is now or after an earlier step of the plan; its CPUs may be offline.
 * If the SET leaves an interrupt no CPU, the interrupt stays where it is, with a warning.
 * If a TARGET names this interrupt itself, or no interrupt is left, the SET is refused. A
 * spread uses the parts of the SET in the order written, and the CPUs of one part in the
 * order of irqkit_topology_get_order().
 *
 * @set: a SET, see irqkit_topology_parse_set(); it is copied. NULL: none
 * @label: what messages call it, such as "--cpus"; static text. NULL: "cpus"
 */
int irqkit_request_set_cpus(
	struct irqkit_request *request, const char *set, const char *label);

/*
 * Sets the CPUs by a mask: see irqkit_cpuset_parse_mask(). Requests for a spread or for
 * pins do not accept a mask.
 */
int irqkit_request_set_mask(
	struct irqkit_request *request, const char *mask, const char *label);

/* Where a spread may place the interrupts of a device. */
enum irqkit_node_policy {
	/*
	 * On the NUMA node of the device, as long as it has enough CPUs: see
	 * irqkit_spread_set_leave_node().
	 */
	IRQKIT_NODE_PREFERRED,
	IRQKIT_NODE_LOCAL, /* on the NUMA node of the device, even if that is crowded */
	IRQKIT_NODE_ANY,
	IRQKIT_NODE_NUMBER /* on a certain node */
};

/*
 * Sets the nodes of a spread. The default is IRQKIT_NODE_PREFERRED.
 *
 * @node: for IRQKIT_NODE_NUMBER, the number
 * @label: what messages call it, such as "--node"; static text. NULL: "node"
 */
void irqkit_request_set_node(struct irqkit_request *request,
	enum irqkit_node_policy policy, unsigned int node, const char *label);

/*
 * Set what a spread decides by: see irqkit_spread_place(), irqkit_spread_set_width(),
 * irqkit_spread_set_split(), irqkit_spread_set_gain() and irqkit_spread_set_idle().
 */
void irqkit_request_set_policy(struct irqkit_request *request, enum irqkit_policy policy);
void irqkit_request_set_width(struct irqkit_request *request, unsigned int width);
void irqkit_request_set_split(struct irqkit_request *request, bool is_split);
void irqkit_request_set_gain(struct irqkit_request *request, unsigned int percent);
void irqkit_request_set_idle(struct irqkit_request *request, uint64_t load);

/*
 * Sets the counts that are the loads of a spread. The default, NULL, is the counts since
 * boot.
 *
 * @counts: must have the same rows as the machine, as irqkit_snapshot_subtract() gives
 *          them, and live until the request was planned
 */
void irqkit_request_set_counts(
	struct irqkit_request *request, const struct irqkit_snapshot *counts);

/*
 * Sets a measured load that a spread uses instead of counts, until the next
 * irqkit_request_set_counts().
 *
 * @load: of the same machine; NULL: counts are used. It must live until the request was
 *        planned, which weighs it by what irqkit_request_set_weigh() chooses.
 */
void irqkit_request_set_load(struct irqkit_request *request, struct irqkit_load *load);

/* Set and return what the load is weighed by; see irqkit_load_weigh(). The default is BEST. */
void irqkit_request_set_weigh(struct irqkit_request *request, enum irqkit_weigh weigh);
enum irqkit_weigh irqkit_request_get_weigh(const struct irqkit_request *request);

/*
 * Set and return for how many seconds the counts of a spread should be measured; 0: they
 * are those since boot. The program measures: see irqkit_request_set_load().
 */
void irqkit_request_set_seconds(struct irqkit_request *request, unsigned int seconds);
unsigned int irqkit_request_get_seconds(const struct irqkit_request *request);

/*
 * Set and return after how many seconds a spread by load should be decided again; 0, the
 * default: never. The program does that: see irqkit_policies_set_due().
 */
void irqkit_request_set_every(struct irqkit_request *request, unsigned int seconds);
unsigned int irqkit_request_get_every(const struct irqkit_request *request);

/*
 * Sets whether a spread skips TARGETs that match nothing, as long as one matches.
 * Each of them still gets a message.
 */
void irqkit_request_set_passes_absent(struct irqkit_request *request, bool passes_absent);

/* A function that returns whether a spread should leave out this interrupt. */
typedef bool irqkit_leave_out_fn(void *data, const struct irqkit_irq *irq);

/*
 * Sets a function that leaves interrupts out of a spread. With such a function, every
 * interrupt is optional, even if a TARGET names it.
 *
 * @data: passed to @fn
 */
void irqkit_request_set_leave_out_fn(
	struct irqkit_request *request, irqkit_leave_out_fn *fn, void *data);

/*
 * Sets whether RPS, XPS or pins are set on the interfaces below the named one, such as the
 * ports of a bond, instead of on itself.
 *
 * @label: what messages call this setting, such as "--lower"; static text. NULL: "lower"
 */
void irqkit_request_set_lower(
	struct irqkit_request *request, bool is_lower, const char *label);

enum {
	IRQKIT_PIN_NO_XPS = 1 << 0, /* do not change XPS */
	IRQKIT_PIN_NO_THREADS = 1 << 1, /* do not move kernel threads */
	IRQKIT_PIN_IRQ_ONLY = 1 << 2, /* neither of them */
	IRQKIT_PIN_THREADS_ONLY = 1 << 4, /* only threads, except those of interrupts */
	IRQKIT_PIN_WARN_ALL = 1 << 3, /* warn also about queues that are not named */
};

/* Sets what is pinned with a queue: 0 or some of IRQKIT_PIN_*. */
void irqkit_request_set_pin_flags(struct irqkit_request *request, unsigned int flags);

/*
 * Adds queues and their CPUs: "0=2" (rx-0 and tx-0), "rx-1=3", or "all=0-3" (queue i gets
 * the i-th CPU in the order written, as in "all=7,6,5,4"). `current` in the SET means the
 * affinity that the interrupt of the queue has now; "all=SET" does not accept it. The
 * word is copied.
 */
int irqkit_request_add_pin(struct irqkit_request *request, const char *word);

/*
 * Sets whether "all=SET" uses CPUs again if there are fewer of them than queues.
 *
 * @label: what messages call this setting, such as "--wrap"; static text. NULL: "wrap"
 */
void irqkit_request_set_wraps(
	struct irqkit_request *request, bool wraps, const char *label);

/*
 * Sets the queues for RPS (rx) or XPS (tx). The default is all.
 *
 * @list: their numbers, "0,2"; it is copied. NULL: all
 * @label: what messages call it, such as "--queues"; static text. NULL: "queues"
 */
int irqkit_request_set_queues(
	struct irqkit_request *request, const char *list, const char *label);

/*
 * Set what a request for channels wants: so many channels of a kind; the useful number, see
 * irqkit_machine_find_useful_channels(); and an RSS table that gives flows to the first
 * @n_queues rx queues, or to all.
 *
 * @n_queues: 0: all
 * @label: what messages call this setting, such as "--combined"; static text. NULL: the
 *         kind, "auto" or "rss"
 */
void irqkit_request_set_channels(struct irqkit_request *request,
	enum irqkit_channel_kind kind, unsigned int number, const char *label);
void irqkit_request_set_auto_channels(struct irqkit_request *request, const char *label);
void irqkit_request_set_rss(
	struct irqkit_request *request, unsigned int n_queues, const char *label);

/*
 * Sets whether the interrupts of an interface are spread after its channels were changed:
 * see irqkit_request_plan_rest().
 */
void irqkit_request_set_spreads(struct irqkit_request *request, bool spreads);

/* Which CPUs the queues get. */
enum irqkit_steering {
	IRQKIT_STEERING_GIVEN, /* those of irqkit_request_set_cpus() */
	IRQKIT_STEERING_AUTO, /* RPS: see irqkit_rps_advice; XPS: the nearest */
	IRQKIT_STEERING_OFF, /* none; RFS is turned off too */
	IRQKIT_STEERING_NONE, /* none; RFS stays as it is, or gets the flows given */
	/*
	 * XPS: the rx queues of irqkit_request_set_rxqs(); without these, each tx queue gets
	 * the rx queues it is paired with. CPUs stay as they are.
	 */
	IRQKIT_STEERING_RXQS,
};

/*
 * Sets how RPS or XPS get their CPUs. The default is IRQKIT_STEERING_GIVEN.
 *
 * @auto_label: what messages call IRQKIT_STEERING_AUTO, such as "--auto"; static text.
 *              NULL: "auto"
 */
void irqkit_request_set_steering(struct irqkit_request *request,
	enum irqkit_steering steering, const char *auto_label);

/*
 * Sets the rx queues whose flows are transmitted on the tx queues. With
 * IRQKIT_STEERING_GIVEN and _NONE, they are set beside the CPUs; otherwise these turn them
 * off, because rx queues take precedence.
 *
 * @list: their numbers, "0,2"; it is copied. NULL: none given
 * @label: what messages call it, such as "--rxqs"; static text. NULL: "rxqs"
 */
int irqkit_request_set_rxqs(
	struct irqkit_request *request, const char *list, const char *label);

/* The largest number of flows: net/core/sysctl_net_core.c, rps_sock_flow_sysctl(). */
#define IRQKIT_FLOWS_MAX (1u << 29)

/*
 * Sets the size of the RFS flow tables of all queues of an interface together; 0 turns RFS
 * off.
 *
 * @label: what messages call it, such as "--flows"; static text. NULL: "flows"
 *
 * -ERANGE: @flows is greater than IRQKIT_FLOWS_MAX.
 */
int irqkit_request_set_flows(
	struct irqkit_request *request, uint64_t flows, const char *label);

/*
 * Reads the words of a request and looks for what is wrong with them, but decides nothing.
 * For RPS and XPS, it finds the interface and its queues, so that a program can show them.
 * For a setting of the whole system, it says if the setting is missing or unreadable.
 *
 * -EINVAL: the request is of a kind that can only be planned; or see irqkit_request_plan().
 */
int irqkit_request_check(struct irqkit_request *request, struct irqkit_machine *machine);

/*
 * Adds the steps that the request asks for to @plan, which belongs to @machine.
 *
 * If this fails, irqkit_request_get_problem() and the messages show why; the plan may then
 * contain some steps, and must not be applied. If something could not be read, the log
 * function of the context has received the reason, and there may be no message.
 */
int irqkit_request_plan(struct irqkit_request *request, struct irqkit_machine *machine,
	struct irqkit_plan *plan);

/*
 * Adds the steps of the last placement to another plan of the same machine, for programs
 * that take the lock only when there is something to write.
 */
int irqkit_request_plan_again(struct irqkit_request *request, struct irqkit_plan *plan);

/*
 * Adds the steps that a request for channels wants after its barrier was passed: see
 * irqkit_plan_needs_rest(). It adds none if nothing is to follow. If interrupts are spread,
 * irqkit_request_get_placement() returns how.
 */
int irqkit_request_plan_rest(struct irqkit_request *request,
	struct irqkit_machine *machine, struct irqkit_plan *plan);

/* ------- disturbances */

/* What can still interrupt some CPUs. */
struct irqkit_disturbances;
struct irqkit_disturbance;

enum irqkit_disturbance_kind {
	IRQKIT_DISTURBED_BY_INTERRUPT, /* it has a number */
	IRQKIT_DISTURBED_BY_ROW, /* of /proc/interrupts, with a name: LOC, RES, CAL */
	IRQKIT_DISTURBED_BY_THREAD, /* a kernel thread, or one for each CPU: ksoftirqd/N */
};

enum {
	/* After the plan is applied: without what the plan moves away. */
	IRQKIT_DISTURBANCES_PLANNED = 1 << 0,
	/* Also interrupts that are not allowed there any more, but have been counted. */
	IRQKIT_DISTURBANCES_COUNTED = 1 << 1,
};

/*
 * Finds what can interrupt @cpus: interrupts that are allowed there or handled there, rows
 * that have counted any there, and kernel threads that may run there. The caller frees the
 * result.
 *
 * @plan: of @machine; what it skips is not called movable, and the reason is that of the
 *        step. It must live longer than the result. NULL: none
 * @flags: IRQKIT_DISTURBANCES_*
 */
int irqkit_disturbances_new(struct irqkit_machine *machine,
	const struct irqkit_cpuset *cpus, const struct irqkit_plan *plan,
	unsigned int flags, struct irqkit_disturbances **ret_found);
void irqkit_disturbances_free(struct irqkit_disturbances *found);

/* Returns their number. */
size_t irqkit_disturbances_count(const struct irqkit_disturbances *found);

/* Returns the one at @index: interrupts and rows in the order of the file, then threads. */
const struct irqkit_disturbance *irqkit_disturbances_get(
	const struct irqkit_disturbances *found, size_t index);

/* Returns the kind of the disturbance: an interrupt, a row that has a name, or a thread. */
enum irqkit_disturbance_kind irqkit_disturbance_get_kind(
	const struct irqkit_disturbance *disturbance);

/* Returns the handlers of an interrupt, "a, b"; the label of a row; or a thread's name. */
const char *irqkit_disturbance_get_name(const struct irqkit_disturbance *disturbance);

/* Returns the row, or NULL for a thread. It belongs to the machine. */
const struct irqkit_interrupt *irqkit_disturbance_get_row(
	const struct irqkit_disturbance *disturbance);

/* Returns which of the CPUs it can interrupt. */
const struct irqkit_cpuset *irqkit_disturbance_get_cpus(
	const struct irqkit_disturbance *disturbance);

/* Returns why in a few words: "managed by the kernel". */
const char *irqkit_disturbance_get_why(const struct irqkit_disturbance *disturbance);

/* Returns whether it could be moved away. */
bool irqkit_disturbance_is_movable(const struct irqkit_disturbance *disturbance);

/* ------- results of a request */

/* Why a request could not be planned. */
enum irqkit_problem {
	IRQKIT_PROBLEM_NONE,
	IRQKIT_PROBLEM_WORDS, /* a word is wrong, at all or on this machine */
	IRQKIT_PROBLEM_NO_MATCH, /* a TARGET matches nothing */
	IRQKIT_PROBLEM_IMMOVABLE, /* the interrupts cannot be moved */
	IRQKIT_PROBLEM_FAILED, /* something could not be read, or memory ran out */
};

/* Returns the problem of the last plan or check. */
enum irqkit_problem irqkit_request_get_problem(const struct irqkit_request *request);

/* Returns the number of messages of the last plan or check. */
size_t irqkit_request_count_messages(const struct irqkit_request *request);

enum irqkit_message_kind {
	IRQKIT_MESSAGE_ERROR, /* why the request could not be planned */
	IRQKIT_MESSAGE_WARNING, /* what may not be as the user expects */
	IRQKIT_MESSAGE_REMARK, /* a sentence to show with the plan: what was decided */
};

/*
 * Returns a message, as a phrase for a user. It contains words of the user and names of
 * the machine unchanged.
 */
const char *irqkit_request_get_message(const struct irqkit_request *request, size_t index,
	enum irqkit_message_kind *ret_kind);

/* Returns what the TARGETs of an affinity meant, or NULL. It belongs to the request. */
const struct irqkit_selection *irqkit_request_get_selection(
	const struct irqkit_request *request);

/* Returns the number of interfaces that the last plan or check is about. */
size_t irqkit_request_count_devices(const struct irqkit_request *request);

/* Returns the interface at @index. */
struct irqkit_device *irqkit_request_get_device(
	const struct irqkit_request *request, size_t index);

/* Returns the number of queues that RPS or XPS is set for. */
size_t irqkit_request_count_queues(const struct irqkit_request *request);

/* Returns the queue at @index; they are in the order of the interfaces. */
struct irqkit_queue *irqkit_request_get_queue(
	const struct irqkit_request *request, size_t index);

/* What a spread was decided from, and the decision. It belongs to the request. */
struct irqkit_placement;

/* Returns the placement of the last plan of a spread, or NULL. */
const struct irqkit_placement *irqkit_request_get_placement(
	const struct irqkit_request *request);

/*
 * Returns the placement problem. The index of an interrupt in it is also the index of its
 * step in the plan; interrupts that cannot be moved follow as skipped steps.
 */
struct irqkit_spread *irqkit_placement_get_spread(
	const struct irqkit_placement *placement);

/* Returns the CPUs that interrupts may go to. */
const struct irqkit_cpuset *irqkit_placement_get_cpus(
	const struct irqkit_placement *placement);

/* Returns the number of interrupts that are placed. */
size_t irqkit_placement_count_irqs(const struct irqkit_placement *placement);

/*
 * Finds the index of interrupt @number among those that are placed.
 *
 * -ENOENT: it is not one of them.
 */
int irqkit_placement_find_irq(
	const struct irqkit_placement *placement, unsigned int number, size_t *ret_index);

/* Returns the number of TARGETs that were skipped. */
size_t irqkit_placement_count_absent(const struct irqkit_placement *placement);

/*
 * With a width above 1: returns the number of interrupts that several CPUs may handle
 * while one does.
 */
size_t irqkit_placement_count_on_one_of_many(const struct irqkit_placement *placement);

/*
 * Returns whether fewer than IRQKIT_FEW_INTERRUPTS interrupts fired on the CPUs that are
 * judged (see irqkit_spread_is_judged()). False if the load is CPU time.
 */
bool irqkit_placement_has_few(const struct irqkit_placement *placement);

/*
 * Returns whether the placement makes the load clearly less even: the imbalance grows by
 * more than 0.1 and by more than a twentieth. False if too few interrupts fired to judge.
 */
bool irqkit_placement_is_less_even(const struct irqkit_placement *placement);

/*
 * Returns whether the placement is less even and nothing outweighs that. False by load,
 * and where the placement relieves a CPU that is isolated.
 */
bool irqkit_placement_is_worse(const struct irqkit_placement *placement);

/* Returns the number of devices that have some of the interrupts. */
size_t irqkit_placement_count_devices(const struct irqkit_placement *placement);

/* Returns the device at @index, or NULL for one interrupt of an unknown device. */
struct irqkit_device *irqkit_placement_get_device(
	const struct irqkit_placement *placement, size_t index);

/* Returns how many interrupts of the device at @index serve a queue that receives. */
size_t irqkit_placement_count_queues(
	const struct irqkit_placement *placement, size_t index);

/* Returns the number of CPUs that the interrupts of the device at @index may go to. */
size_t irqkit_placement_count_cpus(
	const struct irqkit_placement *placement, size_t index);

/* Returns the NUMA node of the device at @index, or -1. */
int irqkit_placement_get_node(const struct irqkit_placement *placement, size_t index);

/* ------------------------------------------------------------------------------- */
/* Policies                                                                        */

/*
 * The lines of policy files. A line is a command of a user, as irqkit.conf(5) describes it:
 * the library reads the files and splits them into words, the program makes a request of
 * the words of each line, and the library makes one plan of all requests.
 */
struct irqkit_policies;

/* Makes an object without lines. The calls below add the lines of files or texts. */
int irqkit_policies_new(struct irqkit_policies **ret_policy);
void irqkit_policies_free(struct irqkit_policies *policy);

/*
 * Reads the files NAME.conf of /etc/irqkit.d, /run/irqkit.d and /usr/lib/irqkit.d below the
 * root, sorted by name. If several have the same name, only the first one is read. A link to
 * /dev/null or an empty file has no lines. Directories that do not exist are skipped.
 *
 * The call does not fail if a file is wrong: see irqkit_policies_get_mistake().
 */
int irqkit_policies_read_system(struct irqkit_policies *policy, struct irqkit_ctx *ctx);

/*
 * Reads one file, or the files NAME.conf of a directory. @path is not below the root. The
 * call does not fail if a file is wrong: see irqkit_policies_get_mistake().
 */
int irqkit_policies_read(struct irqkit_policies *policy, const char *path);

/* Adds the lines of a text; @name: what messages call the file. */
int irqkit_policies_add_text(
	struct irqkit_policies *policy, const char *name, const char *text, size_t len);

/* Returns the number of files that were read; files without a line do not count. */
size_t irqkit_policies_count_files(const struct irqkit_policies *policy);

/* Returns the number of mistakes in the files. A program should report them all. */
size_t irqkit_policies_count_mistakes(const struct irqkit_policies *policy);

/*
 * Returns what is wrong with a file, as "FILE:LINE: ...".
 *
 * @ret_is_failure: a file could not be read; otherwise its owner, its mode or its text is
 *                  wrong
 */
const char *irqkit_policies_get_mistake(
	const struct irqkit_policies *policy, size_t index, bool *ret_is_failure);

/* Returns the number of lines of all files, in the order in which these were read. */
size_t irqkit_policies_count_lines(const struct irqkit_policies *policy);

/* Returns the name of the file of the line at @index, and its number in it, from 1. */
const char *irqkit_policies_get_file(
	const struct irqkit_policies *policy, size_t index, unsigned int *ret_number);

/* Returns the words of a line, ending with NULL. The first one names the command. */
const char *const *irqkit_policies_get_words(
	const struct irqkit_policies *policy, size_t index, size_t *ret_count);

/* Returns whether the line begins with "-", so that its TARGETs may be missing. */
bool irqkit_policies_is_optional(const struct irqkit_policies *policy, size_t index);

/* Sets the request of a line; the policy frees it. */
void irqkit_policies_set_request(
	struct irqkit_policies *policy, size_t index, struct irqkit_request *request);

/* Returns the request of a line, or NULL. */
struct irqkit_request *irqkit_policies_get_request(
	const struct irqkit_policies *policy, size_t index);

/*
 * Adds CPUs that count as isolated for all lines: they are not housekeeping CPUs. A line
 * uses such a CPU only if it names this CPU by its number, and then gets a warning.
 */
int irqkit_policies_add_isolated(
	struct irqkit_policies *policy, const struct irqkit_cpuset *cpus);

/*
 * Sets whether a line that decides by counts is decided again, also with
 * IRQKIT_POLICIES_CHECK. The default is false.
 */
void irqkit_policies_set_due(struct irqkit_policies *policy, size_t index, bool is_due);

/* Flags of irqkit_policies_plan(). */
enum {
	/* the plan is compared with the system and not applied */
	IRQKIT_POLICIES_CHECK = 1 << 0,
	/* a line that cannot be planned is left out, and the others are planned */
	IRQKIT_POLICIES_LEAVE = 1 << 2,
	/* the barriers of the plan were passed: the rest is added to it */
	IRQKIT_POLICIES_REST = 1 << 1,
	/* decide again what depends on counts, also if everything is as it was applied */
	IRQKIT_POLICIES_ANEW = 1 << 3,
};

/* A function that is called once the line at @index was planned. */
typedef void irqkit_policies_line_fn(
	void *data, const struct irqkit_policies *policy, size_t index);

/*
 * Makes one plan of the requests of all lines. @plan must be empty; it belongs to @machine.
 * A later line sees what the earlier ones will have done, and wins where it sets the same.
 * Lines without a request are left out. So are TARGETs that match nothing: see
 * irqkit_policies_get_missing().
 *
 * With IRQKIT_POLICIES_CHECK, lines that decide by counts (spread by load or total, automatic
 * RPS) are not decided again: the plan has the values of irqkit_policies_keep(). Nor are
 * they without it, if every setting is as it was applied: see
 * irqkit_policies_is_as_applied(). IRQKIT_POLICIES_ANEW decides again in any case. See
 * also irqkit_policies_set_due().
 *
 * If lines for channels change some, the plan has only what these lines set: it has a
 * barrier, see irqkit_plan_has_barrier(). Once that was applied and passed, the call with
 * IRQKIT_POLICIES_REST adds the steps of all other lines to the same plan.
 *
 * If a line cannot be planned, the call fails with the error of the first such line, after
 * all lines were tried; irqkit_policies_get_error() and the request of each line show why.
 *
 * If the kernel has no vector left on a CPU that a spread has chosen, the plan uses the next
 * best when it is applied, so @policy must live as long as @plan.
 *
 * @fn: may be NULL; @data: passed to it
 */
int irqkit_policies_plan(struct irqkit_policies *policy, struct irqkit_machine *machine,
	struct irqkit_plan *plan, unsigned int flags, irqkit_policies_line_fn *fn,
	void *data);

/* Returns the error of a line in the last plan: negative, or 0. */
int irqkit_policies_get_error(const struct irqkit_policies *policy, size_t index);

/* Returns the index of the line that the step at @index of the plan belongs to. */
size_t irqkit_policies_get_line(const struct irqkit_policies *policy, size_t index);

/* TARGETs of the last plan that match nothing. */
size_t irqkit_policies_count_missing(const struct irqkit_policies *policy);

/*
 * Returns such a TARGET, or "" if its line names none.
 *
 * @ret_line: the index of its line
 * @ret_message: why nothing matches; it may be ""
 */
const char *irqkit_policies_get_missing(const struct irqkit_policies *policy,
	size_t index, size_t *ret_line, const char **ret_message);

/*
 * Does the system differ from the step at @index of the last plan? 1: yes, 0: no.
 *
 * @ret_is_undecided: its line decides when it is applied, and it was not applied yet; the
 *                    new value of the step means nothing then
 */
int irqkit_policies_differs(const struct irqkit_policies *policy,
	const struct irqkit_plan *plan, size_t index, bool *ret_is_undecided);

/*
 * Returns how many settings of the last plan cannot be compared, since what their lines
 * decided cannot be read: only root can read /run/irqkit. They do not count as different.
 *
 * @ret_error: why: negative, or 0
 */
size_t irqkit_policies_count_unchecked(
	const struct irqkit_policies *policy, int *ret_error);

/* Why a setting differs from its line, as far as irqkit can tell. */
enum irqkit_cause {
	IRQKIT_CAUSE_UNKNOWN,
	IRQKIT_CAUSE_NOT_APPLIED, /* the line was not applied since boot */
	IRQKIT_CAUSE_NEW_DEVICE, /* the device was created again since then */
	IRQKIT_CAUSE_OFFLINE, /* CPUs went offline since then */
	IRQKIT_CAUSE_IRQBALANCE, /* irqbalance runs, and does not leave it alone */
};
enum irqkit_cause irqkit_policies_find_cause(const struct irqkit_policies *policy,
	const struct irqkit_plan *plan, size_t index);

/*
 * Is every setting of the last plan as it was applied? Then the plan has nothing to write,
 * and no line was decided again: counts need not be measured.
 */
bool irqkit_policies_is_as_applied(const struct irqkit_policies *policy);

/*
 * Is what was planned last the same as what irqkit_policies_keep() wrote before? 1: yes, 0:
 * no.
 */
int irqkit_policies_is_kept(const struct irqkit_policies *policy);

/*
 * Looks at the system after the last plan was applied. A line that would set something else
 * now, because the lines depend on each other, is compared with what was applied from now
 * on: see irqkit_policies_keep().
 *
 * Errors: see irqkit_machine_new().
 */
int irqkit_policies_settle(struct irqkit_policies *policy, struct irqkit_ctx *ctx);

/*
 * Writes what the last plan has set to /run/irqkit, for later checks: after the plan was
 * applied, under the same lock.
 */
int irqkit_policies_keep(struct irqkit_policies *policy, struct irqkit_lock *lock);

/* Settings that a line had when it was applied, and that no line has now. */
size_t irqkit_policies_count_left(const struct irqkit_policies *policy);

/* Returns the path of such a setting; @ret_target: the interrupt or queue it belongs to. */
const char *irqkit_policies_get_left(
	const struct irqkit_policies *policy, size_t index, const char **ret_target);

/* Settings that lines of policy files have placed, as irqkit_policies_keep() wrote them. */
struct irqkit_applied;

/*
 * Reads them.
 *
 * -ENOENT: no policy was applied since boot. -EACCES, -EPERM, ...: see irqkit_lock_new().
 * -EBADMSG: what was written cannot be understood.
 */
int irqkit_applied_new(struct irqkit_ctx *ctx, struct irqkit_applied **ret_applied);
void irqkit_applied_free(struct irqkit_applied *applied);

/*
 * Does a line want another value than the new value of a step? Reads the file of the line.
 *
 * @ret_file, @ret_number: the line, as in irqkit_policies_get_file(); @applied owns the
 * name. Number 0: the file has no such line any more.
 *
 * 1: yes, 0: no, or no line has the setting.
 */
int irqkit_applied_find(struct irqkit_applied *applied, const struct irqkit_step *step,
	const char **ret_file, unsigned int *ret_number);

/* --------------------------------------------------------------------------------- */
/* Saved settings: the state of a machine as lines of a policy file                  */

/*
 * The settings of a machine as lines of a policy file: command lines of irqkit(8) without
 * the word irqkit, quoted as a shell and popt's poptParseArgvString() read them. Devices,
 * queues and handlers are named, and no interrupt number is used. The same state gives the
 * same lines.
 */
struct irqkit_saved;

/* One line; owned by its irqkit_saved. */
struct irqkit_saved_line;

enum {
	/*
	 * Also save RPS, XPS, threads and defaults that are as the kernel sets them, so that
	 * the lines also turn off what somebody turns on later.
	 */
	IRQKIT_SAVE_ALL = 1 << 0,
};

/*
 * Saves the affinity of interrupts that can be moved, and RPS, RFS, XPS, the affinity of
 * kernel threads and the defaults of the system that are not as the kernel sets them.
 *
 * @words: the TARGETs: only their interrupts and queues are saved, and no defaults
 * @n_words: their number; 0 means everything
 * @flags: 0 or IRQKIT_SAVE_ALL
 * @reterr_message: see irqkit_machine_select()
 *
 * Errors: see irqkit_machine_select(), and the error of what could not be read.
 */
int irqkit_saved_new(struct irqkit_machine *machine, const char *const *words,
	size_t n_words, unsigned int flags, struct irqkit_saved **ret_saved,
	char **reterr_message);
void irqkit_saved_free(struct irqkit_saved *saved);

/* Returns the number of lines. */
size_t irqkit_saved_count(const struct irqkit_saved *saved);

/* Returns the line at @index. */
const struct irqkit_saved_line *irqkit_saved_get(
	const struct irqkit_saved *saved, size_t index);

enum irqkit_saved_kind {
	IRQKIT_SAVED_COMMAND, /* sets something */
	IRQKIT_SAVED_LEFT_OUT, /* a comment: what no line can set, and why */
	IRQKIT_SAVED_COMMENT, /* a heading, or an empty line */
};

/* Returns the line without the newline at its end. A comment can have several lines. */
const char *irqkit_saved_line_get_text(const struct irqkit_saved_line *line);

/* Returns what the line is. */
enum irqkit_saved_kind irqkit_saved_line_get_kind(const struct irqkit_saved_line *line);

/* Returns the name of the device whose settings the line has, or NULL. */
const char *irqkit_saved_line_get_device(const struct irqkit_saved_line *line);

/* Returns the number of settings that a command sets, or that a comment leaves out. */
size_t irqkit_saved_line_count_settings(const struct irqkit_saved_line *line);

/* --------------------------------------------------------------------------------- */
/* Doctor: what is wrong with a machine                                              */

/* Runs rules over a machine, and collects their findings. */
struct irqkit_doctor;

/* What a rule has found; owned by its doctor. */
struct irqkit_finding;

/* A rule: one thing that can be wrong, with an ID that never changes. */
struct irqkit_rule;

/* How bad a finding is; the larger, the worse. */
enum irqkit_class {
	IRQKIT_CLASS_INFO, /* a limit that no command removes */
	IRQKIT_CLASS_LOW, /* will matter later */
	IRQKIT_CLASS_MEDIUM, /* waste, or something that does not do what it promises */
	IRQKIT_CLASS_HIGH, /* a CPU is saturated, or packets are lost */
	IRQKIT_CLASS_BROKEN, /* something does not work at all */
};

/* What the numbers of a finding are. */
enum irqkit_confidence {
	IRQKIT_CONFIDENCE_PLACEMENT, /* none: only where interrupts are placed is known */
	IRQKIT_CONFIDENCE_MEAN, /* the mean since boot */
	IRQKIT_CONFIDENCE_MEASURED, /* measured between two readings */
};

/* What else a fix needs that a person makes. */
enum irqkit_needs {
	IRQKIT_NEEDS_NOTHING,
	IRQKIT_NEEDS_REBOOT,
	IRQKIT_NEEDS_HOST, /* a change on the host of a guest */
	IRQKIT_NEEDS_RECONNECT, /* the device is connected again */
};

/* Returns the rule at @index, or NULL after the last one. */
const struct irqkit_rule *irqkit_rule_get(size_t index);

/* Returns the rule with this ID, or NULL. */
const struct irqkit_rule *irqkit_rule_find(const char *id);

/* Returns the ID of a rule, such as "queues-on-one-cpu". */
const char *irqkit_rule_get_id(const struct irqkit_rule *rule);

/* Returns the class of its findings; a finding may have a lower one. */
enum irqkit_class irqkit_rule_get_class(const struct irqkit_rule *rule);

/* Returns what it looks for, in a few words. */
const char *irqkit_rule_get_title(const struct irqkit_rule *rule);

/* Returns why that matters, as one sentence. */
const char *irqkit_rule_get_why(const struct irqkit_rule *rule);

/* Returns when it reports something, and when it does not, as a paragraph. */
const char *irqkit_rule_get_explanation(const struct irqkit_rule *rule);

/* Creates a doctor. @machine: must live longer than the result, and is not changed */
int irqkit_doctor_new(struct irqkit_machine *machine, struct irqkit_doctor **ret_doctor);
void irqkit_doctor_free(struct irqkit_doctor *doctor);

/* Limits the findings to those about the devices that are added. */
int irqkit_doctor_add_device(struct irqkit_doctor *doctor, struct irqkit_device *device);

/* Leaves a rule out. -ENOENT: there is no rule with this ID. */
int irqkit_doctor_ignore(struct irqkit_doctor *doctor, const char *id);

/* Where interrupts may go, and go, at one time. */
struct irqkit_affinities;

/*
 * Notes the affinities of a running machine, before it is measured. What cannot be read is
 * left out.
 */
int irqkit_affinities_new(
	struct irqkit_machine *machine, struct irqkit_affinities **ret_affinities);
void irqkit_affinities_free(struct irqkit_affinities *affinities);

/*
 * Gives the doctor what was noted earlier, to compare it with the affinities at the time of
 * the look: after a measurement, and irqkit_machine_refresh(). Without it, rules about
 * affinities that change have nothing to look at, unless a saved system has two readings.
 *
 * @affinities: must live until the next look; NULL: none
 */
void irqkit_doctor_set_earlier(
	struct irqkit_doctor *doctor, const struct irqkit_affinities *affinities);

/*
 * Runs the rules. Findings of an earlier look end.
 *
 * @load: what CPUs and interrupts do, of the same machine; NULL: only the totals of
 *        interrupts are known, for an unknown time. It must live until the next look.
 *
 * A rule that needs something that this system does not have is counted, see
 * irqkit_doctor_get_rule().
 */
int irqkit_doctor_look(struct irqkit_doctor *doctor, const struct irqkit_load *load);

/* Returns the number of findings. */
size_t irqkit_doctor_count_findings(const struct irqkit_doctor *doctor);

/* Returns the finding at @index, the worst first. */
const struct irqkit_finding *irqkit_doctor_get_finding(
	const struct irqkit_doctor *doctor, size_t index);

/* Returns the number of rules that were run. */
size_t irqkit_doctor_count_rules(const struct irqkit_doctor *doctor);

/*
 * Returns the rule at @index of those that were run.
 *
 * @ret_lacks: what it needs and the system does not have, "no /proc/stat"; NULL: it looked
 */
const struct irqkit_rule *irqkit_doctor_get_rule(
	const struct irqkit_doctor *doctor, size_t index, const char **ret_lacks);

/*
 * Return what the numbers are, and for how many seconds they were counted; -1: that is not
 * known.
 */
enum irqkit_confidence irqkit_doctor_get_confidence(const struct irqkit_doctor *doctor);
double irqkit_doctor_get_seconds(const struct irqkit_doctor *doctor);

/* Returns the rule that has found it. */
const struct irqkit_rule *irqkit_finding_get_rule(const struct irqkit_finding *finding);

/* Returns how bad it is. */
enum irqkit_class irqkit_finding_get_class(const struct irqkit_finding *finding);

/* Returns what it is about: "eth1", "CPUs 4-15", "the machine". */
const char *irqkit_finding_get_subject(const struct irqkit_finding *finding);

/* Returns the device that it is about, or NULL. */
struct irqkit_device *irqkit_finding_get_device(const struct irqkit_finding *finding);

/* Returns what was found, with its subject and numbers, as a sentence without full stop. */
const char *irqkit_finding_get_text(const struct irqkit_finding *finding);

/*
 * Return how much it concerns, 0 to 1, and which part of that the fix removes. With _is_of_,
 * the share is one of the time of a CPU; otherwise of interrupts.
 */
double irqkit_finding_get_share(const struct irqkit_finding *finding);
double irqkit_finding_get_gain(const struct irqkit_finding *finding);
bool irqkit_finding_is_of_time(const struct irqkit_finding *finding);

/* Returns what its numbers are. */
enum irqkit_confidence irqkit_finding_get_confidence(
	const struct irqkit_finding *finding);

/* Returns the number of facts that it rests on. */
size_t irqkit_finding_count_facts(const struct irqkit_finding *finding);

/* Returns the file of a fact. @ret_value: what it holds, or the part that matters */
const char *irqkit_finding_get_fact(
	const struct irqkit_finding *finding, size_t index, const char **ret_value);

/*
 * Returns the command that fixes it: its words, without "irqkit", ending with NULL; NULL if
 * there is none.
 *
 * @ret_count: the number of words
 */
const char *const *irqkit_finding_get_fix(
	const struct irqkit_finding *finding, size_t *ret_count);

/*
 * Returns what a person must do or could do better, as a phrase, or NULL.
 *
 * @ret_needs: what that needs
 */
const char *irqkit_finding_get_by_hand(
	const struct irqkit_finding *finding, enum irqkit_needs *ret_needs);

/* Returns the finding whose symptom this one is, or NULL. */
const struct irqkit_finding *irqkit_finding_get_cause(
	const struct irqkit_finding *finding);

#ifdef __cplusplus
}
#endif

#endif
