/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Policy files, by name and from the folders of the system, as systemd's tools have them:
 *
 *	/etc/irqkit.d/NAME.conf > /run/irqkit.d/NAME.conf > /usr/lib/irqkit.d/NAME.conf
 *
 * Of files with the same name the first counts, and they are sorted by name. A link to
 * /dev/null, or an empty file, stands for nothing: it hides the others of that name.
 *
 * What a policy file says is done with the rights of the user who applies it, so a file or
 * a folder that others can write is refused.
 */
#include "base/array.h"
#include "base/macros.h"
#include "kernel/ctx.h"
#include "kernel/knob.h"
#include "kernel/root.h"
#include "policy/policy.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#define MAX_SIZE ((off_t)1 << 20)

static const char *const folders[] = { "etc/irqkit.d", "run/irqkit.d",
	"usr/lib/irqkit.d" };

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}
#define _cleanup_fd_ CLEANUP(close_fd)

static int fail(struct irqkit_policies *policy, const char *path, int error)
{
	if (error == -ENOMEM)
		return error;
	return policy_add_mistake(
		policy, path, 0, true, "cannot be read: %s", strerror(-error));
}

/* Can only root and this user write to it? If not, says so. */
static bool check_owner(
	struct irqkit_policies *policy, const char *path, const struct stat *st, int *ret)
{
	if (st->st_uid != 0 && st->st_uid != geteuid())
		*ret = policy_add_mistake(policy, path, 0, false,
			"belongs to another user, who could change it; to trust it, run "
			"'chown 0 %s'",
			path);
	else if (st->st_mode & (S_IWGRP | S_IWOTH))
		*ret = policy_add_mistake(policy, path, 0, false,
			"can be written by others; run 'chmod go-w %s'", path);
	else
		return true;
	return false;
}

/*
 * A pipe without a name, as a shell makes it for <(COMMAND): reading waits for its data.
 * A FIFO in a folder is refused: perhaps no program ever writes to it.
 */
static bool is_pipe(int fd, const struct stat *st)
{
	struct statfs fs;
	int flags;

	if (!S_ISFIFO(st->st_mode) || fstatfs(fd, &fs) < 0 || fs.f_type != PIPEFS_MAGIC)
		return false;
	flags = fcntl(fd, F_GETFL);
	return flags >= 0 && fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) == 0;
}

/* The whole file; *@ret_text is NULL if it is refused. */
static int read_text(struct irqkit_policies *policy, const char *path, int fd,
	const struct stat *st, char **ret_text, size_t *ret_len)
{
	_cleanup_free_ char *text = NULL;
	size_t len = 0;
	ssize_t n = 1;
	int r = 0;

	*ret_text = NULL;
	if (!S_ISREG(st->st_mode) && !is_pipe(fd, st))
		return policy_add_mistake(policy, path, 0, false,
			"is not a regular file; - reads standard input");
	if (!check_owner(policy, path, st, &r))
		return r;
	text = malloc((size_t)MAX_SIZE + 1);
	if (!text)
		return -ENOMEM;
	while (n > 0 && len <= (size_t)MAX_SIZE) {
		n = RETRY(read(fd, text + len, (size_t)MAX_SIZE + 1 - len));
		if (n < 0)
			return fail(policy, path, -errno);
		len += (size_t)n;
	}
	if (len > (size_t)MAX_SIZE)
		return policy_add_mistake(policy, path, 0, false,
			"is larger than 1 MiB: it is not a policy file");
	*ret_text = TAKE(text);
	*ret_len = len;
	return 0;
}

/*
 * The absolute path of a file, by which its kept settings are found. For a folder of the
 * system, only links above the root are resolved. A pipe has no path: its name is used.
 */
static int make_key(
	const struct irqkit_policies *policy, const char *path, char **ret_key)
{
	char *key;

	if (policy->real_root) {
		if (asprintf(&key, "%s%s", policy->real_root, path + policy->root_len) <
			0)
			return -ENOMEM;
	} else {
		errno = 0;
		key = realpath(path, NULL);
		if (!key && errno != ENOMEM)
			key = strdup(path);
	}
	if (!key)
		return -ENOMEM;
	*ret_key = key;
	return 0;
}

static int add_open_file(
	struct irqkit_policies *policy, const char *path, int fd, const struct stat *st)
{
	_cleanup_free_ char *text = NULL, *key = NULL;
	const char *file;
	size_t len = 0;
	int r = read_text(policy, path, fd, st, &text, &len);

	if (r < 0 || !text || len == 0)
		return r;
	r = make_key(policy, path, &key);
	if (r == 0)
		r = policy_add_file(policy, path, key, &file);
	return r < 0 ? r : policy_split(policy, file, text, len);
}

/* ------------------------------------------------------------------------------- */
/* Folders                                                                         */

/* A file of a folder. */
struct entry {
	char *name; /* owned */
	char *path; /* owned; for messages */
	int fd; /* owned; -1: it stands for nothing, or was refused */
	struct stat st;
	int error;
};

struct entries {
	struct entry *list; /* owned */
	size_t n, room;
};

static void entries_clear(struct entries *entries)
{
	for (size_t i = 0; i < entries->n; i++) {
		free(entries->list[i].name);
		free(entries->list[i].path);
		close_fd(&entries->list[i].fd);
	}
	free(entries->list);
}

static bool is_policy_name(const char *name)
{
	size_t len = strlen(name);

	return name[0] != '.' && len > 5 && strcmp(name + len - 5, ".conf") == 0;
}

