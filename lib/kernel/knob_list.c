/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The directories and links of /proc and /sys, below the root. */
#include "base/macros.h"
#include "base/number.h"
#include "kernel/ctx.h"
#include "kernel/knob.h"
#include "kernel/root.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int compare_numbers(const void *a, const void *b)
{
	unsigned int x = *(const unsigned int *)a, y = *(const unsigned int *)b;

	return (x > y) - (x < y);
}

static void close_dir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

static int open_dir(struct irqkit_ctx *ctx, const char *path, DIR **ret_dir)
{
	int fd = root_open(ctx, path, O_RDONLY | O_DIRECTORY), r;

	if (fd < 0)
		return fd;
	*ret_dir = fdopendir(fd);
	if (*ret_dir)
		return 0;
	r = -errno;
	close(fd);
	return r;
}

/* If a failure were taken for the end, all later entries would be left out. */
struct dirent *next_entry(DIR *dir, int *ret_error)
{
	struct dirent *entry;

	do {
		errno = 0;
		entry = readdir(dir);
	} while (!entry && errno == EINTR);
	*ret_error = entry ? 0 : -errno;
	return entry;
}

static int list_numbers(struct irqkit_ctx *ctx, const char *path,
	unsigned int **ret_numbers, size_t *ret_count)
{
	DIR *dir CLEANUP(close_dir) = NULL;
	_cleanup_free_ unsigned int *numbers = NULL;
	size_t count = 0, room = 0;
	int r = open_dir(ctx, path, &dir);

	if (r < 0)
		return r;
	for (struct dirent *entry; (entry = next_entry(dir, &r));) {
		uint32_t number;

		if (parse_u32(entry->d_name, strlen(entry->d_name), &number) < 0)
			continue;
		if (count == room) {
			size_t more = room ? room * 2 : 64;
			void *grown = reallocarray(numbers, more, sizeof(*numbers));

			if (!grown)
				return -ENOMEM;
			numbers = grown;
			room = more;
		}
		numbers[count++] = number;
	}
	if (r < 0)
		return r;

	if (count)
		qsort(numbers, count, sizeof(*numbers), compare_numbers);
	*ret_numbers = TAKE(numbers);
	*ret_count = count;
	return 0;
}

int knob_list_numbers(struct irqkit_ctx *ctx, const char *path,
	unsigned int **ret_numbers, size_t *ret_count)
{
	return ctx_note(ctx, path, list_numbers(ctx, path, ret_numbers, ret_count));
}

static int read_link(struct irqkit_ctx *ctx, const char *path, char **ret_target)
{
	char target[PATH_MAX];
	ssize_t len = root_read_link(ctx, path, target);

	if (len < 0)
		return (int)len;
	if ((size_t)len == sizeof(target))
		return -ENAMETOOLONG;
	*ret_target = strndup(target, (size_t)len);
	return *ret_target ? 0 : -ENOMEM;
}

int knob_readlink(struct irqkit_ctx *ctx, const char *path, char **ret_target)
{
	return ctx_note(ctx, path, read_link(ctx, path, ret_target));
}

static int compare_names(const void *a, const void *b)
{
	return strverscmp(*(char *const *)a, *(char *const *)b);
}

/* From one text after another, each with its NUL, to an array in front of them. */
static int make_array(
	const char *texts, size_t len, size_t count, char ***ret_names, size_t *ret_count)
{
	size_t array_size = (count + 1) * sizeof(char *);
	char **names = malloc(array_size + len + 1);
	char *at;

	if (!names)
		return -ENOMEM;
	at = (char *)names + array_size;
	if (len)
		memcpy(at, texts, len);
	for (size_t i = 0; i < count; i++, at += strlen(at) + 1)
		names[i] = at;
	names[count] = NULL;
	if (count)
		qsort(names, count, sizeof(*names), compare_names);
	*ret_names = names;
	*ret_count = count;
	return 0;
}

static int list_names(struct irqkit_ctx *ctx, const char *path, const char *prefix,
	char ***ret_names, size_t *ret_count)
{
	DIR *dir CLEANUP(close_dir) = NULL;
	_cleanup_free_ char *texts = NULL;
	size_t len = 0, room = 0, count = 0;
	int r = open_dir(ctx, path, &dir);

	if (r < 0)
		return r;
	for (struct dirent *entry; (entry = next_entry(dir, &r));) {
		const char *name = entry->d_name;
		size_t size = strlen(name) + 1;

		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
			strncmp(name, prefix, strlen(prefix)) != 0)
			continue;
		if (room - len < size) {
			char *more = realloc(texts, room = (room + size) * 2 + 512);

			if (!more)
				return -ENOMEM;
			texts = more;
		}
		memcpy(texts + len, name, size);
		len += size;
		count++;
	}
	return r < 0 ? r : make_array(texts, len, count, ret_names, ret_count);
}

int knob_list_names(struct irqkit_ctx *ctx, const char *path, const char *prefix,
	char ***ret_names, size_t *ret_count)
{
	return ctx_note(ctx, path, list_names(ctx, path, prefix, ret_names, ret_count));
}
