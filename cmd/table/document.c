/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * JSON documents, written as a stream: a member at a time, and a table row by row. The only
 * user of jansson, which writes texts and real numbers.
 */
#include "base/basics.h"
#include "base/on_demand.h"
#include "base/say.h"
#include "base/text.h"
#include "table/render.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CALLS(X) X(json_delete) X(json_dumpf) X(json_real) X(json_string)
ON_DEMAND("libjansson.so.4", "writes JSON", CALLS)

#define REAL_DIGITS 15 /* for jansson, which does not count decimal places */

/* Where the next value stands: indented on a terminal, without any blank elsewhere. */
struct writer {
	bool is_indented;
	bool is_first; /* of its array or object */
	bool has_failed; /* no memory */
	unsigned int depth;
};

/* ------------------------------------------------------------------------------- */
/* Arrays and objects                                                              */

static void put_text(const char *text)
{
	fwrite_unlocked(text, 1, strlen(text), stdout);
}

static void put_line(const struct writer *w)
{
	if (!w->is_indented)
		return;
	putc_unlocked('\n', stdout);
	for (unsigned int i = 0; i < w->depth; i++)
		put_text("  ");
}

static void begin(struct writer *w, char bracket)
{
	putc_unlocked(bracket, stdout);
	w->depth++;
	w->is_first = true;
}

static void end(struct writer *w, char bracket)
{
	w->depth--;
	if (!w->is_first)
		put_line(w);
	putc_unlocked(bracket, stdout);
	w->is_first = false;
}

/* Before each member of an array. */
static void next(struct writer *w)
{
	if (!w->is_first)
		putc_unlocked(',', stdout);
	w->is_first = false;
	put_line(w);
}

/* The key of a member, which is plain ASCII. */
static void put_key(struct writer *w, const char *key)
{
	next(w);
	putc_unlocked('"', stdout);
	put_text(key);
	put_text(w->is_indented ? "\": " : "\":");
}

/* ------------------------------------------------------------------------------- */
/* Values                                                                          */

static void put_json(struct writer *w, json_t *json)
{
	if (!json ||
		do_json_dumpf(json, stdout,
			JSON_ENCODE_ANY | JSON_REAL_PRECISION(REAL_DIGITS)) < 0)
		w->has_failed |= !ferror(stdout);
	if (json)
		do_json_delete(json); /* nobody else has it */
}

static bool is_plain(const char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~' || *text == '"' || *text == '\\')
			return false;
	return true;
}

static void put_string(struct writer *w, const char *text)
{
	_cleanup_free_ char *repaired = NULL;
	json_t *json;

	if (is_plain(text)) {
		putc_unlocked('"', stdout);
		put_text(text);
		putc_unlocked('"', stdout);
		return;
	}
	json = do_json_string(text); /* NULL where it isn't UTF-8 */
	if (!json && (repaired = text_repair(text)))
		json = do_json_string(repaired);
	put_json(w, json);
}

static char *format_number(char *end, uint64_t number)
{
	do
		*--end = (char)('0' + number % 10);
	while (number /= 10);
	return end;
}

/* The largest signed integer stands for all above it: readers would round a larger one. */
static void put_number(uint64_t number)
{
	char digits[24], *last = digits + sizeof(digits);
	char *first = format_number(
		last, number <= INT64_MAX ? number : (uint64_t)INT64_MAX);

	fwrite_unlocked(first, 1, (size_t)(last - first), stdout);
}

static void put_integer(int64_t integer)
{
	if (integer < 0)
		putc_unlocked('-', stdout);
	put_number(integer < 0 ? -(uint64_t)integer : (uint64_t)integer);
}

/* At most six decimal places. Nothing is negative. */
static void put_real(struct writer *w, double real)
{
	put_json(w, do_json_real((double)(uint64_t)(real * 1e6 + 0.5) / 1e6));
}

static void put_texts(struct writer *w, const char *const *texts)
{
	begin(w, '[');
	for (size_t i = 0; texts[i]; i++) {
		next(w);
		put_string(w, texts[i]);
	}
	end(w, ']');
}

/* {"0": 12}: by far the most of a large document */
static void put_counts(struct writer *w, const struct irqkit_interrupt *interrupt)
{
	size_t n = irqkit_interrupt_count_served(interrupt);

	begin(w, '{');
	for (size_t i = 0; i < n; i++) {
		unsigned int cpu;
		uint64_t count = irqkit_interrupt_get_served(interrupt, i, &cpu);
		char key[16];

		key[15] = '\0';
		put_key(w, format_number(&key[15], cpu));
		put_number(count);
	}
	end(w, '}');
}

static void put_list(struct writer *w, const struct irqkit_cpuset *cpus)
{
	_cleanup_free_ char *list = NULL;

	if (irqkit_cpuset_format_list(cpus, &list) < 0)
		w->has_failed = true;
	else
		put_string(w, list);
}

static void put_numbers(struct writer *w, const struct number_array *array)
{
	begin(w, '[');
	for (size_t i = 0; i < array->n; i++) {
		next(w);
		put_number(array->numbers[i]);
	}
	end(w, ']');
}

static void put_cpu_numbers(struct writer *w, const struct irqkit_cpuset *cpus)
{
	begin(w, '[');
	irqkit_cpuset_foreach (cpu, cpus) {
		next(w);
		put_number(cpu);
	}
	end(w, ']');
}

static void put_table(struct writer *w, const struct table *table);
static void put_row(struct writer *w, const struct table *table, void *row);

