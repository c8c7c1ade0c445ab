/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A table: columns that a command describes once, and the rows of one run.
 *
 * A column is a name for -o and the heading, a key for JSON, and a function that gives a
 * row's cell. Cells have types; how they look as text is decided in grid.c, and as JSON in document.c.
 */
#ifndef CMD_TABLE_H
#define CMD_TABLE_H

#include <irqkit.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

enum cell_kind {
	CELL_ABSENT = 0, /* `-` in a table, no key in JSON */
	CELL_TEXT,
	CELL_TEXTS, /* `a, b`; an array */
	CELL_NUMBER, /* not negative */
	CELL_INTEGER,
	CELL_BOOL, /* yes, no; true, false */
	CELL_SHARE, /* of 1: `61%`; 0.6123 */
	CELL_RATE, /* per second, not negative: `57.8k`, for scripts 57801.2; 57801.2 */
	CELL_CPUS, /* `0-3`, in JSON too */
	CELL_CPU_NUMBERS, /* only in JSON: [0, 1] */
	CELL_NUMBERS, /* only in JSON: [24, 25] */
	CELL_COUNTS, /* only in JSON: {"0": 12} */
	CELL_ROWS, /* only in JSON: an array of objects */
	CELL_ROW, /* only in JSON: the first of the rows, an object */
};

struct table;

struct number_array {
	const unsigned int *numbers;
	size_t n;
};

struct cell {
	enum cell_kind kind;
	union {
		const char *text;
		const char *const *texts; /* ending with NULL */
		uint64_t number;
		int64_t integer;
		bool is_true;
		double share;
		double rate;
		const struct irqkit_cpuset *cpus;
		const struct irqkit_interrupt *counts;
		const struct table *table;
		const struct number_array *array;
	};
	void *owned; /* passed to free() after use */
};

#define ABSENT ((struct cell){ .kind = CELL_ABSENT })

/* NULL becomes an absent cell. */
static inline struct cell text_cell(const char *text)
{
	return text ? (struct cell){ .kind = CELL_TEXT, .text = text } : ABSENT;
}

/* The same; the cell takes the text over. */
static inline struct cell owned_cell(char *text)
{
	struct cell cell = text_cell(text);

	cell.owned = text;
	return cell;
}

static inline struct cell number_cell(uint64_t number)
{
	return (struct cell){ .kind = CELL_NUMBER, .number = number };
}

static inline struct cell bool_cell(bool is_true)
{
	return (struct cell){ .kind = CELL_BOOL, .is_true = is_true };
}

/* NULL becomes an absent cell. */
static inline struct cell cpus_cell(const struct irqkit_cpuset *cpus)
{
	return cpus ? (struct cell){ .kind = CELL_CPUS, .cpus = cpus } : ABSENT;
}

enum {
	COLUMN_DEFAULT = 1 << 0, /* shown without -o */
	COLUMN_RIGHT = 1 << 1, /* aligned to the right */
	COLUMN_TRUNCATE = 1 << 2, /* may be cut where a terminal is narrow */
	COLUMN_DESCENDING = 1 << 3, /* --sort begins with the largest */
	COLUMN_JSON_ONLY = 1 << 4, /* a key that goes with the column of the same name */
	COLUMN_ALWAYS = 1 << 5, /* shown whatever -o says */
	COLUMN_NAME = 1 << 6, /* shortened last, and never so that two look alike */
	COLUMN_ADDRESS =
		1 << 7, /* may end in the address of a device, which goes first */
	/* bits 8 to 11: COLUMN_DROP() */
	COLUMN_WRAP =
		1 << 12, /* sentences: in several lines where a terminal is narrow */
};
/*
 * Left out on a narrow terminal: rank 1 first, the last ranks only if short names are not
 * enough.
 */
#define COLUMN_DROP_LAST 14u
#define COLUMN_DROP_MAX 15u
#define COLUMN_DROP(rank) ((unsigned int)(rank) << 8)
#define COLUMN_DROP_RANK(flags) ((flags) >> 8 & 15u)

struct column {
	const char *name;
	const char *key; /* NULL: not in JSON */
	const char *help;
	unsigned int flags;
	struct cell (*get)(void *row);
	const struct column_of_many *many; /* then it is asked instead of get() */
};

/* One of several columns that differ by a number only. */
struct column_of_many {
	struct cell (*get)(void *row, unsigned int number);
	/*
	 * The numbers of all of them, by the columns' numbers; NULL: these cells of the row are
	 * no numbers. The same row always gives the same. May be NULL itself.
	 */
	const uint64_t *(*get_each)(void *row);
	unsigned int number;
};

static inline struct cell column_get(const struct column *column, void *row)
{
	return column->many ? column->many->get(row, column->many->number)
			    : column->get(row);
}

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
