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
 * Reads all settings of the system, and forgets those that no longer exist.
 *
 * @differs: called for each whose value is not the known one; takes @value over, also if
 *           it fails, and does not change @known. @is_new: it was not known. NULL: the
 *           value becomes the known one.
 */
typedef int known_differs_fn(
	void *data, const struct setting *setting, struct value *value, bool is_new);
int known_scan(struct known *known, struct irqkit_ctx *ctx, known_differs_fn *differs,
	void *data);

#endif
