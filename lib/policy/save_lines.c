/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lines of a saved policy: quoted words, headings, and what was left out. */
#include "base/array.h"
#include "base/cpuset.h"
#include "base/macros.h"
#include "policy/save.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAMES_SHOWN 4

/* ------------------------------------------------------------------------------- */
/* Lines                                                                           */

static int add_line(struct irqkit_saved *saved, const struct irqkit_saved_line *line)
{
	struct irqkit_saved_line copy = *line;

	if (!copy.text || !GROW(saved->lines, saved->n_lines, saved->lines_room)) {
		free(copy.text);
		free(copy.device);
		return -ENOMEM;
	}
	saved->lines[saved->n_lines++] = copy;
	return 0;
}

/* An empty line, and the heading of the section. */
static int add_heading(struct save *save)
{
	struct irqkit_saved_line empty = {
		.text = strdup(""),
		.kind = IRQKIT_SAVED_COMMENT,
	};
	struct irqkit_saved_line heading = {
		.text = save->heading,
		.kind = IRQKIT_SAVED_COMMENT,
		.device = save->device ? strdup(save->device) : NULL,
	};
	int r = add_line(save->saved, &empty), error;

	save->heading = NULL; /* the line owns it now */
	error = add_line(save->saved, &heading);
	return r < 0 ? r : error;
}

int save_add_line(
	struct save *save, enum irqkit_saved_kind kind, char *text, size_t n_settings)
{
	struct irqkit_saved_line line = {
		.text = text,
		.kind = kind,
		.n_settings = n_settings,
	};

	if (text && save->heading && add_heading(save) < 0) {
		free(text);
		return -ENOMEM;
	}
	if (text && save->device) {
		line.device = strdup(save->device);
		if (!line.device)
			free(TAKE(line.text));
	}
	return add_line(save->saved, &line);
}

int save_add_command(struct save *save, struct buffer *line, size_t n_settings)
{
	char *text = NULL;
	int r = buffer_take(line, &text);

	*line = (struct buffer){ 0 };
	return r < 0 ? r : save_add_line(save, IRQKIT_SAVED_COMMAND, text, n_settings);
}

/* ------------------------------------------------------------------------------- */
/* What is left out                                                                */

static struct save_left *find_left(
	struct save *save, const char *what, const char *reason)
{
	for (size_t i = 0; i < save->n_left; i++)
		if (strcmp(save->left[i].what, what) == 0 &&
			strcmp(save->left[i].reason, reason) == 0)
			return &save->left[i];
	return NULL;
}

static int note_name(struct save_left *left, const char *name)
{
	left->n++;
	if (left->last_name && strcmp(left->last_name, name) == 0)
		return 0;
	free(left->last_name);
	left->last_name = strdup(name);
	if (!left->last_name)
		return -ENOMEM;
	if (left->n_names++ >= NAMES_SHOWN)
		return 0;
	if (left->n_names > 1)
		buffer_add(&left->names, ", ");
	/* a comment is one line */
	for (const char *c = name; *c; c++)
		buffer_add_char(&left->names, iscntrl((unsigned char)*c) ? '?' : *c);
	return left->names.has_failed ? -ENOMEM : 0;
}

int save_leave_out(
	struct save *save, const char *what, const char *name, const char *format, ...)
{
	_cleanup_free_ char *reason = NULL;
	struct save_left *left;
	va_list args;
	int r;

	va_start(args, format);
	r = vasprintf(&reason, format, args);
	va_end(args);
	if (r < 0) {
		reason = NULL;
		return -ENOMEM;
	}
	left = find_left(save, what, reason);
	if (left)
		return note_name(left, name);
	if (!GROW(save->left, save->n_left, save->left_room))
		return -ENOMEM;
	left = &save->left[save->n_left++];
	*left = (struct save_left){ .what = what };
	left->reason = TAKE(reason);
	return note_name(left, name);
}

