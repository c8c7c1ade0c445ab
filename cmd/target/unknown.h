/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A word that stands where a command is expected, and is none. */
#ifndef CMD_UNKNOWN_H
#define CMD_UNKNOWN_H

#include "base/command.h"

/*
 * Reports the unknown command @words[0], with what may be meant. @words ends with NULL;
 * @commands too; @leading: the @n_leading options before the command.
 */
void say_unknown_command(const char *const *words, const char *const *leading,
	size_t n_leading, const struct command *const *commands);

#endif
