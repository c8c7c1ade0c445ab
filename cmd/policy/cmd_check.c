/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* irqkit check: are policy files still true? */
#include "base/basics.h"
#include "base/say.h"
#include "base/text.h"
#include "change/report_row.h"
#include "measure/open_machine.h"
#include "policy/lines.h"
#include "table/columns.h"
#include "table/render.h"

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

struct check {
	const struct call *call;
	struct irqkit_ctx *ctx; /* owned */
	struct irqkit_machine *machine; /* owned */
	struct irqkit_plan *plan; /* owned */
	struct lines lines;
	struct difference *rows; /* owned */
	struct table table;
	size_t n_settings; /* without those that cannot be moved */
	size_t n_bans; /* rows that are missing bans */
	struct irqkit_irqbalance *irqbalance; /* owned; NULL: its bans are not checked */
	struct irqkit_placed *placed; /* owned; NULL: not read, or it cannot be */
	bool has_read_placed;
};

struct difference {
	const struct check *check;
	const struct irqkit_step *step;
	size_t index;
	bool is_undecided;
	bool is_ban; /* irqbalance does not leave the interrupt alone */
};

static void check_free(struct check *check)
{
	table_free(&check->table);
	irqkit_placed_free(check->placed);
	free(check->rows);
	irqkit_irqbalance_free(check->irqbalance);
	lines_free(&check->lines);
	irqkit_plan_free(check->plan);
	irqkit_machine_free(check->machine);
	irqkit_ctx_free(check->ctx);
}

/* ------------------------------------------------------------------------------- */
/* Columns                                                                         */

static const struct difference *of(const void *data)
{
	return data;
}

static struct cell get_path(void *data)
{
	return of(data)->is_ban ? ABSENT
				: text_cell(irqkit_step_get_path(of(data)->step));
}

static struct cell get_knob(void *data)
{
	return text_cell(of(data)->is_ban ? "ban" : step_knob_word(of(data)->step));
}

static struct cell get_target(void *data)
{
	return text_cell(irqkit_step_get_target(of(data)->step));
}

static struct cell get_irq(void *data)
{
	int irq = irqkit_step_get_irq(of(data)->step);

	return irq < 0 ? ABSENT : number_cell((uint64_t)irq);
}

static struct cell get_wanted(void *data)
{
	if (of(data)->is_ban)
		return text_cell("banned");
	return of(data)->is_undecided ? ABSENT
				      : text_cell(irqkit_step_get_new(of(data)->step));
}

static struct cell get_wanted_cpus(void *data)
{
	return of(data)->is_undecided || of(data)->is_ban
		? ABSENT
		: cpus_cell(irqkit_step_get_new_cpus(of(data)->step));
}

static struct cell get_wanted_shown(void *data)
{
	struct cell cell = get_wanted_cpus(data);

	return cell.kind == CELL_ABSENT ? get_wanted(data) : cell;
}

static struct cell get_found(void *data)
{
	return text_cell(
		of(data)->is_ban ? "not banned" : irqkit_step_get_old(of(data)->step));
}

static struct cell get_found_cpus(void *data)
{
	return of(data)->is_ban ? ABSENT
				: cpus_cell(irqkit_step_get_old_cpus(of(data)->step));
}

static struct cell get_found_shown(void *data)
{
	struct cell cell = get_found_cpus(data);

	return cell.kind == CELL_ABSENT ? get_found(data) : cell;
}

static const char *find_place(const struct difference *row, unsigned int *ret_number)
{
	const struct irqkit_policies *policy = row->check->lines.policy;

	return irqkit_policies_get_file(
		policy, irqkit_policies_get_line(policy, row->index), ret_number);
}

static struct cell get_file(void *data)
{
	unsigned int number;

	return text_cell(find_place(of(data), &number));
}

static struct cell get_line(void *data)
{
	unsigned int number;

	find_place(of(data), &number);
	return number_cell(number);
}

static struct cell get_source(void *data)
{
	const struct difference *row = of(data);

	return owned_cell(lines_format_place(&row->check->lines,
		irqkit_policies_get_line(row->check->lines.policy, row->index)));
}

