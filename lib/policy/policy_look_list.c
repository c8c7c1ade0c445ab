/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The settings that a look has planned, and how one is found. */
#include "policy/policy_look.h"

#include <stdlib.h>

void policy_look_clear(struct look *look)
{
	for (size_t i = 0; i < look->n; i++)
		step_clear(&look->list[i].step);
	free(look->list);
	path_index_clear(&look->index);
	*look = (struct look){ 0 };
}

struct policy_setting *policy_look_find(const struct look *look, const char *path)
{
	size_t at;

	return path_index_find(&look->index, path, &at) ? &look->list[at] : NULL;
}

int policy_look_index(struct look *look)
{
	int r = 0;
	size_t at;

	path_index_clear(&look->index);
	for (size_t i = 0; i < look->n && r == 0; i++)
		if (!path_index_find(&look->index, look->list[i].step.path, &at))
			r = path_index_set(&look->index, look->list[i].step.path, i);
	return r;
}

int policy_look_drop_overridden(struct look *look)
{
	size_t kept = 0;
	int r = 0;

	path_index_clear(&look->index);
	for (size_t i = 0; i < look->n; i++)
		if (look->list[i].is_overridden)
			step_clear(&look->list[i].step);
		else
			look->list[kept++] = look->list[i];
	look->n = kept;
	for (size_t i = 0; i < kept && r == 0; i++)
		r = path_index_set(&look->index, look->list[i].step.path, i);
	return r;
}
