/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sentences in lines that fit a terminal. */
#include "base/fold.h"

#include <stdbool.h>
#include <stdio.h>

#define LINE_WIDTH 80

void print_folded(const char *text)
{
	const char *line = text, *blank = NULL;
	bool is_quoted = false;

	for (const char *p = text; *p; p++) {
		is_quoted ^= *p == '\'';
		if (*p == ' ' && !is_quoted)
			blank = p;
		if (p - line < LINE_WIDTH || !blank)
			continue;
		printf("%.*s\n", (int)(blank - line), line);
		line = blank + 1;
		blank = NULL;
	}
	puts(line);
}
