/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text that is safe where it goes. */
#ifndef CMD_TEXT_H
#define CMD_TEXT_H

/* Bytes that aren't printable UTF-8 as \xNN. NULL: no memory. */
char *text_escape(const char *text);
/* Bytes that aren't UTF-8 replaced by U+FFFD. NULL: no memory. */
char *text_repair(const char *text);

/* In place: characters that turn the direction of text become question marks. */
void text_straighten(char *text);
/* For a POSIX shell: as it is, or in single quotes. NULL: no memory. */
char *text_quote(const char *text);

#endif
