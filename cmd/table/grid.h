/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A table as text: what stands in each cell, before it is aligned. */
#ifndef CMD_GRID_H
#define CMD_GRID_H

#include "table/table.h"

struct grid_column {
	const struct column *column;
	const struct column_of_many
		*many; /* as in @column; NULL: it cannot be asked at once */
	size_t n_many; /* with those that follow and are asked with it */
	uint64_t most; /* the largest number that was not kept as a text */
	size_t width; /* columns of a terminal that its widest cell or its heading takes */
	unsigned int number; /* that of @many */
	bool is_hidden;
};

struct grid {
	const struct table *table;
	struct grid_column *columns; /* owned */
	size_t n_columns;
	size_t n_rows;
	char *text; /* owned; the cells, row by row, each with a NUL at its end */
	size_t len, room;
	bool is_for_scripts; /* numbers are not shortened */
	bool is_ascii; /* and printable: each byte takes one column */
	/* numbers of columns that are asked at once are asked again when they are printed */
	bool asks_again;
};

/*
 * Asks the table for all of its cells; @absent stands for what does not exist. False: no
 * memory.
 */
bool grid_fill(struct grid *grid, const struct table *table, const char *absent);
/*
 * The numbers of the columns from @i on, *ret_n of them, if they are asked at once, and again
 * when they are printed; NULL: they have texts in the grid.
 */
const uint64_t *grid_ask_numbers(
	const struct grid *grid, size_t i, size_t row, size_t *ret_n);
/* Adds a text as the next cell of @column. False: no memory. */
bool grid_add_text(struct grid *grid, struct grid_column *column, const char *text);
void grid_clear(struct grid *grid);

#endif
