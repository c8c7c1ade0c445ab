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

/* The interrupts that the words mean, in the order of the snapshot. */
struct selection {
	const struct irqkit_interrupt **interrupts; /* owned array; the snapshot's elements */
	/* owned; was it called by its number or its whole name, not by a glob or a range? */
	bool *is_named;
	size_t n;
};

/*
 * Without words: all that have a number. Rows with a name (NMI) are taken when they are
 * asked for by name, or with @with_named where all are meant. A word that matches nothing
 * is an error, said here.
 */
enum status select_interrupts(const struct irqkit_snapshot *snapshot,
	const char *const *words, size_t n_words, bool with_named,
	struct selection *ret_selection);
void selection_free(struct selection *selection);

#endif
