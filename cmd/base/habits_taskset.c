/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The options of taskset, of which -p means a process and -c a list of CPUs:
 *
 *     -p 30 -c 3    as options with values, which they are not in taskset: 30 to CPU 3
 *     -pc 3 30      as taskset has it: CPU 3 for 30; also -cp, -p -c, -c -p
 *     -p ff 30      a mask, for 30
 *     -p 30         where may 30 run?
 *
 * What has a number there is a process. Here, it is an interrupt.
 */
#include "base/basics.h"
#include "base/habits.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

struct taskset {
	bool has_p, has_c;
	const char *p, *c; /* the word after it, or NULL */
	const char *mask; /* of -m */
	const char *others[2]; /* the other words */
	size_t n_others;
};

static bool is_one_of(const char *word, const char *const *names)
{
	for (; *names; names++)
		if (strcmp(word, *names) == 0)
			return true;
	return false;
}

/* The value of "--cpus=3"; NULL: another option. */
static const char *find_value(const char *word, const char *name)
{
	size_t len = strlen(name);

	return strncmp(word, name, len) == 0 && word[len] == '=' ? word + len + 1 : NULL;
}

/* The place for the value of the option; NULL: it has none here. False: unknown. */
static bool read_option(
	struct taskset *taskset, const char *word, const char ***ret_place)
{
	static const char *const ps[] = { "-p", "--pid", NULL };
	static const char *const cs[] = { "-c", "-C", "--cpu-list", "--cpulist", "--cpus",
		"--cpu", NULL };
	static const char *const masks[] = { "-m", "--mask", NULL };
	static const char *const ignored[] = { "-a", "--all-tasks", "-n", "--dry-run",
		"-q", "-v", "--quiet", "--verbose", NULL };
	const char *cpus = find_value(word, "--cpus");

	if (!cpus)
		cpus = find_value(word, "--cpu-list");
	*ret_place = NULL;
	if (is_one_of(word, ps)) {
		taskset->has_p = true;
		*ret_place = &taskset->p;
	} else if (is_one_of(word, cs)) {
		taskset->has_c = true;
		*ret_place = &taskset->c;
	} else if (is_one_of(word, masks)) {
		*ret_place = &taskset->mask;
	} else if (cpus) {
		taskset->has_c = true;
		taskset->c = cpus;
	} else if (find_value(word, "--mask")) {
		taskset->mask = find_value(word, "--mask");
	} else if (word[1] && !word[1 + strspn(word + 1, "apc")]) {
		taskset->has_p |= strchr(word, 'p') != NULL;
		taskset->has_c |= strchr(word, 'c') != NULL;
	} else {
		return is_one_of(word, ignored) || find_value(word, "--root");
	}
	return true;
}

/* False: this is not how taskset is called. */
static bool read_words(struct taskset *taskset, const char *const *words)
{
	const char **place = NULL;

	for (; *words; words++) {
		if (**words == '-') {
			if (!read_option(taskset, *words, &place))
				return false;
			continue;
		}
		if (place)
			*place = *words;
		else if (taskset->n_others < LENGTH(taskset->others))
			taskset->others[taskset->n_others++] = *words;
		else
			return false;
		place = NULL;
	}
	return taskset->has_p;
}

bool habits_is_mask(const char *word)
{
	word += strncmp(word, "0x", 2) == 0 ? 2 : 0;
	return *word && !word[strspn(word, "0123456789abcdefABCDEF,")];
}

/* @cpus and @mask: one of them, or none, which asks where it may be handled */
static char *write_line(const char *target, const char *cpus, const char *mask)
{
	_cleanup_free_ char *quoted = text_quote(target);
	_cleanup_free_ char *value = text_quote(cpus ? cpus : mask ? mask : "");
	char *line = NULL;
	int r;

	if (!quoted || !value)
		return NULL;
	r = cpus || mask ? asprintf(&line, "irqkit set %s --%s=%s", quoted,
				   cpus ? "cpus" : "mask", value)
			 : asprintf(&line, "irqkit show %s", quoted);
	return r < 0 ? NULL : line;
}

char *habits_guess_taskset(const char *const *words)
{
	struct taskset taskset = { 0 };
	const char *given[4];
	size_t n = 0;

	if (!read_words(&taskset, words))
		return NULL;
	/* -p 30 -c 3 */
	if (taskset.p && (taskset.c || taskset.mask))
		return taskset.n_others == 0
			? write_line(taskset.p, taskset.c, taskset.mask)
			: NULL;
	/* the others are flags: CPUs, and for whom */
	if (taskset.c)
		given[n++] = taskset.c;
	if (taskset.p)
		given[n++] = taskset.p;
	for (size_t i = 0; i < taskset.n_others; i++)
		given[n++] = taskset.others[i];
	if (n == 1 && !taskset.c && !taskset.mask)
		return write_line(given[0], NULL, NULL);
	if (n == 1 && taskset.mask)
		return write_line(given[0], NULL, taskset.mask);
	if (n != 2 || taskset.mask)
		return NULL;
	if (taskset.has_c)
		return write_line(given[1], given[0], NULL);
	return habits_is_mask(given[0]) ? write_line(given[1], NULL, given[0]) : NULL;
}
