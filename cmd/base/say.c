/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Messages on stderr: one line each, `irqkit: ` first, safe on a terminal. */
#include "base/say.h"
#include "base/basics.h"
#include "base/fold.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#define MAX_SAID 8u
#define LONGEST 4000u

static const char *said_place;
static char *first_error; /* owned */
static bool is_silenced, is_held, is_said_before, is_quiet, has_logged_failure;
static char *held_lines; /* owned; each ends with a newline; NULL: none */

struct sorted_line {
	size_t rank, number;
	bool is_error;
	char *line; /* owned; as it is written */
};

static struct {
	unsigned int depth;
	size_t rank;
	struct sorted_line *lines; /* owned */
	size_t n;
} sorting;

void say_set_place(const char *place)
{
	said_place = place;
}

void say_set_silent(bool is_silent)
{
	is_silenced = is_silent;
}

void say_hold(bool is_now_held)
{
	is_held = is_now_held;
	if (is_held || !held_lines)
		return;
	print_fitting(stderr, held_lines);
	free(held_lines);
	held_lines = NULL;
}

void say_set_errors_only(bool is_repeated)
{
	is_said_before = is_repeated;
}

void say_set_quiet(bool is_now_quiet)
{
	is_quiet = is_now_quiet;
}

/* @line: "irqkit: PLACE: MESSAGE" and a newline */
static void keep_first(const char *line)
{
	const char *message = strchr(line, ' ') + 1;

	if (!first_error)
		first_error = strndup(message, strlen(message) - 1);
}

const char *say_get_first_error(void)
{
	return first_error;
}

/* A word of any length may be quoted: the beginning and the end of the message remain. */
static void shorten(char *message)
{
	static const char gap[] = " [...] ";
	size_t len = strlen(message), first = LONGEST / 2, rest = len - LONGEST / 2;

	if (len <= LONGEST + sizeof(gap))
		return;
	while (first > 0 && (message[first] & 0xc0) == 0x80)
		first--;
	while (rest < len && (message[rest] & 0xc0) == 0x80)
		rest++;
	memcpy(message + first, gap, strlen(gap));
	memmove(message + first + strlen(gap), message + rest, len - rest + 1);
}

/* Takes @line over. */
static void write_line(char *line, bool is_error)
{
	if (is_error)
		keep_first(line);
	if (is_held) {
		text_join(&held_lines, "", line);
	} else {
		fflush(stdout);
		print_fitting(stderr, line);
	}
	free(line);
}

void say_begin_sorting(void)
{
	sorting.depth++;
}

void say_set_rank(size_t rank)
{
	sorting.rank = rank;
}

static int compare_ranks(const void *a, const void *b)
{
	const struct sorted_line *x = a, *y = b;

	return x->rank != y->rank ? (x->rank > y->rank) - (x->rank < y->rank)
				  : (x->number > y->number) - (x->number < y->number);
}

void say_end_sorting(void)
{
	if (--sorting.depth > 0)
		return;
	if (sorting.n)
		qsort(sorting.lines, sorting.n, sizeof(*sorting.lines), compare_ranks);
	for (size_t i = 0; i < sorting.n; i++)
		write_line(sorting.lines[i].line, sorting.lines[i].is_error);
	free(sorting.lines);
	sorting.lines = NULL;
	sorting.n = sorting.rank = 0;
}

/* Takes @line over, if it can be kept. */
static bool keep_to_sort(char *line, bool is_error)
{
	void *lines = reallocarray(sorting.lines, sorting.n + 1, sizeof(*sorting.lines));

	if (!lines)
		return false;
	sorting.lines = lines;
	sorting.lines[sorting.n] = (struct sorted_line){ sorting.rank, sorting.n,
		is_error, line };
	sorting.n++;
	return true;
}

static void say(const char *kind, const char *format, va_list args)
{
	_cleanup_free_ char *message = NULL;
	_cleanup_free_ char *safe = NULL, *place = NULL;
	char *line;

	if (is_silenced)
		return;
	if (vasprintf(&message, format, args) < 0)
		message = NULL;
	if (message)
		shorten(message);
	if (message)
		safe = text_escape(message);
	if (said_place)
		place = text_escape(said_place);
	if (asprintf(&line, "irqkit: %s%s%s%s\n", place ? place : "", place ? ": " : "",
		    kind, safe ? safe : "out of memory") < 0)
		line = NULL;
	if (!line)
		fputs("irqkit: out of memory\n", stderr);
	else if (!sorting.depth || !keep_to_sort(line, !*kind))
		write_line(line, !*kind);
}

void say_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say("", format, args);
	va_end(args);
}

enum status say_no_memory(void)
{
	say_error("out of memory");
	return STATUS_REFUSED;
}

void say_warning(const char *format, ...)
{
	va_list args;

	if (is_said_before || is_quiet)
		return;
	va_start(args, format);
	say("warning: ", format, args);
	va_end(args);
}

/* The library warns again each time that it reads the same file. */
static bool is_new_message(const char *message)
{
	static char *said[MAX_SAID];
	static size_t n;

	for (size_t i = 0; i < n; i++)
		if (strcmp(said[i], message) == 0)
			return false;
	if (n < MAX_SAID && (said[n] = strdup(message)))
		n++;
	return true;
}

bool say_has_logged_failure(void)
{
	return has_logged_failure;
}

void say_logged(void *data, int priority, const char *message)
{
	const struct common *common = data;

	if (priority <= LOG_ERR) {
		has_logged_failure = true;
		if (is_new_message(message))
			say_error("%s", message);
		return;
	}
	if (priority <= LOG_WARNING && !common->is_quiet && is_new_message(message))
		say_warning("%s", message);
	else if (priority > LOG_WARNING && common->verbosity > 0 && !is_said_before)
		say_error("%s", message);
}
