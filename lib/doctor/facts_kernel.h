/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the kernel reports about itself: its parameters, and what it runs on. */
#ifndef IRQKIT_FACTS_KERNEL_H
#define IRQKIT_FACTS_KERNEL_H

#include "doctor/facts.h"

/* Does the command line of the kernel have this word, "irqpoll" or "pci=nomsi"? */
bool facts_has_parameter(struct facts *facts, const char *word);

/* Is the kernel older than Linux MAJOR.MINOR? False: it is not, or that is not known. */
bool facts_is_before(struct facts *facts, unsigned int major, unsigned int minor);

/* A number of net.core, by the name of its file; false: this kernel has none. */
bool facts_read_net_core(struct facts *facts, const char *name, uint64_t *ret_number);

/* "ens1" of a guest may be a device of its host; its topology may be fiction. */
bool facts_is_guest(struct facts *facts);

#endif
