/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One table of rows and columns -> text for people, text for scripts, or JSON.
 *
 * A command describes its columns once: a name for -o and the heading, a key for JSON,
 * and a function that gives a row's value. Values have types; how they look as text
 * and as JSON is decided in render.c, the only user of libsmartcols and jansson.
 */
#ifndef RENDER_H
#define RENDER_H

#include "base/command.h"

#include <stdint.h>

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

void table_free(struct table *table);

/* How a table is to be written: the options that all commands with a table share. */
struct table_options {
	const char *output; /* -o: "IRQ,TOTAL" or "+NODE"; NULL: the default */
	const char *sort;
	bool no_headings;
	bool is_raw;
	bool is_pairs;
};

#define TABLE_OPTIONS(type, member)                                                      \
	{ "output", 'o', OPTION_TEXT, offsetof(type, member.output), "COLUMNS",          \
		"show these columns; +COLUMN adds to the default" },                     \
	{ "sort", 0, OPTION_TEXT, offsetof(type, member.sort), "COLUMN",                 \
		"sort by it; +COLUMN ascending, -COLUMN descending" },                   \
	{ "noheadings", 0, OPTION_FLAG, offsetof(type, member.no_headings), NULL,        \
		"no line with the names of the columns" },                               \
	{ "raw", 'r', OPTION_FLAG, offsetof(type, member.is_raw), NULL,                  \
		"one blank between the columns, blanks in values as \\x20" },            \
	{ "pairs", 'P', OPTION_FLAG, offsetof(type, member.is_pairs), NULL,              \
		"NAME=\"value\" pairs" }

/* Is it a table for people, who get a closing remark? */
bool table_options_are_plain(
	const struct table_options *options, const struct common *common);

/* Was any of them given? */
bool table_options_are_given(const struct table_options *options);

/*
 * With @rows set: chooses among @columns (ending with a NULL name) by -o and --json, and
 * sorts by --sort. Says what is wrong with the options.
 */
enum status table_prepare(struct table *table, const struct column *columns,
	const struct table_options *options, const struct common *common);

enum status table_print(const struct table *table, const struct table_options *options,
	const struct common *common);

/*
 * A JSON document: {"irqkit": "0.1.0", ...}. What cannot be added, for want of memory,
 * makes document_print() fail.
 */
struct document;
struct document *document_new(void);
void document_add_text(struct document *document, const char *key, const char *text);
void document_add_bool(struct document *document, const char *key, bool is_true);
void document_add_number(struct document *document, const char *key, uint64_t number);
void document_add_real(struct document *document, const char *key, double real);
void document_add_cpus(
	struct document *document, const char *key, const struct irqkit_cpuset *cpus);
/* @texts ends with NULL; itself NULL: none. */
void document_add_texts(
	struct document *document, const char *key, const char *const *texts);
void document_add_table(
	struct document *document, const char *key, const struct table *table);
enum status document_print(const struct document *document);
void document_free(struct document *document);

/* All columns that have a key: for a table that is only in JSON. */
bool table_choose_keys(struct table *table, const struct column *columns);

#endif
