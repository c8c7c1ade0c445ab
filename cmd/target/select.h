/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Words on the command line -> rows of a snapshot. */
#ifndef CMD_SELECT_H
#define CMD_SELECT_H

#include "base/command.h"

#include <irqkit.h>

/* For the --help of every command that takes a TARGET. */
#define SELECT_HELP                                                                      \
	"A TARGET is an interrupt number (24), a range (24-31), a device (eth1, "        \
	"nvme0n1,\n"                                                                     \
	"0000:00:03.0), a queue (eth1:rx-0; eth1:0 is rx-0 and tx-0), the name of a\n"   \
	"handler or row, a pattern of such names ('nvme0q*'), or all. A prefix "         \
	"selects\n"                                                                      \
	"one meaning: irq: dev: pci: name: chip: driver:, as in chip:xen-dyn. Names\n"   \
	"match as a whole: eth1 does not match eth10.\n"

/* The interrupts that the words mean, in the order of the rows. */
struct selection {
	struct irqkit_irq **irqs; /* owned array; the machine's records */
	/*
	 * owned; was it called by its number, its whole name or its queue, not by a
	 * pattern, a range, or the device that it is one of?
	 */
	bool *is_named;
	size_t n;

	/* The device that the last word names, or of which it names a queue; or NULL. */
	struct irqkit_device *named;
	const char *named_queue; /* "rx-0", part of the word; NULL: the whole device */

	/* The devices with interrupts that the words name: ports, not their bond. */
	struct irqkit_device **devices; /* owned array */
	size_t n_devices;
	bool is_of_devices; /* every word names a device, or a queue of one */
	bool is_of_numbers; /* every word is a number or a range */
	bool has_queues; /* some words name a queue, not a whole device */
};

/*
 * Without words: all interrupts that have a number. Rows with a name (NMI) are chosen
 * if a word names them, or with @with_named if all are meant. A word that matches
 * nothing is an error, which is reported here. Only the devices that the words need are
 * read: numbers need none.
 */
enum status select_interrupts(struct irqkit_machine *machine, const char *const *words,
	size_t n_words, bool with_named, struct selection *ret_selection);
void selection_free(struct selection *selection);

/* Queues, grouped by interface. */
struct queue_selection {
	struct irqkit_queue **queues; /* owned array */
	size_t n, room;
};

/*
 * The queues of the interfaces that the words name, or the queues that they name.
 * Without words: the queues of all interfaces that have hardware. A word that matches
 * nothing is an error, which is reported here.
 */
enum status select_queues(struct irqkit_devices *devices, const char *const *words,
	size_t n_words, struct queue_selection *ret_selection);
void queue_selection_free(struct queue_selection *selection);

#endif
