/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Words on the command line -> rows of a snapshot. */
#ifndef SELECT_H
#define SELECT_H

#include "cmd.h"

/* For the --help of every command that takes a TARGET. */
#define SELECT_HELP                                                                      \
	"A TARGET is an interrupt number 24, a range 24-31, a name or glob over the\n"   \
	"names of handlers ('eth1*') or of rows (NMI, 'IPI*'), irq:24, name:eth1,\n"     \
	"chip:xen-dyn, or all. Names match as a whole: eth1 is not eth10.\n"

/*
 * The interrupts that any of the words means, in the order of the snapshot; without
 * words, all that have a number. Rows with a name (NMI) are taken when they are asked
 * for by name, or with @with_named where all are meant. A word that matches nothing is
 * an error, said here.
 *
 * @ret_rows: the caller's to free(); its elements are the snapshot's.
 */
enum status select_interrupts(const struct irqkit_snapshot *snapshot,
	const char *const *words, size_t n_words, bool with_named,
	const struct irqkit_interrupt ***ret_rows, size_t *ret_n);

#endif
