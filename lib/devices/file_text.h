/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a file holds, read when it is first needed. */
#ifndef IRQKIT_FILE_TEXT_H
#define IRQKIT_FILE_TEXT_H

#include <stdbool.h>

struct irqkit_ctx;

struct file_text {
	char *text; /* owned; NULL: not read, or it failed */
	int error; /* negative, or 0 */
	bool has_read;
	bool is_pretended; /* it is what a plan will write, and was not read */
	struct file_text *read; /* owned; what was read before that; or NULL */
};

/* Reads the file if needed. The text is owned by @file until it is forgotten. */
int file_text_get(struct file_text *file, struct irqkit_ctx *ctx, const char *path,
	const char **ret_text);
/* Holds @text as if it had been read, until file_text_end_pretending(). */
int file_text_pretend(struct file_text *file, const char *text);
void file_text_end_pretending(struct file_text *file);
void file_text_forget(struct file_text *file);

#endif
