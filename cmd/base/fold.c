/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sentences in lines that fit a terminal. */
#include "base/fold.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define LINE_WIDTH 80

void print_indented(const char *text, size_t indent)
{
	const char *line = text, *blank = NULL;
	bool is_quoted = false;

	for (const char *p = text; *p; p++) {
		is_quoted ^= *p == '\'';
		if (*p == ' ' && !is_quoted)
			blank = p;
		if (p - line < (ptrdiff_t)(LINE_WIDTH - indent) || !blank)
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
