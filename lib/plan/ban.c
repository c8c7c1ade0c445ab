/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan/ban.h"
#include "base/array.h"
#include "base/macros.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void ban_clear(struct ban *ban)
{
	free(ban->start);
	number_list_clear(&ban->irqs);
	number_list_clear(&ban->new_irqs);
}

void ban_list_clear(struct ban_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		ban_clear(&list->bans[i]);
	free(list->bans);
	number_list_clear(&list->shown);
	number_list_clear(&list->forgotten);
	*list = (struct ban_list){ 0 };
}

struct ban *ban_list_find(const struct ban_list *list, unsigned int pid,
	const char *start, bool is_taken_back)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->bans[i].pid == pid &&
			list->bans[i].is_taken_back == is_taken_back &&
			strcmp(list->bans[i].start, start) == 0)
			return &list->bans[i];
	return NULL;
}

int ban_list_get(struct ban_list *list, unsigned int pid, const char *start,
	bool is_taken_back, struct ban **ret_ban)
{
	struct ban *ban = ban_list_find(list, pid, start, is_taken_back);
	char *copy;

	if (!ban) {
		copy = strdup(start);
		if (!copy || !GROW(list->bans, list->n, list->room)) {
			free(copy);
			return -ENOMEM;
		}
		ban = &list->bans[list->n++];
		*ban = (struct ban){
			.pid = pid,
			.start = copy,
			.is_taken_back = is_taken_back,
		};
	}
	*ret_ban = ban;
	return 0;
}

int ban_list_add_all(struct ban_list *list, const struct ban_list *others)
{
	int r = 0;

	for (size_t i = 0; i < others->n && r == 0; i++) {
		const struct ban *other = &others->bans[i];
		struct ban *ban;

		r = ban_list_get(
			list, other->pid, other->start, other->is_taken_back, &ban);
		if (r == 0)
			r = number_list_add_all(&ban->irqs, &other->irqs);
	}
	return r;
}
