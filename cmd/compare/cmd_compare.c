/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* irqkit compare: what differs between two states of a machine. */
#include "base/basics.h"
#include "base/read_number.h"
#include "base/say.h"
#include "base/text.h"
#include "compare/compare_report.h"
#include "table/columns.h"
#include "table/render.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct compare_options {
	struct table_options table;
	const char *imbalance;
};

static const struct option options[] = {
	{ "imbalance", 0, OPTION_TEXT, offsetof(struct compare_options, imbalance), "N",
		"exit with 5 if the imbalance of AFTER is above N" },
	TABLE_OPTIONS(struct compare_options, table),
	{ 0 },
};

/* A folder is a saved root, a file a document, and the word now the machine itself. */
enum status state_read(const struct call *call, const char *word, struct state *state)
{
	_cleanup_free_ char *safe = text_escape(word);
	_cleanup_free_ char *proc = NULL;
	struct stat st;

	state->source = word;
	if (strcmp(word, "now") == 0)
		return state_read_machine(call, call->common.root, state);
	if (strcmp(word, "-") == 0 || (stat(word, &st) == 0 && !S_ISDIR(st.st_mode)))
		return state_read_json(word, state);
	if (!safe || asprintf(&proc, "%s/proc/interrupts", word) < 0)
		return say_no_memory();
	if (stat(word, &st) < 0) {
		say_error("cannot read '%s': %s", safe, strerror(errno));
		return STATUS_REFUSED;
	}
	if (stat(proc, &st) < 0 && (errno == ENOENT || errno == ENOTDIR)) {
		say_error("'%s' is not a saved root: it has no proc/interrupts", safe);
		return STATUS_REFUSED;
	}
	return state_read_machine(call, word, state);
}

/* "1.5"; 0: it is no such number */
static double parse_imbalance(const char *word)
{
	const char *point = strchr(word, '.');
	size_t whole_len = point ? (size_t)(point - word) : strlen(word);
	size_t len = point ? strlen(point + 1) : 0;
	uint64_t whole, part = 0;
	double number;

	if (read_number(word, whole_len, 1000000, &whole) < 0 ||
		(point && (len > 6 || read_number(point + 1, len, 999999, &part) < 0)))
		return 0;
	number = (double)part;
	while (len-- > 0)
		number /= 10;
	number += (double)whole;
	return number >= 1 ? number : 0;
}

static enum status check_words(const struct call *call, double *ret_imbalance)
{
	const struct compare_options *o = call->state;

	if (call->n_words != 2) {
		say_error(
			"compare needs two states: a saved root, a file of 'irqkit show "
			"--json', or the word now, as in 'irqkit compare before.json "
			"now'");
		return STATUS_MISUSE;
	}
	if (strcmp(call->words[0], "-") == 0 && strcmp(call->words[1], "-") == 0) {
		say_error("only one of the two states can be read from standard input");
		return STATUS_MISUSE;
	}
	*ret_imbalance = o->imbalance ? parse_imbalance(o->imbalance) : 0;
	if (o->imbalance && *ret_imbalance <= 0) {
		say_error("--imbalance takes a number of at least 1, such as 1.5, not "
			  "'%s'",
			o->imbalance);
		return STATUS_MISUSE;
	}
	return table_check_options(compare_columns, &o->table, &call->common, true);
}

static enum status print(const struct call *call, const struct comparison *comparison)
{
	const struct compare_options *o = call->state;
	bool is_plain = table_options_are_plain(&o->table, &call->common);
	struct table table CLEANUP(table_free) = { 0 };
	_cleanup_free_ struct compare_row *rows = NULL;
	enum status status = STATUS_DONE;

	if (call->common.is_json)
		return compare_print_json(comparison, comparison_is_same(comparison));
	if (!compare_rows_make(comparison, &table, &rows))
		return say_no_memory();
	if (is_plain)
		status = compare_report_figures(comparison, &call->common);
	if (status == STATUS_DONE)
		status = table_prepare(&table, compare_columns, &o->table, &call->common);
	if (status == STATUS_DONE && (table.n_rows || !is_plain)) {
		if (is_plain)
			putchar('\n');
		status = table_print(&table, &o->table, &call->common);
	}
	if (status == STATUS_DONE && is_plain) {
		putchar('\n');
		compare_report_remark(comparison);
	}
	return status;
}

static enum status run(const struct call *call)
{
	struct state before CLEANUP(state_clear) = { .uptime = -1 };
	struct state after CLEANUP(state_clear) = { .uptime = -1 };
	struct comparison comparison CLEANUP(comparison_clear) = { 0 };
	double imbalance = 0;
	enum status status = check_words(call, &imbalance);

	if (status == STATUS_DONE)
		status = state_read(call, call->words[0], &before);
	if (status == STATUS_DONE)
		status = state_read(call, call->words[1], &after);
	if (status != STATUS_DONE)
		return status;
	if (comparison_make(&comparison, &before, &after) < 0)
		return say_no_memory();
	if (!call->common.is_quiet)
		status = print(call, &comparison);
	if (status == STATUS_DONE &&
		(!comparison_is_same(&comparison) ||
			(imbalance > 0 && comparison.sides[1].imbalance > imbalance)))
		status = STATUS_DRIFT;
	return status;
}

static void print_columns(void)
{
	columns_print("", compare_columns);
}

const struct command cmd_compare = {
	.name = "compare",
	.args = "[OPTION...] BEFORE AFTER",
	.summary = "show two states of a system side by side",
	.more = "BEFORE and AFTER: a file that 'irqkit show --json' wrote (- is standard "
		"input),\n"
		"a directory with a saved proc and sys, or the word now: this system (or "
		"the\n"
		"one of --root).\n"
		"Interrupts are compared by name and device, never by number.\n"
		"Exit status: 0 if interrupts, affinity, RPS, XPS and channels are the "
		"same, 5\n"
		"if not. Counts and rates do not matter. --quiet prints only errors.\n"
		"\n"
		"  irqkit show --json >before.json    before an upgrade\n"
		"  irqkit compare before.json now     after it\n",
	.print_columns = print_columns,
	.options = options,
	.state_size = sizeof(struct compare_options),
	.run = run,
};
