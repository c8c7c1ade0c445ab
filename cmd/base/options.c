/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Command lines. The only file that uses popt.
 *
 * Aliases from popt's own files (/etc/popt, ~/.popt) are not read: such a file can name
 * programs to run instead, which a tool that runs as root should not do.
 */
#include "base/options.h"
#include "base/basics.h"
#include "base/common_options.h"
#include "base/habits.h"
#include "base/loose.h"
#include "base/option_values.h"
#include "base/say.h"
#include "base/suggest.h"
#include "base/text.h"

#include <popt.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define MAX_OPTIONS 32
#define HELP_WIDTH 78

/* What popt returns for an option: one of these, and its place in its table. */
enum { VALUE_ANSWERED = 1, VALUE_COMMON = 100, VALUE_OWN = 200 };

/* POPT_ARGFLAG_OPTIONAL for the sake of --help: see option_values_end() */
static unsigned int arg_info(enum option_kind kind)
{
	if (!option_takes_text(kind))
		return POPT_ARG_NONE;
	return POPT_ARG_STRING |
		(kind == OPTION_OPTIONAL_TEXT ? POPT_ARGFLAG_OPTIONAL : 0);
}

static void add_options(struct poptOption *table, size_t *n, const struct option *options,
	int first_value)
{
	for (size_t i = 0; options && options[i].name; i++)
		table[(*n)++] = (struct poptOption){
			.longName = options[i].name,
			.shortName = options[i].letter,
			.argInfo = arg_info(options[i].kind),
			.val = first_value + (int)i,
			.descrip = options[i].help,
			.argDescrip = options[i].arg,
		};
}

static void hide_lacking(const struct command *command, struct poptOption *common)
{
	for (; common->longName; common++)
		if (option_is_lacking(command, common->longName))
			common->argInfo |= POPT_ARGFLAG_DOC_HIDDEN;
}

static void build_table(const struct command *command, struct poptOption *table,
	struct poptOption *common)
{
	size_t n = 0, n_common = 0;

	add_options(table, &n, command->options, VALUE_OWN);
	add_options(common, &n_common, common_options, VALUE_COMMON);
	add_options(common, &n_common, answered_options, VALUE_ANSWERED);
	common[n_common] = (struct poptOption)POPT_TABLEEND;
	hide_lacking(command, common);

	table[n++] = (struct poptOption){
		.argInfo = POPT_ARG_INCLUDE_TABLE,
		.arg = common,
		.descrip = "Options of every command:",
	};
	table[n] = (struct poptOption)POPT_TABLEEND;
}

/* Owns the text that it stores: options_free() ends it. */
static void store(const struct option *option, void *state, char *text)
{
	char *place = (char *)state + option->offset;

	switch (option->kind) {
	case OPTION_FLAG:
		*(bool *)place = true;
		break;
	case OPTION_COUNT:
		++*(int *)place;
		break;
	case OPTION_TEXT:
	case OPTION_OPTIONAL_TEXT:
	case OPTION_TEXT_OR_NONE:
		free(*(char **)place);
		*(char **)place = text;
		break;
	}
}

static bool store_color(struct common *common, const char *word)
{
	static const char *const words[] = {
		[COLOR_AUTO] = "auto",
		[COLOR_ALWAYS] = "always",
		[COLOR_NEVER] = "never",
		NULL,
	};

	for (size_t i = 0; words[i]; i++) {
		if (strcmp(word, words[i]) == 0) {
			common->color = (enum color)i;
			return true;
		}
	}
	say_bad_value("--color", "auto, always or never", word, words);
	return false;
}

static bool takes_set(const struct command *command)
{
	for (const struct option *o = command->options; o && o->name; o++)
		if (o->arg && strcmp(o->arg, "SET") == 0)
			return true;
	return strstr(command->args, "SET") != NULL;
}

/* The words are the library's, which reads them. */
static void print_set_help(void)
{
	const char *word;
	size_t width = 0;

	printf("A SET is CPU numbers (0-3,8; 0-15:2 is every second one), words, or "
	       "both;\n"
	       "^ takes CPUs away, as in all,^0. irqkit(8) explains the words:\n");
	for (size_t i = 0; (word = irqkit_set_get_word(i)); i++) {
		const char *before = i == 0 ? "" : " ";

		if (width + strlen(word) > HELP_WIDTH) {
			before = "\n";
			width = 0;
		}
		width += strlen(before) + strlen(word);
		printf("%s%s", before, word);
	}
	printf("\n\n");
}

