/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of a command line. options.c is the only file that uses popt. */
#ifndef CMD_OPTIONS_H
#define CMD_OPTIONS_H

#include "base/command.h"

enum option_kind {
	OPTION_FLAG, /* a bool */
	OPTION_COUNT, /* an int: how often the option was given */
	OPTION_TEXT, /* a const char *: the argument; the last one counts */
	OPTION_OPTIONAL_TEXT, /* the same; "" if given without an argument */
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
 * Reads a command line. True: run the command with it. False: *ret_status is how to exit
 * (--help, --version, or a mistake that was reported).
 */
bool options_parse(const struct command *command, int argc, const char **argv,
	struct call *ret_call, enum status *ret_status);
void options_free(struct call *call);

#endif
