/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Messages on stderr: one line each, `irqkit: ` first, safe on a terminal. */
#include "base/say.h"
#include "base/basics.h"
#include "base/fold.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>

#define MAX_SAID 8u

static const char *said_place;
static char *first_error; /* owned */
static bool is_silenced, is_held, is_said_before, is_quiet, has_logged_failure;
static char *held_lines; /* owned; each ends with a newline; NULL: none */

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

static void keep_first(const char *place, const char *message)
{
	if (!first_error &&
		asprintf(&first_error, "%s%s%s", place ? place : "", place ? ": " : "",
			message) < 0)
		first_error = NULL;
}

const char *say_get_first_error(void)
{
	return first_error;
}

static void say(const char *kind, const char *format, va_list args)
{
	_cleanup_free_ char *message = NULL;
	_cleanup_free_ char *safe = NULL, *place = NULL, *line = NULL;

	if (is_silenced)
		return;
	if (vasprintf(&message, format, args) < 0)
		message = NULL;
	if (message)
		safe = text_escape(message);
	if (said_place)
		place = text_escape(said_place);
	if (!*kind)
		keep_first(place, safe ? safe : "out of memory");
	if (asprintf(&line, "irqkit: %s%s%s%s\n", place ? place : "", place ? ": " : "",
		    kind, safe ? safe : "out of memory") < 0)
		line = NULL;
	if (is_held) {
		text_join(&held_lines, "", line ? line : "irqkit: out of memory\n");
		return;
	}
	fflush(stdout);
	if (line)
		print_fitting(stderr, line);
	else
		fputs("irqkit: out of memory\n", stderr);
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
