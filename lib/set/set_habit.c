/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * SETs as other tools write them: ff (taskset), node0, cpu3, !0 (numactl), 0-3/2, 0..3.
 * The message has what irqkit calls that; it is never taken for it.
 */
#include "set/set_habit.h"
#include "base/cpuset.h"
#include "base/macros.h"
#include "set/set_refuse.h"
#include "set/set_word.h"

#include <errno.h>
#include <stdio.h>
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

static char *find_word(const struct set_part *part)
{
	for (size_t i = 0; i < LENGTH(words); i++)
		if (strlen(words[i].typed) == part->len &&
			strncasecmp(part->text, words[i].typed, part->len) == 0)
			return replace(part, 0, part->len, words[i].meant);
	/* in capitals */
	for (size_t i = 0; irqkit_set_get_word(i); i++)
		if (strlen(irqkit_set_get_word(i)) == part->len &&
			strncasecmp(part->text, irqkit_set_get_word(i), part->len) == 0)
			return replace(part, 0, part->len, irqkit_set_get_word(i));
	return NULL;
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

/* A mask is recognised by the letters in it; a text of only digits means CPUs. */
static int refuse_mask(struct set_parse *p)
{
	_cleanup_cpuset_ struct irqkit_cpuset *set = NULL;
	_cleanup_free_ char *list = NULL;

	if (irqkit_cpuset_parse_mask(p->text, p->len, &set, NULL) < 0 ||
		irqkit_cpuset_is_empty(set))
		return 0;
	if (irqkit_cpuset_format_list(set, &list) < 0)
		return -ENOMEM;
	return set_refuse(p, -EINVAL, 0,
		"'%.*s' is a mask, not a set of CPUs; did you mean '%s'?",
		QUOTE(p->text, p->len), list);
}

int set_refuse_habit(struct set_parse *p, const struct set_part *part)
{
	static char *(*const finders[])(const struct set_part *) = {
		find_negation,
		find_numbered,
		find_separator,
		find_word,
	};
	_cleanup_free_ char *meant = NULL;
	int r = refuse_mask(p);

	if (r < 0)
		return r;
	for (size_t i = 0; i < LENGTH(finders) && !meant; i++)
		meant = finders[i](part);
	return meant ? set_refuse(p, -EINVAL, part->at,
			       "'%.*s' is not a set of CPUs; did you mean '%s'?",
			       QUOTE(part->text, part->len), meant)
		     : 0;
}
