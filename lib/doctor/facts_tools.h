/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What else places interrupts on this system. It is read, and never changed. */
#ifndef IRQKIT_FACTS_TOOLS_H
#define IRQKIT_FACTS_TOOLS_H

#include "doctor/facts.h"

/*
 * A variable of irqbalance, "IRQBALANCE_BANNED_CPULIST": in the environment of the process,
 * or, if that cannot be read, in its configuration file. NULL: it is not set. The caller
 * frees it.
 */
char *facts_find_irqbalance_variable(struct facts *facts, const char *name);
/* "1.9.2"; NULL: not known. The caller frees it. */
char *facts_find_irqbalance_version(struct facts *facts);
/* Its process; 0: it does not run. */
unsigned int facts_find_irqbalance(struct facts *facts);

enum writer_kind {
	WRITER_SCRIPT, /* rc.local, cron, udev, a unit of systemd */
	WRITER_LINK, /* IRQAffinity= of a .link file */
	WRITER_TUNED, /* the profile of tuned in use, with isolated_cores or irq */
	WRITER_CRIO, /* CRI-O, which bans CPUs in irqbalance's file */
	WRITER_POLICY, /* irqkit's own policy files */
};

struct writer {
	enum writer_kind kind;
	char *file; /* owned; with its leading slash */
	char *line; /* owned; what it has on interrupts */
	unsigned int number; /* of the line, from 1 */
};

struct writers {
	struct writer *items; /* owned, and their texts */
	size_t n, room;
};

/* Lists what writes affinities, by file. */
int facts_list_writers(struct facts *facts, const struct writers **ret_writers);
void facts_free_writers(struct facts *facts);

/* "tuned", "a script". */
const char *writer_describe(enum writer_kind kind);

/* Does the line write /proc/irq/24/..., with a number that stands in it? */
bool writer_has_number(const struct writer *writer, unsigned int *ret_irq);

#endif
