/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets of CPUs, and the two ways in which the kernel writes them. */
#include "base/cpuset.h"
#include "base/buffer.h"
#include "base/number.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WORD_BITS 64u

struct irqkit_cpuset {
	uint64_t *words; /* owned; bit b of word w is CPU w * 64 + b */
	size_t n_words;
};

EXPORT int irqkit_cpuset_new(struct irqkit_cpuset **ret_set)
{
	struct irqkit_cpuset *set = calloc(1, sizeof(*set));

	if (!set)
		return -ENOMEM;
	*ret_set = set;
	return 0;
}

EXPORT void irqkit_cpuset_free(struct irqkit_cpuset *set)
{
	if (!set)
		return;
	free(set->words);
	free(set);
}

static int grow(struct irqkit_cpuset *set, size_t n_words)
{
	uint64_t *words;

	if (n_words <= set->n_words)
		return 0;
	words = reallocarray(set->words, n_words, sizeof(*words));
	if (!words)
		return -ENOMEM;
	memset(words + set->n_words, 0, (n_words - set->n_words) * sizeof(*words));
	set->words = words;
	set->n_words = n_words;
	return 0;
}

EXPORT int irqkit_cpuset_copy(
	const struct irqkit_cpuset *set, struct irqkit_cpuset **ret_set)
{
	_cleanup_cpuset_ struct irqkit_cpuset *copy = NULL;
	int r = irqkit_cpuset_new(&copy);

	if (r == 0)
		r = irqkit_cpuset_add_set(copy, set);
	if (r < 0)
		return r;
	*ret_set = TAKE(copy);
	return 0;
}

EXPORT int irqkit_cpuset_add(struct irqkit_cpuset *set, unsigned int cpu)
{
	int r;

	if (cpu > IRQKIT_CPU_MAX)
		return -ERANGE;
	r = grow(set, cpu / WORD_BITS + 1);
	if (r < 0)
		return r;
	set->words[cpu / WORD_BITS] |= UINT64_C(1) << cpu % WORD_BITS;
	return 0;
}

EXPORT void irqkit_cpuset_remove(struct irqkit_cpuset *set, unsigned int cpu)
{
	if (cpu / WORD_BITS < set->n_words)
		set->words[cpu / WORD_BITS] &= ~(UINT64_C(1) << cpu % WORD_BITS);
}

EXPORT bool irqkit_cpuset_has(const struct irqkit_cpuset *set, unsigned int cpu)
{
	return cpu / WORD_BITS < set->n_words &&
		set->words[cpu / WORD_BITS] >> cpu % WORD_BITS & 1;
}

EXPORT unsigned int irqkit_cpuset_count(const struct irqkit_cpuset *set)
{
	unsigned int count = 0;

	for (size_t w = 0; w < set->n_words; w++)
		count += (unsigned int)__builtin_popcountll(set->words[w]);
	return count;
}

EXPORT bool irqkit_cpuset_is_empty(const struct irqkit_cpuset *set)
{
	return irqkit_cpuset_next(set, -1) < 0;
}

EXPORT int irqkit_cpuset_next(const struct irqkit_cpuset *set, int after)
{
	unsigned int from = after < 0 ? 0 : (unsigned int)after + 1;
	uint64_t mask = ~UINT64_C(0) << from % WORD_BITS;

	for (size_t w = from / WORD_BITS; w < set->n_words; w++) {
		uint64_t word = set->words[w] & mask;

		if (word)
			return (int)(w * WORD_BITS) + __builtin_ctzll(word);
		mask = ~UINT64_C(0);
	}
	return -1;
}

/* The word @w of a set that may be shorter. */
static uint64_t word_of(const struct irqkit_cpuset *set, size_t w)
{
	return w < set->n_words ? set->words[w] : 0;
}

EXPORT int irqkit_cpuset_add_set(
	struct irqkit_cpuset *set, const struct irqkit_cpuset *other)
{
	int r = grow(set, other->n_words);

