/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The machine that a command works on. */
#ifndef CMD_MACHINE_H
#define CMD_MACHINE_H

#include "base/command.h"

#include <irqkit.h>

/* Opens --root; reports why it cannot. */
enum status machine_open(const struct call *call, struct irqkit_ctx **ret_ctx);
/* Reads /proc/interrupts; reports why it cannot. */
enum status machine_read(struct irqkit_ctx *ctx, struct irqkit_snapshot **ret_snapshot);
/*
 * Returns @status, unless something could not be read: then what was found, or not found,
 * may be wrong. Reports it.
 */
enum status machine_judge(const struct irqkit_ctx *ctx, enum status status);
/* The topology; the CPUs in the heading of @snapshot are online. */
enum status machine_topology(struct irqkit_ctx *ctx,
	const struct irqkit_snapshot *snapshot, struct irqkit_topology **ret_topology);
/* If no device can be found because /sys is not mounted, reports that. */
bool machine_say_no_sys(const struct irqkit_devices *devices);
/* The devices; each file is read when it is first needed. */
enum status machine_devices(struct irqkit_ctx *ctx,
	const struct irqkit_snapshot *snapshot, struct irqkit_devices **ret_devices);
/*
 * Reads a SET from the argument of an option; @local: what `local` means in it, or NULL.
 * Reports what is wrong with it.
 */
enum status machine_read_cpus(const char *option, const char *word,
	struct irqkit_topology *topology, const struct irqkit_cpuset *local,
	struct irqkit_cpuset **ret_set);
/* The same for a mask. */
enum status machine_read_mask(const char *option, const char *word,
	struct irqkit_topology *topology, struct irqkit_cpuset **ret_set);

#endif
