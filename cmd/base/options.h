/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of a command line. options.c is the only file that uses popt. */
#ifndef CMD_OPTIONS_H
#define CMD_OPTIONS_H

#include "base/command.h"

enum option_kind {
	OPTION_FLAG, /* a bool */
	OPTION_COUNT, /* an int: how often the option was given */
	OPTION_TEXT, /* a const char *: the argument; the last one counts */
	OPTION_OPTIONAL_TEXT, /* the same; "" if given without =; the next word is none */
	OPTION_TEXT_OR_NONE, /* the same; "" if no word follows, or another option */
};

/* One option, and where in the command's own struct its value goes. */
struct option {
	const char *name;
	char letter; /* or 0 */
	enum option_kind kind;
	size_t offset;
	const char *arg; /* "LIST", for --help */
	const char *help;
};

/*
 * What @option, which the command does not have, may mean: "--cpus=3" for --cpu=3, or a
 * whole line that begins with irqkit. @next: the word after it, or NULL. NULL: not known;
 * the caller frees it.
 */
char *options_guess(const struct command *command, const char *option, const char *next);
/* The line without the option, if the command does anyway what the option asks for; or NULL. */
char *options_guess_line(
	const struct command *command, const char *option, char *const *words);

/*
 * How many words an option of every command takes where it stands before the command:
 * 2 for --root DIR, 1 for --json; 0: @word is no such option.
 */
int options_count_leading(const char *word);

/* The options of every command, a line each, for --help. */
void options_print_common(void);

/*
 * Reads a command line. True: run the command with it. False: *ret_status is how to exit
 * (--help, --version, or a mistake that was reported).
 */
bool options_parse(const struct command *command, int argc, const char **argv,
	struct call *ret_call, enum status *ret_status);
/*
 * Reads a line of a policy file, whose first word names the command. An option that such a
 * line cannot have is a mistake. Reports every mistake in the options; true: there is none.
 */
bool options_parse_line(const struct command *command, int argc, const char **argv,
	struct call *ret_call, enum status *ret_status);
void options_free(struct call *call);

#endif
