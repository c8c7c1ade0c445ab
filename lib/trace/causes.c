/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Why the kernel changed a setting. A driver has finished when its event is read, so a
 * cause comes after the change:
 *
 *	virtio_net  every queue at `ethtool -L` and when a CPU comes or goes
 *	ifup        a mask is narrowed to the device's node
 *	CPU offline interrupts whose CPUs are all offline go to all others
 *	Xen         a backend has new interrupts when its guest connects: its carrier is found
 */
#include "trace/causes.h"
#include "base/array.h"
#include "base/macros.h"
#include "kernel/knob_path.h"
#include "kernel/root.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CAUSES_MAX 500 /* more at a time explain nothing */
#define CAUSES_AFTERMATH 500000 /* microseconds from the event to the change */
#define CAUSES_DELAY 1500000 /* from the change to its event, at most */

static void clear(struct cause *cause)
{
	free(cause->name);
	free(cause->reason);
}

void causes_free(struct causes *causes)
{
	for (size_t i = 0; i < causes->n; i++)
		clear(&causes->causes[i]);
	free(causes->causes);
	*causes = (struct causes){ 0 };
}

static void drop_first(struct causes *causes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		clear(&causes->causes[i]);
	causes->n -= n;
	memmove(causes->causes, causes->causes + n, causes->n * sizeof(*causes->causes));
}

void causes_forget(struct causes *causes, int64_t time)
{
	size_t n = 0;

	while (n < causes->n && causes->causes[n].time < time)
		n++;
	if (n)
		drop_first(causes, n);
}

/*
 * How well an event of this kind explains a change of a setting of its device: a higher
 * number is more specific. 0: it changes nothing.
 */
static unsigned int rank(enum irqkit_event_kind kind)
{
	switch (kind) {
	case IRQKIT_EVENT_CHANNELS:
	case IRQKIT_EVENT_RINGS:
		return 6;
	case IRQKIT_EVENT_LINK_UP:
	case IRQKIT_EVENT_CARRIER_FOUND:
		return 5;
	case IRQKIT_EVENT_DRIVER_BOUND:
		return 4;
	case IRQKIT_EVENT_DEVICE_ADDED:
		return 3;
	case IRQKIT_EVENT_QUEUES:
		return 2;
	case IRQKIT_EVENT_CPU_OFFLINE:
	case IRQKIT_EVENT_CPU_ONLINE:
		return 1;
	default:
		return 0;
	}
}

static int format_reason(const struct irqkit_event *event, char **ret_reason)
{
	int n;

	switch (event->kind) {
	case IRQKIT_EVENT_CHANNELS:
		n = asprintf(ret_reason, "ethtool -L %s", event->name);
		break;
	case IRQKIT_EVENT_RINGS:
		n = asprintf(ret_reason, "ethtool -G %s", event->name);
		break;
	case IRQKIT_EVENT_CARRIER_FOUND:
		n = asprintf(ret_reason, "%s connected", event->name);
		break;
	default:
		return irqkit_event_describe(event, ret_reason);
	}
	return n < 0 ? -ENOMEM : 0;
}

int causes_add(struct causes *causes, const struct irqkit_event *event,
	bool is_xen_backend, int64_t time)
{
	struct cause cause = { .kind = event->kind, .time = time };
	int r;

	if (!rank(event->kind) ||
		(event->kind == IRQKIT_EVENT_CARRIER_FOUND && !is_xen_backend))
		return 0;
	if (causes->n == CAUSES_MAX)
		drop_first(causes, CAUSES_MAX / 2);
	cause.name = strdup(event->name);
	r = cause.name ? format_reason(event, &cause.reason) : -ENOMEM;
	if (r == 0 && !GROW(causes->causes, causes->n, causes->room))
		r = -ENOMEM;
	if (r < 0) {
		clear(&cause);
		return r;
	}
	causes->causes[causes->n++] = cause;
	return 1;
}

/* ------------------------------------------------------------------------------- */
/* Does a setting belong to a device?                                              */

