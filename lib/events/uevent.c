/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A message of lib/kobject_uevent.c, kobject_uevent_env(): texts that each end with a NUL.
 *
 *	remove@/devices/.../net/eth0/queues/rx-3
 *	ACTION=remove
 *	DEVPATH=/devices/.../net/eth0/queues/rx-3
 *	SUBSYSTEM=queues
 *	SEQNUM=1234
 */
#include "events/uevent.h"
#include "base/macros.h"
#include "base/number.h"

#include <string.h>

struct uevent {
	const char *action;
	char *path;
	const char *subsystem;
	const char *interface;
	char *former_path; /* of a rename */
};

static char *after(char *text, const char *key)
{
	size_t len = strlen(key);

	return strncmp(text, key, len) == 0 ? text + len : NULL;
}

static void take_text(struct uevent *u, char *text)
{
	char *value;

	if ((value = after(text, "ACTION=")))
		u->action = value;
	else if ((value = after(text, "DEVPATH=")))
		u->path = value;
	else if ((value = after(text, "SUBSYSTEM=")))
		u->subsystem = value;
	else if ((value = after(text, "INTERFACE=")))
		u->interface = value;
	else if ((value = after(text, "DEVPATH_OLD=")))
		u->former_path = value;
}

/* Messages of udev begin with "libudev", and no '@' is in their first text. */
static bool split(char *bytes, size_t len, struct uevent *u)
{
	if (!memchr(bytes, '@', strnlen(bytes, len)))
		return false;
	for (size_t at = 0; at < len; at += strlen(bytes + at) + 1)
		take_text(u, bytes + at);
	return u->action && u->path && u->subsystem;
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* .../net/eth0/queues/rx-3: there is no INTERFACE= */
static bool read_queue(const struct uevent *u, struct irqkit_event *event)
{
	char *queues = strstr(u->path, "/queues/");

	if (!queues)
		return false;
	*queues = '\0';
	event->kind = IRQKIT_EVENT_QUEUES;
	event->name = last_part(u->path);
	return *event->name != '\0';
}

static bool read_net(const struct uevent *u, struct irqkit_event *event)
{
	event->name = u->interface ? u->interface : last_part(u->path);
	if (strcmp(u->action, "add") == 0)
		event->kind = IRQKIT_EVENT_DEVICE_ADDED;
	else if (strcmp(u->action, "remove") == 0)
		event->kind = IRQKIT_EVENT_DEVICE_REMOVED;
	else if (strcmp(u->action, "move") == 0 && u->former_path)
		event->kind = IRQKIT_EVENT_DEVICE_RENAMED;
	else
		return false;
	if (event->kind == IRQKIT_EVENT_DEVICE_RENAMED)
		event->former = last_part(u->former_path);
	return *event->name != '\0';
}

/*
 * `add` is all that comes when a hypervisor gives a CPU, and it is offline then; `remove`
 * follows `offline`.
 */
static bool read_cpu(const struct uevent *u, struct irqkit_event *event)
{
	const char *name = last_part(u->path);
	uint32_t cpu;

	if (strncmp(name, "cpu", 3) != 0 ||
		parse_u32(name + 3, strlen(name + 3), &cpu) < 0 || cpu > IRQKIT_CPU_MAX)
		return false;
	event->name = name;
	event->cpu = (int)cpu;
	if (strcmp(u->action, "online") == 0)
		event->kind = IRQKIT_EVENT_CPU_ONLINE;
	else if (strcmp(u->action, "offline") == 0)
		event->kind = IRQKIT_EVENT_CPU_OFFLINE;
	else
		return false;
	return true;
}

/* The last message of a bind: by then the driver has requested its interrupts. */
static bool read_driver(const struct uevent *u, struct irqkit_event *event)
{
	event->name = last_part(u->path);
	if (strcmp(u->action, "bind") == 0)
		event->kind = IRQKIT_EVENT_DRIVER_BOUND;
	else if (strcmp(u->action, "unbind") == 0)
		event->kind = IRQKIT_EVENT_DRIVER_UNBOUND;
	else
		return false;
	return *event->name != '\0';
}

bool uevent_parse(char *bytes, size_t len, struct irqkit_event *ret_event)
{
	struct uevent u = { 0 };
	struct irqkit_event event = { .cpu = -1 };
	bool concerns;

	if (!split(bytes, len, &u))
		return false;
	if (strcmp(u.subsystem, "queues") == 0)
		concerns = read_queue(&u, &event);
	else if (strcmp(u.subsystem, "net") == 0)
		concerns = read_net(&u, &event);
	else if (strcmp(u.subsystem, "cpu") == 0)
		concerns = read_cpu(&u, &event);
	else
		concerns = read_driver(&u, &event);
	if (concerns)
		*ret_event = event;
	return concerns;
}
