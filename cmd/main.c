/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* irqkit: finds the subcommand, by its name or by a link's, and runs it. */
#include "base/basics.h"
#include "base/common_options.h"
#include "base/habits.h"
#include "base/options.h"
#include "base/say.h"
#include "base/suggest.h"
#include "base/topics.h"
#include "links.h"
#include "target/unknown.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

extern const struct command cmd_apply, cmd_channels, cmd_check, cmd_compare, cmd_doctor,
	cmd_isolate, cmd_mask, cmd_metrics, cmd_pin_queue, cmd_policy, cmd_rps, cmd_save,
	cmd_set, cmd_show, cmd_spread, cmd_top, cmd_undo, cmd_who, cmd_xps;

/* Sorted by name. Names are exact: a new command never changes what a script means. */
static const struct command *const commands[] = {
	&cmd_apply,
	&cmd_channels,
	&cmd_check,
	&cmd_compare,
	&cmd_doctor,
	&cmd_isolate,
	&cmd_mask,
	&cmd_metrics,
	&cmd_pin_queue,
	&cmd_policy,
	&cmd_rps,
	&cmd_save,
	&cmd_set,
	&cmd_show,
	&cmd_spread,
	&cmd_top,
	&cmd_undo,
	&cmd_who,
	&cmd_xps,
	NULL,
};

/* Whose options are likely to be meant where none is named. */
static const struct command *const likely[] = { &cmd_set, &cmd_show, &cmd_spread };

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; commands[i]; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

static void print_help(void)
{
	printf("Usage: irqkit [OPTION...] COMMAND [OPTION...] [ARGUMENT...]\n"
	       "\n"
	       "Shows which CPUs handle which interrupts, and changes that safely: "
	       "preview a\n"
	       "change first, undo it later.\n"
	       "\n"
	       "Commands:\n");
	for (size_t i = 0; commands[i]; i++)
		printf("  %-12s %s\n", commands[i]->name, commands[i]->summary);
	printf("  %-12s %s\n", "help", "print the help of a command");
	printf("\n"
	       "Options:\n"
	       "      --list-commands   print the names of the commands, one per line\n"
	       "      --install DIR     create links in DIR: irq-show runs "
	       "'irqkit show'\n"
	       "\n"
	       "Options of every command, before or after it:\n");
	options_print_common();
	printf("\n'irqkit help COMMAND' shows the options of a command. irqkit(8) has "
	       "the "
	       "rest,\n"
	       "irqkit-cookbook(7) has recipes.\n");
}

static void print_version(void)
{
	printf("irqkit %s\n", irqkit_version());
}

/* The command whose option may be meant by @word before the command: set has --cpus. */
static char *guess_leading(const char *const *words)
{
	_cleanup_free_ const char **plain = suggest_leave_root_out(words);
	char *tool = plain ? habits_guess_options(plain) : NULL;

	if (tool)
		return tool;
	for (size_t i = 0; i < LENGTH(likely); i++) {
		_cleanup_free_ char *guess = options_guess(likely[i], words[0], words[1]);
		const char *target = likely[i] == &cmd_set ? "TARGET " : "";
		char *line = NULL;

		if (!guess ||
			(likely[i] != &cmd_show && strncmp(guess, "irqkit ", 7) == 0))
			continue;
		if (strncmp(guess, "irqkit ", 7) == 0 || options_count_leading(guess) > 0)
			return strdup(guess);
		if (asprintf(&line, "irqkit %s %s%s", likely[i]->name, target, guess) < 0)
			line = NULL;
		return line;
	}
	return NULL;
}

/* "irqkit apply --stay" for "--stay", if no other command has the option */
static char *find_owner(const char *word)
{
	const struct command *owner = NULL;
	char *line = NULL;

	for (size_t i = 0; commands[i]; i++) {
		if (!option_exists(commands[i], word + 2, strcspn(word + 2, "=")))
			continue;
		if (owner)
			return NULL;
		owner = commands[i];
	}
	if (!owner || asprintf(&line, "irqkit %s %s", owner->name, word) < 0)
		return NULL;
	return line;
}

/* What stands before the command is neither a command nor an option of every command. */
static void say_misplaced(const char *root, const char *const *words)
{
	static const char *const helps[] = { "-help", "-?", "--usage", "--h", "--man" };
	const char *word = words[0];
	bool is_long = strncmp(word, "--", 2) == 0 && word[2], wants_help = false;
	_cleanup_free_ char *owner = is_long ? find_owner(word) : NULL;
	_cleanup_free_ char *guess = owner ? NULL : guess_leading(words);

	for (size_t i = 0; i < LENGTH(helps); i++)
		wants_help |= strcmp(word, helps[i]) == 0;
	if (wants_help)
		say_error("irqkit has no option '%s'; did you mean '--help'?", word);
	else if (strcmp(word, "--") == 0 || strcmp(word, "-") == 0)
		say_error("'%s' stands where the command should be: 'irqkit --help' "
			  "lists the commands",
			word);
	else if (strncmp(word, "--install", strlen("--install")) == 0)
		say_error("--install takes one directory, as in 'irqkit --install "
			  "/usr/local/sbin'");
	else if (strcmp(word, "--list-commands") == 0)
		say_error("%s takes no arguments: see 'irqkit --help'", word);
	else if (owner || guess)
		say_suggestion(
			root, owner ? owner : guess, "irqkit has no option '%s'", word);
	else
		say_error("'%s' is not a common option; options of a command go after "
			  "it, as in 'irqkit show -a'",
			word);
}

/* An option that irqkit itself answers. */
static enum status run_option(int argc, const char **argv)
{
	const char *word = argv[1];

