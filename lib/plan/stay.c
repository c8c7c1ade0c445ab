/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A program that keeps settings in force holds a lock on /run/irqkit/stay as long as it
 * runs. The file has its process ID and the number of its change: "312 7\n". The kernel
 * drops the lock when the process ends, however that happens.
 */
#include "base/macros.h"
#include "base/number.h"
#include "plan/run_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#define NAME "stay"
#define TEXT_SIZE 32
/* Who only looks holds a shared lock for a moment. */
#define ATTEMPTS 10
#define PAUSE_MS 20

struct irqkit_stay {
	int fd; /* owned; locked */
};

static int lock_file(int fd)
{
	const struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000L };

	for (int i = 0; flock(fd, LOCK_EX | LOCK_NB) < 0; i++) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return -errno;
		if (i >= ATTEMPTS)
			return -EBUSY;
		nanosleep(&pause, NULL);
	}
	return 0;
}

static int write_file(int fd, unsigned int number)
{
	char text[TEXT_SIZE];
	int len = snprintf(text, sizeof(text), "%d %u\n", (int)getpid(), number);
	ssize_t n = RETRY(pwrite(fd, text, (size_t)len, 0));

	if (n != len)
		return n < 0 ? -errno : -EIO;
	return RETRY(ftruncate(fd, len)) < 0 ? -errno : 0;
}

static int parse(const char *text, size_t len, int *ret_pid, unsigned int *ret_number)
{
	const char *space = memchr(text, ' ', len), *end = memchr(text, '\n', len);
	uint32_t pid, number;

	if (!space || !end || end < space ||
		parse_u32(text, (size_t)(space - text), &pid) < 0 ||
		parse_u32(space + 1, (size_t)(end - space - 1), &number) < 0 ||
		pid > INT32_MAX)
		return -EBADMSG;
	*ret_pid = (int)pid;
	*ret_number = number;
	return 0;
}

/* The change of the process before this one, which may have been killed; 0: none. */
static unsigned int read_former(int fd)
{
	char text[TEXT_SIZE];
	ssize_t n = RETRY(pread(fd, text, sizeof(text), 0));
	unsigned int number = 0;
	int pid;

	return n > 0 && parse(text, (size_t)n, &pid, &number) == 0 ? number : 0;
}

EXPORT int irqkit_stay_new(struct irqkit_lock *lock, struct irqkit_stay **ret_stay)
{
	struct irqkit_stay *stay = malloc(sizeof(*stay));
	int r;

	if (!stay)
		return -ENOMEM;
	stay->fd = r = run_dir_open_file(lock->dir_fd, NAME, O_RDWR | O_CREAT);
	if (r >= 0)
		r = lock_file(stay->fd);
	if (r == 0)
		r = write_file(stay->fd, read_former(stay->fd));
	if (r < 0) {
		irqkit_stay_free(stay);
		return r;
	}
	*ret_stay = stay;
	return 0;
}

EXPORT int irqkit_stay_set_number(struct irqkit_stay *stay, unsigned int number)
{
	return write_file(stay->fd, number);
}

EXPORT unsigned int irqkit_stay_get_number(const struct irqkit_stay *stay)
{
	return read_former(stay->fd);
}

EXPORT void irqkit_stay_free(struct irqkit_stay *stay)
{
	if (!stay)
		return;
	if (stay->fd >= 0)
		close(stay->fd);
	free(stay);
}

/* -ENOENT: nobody holds its lock. */
static int read_file(int fd, int *ret_pid, unsigned int *ret_number)
{
	char text[TEXT_SIZE];
	ssize_t n;

	if (flock(fd, LOCK_SH | LOCK_NB) == 0)
		return -ENOENT;
	if (errno != EWOULDBLOCK)
		return -errno;
	n = RETRY(pread(fd, text, sizeof(text), 0));
	return n < 0 ? -errno : parse(text, (size_t)n, ret_pid, ret_number);
}

EXPORT int irqkit_stay_find(
	struct irqkit_ctx *ctx, int *ret_pid, unsigned int *ret_number)
{
	int dir_fd = run_dir_open(ctx, false), fd, r;

	if (dir_fd < 0)
		return dir_fd;
	fd = run_dir_open_file(dir_fd, NAME, O_RDONLY);
	r = fd < 0 ? fd : read_file(fd, ret_pid, ret_number);
	if (fd >= 0)
		close(fd);
	close(dir_fd);
	return r;
}
