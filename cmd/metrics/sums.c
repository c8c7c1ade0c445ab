/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counters that only grow, by key. */
#include "metrics/sums.h"
#include "base/basics.h"
#include "base/grow.h"

#include <stdio.h>
#include <string.h>

static char *format_key(const char *kind, const char *name)
{
	char *key;

	return asprintf(&key, "%s%s%s", kind, name ? " " : "", name ? name : "") < 0
		? NULL
		: key;
}

/* Same as strcmp() of @key and "KIND NAME", without writing that text. */
static int compare(const char *key, const char *kind, const char *name)
{
	size_t len = strlen(kind);
	int r = strncmp(key, kind, len);

	if (r == 0 && !name)
		return key[len] != '\0';
	if (r == 0)
		r = (unsigned char)key[len] - ' ';
	return r ? r : strcmp(key + len + 1, name);
}

/* The index of the first sum that is not before the key. */
static size_t find_place(const struct sums *sums, const char *kind, const char *name)
{
	size_t low = 0, high = sums->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(sums->sums[middle].key, kind, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct sum *find(
	const struct sums *sums, const char *kind, const char *name, size_t *ret_place)
{
	size_t place = find_place(sums, kind, name);

	*ret_place = place;
	return place < sums->n && compare(sums->sums[place].key, kind, name) == 0
		? &sums->sums[place]
		: NULL;
}

/* Takes @key over. NULL: no memory. */
static struct sum *insert(struct sums *sums, size_t place, char *key)
{
	struct sum *sum;

	if (!key || !MAKE_ROOM(sums->sums, sums->n, sums->room)) {
		free(key);
		sums->has_failed = true;
		return NULL;
	}
	sum = &sums->sums[place];
	memmove(sum + 1, sum, (sums->n - place) * sizeof(*sum));
	sums->n++;
	*sum = (struct sum){ .key = key };
	return sum;
}

void sums_add(struct sums *sums, const char *kind, const char *name, uint64_t value)
{
	size_t place;
	struct sum *sum = find(sums, kind, name, &place);

	if (!sum)
		sum = insert(sums, place, format_key(kind, name));
	if (sum &&
		(__builtin_add_overflow(sum->value, value, &sum->value) ||
			sum->value > SUM_MAX))
		sum->value = SUM_MAX;
}

uint64_t sums_get(const struct sums *sums, const char *kind, const char *name)
{
	size_t place;
	const struct sum *sum = find(sums, kind, name, &place);

	return sum ? sum->value : 0;
}

void sums_clear(struct sums *sums)
{
	for (size_t i = 0; i < sums->n; i++)
		free(sums->sums[i].key);
	free(sums->sums);
	*sums = (struct sums){ 0 };
}
