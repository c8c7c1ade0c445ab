/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Words that are typed wrong. */
#include "base/typo.h"
#include "base/macros.h"

#include <ctype.h>
#include <string.h>

#define LONGEST 64

/* Without what may differ anyway. */
static size_t fold(const char *text, size_t len, char *folded)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		if (!strchr("-_", text[i]))
			folded[n++] = (char)tolower((unsigned char)text[i]);
	return n;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Do both go on in the same way, at these places? */
static bool is_same(const char *a, size_t a_len, const char *b, size_t b_len)
{
	return a_len == b_len && memcmp(a, b, a_len) == 0;
}

/* @a and @b differ at their first letter, and one of them may be empty. */
static bool differs_once(const char *a, size_t a_len, const char *b, size_t b_len)
{
	if (a_len > 0 && !is_digit(a[0]) && is_same(a + 1, a_len - 1, b, b_len))
		return true;
	if (b_len > 0 && !is_digit(b[0]) && is_same(a, a_len, b + 1, b_len - 1))
		return true;
	/* etho: a letter for a digit is a mistake */
	if (a_len > 0 && b_len > 0 && !(is_digit(a[0]) && is_digit(b[0])) &&
		is_same(a + 1, a_len - 1, b + 1, b_len - 1))
		return true;
	return a_len > 1 && b_len > 1 && a[0] == b[1] && a[1] == b[0] &&
		!(is_digit(a[0]) && is_digit(a[1])) &&
		is_same(a + 2, a_len - 2, b + 2, b_len - 2);
}

bool is_typo(const char *typed, size_t len, const char *meant)
{
	char a[LONGEST], b[LONGEST];
	size_t a_len, b_len = strlen(meant), same = 0;

	if (len >= LONGEST || b_len >= LONGEST)
		return false;
	a_len = fold(typed, len, a);
	b_len = fold(meant, b_len, b);
	while (same < a_len && same < b_len && a[same] == b[same])
		same++;
	if (same == a_len && same == b_len)
		return true;
	return (a_len >= 3 || b_len >= 3) && a_len >= 2 && b_len >= 2 &&
		differs_once(a + same, a_len - same, b + same, b_len - same);
}
