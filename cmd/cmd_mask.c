/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* irqkit mask: a list of CPUs into a mask, and back. */
#include "base/basics.h"
#include "base/say.h"
#include "measure/open_machine.h"
#include "table/render.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

struct mask_options {
	bool is_list;
	bool is_words;
};

static const struct option options[] = {
	{ "list", 'l', OPTION_FLAG, offsetof(struct mask_options, is_list), NULL,
		"convert masks to lists" },
	{ "words", 'w', OPTION_FLAG, offsetof(struct mask_options, is_words), NULL,
		"list the words of a SET, and the CPUs that they mean here" },
	{ 0 },
};

/* A word, read; as JSON has it. */
struct mask_row {
	struct irqkit_cpuset *cpus; /* owned; NULL: a word that means none by itself */
	char *mask; /* owned; NULL with --words */
	char *word; /* owned; with --words */
};

static struct cell get_word(void *data)
{
	struct mask_row *row = data;

	return text_cell(row->word);
}

static struct cell get_cpus(void *data)
{
	struct mask_row *row = data;

	return cpus_cell(row->cpus);
}

static struct cell get_mask(void *data)
{
	struct mask_row *row = data;

	return text_cell(row->mask);
}

static struct cell get_count(void *data)
{
	struct mask_row *row = data;

	return row->cpus ? number_cell(irqkit_cpuset_count(row->cpus)) : ABSENT;
}

static const struct column columns[] = {
	{ "WORD", "word", "word of a SET", COLUMN_DEFAULT, get_word, 0 },
	{ "CPUS", "list", "CPUs as a list", COLUMN_DEFAULT, get_cpus, 0 },
	{ "MASK", "mask", "the same CPUs as a mask", COLUMN_DEFAULT, get_mask, 0 },
	{ "COUNT", "count", "number of CPUs", COLUMN_DEFAULT, get_count, 0 },
	{ 0 },
};

/* Is the word valid in the other notation? */
static bool is_list(const char *word)
{
	struct irqkit_cpuset *set;

	if (irqkit_cpuset_parse_list(word, strlen(word), &set, NULL) < 0)
		return false;
	irqkit_cpuset_free(set);
	return true;
}

static bool is_mask(const char *word)
{
	struct irqkit_cpuset *set;

	if (irqkit_cpuset_parse_mask(word, strlen(word), &set, NULL) < 0)
		return false;
	irqkit_cpuset_free(set);
	return true;
}

/* "0b11": hardly a mask in hexadecimal */
static bool is_binary(const char *word)
{
	return strncasecmp(word, "0b", 2) == 0 && word[2] &&
		!word[2 + strspn(word + 2, "01")];
}

static enum status say_mistake(const char *word, bool from_mask, int error, size_t at)
{
	const char *what = from_mask ? "mask" : "list of CPUs";

	if (error == -ERANGE)
		say_error("'%s' contains a CPU number above %u, the highest that is "
			  "supported",
			word, IRQKIT_CPU_MAX);
	else if (!from_mask && is_mask(word))
		say_error("'%s' is a mask, not a %s: use 'irqkit mask --list %s'", word,
			what, word);
	else if (from_mask && *word && is_list(word))
		say_error("'%s' is a list, not a %s: use 'irqkit mask %s'", word, what,
			word);
	else if (at < strlen(word))
		say_error("'%s' is not a %s: it is wrong from '%s' on", word, what,
			word + at);
	else
		say_error("'%s' is not a %s: the end is missing", word, what);
	return STATUS_MISUSE;
}

/* For a SET of numbers: any CPU number is valid, whatever CPUs the machine has. */
static int allow_any_cpu(struct irqkit_topology *topology)
{
	_cleanup_cpuset_ struct irqkit_cpuset *any = NULL;
	const char all[] = "0-1048575";
	int r;

	_Static_assert(IRQKIT_CPU_MAX == 1048575, "all[] is all that a set can hold");
	r = irqkit_cpuset_parse_list(all, strlen(all), &any, NULL);
	return r < 0 ? r : irqkit_topology_set_online(topology, any);
}

/* A SET with words that refer to the machine, or with parts that remove CPUs. */
static enum status read_set(
	const struct call *call, const char *word, struct irqkit_cpuset **ret_cpus)
{
	bool has_words = word[strspn(word, "0123456789-:,^")] != '\0';
	struct irqkit_topology *topology = NULL;
	struct irqkit_ctx *ctx = NULL;
	enum status status = machine_open(call, &ctx);
	int r = status == STATUS_DONE ? irqkit_topology_new(ctx, &topology) : 0;

	if (r == 0 && topology && !has_words)
		r = allow_any_cpu(topology);
	if (r < 0)
		status = say_no_memory();
	if (status == STATUS_DONE)
		status = machine_read_set(topology, "mask", word, ret_cpus);
	irqkit_topology_free(topology);
	irqkit_ctx_free(ctx);
	return status;
}

