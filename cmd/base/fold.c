/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sentences in lines that fit a terminal. */
#include "base/fold.h"

#include "base/read_number.h"

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
static size_t find_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize window;
	uint64_t width = 0;

	if (!isatty(STDOUT_FILENO))
		return LINE_WIDTH;
	if (columns && read_number(columns, strlen(columns), UINT16_MAX, &width) == 0)
		;
	else if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0)
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

void print_indented(const char *text, size_t indent)
{
	const char *line = text, *blank = NULL;
	size_t width = find_width();
	bool is_quoted = false;

	for (const char *p = text; *p; p++) {
		if (*p == '\'')
			is_quoted = !is_quoted && begins_quote(text, p);
		if (*p == ' ' && !is_quoted)
			blank = p;
		if (p - line < (ptrdiff_t)(width - indent) || !blank)
			continue;
		printf("%.*s\n%*s", (int)(blank - line), line, (int)indent, "");
		line = blank + 1;
		blank = NULL;
	}
	puts(line);
}

void print_folded(const char *text)
{
	print_indented(text, 0);
}