	if (r < 0)
		return r;
	for (size_t w = 0; w < other->n_words; w++)
		set->words[w] |= other->words[w];
	return 0;
}

EXPORT void irqkit_cpuset_remove_set(
	struct irqkit_cpuset *set, const struct irqkit_cpuset *other)
{
	for (size_t w = 0; w < set->n_words; w++)
		set->words[w] &= ~word_of(other, w);
}

EXPORT void irqkit_cpuset_keep_set(
	struct irqkit_cpuset *set, const struct irqkit_cpuset *other)
{
	for (size_t w = 0; w < set->n_words; w++)
		set->words[w] &= word_of(other, w);
}

EXPORT bool irqkit_cpuset_is_equal(
	const struct irqkit_cpuset *a, const struct irqkit_cpuset *b)
{
	return irqkit_cpuset_is_subset(a, b) && irqkit_cpuset_is_subset(b, a);
}

EXPORT bool irqkit_cpuset_is_subset(
	const struct irqkit_cpuset *set, const struct irqkit_cpuset *of)
{
	for (size_t w = 0; w < set->n_words; w++)
		if (set->words[w] & ~word_of(of, w))
			return false;
	return true;
}

EXPORT bool irqkit_cpuset_has_common(
	const struct irqkit_cpuset *a, const struct irqkit_cpuset *b)
{
	for (size_t w = 0; w < a->n_words; w++)
		if (a->words[w] & word_of(b, w))
			return true;
	return false;
}

/* ------------------------------------------------------------------------------- */
/* Lists: 0-3,8 and 0-31:2                                                         */

/* A text and how far it has been read. */
struct cursor {
	const char *text;
	size_t len;
	size_t at;
};

static bool take_char(struct cursor *c, char wanted)
{
	if (c->at == c->len || c->text[c->at] != wanted)
		return false;
	c->at++;
	return true;
}

/* On failure c->at is where the number begins, or where it should have begun. */
static int take_cpu(struct cursor *c, uint32_t *ret_cpu)
{
	size_t end = c->at;
	int r;

	while (end < c->len && c->text[end] >= '0' && c->text[end] <= '9')
		end++;
	r = parse_u32(c->text + c->at, end - c->at, ret_cpu);
	if (r == 0 && *ret_cpu > IRQKIT_CPU_MAX)
		r = -ERANGE;
	if (r == 0)
		c->at = end;
	return r;
}

/* FIRST, FIRST-LAST or FIRST-LAST:STRIDE */
static int take_range(struct cursor *c, struct irqkit_cpuset *set)
{
	uint32_t first, last, stride = 1;
	size_t last_at;
	int r = take_cpu(c, &first);

	if (r < 0)
		return r;
	if (!take_char(c, '-'))
		return irqkit_cpuset_add(set, first);

	last_at = c->at;
	r = take_cpu(c, &last);
	if (r < 0)
		return r;
	if (last < first) {
		c->at = last_at;
		return -EINVAL;
	}
	if (take_char(c, ':')) {
		size_t stride_at = c->at;

		r = take_cpu(c, &stride);
		if (r == 0 && stride == 0) {
			c->at = stride_at;
			r = -EINVAL;
		}
		if (r < 0)
			return r;
	}

	r = grow(set, last / WORD_BITS + 1);
	for (uint32_t cpu = first; cpu <= last && r == 0; cpu += stride)
		r = irqkit_cpuset_add(set, cpu);
	return r;
}

EXPORT int irqkit_cpuset_parse_list(
	const char *text, size_t len, struct irqkit_cpuset **ret_set, size_t *reterr_at)
{
	_cleanup_cpuset_ struct irqkit_cpuset *set = NULL;
	struct cursor c = { .text = text, .len = len };
	int r = irqkit_cpuset_new(&set);

	if (r == 0 && len > 0) {
		do
			r = take_range(&c, set);
		while (r == 0 && take_char(&c, ','));
		if (r == 0 && c.at < len)
			r = -EINVAL;
	}
	if (r < 0) {
		if (reterr_at)
			*reterr_at = c.at;
		return r;
	}

	*ret_set = TAKE(set);
	return 0;
}

