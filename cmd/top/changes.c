/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The latest changes of settings, as lines. */
#include "top/changes.h"
#include "base/basics.h"
#include "base/text.h"
#include "who/filter.h"
#include "who/who_line.h"

#include <stdio.h>
#include <string.h>

static void forget(struct changes *changes)
{
	for (size_t i = 0; i < changes->n; i++)
		free(changes->lines[i]);
	changes->n = 0;
}

void changes_free(struct changes *changes)
{
	forget(changes);
	irqkit_watch_free(changes->watch);
}

/* Takes @line over. */
static void add_line(struct changes *changes, char *line)
{
	if (!line)
		return;
	if (changes->n == CHANGES_KEPT)
		free(changes->lines[--changes->n]);
	memmove(&changes->lines[1], &changes->lines[0],
		changes->n * sizeof(changes->lines[0]));
	changes->lines[0] = line;
	changes->n++;
}

void changes_start(struct changes *changes, const struct watching *watching)
{
	if (changes->was_tried || watching->call->common.root)
		return;
	changes->was_tried = true;
	if (irqkit_watch_new(watching->ctx, IRQKIT_WATCH_KERNEL, &changes->watch) < 0)
		changes->watch = NULL;
}

static void take_watched(struct changes *changes, const struct watching *watching)
{
	const struct filter names = { .machine = watching->machine };
	const struct irqkit_watched *watched;

	while (irqkit_watch_next(changes->watch, &watched) > 0) {
		int irq = irqkit_watched_get_irq(watched);
		_cleanup_free_ char *name = irq < 0 ? NULL : filter_name_irq(&names, irq);

		add_line(changes, who_line_format(watched, name));
	}
}

/* ------------------------------------------------------------------------------- */
/* irqkit's own                                                                    */

static char *format_change(const struct irqkit_change *change)
{
	time_t seconds = (time_t)irqkit_change_get_time(change);
	_cleanup_free_ char *command = text_escape(irqkit_change_get_command(change));
	size_t n = irqkit_change_count_knobs(change);
	char when[32] = "-", *line = NULL;
	struct tm tm;

	if (!command)
		return NULL;
	text_straighten(command);
	if (localtime_r(&seconds, &tm))
		strftime(when, sizeof(when), "%F %T", &tm);
	if (asprintf(&line, "%s  %s (%zu setting%s%s)", when, command, n,
		    n == 1 ? "" : "s",
		    irqkit_change_get_state(change) == IRQKIT_CHANGE_UNDONE ? ", undone"
									    : "") < 0)
		return NULL;
	return line;
}

static void read_journal(struct changes *changes, const struct watching *watching)
{
	struct irqkit_journal *journal;
	size_t n;

	if (irqkit_journal_read(watching->ctx, &journal) < 0)
		return;
	forget(changes);
	n = irqkit_journal_count(journal);
	for (size_t i = n > CHANGES_KEPT ? n - CHANGES_KEPT : 0; i < n; i++)
		add_line(changes, format_change(irqkit_journal_get(journal, i)));
	irqkit_journal_free(journal);
}

void changes_take(struct changes *changes, const struct watching *watching)
{
	if (changes->watch)
		take_watched(changes, watching);
	else
		read_journal(changes, watching);
}
