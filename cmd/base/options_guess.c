/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an option that the command does not have may mean. */
#include "base/alike.h"
#include "base/basics.h"
#include "base/common_options.h"
#include "base/habits.h"
#include "base/options.h"
#include "base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static bool has_letter(const struct command *command, char letter)
{
	const struct option *option;

	for (size_t i = 0; (option = option_get(command, i)); i++)
		if (option->letter == letter)
			return true;
	return false;
}

static char *complete_hint(
	const struct command *command, const char *hint, const char *value)
{
	size_t len = strlen(hint), end = len;
	char *text = NULL;
	int r;

	while (end > 0 && hint[end - 1] >= 'A' && hint[end - 1] <= 'Z')
		end--;
	if (end == len || !value ||
		(strcmp(hint, "--mask=HEX") == 0 && !habits_is_mask(value)))
		value = hint + end;
	if (strncmp(hint, "irqkit %s", 9) == 0)
		r = asprintf(&text, "irqkit %s%.*s%s", command->name, (int)(end - 9),
			hint + 9, value);
	else
		r = asprintf(&text, "%.*s%s", (int)end, hint, value);
	return r < 0 ? NULL : text;
}

/* "--cpus" for "--cpu", with the value of the mistyped option; NULL: nothing is like it. */
static char *find_alike(const struct command *command, const char *option)
{
	struct alike alike = { .word = option + 2, .len = strcspn(option + 2, "=") };
	const char *value = option + 2 + alike.len;
	const struct option *known;
	char *text = NULL;
	size_t n;

	if (alike.len == 0)
		return NULL;
	for (size_t i = 0; (known = option_get(command, i)); i++)
		alike_offer(&alike, known->name);
	n = alike_count(&alike);
	if (n == 0 ||
		asprintf(&text, "--%s%s%s%s%s", alike.names[0], value,
			n > 1 ? "' or '--" : "", n > 1 ? alike.names[1] : "",
			n > 1 ? value : "") < 0)
		return NULL;
	return text;
}

/* A hint is of use only where the command has the option. */
static const char *find_habit(const struct command *command, const char *option)
{
	const char *hint;
	size_t next = 0;

	while ((hint = habits_next_option(command->name, option, &next)))
		if (strncmp(hint, "--", 2) != 0 ||
			option_exists(command, hint + 2, strcspn(hint + 2, "=")))
			break;
	return hint;
}

#define REST " ..."

static bool has_rest(const char *hint)
{
	size_t len = hint ? strlen(hint) : 0;

	return len > strlen(REST) && strcmp(hint + len - strlen(REST), REST) == 0;
}

/* Appends a word of a command line; false: no memory. */
static bool add_word(char **line, const char *word)
{
	_cleanup_free_ char *quoted = text_quote(word);

	return quoted && text_join(line, " ", quoted);
}

/* "irqkit %s -o +driver ...": without the mark of the rest */
static char *fill_rest(const struct command *command, const char *hint)
{
	size_t len = strlen(hint) - strlen(REST) - strlen("irqkit %s");
	char *line = NULL;

	return asprintf(&line, "irqkit %s%.*s", command->name, (int)len,
		       hint + strlen("irqkit %s")) < 0
		? NULL
		: line;
}

char *options_guess_line(
	const struct command *command, const char *option, char *const *words)
{
	char *line = NULL;
	bool is_option = true;

	const char *hint = find_habit(command, option);

	if (!has_rest(hint) || !(line = fill_rest(command, hint)))
		return NULL;
	for (size_t i = 1; words[i]; i++) {
		is_option &= strcmp(words[i], "--") != 0;
		if (is_option && strcmp(words[i], option) == 0)
			continue;
		/* other suggestions have no --root either */
		if (is_option && strncmp(words[i], "--root", 6) == 0) {
			i += !words[i][6] && words[i + 1];
			continue;
		}
		if (!add_word(&line, words[i])) {
			free(line);
			return NULL;
		}
	}
	return line;
}

char *options_guess(const struct command *command, const char *option, const char *next)
{
	const char *hint = find_habit(command, option);
	const char *value = strchr(option, '=');
	char *text = NULL;

	if (has_rest(hint))
		return fill_rest(command, hint);
	if (hint) {
		if (!value && next && next[0] != '-')
			value = next;
		else if (value)
			value++;
		return complete_hint(command, hint, value);
	}
	if (strncmp(option, "--", 2) == 0)
		return find_alike(command, option);
	/* -J for -j */
	if (option[1] && !option[2] && isalpha((unsigned char)option[1]) &&
		has_letter(command, option[1] ^ ' ') &&
		asprintf(&text, "-%c", option[1] ^ ' ') < 0)
		return NULL;
	return text;
}
