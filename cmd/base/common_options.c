/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of every command. */
#include "base/common_options.h"
#include "base/basics.h"

#include <stdio.h>
#include <string.h>

const struct option common_options[] = {
	{ "root", 0, OPTION_TEXT, offsetof(struct common, root), "DIR",
		"use the saved /proc and /sys in DIR" },
	{ "json", 'j', OPTION_FLAG, offsetof(struct common, is_json), NULL,
		"write JSON; see irqkit-json(5)" },
	{ "verbose", 'v', OPTION_COUNT, offsetof(struct common, verbosity), NULL,
		"show more detail" },
	{ "quiet", 'q', OPTION_FLAG, offsetof(struct common, is_quiet), NULL,
		"no warnings, remarks or table of an applied change" },
	{ 0 },
};

const struct option answered_options[] = {
	[ANSWERED_COLOR] = { "color", 0, OPTION_TEXT, 0, "WHEN",
		"colour: auto, always or never" },
	[ANSWERED_HELP] = { "help", 'h', OPTION_FLAG, 0, NULL, "print this help" },
	[ANSWERED_VERSION] = { "version", 'V', OPTION_FLAG, 0, NULL,
		"print the version" },
	[N_ANSWERED] = { 0 },
};

bool option_takes_text(enum option_kind kind)
{
	return kind == OPTION_TEXT || kind == OPTION_OPTIONAL_TEXT ||
		kind == OPTION_TEXT_OR_NONE;
}

bool option_is_lacking(const struct command *command, const char *name)
{
	return command && command->lacks && strcmp(command->lacks, name) == 0;
}

const struct option *option_get(const struct command *command, size_t n)
{
	const struct option *const tables[] = { command ? command->options : NULL,
		common_options, answered_options };

	for (size_t i = 0; i < LENGTH(tables); i++)
		for (const struct option *o = tables[i]; o && o->name; o++)
			if (!option_is_lacking(command, o->name) && n-- == 0)
				return o;
	return NULL;
}

static bool has_name(const struct option *option, const char *name, size_t len)
{
	return strlen(option->name) == len && strncmp(option->name, name, len) == 0;
}

bool option_exists(const struct command *command, const char *name, size_t len)
{
	const struct option *option;

	for (size_t i = 0; (option = option_get(command, i)); i++)
		if (has_name(option, name, len))
			return true;
	return false;
}

static void print_option(const struct option *o)
{
	char option[40];

	snprintf(option, sizeof(option), "%s--%s%s%s", o->letter ? ", " : "  ", o->name,
		o->arg ? "=" : "", o->arg ? o->arg : "");
	printf("  %c%c%-19s %s\n", o->letter ? '-' : ' ', o->letter ? o->letter : ' ',
		option, o->help);
}

void options_print_common(void)
{
	const struct option *option;

	for (size_t i = 0; (option = option_get(NULL, i)); i++)
		print_option(option);
}

int options_count_leading(const char *word)
{
	static const char letters[] = "jvqnhV";
	const struct option *option;

	if (word[0] != '-' || !word[1])
		return 0;
	if (word[1] != '-')
		return !word[1 + strspn(word + 1, letters)];
	for (size_t i = 0; (option = option_get(NULL, i)); i++)
		if (has_name(option, word + 2, strcspn(word + 2, "=")))
			return option_takes_text(option->kind) && !strchr(word, '=') ? 2
										     : 1;
	return strcmp(word, "--dry-run") == 0;
}
