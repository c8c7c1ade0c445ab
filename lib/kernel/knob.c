/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The files of /proc and /sys, below the root: reading and writing. */
#include "kernel/knob.h"
#include "base/macros.h"
#include "base/number.h"
#include "kernel/ctx.h"
#include "kernel/root.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <syslog.h>
#include <unistd.h>

#define PIECE ((size_t)128 << 10)
#define LINE_ROOM 4096 /* a mask of 8192 CPUs has 2304 characters */
#define MAX_KNOB ((off_t)16 << 20)
#define MAX_SIZE ((off_t)1 << 30) /* /proc/interrupts of 8192 CPUs has less */

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}
#define _cleanup_fd_ CLEANUP(close_fd)

/* What containers mount over files that they mask. */
static bool is_dev_null(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3);
}

/* Nothing waits for a FIFO that a saved root may have in the place of a file. */
static int open_unchecked(struct irqkit_ctx *ctx, const char *path, int flags)
{
	return root_open(ctx, path, flags | O_NONBLOCK | O_NOCTTY);
}

/*
 * A saved root may have anything in the place of a file. Only a regular file is read or
 * written. /dev/null reads as empty.
 */
static int check_file(int fd, bool is_to_read, struct stat *ret_stat)
{
	if (fstat(fd, ret_stat) < 0)
		return -errno;
	if (is_dev_null(ret_stat) && is_to_read)
		return 0;
	if (!S_ISREG(ret_stat->st_mode))
		return -EBADMSG;
	return ret_stat->st_size > MAX_SIZE ? -EFBIG : 0;
}

static int open_file(
	struct irqkit_ctx *ctx, const char *path, int flags, struct stat *ret_stat)
{
	int fd = open_unchecked(ctx, path, flags), r;

	if (fd < 0)
		return fd;
	r = check_file(fd, (flags & O_ACCMODE) == O_RDONLY, ret_stat);
	if (r == 0)
		return fd;
	close(fd);
	return r;
}

static ssize_t read_some(int fd, char *buffer, size_t room)
{
	ssize_t n = RETRY(read(fd, buffer, room));

	return n < 0 ? -errno : n;
}

/*
 * A line that is shorter than what was asked for is the whole of a file of one line, which
 * the kernel gives in one piece (fs/seq_file.c, seq_read_iter()).
 */
static bool is_one_line(const char *text, size_t len, size_t room)
{
	return len > 0 && len < room && memchr(text, '\n', len) == text + len - 1;
}

/*
 * Reads to the end: for the kernel's files, stat does not know the length. A file that is
 * not checked yet is checked unless the first read gives a whole line: no folder, no FIFO
 * that nobody writes to and no device that goes on and on does that.
 */
static int read_to_end(
	int fd, bool is_line, bool is_checked, char **ret_text, size_t *ret_len)
{
	_cleanup_free_ char *text = NULL;
	size_t len = 0, room = 0;
	struct stat st;

	for (;;) {
		ssize_t n;

		if (len > (size_t)MAX_KNOB)
			return -EFBIG;
		if (room - len < 2) {
			char *more = realloc(text, room = room ? room * 4 : 512);

			if (!more)
				return -ENOMEM;
			text = more;
		}
		n = read_some(fd, text + len, room - len - 1);
		len += n > 0 ? (size_t)n : 0;
		if (n > 0 && is_line && is_one_line(text, len, room - 1))
			break;
		if (!is_checked) {
			int r = check_file(fd, true, &st);

			if (r < 0)
				return r;
			is_checked = true;
		}
		if (n < 0)
			return (int)n;
		if (n == 0)
			break;
	}

	text[len] = '\0';
	*ret_text = TAKE(text);
	*ret_len = len;
	return 0;
}

