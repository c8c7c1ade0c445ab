/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The files of the journal -> changes that can be undone. */
#include "base/error_text.h"
#include "base/macros.h"
#include "base/number.h"
#include "kernel/ctx.h"
#include "plan/journal.h"
#include "plan/knob_value.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

struct irqkit_journal {
	struct irqkit_change *changes; /* owned; by number */
	size_t n_changes;
	size_t n_unreadable;
};

void journal_clear_change(struct irqkit_change *change)
{
	for (size_t i = 0; i < change->n_entries; i++)
		for (size_t f = 0; f < N_FIELDS; f++)
			free(change->entries[i].field[f]);
	free(change->entries);
	free(change->command);
	ban_list_clear(&change->bans);
}

EXPORT void irqkit_journal_free(struct irqkit_journal *journal)
{
	if (!journal)
		return;
	for (size_t i = 0; i < journal->n_changes; i++)
		journal_clear_change(&journal->changes[i]);
	free(journal->changes);
	free(journal);
}

static int hex_value(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* In place: it only gets shorter. */
bool journal_unescape(char *text)
{
	char *out = text;

	while (*text) {
		if (*text != '\\') {
			*out++ = *text++;
			continue;
		}
		if (text[1] != 'x' || hex_value(text[2]) < 0 || hex_value(text[3]) < 0)
			return false;
		*out++ = (char)(hex_value(text[2]) << 4 | hex_value(text[3]));
		text += 4;
	}
	*out = '\0';
	return true;
}

/* Does it look like the queue of an interrupt, "eth0:rx-0"? */
static bool is_queue(const char *text)
{
	const char *colon = strrchr(text, ':');
	uint32_t number;

	return colon && colon > text &&
		(strncmp(colon, ":rx-", 4) == 0 || strncmp(colon, ":tx-", 4) == 0) &&
		parse_u32(colon + 4, strlen(colon + 4), &number) == 0;
}

/* A path that this library writes, and the interrupt that goes with it. */
static bool is_knob(const struct journal_entry *entry)
{
	const char *text = entry->field[FIELD_IRQ];
	enum irqkit_knob knob;
	uint32_t number, irq;

	if (!knob_parse_path(entry->field[FIELD_PATH], &knob, &number))
		return false;
	if (knob != IRQKIT_KNOB_AFFINITY)
		return text[0] == '\0' && entry->field[FIELD_QUEUE][0] == '\0';
	if (entry->field[FIELD_QUEUE][0] && !is_queue(entry->field[FIELD_QUEUE]))
		return false;
	return parse_u32(text, strlen(text), &irq) == 0 && irq == number;
}

int journal_add_entry(struct irqkit_change *change, struct journal_entry **ret_entry)
{
	void *entries = reallocarray(
		change->entries, change->n_entries + 1, sizeof(*change->entries));

	if (!entries)
		return -ENOMEM;
	change->entries = entries;
	*ret_entry = &change->entries[change->n_entries++];
	**ret_entry = (struct journal_entry){ 0 };
	return 0;
}

static int parse_knob(struct irqkit_change *change, char *text)
{
	struct journal_entry *entry;
	int r = journal_add_entry(change, &entry);

	if (r < 0)
		return r;
	for (size_t f = 0; f < N_FIELDS; f++) {
		char *field = strsep(&text, "\t"), none[] = "";

		if (!field && f == FIELD_QUEUE)
			field = none;
		if (!field || !journal_unescape(field))
			return -EBADMSG;
		entry->field[f] = strdup(field);
		if (!entry->field[f])
			return -ENOMEM;
	}
	return !text && is_knob(entry) ? 0 : -EBADMSG;
}

/* "7	1234	283,284" */
static int parse_ban(struct irqkit_change *change, char *text, bool is_taken_back)
{
	char *pid_word = strsep(&text, "\t"), *start = strsep(&text, "\t");
	uint32_t pid;
	struct ban *ban;
	int r;

	if (!text || parse_u32(pid_word, strlen(pid_word), &pid) < 0 ||
		start[strspn(start, "0123456789")])
		return -EBADMSG;
	r = ban_list_get(&change->bans, pid, start, is_taken_back, &ban);
	if (r == 0)
		r = number_list_parse(&ban->irqs, text);
	return r < 0 && r != -ENOMEM ? -EBADMSG : r;
}

static int parse_line(struct irqkit_change *change, char *line)
{
	char *word = strsep(&line, "\t");
	bool is_negative;
	uint64_t number;

	if (change->is_complete)
		return -EBADMSG;
	if (strcmp(word, "end") == 0 && !line) {
		change->is_complete = true;
		return 0;
	}
	if (!line)
		return -EBADMSG;
	if (strcmp(word, "knob") == 0)
		return parse_knob(change, line);
	if (strcmp(word, "ban") == 0 || strcmp(word, "unban") == 0)
		return parse_ban(change, line, word[0] == 'u');
	if (strcmp(word, "command") == 0 && !change->command) {
		change->command = strdup(line);
		if (!change->command)
			return -ENOMEM;
		return journal_unescape(change->command) ? 0 : -EBADMSG;
	}
	/* a clock may say that it is before 1970 */
	is_negative = strcmp(word, "time") == 0 && *line == '-';
	line += is_negative;
	if (parse_u64(line, strlen(line), &number) < 0 || number > INT64_MAX)
		return -EBADMSG;
	if (strcmp(word, "time") == 0)
		change->time = is_negative ? -(int64_t)number : (int64_t)number;
	else if (strcmp(word, "undoes") == 0 && number <= UINT32_MAX)
		change->undoes = (unsigned int)number;
	else
		return -EBADMSG;
	return 0;
}

static int parse_change(struct irqkit_change *change, char *text)
{
	if (strncmp(text, JOURNAL_HEADING, strlen(JOURNAL_HEADING)) != 0)
		return -EBADMSG;
	text += strlen(JOURNAL_HEADING);
	while (text && *text) {
		char *line = strsep(&text, "\n");
		int r = text ? parse_line(change, line) : -EBADMSG;

		if (r < 0)
			return r;
	}
	return change->is_complete && change->command ? 0 : -EBADMSG;
}

int journal_read_change(int dir_fd, const char *name, struct irqkit_change *change)
{
	_cleanup_free_ char *text = NULL;
	int r = run_dir_read(dir_fd, name, &text);

	return r < 0 ? r : parse_change(change, text);
}

/* The folder that is being read. */
struct reading {
	struct irqkit_ctx *ctx;
	struct irqkit_journal *journal;
	int dir_fd;
};

static int keep_change(struct irqkit_journal *journal, const struct irqkit_change *change)
{
	void *changes = reallocarray(
		journal->changes, journal->n_changes + 1, sizeof(*journal->changes));

	if (!changes)
		return -ENOMEM;
	journal->changes = changes;
	journal->changes[journal->n_changes++] = *change;
	return 0;
}

static int add_change(void *data, const char *name)
{
	struct reading *reading = data;
	struct irqkit_change change = { 0 };
	int r;

	if (!journal_parse_name(name, &change.number, &change.state))
		return 0;
	r = journal_read_change(reading->dir_fd, name, &change);
	if (r == 0)
		r = keep_change(reading->journal, &change);
	if (r == 0)
		return 0;
	journal_clear_change(&change);
	if (r == -ENOENT) /* gone since the folder was listed, which needs no lock */
		return 0;
	/*
	 * It may be the last change: without it, undo would restore the one before. A file
	 * that is too large is not a change.
	 */
	if (is_failure(r) && r != -EFBIG) {
		_cleanup_free_ char *path = NULL;

		if (asprintf(&path, "run/irqkit/%s", name) < 0)
			path = NULL;
		return ctx_note(reading->ctx, path ? path : "run/irqkit", r);
	}
	reading->journal->n_unreadable++;
	ctx_log(reading->ctx, LOG_WARNING,
		"the change in %.*s/run/irqkit/%s cannot be undone: %s",
		ctx_root_length(reading->ctx), reading->ctx->root, name, error_text(-r));
	return 0;
}

static int compare_changes(const void *a, const void *b)
{
	const struct irqkit_change *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

EXPORT int irqkit_journal_read(
	struct irqkit_ctx *ctx, struct irqkit_journal **ret_journal)
{
	struct irqkit_journal *journal = calloc(1, sizeof(*journal));
	int dir_fd, r = 0;

	if (!journal)
		return -ENOMEM;
	dir_fd = run_dir_open(ctx, false);
	if (dir_fd >= 0) {
		r = run_dir_list(
			dir_fd, add_change, &(struct reading){ ctx, journal, dir_fd });
		close(dir_fd);
	} else if (dir_fd != -ENOENT) {
		r = dir_fd;
	}
	if (r < 0) {
		irqkit_journal_free(journal);
		return r;
	}
	if (journal->n_changes)
		qsort(journal->changes, journal->n_changes, sizeof(*journal->changes),
			compare_changes);
	for (size_t i = 0; i < journal->n_changes; i++)
		journal->changes[i].journal = journal;
	*ret_journal = journal;
	return 0;
}

/* An undo that is undone is the change itself again. A skipped change has no bans left. */
static bool is_in_force(const struct irqkit_change *change)
{
	return change->undoes == 0 && change->state == IRQKIT_CHANGE_MADE;
}

int journal_find_bans(const struct irqkit_journal *journal, unsigned int number,
	const struct ban *ban, struct number_list *ret_irqs)
{
	int r = 0;

	for (size_t i = 0; i < journal->n_changes && r == 0; i++) {
		const struct irqkit_change *change = &journal->changes[i];
		const struct ban *other = ban_list_find(
			&change->bans, ban->pid, ban->start, false);

		if (other && is_in_force(change) && change->number != number)
			r = number_list_add_all(ret_irqs, &other->irqs);
	}
	return r;
}

/* ------------------------------------------------------------------------------- */

EXPORT size_t irqkit_journal_count(const struct irqkit_journal *journal)
{
	return journal->n_changes;
}

EXPORT size_t irqkit_journal_count_unreadable(const struct irqkit_journal *journal)
{
	return journal->n_unreadable;
}

EXPORT const struct irqkit_change *irqkit_journal_get(
	const struct irqkit_journal *journal, size_t index)
{
	return &journal->changes[index];
}

EXPORT unsigned int irqkit_change_get_number(const struct irqkit_change *change)
{
	return change->number;
}

EXPORT int64_t irqkit_change_get_time(const struct irqkit_change *change)
{
	return change->time;
}

EXPORT const char *irqkit_change_get_command(const struct irqkit_change *change)
{
	return change->command;
}

EXPORT size_t irqkit_change_count_knobs(const struct irqkit_change *change)
{
	size_t n = 0;

	/* what a barrier may reset was only saved */
	for (size_t i = 0; i < change->n_entries; i++)
		n += *change->entries[i].field[FIELD_NEW] != '\0';
	return n;
}

EXPORT const char *irqkit_change_get_path(
	const struct irqkit_change *change, size_t index)
{
	return change->entries[index].field[FIELD_PATH];
}

EXPORT enum irqkit_change_state irqkit_change_get_state(
	const struct irqkit_change *change)
{
	return change->state;
}

EXPORT unsigned int irqkit_change_get_undoes(const struct irqkit_change *change)
{
	return change->undoes;
}
