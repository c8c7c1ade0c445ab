/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which columns a table shows, and the order of its rows. */
#ifndef CMD_COLUMNS_H
#define CMD_COLUMNS_H

#include "base/options.h"
#include "table/table.h"

/* How a table is to be written: the options that all commands with a table share. */
struct table_options {
	const char *output; /* -o: "IRQ,TOTAL" or "+NODE"; NULL: the default */
	const char *sort;
	bool no_headings;
	bool is_raw;
	bool is_pairs;
	bool may_drop; /* the command chose @output: a narrow terminal leaves columns out */
};

#define TABLE_OPTIONS(type, member)                                                      \
	{ "output", 'o', OPTION_TEXT, offsetof(type, member.output), "COLUMNS",          \
		"show these columns; +COLUMN adds to the default" },                     \
		{ "sort", 's', OPTION_TEXT, offsetof(type, member.sort), "COLUMN",       \
			"sort by it; +COLUMN ascending, -COLUMN descending" },           \
		{ "noheadings", 0, OPTION_FLAG, offsetof(type, member.no_headings),      \
			NULL, "omit the line of headings" },                             \
		{ "raw", 'r', OPTION_FLAG, offsetof(type, member.is_raw), NULL,          \
			"one space between columns, spaces in values as \\x20" },        \
	{                                                                                \
		"pairs", 'P', OPTION_FLAG, offsetof(type, member.is_pairs), NULL,        \
			"print NAME=\"value\" pairs"                                     \
	}

/* Is it a table for people, who get a closing remark? */
bool table_options_are_plain(
	const struct table_options *options, const struct common *common);

/* Was any of them given? */
bool table_options_are_given(const struct table_options *options);

/*
 * Chooses among @columns (ending with a NULL name) by -o and --json, and sorts the rows,
 * which must be set, by --sort. Reports what is wrong with the options.
 */
enum status table_prepare(struct table *table, const struct column *columns,
	const struct table_options *options, const struct common *common);

/*
 * Reports what is wrong with the options, before there are rows. @only_table: --output and
 * --sort are refused with --json, because the document always has all keys.
 */
enum status table_check_options(const struct column *columns,
	const struct table_options *options, const struct common *common,
	bool only_table);

/*
 * For --help: a line for each column, with what it means. @what, "" or " with --by-cpu",
 * follows the word Columns.
 */
void columns_print(const char *what, const struct column *columns);

/* Chooses all columns that have a key: for a table that is only in JSON. */
bool table_choose_keys(struct table *table, const struct column *columns);

#endif