int save_leave_out_offline(struct save *save, const char *what, const char *name,
	const struct irqkit_cpuset *cpus)
{
	const struct irqkit_cpuset *online = irqkit_topology_get_cpus(
		save->machine->topology, IRQKIT_CPUS_ONLINE);
	_cleanup_cpuset_ struct irqkit_cpuset *offline = NULL;
	_cleanup_free_ char *all = NULL, *list = NULL;
	bool is_one;
	int r;

	if (!online || irqkit_cpuset_is_subset(cpus, online))
		return 0;
	r = irqkit_cpuset_copy(cpus, &offline);
	if (r < 0)
		return r;
	irqkit_cpuset_remove_set(offline, online);
	is_one = irqkit_cpuset_count(offline) == 1;
	r = irqkit_cpuset_format_list(cpus, &all);
	if (r == 0)
		r = irqkit_cpuset_format_list(offline, &list);
	if (r == 0)
		r = save_leave_out(save, what, name,
			"the CPUs are %s, and CPU%s %s %s offline", all,
			is_one ? "" : "s", list, is_one ? "is" : "are");
	return r < 0 ? r : 1;
}

static char *format_left(const struct save_left *left)
{
	size_t shown = left->n_names < NAMES_SHOWN ? left->n_names : NAMES_SHOWN;
	bool is_alike = left->n_names == 1 && left->n > 1;
	char more[48] = "", *text;

	if (is_alike)
		snprintf(more, sizeof(more), " (%zu times)", left->n);
	else if (left->n > shown)
		snprintf(more, sizeof(more), " and %zu more", left->n - shown);
	if (asprintf(&text, "# not saved: %s%s %s%s: %s", left->what,
		    left->n > 1 ? "s" : "", left->names.text ? left->names.text : "",
		    more, left->reason) < 0)
		return NULL;
	return text;
}

static void drop_left(struct save *save)
{
	for (size_t i = 0; i < save->n_left; i++) {
		free(save->left[i].reason);
		free(save->left[i].names.text);
		free(save->left[i].last_name);
	}
	free(TAKE(save->left));
	save->n_left = save->left_room = 0;
}

int save_begin_section(struct save *save, const char *heading, const char *device)
{
	save->heading = strdup(heading);
	save->device = device;
	return save->heading ? 0 : -ENOMEM;
}

int save_end_section(struct save *save)
{
	int r = 0;

	for (size_t i = 0; i < save->n_left && r == 0; i++)
		r = save_add_line(save, IRQKIT_SAVED_LEFT_OUT,
			format_left(&save->left[i]), save->left[i].n);
	drop_left(save);
	free(TAKE(save->heading));
	save->device = NULL;
	return r;
}

/* ------------------------------------------------------------------------------- */
/* Words                                                                           */

bool save_can_hold(const char *word)
{
	return !strchr(word, '\n');
}

static bool needs_no_quotes(const char *word)
{
	for (const char *c = word; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr("_@%+=:,./-", *c))
			return false;
	return *word;
}

/*
 * popt takes a backslash in front of a closing quote away, and a shell does not: between
 * quotes there is neither.
 */
void save_add_quoted(struct buffer *line, const char *word)
{
	bool is_open = false;

	if (needs_no_quotes(word)) {
		buffer_add(line, "%s", word);
		return;
	}
	for (const char *c = word; *c; c++) {
		bool is_special = *c == '\\' || *c == '\'';

		if (is_special == is_open) {
			buffer_add_char(line, '\'');
			is_open = !is_open;
		}
		if (is_special)
			buffer_add_char(line, '\\');
		buffer_add_char(line, *c);
	}
	if (is_open)
		buffer_add_char(line, '\'');
	else /* a backslash at the end of a line would continue it */
		buffer_add(line, "''");
}

void save_add_escaped(struct buffer *word, const char *name)
{
	bool is_glob = strpbrk(name, "*?[");

	for (; *name; name++) {
		if (is_glob && strchr("*?[\\", *name))
			buffer_add_char(word, '\\');
		buffer_add_char(word, *name);
	}
}

int save_add_interface_words(
	struct buffer *line, const char *command, const char *name, const char *options)
{
	struct buffer buffer = { 0 };
	_cleanup_free_ char *word = NULL;
	bool is_option = *name == '-';
	int r;

	save_add_escaped(&buffer, name);
	r = buffer_take(&buffer, &word);
	if (r < 0)
		return r;
	buffer_add(line, "%s ", command);
	if (is_option)
		buffer_add(line, "%s%s-- ", options, *options ? " " : "");
	save_add_quoted(line, word);
	if (!is_option)
		buffer_add(line, "%s%s", *options ? " " : "", options);
	return 0;
}