/* The last CPU of the range in which @cpu is. */
static int find_last(const struct irqkit_cpuset *set, int cpu)
{
	unsigned int from = (unsigned int)cpu;
	uint64_t mask = ~UINT64_C(0) << from % WORD_BITS;

	for (size_t w = from / WORD_BITS; w < set->n_words; w++) {
		uint64_t absent = ~set->words[w] & mask;

		if (absent)
			return (int)(w * WORD_BITS) + __builtin_ctzll(absent) - 1;
		mask = ~UINT64_C(0);
	}
	return (int)(set->n_words * WORD_BITS) - 1;
}

EXPORT int irqkit_cpuset_format_list(const struct irqkit_cpuset *set, char **ret_text)
{
	struct buffer list = { 0 };
	int cpu = irqkit_cpuset_next(set, -1);

	while (cpu >= 0) {
		int last = find_last(set, cpu);

		if (list.len)
			buffer_add_char(&list, ',');
		buffer_add_number(&list, (uint64_t)cpu);
		if (last > cpu) {
			buffer_add_char(&list, '-');
			buffer_add_number(&list, (uint64_t)last);
		}
		cpu = irqkit_cpuset_next(set, last);
	}
	return buffer_take(&list, ret_text);
}

/* ------------------------------------------------------------------------------- */
/* Masks: 10f and 1,00000000                                                       */

/* clang-format off */
/* One more than the value of each digit; 0: not a digit. */
static const unsigned char hex_digits[256] = {
	['0'] = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
	['A'] = 11, 12, 13, 14, 15, 16,
	['a'] = 11, 12, 13, 14, 15, 16,
};
/* clang-format on */

static int hex_digit(char c)
{
	return (int)hex_digits[(unsigned char)c] - 1;
}

_Static_assert((IRQKIT_CPU_MAX + 1) % 4 == 0, "a digit is below the limit, or above it");

/* Four CPUs from @base on, a multiple of 4. */
static int add_digit(struct irqkit_cpuset *set, size_t base, int digit)
{
	int r;

	if (digit == 0)
		return 0;
	if (base > IRQKIT_CPU_MAX)
		return -ERANGE;
	r = grow(set, base / WORD_BITS + 1);
	if (r == 0)
		set->words[base / WORD_BITS] |= (uint64_t)digit << base % WORD_BITS;
	return r;
}

/* Up to eight digits; false: there is something else. */
static bool read_group(const char *text, size_t n, uint32_t *ret_bits)
{
	uint32_t bits = 0;
	bool is_odd = false;

	for (size_t i = 0; i < n; i++) {
		unsigned int digit = hex_digits[(unsigned char)text[i]];

		is_odd |= digit == 0;
		bits = bits << 4 | (digit - 1);
	}
	*ret_bits = bits;
	return !is_odd;
}

/*
 * A mask as the kernel writes it: groups of eight digits, the first of up to eight. False:
 * it is written in another way, or there is no memory, and nothing was added.
 */
static bool add_groups(struct irqkit_cpuset *set, const char *text, size_t len)
{
	size_t group = len / 9 + 1, n = len % 9;
	uint32_t bits;

	if (n == 0 || group > (IRQKIT_CPU_MAX + 1) / 32)
		return false;
	for (; group-- > 0; text += n + 1, n = 8) {
		/* with hundreds of CPUs, nearly all groups of an effective affinity */
		if (n == 8 && group > 0 && memcmp(text, "00000000,", 9) == 0)
			continue;
		if (!read_group(text, n, &bits) || (group > 0 && text[n] != ','))
			break;
		if (bits == 0)
			continue;
		/* the first that is not 0 is the highest */
		if (grow(set, group / 2 + 1) < 0)
			break;
		set->words[group / 2] |= (uint64_t)bits << group % 2 * 32;
	}
	if (group != SIZE_MAX && set->n_words)
		memset(set->words, 0, set->n_words * sizeof(*set->words));
	return group == SIZE_MAX;
}

