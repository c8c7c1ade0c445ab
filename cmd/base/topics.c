/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The manual pages that are not about a command, and the words that ask for them.
 *
 * To add one: a line below, and a line in test/golden/help-topics.test.
 */
#include "base/topics.h"
#include "base/basics.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct {
	const char *page, *section, *what;
	const char *words; /* other words that ask for the page; separated by spaces */
} topics[] = {
	{ "irqkit", "8", "TARGETs, SETs, options and exit statuses",
		"target targets set-language sets cpus words options exit status "
		"environment "
		"files" },
	{ "irqkit-cookbook", "7", "what to do on typical machines",
		"cookbook recipe recipes example examples howto tutorial guide" },
	{ "irqkit.conf", "5", "policy files",
		"conf config configuration policies policy-file policy-files "
		"irqkit.d" },
	{ "irqkit-json", "5", "what --json prints", "json schema jq" },
	{ "libirqkit", "3", "the C library", "lib library api irqkit.h c" },
};

static bool has_word(const char *words, const char *word)
{
	size_t len = strlen(word);

	for (; *words; words += strcspn(words, " "), words += strspn(words, " "))
		if (strcspn(words, " ") == len && strncasecmp(words, word, len) == 0)
			return true;
	return false;
}

bool topics_print(const char *word)
{
	for (size_t i = 0; i < LENGTH(topics); i++) {
		if (strcasecmp(topics[i].page, word) != 0 &&
			!has_word(topics[i].words, word))
			continue;
		printf("%s(%s) describes %s: read it with 'man %s %s'.\n", topics[i].page,
			topics[i].section, topics[i].what, topics[i].section,
			topics[i].page);
		return true;
	}
	return false;
}
