/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Opens files below the root, and nothing outside it.
 *
 * A saved root may hold links, planted or copied. openat2(RESOLVE_IN_ROOT) (Linux 5.6)
 * keeps them inside. Where the kernel or a sandbox has no openat2(), the running machine's
 * own files are opened plainly, and in another root the links are followed here, as if it
 * were "/".
 */
#include "kernel/root.h"
#include "base/macros.h"
#include "kernel/ctx.h"
#include "kernel/openat2.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_LINKS 40u /* as the kernel has it */
#define ATTEMPTS 128

struct path_walk {
	/* contains no link and no "..": opened without following links */
	char done[PATH_MAX];
	char todo[PATH_MAX];
	unsigned int n_links;
};

/* Component by component: a link planted meanwhile is refused, not followed. */
static int open_without_links(struct irqkit_ctx *ctx, const char *path, int flags)
{
	int dir = fcntl(ctx->root_fd, F_DUPFD_CLOEXEC, 0);

	while (dir >= 0) {
		size_t len = strcspn(path, "/");
		bool is_last = !path[len];
		char name[NAME_MAX + 1];
		int next, error;

		if (len > NAME_MAX) {
			close(dir);
			return -ENAMETOOLONG;
		}
		*(char *)mempcpy(name, path, len) = '\0';
		next = RETRY(openat(dir, name,
			O_NOFOLLOW |
				(is_last ? flags : O_PATH | O_DIRECTORY | O_CLOEXEC)));
		error = errno;
		close(dir);
		if (next < 0)
			return -error;
		if (is_last)
			return next;
		dir = next;
		path += len + 1;
	}
	return -errno;
}

/* The next component of the path that is left; false: none is left. */
static bool take_component(
	struct path_walk *walk, char name[NAME_MAX + 1], int *ret_error)
{
	const char *begin = walk->todo + strspn(walk->todo, "/");
	size_t len = strcspn(begin, "/");

	*ret_error = len > NAME_MAX ? -ENAMETOOLONG : 0;
	if (len == 0 || len > NAME_MAX)
		return false;
	*(char *)mempcpy(name, begin, len) = '\0';
	memmove(walk->todo, begin + len, strlen(begin + len) + 1);
	return true;
}

static void drop_last(struct path_walk *walk)
{
	char *slash = strrchr(walk->done, '/');

	*(slash ? slash : walk->done) = '\0';
}

static int append(struct path_walk *walk, const char *name)
{
	size_t len = strlen(walk->done);
	int n = snprintf(
		walk->done + len, sizeof(walk->done) - len, "%s%s", len ? "/" : "", name);

	return (size_t)n < sizeof(walk->done) - len ? 0 : -ENAMETOOLONG;
}

/*
 * Puts the target of the link, the last component so far, in front of the path that is
 * left.
 */
static int follow(struct path_walk *walk, const char *target)
{
	char todo[2 * PATH_MAX];
	int n = snprintf(todo, sizeof(todo), "%s%s", target, walk->todo);

	if (++walk->n_links > MAX_LINKS)
		return -ELOOP;
	if ((size_t)n >= sizeof(walk->todo))
		return -ENAMETOOLONG;
	memcpy(walk->todo, todo, (size_t)n + 1);
	drop_last(walk);
	if (target[0] == '/')
		walk->done[0] = '\0';
	return 0;
}

/* 1: a link; 0: anything else, which must be a folder if more components follow */
static int read_link(
	struct irqkit_ctx *ctx, const char *path, bool has_more, char target[PATH_MAX])
{
	int fd = open_without_links(ctx, path, O_PATH | O_CLOEXEC);
	struct stat st;
	ssize_t len;
	int r = 1;

	if (fd < 0)
		return fd;
	len = readlinkat(fd, "", target, PATH_MAX - 1);
	if (len >= 0)
		target[len] = '\0';
	else if (errno != ENOENT && errno != EINVAL) /* for a file that is not a link */
		r = -errno;
	else if (!has_more)
		r = 0;
	else if (fstat(fd, &st) < 0)
		r = -errno;
	else
		r = S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
	close(fd);
	return r;
}

static int walk_on(struct path_walk *walk, struct irqkit_ctx *ctx, const char *name,
	bool follows_last)
{
	char target[PATH_MAX];
	int r;

	if (strcmp(name, ".") == 0)
		return 0;
	if (strcmp(name, "..") == 0) {
		drop_last(walk);
		return 0;
	}
	r = append(walk, name);
	if (r < 0 || (!walk->todo[0] && !follows_last))
		return r;
	r = read_link(ctx, walk->done, walk->todo[0], target);
	return r > 0 ? follow(walk, target) : r;
}

static int open_in_root(struct irqkit_ctx *ctx, const char *path, int flags)
{
	struct path_walk walk; /* 8 KB, which need not be cleared */
	char name[NAME_MAX + 1];
	int r = 0;

	if (strlen(path) >= sizeof(walk.todo))
		return -ENAMETOOLONG;
	strcpy(walk.todo, path);
	walk.done[0] = '\0';
	walk.n_links = 0;
	while (r == 0 && take_component(&walk, name, &r))
		r = walk_on(&walk, ctx, name, !(flags & O_NOFOLLOW));
	if (r < 0)
		return r;
	return open_without_links(ctx, walk.done[0] ? walk.done : ".", flags);
}

/*
 * Where a link leads by "..", any file that is renamed meanwhile, wherever it is, lets the
 * kernel answer EAGAIN.
 */
static int open_by_openat2(struct irqkit_ctx *ctx, const char *path, int flags)
{
	struct how_to_open how = {
		.flags = (unsigned int)flags | O_CLOEXEC,
		.resolve = HOW_IN_ROOT,
	};
	long fd = -1;

	errno = EAGAIN;
	for (int left = ATTEMPTS;
		fd < 0 && (errno == EAGAIN || errno == EINTR) && left-- > 0;)
		fd = syscall(CALL_OPENAT2, ctx->root_fd, path, &how, sizeof(how));
	return fd >= 0 ? (int)fd : -errno;
}

int root_open(struct irqkit_ctx *ctx, const char *path, int flags)
{
	int fd;

	if (ctx->resolves_in_root) {
		fd = open_by_openat2(ctx, path, flags);
		if (fd != -ENOSYS && fd != -EPERM)
			return fd;
		/* some containers answer EPERM to a system call that they do not know */
		ctx->resolves_in_root = false;
	}

	if (!ctx->is_live)
		return open_in_root(ctx, path, flags | O_CLOEXEC);
	fd = RETRY(openat(ctx->root_fd, path, flags | O_CLOEXEC));
	return fd >= 0 ? fd : -errno;
}

ssize_t root_read_link(
	struct irqkit_ctx *ctx, const char *path, char target[static PATH_MAX])
{
	ssize_t len;
	int fd;

	if (ctx->is_live) { /* without opening it */
		len = readlinkat(ctx->root_fd, path, target, PATH_MAX);
		return len < 0 ? -errno : len;
	}
	fd = root_open(ctx, path, O_PATH | O_NOFOLLOW);
	if (fd < 0)
		return fd;
	len = readlinkat(fd, "", target, PATH_MAX);
	if (len < 0) /* for a file that is not a link, the kernel returns ENOENT */
		len = errno == ENOENT ? -EINVAL : -errno;
	close(fd);
	return len;
}
