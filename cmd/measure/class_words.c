/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The classes of findings, as words. */
#include "measure/class_words.h"
#include "base/basics.h"

#include <string.h>

static const char *const class_words[] = {
	[IRQKIT_CLASS_INFO] = "info",
	[IRQKIT_CLASS_LOW] = "low",
	[IRQKIT_CLASS_MEDIUM] = "medium",
	[IRQKIT_CLASS_HIGH] = "high",
	[IRQKIT_CLASS_BROKEN] = "broken",
};

const char *class_word(enum irqkit_class class)
{
	return class_words[class];
}

bool class_read(const char *word, enum irqkit_class *ret_class)
{
	for (size_t i = 0; i < LENGTH(class_words); i++)
		if (strcmp(class_words[i], word) == 0) {
			*ret_class = (enum irqkit_class)i;
			return true;
		}
	return false;
}
