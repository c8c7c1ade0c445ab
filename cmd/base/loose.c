/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers that follow an option after a space. */
#include "base/loose.h"
#include "base/common_options.h"
#include "base/say.h"

#include <string.h>

static bool is_number(const char *word)
{
	return word && *word >= '0' && *word <= '9' &&
		!word[strspn(word, "0123456789-,")];
}

/* The kind of an option that is written out as a word of its own; OPTION_FLAG: no value. */
static enum option_kind kind_of(const struct command *command, const char *word)
{
	bool is_long = strncmp(word, "--", 2) == 0;

	for (const struct option *o = command->options; o && o->name; o++)
		if (is_long ? strcmp(o->name, word + 2) == 0
			    : word[0] == '-' && o->letter && word[1] == o->letter &&
					!word[2])
			return o->kind;
	if (is_long && (strcmp(word, "--root") == 0 || strcmp(word, "--color") == 0))
		return OPTION_TEXT;
	return OPTION_FLAG;
}

void loose_find(const struct command *command, int argc, const char **argv,
	struct loose *ret_loose)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		enum option_kind kind = kind_of(command, argv[i]);
		int first = kind == OPTION_OPTIONAL_TEXT ? i + 1 : i + 2, end = first;

		if (!option_takes_text(kind))
			continue;
		/* the value of --root is no SET */
		while (end < argc && strncmp(argv[i], "--root", 6) != 0 &&
			is_number(argv[end]))
			end++;
		if (end > first) {
			*ret_loose = (struct loose){
				.option = argv[i],
				.value = kind == OPTION_TEXT ? argv[i + 1] : NULL,
				.words = argv + first,
				.n_words = (size_t)(end - first),
			};
			return;
		}
		i = first - 1;
	}
}

/* The number of `--wait 5` is taken for a TARGET only if the command needs one. */
bool loose_check(const struct call *call)
{
	const struct loose *loose = &call->loose;
	const char *args = call->command->args;
	bool needs_words = args[strlen(args) - 1] != ']'; /* not "[TARGET...]" */

	if (!loose->option || loose->value || (needs_words && call->n_words == 1))
		return true;
	say_error("'%s %s' is ambiguous: write '%s=%s', or '%s %s' if %s is not the "
		  "value of %s",
		loose->option, loose->words[0], loose->option, loose->words[0],
		loose->words[0], loose->option, loose->words[0], loose->option);
	return false;
}