/* @ret_mode: may be NULL */
static int read_whole(struct irqkit_ctx *ctx, const char *path, bool is_line,
	char **ret_text, size_t *ret_len, mode_t *ret_mode)
{
	bool is_checked = ret_mode || !is_line;
	struct stat st;
	_cleanup_fd_ int fd = is_checked ? open_file(ctx, path, O_RDONLY, &st)
					 : open_unchecked(ctx, path, O_RDONLY);

	if (fd < 0)
		return fd;
	if (ret_mode)
		*ret_mode = st.st_mode;
	return read_to_end(fd, is_line, is_checked, ret_text, ret_len);
}

/*
 * If an interrupt is gone, reading its file in /proc/irq, which is still open, gives EIO
 * (fs/proc/inode.c, proc_reg_read()). Only opening it again shows whether it is there.
 */
static int read_and_note(struct irqkit_ctx *ctx, const char *path, bool is_line,
	char **ret_text, size_t *ret_len, mode_t *ret_mode)
{
	int r = read_whole(ctx, path, is_line, ret_text, ret_len, ret_mode);

	if (r == -EIO) {
		_cleanup_fd_ int fd = root_open(ctx, path, O_PATH);

		r = fd == -ENOENT ? fd : r;
	}
	return ctx_note(ctx, path, r);
}

int knob_read(struct irqkit_ctx *ctx, const char *path, char **ret_text, size_t *ret_len)
{
	return read_and_note(ctx, path, false, ret_text, ret_len, NULL);
}

int knob_read_line_and_mode(struct irqkit_ctx *ctx, const char *path, char **ret_text,
	size_t *ret_len, mode_t *ret_mode)
{
	int r = read_and_note(ctx, path, true, ret_text, ret_len, ret_mode);

	while (r == 0 && *ret_len > 0 && (*ret_text)[*ret_len - 1] == '\n')
		(*ret_text)[--*ret_len] = '\0';
	return r;
}

int knob_read_line(
	struct irqkit_ctx *ctx, const char *path, char **ret_text, size_t *ret_len)
{
	return knob_read_line_and_mode(ctx, path, ret_text, ret_len, NULL);
}

int knob_read_u64(struct irqkit_ctx *ctx, const char *path, uint64_t *ret_number)
{
	_cleanup_free_ char *text = NULL;
	size_t len;
	int r = knob_read_line(ctx, path, &text, &len);

	if (r < 0)
		return r;
	return parse_u64(text, len, ret_number) < 0 ? -EBADMSG : 0;
}

int knob_parse_cpus(struct irqkit_ctx *ctx, const char *path, const char *text,
	size_t len, knob_parse_fn *parse, struct irqkit_cpuset **ret_set)
{
	int r = parse(text, len, ret_set, NULL);

	if (r == -EINVAL || r == -ERANGE) {
		ctx_log(ctx, LOG_DEBUG, "/%s does not contain a set of CPUs", path);
		return -EBADMSG;
	}
	return ctx_keep(ctx, r);
}

static int read_cpus(struct irqkit_ctx *ctx, const char *path, knob_parse_fn *parse,
	struct irqkit_cpuset **ret_set)
{
	_cleanup_free_ char *text = NULL;
	size_t len;
	int r = knob_read_line(ctx, path, &text, &len);

	return r < 0 ? r : knob_parse_cpus(ctx, path, text, len, parse, ret_set);
}

int knob_read_cpulist(
	struct irqkit_ctx *ctx, const char *path, struct irqkit_cpuset **ret_set)
{
	return read_cpus(ctx, path, irqkit_cpuset_parse_list, ret_set);
}

int knob_read_cpumask(
	struct irqkit_ctx *ctx, const char *path, struct irqkit_cpuset **ret_set)
{
	return read_cpus(ctx, path, irqkit_cpuset_parse_mask, ret_set);
}

int knob_read_mode(struct irqkit_ctx *ctx, const char *path, mode_t *ret_mode)
{
	_cleanup_fd_ int fd = root_open(ctx, path, O_PATH);
	struct stat st;

	if (fd < 0)
		return ctx_note(ctx, path, fd);
	if (fstat(fd, &st) < 0)
		return ctx_note(ctx, path, -errno);
	*ret_mode = st.st_mode;
	return 0;
}

