/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The machine that a command works on. */
#ifndef CMD_MACHINE_H
#define CMD_MACHINE_H

#include "base/command.h"

#include <irqkit.h>

/* Opens --root; says why not. */
enum status machine_open(const struct call *call, struct irqkit_ctx **ret_ctx);
/* Reads /proc/interrupts; says why not. */
enum status machine_read(struct irqkit_ctx *ctx, struct irqkit_snapshot **ret_snapshot);
/* A topology where those CPUs are online that the heading of @snapshot names. */
enum status machine_topology(struct irqkit_ctx *ctx,
	const struct irqkit_snapshot *snapshot, struct irqkit_topology **ret_topology);
/* What is known of its devices: nothing is read before it is asked for. */
enum status machine_devices(struct irqkit_ctx *ctx,
	const struct irqkit_snapshot *snapshot, struct irqkit_devices **ret_devices);
/*
 * Reads a SET from the word of an option; @local: what `local` means in it, or NULL.
 * Says why not.
 */
enum status machine_read_cpus(const char *option, const char *word,
	struct irqkit_topology *topology, const struct irqkit_cpuset *local,
	struct irqkit_cpuset **ret_set);
/* The same for a mask. */
enum status machine_read_mask(const char *option, const char *word,
	const struct irqkit_cpuset *online, struct irqkit_cpuset **ret_set);

#endif