/*
 * Only digits and commas, no empty group, and with commas no group of more than 8 digits.
 */
static int check_mask(const char *text, size_t start, size_t len, size_t *reterr_at)
{
	bool has_commas = len > start && memchr(text + start, ',', len - start);
	size_t digits = 0;

	for (size_t at = start; at < len; at++) {
		bool is_comma = text[at] == ',';

		if (is_comma ? digits == 0 : hex_digit(text[at]) < 0) {
			*reterr_at = at;
			return -EINVAL;
		}
		digits = is_comma ? 0 : digits + 1;
		if (has_commas && digits > 8) {
			*reterr_at = at;
			return -EINVAL;
		}
	}
	*reterr_at = len;
	return digits > 0 ? 0 : -EINVAL;
}

static int parse_mask(
	const char *text, size_t len, struct irqkit_cpuset *set, size_t *reterr_at)
{
	size_t start = len >= 2 && text[0] == '0' && (text[1] | 0x20) == 'x' ? 2 : 0;
	size_t base = 0, group_end = 0;
	int r;

	if (add_groups(set, text, len))
		return 0;
	r = check_mask(text, start, len, reterr_at);
	/* from the last digit to the first; each group but the first is 32 CPUs */
	for (size_t at = len; r == 0 && at-- > start;) {
		if (text[at] == ',') {
			base = group_end += 32;
			continue;
		}
		r = add_digit(set, base, hex_digit(text[at]));
		if (r < 0)
			*reterr_at = at;
		base += 4;
	}
	return r;
}

EXPORT int irqkit_cpuset_parse_mask(
	const char *text, size_t len, struct irqkit_cpuset **ret_set, size_t *reterr_at)
{
	_cleanup_cpuset_ struct irqkit_cpuset *set = NULL;
	size_t at = 0;
	int r = irqkit_cpuset_new(&set);

	if (r == 0)
		r = parse_mask(text, len, set, &at);
	if (r < 0) {
		if (reterr_at)
			*reterr_at = at;
		return r;
	}

	*ret_set = TAKE(set);
	return 0;
}

EXPORT int irqkit_cpuset_format_mask(const struct irqkit_cpuset *set, char **ret_text)
{
	struct buffer mask = { 0 };

	for (size_t group = set->n_words * 2; group-- > 0;) {
		uint32_t bits = (uint32_t)(set->words[group / 2] >> group % 2 * 32);

		if (mask.len)
			buffer_add(&mask, ",%08x", bits);
		else if (bits)
			buffer_add(&mask, "%x", bits);
	}
	if (!mask.len)
		buffer_add_char(&mask, '0');
	return buffer_take(&mask, ret_text);
}

int cpuset_format_mask_like(
	const struct irqkit_cpuset *set, const char *like, char **ret_text)
{
	_cleanup_free_ char *mask = NULL;
	size_t like_len = strlen(like), at, from;
	char *text;
	int r = irqkit_cpuset_format_mask(set, &mask);

	if (r < 0)
		return r;
	at = like_len;
	from = strlen(mask);
	if (from > like_len) {
		*ret_text = TAKE(mask);
		return 0;
	}
	text = strdup(like);
	if (!text)
		return -ENOMEM;
	/* from the right, digit by digit: commas fall on commas */
	while (at-- > 0)
		if (like[at] != ',')
			text[at] = from > 0 ? mask[--from] : '0';
		else if (from > 0)
			from--;
	*ret_text = text;
	return 0;
}
