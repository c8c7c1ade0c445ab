/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the kernel reports about itself: its parameters, lines and vectors. */
#ifndef IRQKIT_FACTS_KERNEL_H
#define IRQKIT_FACTS_KERNEL_H

#include "doctor/facts.h"

/* Does the command line of the kernel have this word, "irqpoll" or "pci=nomsi"? */
bool facts_has_parameter(struct facts *facts, const char *word);

/* Is the kernel older than Linux MAJOR.MINOR? False: it is not, or that is not known. */
bool facts_is_before(struct facts *facts, unsigned int major, unsigned int minor);

/* A number of net.core, by the name of its file; false: this kernel has none. */
bool facts_read_net_core(struct facts *facts, const char *name, uint64_t *ret_number);

/* How often a line fired since it was last judged, and how often no driver answered. */
struct spurious {
	uint64_t count; /* up to 100,000, then it starts again */
	uint64_t unhandled;
};
bool facts_read_spurious(
	struct facts *facts, unsigned int irq, struct spurious *ret_spurious);

/* The interrupt vectors of an x86 CPU. */
struct vectors {
	unsigned int cpu;
	unsigned int available, allocated;
};
/*
 * Reads them from debugfs. @ret_vectors: an array that the caller frees
 *
 * -ENOENT: debugfs is not mounted, or this is not x86.
 */
int facts_read_vectors(
	struct facts *facts, struct vectors **ret_vectors, size_t *ret_count);

/* "ens1" of a guest may be a device of its host; its topology may be fiction. */
bool facts_is_guest(struct facts *facts);

#endif
