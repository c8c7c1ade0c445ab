/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A text that grows at its end. A failure is kept, and is checked once, at the end. */
#include "base/buffer.h"
#include "base/macros.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool make_room(struct buffer *buffer, size_t more)
{
	size_t room = buffer->room ? buffer->room : 64;
	char *text;

	while (room - buffer->len <= more)
		room *= 2;
	if (room == buffer->room)
		return true;
	text = buffer->has_failed ? NULL : realloc(buffer->text, room);
	if (!text) {
		buffer->has_failed = true;
		return false;
	}
	buffer->text = text;
	buffer->room = room;
	return true;
}

void buffer_add_char(struct buffer *buffer, char c)
{
	if (!make_room(buffer, 1))
		return;
	buffer->text[buffer->len++] = c;
	buffer->text[buffer->len] = '\0';
}

void buffer_add_number(struct buffer *buffer, uint64_t number)
{
	char digits[24];
	size_t at = sizeof(digits);

	do
		digits[--at] = (char)('0' + number % 10);
	while (number /= 10);
	if (!make_room(buffer, sizeof(digits) - at))
		return;
	memcpy(buffer->text + buffer->len, digits + at, sizeof(digits) - at);
	buffer->len += sizeof(digits) - at;
	buffer->text[buffer->len] = '\0';
}

void buffer_add(struct buffer *buffer, const char *format, ...)
{
	va_list args;
	int len = 0;

	/* once more if the room was too small */
	for (int i = 0; i < 2; i++) {
		size_t room = buffer->room - buffer->len;

		va_start(args, format);
		len = vsnprintf(
			room ? buffer->text + buffer->len : NULL, room, format, args);
		va_end(args);
		if (len < 0 || (size_t)len < room)
			break;
		if (!make_room(buffer, (size_t)len))
			return;
	}
	if (len > 0)
		buffer->len += (size_t)len;
}

int buffer_take(struct buffer *buffer, char **ret_text)
{
	if (!buffer->text)
		make_room(buffer, 0);
	if (buffer->has_failed) {
		free(TAKE(buffer->text));
		return -ENOMEM;
	}
	buffer->text[buffer->len] = '\0';
	*ret_text = TAKE(buffer->text);
	return 0;
}
