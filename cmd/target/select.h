/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TARGETs on the command line: what the library refuses is reported here. */
#ifndef CMD_SELECT_H
#define CMD_SELECT_H

#include "base/command.h"

#include <irqkit.h>

/* For the --help of every command that takes a TARGET. */
#define SELECT_HELP                                                                      \
	"A TARGET is an interrupt number (24), a range (24-31, 24-), a device (eth1,\n"  \
	"nvme0n1, 0000:00:03.0), a queue (eth1:rx-0; eth1:0 is rx-0 and tx-0), the "     \
	"name\n"                                                                         \
	"of a handler or row, a pattern of such names ('nvme0q*'), or all. A prefix\n"   \
	"selects one meaning: irq: dev: pci: name: chip: driver:, as in chip:xen-dyn.\n" \
	"pci:0000:00:03.0/5 is MSI vector 5 of a PCI function.\n"                        \
	"Names match as a whole: eth1 does not match eth10.\n"

/* As irqkit_machine_select(). */
enum status select_interrupts(struct irqkit_machine *machine, const char *const *words,
	size_t n_words, unsigned int flags, struct irqkit_selection **ret_selection);

/* As irqkit_machine_select_queues(), for `--queues`. */
enum status select_queues(struct irqkit_machine *machine, const char *const *words,
	size_t n_words, struct irqkit_queue ***ret_queues, size_t *ret_count);

#endif
