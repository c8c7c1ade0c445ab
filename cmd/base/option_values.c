/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values of options that popt would accept or not see: none, empty, optional. */
#include "base/option_values.h"
#include "base/basics.h"
#include "base/common_options.h"
#include "base/say.h"

#include <stdio.h>
#include <string.h>

static const struct option *find_name(
	const struct command *command, const char *name, size_t len)
{
	const struct option *option;

	for (size_t i = 0; (option = option_get(command, i)); i++)
		if (strncmp(option->name, name, len) == 0 && option->name[len] == '\0')
			return option;
	return NULL;
}

/*
 * "--json=x": popt before 1.19 silently accepts the value. "--wait=": a variable of a script
 * is empty, which must not mean the same as no value.
 */
static bool check_value(const struct command *command, const char *word, const char *next)
{
	size_t len = strcspn(word, "=");
	const struct option *option = strncmp(word, "--", 2) == 0
		? find_name(command, word + 2, len - 2)
		: NULL;
	const char *value = word[len] ? word + len + 1 : next;

	if (!option)
		return true;
	if (word[len] && !option_takes_text(option->kind))
		say_error("%s: option '%s' takes no value; did you mean '--%s'?",
			command->name, word, option->name);
	else if (value && !*value &&
		(option->kind == OPTION_TEXT_OR_NONE ||
			(word[len] && option->kind == OPTION_OPTIONAL_TEXT)))
		say_error("%s: the value of option '--%s' is empty; to give "
			  "none, write only '--%s'",
			command->name, option->name, option->name);
	else
		return true;
	return false;
}

bool option_values_check(const struct command *command, int argc, const char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (!check_value(command, argv[i], i + 1 < argc ? argv[i + 1] : NULL))
			return false;
	return true;
}

/* The option that @word is, written out and without a value; NULL: another word. */
static const struct option *find_written(const struct option *options, const char *word)
{
	for (const struct option *o = options; o && o->name; o++)
		if (strncmp(word, "--", 2) == 0 && strcmp(word + 2, o->name) == 0)
			return o;
	return NULL;
}

/* Has the option no value? @next: the word after it, or NULL. */
static bool is_without_value(const struct option *option, const char *next)
{
	return option->kind == OPTION_OPTIONAL_TEXT ||
		(option->kind == OPTION_TEXT_OR_NONE && (!next || next[0] == '-'));
}

char **option_values_end(const struct command *command, int argc, const char **argv)
{
	char **ended = calloc((size_t)argc + 1, sizeof(*ended));
	bool is_options = true;

	for (int i = 0; ended && i < argc; i++) {
		const struct option *option;
		int r = 0;

		is_options = is_options && strcmp(argv[i], "--") != 0;
		option = is_options ? find_written(command->options, argv[i]) : NULL;
		if (i == 0) /* as help and popt's own messages have it */
			r = asprintf(&ended[i], "irqkit %s", command->name);
		else if (option &&
			is_without_value(option, i + 1 < argc ? argv[i + 1] : NULL))
			r = asprintf(&ended[i], "%s=", argv[i]);
		else
			ended[i] = strdup(argv[i]);
		if (r < 0)
			ended[i] = NULL;
	}
	return ended;
}