static void print_help(const struct command *command, poptContext con)
{
	text_use_locale();
	poptSetOtherOptionHelp(con, command->args);
	poptPrintHelp(con, stdout, 0);
	printf("\n");
	if (takes_set(command))
		print_set_help();
	printf("%s", command->more ? command->more : "");
	if (command->print_columns)
		command->print_columns();
}

/* ------------------------------------------------------------------------------- */
/* Mistakes                                                                        */

/* The word after @option; NULL: it is the last. */
static const char *find_next(char *const *words, const char *option)
{
	for (size_t i = 0; words[i]; i++)
		if (strcmp(words[i], option) == 0)
			return words[i + 1];
	return NULL;
}

/* "-L eth0 combined 4", or "eth0 -L combined 4" */
static char *guess_channels(const char *option, const char *const *words)
{
	_cleanup_free_ const char **plain = suggest_leave_root_out(words);

	if (plain && plain[0] && plain[1] && strcmp(plain[1], option) == 0) {
		plain[1] = plain[0];
		plain[0] = option;
	}
	return plain ? habits_guess_ethtool(plain) : NULL;
}

static void say_unknown(
	const struct command *command, const char *option, char *const *words)
{
	bool is_set = strcmp(command->name, "set") == 0;
	_cleanup_free_ char *guess = is_set
		? habits_guess_taskset((const char *const *)words + 1)
		: NULL;

	if (!guess && strcmp(command->name, "channels") == 0 &&
		(strcasecmp(option, "-l") == 0 || strcmp(option, "--set-channels") == 0))
		guess = guess_channels(option, (const char *const *)words + 1);
	if (!guess)
		guess = options_guess_line(command, option, words);
	if (!guess)
		guess = options_guess(command, option, find_next(words, option));
	if (guess)
		say_suggestion(suggest_find_root((const char *const *)words), guess,
			"%s has no option '%s'", command->name, option);
	else
		say_error("%s has no option '%s': 'irqkit %s --help' lists its options",
			command->name, option, command->name);
}

static void say_mistake(
	const struct command *command, poptContext con, char *const *words, int error)
{
	const char *option = poptBadOption(con, POPT_BADOPTION_NOALIAS);

	/* popt had no memory for it */
	if (!option)
		say_no_memory();
	else if (error == POPT_ERROR_NOARG)
		say_error("%s: option '%s' needs a value", command->name, option);
	else if (error == POPT_ERROR_BADOPT)
		say_unknown(command, option, words);
	else
		say_error("%s: option '%s': %s", command->name, option,
			poptStrerror(error));
}

/* ------------------------------------------------------------------------------- */

/* Those that have no meaning for one line of many, and who has the option instead. */
static const struct {
	const char *name;
	bool is_of_apply;
} refused_in_line[] = {
	{ "root", true },
	{ "json", true },
	{ "dry-run", true },
	{ "script", true },
	{ "keep-going", true },
	{ "ban", true },
	{ "no-ban", true },
	{ "wait", true },
	{ "verify", false },
	{ "revert-if-worse", false },
	{ "check", false },
	{ "for", false },
	{ "help", false },
	{ "version", false },
};

static const char *name_of(int value, const struct command *command)
{
	if (value >= VALUE_OWN)
		return command->options[value - VALUE_OWN].name;
	if (value >= VALUE_COMMON)
		return common_options[value - VALUE_COMMON].name;
	return answered_options[value - VALUE_ANSWERED].name;
}

/* May a line of a policy file have the option? If not, says so. */
static bool check_in_line(int value, const struct command *command)
{
	const char *name = name_of(value, command);

	for (size_t i = 0; i < LENGTH(refused_in_line); i++) {
		if (strcmp(refused_in_line[i].name, name) != 0)
			continue;
		if (refused_in_line[i].is_of_apply)
			say_error(
				"a policy file cannot have --%s; give it to apply, as in "
				"'irqkit apply --%s%s'",
				name, name, strcmp(name, "root") == 0 ? "=DIR" : "");
		else
			say_error("a policy file cannot have --%s: it works only on a "
				  "command line",
				name);
		return false;
	}
	return true;
}

/* True: go on. */
static bool take_option(int value, char *text, poptContext con, struct call *call,
	enum status *ret_status)
{
	*ret_status = STATUS_DONE;
	if (value == VALUE_ANSWERED + ANSWERED_HELP) {
		print_help(call->command, con);
		return false;
	}
	if (value == VALUE_ANSWERED + ANSWERED_VERSION) {
		printf("irqkit %s\n", irqkit_version());
		return false;
	}
	if (value == VALUE_ANSWERED + ANSWERED_COLOR) {
		bool ok = store_color(&call->common, text);

		free(text);
		*ret_status = STATUS_MISUSE;
		return ok;
	}
	if (value < VALUE_OWN)
		store(&common_options[value - VALUE_COMMON], &call->common, text);
	else
		store(&call->command->options[value - VALUE_OWN], call->state, text);
	return true;
}

