/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * /run/irqkit, below the root: who may write there, its files, and the lock.
 *
 * On the running system, root owns it and /run. A saved root may come from anywhere: a
 * folder that others own or can write to is refused, and so is a link in its place. /run
 * itself may be a link to /var/run, as some distributions have it.
 */
#include "plan/run_dir.h"
#include "base/macros.h"
#include "kernel/ctx.h"
#include "kernel/knob.h"
#include "kernel/root.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* include/uapi/linux/fs.h, which some C libraries' own stdio.h does not go with */
#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE (1u << 0)
#endif

#define POLL_MS 20u
#define NEW_NAME "new"
#define MAX_SIZE ((off_t)64 << 20)

/* Nobody but root and this user can put anything in its place, or into it. */
static bool is_safe(int fd)
{
	struct stat st;

	return RETRY(fstat(fd, &st)) == 0 && (st.st_uid == 0 || st.st_uid == geteuid()) &&
		!(st.st_mode & (S_IWGRP | S_IWOTH));
}

/* Why /run cannot be opened: it is missing, or it is not a folder. */
static int explain_run(struct irqkit_ctx *ctx, int error)
{
	struct stat st;

	if (error == -ENOTDIR || error == -ELOOP)
		return -EXDEV;
	if (error == -ENOENT &&
		RETRY(fstatat(ctx->root_fd, "run", &st, AT_SYMLINK_NOFOLLOW)) == 0)
		return -EXDEV; /* a link that leads to nothing below the root */
	return error;
}

/* A link is followed, not out of the root, and to a safe folder only. */
static int open_run(struct irqkit_ctx *ctx, bool make)
{
	int fd = root_open(ctx, "run", O_RDONLY | O_DIRECTORY);
	struct stat st;

	if (fd == -ENOENT && make) {
		if (RETRY(mkdirat(ctx->root_fd, "run", 0755)) < 0 && errno != EEXIST)
			return -errno;
		fd = root_open(ctx, "run", O_RDONLY | O_DIRECTORY);
	}
	if (fd < 0)
		return explain_run(ctx, fd);
	if (RETRY(fstatat(ctx->root_fd, "run", &st, AT_SYMLINK_NOFOLLOW)) < 0) {
		int r = -errno;

		close(fd);
		return r;
	}
	if (!S_ISLNK(st.st_mode) || is_safe(fd))
		return fd;
	close(fd);
	return -EXDEV;
}

static int open_irqkit(int run_fd, bool make)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int fd = RETRY(openat(run_fd, "irqkit", flags));

	if (fd < 0 && errno == ENOENT && make) {
		if (RETRY(mkdirat(run_fd, "irqkit", 0700)) < 0 && errno != EEXIST)
			return -errno;
		fd = RETRY(openat(run_fd, "irqkit", flags));
	}
	return fd >= 0 ? fd : -errno;
}

/*
 * Only this user can write to it, so nobody else has put anything in it. That of root is
 * not unsafe for other users, but not theirs.
 */
static int check_owner(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (st.st_uid == 0 && geteuid() != 0)
		return -EACCES;
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
		ssize_t n = RETRY(write(fd, text, len));

		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		text += n;
		len -= (size_t)n;
	}
	return RETRY(fdatasync(fd)) < 0 ? -errno : 0;
}

int run_dir_find(int dir_fd, const char *name)
{
	struct stat st;

	return RETRY(fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW)) < 0 ? -errno : 0;
}

int run_dir_rename(int dir_fd, const char *from, const char *to)
{
	return RETRY(renameat(dir_fd, from, dir_fd, to)) < 0 ? -errno : 0;
}

/*
 * The caller holds the lock, so nobody else creates the name in between. On a file system
 * that cannot do both in one call, two calls are therefore safe.
 */
static int rename_to_free(int dir_fd, const char *from, const char *to)
{
	int r = run_dir_find(dir_fd, to);

	if (r != -ENOENT)
		return r < 0 ? r : -EEXIST;
	if (RETRY(syscall(SYS_renameat2, dir_fd, from, dir_fd, to, RENAME_NOREPLACE)) ==
		0)
		return 0;
	if (errno == ENOSYS || errno == EINVAL || errno == EPERM)
		return run_dir_rename(dir_fd, from, to);
	return -errno;
}

