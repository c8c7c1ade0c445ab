/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A table -> text for people, text for scripts, or JSON. */
#ifndef CMD_RENDER_H
#define CMD_RENDER_H

#include "base/command.h"
#include "table/columns.h"
#include "table/table.h"

/*
 * For what writes first and prints then: loads what a table or a document may need, so that
 * nothing is written if that is missing.
 */
enum status render_load(const struct common *common);
enum status document_load(void);

enum status table_print(const struct table *table, const struct table_options *options,
	const struct common *common);

/*
 * A JSON document: {"irqkit": "0.1.0", ...}. Each member is written to stdout when it is
 * added, so that a large document takes no memory. If memory is short for one of them,
 * document_finish() fails.
 */
struct document;
struct document *document_new(void);
/* A document that is one line, also on a terminal, and does not name the version. */
struct document *document_new_line(void);
void document_add_text(struct document *document, const char *key, const char *text);
void document_add_bool(struct document *document, const char *key, bool is_true);
void document_add_number(struct document *document, const char *key, uint64_t number);
void document_add_real(struct document *document, const char *key, double real);
void document_add_cpus(
	struct document *document, const char *key, const struct irqkit_cpuset *cpus);
/* The same CPUs as a text, "0-3,8". */
void document_add_list(
	struct document *document, const char *key, const struct irqkit_cpuset *cpus);
void document_add_numbers(struct document *document, const char *key,
	const unsigned int *numbers, size_t n);
/* @texts ends with NULL; if it is NULL itself, the array is empty. */
void document_add_texts(
	struct document *document, const char *key, const char *const *texts);
void document_add_table(
	struct document *document, const char *key, const struct table *table);
/* The first row of the table, as one object. */
void document_add_row(
	struct document *document, const char *key, const struct table *table);
/*
 * An array of objects with all columns that have a key. @rows: @n structs of @size bytes, a
 * pointer to each of which a column gets.
 */
void document_add_rows(struct document *document, const char *key,
	const struct column *columns, void *rows, size_t size, size_t n);
/* Memory is short: document_finish() will say so. */
void document_fail(struct document *document);
/* Ends the document and frees it. */
enum status document_finish(struct document *document);

#endif
