/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The text of a policy file. Whatever it is: each line has words and a number that its file
 * has; a line that is wrong is a mistake with its number; the words of a line, quoted, are
 * the same words again.
 */
#include <string.h>

#include "fuzz.h"
#include "policy/policy.h"

static size_t count_lines(const char *text, size_t len)
{
	size_t n = 1;

	for (size_t i = 0; i < len; i++)
		n += text[i] == '\n';
	return n;
}

static struct irqkit_policies *split(const char *text, size_t len)
{
	struct irqkit_policies *policy;

	HOLDS(irqkit_policies_new(&policy) == 0);
	HOLDS(irqkit_policies_add_text(policy, "f", text, len) == 0);
	return policy;
}

/* Each byte of a word that may mean something is quoted, as text_quote() would. */
static char *quote(const struct policy_line *line)
{
	size_t len = 8;
	char *text, *at;

	for (size_t i = 0; i < line->n_words; i++)
		len += 4 * strlen(line->words[i]) + 4;
	at = text = malloc(len);
	HOLDS(text);
	if (line->is_optional)
		*at++ = '-';
	for (size_t i = 0; i < line->n_words; i++) {
		*at++ = '\'';
		for (const char *p = line->words[i]; *p; p++) {
			if (*p == '\'') {
				memcpy(at, "'\\''", 4);
				at += 4;
			} else {
				*at++ = *p;
			}
		}
		*at++ = '\'';
		*at++ = ' ';
	}
	*at = '\0';
	return text;
}

static void check_line(const struct policy_line *line, size_t n_lines)
{
	char *text;
	struct irqkit_policies *again;

	HOLDS(line->n_words > 0 && !line->words[line->n_words]);
	HOLDS(line->number >= 1 && line->number <= n_lines);
	HOLDS(line->is_optional || line->words[0][0] != '-');
	/* a line that would be empty, or begin with another -, is not one */
	if (!line->words[0][0] || line->words[0][0] == '-')
		return;
	text = quote(line);
	again = split(text, strlen(text));
	HOLDS(again->n_mistakes == 0 && again->n_lines == 1);
	HOLDS(strcmp(again->lines[0].text, line->text) == 0);
	HOLDS(again->lines[0].n_words == line->n_words);
	for (size_t i = 0; i < line->n_words; i++)
		HOLDS(strcmp(again->lines[0].words[i], line->words[i]) == 0);
	irqkit_policies_free(again);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	size_t n_lines = count_lines((const char *)data, len);
	struct irqkit_policies *policy = split((const char *)data, len);

	HOLDS(policy->n_lines + policy->n_mistakes <= n_lines);
	for (size_t i = 0; i < policy->n_lines; i++)
		check_line(&policy->lines[i], n_lines);
	for (size_t i = 0; i < policy->n_mistakes; i++) {
		HOLDS(strncmp(policy->mistakes[i].text, "f:", 2) == 0);
		HOLDS(!policy->mistakes[i].is_failure);
	}
	irqkit_policies_free(policy);
	return 0;
}
