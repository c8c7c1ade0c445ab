/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* irqkit check: are policy files still true? */
#include "base/fold.h"
#include "base/say.h"
#include "base/text.h"
#include "change/report_row.h"
#include "measure/open_machine.h"
#include "policy/check.h"
#include "table/columns.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct check_options {
	struct table_options table;
	bool is_nagios;
};

static const struct option options[] = {
	{ "nagios", 0, OPTION_FLAG, offsetof(struct check_options, is_nagios), NULL,
		"print one line and exit with 0, 1 or 3, as Nagios expects" },
	TABLE_OPTIONS(struct check_options, table),
	{ 0 },
};

/* "irqkit apply FILE"; NULL: no memory */
static char *format_apply(const struct call *call)
{
	char *line = strdup("irqkit apply");

	for (size_t i = 0; i < call->n_words && line; i++) {
		_cleanup_free_ char *quoted = text_quote(call->words[i]);
		_cleanup_free_ char *safe = quoted ? text_escape(quoted) : NULL;

		if (!safe || !text_join(&line, " ", safe)) {
			free(line);
			return NULL;
		}
	}
	return line;
}

static void append(char *text, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void append(char *text, size_t size, const char *format, ...)
{
	size_t len = strlen(text);
	va_list args;

	va_start(args, format);
	vsnprintf(text + len, size - len, format, args);
	va_end(args);
}

/* "2 of 8 settings differ, 1 TARGET is missing"; a ban is not one of the settings */
static void format_summary(const struct check *check, char *text, size_t size)
{
	size_t n_bans = check->n_bans, n_missing = lines_count_missing(&check->lines);
	size_t n = check->table.n_rows - n_bans, all = check->n_settings;

	text[0] = '\0';
	if (n)
		append(text, size, "%zu of %zu setting%s differ%s", n, all,
			all == 1 ? "" : "s", n == 1 ? "s" : "");
	if (n_bans)
		append(text, size, "%s%zu ban%s missing", text[0] ? ", " : "", n_bans,
			n_bans == 1 ? " is" : "s are");
	if (n_missing)
		append(text, size, "%s%zu TARGET%s missing", text[0] ? ", " : "",
			n_missing, n_missing == 1 ? " is" : "s are");
	if (text[0])
		return;
	if (lines_are_absent(&check->lines, check->call))
		append(text, size, "no policy file has a line");
	else if (check->lines.n == 0)
		append(text, size, "the policy has no line");
	else if (all == 0) /* as of '-spread vif*' while no guest runs */
		append(text, size, "the policy sets nothing on this system now");
	else if (all == 1)
		append(text, size, "the setting is as the policy wants");
	else
		append(text, size, "all %zu settings are as the policy wants", all);
}

static void remark(const struct check *check)
{
	_cleanup_free_ char *apply = format_apply(check->call);
	char text[160];

	if (lines_are_absent(&check->lines, check->call))
		return;
	format_summary(check, text, sizeof(text));
	if (check->table.n_rows && apply && !lines_are_read_once(check->call))
		print_sentence("%s; '%s' applies the policy again.\n", text, apply);
	else
		print_sentence("%c%s.\n", toupper((unsigned char)text[0]), text + 1);
}

static enum status print_table(struct check *check, const struct check_options *o)
{
	const struct common *common = &check->call->common;
	enum status status = table_prepare(
		&check->table, check_columns, &o->table, common);

	if (status != STATUS_DONE)
		return status;
	if (common->is_json) {
		struct document *document = document_new();

		document_add_text(document, "command", "check");
		document_add_bool(document, "ok", check_is_ok(check));
		document_add_number(document, "settings", check->n_settings);
		document_add_table(document, "differences", &check->table);
		lines_add_missing(&check->lines, document);
		return document_finish(document);
	}
	if (common->is_quiet)
		return STATUS_DONE;
	if (check->table.n_rows || !table_options_are_plain(&o->table, common))
		status = table_print(&check->table, &o->table, common);
	if (status == STATUS_DONE && table_options_are_plain(&o->table, common))
		remark(check);
	return status;
}

/* ------------------------------------------------------------------------------- */
/* Nagios                                                                          */

enum nagios { NAGIOS_OK = 0, NAGIOS_WARNING = 1, NAGIOS_UNKNOWN = 3 };

/* '|' begins what a monitoring system takes for figures. */
static void print_in_line(const char *text)
{
	_cleanup_free_ char *safe = text_escape(text);

	for (const char *c = safe ? safe : ""; *c; c++)
		putchar(*c == '|' ? '/' : *c);
}

static void print_place(const struct check *check, size_t line)
{
	_cleanup_free_ char *place = lines_format_place(&check->lines, line);

	fputs(" (", stdout);
	print_in_line(place ? place : "");
	putchar(')');
}

static void print_first(const struct check *check)
{
	const struct difference *row = check->table.rows[0];

	printf("; the first: %s of ", row->is_ban ? "ban" : step_knob_word(row->step));
	print_in_line(irqkit_step_get_target(row->step));
	print_place(check, irqkit_policies_get_line(check->lines.policy, row->index));
}

/* Of the TARGETs that count as missing. */
static void print_first_missing(const struct check *check)
{
	const struct irqkit_policies *policy = check->lines.policy;

	for (size_t i = 0; i < irqkit_policies_count_missing(policy); i++) {
		const char *message, *target;
		size_t line;

		target = irqkit_policies_get_missing(policy, i, &line, &message);
		if (irqkit_policies_is_optional(policy, line))
			continue;
		fputs("; the first: ", stdout);
		print_in_line(target);
		print_place(check, line);
		return;
	}
}

static enum nagios print_nagios(const struct check *check, enum status status)
{
	char text[160];

	if (status != STATUS_DONE) {
		const char *why = say_get_first_error();

		fputs("IRQKIT UNKNOWN: the policy cannot be checked", stdout);
		if (why) {
			fputs(": ", stdout);
			print_in_line(why);
		}
		putchar('\n');
		return NAGIOS_UNKNOWN;
	}
	format_summary(check, text, sizeof(text));
	printf("IRQKIT %s: %s", check_is_ok(check) ? "OK" : "WARNING", text);
	if (check->table.n_rows)
		print_first(check);
	else
		print_first_missing(check);
	printf(" | differences=%zu settings=%zu missing=%zu\n", check->table.n_rows,
		check->n_settings, lines_count_missing(&check->lines));
	return check_is_ok(check) ? NAGIOS_OK : NAGIOS_WARNING;
}

/* ------------------------------------------------------------------------------- */

static enum status check_options(const struct check *check, const struct check_options *o)
{
	const struct common *common = &check->call->common;
	struct table none CLEANUP(table_free) = { 0 };

	if (o->is_nagios && (common->is_json || table_options_are_given(&o->table))) {
		say_error("--nagios prints one line and cannot be combined with --json, "
			  "--output, --sort, --noheadings, --raw or --pairs");
		return STATUS_MISUSE;
	}
	return table_prepare(&none, check_columns, &o->table, common);
}

static enum status run(const struct call *call)
{
	const struct check_options *o = call->state;
	struct check check CLEANUP(check_free) = { .call = call };
	enum status status = check_options(&check, o);

	if (status != STATUS_DONE)
		return status;
	/* a TARGET that is missing is a difference, not a mistake */
	check.lines.has_reported = call->common.is_quiet || o->is_nagios;
	status = machine_open(call, &check.ctx);
	if (status == STATUS_DONE)
		status = lines_read(&check.lines, call, check.ctx);
	if (status == STATUS_DONE)
		status = check_find_differences(&check);
	if (status == STATUS_DONE && !o->is_nagios)
		lines_warn_if_absent(&check.lines, call);
	if (o->is_nagios)
		return (enum status)print_nagios(&check, status);
	if (status == STATUS_DONE)
		status = print_table(&check, o);
	return status == STATUS_DONE && !check_is_ok(&check) ? STATUS_DRIFT : status;
}

static void print_columns(void)
{
	columns_print("", check_columns);
}

const struct command cmd_check = {
	.name = "check",
	.args = "[OPTION...] [FILE...]",
	.summary = "compare the system with policy files",
	.more = "Without FILE: the files of 'irqkit apply'. Nothing is written.\n"
		"Exit status: 0 if every setting is as the files want, 5 if one "
		"differs.\n"
		"--quiet prints only errors.\n"
		"\n"
		"  irqkit check                          what differs, and from which "
		"line?\n"
		"  irqkit check --quiet || irqkit apply  apply again if something "
		"differs\n"
		"  irqkit check --nagios                 one line, for a monitoring "
		"system\n",
	.print_columns = print_columns,
	.options = options,
	.state_size = sizeof(struct check_options),
	.run = run,
};
