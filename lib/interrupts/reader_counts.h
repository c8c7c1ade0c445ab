/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The counts of a row of /proc/interrupts. */
#ifndef IRQKIT_READER_COUNTS_H
#define IRQKIT_READER_COUNTS_H

#include "interrupts/reader.h"

/* What the counts of a row add up to; those that are not 0 are in the reader. */
struct counts {
	uint64_t total;
	size_t n;
	bool has_high; /* one of them has more than 32 bits */
};

/* Keeps the first error of all, and returns it. */
int reader_fail(struct reader *reader, int error, const char *reason);

/*
 * Reads up to one count for each column; *ret_n says how many there were. Returns where
 * they end. An error is in the reader.
 */
const char *reader_read_counts(struct reader *reader, const char *p, const char *end,
	struct counts *counts, size_t *ret_n);

/*
 * Old arm kernels count IPIs for all CPUs that are present, under a heading of those
 * online: then a count's place is the number of its CPU. Returns where the counts end.
 * Source: arch/arm/kernel/smp.c, show_ipi_list() up to 3.x.
 */
const char *reader_read_present(
	struct reader *reader, const char *p, const char *end, struct counts *counts);
bool reader_has_further_count(struct reader *reader, const char *p, const char *end);

/*
 * From @counts to @p a row has one for each of @n_columns: is there another one in the place
 * of the next column?
 */
bool reader_is_wide(const char *counts, const char *p, const char *end, size_t n_columns);

#endif