static bool has_file(struct irqkit_ctx *ctx, const char *path)
{
	int fd = root_open(ctx, path, O_PATH);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* Does the name of a handler begin with the name of the device? "vif1.0-q0-tx,..." */
static bool is_named_after(const char *actions, const char *name)
{
	size_t len = strlen(name);

	while (*actions) {
		size_t n = strcspn(actions, ",");

		if (n >= len && memcmp(actions, name, len) == 0 &&
			(n == len || actions[len] == '-'))
			return true;
		actions += n + (actions[n] == ',');
	}
	return false;
}

/*
 * The interrupts of a device are in its own msi_irqs, or in that of the device above it
 * (virtio); if it has neither (Xen), its name is in those of its handlers.
 */
static bool owns_irq(struct irqkit_ctx *ctx, const char *name, uint32_t irq)
{
	static const char *const folders[] = {
		"sys/class/net/%s/device/msi_irqs/%u",
		"sys/class/net/%s/device/../msi_irqs/%u",
		"sys/bus/pci/devices/%s/msi_irqs/%u",
		"sys/bus/virtio/devices/%s/../msi_irqs/%u",
	};
	_cleanup_free_ char *actions = NULL;
	char path[PATH_MAX];
	size_t len;

	for (size_t i = 0; i < LENGTH(folders); i++) {
		snprintf(path, sizeof(path), folders[i], name, irq);
		if (has_file(ctx, path))
			return true;
	}
	return knob_readf_line(ctx, &actions, &len, "sys/kernel/irq/%u/actions", irq) ==
		0 &&
		is_named_after(actions, name);
}

/* The end of the link "device" is the bus device of an interface. */
static bool is_below(struct irqkit_ctx *ctx, const char *net, const char *name)
{
	_cleanup_free_ char *target = NULL;
	const char *slash;

	if (strcmp(net, name) == 0)
		return true;
	if (knob_readf_link(ctx, &target, "sys/class/net/%s/device", net) < 0)
		return false;
	slash = strrchr(target, '/');
	return strcmp(slash ? slash + 1 : target, name) == 0;
}

static bool is_of_cpu(const struct cause *cause)
{
	return cause->kind == IRQKIT_EVENT_CPU_OFFLINE ||
		cause->kind == IRQKIT_EVENT_CPU_ONLINE;
}

static bool concerns(
	const struct cause *cause, struct irqkit_ctx *ctx, const struct setting *setting)
{
	if (is_of_cpu(cause))
		return true;
	if (setting->kind == SETTING_AFFINITY)
		return owns_irq(ctx, cause->name, setting->number);
	return setting->device[0] && is_below(ctx, setting->device, cause->name);
}

/*
 * If a CPU came or went at the same time, the name of the process shows which of them was
 * the cause: the driver acts in the context of the program that asks for channels.
 */
static unsigned int rank_for(const struct cause *cause, const char *comm)
{
	bool is_asked = comm &&
		(strcmp(comm, "ethtool") == 0 || strcmp(comm, "irqkit") == 0);

	if (is_of_cpu(cause) && !is_asked)
		return 7;
	return rank(cause->kind);
}

/* The best one that comes from @begin on, and no later than @end. */
static const struct cause *find_between(const struct causes *causes,
	struct irqkit_ctx *ctx, const struct setting *setting, const char *comm,
	int64_t begin, int64_t end)
{
	const struct cause *best = NULL;

	for (size_t i = causes->n; i-- > 0;) {
		const struct cause *cause = &causes->causes[i];

		if (cause->time >= begin && cause->time <= end &&
			(!best || rank_for(cause, comm) > rank_for(best, comm)) &&
			concerns(cause, ctx, setting))
			best = cause;
	}
	return best;
}

/* Since when the burst is that comes after @time; @time itself if there is none. */
static int64_t find_burst(const struct causes *causes, struct irqkit_ctx *ctx,
	const struct setting *setting, int64_t time)
{
	for (size_t i = 0; i < causes->n; i++)
		if (causes->causes[i].time >= time &&
			causes->causes[i].time <= time + CAUSES_DELAY &&
			concerns(&causes->causes[i], ctx, setting))
			return causes->causes[i].time;
	return time;
}

const char *causes_find(const struct causes *causes, struct irqkit_ctx *ctx,
	const struct setting *setting, const char *comm, int64_t time)
{
	int64_t burst = find_burst(causes, ctx, setting, time);
	const struct cause *best = find_between(
		causes, ctx, setting, comm, burst, burst + CAUSES_BURST);

	/* what a driver does after its event */
	if (!best)
		best = find_between(
			causes, ctx, setting, comm, time - CAUSES_AFTERMATH, time);
	return best ? best->reason : NULL;
}

bool causes_is_xen_backend(struct irqkit_ctx *ctx, const char *name)
{
	_cleanup_free_ char *driver = NULL;
	const char *slash;

	if (knob_readf_link(ctx, &driver, "sys/class/net/%s/device/driver", name) < 0)
		return false;
	slash = strrchr(driver, '/');
	return strcmp(slash ? slash + 1 : driver, "vif") == 0;
}
