/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Writes of processes to files of /proc and /sys, as fanotify(7) reports them:
 *
 *	| event_len 4 | vers 1 | reserved 1 | metadata_len 2 | mask 8 | fd 4 | pid 4 | ...
 *
 * The whole file systems are marked, not the mounts: systemd runs irqbalance in a mount
 * namespace of its own, and a mark on a mount does not see it.
 */
#include "trace/writes.h"
#include "base/macros.h"
#include "kernel/root.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/vfs.h>
#include <unistd.h>

/* A write that fails leaves only the second: the file was open for writing. */
#define EVENTS (FAN_MODIFY | FAN_CLOSE_WRITE)

/* Records of files that cannot be opened come one by one; so many are skipped. */
#define ATTEMPTS 1000

static int mark(struct irqkit_ctx *ctx, int fd, const char *name, long magic)
{
	int dir = root_open(ctx, name, O_RDONLY | O_DIRECTORY);
	struct statfs fs;
	int r = 0;

	if (dir < 0)
		return dir;
	/* a folder on which nothing is mounted belongs to the file system of / */
	if (fstatfs(dir, &fs) < 0)
		r = -errno;
	else if ((long)fs.f_type != magic)
		r = -ENOENT;
	else if (fanotify_mark(
			 fd, FAN_MARK_ADD | FAN_MARK_FILESYSTEM, EVENTS, dir, NULL) < 0)
		r = -errno;
	close(dir);
	return r;
}

int writes_open(struct irqkit_ctx *ctx)
{
	int fd = fanotify_init(FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK,
		O_RDONLY | O_LARGEFILE | O_CLOEXEC | O_NONBLOCK);
	int r;

	if (fd < 0)
		return -errno;
	r = mark(ctx, fd, "proc", PROC_SUPER_MAGIC);
	if (r == 0)
		r = mark(ctx, fd, "sys", SYSFS_MAGIC);
	if (r < 0) {
		close(fd);
		return r;
	}
	return fd;
}

int writes_parse(const char **bytes, size_t *len, struct write_record *ret_record)
{
	struct fanotify_event_metadata data;

	if (*len == 0)
		return 0;
	if (*len < sizeof(data))
		return -EBADMSG;
	memcpy(&data, *bytes, sizeof(data));
	if (data.vers != FANOTIFY_METADATA_VERSION || data.event_len < sizeof(data) ||
		data.event_len > *len)
		return -EBADMSG;
	*bytes += data.event_len;
	*len -= data.event_len;
	*ret_record = (struct write_record){
		.is_overflow = data.mask & FAN_Q_OVERFLOW,
		.is_written = data.mask & FAN_MODIFY,
		.is_closed = data.mask & FAN_CLOSE_WRITE,
		.fd = data.fd,
		.pid = data.pid > 0 ? (uint32_t)data.pid : 0,
	};
	return 1;
}

ssize_t writes_read(int fd, char *bytes, size_t room)
{
	for (int left = ATTEMPTS; left > 0; left--) {
		ssize_t n = RETRY(read(fd, bytes, room));

		if (n >= 0)
			return n;
		if (errno == EAGAIN)
			return 0;
		if (errno == EBADF || errno == EFAULT || errno == ENOMEM)
			return -errno;
	}
	return 0;
}
