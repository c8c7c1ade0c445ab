/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the text of /proc/interrupts. */
#ifndef IRQKIT_READER_H
#define IRQKIT_READER_H

#include "interrupts/snapshot.h"

/*
 * A snapshot that is being read: bytes go in by pieces of any length. The first error
 * stays, with its line and reason.
 */
struct reader {
	struct irqkit_snapshot *snapshot; /* owned */
	const struct irqkit_cpuset *columns; /* for a text without heading, or NULL */
	uint32_t *column; /* owned; the CPU of each column */
	size_t n_columns;
	/* A row's counts before they are kept, in two halves: n_columns of each. */
	uint32_t *low; /* owned */
	uint32_t *high; /* owned */
	uint32_t *cpu; /* owned; their CPUs */
	uint32_t *shared; /* column[] in the snapshot's arena, or NULL */
	bool only_totals; /* set after reader_init(): counts of single CPUs are not kept */
	char *rest; /* owned; the beginning of a line whose end is still to come */
	size_t rest_len;
	size_t rest_room;
	size_t line;
	int error;
	const char *reason;
	/* lines that are not rows: how many, and the first of them */
	size_t n_damaged;
	size_t damaged_line;
	const char *damage;
	/* A row was wider than the heading, as when a CPU came while it was written. */
	bool saw_wide_row;
	bool lacks_heading;
	bool has_cycles; /* after each action: description_drop_cycles() */
};

int reader_init(struct reader *reader, const struct irqkit_cpuset *columns);
int reader_feed(void *reader, const char *bytes, size_t len);
int reader_finish(struct reader *reader);
void reader_tell(
	const struct reader *reader, size_t *reterr_line, const char **reterr_reason);
/* The damaged lines in one sentence; false: there are none. */
bool reader_tell_damage(const struct reader *reader, char *text, size_t size);
void reader_free(struct reader *reader);

#endif
