/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What comes after the names of other tools:
 *
 *     tuna -q 24 -c 3 -m, tuna move -q 24 -c 3     irqkit set 24 --cpus=3
 *     tuna isolate -c 2-3                          irqkit isolate 2-3
 *     ethtool -l eth0                              irqkit channels eth0
 *     ethtool -L eth0 combined 4                   irqkit channels eth0 --combined=4
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

char *habits_guess_tuna(const char *const *words)
{
	const char *irqs = NULL, *cpus = NULL;
	bool isolates = false;
	_cleanup_free_ char *target = NULL, *set = NULL;
	char *line = NULL;
	int r = -1;

	for (; *words; words++) {
		isolates |= is_option(*words, "isolate", "--isolate");
		if (!words[1])
			break;
		if (is_option(*words, "-q", "--irqs"))
			irqs = words[1];
		else if (is_option(*words, "-c", "--cpus"))
			cpus = words[1];
	}
	set = text_quote(cpus ? cpus : "");
	target = text_quote(irqs ? irqs : "");
	if (!set || !target)
		return NULL;
	if (isolates && cpus)
		r = asprintf(&line, "irqkit isolate %s", set);
	else if (irqs && cpus)
		r = asprintf(&line, "irqkit set %s --cpus=%s", target, set);
	else if (irqs)
		r = asprintf(&line, "irqkit show %s", target);
	return r < 0 ? NULL : line;
}

char *habits_guess_ethtool(const char *const *words)
{
	static const char *const kinds[] = { "combined", "rx", "tx" };
	bool sets = words[0] && is_option(words[0], "-L", "--set-channels");
	_cleanup_free_ char *device = NULL;
	char *line = NULL;

	if (!words[0] || words[0][0] != '-' || !words[1] || words[1][0] == '-')
		return NULL;
	device = text_quote(words[1]);
	if (!device || asprintf(&line, "irqkit channels %s", device) < 0)
		return NULL;
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
