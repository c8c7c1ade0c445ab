/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * SETs as other tools write them: ff (taskset), node0, cpu3, !0 (numactl), 0-3/2, 0..3.
 * The message has what irqkit calls that; it is never taken for it.
 */
#include "set/set_habit.h"
#include "base/cpuset.h"
#include "base/macros.h"
#include "base/typo.h"
#include "set/set_refuse.h"
#include "set/set_word.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Words whose number other tools write without a colon, or that they call otherwise. */
static const struct {
	const char *typed;
	const char *meant; /* before the number */
} numbered[] = {
	{ "cpu", "" },
	{ "core", "" },
	{ "node", "node:" },
	{ "numa", "node:" },
	{ "package", "package:" },
	{ "socket", "package:" },
	{ "llc", "llc:" },
	{ "siblings", "siblings:" },
	{ "irq", "irq:" },
};

static const struct {
	const char *typed;
	const char *meant;
} words[] = {
	{ "*", "all" },
	{ "any", "all" },
	{ "online", "all" },
	{ "everything", "all" },
	{ "smt", "other-threads" },
	{ "cores", "first-threads" },
	{ "nohz_full", "isolated" },
	{ "nohz", "isolated" },
	{ "isolcpus", "isolated" },
	{ "hk", "housekeeping" },
	{ "pcore", "fast" },
	{ "pcores", "fast" },
	{ "p-core", "fast" },
	{ "p-cores", "fast" },
	{ "performance", "fast" },
	{ "big", "fast" },
	{ "ecore", "slow" },
	{ "ecores", "slow" },
	{ "e-core", "slow" },
	{ "e-cores", "slow" },
	{ "efficiency", "slow" },
	{ "little", "slow" },
};

/* Puts @by in place of the @len bytes at @at in the text; the caller frees it. */
static char *replace(const struct set_part *part, size_t at, size_t len, const char *by)
{
	char *text = NULL;

	if (asprintf(&text, "%s%.*s%s%.*s", part->takes_away ? "^" : "",
		    QUOTE(part->text, at), by,
		    QUOTE(part->text + at + len, part->len - at - len)) < 0)
		return NULL;
	return text;
}

/* Is the rest of the part, of which there is some, numbers and ranges? */
static bool has_only_numbers(const struct set_part *part, size_t at)
{
	if (at >= part->len || part->text[at] < '0' || part->text[at] > '9')
		return false;
	for (; at < part->len; at++)
		if (!memchr("0123456789-:", part->text[at], 12))
			return false;
	return true;
}

const char *set_find_kind(const char *text, size_t len, size_t *ret_len)
{
	for (size_t i = 0; i < LENGTH(numbered); i++) {
		size_t n = strlen(numbered[i].typed);

		if (len < n || strncasecmp(text, numbered[i].typed, n) != 0)
			continue;
		*ret_len = n;
		return numbered[i].meant;
	}
	return NULL;
}

/* "node0", "node=0", "CPU3-5" */
static char *find_numbered(const struct set_part *part)
{
	size_t at;
	const char *meant = set_find_kind(part->text, part->len, &at);

	if (!meant || at == part->len)
		return NULL;
	if (memchr("=-_.:", part->text[at], 5))
		at++;
	/* the word may be right, and the numbers after it wrong */
	if (strlen(meant) == at && strncmp(part->text, meant, at) == 0)
		return NULL;
	return has_only_numbers(part, at) ? replace(part, 0, at, meant) : NULL;
}

/* "nod:0", "first_threads", "ISOLATED": the word before the number, if there is one */
static char *find_typo(const struct set_part *part)
{
	const char *colon = memchr(part->text, ':', part->len);
	size_t len = colon ? (size_t)(colon - part->text) : part->len;

	for (size_t i = 0; irqkit_set_get_word(i); i++) {
		const char *word = irqkit_set_get_word(i);
		_cleanup_free_ char *name = strndup(word, strcspn(word, ":"));

		if (!name || !strchr(word, ':') != !colon ||
			(strlen(name) == len && strncmp(part->text, name, len) == 0))
			continue;
		if (is_typo(part->text, len, name) &&
			(!colon || has_only_numbers(part, len + 1)))
			return replace(part, 0, len, name);
	}
	return NULL;
}

static char *find_word(const struct set_part *part)
{
	for (size_t i = 0; i < LENGTH(words); i++)
		if (strlen(words[i].typed) == part->len &&
			strncasecmp(part->text, words[i].typed, part->len) == 0)
			return replace(part, 0, part->len, words[i].meant);
	return find_typo(part);
}

/* "!0": as the first part it takes away from all. */
static char *find_negation(const struct set_part *part)
{
	if (part->len < 2 || !strchr("!~", part->text[0]))
		return NULL;
	return replace(part, 0, 1, part->at == 0 ? "all,^" : "^");
}

/* "0-3/2", "0..3", "0-3;8", "0 1" */
static char *find_separator(const struct set_part *part)
{
	static const struct {
		const char *typed;
		const char *meant;
	} separators[] = { { "..", "-" }, { "/", ":" }, { ";", "," }, { " ", "," },
		{ "+", "," }, { "|", "," } };

	for (size_t i = 0; i < LENGTH(separators); i++) {
		const char *typed = separators[i].typed;
		const char *found = memmem(part->text, part->len, typed, strlen(typed));

		if (found && found > part->text && found[-1] >= '0' && found[-1] <= '9' &&
			found + strlen(typed) < part->text + part->len)
			return replace(part, (size_t)(found - part->text), strlen(typed),
				separators[i].meant);
	}
	return NULL;
}

