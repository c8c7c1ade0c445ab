/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Watches who changes settings.
 *
 *	fanotify  ->  writes.c   which process wrote to which file
 *	              setting.c  the setting of the file
 *	              known.c    its old value
 *	              process.c  the name of the process, asked at once: it may end
 *	              ->  event
 */
#include "trace/watch.h"
#include "base/array.h"
#include "base/macros.h"
#include "kernel/ctx.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define BYTES_MAX 4096 /* each record of 24 bytes holds a file descriptor */
#define VALUE_MAX 4096 /* a mask of 8192 CPUs has 2304 characters */

struct irqkit_watched *watch_new_event(struct irqkit_watch *watch)
{
	struct irqkit_watched *event;

	if (!GROW(watch->events, watch->n_events, watch->events_room))
		return NULL;
	event = &watch->events[watch->n_events++];
	*event = (struct irqkit_watched){ .time = watched_now(), .n_writes = 1 };
	return event;
}

static void clear_events(struct irqkit_watch *watch)
{
	for (size_t i = 0; i < watch->n_events; i++)
		watched_clear(&watch->events[i]);
	watch->n_events = 0;
	watch->next_event = 0;
}

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

/* The old value is the known one, and the new one becomes the known one. */
static int fill_values(
	struct irqkit_watch *watch, struct irqkit_watched *event, struct value *value)
{
	struct known_row *row = known_find(&watch->known, &event->setting);
	int r = 0;

	if (row)
		r = value_copy(&row->value, &event->old_value);
	if (r == 0 && value->text)
		r = value_copy(value, &event->new_value);
	if (r == 0 && value->text)
		return known_put(&watch->known, &event->setting, value);
	value_clear(value);
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
	event = watch_new_event(watch);
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
	return r < 0 ? r : fill_values(watch, event, &value);
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
	struct irqkit_watched *event = watch_new_event(watch);

	if (!event)
		return -ENOMEM;
	event->kind = IRQKIT_WATCHED_LOST;
	event->n_writes = 0;
	if (!(watch->flags & IRQKIT_WATCH_VALUES))
		return 0;
	return known_scan(&watch->known, watch->ctx, NULL, NULL);
}

/* Every file is closed, also after an error. */
static int take_records(struct irqkit_watch *watch, const char *bytes, size_t len)
{
	struct write_record record;
	int r = 0, more;

	while ((more = writes_parse(&bytes, &len, &record)) > 0) {
		if (r == 0 && record.is_overflow)
			r = take_overflow(watch);
		else if (r == 0 && record.fd >= 0)
			r = take_record(watch, &record);
		if (record.fd >= 0)
			close(record.fd);
	}
	return r < 0 ? r : more;
}

static int take_writes(struct irqkit_watch *watch)
{
	_Alignas(8) char bytes[BYTES_MAX];
	ssize_t n = writes_read(watch->writes_fd, bytes, sizeof(bytes));

	return n < 0 ? (int)n : take_records(watch, bytes, (size_t)n);
}

/* ------------------------------------------------------------------------------- */

static int add_source(struct irqkit_watch *watch, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(watch->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

static int open_watch(struct irqkit_watch *watch)
{
	int r;

	watch->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (watch->epoll_fd < 0)
		return -errno;
	watch->writes_fd = writes_open(watch->ctx);
	if (watch->writes_fd < 0)
		return watch->writes_fd;
	r = add_source(watch, watch->writes_fd);
	/* after the queue is open: a change meanwhile is reported */
	if (r == 0 && (watch->flags & IRQKIT_WATCH_VALUES))
		r = known_scan(&watch->known, watch->ctx, NULL, NULL);
	return r;
}

EXPORT int irqkit_watch_new(
	struct irqkit_ctx *ctx, unsigned int flags, struct irqkit_watch **ret_watch)
{
	struct irqkit_watch *watch;
	int r;

	if (!ctx->is_live)
		return -EINVAL;
	watch = calloc(1, sizeof(*watch));
	if (!watch)
		return -ENOMEM;
	watch->ctx = ctx;
	watch->flags = flags;
	watch->epoll_fd = watch->writes_fd = -1;
	r = open_watch(watch);
	if (r < 0) {
		irqkit_watch_free(watch);
		return r;
	}
	*ret_watch = watch;
	return 0;
}

EXPORT void irqkit_watch_free(struct irqkit_watch *watch)
{
	if (!watch)
		return;
	clear_events(watch);
	free(watch->events);
	known_free(&watch->known);
	if (watch->writes_fd >= 0)
		close(watch->writes_fd);
	if (watch->epoll_fd >= 0)
		close(watch->epoll_fd);
	free(watch);
}

EXPORT int irqkit_watch_get_fd(const struct irqkit_watch *watch)
{
	return watch->epoll_fd;
}

EXPORT int irqkit_watch_next(
	struct irqkit_watch *watch, const struct irqkit_watched **ret_event)
{
	int r = 0;

	if (watch->next_event == watch->n_events) {
		clear_events(watch);
		r = take_writes(watch);
	}
	if (r < 0)
		return r;
	if (watch->next_event == watch->n_events)
		return 0;
	*ret_event = &watch->events[watch->next_event++];
	return 1;
}
