/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The root that the tests of a file make, below TOP, which the file defines first. */
#ifndef IRQKIT_UNIT_MADE_ROOT_H
#define IRQKIT_UNIT_MADE_ROOT_H

#include "made_top.h"

static inline void put(const char *path, const char *text)
{
	put_file(top, path, text);
}

/* The first line of a file. */
static inline void holds(const char *path, const char *expected)
{
	char full[512], text[64] = "";
	FILE *file;

	snprintf(full, sizeof(full), "%s/%s", top, path);
	file = fopen(full, "r");
	assert_non_null(file);
	assert_non_null(fgets(text, sizeof(text), file));
	fclose(file);
	text[strcspn(text, "\n")] = '\0';
	assert_string_equal(text, expected);
}

#endif