static bool has_name(const struct entries *entries, const char *name)
{
	for (size_t i = 0; i < entries->n; i++)
		if (strcmp(entries->list[i].name, name) == 0)
			return true;
	return false;
}

/* Below a root, /dev/null may not exist: what the link says is enough. */
static bool is_link_to_null(int dir_fd, const char *name)
{
	char target[16];
	ssize_t len = readlinkat(dir_fd, name, target, sizeof(target));

	return len == 9 && memcmp(target, "/dev/null", 9) == 0;
}

static void close_entry(struct entry *entry)
{
	close_fd(&entry->fd);
	entry->fd = -1;
}

/* @ctx: NULL: the folder is not below a root. */
static void open_entry(
	struct irqkit_ctx *ctx, int dir_fd, const char *folder, struct entry *entry)
{
	const int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	_cleanup_free_ char *path = NULL;

	if (is_link_to_null(dir_fd, entry->name))
		return;
	if (ctx && asprintf(&path, "%s/%s", folder, entry->name) < 0)
		path = NULL;
	if (!ctx)
		entry->fd = RETRY(openat(dir_fd, entry->name, flags));
	else if (path)
		entry->fd = root_open(ctx, path, flags);
	if (entry->fd < 0)
		entry->error = ctx ? (path ? entry->fd : -ENOMEM) : -errno;
	else if (fstat(entry->fd, &entry->st) < 0)
		entry->error = -errno;
	if (entry->fd >= 0 && S_ISCHR(entry->st.st_mode) &&
		entry->st.st_rdev == makedev(1, 3))
		close_entry(entry);
}

static int add_entry(struct irqkit_ctx *ctx, int dir_fd, const char *folder,
	const char *shown, const char *name, struct entries *entries)
{
	struct entry *entry;

	if (!GROW(entries->list, entries->n, entries->room))
		return -ENOMEM;
	entry = &entries->list[entries->n++];
	*entry = (struct entry){ .fd = -1, .name = strdup(name) };
	if (asprintf(&entry->path, "%s/%s", shown, name) < 0)
		entry->path = NULL;
	if (!entry->name || !entry->path)
		return -ENOMEM;
	open_entry(ctx, dir_fd, folder, entry);
	return 0;
}

/* Takes @fd over. @folder: its path below the root; @shown: for messages. */
static int list_folder(struct irqkit_policies *policy, struct irqkit_ctx *ctx, int fd,
	const char *folder, const char *shown, struct entries *entries)
{
	DIR *dir = fdopendir(fd);
	struct stat st;
	int error = 0, r = 0;

	if (!dir) {
		r = -errno;
		close(fd);
		return fail(policy, shown, r);
	}
	if (fstat(fd, &st) < 0)
		error = -errno;
	else if (check_owner(policy, shown, &st, &r))
		for (struct dirent *e; r == 0 && (e = next_entry(dir, &error));)
			if (is_policy_name(e->d_name) && !has_name(entries, e->d_name))
				r = add_entry(ctx, fd, folder, shown, e->d_name, entries);
	closedir(dir);
	return r == 0 && error < 0 ? fail(policy, shown, error) : r;
}

static int compare_entries(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

static int read_entries(struct irqkit_policies *policy, struct entries *entries)
{
	int r = 0;

	if (entries->n)
		qsort(entries->list, entries->n, sizeof(*entries->list), compare_entries);
	for (size_t i = 0; i < entries->n && r == 0; i++) {
		const struct entry *entry = &entries->list[i];

		if (entry->error < 0)
			r = fail(policy, entry->path, entry->error);
		else if (entry->fd >= 0)
			r = add_open_file(policy, entry->path, entry->fd, &entry->st);
	}
	return r;
}

static int list_system_folder(struct irqkit_policies *policy, struct irqkit_ctx *ctx,
	const char *folder, struct entries *entries)
{
	_cleanup_free_ char *shown = NULL;
	int fd = root_open(ctx, folder, O_RDONLY | O_DIRECTORY);

	if (fd == -ENOENT)
		return 0;
	if (asprintf(&shown, "%.*s/%s", ctx_root_length(ctx), ctx->root, folder) < 0) {
		shown = NULL;
		close_fd(&fd);
		return -ENOMEM;
	}
	return fd < 0 ? fail(policy, shown, fd)
		      : list_folder(policy, ctx, fd, folder, shown, entries);
}

EXPORT int irqkit_policies_read_system(
	struct irqkit_policies *policy, struct irqkit_ctx *ctx)
{
	struct entries entries CLEANUP(entries_clear) = { 0 };
	int r = 0;

	policy->is_of_system = true;
	policy->root_len = (size_t)ctx_root_length(ctx);
	policy->real_root = realpath(ctx->root, NULL);
	if (policy->real_root && strcmp(policy->real_root, "/") == 0)
		*policy->real_root = '\0';
	for (size_t i = 0; i < LENGTH(folders) && r == 0; i++)
		r = list_system_folder(policy, ctx, folders[i], &entries);
	return r < 0 ? r : read_entries(policy, &entries);
}

EXPORT int irqkit_policies_read(struct irqkit_policies *policy, const char *path)
{
	struct entries entries CLEANUP(entries_clear) = { 0 };
	_cleanup_fd_ int fd = RETRY(
		open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
	struct stat st;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0)
		return fail(policy, path, -errno);
	if (!S_ISDIR(st.st_mode))
		return add_open_file(policy, path, fd, &st);
	r = list_folder(policy, NULL, fd, path, path, &entries);
	fd = -1; /* closed */
	return r < 0 ? r : read_entries(policy, &entries);
}