int run_dir_write(
	int dir_fd, const char *name, const char *text, size_t len, bool replaces)
{
	int fd, r;

	/* left by a run that was killed */
	RETRY(unlinkat(dir_fd, NEW_NAME, 0));
	fd = RETRY(openat(dir_fd, NEW_NAME,
		O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
	if (fd < 0)
		return -errno;
	r = write_all(fd, text, len);
	/* closed by then, whatever interrupted it */
	if (close(fd) < 0 && r == 0 && errno != EINTR)
		r = -errno;
	if (r == 0)
		r = replaces ? run_dir_rename(dir_fd, NEW_NAME, name)
			     : rename_to_free(dir_fd, NEW_NAME, name);
	if (r < 0)
		RETRY(unlinkat(dir_fd, NEW_NAME, 0));
	return r;
}

int run_dir_open_file(int dir_fd, const char *name, int flags)
{
	int fd = RETRY(
		openat(dir_fd, name, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600));

	return fd < 0 ? -errno : fd;
}

int run_dir_sync(int dir_fd)
{
	/* some filesystems cannot */
	return RETRY(fsync(dir_fd)) < 0 && errno != EINVAL ? -errno : 0;
}

/*
 * Files get their names when they are complete, and do not change after that: one that is
 * shorter than it should be cannot be read to its end.
 */
static int read_all(int fd, size_t size, char **ret_text)
{
	_cleanup_free_ char *text = malloc(size + 2);
	size_t len = 0;
	ssize_t n = 1;

	if (!text)
		return -ENOMEM;
	while (n > 0 && len <= size) {
		n = RETRY(read(fd, text + len, size + 1 - len));
		if (n < 0)
			return -errno;
		len += (size_t)n;
	}
	if (len != size)
		return -EIO;
	text[len] = '\0';
	*ret_text = TAKE(text);
	return 0;
}

int run_dir_read(int dir_fd, const char *name, char **ret_text)
{
	int fd = run_dir_open_file(dir_fd, name, O_RDONLY);
	struct stat st;
	int r;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		r = -errno;
	else if (!S_ISREG(st.st_mode))
		r = -EBADMSG;
	else if (st.st_size > MAX_SIZE)
		r = -EFBIG;
	else
		r = read_all(fd, (size_t)st.st_size, ret_text);
	close(fd);
	return r;
}

int run_dir_list(int dir_fd, int (*each)(void *data, const char *name), void *data)
{
	/* its own position in the folder, not that of dir_fd */
	int fd = RETRY(openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	int error = 0, r = 0;

	if (!dir) {
		r = -errno;
		if (fd >= 0)
			close(fd);
		return r;
	}
	for (struct dirent *entry; r >= 0 && (entry = next_entry(dir, &error));)
		r = each(data, entry->d_name);
	closedir(dir);
	return r < 0 ? r : error;
}

/* ------------------------------------------------------------------------------- */
/* The lock                                                                        */

static int wait_for_lock(int fd, unsigned int timeout_ms)
{
	const struct timespec pause = { .tv_nsec = POLL_MS * 1000000L };

	for (unsigned int waited = 0; flock(fd, LOCK_EX | LOCK_NB) < 0;
		waited += POLL_MS) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return -errno;
		if (waited >= timeout_ms)
			return -ETIMEDOUT;
		nanosleep(&pause, NULL);
	}
	return 0;
}

/* @make: creates what does not exist yet */
static int take_lock(struct irqkit_ctx *ctx, bool make, unsigned int timeout_ms,
	struct irqkit_lock **ret_lock)
{
	struct irqkit_lock *lock = malloc(sizeof(*lock));
	int r;

	if (!lock)
		return -ENOMEM;
	lock->lock_fd = -1;
	lock->dir_fd = r = run_dir_open(ctx, make);
	if (r >= 0) {
		lock->lock_fd = r = run_dir_open_file(
			lock->dir_fd, "lock", O_RDWR | (make ? O_CREAT : 0));
		if (r >= 0)
			r = wait_for_lock(lock->lock_fd, timeout_ms);
	}
	if (r < 0) {
		irqkit_lock_free(lock);
		return r;
	}
	*ret_lock = lock;
	return 0;
}

EXPORT int irqkit_lock_new(
	struct irqkit_ctx *ctx, unsigned int timeout_ms, struct irqkit_lock **ret_lock)
{
	return take_lock(ctx, true, timeout_ms, ret_lock);
}

EXPORT int irqkit_lock_try(struct irqkit_ctx *ctx, struct irqkit_lock **ret_lock)
{
	int r = take_lock(ctx, false, 0, ret_lock);

	return r == -ETIMEDOUT ? -EAGAIN : r;
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