static bool take_words(poptContext con, struct call *call)
{
	const char **args = poptGetArgs(con); /* NULL where there are none */
	size_t n = 0;

	while (args && args[n])
		n++;
	call->words = calloc(n + 1, sizeof(*call->words));
	if (!call->words)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!(call->words[call->n_words++] = strdup(args[i])))
			return false;
	return true;
}

static void free_words(char **words)
{
	for (size_t i = 0; words && words[i]; i++)
		free(words[i]);
	free(words);
}

/* "irqkit set eth1 --cpus=0-3", for the journal and the head of scripts */
static char *join_line(const struct command *command, int argc, const char **argv)
{
	char *line;

	if (asprintf(&line, "irqkit %s", command->name) < 0)
		return NULL;
	for (int i = 1; i < argc && line; i++) {
		_cleanup_free_ char *before = line;
		_cleanup_free_ char *word = text_quote(argv[i]);

		if (!word || asprintf(&line, "%s %s", before, word) < 0)
			line = NULL;
	}
	return line;
}

/* False: *ret_status is how to exit. */
static bool take_options(
	poptContext con, char *const *words, struct call *call, enum status *ret_status)
{
	int value;

	while ((value = poptGetNextOpt(con)) > 0)
		if (!take_option(value, poptGetOptArg(con), con, call, ret_status))
			return false;
	if (value == -1)
		return true;
	say_mistake(call->command, con, words, value);
	*ret_status = STATUS_MISUSE;
	return false;
}

/* The same for a line of a policy file; goes on after a mistake. */
static bool take_line_options(
	poptContext con, char *const *words, struct call *call, enum status *ret_status)
{
	bool is_right = true;
	int value;

	while ((value = poptGetNextOpt(con)) != -1) {
		if (value < -1) {
			say_mistake(call->command, con, words, value);
			is_right = false;
		} else if (!check_in_line(value, call->command)) {
			free(poptGetOptArg(con));
			is_right = false;
		} else if (!take_option(
				   value, poptGetOptArg(con), con, call, ret_status)) {
			is_right = false;
		}
	}
	*ret_status = STATUS_MISUSE;
	return is_right;
}

static bool parse(const struct command *command, int argc, const char **argv,
	bool is_line, struct call *ret_call, enum status *ret_status)
{
	struct poptOption table[MAX_OPTIONS], common[MAX_OPTIONS];
	char **words;
	poptContext con;
	bool go_on;

	memset(ret_call, 0, sizeof(*ret_call));
	ret_call->command = command;
	ret_call->state = calloc(1, command->state_size + 1);
	ret_call->line = join_line(command, argc, argv);
	loose_find(command, argc, argv, &ret_call->loose);
	build_table(command, table, common);
	words = option_values_end(command, argc, argv);
	con = words ? poptGetContext("irqkit", argc, (const char **)words, table, 0)
		    : NULL;
	if (!con || !ret_call->state || !ret_call->line) {
		*ret_status = say_no_memory();
		poptFreeContext(con);
		free_words(words);
		return false;
	}

	go_on = option_values_check(command, argc, argv);
	if (!go_on)
		*ret_status = STATUS_MISUSE;
	else if (is_line)
		go_on = take_line_options(con, words, ret_call, ret_status);
	else
		go_on = take_options(con, words, ret_call, ret_status);
	if (go_on && !take_words(con, ret_call)) {
		*ret_status = say_no_memory();
		go_on = false;
	}
	if (go_on && !loose_check(ret_call)) {
		*ret_status = STATUS_MISUSE;
		go_on = false;
	}
	poptFreeContext(con);
	free_words(words);
	return go_on;
}

bool options_parse(const struct command *command, int argc, const char **argv,
	struct call *ret_call, enum status *ret_status)
{
	return parse(command, argc, argv, false, ret_call, ret_status);
}

bool options_parse_line(const struct command *command, int argc, const char **argv,
	struct call *ret_call, enum status *ret_status)
{
	return parse(command, argc, argv, true, ret_call, ret_status);
}

static void free_texts(const struct option *options, void *state)
{
	for (size_t i = 0; options && state && options[i].name; i++)
		if (option_takes_text(options[i].kind))
			free(*(char **)((char *)state + options[i].offset));
}

void options_free(struct call *call)
{
	free_texts(common_options, &call->common);
	free_texts(call->command->options, call->state);
	free(call->state);
	free(call->line);
	for (size_t i = 0; i < call->n_words; i++)
		free((char *)call->words[i]);
	free(call->words);
}
