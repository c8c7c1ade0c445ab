/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Watches who changes settings.
 *
 *	fanotify  ->  writes.c      which process wrote to which file
 *	              setting.c     the setting of the file
 *	              process.c     the name of the process, asked at once: it may end
 *	              take_write.c  a change, with the old value from known.c
 *	kprobes   ->  probes.c, pipe.c, trace_line.c, hits.c    new affinities
 *	netlink   ->  causes.c      why the kernel may have changed something
 *	              kernel.c      the changes that no process wrote
 */
#include "trace/watch.h"
#include "base/macros.h"
#include "kernel/ctx.h"
#include "trace/kernel.h"
#include "trace/take_write.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

static int add_source(struct irqkit_watch *watch, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(watch->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

static int open_writes(struct irqkit_watch *watch)
{
	watch->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (watch->epoll_fd < 0)
		return -errno;
	watch->writes_fd = writes_open(watch->ctx);
	return watch->writes_fd < 0 ? watch->writes_fd
				    : add_source(watch, watch->writes_fd);
}

static int open_kernel(struct irqkit_watch *watch)
{
	int r = kernel_open(watch);

	if (r < 0 || !(watch->flags & (IRQKIT_WATCH_KERNEL | IRQKIT_WATCH_TRACE)))
		return r;
	watch->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (watch->timer_fd < 0)
		return -errno;
	r = add_source(watch, watch->timer_fd);
	if (r == 0 && watch->kernel.events)
		r = add_source(watch, irqkit_events_get_fd(watch->kernel.events));
	if (r == 0 && watch->kernel.probes.pipe_fd >= 0)
		r = add_source(watch, watch->kernel.probes.pipe_fd);
	return r;
}

EXPORT int irqkit_watch_new(
	struct irqkit_ctx *ctx, unsigned int flags, struct irqkit_watch **ret_watch)
{
	struct irqkit_watch *watch;
	int r;

	if (!ctx->is_live)
		return -EINVAL;
	if (flags & IRQKIT_WATCH_TRACE)
		flags |= IRQKIT_WATCH_KERNEL;
	if (flags & IRQKIT_WATCH_KERNEL)
		flags |= IRQKIT_WATCH_VALUES;
	watch = calloc(1, sizeof(*watch));
	if (!watch)
		return -ENOMEM;
	watch->ctx = ctx;
	watch->flags = flags;
	watch->epoll_fd = watch->writes_fd = watch->timer_fd = -1;
	watch->kernel.probes.pipe_fd = -1;
	r = open_writes(watch);
	if (r == 0)
		r = open_kernel(watch);
	/* last: a change meanwhile is reported */
	if (r == 0 && (flags & IRQKIT_WATCH_VALUES))
		r = known_scan(&watch->known, ctx, NULL, NULL);
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
	kernel_close(watch);
	watched_list_free(&watch->list);
	known_free(&watch->known);
	if (watch->timer_fd >= 0)
		close(watch->timer_fd);
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

EXPORT int irqkit_watch_get_trace_error(const struct irqkit_watch *watch)
{
	return watch->kernel.error;
}

/* The descriptor is readable again when something is to be explained. */
static int set_timer(struct irqkit_watch *watch)
{
	int64_t at = watch->kernel.settle_at;
	struct itimerspec time = {
		.it_value.tv_sec = at / 1000000,
		.it_value.tv_nsec = at % 1000000 * 1000,
	};

	if (watch->timer_fd < 0)
		return 0;
	return timerfd_settime(watch->timer_fd, TFD_TIMER_ABSTIME, &time, NULL) < 0
		? -errno
		: 0;
}

/*
 * Events come first, as a process that writes to cpuN/online is seen when all is over. What
 * the kernel did is explained when no record is left: a process may have done it.
 */
static int read_all(struct irqkit_watch *watch)
{
	int r = kernel_read(watch);

	if (r >= 0)
		r = watch_take_writes(watch);
	if (r == 0)
		r = kernel_settle(watch);
	return r < 0 ? r : set_timer(watch);
}

EXPORT int irqkit_watch_next(
	struct irqkit_watch *watch, const struct irqkit_watched **ret_watched)
{
	int r = 0;

	if (watch->next == watch->list.n) {
		watch->next = 0;
		watched_list_clear(&watch->list);
		r = read_all(watch);
	}
	if (r < 0)
		return r;
	if (watch->next == watch->list.n)
		return 0;
	*ret_watched = &watch->list.changes[watch->next++];
	return 1;
}
