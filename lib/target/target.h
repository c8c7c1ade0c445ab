/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One TARGET: a word, split into its parts. No file is read. */
#ifndef IRQKIT_TARGET_H
#define IRQKIT_TARGET_H

#include <irqkit.h>

enum target_kind {
	TARGET_ALL,
	TARGET_IRQS, /* 24, 24-31, irq:24 */
	TARGET_WORD, /* eth1, eth1:rx-0, 'nvme0q*': the machine decides what it means */
	TARGET_DEVICE, /* dev:eth1, dev:eth1:rx-0 */
	TARGET_PCI, /* pci:0000:00:03.0 */
	TARGET_VECTOR, /* pci:0000:00:03.0/5 */
	TARGET_NAME, /* name:eth1: of a handler or a row */
	TARGET_CHIP, /* chip:xen-dyn */
	TARGET_DRIVER, /* driver:virtio_net */
};

/* Texts are parts of the word. */
struct target {
	enum target_kind kind;
	const char *word;
	int64_t first, last; /* TARGET_IRQS; INT64_MAX: too large for any interrupt */
	/* all others but TARGET_ALL: the part after the prefix; up to the / in a TARGET_VECTOR */
	const char *name;
	size_t len; /* of the name */
	uint32_t vector; /* TARGET_VECTOR: the index; NO_NUMBER: too large */
	bool is_glob; /* the name holds * ? or [, perhaps after a backslash */
	bool is_pattern; /* some of these have no backslash: it can match several names */
};

/*
 * -EINVAL: the word cannot be a TARGET.
 *
 * @reterr_message: see target_refuse()
 */
int target_parse(const char *word, struct target *ret_target, char **reterr_message);

/* Does a name hold a * ? or [ without a backslash before it? */
bool target_is_pattern(const char *name);

/* Is @name exactly the name of the target, or does it match its pattern? */
bool target_matches(const struct target *target, const char *name);

/* Does the part after the colon of eth1:rx-0, eth1:0 or 'eth1:rx-*' mean this queue? */
bool target_names_queue(const char *part, const struct irqkit_queue *queue);

#endif
