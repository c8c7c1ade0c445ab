/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From policy files to requests, and what is reported about each line. */
#include "policy/lines.h"
#include "base/alike.h"
#include "base/basics.h"
#include "base/say.h"
#include "base/suggest.h"
#include "base/text.h"
#include "change/check_words.h"
#include "change/say_request.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define STDIN_NAME "-"
#define MAX_SIZE ((size_t)1 << 20) /* as of a file */

void lines_free(struct lines *lines)
{
	for (size_t i = 0; i < lines->n; i++)
		options_free(&lines->calls[i]);
	free(lines->calls);
	free(lines->commands);
	irqkit_policies_free(lines->policy);
}

/* "'irqkit rps eth1 --auto'": line @number of a text, counted from 1 */
static char *format_command(const char *text, unsigned int number)
{
	char *command;

	while (--number > 0)
		text += strcspn(text, "\n") + 1;
	return asprintf(&command, "'irqkit %.*s'", (int)strcspn(text, "\n"), text) < 0
		? NULL
		: command;
}

char *lines_format_place(const struct lines *lines, size_t index)
{
	unsigned int number;
	const char *file = irqkit_policies_get_file(lines->policy, index, &number);
	char *place;

	if (lines->commands)
		return format_command(lines->commands, number);
	return asprintf(&place, "%s:%u", file, number) < 0 ? NULL : place;
}

/* ------------------------------------------------------------------------------- */
/* Files                                                                           */

static enum status read_stdin(struct irqkit_policies *policy)
{
	_cleanup_free_ char *text = malloc(MAX_SIZE + 1);
	size_t len;

	if (!text)
		return say_no_memory();
	errno = 0;
	len = fread(text, 1, MAX_SIZE + 1, stdin);
	if (ferror(stdin)) {
		say_error("cannot read standard input: %s", strerror(errno));
		return STATUS_REFUSED;
	}
	if (len > MAX_SIZE) {
		say_error("standard input is larger than 1 MiB: it is not a policy file");
		return STATUS_MISUSE;
	}
	return irqkit_policies_add_text(policy, STDIN_NAME, text, len) < 0
		? say_no_memory()
		: STATUS_DONE;
}

bool lines_are_read_once(const struct call *call)
{
	struct stat st;

	for (size_t i = 0; i < call->n_words; i++)
		if (strcmp(call->words[i], STDIN_NAME) == 0 ||
			(stat(call->words[i], &st) == 0 && S_ISFIFO(st.st_mode)))
			return true;
	return false;
}

static enum status say_empty_name(void)
{
	say_error("the name of a file is empty; without a name, the files of "
		  "/etc/irqkit.d are meant");
	return STATUS_MISUSE;
}

static enum status read_files(
	struct irqkit_policies *policy, const struct call *call, struct irqkit_ctx *ctx)
{
	enum status status = STATUS_DONE;
	int r = call->n_words ? 0 : irqkit_policies_read_system(policy, ctx);

	for (size_t i = 0; i < call->n_words && r == 0 && status == STATUS_DONE; i++) {
		if (strcmp(call->words[i], STDIN_NAME) == 0)
			status = read_stdin(policy);
		else if (!*call->words[i])
			status = say_empty_name();
		else
			r = irqkit_policies_read(policy, call->words[i]);
	}
	return r < 0 ? say_no_memory() : status;
}

static enum status say_mistakes(const struct irqkit_policies *policy)
{
	enum status status = STATUS_DONE;

	for (size_t i = 0; i < irqkit_policies_count_mistakes(policy); i++) {
		bool is_failure;

		say_error("%s", irqkit_policies_get_mistake(policy, i, &is_failure));
		if (!is_failure || status != STATUS_MISUSE)
			status = is_failure ? STATUS_REFUSED : STATUS_MISUSE;
	}
	return status;
}

/* ------------------------------------------------------------------------------- */
/* Lines                                                                           */

