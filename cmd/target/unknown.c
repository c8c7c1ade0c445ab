/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `irqkit eth0`, `irqkit shwo`, `irqkit list`: what may be meant. Nothing is run. */
#include "target/unknown.h"
#include "base/alike.h"
#include "base/basics.h"
#include "base/habits.h"
#include "base/options.h"
#include "base/say.h"
#include "base/suggest.h"
#include "base/text.h"
#include "measure/open_machine.h"

#include <stdio.h>
#include <string.h>

static const struct command *find_command(
	const struct command *const *commands, const char *name)
{
	for (size_t i = 0; commands[i]; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

/* Does @word name interrupts of the machine that @call is about? */
static bool selects(const struct call *call, const char *word)
{
	struct irqkit_ctx *ctx = NULL;
	struct irqkit_machine *machine = NULL;
	struct irqkit_selection *selection = NULL;
	bool is_selected = irqkit_ctx_new(call->common.root, &ctx) == 0 &&
		irqkit_machine_new(ctx, &machine, NULL, NULL) == 0 &&
		irqkit_machine_select(
			machine, &word, 1, IRQKIT_SELECT_NAMED, &selection, NULL) == 0;

	irqkit_selection_free(selection);
	irqkit_machine_free(machine);
	irqkit_ctx_free(ctx);
	return is_selected;
}

/* The options before the command may name a root. */
static bool is_target(const char *word, const char *const *leading, size_t n_leading,
	const struct command *show)
{
	const char **argv = calloc(n_leading + 2, sizeof(*argv));
	enum status status = STATUS_DONE;
	struct call call;
	bool result;

	if (!argv)
		return false;
	argv[0] = show->name;
	for (size_t i = 0; i < n_leading; i++)
		argv[i + 1] = leading[i];
	result = options_parse(show, (int)n_leading + 1, argv, &call, &status) &&
		selects(&call, word);
	options_free(&call);
	free(argv);
	return result;
}

static bool is_cpus_option(const char *word)
{
	return strncmp(word, "--cpus", 6) == 0 || strncmp(word, "--mask", 6) == 0 ||
		strcmp(word, "-C") == 0 || strcmp(word, "-m") == 0;
}

/* `irqkit 37 3`, `irqkit 37=3` */
static char *guess_numbers(const char *const *words)
{
	static const char digits[] = "0123456789-,";
	size_t len = strspn(words[0], digits);
	const char *cpus = words[0][len] == '=' ? words[0] + len + 1 : words[1];
	char *text = NULL;

	if (len == 0 || (words[0][len] && words[0][len] != '=') || !cpus || !*cpus ||
		cpus[strspn(cpus, digits)])
		return NULL;
	if (asprintf(&text, "irqkit set %.*s --cpus=%s", (int)len, words[0], cpus) < 0)
		return NULL;
	return text;
}

/* With the words that follow: "irqkit show eth0", "irqkit set eth0 --cpus=3" */
static char *guess_target(const char *const *words)
{
	char *text = guess_numbers(words);
	bool is_set = false;

	if (text)
		return text;
	for (size_t i = 1; words[i]; i++)
		is_set = is_set || is_cpus_option(words[i]);
	if (!text_join(&text, "", is_set ? "irqkit set" : "irqkit show"))
		return NULL;
	for (size_t i = 0; words[i] && text; i++) {
		_cleanup_free_ char *word = text_quote(words[i]);

		if (!word || !text_join(&text, " ", word))
			return NULL;
	}
	return text;
}

static char *guess_name(const char *word, const struct command *const *commands)
{
	struct alike alike = { .word = word };
	char *text = NULL;

	for (size_t i = 0; commands[i]; i++)
		alike_offer(&alike, commands[i]->name);
	alike_offer(&alike, "help");
	for (size_t i = 0; i < alike_count(&alike); i++)
		if (!text_join(&text, "' or '", alike.names[i]))
			return NULL;
	return text;
}

void say_unknown_command(const char *const *words, const char *const *leading,
	size_t n_leading, const struct command *const *commands)
{
	const struct command *show = find_command(commands, "show");
	const char *root = suggest_find_root(words);
	const char *const after[] = { "--root", root };
	_cleanup_free_ const char **plain = suggest_leave_root_out(words);
	_cleanup_free_ char *guess = plain ? habits_guess_command(plain) : NULL;

	if (!guess && plain)
		guess = guess_numbers(plain);
	if (!guess && plain && show &&
		(root ? is_target(plain[0], after, LENGTH(after), show)
		      : is_target(plain[0], leading, n_leading, show)))
		guess = guess_target(plain);
	if (!guess)
		guess = guess_name(words[0], commands);
	if (!root && n_leading > 0)
		root = suggest_find_root(leading);
	if (guess)
		say_suggestion(root, guess, "unknown command '%s'", words[0]);
	else
		say_error("unknown command '%s': 'irqkit --help' lists the commands",
			words[0]);
}
