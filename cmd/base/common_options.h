/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of every command, and the search in all options that a command has. */
#ifndef CMD_COMMON_OPTIONS_H
#define CMD_COMMON_OPTIONS_H

#include "base/options.h"

/* Those that are stored in struct common, ending with { 0 }. */
extern const struct option common_options[];

/* Those that irqkit itself answers; the number of each. */
enum answered { ANSWERED_COLOR, ANSWERED_HELP, ANSWERED_VERSION };
#define N_ANSWERED 3
extern const struct option answered_options[];

/* Does the option take a value? */
bool option_takes_text(enum option_kind kind);

/* Does the command refuse this option of every command? It has its own message then. */
bool option_is_lacking(const struct command *command, const char *name);

/* The option number @n of a command: its own, then those of every command; NULL: no more. */
const struct option *option_get(const struct command *command, size_t n);

/* Is this, of so many bytes, the name of one of them? */
bool option_exists(const struct command *command, const char *name, size_t len);

#endif
