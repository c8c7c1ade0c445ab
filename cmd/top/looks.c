/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How the screen looks at its start, as JSON:
 *
 *	{"sort":"rate","inverted":false,"group":"auto","cells":"time","table":"interrupts",
 *	 "idle":false,"changes":false,"seconds":2}
 */
#include "top/looks.h"
#include "base/basics.h"
#include "base/on_demand.h"
#include "base/replace_file.h"
#include "base/text.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CALLS(X)                                                                         \
	X(json_delete)                                                                   \
	X(json_load_file)                                                                \
	X(json_number_value)                                                             \
	X(json_object_get)                                                               \
	X(json_string_value)
ON_DEMAND("libjansson.so.4", "reads and writes JSON", CALLS)

static const char *const sorts[N_SORTS] = { "rate", "time", "packets", "name", "number" };
static const char *const groups[N_GROUPS] = { "auto", "cpu", "core", "cache", "node" };
static const char *const cells[N_CELLS] = { "time", "interrupts" };
static const char *const tables[N_TABLES] = { "interrupts", "softirqs", "packets" };

/* "/home/x/.config/irqkit/top"; NULL: there is no home, or no memory. */
static char *make_path(void)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	char *path = NULL;
	int len = -1;

	/* a relative one is invalid, as the specification says */
	if (config && config[0] == '/')
		len = asprintf(&path, "%s/irqkit/top", config);
	else if (home && home[0] == '/')
		len = asprintf(&path, "%s/.config/irqkit/top", home);
	return len < 0 ? NULL : path;
}

static void say(
	struct top_view *view, const char *what, const char *path, const char *why)
{
	_cleanup_free_ char *safe = text_escape(path);

	snprintf(view->message, sizeof(view->message), "%s%s%s%s", what,
		safe ? safe : "the settings", why ? ": " : "", why ? why : "");
}

/* ------------------------------------------------------------------------------- */
/* Reading                                                                         */

struct reading {
	const json_t *object;
	const char *wrong; /* the first key with a value that means nothing; or NULL */
};

static void read_word(struct reading *reading, const char *key, const char *const *words,
	size_t n, unsigned int *value)
{
	const json_t *member = do_json_object_get(reading->object, key);
	const char *word = member ? do_json_string_value(member) : NULL;

	for (size_t i = 0; word && i < n; i++)
		if (strcmp(words[i], word) == 0) {
			*value = (unsigned int)i;
			return;
		}
	if (member && !reading->wrong)
		reading->wrong = key;
}

static void read_bool(struct reading *reading, const char *key, bool *value)
{
	const json_t *member = do_json_object_get(reading->object, key);

	if (member && json_is_boolean(member))
		*value = json_is_true(member);
	else if (member && !reading->wrong)
		reading->wrong = key;
}

static void read_seconds(struct reading *reading, struct top_options *options)
{
	const json_t *member = do_json_object_get(reading->object, "seconds");
	double seconds = member ? do_json_number_value(member) : 0;

	if (!member)
		return;
	if (!(seconds >= TOP_LEAST_SECONDS && seconds <= TOP_MOST_SECONDS)) {
		reading->wrong = reading->wrong ? reading->wrong : "seconds";
		return;
	}
	if (!options->delay)
		options->seconds = seconds;
}

static void read_object(
	struct reading *reading, struct top_view *view, struct top_options *options)
{
	unsigned int sort = view->sort, group = view->group, cell = view->cells;
	unsigned int table = view->table;
	bool shows_idle = false;

	read_word(reading, "sort", sorts, N_SORTS, &sort);
	read_word(reading, "group", groups, N_GROUPS, &group);
	read_word(reading, "cells", cells, N_CELLS, &cell);
	read_word(reading, "table", tables, N_TABLES, &table);
	read_bool(reading, "inverted", &view->is_inverted);
	read_bool(reading, "idle", &shows_idle);
	read_bool(reading, "changes", &view->shows_changes);
	read_seconds(reading, options);
	view->sort = (enum view_sort)sort;
	view->group = (enum view_group)group;
	view->cells = (enum view_cells)cell;
	view->table = (enum view_table)table;
	view->shows_idle |= shows_idle;
}

void looks_read(struct top_view *view, struct top_options *options)
{
	_cleanup_free_ char *path = make_path();
	struct reading reading = { 0 };
	json_error_t error;
	json_t *object;

	if (!path || access(path, F_OK) < 0 || !load_library())
		return;
	object = do_json_load_file(path, 0, &error);
	if (!object || !json_is_object(object)) {
		say(view, "cannot read ", path, object ? "no object" : error.text);
	} else {
		reading.object = object;
		read_object(&reading, view, options);
		if (reading.wrong)
			say(view, "not understood in ", path, reading.wrong);
	}
	if (object)
		do_json_delete(object);
}

/* ------------------------------------------------------------------------------- */
/* Writing                                                                         */

/* Makes the folders of @path. */
static int make_folders(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		int r;

		*slash = '\0';
		r = mkdir(path, 0755) < 0 && errno != EEXIST ? -errno : 0;
		*slash = '/';
		if (r < 0)
			return r;
	}
	return 0;
}

static const char *word(bool value)
{
	return value ? "true" : "false";
}

void looks_write(struct top_view *view, const struct top_options *options)
{
	_cleanup_free_ char *path = make_path(), *text = NULL;
	int len, r;

	if (!path) {
		snprintf(view->message, sizeof(view->message),
			"no place for the settings: set HOME");
		return;
	}
	len = asprintf(&text,
		"{\"sort\":\"%s\",\"inverted\":%s,\"group\":\"%s\",\"cells\":\"%s\","
		"\"table\":\"%s\",\"idle\":%s,\"changes\":%s,\"seconds\":%g}\n",
		sorts[view->sort], word(view->is_inverted), groups[view->group],
		cells[view->cells], tables[view->table], word(view->shows_idle),
		word(view->shows_changes), options->seconds);
	r = len < 0 ? -ENOMEM : make_folders(path);
	if (r == 0)
		r = replace_file(path, text, (size_t)len);
	say(view, r < 0 ? "cannot write " : "settings written to ", path,
		r < 0 ? strerror(-r) : NULL);
}
