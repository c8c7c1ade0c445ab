/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A text that grows. */
#ifndef IRQKIT_BUFFER_H
#define IRQKIT_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buffer {
	char *text; /* owned, until it is taken */
	size_t len;
	size_t room;
	bool has_failed;
};

void buffer_add_char(struct buffer *buffer, char c);
void buffer_add_number(struct buffer *buffer, uint64_t number);
void buffer_add(struct buffer *buffer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* -ENOMEM: there was no memory for something that was added. */
int buffer_take(struct buffer *buffer, char **ret_text);

#endif
