/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From policy files to requests, and what is reported about each line. */
#include "policy/lines.h"
#include "base/alike.h"
#include "base/basics.h"
#include "base/options.h"
#include "base/say.h"
#include "base/suggest.h"
#include "base/text.h"

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
	free(lines->has_mistake);
	irqkit_policies_free(lines->policy);
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

static enum status say_mistakes(const struct lines *lines)
{
	enum status status = STATUS_DONE;

	for (size_t i = 0; i < irqkit_policies_count_mistakes(lines->policy); i++) {
		bool is_failure;
		const char *mistake = irqkit_policies_get_mistake(
			lines->policy, i, &is_failure);

		say_set_rank(lines_rank_mistake(lines, mistake));
		say_error("%s", mistake);
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
	lines_set_place(place, index);
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
	enum status worst = say_mistakes(lines);

	lines->n = irqkit_policies_count_lines(lines->policy);
	lines->calls = calloc(lines->n + 1, sizeof(*lines->calls));
	lines->has_mistake = calloc(lines->n + 1, sizeof(*lines->has_mistake));
	if (!lines->calls || !lines->has_mistake) {
		lines->n = 0;
		return say_no_memory();
	}
	for (size_t i = 0; i < lines->n; i++)
		lines->calls[i].command = call->command;
	for (size_t i = 0; i < lines->n; i++) {
		enum status status = parse_line(lines, call, i);

		lines->has_mistake[i] = status != STATUS_DONE;
		if (status != STATUS_DONE && worst != STATUS_MISUSE)
			worst = status;
	}
	return worst;
}

/* Those that a plan shows, if the machine can be read. */
static void say_other_mistakes(struct lines *lines, struct irqkit_ctx *ctx)
{
	struct irqkit_machine *machine = NULL;
	struct irqkit_plan *plan = NULL;

	if (irqkit_machine_new(ctx, &machine, NULL, NULL) == 0 &&
		irqkit_plan_new(machine, &plan) == 0) {
		say_set_errors_only(true);
		lines_plan(lines, machine, plan, 0, NULL, NULL);
		say_set_errors_only(false);
	}
	irqkit_plan_free(plan);
	irqkit_machine_free(machine);
}

enum status lines_read(
	struct lines *lines, const struct call *call, struct irqkit_ctx *ctx)
{
	enum status status;

	if (irqkit_policies_new(&lines->policy) < 0)
		return say_no_memory();
	say_begin_sorting();
	status = read_files(lines->policy, call, ctx);
	if (status == STATUS_DONE) {
		status = parse_lines(lines, call);
		if (status == STATUS_MISUSE)
			say_other_mistakes(lines, ctx);
	} else {
		say_mistakes(lines);
	}
	say_end_sorting();
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