static const struct command *find_command(
	const struct command *const *commands, const char *name)
{
	for (size_t i = 0; commands[i]; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

/* "isolate, pin-queue, ..."; NULL: no memory */
static char *join_commands(const struct command *const *commands)
{
	char *joined = NULL;

	for (size_t i = 0; commands[i]; i++)
		if (commands[i]->make_request &&
			!text_join(&joined, ", ", commands[i]->name))
			return NULL;
	return joined;
}

static void say_unknown(const struct command *const *commands, const char *const *words)
{
	struct alike alike = { .word = words[0] };
	_cleanup_free_ char *all = join_commands(commands);

	if (strcmp(words[0], "irqkit") == 0) {
		say_error("'irqkit' is not part of a line; write '%s'",
			words[1] ? words[1] : "spread");
		return;
	}
	for (size_t i = 0; commands[i]; i++)
		if (commands[i]->make_request)
			alike_offer(&alike, commands[i]->name);
	if (alike_count(&alike))
		say_error("unknown command '%s'; did you mean '%s'?", words[0],
			alike.names[0]);
	else
		say_error("unknown command '%s'; the commands of a policy file are %s",
			words[0], all ? all : "");
}

static const struct command *choose_command(
	const struct command *const *commands, const char *const *words)
{
	const struct command *command = find_command(commands, words[0]);
	_cleanup_free_ char *all = NULL;

	if (!command) {
		say_unknown(commands, words);
		return NULL;
	}
	if (command->make_request)
		return command;
	all = join_commands(commands);
	say_error("a policy file cannot have '%s'; its commands are %s", words[0],
		all ? all : "");
	return NULL;
}

/* The call of a line that is wrong is empty. */
static enum status parse_line(struct lines *lines, const struct call *call, size_t index)
{
	_cleanup_free_ char *place = lines_format_place(lines, index);
	struct call *own = &lines->calls[index];
	struct irqkit_request *request = NULL;
	const struct command *command;
	enum status status = STATUS_MISUSE;
	const char *const *words;
	size_t n;

	words = irqkit_policies_get_words(lines->policy, index, &n);
	say_set_place(place);
	suggest_set_root(call->common.root);
	command = choose_command(call->commands, words);
	own->command = command ? command : call->command;
	if (command &&
		options_parse_line(command, (int)n, (const char **)words, own, &status))
		status = command->make_request(own, &request);
	say_set_place(NULL);
	suggest_set_root(NULL);
	own->common.root = call->common.root ? strdup(call->common.root) : NULL;
	irqkit_policies_set_request(lines->policy, index, request);
	return status;
}

static enum status parse_lines(struct lines *lines, const struct call *call)
{
	enum status worst = say_mistakes(lines->policy);

	lines->n = irqkit_policies_count_lines(lines->policy);
	lines->calls = calloc(lines->n + 1, sizeof(*lines->calls));
	if (!lines->calls) {
		lines->n = 0;
		return say_no_memory();
	}
	for (size_t i = 0; i < lines->n; i++)
		lines->calls[i].command = call->command;
	for (size_t i = 0; i < lines->n; i++) {
		enum status status = parse_line(lines, call, i);

		if (status != STATUS_DONE && worst != STATUS_MISUSE)
			worst = status;
	}
	return worst;
}

enum status lines_read(
	struct lines *lines, const struct call *call, struct irqkit_ctx *ctx)
{
	enum status status;

	if (irqkit_policies_new(&lines->policy) < 0)
		return say_no_memory();
	status = read_files(lines->policy, call, ctx);
	if (status == STATUS_DONE)
		return parse_lines(lines, call);
	say_mistakes(lines->policy);
	return status;
}

enum status lines_read_commands(
	struct lines *lines, const struct call *call, const char *name, const char *text)
{
	lines->commands = strdup(text);
	if (!lines->commands || irqkit_policies_new(&lines->policy) < 0 ||
		irqkit_policies_add_text(lines->policy, name, text, strlen(text)) < 0)
		return say_no_memory();
	return parse_lines(lines, call);
}

bool lines_are_absent(const struct lines *lines, const struct call *call)
{
	return lines->n == 0 && call->n_words == 0;
}

void lines_warn_if_absent(const struct lines *lines, const struct call *call)
{
	if (lines_are_absent(lines, call) && !call->common.is_quiet)
		say_warning("no policy file in /etc/irqkit.d, /run/irqkit.d or "
			    "/usr/lib/irqkit.d has a line: see irqkit.conf(5)");
}

/* ------------------------------------------------------------------------------- */
/* Plan                                                                            */

/* Does an option of the line name CPUs? */
static bool names_cpus(const struct call *call)
{
	return strstr(call->line, " --cpus") || strstr(call->line, " -C");
}

/* Numbers beside names, as for the commands themselves. */
static enum status check_numbers(
	struct lines *lines, const struct irqkit_machine *machine)
{
	enum status status = STATUS_DONE;

	for (size_t i = 0; i < lines->n; i++) {
		const struct call *call = &lines->calls[i];
		_cleanup_free_ char *place = lines_format_place(lines, i);
		bool is_set = strcmp(call->command->name, "set") == 0;

		if (!is_set && strcmp(call->command->name, "spread") != 0)
			continue;
		say_set_place(place);
		if (check_number_words(call, machine, is_set || names_cpus(call)) !=
			STATUS_DONE)
			status = STATUS_MISUSE;
		say_set_place(NULL);
	}
	return status;
}

struct reporting {
	const struct lines *lines;
	void (*add_remark)(void *data, char *remark);
	void *data;
	bool is_check;
	enum status status; /* the worst */
};

static void add_remarks(const struct reporting *reporting,
	const struct irqkit_request *request, const char *place)
{
	for (size_t i = 0; i < irqkit_request_count_messages(request); i++) {
		enum irqkit_message_kind kind;
		const char *message = irqkit_request_get_message(request, i, &kind);
		char *remark;

		if (kind == IRQKIT_MESSAGE_REMARK && place &&
			asprintf(&remark, "%s: %s", place, message) >= 0)
			reporting->add_remark(reporting->data, remark);
	}
}

/* A mistake in the words weighs more than a failure, that more than what is immovable. */
static enum status worse_of(enum status a, enum status b)
{
	static const int weight[] = {
		[STATUS_DONE] = 0,
		[STATUS_NO_MATCH] = 1,
		[STATUS_IMMOVABLE] = 2,
		[STATUS_REFUSED] = 3,
		[STATUS_MISUSE] = 4,
	};

	return weight[a] >= weight[b] ? a : b;
}

/* What a change of channels may do is of no interest to a check. */
static bool is_quiet(const struct reporting *reporting, size_t index)
{
	const struct call *call = &reporting->lines->calls[index];

	return call->common.is_quiet ||
		(reporting->is_check && strcmp(call->command->name, "channels") == 0);
}

/* Says what a line that was planned has to say. */
static void report_line(void *data, const struct irqkit_policies *policy, size_t index)
{
	struct reporting *reporting = data;
	_cleanup_free_ char *place = lines_format_place(reporting->lines, index);
	const struct irqkit_request *request = irqkit_policies_get_request(policy, index);
	int error = irqkit_policies_get_error(policy, index);
	bool is_silent = irqkit_policies_is_optional(policy, index) &&
		irqkit_request_get_problem(request) == IRQKIT_PROBLEM_IMMOVABLE;

	say_set_place(place);
	say_set_silent(reporting->lines->is_silent || is_silent ||
		(error == 0 && is_quiet(reporting, index)));
	reporting->status = worse_of(
		reporting->status, is_silent ? STATUS_DONE : request_say(request, error));
	say_set_silent(reporting->lines->is_silent);
	say_set_place(NULL);
	if (reporting->add_remark && error == 0)
		add_remarks(reporting, request, place);
}

static void report_missing(struct lines *lines)
{
	for (size_t i = 0; i < irqkit_policies_count_missing(lines->policy); i++) {
		_cleanup_free_ char *place = NULL;
		const char *message;
		size_t line;

		irqkit_policies_get_missing(lines->policy, i, &line, &message);
		if (irqkit_policies_is_optional(lines->policy, line))
			continue;
		place = lines_format_place(lines, line);
		say_set_place(place);
		say_error("%s", *message ? message : "nothing matches");
		say_set_place(NULL);
	}
}

enum status lines_plan(struct lines *lines, struct irqkit_machine *machine,
	struct irqkit_plan *plan, unsigned int flags,
	void (*add_remark)(void *data, char *remark), void *data)
{
	struct reporting reporting = {
		.lines = lines,
		.add_remark = add_remark,
		.data = data,
		.is_check = flags & IRQKIT_POLICIES_CHECK,
	};
	enum status status = check_numbers(lines, machine);
	int r = irqkit_policies_plan(
		lines->policy, machine, plan, flags, report_line, &reporting);

	/* more may be there once the channels were changed */
	if (!lines->has_reported && status == STATUS_DONE &&
		!(lines->has_rest && irqkit_plan_has_barrier(plan))) {
		report_missing(lines);
		lines->has_reported = true;
	}
	if (r == 0)
		return status;
	status = worse_of(status, reporting.status);
	if (status != STATUS_DONE && status != STATUS_NO_MATCH)
		return status;
	/* no line has said why */
	if (r == -ENOMEM)
		return say_no_memory();
	if (r != irqkit_ctx_get_error(irqkit_machine_get_ctx(machine)))
		say_error("cannot plan the policy: %s", strerror(-r));
	return STATUS_REFUSED;
}
