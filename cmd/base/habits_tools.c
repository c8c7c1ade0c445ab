/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What comes after the names of other tools, or, if it begins with an option, without the name:
 *
 *     tuna -q 24 -c 3 -m, tuna move -q 24 -c 3     irqkit set 24 --cpus=3
 *     tuna isolate -c 2-3                          irqkit isolate 2-3
 *     tuna spread -q eth0 -c 0-3                   irqkit spread eth0 --cpus=0-3
 *     tuna include -c 2-3                          irqkit undo
 *     ethtool -l eth0                              irqkit channels eth0
 *     ethtool -L eth0 combined 4                   irqkit channels eth0 --combined=4
 *     ethtool -X eth0 equal 2                      irqkit channels eth0 --rss=2
 *     ethtool -S eth0, ethtool -i eth0             irqkit show eth0 --queues
 */
#include "base/basics.h"
#include "base/habits.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

static bool is_option(const char *word, const char *short_name, const char *long_name)
{
	return strcmp(word, short_name) == 0 || strcmp(word, long_name) == 0;
}

/* The value of an option, "-q 24", "--irqs 24" or "--irqs=24"; or NULL. */
static const char *value_of(
	const char *const *words, const char *short_name, const char *long_name)
{
	size_t len = strlen(long_name);

	if (strncmp(*words, long_name, len) == 0 && (*words)[len] == '=')
		return *words + len + 1;
	return is_option(*words, short_name, long_name) ? words[1] : NULL;
}

char *habits_guess_options(const char *const *words)
{
	static const char *const ethtool[] = { "-l", "-L", "-x", "-X", "-S", "-i",
		"--show-channels", "--set-channels", "--show-rxfh-indir",
		"--set-rxfh-indir", "--statistics", "--driver" };
	char *line = habits_guess_taskset(words);

	for (size_t i = 0; i < LENGTH(ethtool) && !line; i++)
		if (strcmp(words[0], ethtool[i]) == 0)
			line = habits_guess_ethtool(words);
	return line ? line : habits_guess_tuna(words);
}

char *habits_guess_tuna(const char *const *words)
{
	const char *irqs = NULL, *cpus = NULL, *value;
	bool isolates = false, spreads = false;
	_cleanup_free_ char *target = NULL, *set = NULL;
	char *line = NULL;
	int r = -1;

	if (*words && is_option(*words, "include", "--include"))
		return strdup("irqkit undo");
	if (*words &&
		(is_option(*words, "show_irqs", "--show_irqs") ||
			strcmp(*words, "-Q") == 0))
		return strdup("irqkit show");
	for (; *words; words++) {
		isolates |= is_option(*words, "isolate", "--isolate");
		spreads |= is_option(*words, "spread", "--spread");
		if ((value = value_of(words, "-q", "--irqs")))
			irqs = value;
		else if ((value = value_of(words, "-c", "--cpus")))
			cpus = value;
	}
	set = text_quote(cpus ? cpus : "");
	target = text_quote(irqs ? irqs : "");
	if (!set || !target)
		return NULL;
	if (isolates && cpus)
		r = asprintf(&line, "irqkit isolate %s", set);
	else if (spreads && irqs && cpus)
		r = asprintf(&line, "irqkit spread %s --cpus=%s", target, set);
	else if (irqs && cpus)
		r = asprintf(&line, "irqkit set %s --cpus=%s", target, set);
	else if (irqs)
		r = asprintf(&line, "irqkit show %s", target);
	return r < 0 ? NULL : line;
}

static char *follow_channels(const char *device)
{
	_cleanup_free_ char *word = text_quote(device);
	char *line = NULL;

	return word && asprintf(&line, "irqkit channels %s", word) >= 0 ? line : NULL;
}

/* Takes @line over. */
static char *add_rss(char *line, const char *count)
{
	_cleanup_free_ char *before = line, *number = text_quote(count);
	char *longer = NULL;

	return number && asprintf(&longer, "%s --rss=%s", before, number) >= 0 ? longer
									       : NULL;
}

char *habits_guess_ethtool(const char *const *words)
{
	static const char *const kinds[] = { "combined", "rx", "tx" };
	bool sets = words[0] && is_option(words[0], "-L", "--set-channels");
	_cleanup_free_ char *device = NULL;
	char *line = NULL;

	/* "ethtool eth0" */
	if (words[0] && words[0][0] != '-' && !words[1])
		return follow_channels(words[0]);
	if (!words[0] || words[0][0] != '-' || !words[1] || words[1][0] == '-')
		return NULL;
	device = text_quote(words[1]);
	if (!device)
		return NULL;
	if (is_option(words[0], "-S", "--statistics") ||
		is_option(words[0], "-i", "--driver"))
		return asprintf(&line, "irqkit show %s --queues", device) < 0 ? NULL
									      : line;
	if (asprintf(&line, "irqkit channels %s", device) < 0)
		return NULL;
	if (is_option(words[0], "-X", "--set-rxfh-indir") && words[2] &&
		strcmp(words[2], "equal") == 0 && words[3])
		return add_rss(line, words[3]);
	for (words += 2; sets && line && words[0] && words[1]; words += 2) {
		_cleanup_free_ char *before = line, *count = text_quote(words[1]);
		size_t i = 0;

		line = NULL;
		while (i < LENGTH(kinds) && strcmp(words[0], kinds[i]) != 0)
			i++;
		if (i == LENGTH(kinds) || !count ||
			asprintf(&line, "%s --%s=%s", before, kinds[i], count) < 0)
			return NULL;
	}
	return line;
}
