/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What users of other tools type, and what irqkit calls it. */
#ifndef CMD_HABITS_H
#define CMD_HABITS_H

#include <stddef.h>

/* For the word in place of a command: "irqkit show"; NULL: not known. */
const char *habits_find_command(const char *word);

/*
 * For an option that a command with this name does not have: "--cpus=SET". The end in
 * capitals stands for the value, and %s for the name of the command. There may be several
 * hints, the best first: *@next is 0 at first. NULL: there are no more. @option may have a
 * value, as in --cpu-list=3.
 */
const char *habits_next_option(const char *command, const char *option, size_t *next);

#endif