static enum status read_word(
	const struct call *call, const char *word, bool from_mask, struct mask_row *row)
{
	size_t at = 0;
	int r = from_mask ? irqkit_cpuset_parse_mask(word, strlen(word), &row->cpus, &at)
			  : irqkit_cpuset_parse_list(word, strlen(word), &row->cpus, &at);

	if (!from_mask && !*word)
		r = -EINVAL;
	if (r == -EINVAL && !from_mask && (!is_mask(word) || is_binary(word))) {
		enum status status = read_set(call, word, &row->cpus);

		if (status != STATUS_DONE)
			return status;
		r = 0;
	}

	if (r == 0)
		r = irqkit_cpuset_format_mask(row->cpus, &row->mask);
	if (r == -ENOMEM)
		return say_no_memory();
	return r < 0 ? say_mistake(word, from_mask, r, at) : STATUS_DONE;
}

static enum status print_lines(const struct mask_row *rows, size_t n, bool from_mask)
{
	for (size_t i = 0; i < n; i++) {
		_cleanup_free_ char *list = NULL;

		if (from_mask && irqkit_cpuset_format_list(rows[i].cpus, &list) < 0)
			return say_no_memory();
		printf("%s\n", from_mask ? list : rows[i].mask);
	}
	return STATUS_DONE;
}

static enum status print_json(
	struct mask_row *rows, size_t n, const struct common *common)
{
	const struct table_options plain = { 0 };
	struct table table CLEANUP(table_free) = {
		.rows = calloc(n + 1, sizeof(*table.rows)),
		.n_rows = n,
	};
	struct document *document;
	enum status status;

	for (size_t i = 0; table.rows && i < n; i++)
		table.rows[i] = &rows[i];
	status = table.rows ? table_prepare(&table, columns, &plain, common)
			    : STATUS_REFUSED;
	if (status != STATUS_DONE)
		return status;
	document = document_new();
	document_add_table(document, "masks", &table);
	return document_finish(document);
}

/* ------------------------------------------------------------------------------- */
/* --words                                                                         */

struct words {
	struct mask_row *rows; /* owned */
	size_t n, room;
};

static enum status add_word(
	struct words *words, const char *word, struct irqkit_cpuset *cpus)
{
	if (words->n == words->room) {
		size_t room = words->room ? words->room * 2 : 16;
		struct mask_row *rows = realloc(words->rows, room * sizeof(*rows));

		if (!rows)
			return say_no_memory();
		words->rows = rows;
		words->room = room;
	}
	words->rows[words->n] = (struct mask_row){ .word = strdup(word), .cpus = cpus };
	return words->rows[words->n++].word ? STATUS_DONE : say_no_memory();
}

static bool has_cpus(
	const struct words *words, const char *prefix, const struct irqkit_cpuset *cpus)
{
	for (size_t i = 0; i < words->n; i++)
		if (strncmp(words->rows[i].word, prefix, strlen(prefix)) == 0 &&
			words->rows[i].cpus &&
			irqkit_cpuset_is_equal(words->rows[i].cpus, cpus))
			return true;
	return false;
}

/*
 * `local` and `irq:` depend on what the command is about: they have no CPUs here. A word
 * that would be refused, since nothing is isolated or the kernel does not report it, is
 * left out, and so is one that means the same as the word before: llc:1 is llc:0.
 */
static enum status try_word(
	struct words *words, struct irqkit_topology *topology, const char *word)
{
	struct irqkit_cpuset *cpus = NULL;
	const char *colon = strchr(word, ':');
	_cleanup_free_ char *prefix = strndup(word, colon ? (size_t)(colon - word) : 0);
	int r = irqkit_topology_parse_set(
		topology, word, strlen(word), NULL, &cpus, NULL, NULL);

	if (r == -ENOMEM || !prefix)
		return say_no_memory();
	if (r < 0 && r != -EINVAL)
		return STATUS_DONE;
	if (cpus && *prefix && has_cpus(words, prefix, cpus)) {
		irqkit_cpuset_free(cpus);
		return STATUS_DONE;
	}
	return add_word(words, word, cpus);
}

/* The numbers that a word takes are listed, if they are few; false: they are many. */
static bool find_numbers(struct irqkit_topology *topology, const char *word,
	const struct irqkit_cpuset **ret_numbers)
{
	if (strncmp(word, "node:", 5) == 0)
		*ret_numbers = irqkit_topology_get_nodes(topology);
	else if (strncmp(word, "package:", 8) == 0)
		*ret_numbers = irqkit_topology_get_packages(topology);
	else if (strncmp(word, "llc:", 4) == 0)
		*ret_numbers = irqkit_topology_get_cpus(topology, IRQKIT_CPUS_ONLINE);
	else
		return false;
	return true;
}

