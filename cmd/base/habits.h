/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What users of other tools type, and what irqkit calls it. */
#ifndef CMD_HABITS_H
#define CMD_HABITS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Guesses the command line that is meant by words whose first one is not a command:
 * "irqkit show", or with the words that follow if they fit, "irqkit set 24 --cpus=SET".
 * NULL: there is no guess, or no memory. The caller frees it.
 */
char *habits_guess_command(const char *const *words);

/*
 * The same for words with the options of taskset: "irqkit set 30 --cpus=3" for -p 30 -c 3.
 */
char *habits_guess_taskset(const char *const *words);

/* The same for options of any of these tools. */
char *habits_guess_options(const char *const *words);

char *habits_guess_tuna(const char *const *words);
char *habits_guess_ethtool(const char *const *words);

/* Can the word be a mask, "ff"? */
bool habits_is_mask(const char *word);

/* A word that means nothing to irqkit, as in `move 24 to cpu 3`. */
bool habits_is_filler(const char *word);

/*
 * For an option that a command with this name does not have: "--cpus=SET". The end in
 * capitals stands for the value, and %s for the name of the command. There may be several
 * hints, the best first: *@next is 0 at first. NULL: there are no more. @option may have a
 * value, as in --cpu-list=3.
 */
const char *habits_next_option(const char *command, const char *option, size_t *next);

#endif
