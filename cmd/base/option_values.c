/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values of options that popt would accept or not see: none, empty, optional. */
#include "base/option_values.h"
#include "base/alike.h"
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
	else if (value && !*value && strcmp(option->name, "root") == 0)
		say_error("%s: option '--root' needs a directory", command->name);
	else
		return true;
	return false;
}

/* Is the word an option of the command, written out, with or without a value? */
static const struct option *find_option(const struct command *command, const char *word)
{
	const struct option *option;

	if (strncmp(word, "--", 2) == 0)
		return find_name(command, word + 2, strcspn(word + 2, "="));
	for (size_t i = 0; (option = option_get(command, i)); i++)
		if (word[0] == '-' && option->letter && word[1] == option->letter &&
			!word[2])
			return option;
	return NULL;
}

/*
 * `--cpus -n`: popt would take -n for the value, and the change would be made. 1: the next
 * word is the value.
 */
static int check_next(const struct command *command, const char *word, const char *next)
{
	const struct option *option = strchr(word, '=') ? NULL
							: find_option(command, word);

	if (!option || option->kind != OPTION_TEXT || !next)
		return 0;
	if (!find_option(command, next))
		return 1;
	say_error("%s: option '%s' needs a value, but the option '%s' follows",
		command->name, word, next);
	return -1;
}

bool option_values_check(const struct command *command, int argc, const char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		const char *next = i + 1 < argc ? argv[i + 1] : NULL;
		int skip = check_next(command, argv[i], next);

		if (skip < 0 || !check_value(command, argv[i], next))
			return false;
		i += skip;
	}
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

void say_bad_value(const char *option, const char *takes, const char *value,
	const char *const *words)
{
	struct alike alike = { .word = value, .len = strcspn(value, "=") };

	for (; alike.len > 0 && *words; words++)
		alike_offer(&alike, *words);
	if (alike_count(&alike) == 1)
		say_error("%s takes %s, not '%s'; did you mean '%s=%s%s'?", option, takes,
			value, option, alike.names[0], value + alike.len);
	else
		say_error("%s takes %s, not '%s'", option, takes, value);
}
