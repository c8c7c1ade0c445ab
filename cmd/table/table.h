/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A table: columns that a command describes once, and the rows of one run.
 *
 * A column is a name for -o and the heading, a key for JSON, and a function that gives a
 * row's cell. Cells have types; how they look as text and as JSON is decided in render.c.
 */
#ifndef CMD_TABLE_H
#define CMD_TABLE_H

#include <irqkit.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

enum value_kind {
	VALUE_ABSENT = 0, /* `-` in a table, no key in JSON */
	VALUE_TEXT,
	VALUE_TEXTS,  /* `a, b`; an array */
	VALUE_NUMBER, /* not negative */
	VALUE_INTEGER,
	VALUE_BOOL,   /* yes, no; true, false */
	VALUE_SHARE,  /* of 1: `61%`; 0.6123 */
	VALUE_CPUS,   /* `0-3`, in JSON too */
	VALUE_COUNTS, /* JSON alone: {"0": 12} */
	VALUE_ROWS,   /* JSON alone: an array of objects */
};

struct table;

struct value {
	enum value_kind kind;
	union {
		const char *text;
		const char *const *texts; /* ending with NULL */
		uint64_t number;
		int64_t integer;
		bool is_true;
		double share;
		const struct irqkit_cpuset *cpus;
		const struct irqkit_interrupt *counts;
		const struct table *table;
	};
	void *owned; /* ended with free() after use */
};

#define ABSENT ((struct value){ .kind = VALUE_ABSENT })

/* What is NULL is absent. */
static inline struct value text_value(const char *text)
{
	return text ? (struct value){ .kind = VALUE_TEXT, .text = text } : ABSENT;
}

/* The same; takes it over. */
static inline struct value owned_value(char *text)
{
	struct value value = text_value(text);

	value.owned = text;
	return value;
}

static inline struct value number_value(uint64_t number)
{
	return (struct value){ .kind = VALUE_NUMBER, .number = number };
}

static inline struct value bool_value(bool is_true)
{
	return (struct value){ .kind = VALUE_BOOL, .is_true = is_true };
}

/* NULL is absent. */
static inline struct value cpus_value(const struct irqkit_cpuset *cpus)
{
	return cpus ? (struct value){ .kind = VALUE_CPUS, .cpus = cpus } : ABSENT;
}

enum {
	COLUMN_DEFAULT = 1 << 0,    /* shown without -o */
	COLUMN_RIGHT = 1 << 1,	    /* aligned to the right */
	COLUMN_TRUNCATE = 1 << 2,   /* may be cut where a terminal is narrow */
	COLUMN_DESCENDING = 1 << 3, /* --sort begins with the largest */
	COLUMN_JSON_ONLY = 1 << 4,  /* a key that goes with the column of the same name */
	COLUMN_ALWAYS = 1 << 5,	    /* shown whatever -o says */
};

struct column {
	const char *name;
	const char *key; /* NULL: not in JSON */
	const char *help;
	unsigned int flags;
	struct value (*get)(void *row, const struct column *column);
	unsigned int arg; /* for get() */
};

enum mark { MARK_NONE, MARK_BUSY, MARK_IDLE };

struct table {
	const struct column **columns; /* owned; ending with NULL */
	void **rows; /* owned array; the rows are the command's */
	size_t n_rows;
	/* What a row's colour is on a terminal; NULL: none. */
	enum mark (*get_mark)(void *row);
};

static inline void table_free(struct table *table)
{
	free(table->columns);
	free(table->rows);
}

#endif
