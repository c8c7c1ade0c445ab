/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text that is safe for a terminal, for JSON, or for a shell. */
#ifndef CMD_TEXT_H
#define CMD_TEXT_H

#include <stdbool.h>

/* Bytes that aren't printable UTF-8 as \xNN. NULL: no memory. */
char *text_escape(const char *text);
/* Bytes that aren't UTF-8 replaced by U+FFFD. NULL: no memory. */
char *text_repair(const char *text);

/* In place: characters that change the direction of text become question marks. */
void text_straighten(char *text);
/* For a POSIX shell: unchanged, or in single quotes. NULL: no memory. */
char *text_quote(const char *text);

/* @path, which begins with a slash, below @root, or NULL for "/". NULL: no memory. */
char *text_below_root(const char *root, const char *path);

/*
 * Adds @text to the end of *@list, after @separator unless it is the first; *@list is
 * NULL before that. Without memory, *@list is freed and set to NULL, and the result is
 * false.
 */
bool text_join(char **list, const char *separator, const char *text);

#endif