	if (strcmp(word, "--install") == 0 && argc == 3)
		return links_install(argv[2], commands);
	if (strncmp(word, "--install=", 10) == 0 && word[10] && argc == 2)
		return links_install(word + 10, commands);
	if (strcmp(word, "--list-commands") == 0 && argc == 2) {
		for (size_t i = 0; commands[i]; i++)
			printf("%s\n", commands[i]->name);
		return STATUS_DONE;
	}
	say_misplaced(suggest_find_root(argv + 1), argv + 1);
	return STATUS_MISUSE;
}

static enum status run_command(const struct command *command, int argc, const char **argv)
{
	struct call call;
	enum status status;

	if (options_parse(command, argc, argv, &call, &status)) {
		call.commands = commands;
		say_set_quiet(call.common.is_quiet);
		status = command->run(&call);
	}
	options_free(&call);
	return status;
}

/* Only this function checks standard output: a full disk is a failure. */
static enum status close_stdout(enum status status)
{
	bool had_error = ferror(stdout);

	errno = 0;
	if (fclose(stdout) == 0 && !had_error)
		return status;
	say_error("cannot write to standard output: %s",
		errno ? strerror(errno) : "short write");
	return STATUS_REFUSED;
}

/* Only options of every command: -h and -V need no command. */
static enum status run_without_command(const char *const *leading, size_t n_leading)
{
	const char *last = n_leading ? leading[n_leading - 1] : "";

	for (size_t i = 0; i < n_leading; i++) {
		const char *word = leading[i];
		bool is_long = word[1] == '-';

		if (word[0] != '-') /* the value of the option before */
			continue;
		if (strcmp(word, "--help") == 0 || (!is_long && strchr(word, 'h')))
			print_help();
		else if (strcmp(word, "--version") == 0 ||
			(!is_long && strchr(word, 'V')))
			print_version();
		else
			continue;
		return STATUS_DONE;
	}
	if (options_count_leading(last) == 2 &&
		(n_leading < 2 || options_count_leading(leading[n_leading - 2]) != 2))
		say_error("option '%s' needs a value", last);
	else
		say_error("no command given: 'irqkit --help' lists the commands");
	return STATUS_MISUSE;
}

/* The options before the command are read as if they stood after it. */
static enum status run_with_leading(const struct command *command,
	const char *const *leading, size_t n_leading, const char *const *words,
	size_t n_words)
{
	const char **argv = calloc(n_leading + n_words + 1, sizeof(*argv));
	enum status status;

	if (!argv)
		return say_no_memory();
	argv[0] = command->name;
	for (size_t i = 0; i < n_leading; i++)
		argv[1 + i] = leading[i];
	for (size_t i = 1; i < n_words; i++)
		argv[n_leading + i] = words[i];
	status = run_command(command, (int)(n_leading + n_words), argv);
	free(argv);
	return status;
}

/* Only options of every command, which do nothing here? */
static bool are_common(const char *const *words)
{
	while (*words) {
		int n = options_count_leading(*words);

		if (n <= 0 || !words[n - 1])
			return false;
		words += n;
	}
	return true;
}

/* `irqkit help [COMMAND]` */
static enum status run_help(const char *const *words)
{
	static const char *const help[] = { "--help" };
	const char *word = words[1];
	const struct command *command = NULL;

	/* the name of a page: irqkit-show */
	if (word)
		command = find_command(
			strncmp(word, "irqkit-", 7) == 0 ? word + 7 : word);
	if (word && (!are_common(words + 2) || word[0] == '-')) {
		say_error("help takes one command, as in 'irqkit help %s'",
			command ? command->name : "show");
		return STATUS_MISUSE;
	}
	if (command)
		return run_with_leading(command, help, 1, words + 1, 1);
	if (word && topics_print(word))
		return STATUS_DONE;
	if (word && strcmp(word, "help") != 0) {
		say_unknown_command(words + 1, NULL, 0, commands);
		return STATUS_MISUSE;
	}
	print_help();
	return STATUS_DONE;
}

/* [OPTION...] COMMAND [WORD...] */
static enum status run_line(int argc, const char **argv)
{
	const char *const *leading = argv + 1, *const * words;
	const struct command *command;
	int n = 1, step;

	while (n < argc && (step = options_count_leading(argv[n])) > 0)
		n += step;
	if (n >= argc)
		return run_without_command(leading, (size_t)(argc > 0 ? argc - 1 : 0));
	words = argv + n;
	if (words[0][0] == '-' && n == 1)
		return run_option(argc, argv);
	command = find_command(words[0]);
	if (command)
		return run_with_leading(
			command, leading, (size_t)n - 1, words, (size_t)(argc - n));
	if (strcmp(words[0], "help") == 0)
		return run_help(words);
	if (words[0][0] == '-')
		say_misplaced(suggest_find_root(leading), words);
	else
		say_unknown_command(words, leading, (size_t)n - 1, commands);
	return STATUS_MISUSE;
}

int main(int argc, char **argv)
{
	const char **args = (const char **)argv;
	const char *name = argc > 0 ? strrchr(argv[0], '/') : NULL;
	const struct command *command = NULL;
	enum status status;

	name = name ? name + 1 : argc > 0 ? argv[0] : "irqkit";
	if (strncmp(name, "irq-", 4) == 0) {
		command = find_command(name + 4);
		if (!command)
			say_error("unknown command '%s': a link is named after its "
				  "command, as in irq-show",
				name);
		status = command ? run_command(command, argc, args) : STATUS_MISUSE;
	} else {
		status = run_line(argc, args);
	}
	return (int)close_stdout(status);
}
