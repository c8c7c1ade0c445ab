/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of what drivers call their handlers, for handler_names.c, which matches them. */
#ifndef IRQKIT_HANDLER_NAMES_TABLE_H
#define IRQKIT_HANDLER_NAMES_TABLE_H

#include "interrupts/handler_names.h"

struct name_row {
	const char
		*drivers; /* "a,b", as sysfs calls them; "*": any driver, or none known */
	const char *pattern; /* see handler_names.c */
	const char *source; /* below drivers/ of the kernel: file: function (versions) */
	const char *order; /* see struct name_meaning */
	enum irqkit_role role;
	enum numbering numbering;
	unsigned int serves;
	unsigned int
		room; /* bytes that the driver keeps for the name; 0: always enough */
	bool tells_driver; /* no other driver's: it counts where the driver is not known */
	bool is_shared; /* one of them may serve several queues of one direction */
	bool is_managed; /* the kernel places them (a hint) */
};

/* Returns the entries one after another; NULL: after the last one. */
const struct name_row *name_row_get(size_t index);
size_t name_row_count(void);

/*
 * In which round a row is tried for the driver of @keys: 0, the driver's own; 1, those of any
 * driver; -1, not at all. Within a round the first row that matches counts.
 */
int name_row_round(const struct name_row *row, const struct name_keys *keys);

#endif
