/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the lines of policy files stand, and the order of messages about them. */
#include "base/basics.h"
#include "base/read_number.h"
#include "base/say.h"
#include "policy/lines.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

/* "'irqkit rps eth1 --auto'": line @number of a text, counted from 1 */
static char *format_command(const char *text, unsigned int number)
{
	char *command;

	while (--number > 0)
		text += strcspn(text, "\n") + 1;
	return asprintf(&command, "'irqkit %.*s'", (int)strcspn(text, "\n"), text) < 0
		? NULL
		: command;
}

char *lines_format_place(const struct lines *lines, size_t index)
{
	unsigned int number;
	const char *file = irqkit_policies_get_file(lines->policy, index, &number);
	char *place;

	if (lines->commands)
		return format_command(lines->commands, number);
	return asprintf(&place, "%s:%u", file, number) < 0 ? NULL : place;
}

/* ------------------------------------------------------------------------------- */
/* The order of messages: that of the lines                                        */

static size_t rank_of(size_t index)
{
	return 2 * index + 1;
}

void lines_set_place(const char *place, size_t index)
{
	say_set_place(place);
	say_set_rank(rank_of(index));
}

/* Does the text of a mistake begin with "FILE:LINE:"? */
static bool is_of_file(const char *mistake, const char *file, unsigned int *ret_number)
{
	size_t len = strlen(file), digits;
	uint64_t number;

	if (strncmp(mistake, file, len) != 0 || mistake[len] != ':')
		return false;
	mistake += len + 1;
	digits = strspn(mistake, "0123456789");
	if (mistake[digits] != ':' || read_number(mistake, digits, UINT_MAX, &number) < 0)
		return false;
	*ret_number = (unsigned int)number;
	return true;
}

/* A rank between those of the lines before and after the mistake; 0 if the file has no line. */
size_t lines_rank_mistake(const struct lines *lines, const char *mistake)
{
	size_t rank = 0;

	for (size_t i = 0; i < irqkit_policies_count_lines(lines->policy); i++) {
		unsigned int number, found;
		const char *file = irqkit_policies_get_file(lines->policy, i, &number);

		if (!is_of_file(mistake, file, &found))
			continue;
		if (rank == 0)
			rank = rank_of(i) - 1;
		if (number < found)
			rank = rank_of(i) + 1;
	}
	return rank;
}
