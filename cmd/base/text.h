/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text that is safe for a terminal, for JSON, or for a shell. */
#ifndef CMD_TEXT_H
#define CMD_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes that aren't printable UTF-8 as \xNN. NULL: no memory. */
char *text_escape(const char *text);
/* Bytes that aren't UTF-8 replaced by U+FFFD. NULL: no memory. */
char *text_repair(const char *text);

/* In place: characters that change the direction of text become question marks. */
void text_straighten(char *text);

/* How many columns of a terminal it takes, when what is not printable stands as \xNN. */
size_t text_width(const char *text);
/*
 * Its first @head and its last @tail columns, with a mark between them: one column, `…` or,
 * where the locale has no UTF-8, `~`. NULL: no memory.
 */
char *text_shorten(const char *text, size_t head, size_t tail);

/* For a POSIX shell: unchanged, or in single quotes. NULL: no memory. */
char *text_quote(const char *text);

/* @path, which begins with a slash, below @root, or NULL for "/". NULL: no memory. */
char *text_below_root(const char *root, const char *path);

/* A number in at most five columns: "283", "0.5", "57.8k", "1.2M". @out has 16 bytes. */
const char *text_format_rate(double number, char *out);

/*
 * Adds @text to the end of *@list, after @separator unless it is the first; *@list is
 * NULL before that. Without memory, *@list is freed and set to NULL, and the result is
 * false.
 */
bool text_join(char **list, const char *separator, const char *text);

/*
 * The locale of the user decides which characters can be printed. To load it takes as long as
 * all else that a short run does, so that only text that is not ASCII asks for it, and what
 * may print such text with another library.
 */
void text_use_locale(void);
bool text_is_utf8(void);

#endif
