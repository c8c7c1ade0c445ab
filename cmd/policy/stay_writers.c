/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names other programs that change settings. */
#include "policy/stay_writers.h"
#include "base/basics.h"
#include "base/grow.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define MAX_WRITERS 4096

/* "irqbalance (pid 7, irqbalance.service)", "pid 312 (ended)" */
static char *name_writer(const struct irqkit_watched *watched)
{
	const char *comm = irqkit_watched_get_comm(watched);
	const char *unit = irqkit_watched_get_unit(watched);
	_cleanup_free_ char *name = comm ? text_escape(comm) : NULL;
	_cleanup_free_ char *of = unit ? text_escape(unit) : NULL;
	unsigned int pid = irqkit_watched_get_pid(watched);
	char *text = NULL;
	int n;

	if (!name)
		n = asprintf(&text, "pid %u (ended)", pid);
	else if (of)
		n = asprintf(&text, "%s (pid %u, %s)", name, pid, of);
	else
		n = asprintf(&text, "%s (pid %u)", name, pid);
	return n < 0 ? NULL : text;
}

void stay_writers_note(struct stay_writers *writers, const struct irqkit_watched *watched)
{
	const char *path = irqkit_watched_get_path(watched);
	struct stay_writer writer = { 0 };

	if (!path || writers->n == MAX_WRITERS)
		return;
	if (!MAKE_ROOM(writers->writers, writers->n, writers->room))
		return;
	writer.path = strdup(path);
	writer.name = name_writer(watched);
	if (writer.path && writer.name) {
		writers->writers[writers->n++] = writer;
		return;
	}
	free(writer.path);
	free(writer.name);
}

const char *stay_writers_find(const struct stay_writers *writers, const char *path)
{
	for (size_t i = writers->n; i-- > 0;)
		if (strcmp(writers->writers[i].path, path) == 0)
			return writers->writers[i].name;
	return NULL;
}

void stay_writers_clear(struct stay_writers *writers)
{
	while (writers->n > 0) {
		writers->n--;
		free(writers->writers[writers->n].path);
		free(writers->writers[writers->n].name);
	}
}

void stay_writers_free(struct stay_writers *writers)
{
	stay_writers_clear(writers);
	free(writers->writers);
}
