/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/number_list.h"
#include "base/array.h"
#include "base/macros.h"
#include "base/number.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void number_list_clear(struct number_list *list)
{
	free(list->numbers);
	*list = (struct number_list){ 0 };
}

static int compare(const void *member, const void *key)
{
	unsigned int a = *(const unsigned int *)member, b = *(const unsigned int *)key;

	return (a > b) - (a < b);
}

static size_t find(const struct number_list *list, unsigned int number)
{
	/* numbers are mostly added in their order */
	if (list->n == 0 || list->numbers[list->n - 1] < number)
		return list->n;
	return array_lower_bound(
		list->numbers, list->n, sizeof(*list->numbers), &number, compare);
}

bool number_list_has(const struct number_list *list, unsigned int number)
{
	size_t at = find(list, number);

	return at < list->n && list->numbers[at] == number;
}

int number_list_add(struct number_list *list, unsigned int number)
{
	size_t at = find(list, number);

	if (at < list->n && list->numbers[at] == number)
		return 0;
	if (!GROW(list->numbers, list->n, list->room))
		return -ENOMEM;
	memmove(list->numbers + at + 1, list->numbers + at,
		(list->n - at) * sizeof(*list->numbers));
	list->numbers[at] = number;
	list->n++;
	return 0;
}

int number_list_add_all(struct number_list *list, const struct number_list *others)
{
	int r = 0;

	for (size_t i = 0; i < others->n && r == 0; i++)
		r = number_list_add(list, others->numbers[i]);
	return r;
}

void number_list_remove_all(struct number_list *list, const struct number_list *others)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++)
		if (!number_list_has(others, list->numbers[i]))
			list->numbers[n++] = list->numbers[i];
	list->n = n;
}

bool number_list_has_all(const struct number_list *list, const struct number_list *others)
{
	for (size_t i = 0; i < others->n; i++)
		if (!number_list_has(list, others->numbers[i]))
			return false;
	return true;
}

bool number_list_has_common(
	const struct number_list *list, const struct number_list *others)
{
	for (size_t i = 0; i < others->n; i++)
		if (number_list_has(list, others->numbers[i]))
			return true;
	return false;
}

void number_list_format(
	struct buffer *text, const struct number_list *list, char separator)
{
	for (size_t i = 0; i < list->n; i++) {
		if (i > 0)
			buffer_add_char(text, separator);
		buffer_add(text, "%u", list->numbers[i]);
	}
}

int number_list_parse(struct number_list *list, const char *text)
{
	int r;

	do {
		size_t len = strcspn(text, ",");
		uint32_t number;

		r = parse_u32(text, len, &number);
		if (r == 0)
			r = number_list_add(list, number);
		text += len;
	} while (r == 0 && *text++ == ',');
	return r;
}
