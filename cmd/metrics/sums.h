/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Counters that only grow, by key: those of the kernel start again when a driver or the machine
 * does, and what is added up over several of them then jumps.
 */
#ifndef CMD_SUMS_H
#define CMD_SUMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The largest integer of JSON, as jansson reads it. A sum that would be larger stays there. */
#define SUM_MAX ((uint64_t)INT64_MAX)

struct sum {
	char *key; /* owned; "device eth0" */
	uint64_t value;
};

struct sums {
	struct sum *sums; /* owned; sorted by key */
	size_t n, room;
	bool has_failed; /* no memory */
};

/* Adds to the sum of @kind and @name, which is 0 before. @name may be NULL. */
void sums_add(struct sums *sums, const char *kind, const char *name, uint64_t value);
uint64_t sums_get(const struct sums *sums, const char *kind, const char *name);
void sums_clear(struct sums *sums);

#endif
