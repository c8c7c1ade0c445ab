/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sentences in lines that fit a terminal. */
#include "base/fold.h"

#include "base/basics.h"
#include "base/read_number.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Without a terminal; and the least, so that there is room beside an indent. */
#define LINE_WIDTH 80
#define LEAST_WIDTH 30

/* As libsmartcols does for tables: COLUMNS first, and only on a terminal. */
static size_t find_width(int fd)
{
	const char *columns = getenv("COLUMNS");
	struct winsize window;
	uint64_t width = 0;

	if (!isatty(fd))
		return LINE_WIDTH;
	if (columns && read_number(columns, strlen(columns), UINT16_MAX, &width) == 0)
		;
	else if (ioctl(fd, TIOCGWINSZ, &window) == 0)
		width = window.ws_col;
	if (width == 0)
		return LINE_WIDTH;
	return width < LEAST_WIDTH ? LEAST_WIDTH : width;
}

/* A quote begins a command if it is no apostrophe: "a CPU's time". */
static bool begins_quote(const char *text, const char *p)
{
	return p == text || p[-1] == ' ' || p[-1] == '(';
}

/* How many bytes of @text fit in @width columns: whole characters, and at least one. */
static size_t count_bytes(const char *text, size_t width)
{
	size_t len = 0, next;

	for (; text[len]; len = next) {
		_cleanup_free_ char *part = NULL;

		for (next = len + 1; (text[next] & 0xc0) == 0x80;)
			next++;
		part = strndup(text, next);
		if (len > 0 && (!part || text_width(part) > width))
			break;
	}
	return len;
}

size_t fold_line(const char *text, size_t width, size_t *ret_next)
{
	size_t len = count_bytes(text, width), blank = 0;
	bool is_quoted = false;

	*ret_next = len;
	if (!text[len])
		return len;
	for (size_t i = 0; i <= len; i++) {
		if (text[i] == '\'')
			is_quoted = !is_quoted && begins_quote(text, text + i);
		if (text[i] == ' ' && (!is_quoted || blank == 0))
			blank = i;
	}
	if (blank == 0)
		return len;
	*ret_next = blank + 1;
	return blank;
}

static void fold(FILE *stream, const char *text, size_t indent, size_t width)
{
	const char *line = text, *blank = NULL;
	bool is_quoted = false;

	for (const char *p = text; *p; p++) {
		if (*p == '\'')
			is_quoted = !is_quoted && begins_quote(text, p);
		if (*p == ' ' && !is_quoted)
			blank = p;
		if (p - line < (ptrdiff_t)(width - indent) || !blank)
			continue;
		fprintf(stream, "%.*s\n%*s", (int)(blank - line), line, (int)indent, "");
		line = blank + 1;
		blank = NULL;
	}
	fprintf(stream, "%s\n", line);
}

void print_indented(const char *text, size_t indent)
{
	fold(stdout, text, indent, find_width(STDOUT_FILENO));
}

/* ------------------------------------------------------------------------------- */

/* Prints the lines that are complete; what is left stays in @text. */
static void print_lines(FILE *stream, char *text, size_t width)
{
	char *line = text, *end;

	while ((end = strchr(line, '\n'))) {
		*end = '\0';
		fold(stream, line, 0, width);
		line = end + 1;
	}
	memmove(text, line, strlen(line) + 1);
}

void print_fitting(FILE *stream, char *lines)
{
	if (isatty(fileno(stream)))
		print_lines(stream, lines, find_width(fileno(stream)));
	else
		fputs(lines, stream);
}

void print_sentence(const char *format, ...)
{
	static char *unfinished; /* owned; of a terminal: a line that has no end yet */
	_cleanup_free_ char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	if (!text)
		return;
	if (!isatty(STDOUT_FILENO)) {
		fputs(text, stdout);
		return;
	}
	if (!text_join(&unfinished, "", text))
		return;
	print_lines(stdout, unfinished, find_width(STDOUT_FILENO));
	if (*unfinished)
		return;
	free(unfinished);
	unfinished = NULL;
}
