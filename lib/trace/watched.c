/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One change of a setting: what a caller asks about it. */
#include "trace/watched.h"
#include "base/array.h"
#include "base/macros.h"

#include <errno.h>
#include <string.h>
#include <time.h>

void watched_clear(struct irqkit_watched *event)
{
	free(event->path);
	free(event->subject);
	free(event->reason);
	value_clear(&event->old_value);
	value_clear(&event->new_value);
	process_clear(&event->process);
	*event = (struct irqkit_watched){ 0 };
}

int watched_set_setting(struct irqkit_watched *event, const struct setting *setting)
{
	char path[PATH_MAX];

	event->setting = *setting;
	setting_format_path(setting, path);
	event->path = strdup(path);
	return event->path ? setting_format_subject(setting, &event->subject) : -ENOMEM;
}

int64_t watched_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

struct irqkit_watched *watched_list_add(struct watched_list *list)
{
	struct irqkit_watched *watched;

	if (!GROW(list->changes, list->n, list->room))
		return NULL;
	watched = &list->changes[list->n++];
	*watched = (struct irqkit_watched){ .time = watched_now(), .n_writes = 1 };
	return watched;
}

void watched_list_clear(struct watched_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		watched_clear(&list->changes[i]);
	list->n = 0;
}

void watched_list_free(struct watched_list *list)
{
	watched_list_clear(list);
	free(list->changes);
	*list = (struct watched_list){ 0 };
}

EXPORT enum irqkit_watched_kind irqkit_watched_get_kind(
	const struct irqkit_watched *event)
{
	return event->kind;
}

EXPORT int64_t irqkit_watched_get_time(const struct irqkit_watched *event)
{
	return event->time;
}

EXPORT const char *irqkit_watched_get_path(const struct irqkit_watched *event)
{
	return event->path;
}

EXPORT int irqkit_watched_get_irq(const struct irqkit_watched *event)
{
	return event->path && event->setting.kind == SETTING_AFFINITY
		? (int)event->setting.number
		: -1;
}

EXPORT const char *irqkit_watched_get_subject(const struct irqkit_watched *event)
{
	return event->subject;
}

EXPORT const char *irqkit_watched_get_old(
	const struct irqkit_watched *event, const struct irqkit_cpuset **ret_cpus)
{
	*ret_cpus = event->old_value.cpus;
	return event->old_value.text;
}

EXPORT const char *irqkit_watched_get_new(
	const struct irqkit_watched *event, const struct irqkit_cpuset **ret_cpus)
{
	*ret_cpus = event->new_value.cpus;
	return event->new_value.text;
}

EXPORT size_t irqkit_watched_count_writes(const struct irqkit_watched *event)
{
	return event->n_writes;
}

EXPORT uint32_t irqkit_watched_get_pid(const struct irqkit_watched *event)
{
	return event->process.pid;
}

EXPORT bool irqkit_watched_is_own(const struct irqkit_watched *event)
{
	return event->is_own;
}

EXPORT const char *irqkit_watched_get_comm(const struct irqkit_watched *event)
{
	return event->process.comm;
}

EXPORT const char *irqkit_watched_get_unit(const struct irqkit_watched *event)
{
	return event->process.unit;
}

EXPORT uint32_t irqkit_watched_get_parent(
	const struct irqkit_watched *event, const char **ret_comm)
{
	*ret_comm = event->process.parent_comm;
	return event->process.parent;
}

EXPORT const char *irqkit_watched_get_reason(const struct irqkit_watched *event)
{
	return event->reason;
}