int knob_stream(struct irqkit_ctx *ctx, const char *path,
	int (*feed)(void *data, const char *bytes, size_t len), void *data)
{
	struct stat st;
	_cleanup_fd_ int fd = open_file(ctx, path, O_RDONLY, &st);
	_cleanup_free_ char *piece = NULL;

	if (fd < 0)
		return ctx_note(ctx, path, fd);
	piece = malloc(PIECE);
	if (!piece)
		return ctx_note(ctx, path, -ENOMEM);

	for (;;) {
		ssize_t n = read_some(fd, piece, PIECE);
		int r;

		if (n <= 0)
			return ctx_note(ctx, path, (int)n);
		r = feed(data, piece, (size_t)n);
		if (r < 0)
			return r;
	}
}

/*
 * In a saved root, a knob is a file that keeps the old text after the end of the new one.
 * Newlines over that rest have the effect of a truncation, in the same write. Files of
 * the kernel, also those that a container has of its host, have no length.
 */
static int find_length(int fd, const struct stat *st, size_t *len)
{
	struct statfs fs;

	if (st->st_size <= (off_t)*len || st->st_size >= MAX_KNOB)
		return 0;
	if (RETRY(fstatfs(fd, &fs)) < 0)
		return -errno;
	if (fs.f_type != PROC_SUPER_MAGIC && fs.f_type != SYSFS_MAGIC)
		*len = (size_t)st->st_size;
	return 0;
}

/* Writes to an open knob. */
static int write_value(
	int fd, const struct stat *st, const char *text, bool *ret_is_refused)
{
	_cleanup_free_ char *value = NULL;
	size_t text_len = strlen(text), len = text_len + 1;
	ssize_t n;
	int r = find_length(fd, st, &len);

	if (r < 0)
		return r;
	value = malloc(len);
	if (!value)
		return -ENOMEM;
	memcpy(value, text, text_len);
	memset(value + text_len, '\n', len - text_len);

	n = RETRY(write(fd, value, len));
	*ret_is_refused = n < 0;
	if (n < 0)
		return -errno;
	return (size_t)n == len ? 0 : -EPROTO;
}

/*
 * From the beginning of the file: the kernel formats it again for that (fs/seq_file.c,
 * seq_read_iter()). NULL: it is not known, as after a failure or with a very long text.
 */
static char *read_again(int fd)
{
	char text[LINE_ROOM];
	ssize_t len = RETRY(pread(fd, text, sizeof(text), 0));

	if (len <= 0 || (size_t)len == sizeof(text) || text[len - 1] != '\n')
		return NULL;
	while (len > 0 && text[len - 1] == '\n')
		len--;
	return strndup(text, (size_t)len);
}

int knob_write(
	struct irqkit_ctx *ctx, const char *path, const char *text, bool *ret_is_refused)
{
	struct stat st;
	_cleanup_fd_ int fd = open_file(ctx, path, O_WRONLY, &st);

	*ret_is_refused = false;
	return fd < 0 ? fd : write_value(fd, &st, text, ret_is_refused);
}

int knob_write_and_read(struct irqkit_ctx *ctx, const char *path, const char *text,
	bool *ret_is_refused, char **ret_now)
{
	struct stat st;
	_cleanup_fd_ int fd = open_file(ctx, path, O_RDWR, &st);
	int r;

	*ret_is_refused = false;
	*ret_now = NULL;
	if (fd == -EACCES) /* it can perhaps be written, but not read */
		return knob_write(ctx, path, text, ret_is_refused);
	if (fd < 0)
		return fd;
	r = write_value(fd, &st, text, ret_is_refused);
	if (r == 0)
		*ret_now = read_again(fd);
	return r;
}