static struct cell get_cause(void *data)
{
	static const char *const words[] = {
		[IRQKIT_CAUSE_UNKNOWN] = NULL,
		[IRQKIT_CAUSE_NOT_APPLIED] = "not yet applied",
		[IRQKIT_CAUSE_NEW_DEVICE] = "device was created again",
		[IRQKIT_CAUSE_OFFLINE] = "a CPU went offline",
		[IRQKIT_CAUSE_IRQBALANCE] = "irqbalance is running",
	};
	const struct difference *row = of(data);

	if (row->is_ban)
		return text_cell("irqbalance was restarted, or has new bans");
	return text_cell(words[irqkit_policies_find_cause(
		row->check->lines.policy, row->check->plan, row->index)]);
}

static const struct column columns[] = {
	{ "PATH", "path", "file that differs", 0, get_path, 0 },
	{ "KNOB", NULL, "setting that differs", COLUMN_DEFAULT, get_knob, 0 },
	{ "IRQ", "irq", "interrupt number", COLUMN_RIGHT, get_irq, 0 },
	{ "NAME", "target", "interrupt, queue or thread that it belongs to",
		COLUMN_DEFAULT | COLUMN_NAME, get_target, 0 },
	{ "WANTED", NULL, "value that the policy wants", COLUMN_DEFAULT | COLUMN_TRUNCATE,
		get_wanted_shown, 0 },
	{ "WANTED", "wanted", NULL, COLUMN_JSON_ONLY, get_wanted, 0 },
	{ "WANTED", "wanted_cpus", NULL, COLUMN_JSON_ONLY, get_wanted_cpus, 0 },
	{ "FOUND", NULL, "value that the system has", COLUMN_DEFAULT | COLUMN_TRUNCATE,
		get_found_shown, 0 },
	{ "FOUND", "found", NULL, COLUMN_JSON_ONLY, get_found, 0 },
	{ "FOUND", "found_cpus", NULL, COLUMN_JSON_ONLY, get_found_cpus, 0 },
	{ "SOURCE", NULL, "line of a policy file", COLUMN_DEFAULT | COLUMN_NAME,
		get_source, 0 },
	{ "FILE", "file", NULL, COLUMN_JSON_ONLY, get_file, 0 },
	{ "LINE", "line", NULL, COLUMN_JSON_ONLY, get_line, 0 },
	{ "CAUSE", "cause", "likely cause",
		COLUMN_DEFAULT | COLUMN_TRUNCATE | COLUMN_DROP(1), get_cause, 0 },
	{ 0 },
};

/* ------------------------------------------------------------------------------- */

/* Bans that cannot be read, as without root, are not known: no difference. */
static void read_bans(struct check *check)
{
	struct irqkit_devices *devices = irqkit_machine_get_devices(check->machine);

	if (irqkit_irqbalance_new(devices, &check->irqbalance) < 0)
		return;
	if (!irqkit_irqbalance_has_irqkit_script(check->irqbalance) &&
		irqkit_irqbalance_read_bans(check->irqbalance, 0) == 0)
		return;
	irqkit_irqbalance_free(check->irqbalance);
	check->irqbalance = NULL;
}

/* What was saved cannot be read by every user. */
static bool has_placed(struct check *check, unsigned int irq)
{
	if (!check->has_read_placed && irqkit_placed_read(check->ctx, &check->placed) < 0)
		check->placed = NULL;
	check->has_read_placed = true;
	return check->placed && irqkit_placed_has(check->placed, irq);
}

/* 'apply' has banned what it saved as placed. */
static void add_ban(struct check *check, size_t index)
{
	const struct irqkit_step *step = irqkit_plan_get(check->plan, index);
	int irq = irqkit_step_get_irq(step);
	struct difference *row = &check->rows[irqkit_plan_count(check->plan) + index];

	if (!check->irqbalance || irqkit_step_get_knob(step) != IRQKIT_KNOB_AFFINITY ||
		irqkit_step_get_result(step) == IRQKIT_SKIPPED ||
		irqkit_irqbalance_has_banned(check->irqbalance, (unsigned int)irq) ||
		!has_placed(check, (unsigned int)irq))
		return;
	*row = (struct difference){ check, step, index, false, true };
	check->table.rows[check->table.n_rows++] = row;
	check->n_bans++;
}

static enum status compare(struct check *check)
{
	size_t n = irqkit_plan_count(check->plan);
	int error;