/*
 * A list in quotes or brackets, with spaces, with a comma too many, with a dash that a word
 * processor made, or with + before a number: "[0-3]", "0 - 3", "0, 3", "3,". NULL: it is
 * something else.
 */
static char *find_list(const struct set_parse *p)
{
	static const char *const dashes[] = { "\xe2\x80\x90", "\xe2\x80\x91",
		"\xe2\x80\x92", "\xe2\x80\x93", "\xe2\x80\x94", "\xe2\x88\x92", "~" };
	_cleanup_cpuset_ struct irqkit_cpuset *set = NULL;
	_cleanup_free_ char *text = calloc(p->len + 1, 1);
	size_t n = 0;

	for (size_t i = 0; text && i < p->len;) {
		size_t k = 0, len = 1;

		while (k < LENGTH(dashes) &&
			(p->len - i < strlen(dashes[k]) ||
				memcmp(p->text + i, dashes[k], strlen(dashes[k])) != 0))
			k++;
		if (k < LENGTH(dashes)) {
			text[n++] = '-';
			len = strlen(dashes[k]);
		} else if (p->text[i] == ',' && (n == 0 || text[n - 1] == ',')) {
			; /* one is enough */
		} else if (!p->text[i] || !strchr(" \t\n\"'`[](){}+", p->text[i])) {
			text[n++] = p->text[i];
		} else if (n > 0 && text[n - 1] >= '0' && text[n - 1] <= '9' &&
			i + 1 < p->len && p->text[i + 1] >= '0' &&
			p->text[i + 1] <= '9') {
			text[n++] = ','; /* "0 1" */
		}
		i += len;
	}
	if (text && n > 0 && text[n - 1] == ',')
		text[--n] = '\0';
	if (!text || n == 0 || irqkit_cpuset_parse_list(text, n, &set, NULL) < 0)
		return NULL;
	text[n] = '\0';
	return TAKE(text);
}

/*
 * Reads "0b11" as binary and "0o17" as octal, as programming languages do. taskset and the
 * kernel would read "0b11" as hexadecimal. 0: the text is neither.
 */
static int read_prefixed(const char *text, size_t len, struct irqkit_cpuset *set)
{
	unsigned int base = len > 2 && text[0] == '0' ? (unsigned char)text[1] | 0x20 : 0;
	unsigned int bits = base == 'b' ? 1 : base == 'o' ? 3 : 0;

	if (bits == 0)
		return 0;
	for (size_t i = 2; i < len; i++) {
		unsigned int digit = (unsigned int)text[i] - '0';

		if (digit >= 1u << bits)
			return 0;
		for (unsigned int bit = 0; bit < bits; bit++)
			if (digit >> bit & 1 &&
				irqkit_cpuset_add(set,
					(unsigned int)(len - i - 1) * bits + bit) < 0)
				return -ENOMEM;
	}
	return 1;
}

/* The kernel writes 32 CPUs of a mask as 8 digits, and nobody writes a CPU so. */
bool set_is_mask_group(const struct set_part *part)
{
	size_t len = 0;

	while (len < part->len && part->text[len] >= '0' && part->text[len] <= '9')
		len++;
	return len == part->len && len == 8;
}

/* A mask is recognised by letters or groups of 8 digits; a text of other digits means CPUs. */
static int find_mask(struct set_parse *p)
{
	_cleanup_cpuset_ struct irqkit_cpuset *set = NULL, *mask = NULL;
	int r = irqkit_cpuset_new(&set);

	if (r == 0)
		r = read_prefixed(p->text, p->len, set);
	if (r < 0)
		return r;
	if (r == 0 && irqkit_cpuset_parse_mask(p->text, p->len, &mask, NULL) < 0)
		return 0;
	if (irqkit_cpuset_is_empty(mask ? mask : set))
		return 0;
	p->is_mask = true;
	return irqkit_cpuset_format_list(mask ? mask : set, &p->meant);
}

/* The whole SET, with @meant in place of the part and its ^. */
static char *replace_part(
	const struct set_parse *p, const struct set_part *part, const char *meant)
{
	size_t at = part->at - part->takes_away, end = part->at + part->len;
	char *text = NULL;

	if (asprintf(&text, "%.*s%s%.*s", QUOTE(p->text, at), meant,
		    QUOTE(p->text + end, p->len - end)) < 0)
		return NULL;
	return text;
}

int set_find_habit(struct set_parse *p, const struct set_part *part)
{
	static char *(*const finders[])(const struct set_part *) = {
		find_negation,
		find_numbered,
		find_separator,
		find_word,
	};
	const struct set_part whole = { .text = p->text, .len = p->len };
	int r = find_mask(p);

	p->wrong = whole;
	if (r < 0 || p->meant)
		return r;
	p->meant = find_list(p);
	if (p->meant && strlen(p->meant) == p->len &&
		memcmp(p->meant, p->text, p->len) == 0)
		free(TAKE(p->meant));
	for (size_t i = 0; i < LENGTH(finders) && !p->meant; i++) {
		_cleanup_free_ char *meant = finders[i](part);

		if (!meant)
			continue;
		p->wrong = *part;
		p->meant = replace_part(p, part, meant);
		if (!p->meant)
			return -ENOMEM;
	}
	return 0;
}
