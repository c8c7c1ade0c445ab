/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A subcommand, its arguments, and how the program exits. */
#ifndef CMD_COMMAND_H
#define CMD_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

struct call;
struct irqkit_request;
struct option;

/* Exit statuses: a promise to scripts, kept in irqkit(8). */
enum status {
	STATUS_DONE = 0, /* done, or already set */
	STATUS_REFUSED = 1, /* the kernel refused, or a file could not be used */
	STATUS_MISUSE = 2, /* the command line is wrong; nothing was done */
	STATUS_NO_MATCH = 3, /* nothing matched */
	STATUS_IMMOVABLE = 4, /* the interrupts cannot be moved; nothing was done */
	STATUS_DRIFT = 5, /* check, compare, doctor or isolate --check found something */
};

enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/* What every subcommand takes. */
struct common {
	const char *root; /* NULL: the running machine */
	bool is_json;
	bool is_quiet;
	int verbosity;
	enum color color;
};

/*
 * A subcommand. To add one:
 * 1. write cmd_NAME.c in the folder of its subject, ending in
 *    `const struct command cmd_NAME`;
 * 2. add it to the table in main.c, which is sorted by name;
 * 3. write man/irqkit-NAME.8, a golden test in test/golden and a line in CHANGELOG.
 * The completions ask the program and need no change. `make check` fails without these.
 */
struct command {
	const char *name;
	const char *args; /* "[TARGET...]" */
	const char *summary; /* one line, lower case, no full stop */
	const char *more; /* for --help, after the options */
	const char *needs_root_to; /* if it writes; NULL: "change interrupts" */
	const char *lacks; /* the option of every command that it refuses; or NULL */
	void (*print_columns)(void); /* the same, at the end: of -o; or NULL */
	const struct option *options; /* its own, ending with { 0 }; or NULL */
	size_t state_size; /* size of the struct that the options fill */
	enum status (*run)(const struct call *call);
	/*
	 * From the options and words of a command line, or of a line of a policy file, to a
	 * request, which the caller frees. Reports every mistake; opens no file. Sets
	 * *@ret_request only on STATUS_DONE. NULL: a policy file cannot have the command.
	 */
	enum status (*make_request)(
		const struct call *call, struct irqkit_request **ret_request);
};

/*
 * Numbers that follow an option after a space, and that may have been meant as its value:
 * `--wait 5`, whose value follows =, and `--cpus 3 4`, whose value is one word.
 */
struct loose {
	const char *option; /* NULL: there are none */
	const char *value; /* the value it has, "3"; or NULL */
	const char *const *words; /* "4"; of the command line */
	size_t n_words;
};

struct call {
	const struct command *command;
	const struct command *const *commands; /* all; ending with NULL */
	struct common common;
	void *state; /* the command's own options */
	const char **words; /* all but the options, ending with NULL */
	size_t n_words;
	struct loose loose;
	char *line; /* owned; the command line, quoted for a shell */
};

#endif