	/* a setting, and a ban */
	check->rows = calloc(2 * n + 1, sizeof(*check->rows));
	check->table.rows = calloc(2 * n + 1, sizeof(*check->table.rows));
	if (!check->rows || !check->table.rows)
		return say_no_memory();
	for (size_t i = 0; i < n; i++) {
		struct difference *row = &check->rows[i];
		int r;

		*row = (struct difference){ check, irqkit_plan_get(check->plan, i), i,
			false, false };
		check->n_settings += irqkit_step_get_result(row->step) != IRQKIT_SKIPPED;
		r = irqkit_policies_differs(
			check->lines.policy, check->plan, i, &row->is_undecided);
		if (r < 0)
			return say_no_memory();
		if (r > 0)
			check->table.rows[check->table.n_rows++] = row;
		add_ban(check, i);
	}
	check->n_settings -= irqkit_policies_count_unchecked(check->lines.policy, &error);
	return STATUS_DONE;
}

/* What only root can read. */
static void warn_unchecked(const struct check *check)
{
	int error;
	size_t n = irqkit_policies_count_unchecked(check->lines.policy, &error);

	if (n && !check->call->common.is_quiet)
		say_warning(
			"%zu setting%s of lines that decide by counts %s not checked: "
			"cannot read /run/irqkit/policy: %s",
			n, n == 1 ? "" : "s", n == 1 ? "was" : "were", strerror(-error));
}

static enum status find_differences(struct check *check)
{
	enum status status = machine_new(check->ctx, &check->machine);

	if (status == STATUS_DONE && irqkit_plan_new(check->machine, &check->plan) < 0)
		status = say_no_memory();
	if (status == STATUS_DONE)
		status = lines_plan(&check->lines, check->machine, check->plan,
			IRQKIT_POLICIES_CHECK, NULL, NULL);
	if (status == STATUS_DONE)
		read_bans(check);
	if (status == STATUS_DONE)
		status = compare(check);
	if (status == STATUS_DONE)
		warn_unchecked(check);
	return machine_judge(check->ctx, status);
}

static bool is_ok(const struct check *check)
{
	return check->table.n_rows == 0 && lines_count_missing(&check->lines) == 0;
}

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
	if (check->table.n_rows && apply)
		printf("%s; '%s' applies the policy again.\n", text, apply);
	else
		printf("%c%s.\n", toupper((unsigned char)text[0]), text + 1);
}

static enum status print_table(struct check *check, const struct check_options *o)
{
	const struct common *common = &check->call->common;
	enum status status = table_prepare(&check->table, columns, &o->table, common);

	if (status != STATUS_DONE)
		return status;
	if (common->is_json) {
		struct document *document = document_new();

		document_add_text(document, "command", "check");
		document_add_bool(document, "ok", is_ok(check));
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
	printf("IRQKIT %s: %s", is_ok(check) ? "OK" : "WARNING", text);
	if (check->table.n_rows)
		print_first(check);
	else
		print_first_missing(check);
	printf(" | differences=%zu settings=%zu missing=%zu\n", check->table.n_rows,
		check->n_settings, lines_count_missing(&check->lines));
	return is_ok(check) ? NAGIOS_OK : NAGIOS_WARNING;
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
	return table_prepare(&none, columns, &o->table, common);
}

static enum status run(const struct call *call)
{
	const struct check_options *o = call->state;
	struct check check CLEANUP(check_free) = { .call = call };
	enum status status = check_options(&check, o);

	if (status != STATUS_DONE)
		return status;
	status = machine_open(call, &check.ctx);
	if (status == STATUS_DONE)
		status = lines_read(&check.lines, call, check.ctx);
	/* a TARGET that is missing is a difference, not a mistake */
	check.lines.has_reported = call->common.is_quiet || o->is_nagios;
	if (status == STATUS_DONE)
		status = find_differences(&check);
	if (status == STATUS_DONE && !o->is_nagios)
		lines_warn_if_absent(&check.lines, call);
	if (o->is_nagios)
		return (enum status)print_nagios(&check, status);
	if (status == STATUS_DONE)
		status = print_table(&check, o);
	return status == STATUS_DONE && !is_ok(&check) ? STATUS_DRIFT : status;
}

static void print_columns(void)
{
	columns_print("", columns);
}

const struct command cmd_check = {
	.name = "check",
	.args = "[OPTION...] [FILE...]",
	.summary = "compare the system with policy files",
	.more = "Without FILE: the files of 'irqkit apply'. Nothing is written.\n"
		"Exit status: 0 if every setting is as the files want, 5 if one "
		"differs.\n"
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
