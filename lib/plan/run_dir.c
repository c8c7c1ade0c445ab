/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * /run/irqkit, below the root: who may write there, its files, and the lock.
 *
 * It is root's folder in root's /run, but a saved root may come from anywhere: a folder
 * that is not ours alone is refused, and so is a link in its place. /run itself may be a
 * link to /var/run, as some distributions have it.
 */
#include "base/macros.h"
#include "kernel/ctx.h"
#include "kernel/root.h"
#include "plan/run_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define POLL_MS 20u
#define NEW_NAME "new"
#define MAX_SIZE ((off_t)64 << 20)

/* Nobody but root and this user can put anything in its place, or into it. */
static bool is_safe(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && (st.st_uid == 0 || st.st_uid == geteuid()) &&
		!(st.st_mode & (S_IWGRP | S_IWOTH));
}

/* What stands in the place of /run is not what it should be, or there is nothing. */
static int explain_run(struct irqkit_ctx *ctx, int error)
{
	struct stat st;

	if (error == -ENOTDIR || error == -ELOOP)
		return -EXDEV;
	if (error == -ENOENT && fstatat(ctx->root_fd, "run", &st, AT_SYMLINK_NOFOLLOW) == 0)
		return -EXDEV; /* a link that leads to nothing below the root */
	return error;
}

/* A link is followed, not out of the root, and to a safe folder only. */
static int open_run(struct irqkit_ctx *ctx, bool make)
{
	int fd = root_open(ctx, "run", O_RDONLY | O_DIRECTORY);
	struct stat st;

	if (fd == -ENOENT && make) {
		if (mkdirat(ctx->root_fd, "run", 0755) < 0 && errno != EEXIST)
			return -errno;
		fd = root_open(ctx, "run", O_RDONLY | O_DIRECTORY);
	}
	if (fd < 0)
		return explain_run(ctx, fd);
	if (fstatat(ctx->root_fd, "run", &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		(!S_ISLNK(st.st_mode) || is_safe(fd)))
		return fd;
	close(fd);
	return -EXDEV;
}

static int open_irqkit(int run_fd, bool make)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(run_fd, "irqkit", flags);

	if (fd < 0 && errno == ENOENT && make) {
		if (mkdirat(run_fd, "irqkit", 0700) < 0 && errno != EEXIST)
			return -errno;
		fd = openat(run_fd, "irqkit", flags);
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

int run_dir_open(struct irqkit_ctx *ctx, bool make)
{
	int run = open_run(ctx, make);
	int fd, r;

	if (run < 0)
		return run;
	fd = open_irqkit(run, make);
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

/* ------------------------------------------------------------------------------- */
/* Files                                                                           */

static int write_all(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		text += n;
		len -= (size_t)n;
	}
	return fdatasync(fd) < 0 ? -errno : 0;
}

int run_dir_write(int dir_fd, const char *name, const char *text, size_t len)
{
	int fd, r;

	/* what a killed run left behind */
	unlinkat(dir_fd, NEW_NAME, 0);
	fd = openat(dir_fd, NEW_NAME, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		0600);
	if (fd < 0)
		return -errno;
	r = write_all(fd, text, len);
	if (close(fd) < 0 && r == 0)
		r = -errno;
	if (r == 0 && renameat(dir_fd, NEW_NAME, dir_fd, name) < 0)
		r = -errno;
	if (r < 0)
		unlinkat(dir_fd, NEW_NAME, 0);
	return r;
}

int run_dir_sync(int dir_fd)
{
	/* some filesystems cannot */
	return fsync(dir_fd) < 0 && errno != EINVAL ? -errno : 0;
}

static int read_all(int fd, char *text, size_t size)
{
	size_t len = 0;

	while (len < size) {
		ssize_t n = read(fd, text + len, size - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	text[len] = '\0';
	return 0;
}

int run_dir_read(int dir_fd, const char *name, char **ret_text)
{
	int fd = openat(dir_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	_cleanup_free_ char *text = NULL;
	struct stat st;
	int r;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size > MAX_SIZE) {
		r = S_ISREG(st.st_mode) ? -EFBIG : -EBADMSG;
		close(fd);
		return r;
	}
	text = malloc((size_t)st.st_size + 1);
	r = text ? read_all(fd, text, (size_t)st.st_size) : -ENOMEM;
	close(fd);
	if (r < 0)
		return r;
	*ret_text = TAKE(text);
	return 0;
}

int run_dir_list(int dir_fd, int (*each)(void *data, const char *name), void *data)
{
	/* a place of its own in the folder, not that of dir_fd */
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	int r = 0;

	if (!dir) {
		r = -errno;
		if (fd >= 0)
			close(fd);
		return r;
	}
	for (struct dirent *entry; r >= 0 && (entry = readdir(dir));)
		r = each(data, entry->d_name);
	closedir(dir);
	return r < 0 ? r : 0;
}

/* ------------------------------------------------------------------------------- */
/* The lock                                                                        */

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
	lock->dir_fd = r = run_dir_open(ctx, true);
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
