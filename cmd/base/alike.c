/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How alike two words are.
 *
 *     row:    the letters of a so far      s h w o
 *     column: the letters of b so far   s  0 1 2 3
 *                                       h  1 0 1 2     each cell is the least of: the cell
 *                                       o  2 1 1 1     above + 1, the cell to the left + 1,
 *                                       w  3 2 1 1     the one between + (letters differ),
 *                                                      and for two that are swapped the one
 *                                                      two rows up and two columns back + 1
 */
#include "base/alike.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

static unsigned int least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

static int fold(char c)
{
	return c == '_' ? '-' : tolower((unsigned char)c);
}

static bool is_same(char a, char b)
{
	return fold(a) == fold(b);
}

unsigned int alike_distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	unsigned int rows[3][ALIKE_LONGEST + 1] = { 0 };

	if (a_len > ALIKE_LONGEST || b_len > ALIKE_LONGEST)
		return ALIKE_LONGEST;
	for (size_t k = 0; k <= b_len; k++)
		rows[0][k] = (unsigned int)k;
	for (size_t i = 1; i <= a_len; i++) {
		unsigned int *row = rows[i % 3], *above = rows[(i + 2) % 3],
			     *second = rows[(i + 1) % 3];

		row[0] = (unsigned int)i;
		for (size_t k = 1; k <= b_len; k++) {
			row[k] = least(above[k], row[k - 1]) + 1;
			row[k] = least(
				row[k], above[k - 1] + !is_same(a[i - 1], b[k - 1]));
			if (i > 1 && k > 1 && is_same(a[i - 1], b[k - 2]) &&
				is_same(a[i - 2], b[k - 1]))
				row[k] = least(row[k], second[k - 2] + 1);
		}
	}
	return rows[a_len % 3][b_len];
}

/* A word of three letters may differ in one, of six in two. */
static unsigned int measure(const struct alike *alike, const char *name)
{
	size_t len = alike->len ? alike->len : strlen(alike->word);
	size_t name_len = strlen(name), longer = len > name_len ? len : name_len;
	unsigned int distance = alike_distance(alike->word, len, name, name_len);

	/* its beginning was typed */
	if (len >= 2 && len < name_len && strncasecmp(alike->word, name, len) == 0)
		return 1;
	return distance * 3 > longer ? ALIKE_LONGEST : distance;
}

void alike_offer(struct alike *alike, const char *name)
{
	unsigned int distance = measure(alike, name);

	if (distance == ALIKE_LONGEST || (alike->n > 0 && distance > alike->distance))
		return;
	if (alike->n > 0 && distance < alike->distance)
		alike->n = 0;
	alike->distance = distance;
	if (alike->n < ALIKE_MAX)
		alike->names[alike->n] = name;
	alike->n++;
}

size_t alike_count(const struct alike *alike)
{
	return alike->n > ALIKE_MAX ? 0 : alike->n;
}
