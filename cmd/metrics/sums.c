/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counters that only grow, by key. */
#include "metrics/sums.h"
#include "base/basics.h"

#include <stdio.h>
#include <string.h>

static char *format_key(const char *kind, const char *name)
{
	char *key;

	return asprintf(&key, "%s%s%s", kind, name ? " " : "", name ? name : "") < 0
		? NULL
		: key;
}

static struct sum *find(const struct sums *sums, const char *key)
{
	for (size_t i = 0; i < sums->n; i++)
		if (strcmp(sums->sums[i].key, key) == 0)
			return &sums->sums[i];
	return NULL;
}

/* Takes @key over. */
static void add_key(struct sums *sums, char *key, uint64_t value)
{
	struct sum *more = reallocarray(sums->sums, sums->n + 1, sizeof(*more));

	if (!more) {
		free(key);
		sums->has_failed = true;
		return;
	}
	sums->sums = more;
	more[sums->n++] = (struct sum){ key, value };
}

void sums_add(struct sums *sums, const char *kind, const char *name, uint64_t value)
{
	char *key = format_key(kind, name);
	struct sum *sum = key ? find(sums, key) : NULL;

	if (!key)
		sums->has_failed = true;
	else if (!sum)
		add_key(sums, key, value);
	else
		free(key);
	if (sum)
		sum->value += value;
}

uint64_t sums_get(const struct sums *sums, const char *kind, const char *name)
{
	_cleanup_free_ char *key = format_key(kind, name);
	const struct sum *sum = key ? find(sums, key) : NULL;

	return sum ? sum->value : 0;
}

void sums_clear(struct sums *sums)
{
	for (size_t i = 0; i < sums->n; i++)
		free(sums->sums[i].key);
	free(sums->sums);
	*sums = (struct sums){ 0 };
}
