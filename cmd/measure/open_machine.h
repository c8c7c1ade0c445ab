/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The machine that a command works on. */
#ifndef CMD_OPEN_MACHINE_H
#define CMD_OPEN_MACHINE_H

#include "base/command.h"

#include <irqkit.h>

/* Opens --root; reports why it cannot. */
enum status machine_open(const struct call *call, struct irqkit_ctx **ret_ctx);
/* Reports why /proc/interrupts cannot be read. */
enum status machine_say_no_rows(
	const struct irqkit_ctx *ctx, int r, size_t line, const char *reason);
/* Reads /proc/interrupts, only to count; reports why it cannot. */
enum status machine_read_counts(
	struct irqkit_ctx *ctx, struct irqkit_snapshot **ret_snapshot);
/* The machine of the root; reports why it cannot be read. */
enum status machine_new(struct irqkit_ctx *ctx, struct irqkit_machine **ret_machine);
/* The same, without the count of each CPU. */
enum status machine_new_totals(
	struct irqkit_ctx *ctx, struct irqkit_machine **ret_machine);
/* Reads it again, as irqkit_machine_refresh() does. */
enum status machine_refresh(struct irqkit_machine *machine, unsigned int flags);
/*
 * Returns @status, unless something could not be read: then what was found, or not found,
 * may be wrong. Reports it.
 */
enum status machine_judge(const struct irqkit_ctx *ctx, enum status status);
/*
 * Reads a SET from the argument of an option; @local: what `local` means in it, or NULL.
 * Reports what is wrong with it.
 */
enum status machine_read_cpus(struct irqkit_machine *machine, const char *option,
	const char *word, const struct irqkit_cpuset *local,
	struct irqkit_cpuset **ret_set);
/* The same where only the CPUs of the machine are known; `local` has no meaning. */
enum status machine_read_set(struct irqkit_topology *topology, const char *option,
	const char *word, struct irqkit_cpuset **ret_set);
/*
 * Reports what is wrong with the SET of an option. @message: NULL means the text of the
 * error; @error: 0 means that nothing is wrong
 */
enum status machine_say_bad_set(const char *option, const char *message, int error);

#endif
