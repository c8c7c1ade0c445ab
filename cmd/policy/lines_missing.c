/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The TARGETs of policy lines that match nothing. */
#include "base/basics.h"
#include "policy/lines.h"
#include "table/render.h"

#include <stdlib.h>

size_t lines_count_missing(const struct lines *lines)
{
	size_t n = 0;

	for (size_t i = 0; i < irqkit_policies_count_missing(lines->policy); i++) {
		const char *message;
		size_t line;

		irqkit_policies_get_missing(lines->policy, i, &line, &message);
		n += !irqkit_policies_is_optional(lines->policy, line);
	}
	return n;
}

struct missing_row {
	const struct lines *lines;
	size_t index;
};

static struct cell get_target(void *data)
{
	const struct missing_row *row = data;
	const char *message;
	size_t line;

	return text_cell(irqkit_policies_get_missing(
		row->lines->policy, row->index, &line, &message));
}

static const char *find_place(void *data, unsigned int *ret_number)
{
	const struct missing_row *row = data;
	const char *message;
	size_t line;

	irqkit_policies_get_missing(row->lines->policy, row->index, &line, &message);
	return irqkit_policies_get_file(row->lines->policy, line, ret_number);
}

static struct cell get_file(void *data)
{
	unsigned int number;

	return text_cell(find_place(data, &number));
}

static struct cell get_line(void *data)
{
	unsigned int number;

	find_place(data, &number);
	return number_cell(number);
}

static const struct column missing_columns[] = {
	{ "TARGET", "target", "TARGET that matches nothing", 0, get_target, 0 },
	{ "FILE", "file", "policy file", 0, get_file, 0 },
	{ "LINE", "line", "line of the policy file", 0, get_line, 0 },
	{ 0 },
};

void lines_add_missing(const struct lines *lines, struct document *document)
{
	size_t n = irqkit_policies_count_missing(lines->policy);
	struct missing_row *rows = calloc(n + 1, sizeof(*rows));
	struct table table CLEANUP(table_free) = {
		.rows = calloc(n + 1, sizeof(*table.rows)),
	};

	for (size_t i = 0; rows && table.rows && i < n; i++) {
		const char *message;
		size_t line;

		irqkit_policies_get_missing(lines->policy, i, &line, &message);
		if (irqkit_policies_is_optional(lines->policy, line))
			continue;
		rows[i] = (struct missing_row){ lines, i };
		table.rows[table.n_rows++] = &rows[i];
	}
	if (rows && table.rows && table_choose_keys(&table, missing_columns))
		document_add_table(document, "missing", &table);
	else
		document_fail(document);
	free(rows);
}
