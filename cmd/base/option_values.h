/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values of options that popt would accept or not see: none, empty, optional. */
#ifndef CMD_OPTION_VALUES_H
#define CMD_OPTION_VALUES_H

#include "base/options.h"

/* Reports a value of an option that takes none, and an empty one that may be left out. */
bool option_values_check(const struct command *command, int argc, const char **argv);

/*
 * The value of `--wait` is optional, but popt would take the next word for it: `--wait=`
 * says that there is no value. The caller frees the words of the result, which ends with
 * NULL.
 */
char **option_values_end(const struct command *command, int argc, const char **argv);

/*
 * Says that the option takes @takes, "queue, load or irq", not @value, and which of @words,
 * which end with NULL, may be meant.
 */
void say_bad_value(const char *option, const char *takes, const char *value,
	const char *const *words);

#endif
