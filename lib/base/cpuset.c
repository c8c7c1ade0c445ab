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

EXPORT int irqkit_cpuset_format_list(const struct irqkit_cpuset *set, char **ret_text)
{
	struct buffer list = { 0 };
	int cpu = irqkit_cpuset_next(set, -1);

	while (cpu >= 0) {
		int last = cpu;

		while (irqkit_cpuset_has(set, (unsigned int)last + 1))
			last++;
		buffer_add(&list, "%s%d", list.len ? "," : "", cpu);
		if (last > cpu)
			buffer_add(&list, "-%d", last);
		cpu = irqkit_cpuset_next(set, last);
	}
	return buffer_take(&list, ret_text);
}

/* ------------------------------------------------------------------------------- */
/* Masks: 10f and 1,00000000                                                       */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
		return (c | 0x20) - 'a' + 10;
	return -1;
}

/*
 * The digits from @start to @end, the lowest 4 CPUs in the last of them, from CPU
 * @base on.
 */
static int add_digits(struct irqkit_cpuset *set, const char *text, size_t start,
	size_t end, size_t base, size_t *reterr_at)
{
	for (size_t at = end; at-- > start; base += 4) {
		int digit = hex_digit(text[at]);

		for (unsigned int bit = 0; bit < 4; bit++) {
			if (!(digit >> bit & 1))
				continue;
			if (base + bit > IRQKIT_CPU_MAX) {
				*reterr_at = at;
				return -ERANGE;
			}
			if (irqkit_cpuset_add(set, (unsigned int)(base + bit)) < 0)
				return -ENOMEM;
		}
	}
	return 0;
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
	size_t base = 0, end = len;
	int r = check_mask(text, start, len, reterr_at);

	/* from the last group to the first */
	while (r == 0) {
		const char *comma = memrchr(text + start, ',', end - start);
		size_t group = comma ? (size_t)(comma - text) + 1 : start;

		r = add_digits(set, text, group, end, base, reterr_at);
		if (!comma)
			break;
		base += 32;
		end = group - 1;
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
