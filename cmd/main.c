/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* irqkit: finds the subcommand, by its name or by a link's, and runs it. */
#include "base/basics.h"
#include "base/options.h"
#include "base/say.h"
#include "links.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

extern const struct command cmd_mask, cmd_pin_queue, cmd_rps, cmd_set, cmd_show,
	cmd_spread, cmd_undo, cmd_xps;

/* Sorted by name. Names are exact: a new command never changes what a script means. */
static const struct command *const commands[] = {
	&cmd_mask,
	&cmd_pin_queue,
	&cmd_rps,
	&cmd_set,
	&cmd_show,
	&cmd_spread,
	&cmd_undo,
	&cmd_xps,
	NULL,
};

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; commands[i]; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

static void print_help(void)
{
	printf("Usage: irqkit COMMAND [OPTION...] [ARGUMENT...]\n"
	       "\n"
	       "Shows which CPUs handle which interrupts, and changes that safely: "
	       "preview a\n"
	       "change first, undo it later.\n"
	       "\n"
	       "Commands:\n");
	for (size_t i = 0; commands[i]; i++)
		printf("  %-12s %s\n", commands[i]->name, commands[i]->summary);
	printf("\n"
	       "Options:\n"
	       "  --list-commands   print the names of the commands, one per line\n"
	       "  --install DIR     create links in DIR: irq-show runs 'irqkit show', "
	       "...\n"
	       "  -h, --help        print this help; see also 'irqkit COMMAND "
	       "--help'\n"
	       "  -V, --version     print the version\n");
}

static bool is_standalone_option(const char *word)
{
	static const char *const words[] = { "-h", "--help", "-V", "--version",
		"--list-commands" };

	for (size_t i = 0; i < LENGTH(words); i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	return false;
}

/* An option in front of the command. */
static void say_misplaced(const char *word)
{
	static const struct {
		const char *option;
		const char *example;
	} common[] = {
		{ "--root", "--root=DIR" },
		{ "--json", "--json" },
		{ "-j", "-j" },
		{ "--verbose", "--verbose" },
		{ "-v", "-v" },
		{ "--quiet", "--quiet" },
		{ "-q", "-q" },
		{ "--color", "--color=never" },
	};

	for (size_t i = 0; i < LENGTH(common); i++) {
		size_t len = strlen(common[i].option);

		if (strncmp(word, common[i].option, len) != 0 ||
			(word[len] && word[len] != '='))
			continue;
		say_error("'%s' must follow the name of a command, as in 'irqkit show "
			  "%s'",
			word, common[i].example);
		return;
	}
	say_error("irqkit has no option '%s': 'irqkit --help' lists its options", word);
}

/* The first word is not a command: it is an option of irqkit itself, or a mistake. */
static enum status run_option(int argc, const char **argv)
{
	const char *word = argc > 1 ? argv[1] : NULL;

	if (!word) {
		say_error("no command given: 'irqkit --help' lists the commands");
		return STATUS_MISUSE;
	}
	if (strcmp(word, "--install") == 0 && argc == 3)
		return links_install(argv[2], commands);
	if (argc == 2 && (strcmp(word, "-h") == 0 || strcmp(word, "--help") == 0)) {
		print_help();
		return STATUS_DONE;
	}
	if (argc == 2 && (strcmp(word, "-V") == 0 || strcmp(word, "--version") == 0)) {
		printf("irqkit %s\n", irqkit_version());
		return STATUS_DONE;
	}
	if (argc == 2 && strcmp(word, "--list-commands") == 0) {
		for (size_t i = 0; commands[i]; i++)
			printf("%s\n", commands[i]->name);
		return STATUS_DONE;
	}

	if (strcmp(word, "--install") == 0)
		say_error("--install takes one directory, as in 'irqkit --install "
			  "/usr/local/sbin'");
	else if (is_standalone_option(word))
		say_error("%s takes no arguments: see 'irqkit --help'", word);
	else if (word[0] == '-')
		say_misplaced(word);
	else
		say_error(
			"unknown command '%s': 'irqkit --help' lists the commands", word);
	return STATUS_MISUSE;
}

static enum status run_command(const struct command *command, int argc, const char **argv)
{
	struct call call;
	enum status status;

	if (options_parse(command, argc, argv, &call, &status))
		status = command->run(&call);
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

int main(int argc, char **argv)
{
	const char **args = (const char **)argv;
	const char *name = argc > 0 ? strrchr(argv[0], '/') : NULL;
	const struct command *command = NULL;
	enum status status;

	setlocale(LC_CTYPE, "");
	name = name ? name + 1 : argc > 0 ? argv[0] : "irqkit";
	if (strncmp(name, "irq-", 4) == 0) {
		command = find_command(name + 4);
		if (!command)
			say_error("unknown command '%s': a link is named after its "
				  "command, as in irq-show",
				name);
		status = command ? run_command(command, argc, args) : STATUS_MISUSE;
	} else {
		command = argc > 1 ? find_command(argv[1]) : NULL;
		status = command ? run_command(command, argc - 1, args + 1)
				 : run_option(argc, args);
	}
	return (int)close_stdout(status);
}
