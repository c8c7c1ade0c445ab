/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * /run/irqkit, below the root: who may write there, and the lock.
 *
 * It is root's folder in root's /run, but a saved root may come from anywhere: no link
 * is followed, and a folder that is not ours alone is refused.
 */
#include "private.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define POLL_MS 20u

/* Opens a folder in @dir_fd, and makes it where @make, with @mode. */
static int open_dir_at(int dir_fd, const char *name, bool make, mode_t mode)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(dir_fd, name, flags);

	if (fd < 0 && errno == ENOENT && make) {
		if (mkdirat(dir_fd, name, mode) < 0 && errno != EEXIST)
			return -errno;
		fd = openat(dir_fd, name, flags);
	}
	return fd >= 0 ? fd : -errno;
}

/* Ours alone: nobody else can have planted anything in it. */
static int check_owner(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (st.st_uid != geteuid() || (st.st_mode & (S_IWGRP | S_IWOTH)))
		return -EPERM;
	return 0;
}

int state_open(struct irqkit_ctx *ctx, bool make)
{
	int run = open_dir_at(ctx->root_fd, "run", make, 0755);
	int fd, r;

	if (run < 0)
		return run;
	fd = open_dir_at(run, "irqkit", make, 0700);
	close(run);
	if (fd < 0)
		return fd;
	r = check_owner(fd);
	if (r < 0) {
		close(fd);
		return r;
	}
	return fd;
}

static int wait_for_lock(int fd, unsigned int timeout_ms)
{
	const struct timespec pause = { .tv_nsec = POLL_MS * 1000000L };

	for (unsigned int waited = 0; flock(fd, LOCK_EX | LOCK_NB) < 0; waited += POLL_MS) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return -errno;
		if (waited >= timeout_ms)
			return -ETIMEDOUT;
		nanosleep(&pause, NULL);
	}
	return 0;
}

EXPORT int irqkit_lock_new(
	struct irqkit_ctx *ctx, unsigned int timeout_ms, struct irqkit_lock **ret_lock)
{
	struct irqkit_lock *lock = malloc(sizeof(*lock));
	int r;

	if (!lock)
		return -ENOMEM;
	lock->lock_fd = -1;
	lock->dir_fd = r = state_open(ctx, true);
	if (r >= 0) {
		lock->lock_fd = openat(lock->dir_fd, "lock",
			O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
		r = lock->lock_fd >= 0 ? wait_for_lock(lock->lock_fd, timeout_ms) : -errno;
	}
	if (r < 0) {
		irqkit_lock_free(lock);
		return r;
	}
	*ret_lock = lock;
	return 0;
}

/* The file stays: were it removed, two could hold the lock of different files. */
EXPORT void irqkit_lock_free(struct irqkit_lock *lock)
{
	if (!lock)
		return;
	if (lock->lock_fd >= 0)
		close(lock->lock_fd);
	if (lock->dir_fd >= 0)
		close(lock->dir_fd);
	free(lock);
}
