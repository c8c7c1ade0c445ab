/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The last known value of each setting, so that a change has an old value. */
#ifndef IRQKIT_KNOWN_H
#define IRQKIT_KNOWN_H

#include "trace/setting.h"

#include <stddef.h>

/* What the file of a setting holds. */
struct value {
	char *text; /* owned, without the newline; NULL: not known */
	struct irqkit_cpuset
		*cpus; /* owned; NULL: it holds no CPUs, or they are not known */
};

void value_clear(struct value *value);
/* Text that is not a set of CPUs leaves cpus NULL. */
int value_parse(const struct setting *setting, bool is_list, const char *text, size_t len,
	struct value *ret_value);
int value_copy(const struct value *value, struct value *ret_value);
/* Are they the same CPUs, or the same text? */
bool value_is_equal(const struct value *a, const struct value *b);

struct known_row {
	struct setting setting;
	struct value value; /* owned */
	bool is_seen; /* by the scan that runs */
};

struct known {
	struct known_row *rows; /* owned; sorted by setting */
	size_t n, room;
};

void known_free(struct known *known);
struct known_row *known_find(const struct known *known, const struct setting *setting);
/* Takes @value over, also if it fails. */
int known_put(struct known *known, const struct setting *setting, struct value *value);

/*
 * Reads all settings of the system. @differs is called for each whose value is not the
 * known one; its @row has the known value, or is NULL for a setting that was not known.
 * Then the value becomes the known one, and settings that no longer exist are forgotten.
 */
typedef int known_differs_fn(void *data, const struct setting *setting,
	const struct known_row *row, const struct value *value);
int known_scan(struct known *known, struct irqkit_ctx *ctx, known_differs_fn *differs,
	void *data);

#endif