/* @word is an example, "node:0": node:0, node:1, ...; or only siblings: and irq: */
static enum status add_numbered(
	struct words *words, struct irqkit_topology *topology, const char *word)
{
	int len = (int)(strchr(word, ':') - word) + 1;
	const struct irqkit_cpuset *numbers = NULL;
	enum status status = STATUS_DONE;
	char text[64];

	snprintf(text, sizeof(text), "%.*s", len, word);
	if (!find_numbers(topology, word, &numbers))
		return add_word(words, text, NULL);
	for (int n = -1; status == STATUS_DONE && numbers &&
		(n = irqkit_cpuset_next(numbers, n)) >= 0;) {
		snprintf(text, sizeof(text), "%.*s%d", len, word, n);
		status = try_word(words, topology, text);
	}
	return status;
}

static enum status add_words(struct words *words, struct irqkit_topology *topology)
{
	enum status status = STATUS_DONE;
	const char *word;

	for (size_t i = 0; status == STATUS_DONE && (word = irqkit_set_get_word(i)); i++)
		status = strchr(word, ':') ? add_numbered(words, topology, word)
					   : try_word(words, topology, word);
	return status;
}

static enum status print_words(const struct call *call, const struct words *words)
{
	size_t widest = 0;

	if (call->common.is_json)
		return print_json(words->rows, words->n, &call->common);
	for (size_t i = 0; i < words->n; i++)
		if (strlen(words->rows[i].word) > widest)
			widest = strlen(words->rows[i].word);
	for (size_t i = 0; i < words->n; i++) {
		const struct mask_row *row = &words->rows[i];
		_cleanup_free_ char *list = NULL;

		if (row->cpus && irqkit_cpuset_format_list(row->cpus, &list) < 0)
			return say_no_memory();
		printf("%-*s %s\n", (int)widest, row->word, list ? list : "-");
	}
	return STATUS_DONE;
}

static void free_rows(struct mask_row *rows, size_t n)
{
	for (size_t i = 0; rows && i < n; i++) {
		irqkit_cpuset_free(rows[i].cpus);
		free(rows[i].mask);
		free(rows[i].word);
	}
	free(rows);
}

static enum status list_words(const struct call *call)
{
	struct words words = { 0 };
	struct irqkit_topology *topology = NULL;
	struct irqkit_ctx *ctx = NULL;
	enum status status = machine_open(call, &ctx);

	if (status == STATUS_DONE && irqkit_topology_new(ctx, &topology) < 0)
		status = say_no_memory();
	if (status == STATUS_DONE)
		status = add_words(&words, topology);
	if (status == STATUS_DONE)
		status = print_words(call, &words);
	free_rows(words.rows, words.n);
	irqkit_topology_free(topology);
	if (ctx)
		status = machine_judge(ctx, status);
	irqkit_ctx_free(ctx);
	return status;
}

/* ------------------------------------------------------------------------------- */

static enum status run(const struct call *call)
{
	const struct mask_options *o = call->state;
	struct mask_row *rows;
	enum status status;

	if (o->is_words && (o->is_list || call->n_words)) {
		say_error("--words takes no SET and cannot be combined with --list");
		return STATUS_MISUSE;
	}
	if (o->is_words)
		return list_words(call);
	rows = calloc(call->n_words + 1, sizeof(*rows));
	status = rows ? STATUS_DONE : STATUS_REFUSED;
	if (call->n_words == 0) {
		say_error(o->is_list ? "mask --list needs a mask, as in 'irqkit mask "
				       "--list 10f'"
				     : "mask needs a list of CPUs, as in 'irqkit mask "
				       "0-3,8'");
		status = STATUS_MISUSE;
	}
	for (size_t i = 0; i < call->n_words && status == STATUS_DONE; i++)
		status = read_word(call, call->words[i], o->is_list, &rows[i]);
	if (status == STATUS_DONE)
		status = call->common.is_json
			? print_json(rows, call->n_words, &call->common)
			: print_lines(rows, call->n_words, o->is_list);
	free_rows(rows, call->n_words);
	return status;
}

const struct command cmd_mask = {
	.name = "mask",
	.args = "[OPTION...] SET...",
	.summary = "convert a set of CPUs to a mask, or a mask to a list",
	.more = "Numbers may exceed the CPUs of this system; words (node:0, all) refer "
		"to it.\n"
		"\n"
		"  irqkit mask 0-3,8          prints 10f\n"
		"  irqkit mask 0-31:2         prints 55555555\n"
		"  irqkit mask --list 10f     prints 0-3,8\n"
		"  irqkit mask --words        prints node:0 and its CPUs, ...\n",
	.options = options,
	.state_size = sizeof(struct mask_options),
	.run = run,
};
