/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A list of numbers, ascending, each once. */
#ifndef IRQKIT_NUMBER_LIST_H
#define IRQKIT_NUMBER_LIST_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stddef.h>

struct number_list {
	unsigned int *numbers; /* owned */
	size_t n, room;
};

void number_list_clear(struct number_list *list);
#define _cleanup_numbers_ CLEANUP(number_list_clear)

bool number_list_has(const struct number_list *list, unsigned int number);
int number_list_add(struct number_list *list, unsigned int number);
int number_list_add_all(struct number_list *list, const struct number_list *others);
void number_list_remove_all(struct number_list *list, const struct number_list *others);
bool number_list_has_all(
	const struct number_list *list, const struct number_list *others);
bool number_list_has_common(
	const struct number_list *list, const struct number_list *others);

/* "24,25", with @separator between the numbers. */
void number_list_format(
	struct buffer *text, const struct number_list *list, char separator);
/* Adds the numbers of "24,25". -EINVAL, -ERANGE: as parse_u32(). */
int number_list_parse(struct number_list *list, const char *text);

#endif
