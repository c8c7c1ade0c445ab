/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The load of some seconds: two samples of all counters. */
#ifndef CMD_PERIOD_H
#define CMD_PERIOD_H

#include "base/command.h"

#include <irqkit.h>

/* Reads a sample; reports why it cannot. */
enum status period_read(struct irqkit_ctx *ctx, struct irqkit_sample **ret_sample);

/*
 * Reads a sample, and waits, unless a saved root has the second sample too. STATUS_REFUSED
 * without a message: a signal asks the program to end. Signals must be held back.
 */
enum status period_start(struct irqkit_ctx *ctx, unsigned int seconds,
	const struct common *common, struct irqkit_sample **ret_before);

/* The load since then, for @machine, which was read after that. */
enum status period_end(struct irqkit_machine *machine, const struct irqkit_sample *before,
	struct irqkit_load **ret_load);

/* Reads the word of --weigh, or says that it is none. */
bool period_parse_weigh(const char *word, enum irqkit_weigh *ret_weigh);

/* "time", "packets" or "interrupts" */
const char *period_name_weigh(const struct irqkit_load *load);

/*
 * Where the packets of the interrupts that have some come from: "qstats", "ethtool",
 * "device"; or, for a sentence, "the driver's statistics" and so on. Ends with NULL.
 *
 * @n_rows: of the load's machine
 */
#define PERIOD_N_SOURCES 3
void period_list_sources(const struct irqkit_load *load, size_t n_rows,
	const char *words[static PERIOD_N_SOURCES + 1], bool is_sentence);

/* Do the interrupts that could be moved leave every CPU with little to do? */
bool period_is_idle(const struct irqkit_load *load);
/*
 * The load of a CPU that has little to do, in the unit that the load is weighed by, which is
 * set.
 */
uint64_t period_find_idle(struct irqkit_load *load, enum irqkit_weigh weigh);

#endif
