/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records of fanotify become changes of settings. */
#include "trace/take_write.h"
#include "base/macros.h"
#include "trace/pipe.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BYTES_MAX 4096 /* each record of 24 bytes holds a file descriptor */
#define VALUE_MAX 4096 /* a mask of 8192 CPUs has 2304 characters */

/* ------------------------------------------------------------------------------- */
/* Who has a file open                                                             */

static struct writer *find_writer(
	struct irqkit_watch *watch, uint32_t pid, const struct setting *setting)
{
	for (size_t i = 0; i < N_WRITERS; i++)
		if (watch->writers[i].is_used && watch->writers[i].pid == pid &&
			setting_compare(&watch->writers[i].setting, setting) == 0)
			return &watch->writers[i];
	return NULL;
}

static void remember_writer(
	struct irqkit_watch *watch, uint32_t pid, const struct setting *setting)
{
	struct writer *writer = find_writer(watch, pid, setting);

	if (!writer) {
		writer = &watch->writers[watch->next_writer];
		watch->next_writer = (watch->next_writer + 1) % N_WRITERS;
	}
	*writer = (struct writer){ .is_used = true, .pid = pid, .setting = *setting };
}

/*
 * The shell opened the file, and its child wrote (`cat mask >smp_affinity`): whoever of
 * them has it open for longer closes it.
 */
static bool is_close_for_another(
	struct irqkit_watch *watch, const struct setting *setting)
{
	for (size_t i = 0; i < N_WRITERS; i++) {
		struct writer *writer = &watch->writers[i];

		if (!writer->is_used || writer->is_closed_by_another ||
			setting_compare(&writer->setting, setting) != 0)
			continue;
		writer->is_closed_by_another = true;
		return true;
	}
	return false;
}

/*
 * Is the record news? A close after a write that was reported is not; a close without a
 * write is: the write failed.
 */
static bool is_news(struct irqkit_watch *watch, const struct write_record *record,
	const struct setting *setting)
{
	struct writer *writer = find_writer(watch, record->pid, setting);

	if (!record->is_closed) {
		remember_writer(watch, record->pid, setting);
		return record->is_written;
	}
	if (writer)
		writer->is_used = false;
	return record->is_written || (!writer && !is_close_for_another(watch, setting));
}

/* ------------------------------------------------------------------------------- */
/* Records become events                                                           */

/*
 * The old value is the known one, and the new one becomes the known one. What the kernel
 * refused changes nothing.
 */
static int fill_values(
	struct irqkit_watch *watch, struct irqkit_watched *watched, struct value *value)
{
	const struct known_row *row = known_find(&watch->known, &watched->setting);
	int r = 0;

	if (row)
		r = value_copy(&row->value, &watched->old_value);
	if (r == 0 && value->text)
		r = value_copy(value, &watched->new_value);
	if (r == 0 && value->text)
		return known_put(&watch->known, &watched->setting, value);
	value_clear(value);
	return r;
}

/*
 * The probe saw each write, with its value: the file may already hold that of another
 * process. It also knows the name of a process that has ended.
 */
static int fill_from_hits(struct irqkit_watched *watched, struct held_hit *hits, size_t n)
{
	watched->n_writes = n;
	watched->old_value = hits->before;
	watched->new_value = hits->after;
	hits->before = hits->after = (struct value){ 0 };
	if (!watched->process.comm)
		watched->process.comm = strdup(hits->hit.comm);
	return watched->process.comm ? 0 : -ENOMEM;
}

static int fill(
	struct irqkit_watch *watch, struct irqkit_watched *watched, struct value *value)
{
	struct held_hit hits;
	size_t n = 0;
	int r;

	if (watched->setting.kind == SETTING_AFFINITY)
		n = hits_take(&watch->kernel.hits, watch->ctx, watched->process.pid,
			watched->setting.number, &hits);
	if (n > 0 && watched->kind == IRQKIT_WATCHED_WRITTEN) {
		value_clear(value);
		r = fill_from_hits(watched, &hits, n);
	} else {
		r = fill_values(watch, watched, value);
	}
	if (n > 0)
		held_hit_clear(&hits);
	return r;
}

int watch_take_write(struct irqkit_watch *watch, const struct write_record *record,
	const char *path, const char *text, size_t len)
{
	struct value value = { 0 };
	struct irqkit_watched *event;
	struct setting setting;
	bool is_list;
	int r;

	if (!setting_parse_path(path, &setting, &is_list) ||
		!is_news(watch, record, &setting))
		return 0;
	event = watched_list_add(&watch->list);
	if (!event)
		return -ENOMEM;
	event->kind = record->is_written ? IRQKIT_WATCHED_WRITTEN
					 : IRQKIT_WATCHED_REFUSED;
	event->is_own = record->pid == (uint32_t)getpid();
	r = process_read(watch->ctx, record->pid, &event->process);
	if (r == 0)
		r = watched_set_setting(event, &setting);
	if (r == 0 && text)
		r = value_parse(&setting, is_list, text, len, &value);
	return r < 0 ? r : fill(watch, event, &value);
}

/* The kernel opened the file for this process: reading it needs no path. */
static int take_record(struct irqkit_watch *watch, const struct write_record *record)
{
	char link[64], path[PATH_MAX], text[VALUE_MAX];
	ssize_t len, n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", record->fd);
	len = readlink(link, path, sizeof(path) - 1);
	if (len < 0)
		return 0;
	path[len] = '\0';
	n = RETRY(pread(record->fd, text, sizeof(text), 0));
	return watch_take_write(
		watch, record, path, n < 0 ? NULL : text, n < 0 ? 0 : (size_t)n);
}

static int take_overflow(struct irqkit_watch *watch)
{
	struct irqkit_watched *event = watched_list_add(&watch->list);

	if (!event)
		return -ENOMEM;
	event->kind = IRQKIT_WATCHED_LOST;
	event->n_writes = 0;
	if (!(watch->flags & IRQKIT_WATCH_VALUES))
		return 0;
	return known_scan(&watch->known, watch->ctx, NULL, NULL);
}

/*
 * What the probes saw of these writes is there before the records are. Every file is
 * closed, also after an error.
 */
static int take_records(struct irqkit_watch *watch, const char *bytes, size_t len)
{
	struct write_record record;
	int r = pipe_read(watch), more, n = 0;

	while ((more = writes_parse(&bytes, &len, &record)) > 0) {
		if (r >= 0 && record.is_overflow)
			r = take_overflow(watch);
		else if (r >= 0 && record.fd >= 0)
			r = take_record(watch, &record);
		if (record.fd >= 0)
			close(record.fd);
		n++;
	}
	if (r < 0 || more < 0)
		return r < 0 ? r : more;
	return n;
}

int watch_take_writes(struct irqkit_watch *watch)
{
	_Alignas(8) char bytes[BYTES_MAX];
	ssize_t n = writes_read(watch->writes_fd, bytes, sizeof(bytes));

	return n <= 0 ? (int)n : take_records(watch, bytes, (size_t)n);
}