static void put_value(struct writer *w, const struct cell *cell)
{
	switch (cell->kind) {
	case CELL_TEXT:
		put_string(w, cell->text);
		break;
	case CELL_TEXTS:
		put_texts(w, cell->texts);
		break;
	case CELL_NUMBER:
		put_number(cell->number);
		break;
	case CELL_INTEGER:
		put_integer(cell->integer);
		break;
	case CELL_BOOL:
		put_text(cell->is_true ? "true" : "false");
		break;
	case CELL_SHARE:
		put_real(w, cell->share);
		break;
	case CELL_RATE:
		put_real(w, (double)(uint64_t)(cell->rate * 10 + 0.5) / 10);
		break;
	case CELL_CPUS:
		put_list(w, cell->cpus);
		break;
	case CELL_CPU_NUMBERS:
		put_cpu_numbers(w, cell->cpus);
		break;
	case CELL_NUMBERS:
		put_numbers(w, cell->array);
		break;
	case CELL_COUNTS:
		put_counts(w, cell->counts);
		break;
	case CELL_ROWS:
		put_table(w, cell->table);
		break;
	case CELL_ROW:
		put_row(w, cell->table, cell->table->rows[0]);
		break;
	case CELL_ABSENT:
		break;
	}
}

static void put_row(struct writer *w, const struct table *table, void *row)
{
	begin(w, '{');
	for (size_t i = 0; table->columns[i]; i++) {
		const struct column *column = table->columns[i];
		struct cell cell;

		if (!column->key)
			continue;
		cell = column_get(column, row);
		if (cell.kind != CELL_ABSENT) {
			put_key(w, column->key);
			put_value(w, &cell);
		}
		free(cell.owned);
	}
	end(w, '}');
}

static void put_table(struct writer *w, const struct table *table)
{
	begin(w, '[');
	for (size_t row = 0; row < table->n_rows; row++) {
		next(w);
		put_row(w, table, table->rows[row]);
	}
	end(w, ']');
}

/* ------------------------------------------------------------------------------- */
/* Documents                                                                       */

struct document {
	struct writer writer;
};

enum status document_load(void)
{
	return load_library() ? STATUS_DONE : STATUS_REFUSED;
}

struct document *document_new(void)
{
	struct document *document = load_library() ? calloc(1, sizeof(*document)) : NULL;

	if (!document)
		return NULL;
	document->writer.is_indented = isatty(STDOUT_FILENO);
	begin(&document->writer, '{');
	document_add_text(document, "irqkit", irqkit_version());
	return document;
}

struct document *document_new_line(void)
{
	struct document *document = calloc(1, sizeof(*document));

	if (document)
		begin(&document->writer, '{');
	return document;
}

static void add_member(struct document *document, const char *key, struct cell cell)
{
	if (!document || cell.kind == CELL_ABSENT)
		return;
	put_key(&document->writer, key);
	put_value(&document->writer, &cell);
}

void document_add_text(struct document *document, const char *key, const char *text)
{
	add_member(document, key, text_cell(text));
}

void document_add_number(struct document *document, const char *key, uint64_t number)
{
	add_member(document, key, number_cell(number));
}

void document_add_bool(struct document *document, const char *key, bool is_true)
{
	add_member(document, key, bool_cell(is_true));
}

void document_add_real(struct document *document, const char *key, double real)
{
	add_member(document, key, (struct cell){ .kind = CELL_SHARE, .share = real });
}

void document_add_cpus(
	struct document *document, const char *key, const struct irqkit_cpuset *cpus)
{
	add_member(
		document, key, (struct cell){ .kind = CELL_CPU_NUMBERS, .cpus = cpus });
}

void document_add_numbers(
	struct document *document, const char *key, const unsigned int *numbers, size_t n)
{
	add_member(document, key,
		(struct cell){ .kind = CELL_NUMBERS,
			.array = &(struct number_array){ numbers, n } });
}

void document_add_list(
	struct document *document, const char *key, const struct irqkit_cpuset *cpus)
{
	add_member(document, key, cpus_cell(cpus));
}

void document_fail(struct document *document)
{
	if (document)
		document->writer.has_failed = true;
}

void document_add_texts(
	struct document *document, const char *key, const char *const *texts)
{
	static const char *const none[] = { NULL };

	add_member(document, key,
		(struct cell){ .kind = CELL_TEXTS, .texts = texts ? texts : none });
}

void document_add_table(
	struct document *document, const char *key, const struct table *table)
{
	add_member(document, key, (struct cell){ .kind = CELL_ROWS, .table = table });
}

void document_add_row(
	struct document *document, const char *key, const struct table *table)
{
	add_member(document, key, (struct cell){ .kind = CELL_ROW, .table = table });
}

void document_add_rows(struct document *document, const char *key,
	const struct column *columns, void *rows, size_t size, size_t n)
{
	struct table table CLEANUP(table_free) = {
		.rows = calloc(n + 1, sizeof(*table.rows)),
		.n_rows = n,
	};

	if (!table.rows || !table_choose_keys(&table, columns)) {
		document_fail(document);
		return;
	}
	for (size_t i = 0; i < n; i++)
		table.rows[i] = (char *)rows + i * size;
	document_add_table(document, key, &table);
}

enum status document_finish(struct document *document)
{
	bool is_done = document && !document->writer.has_failed;

	if (document) {
		end(&document->writer, '}');
		putchar('\n');
	}
	free(document);
	/* what could not be written is seen when stdout is closed */
	if (on_demand_has_failed())
		return STATUS_REFUSED;
	return is_done ? STATUS_DONE : say_no_memory();
}
