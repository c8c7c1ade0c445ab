/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The files of /proc/irq/N. Each call reads its file: lib/machine/ keeps what was read. */
#ifndef IRQKIT_IRQ_H
#define IRQKIT_IRQ_H

#include <irqkit.h>
#include <sys/types.h>

/* What is known of smp_affinity, also if reading it failed in the end. */
struct irq_affinity {
	char *text; /* owned; as the kernel wrote it, or NULL */
	struct irqkit_cpuset *set; /* owned, or NULL */
	mode_t mode; /* 0: not known */
	bool is_from_list; /* there is only smp_affinity_list, as in some saved roots */
};

/*
 * The requested CPUs. While a move is pending, these are already the new ones.
 *
 * @affinity: all zero before; its members are filled in as far as they are known
 *
 * -ENOENT: the interrupt has no such file.
 * -EBADMSG: the file has unexpected contents.
 */
int irq_read_affinity(
	struct irqkit_ctx *ctx, unsigned int irq, struct irq_affinity *affinity);

/* The CPUs that the kernel chose from the affinity; empty while it is not active. */
int irq_read_effective(
	struct irqkit_ctx *ctx, unsigned int irq, struct irqkit_cpuset **ret_set);

/* The CPUs that the driver suggests; empty if it suggests none. @ret_text: as it is read */
int irq_read_hint(struct irqkit_ctx *ctx, unsigned int irq, char **ret_text,
	struct irqkit_cpuset **ret_set);

/* The NUMA node. -ENODATA: it is not known; the kernel writes -1. */
int irq_read_node(struct irqkit_ctx *ctx, unsigned int irq, int *ret_node);

/* The mode of smp_affinity, which shows from Linux 6.11 on whether it can be written. */
int irq_read_mode(struct irqkit_ctx *ctx, unsigned int irq, mode_t *ret_mode);

/*
 * Do names of handlers show on this kernel whether an interrupt is managed?
 *
 * @release: "6.1.0-31-amd64", or NULL: not known
 */
bool irq_names_tell(const char *release);

/* Does the row show that the interrupt belongs to one CPU, on every kernel? */
bool irq_is_per_cpu(const struct irqkit_interrupt *interrupt);

/* Do its handlers have names that drivers give to managed interrupts? */
struct name_index;
bool irq_has_managed_name(
	const struct irqkit_interrupt *interrupt, const struct name_index *names);

/* What the mode of smp_affinity shows. */
enum irqkit_movable irq_judge_mode(const struct irqkit_interrupt *interrupt, mode_t mode);

#endif
