/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files of /proc and /sys: read, written and listed. */
#ifndef IRQKIT_KNOB_H
#define IRQKIT_KNOB_H

#include <dirent.h>
#include <irqkit.h>
#include <sys/types.h>

/* The whole file; @ret_text has a NUL after @ret_len bytes. */
int knob_read(struct irqkit_ctx *ctx, const char *path, char **ret_text, size_t *ret_len);

/* A file of one line, without its newline. */
int knob_read_line(
	struct irqkit_ctx *ctx, const char *path, char **ret_text, size_t *ret_len);

/* The same, and the mode of the file that was read; @ret_mode: may be NULL. */
int knob_read_line_and_mode(struct irqkit_ctx *ctx, const char *path, char **ret_text,
	size_t *ret_len, mode_t *ret_mode);

/* A file that holds a number. -EBADMSG: it doesn't. */
int knob_read_u64(struct irqkit_ctx *ctx, const char *path, uint64_t *ret_number);

/* A file that holds a set of CPUs in list notation, or as a mask. */
int knob_read_cpulist(
	struct irqkit_ctx *ctx, const char *path, struct irqkit_cpuset **ret_set);
int knob_read_cpumask(
	struct irqkit_ctx *ctx, const char *path, struct irqkit_cpuset **ret_set);

/* The set of CPUs that a file holds whose text was read before. -EBADMSG: no such set. */
typedef int knob_parse_fn(
	const char *text, size_t len, struct irqkit_cpuset **ret_set, size_t *reterr_at);
int knob_parse_cpus(struct irqkit_ctx *ctx, const char *path, const char *text,
	size_t len, knob_parse_fn *parse, struct irqkit_cpuset **ret_set);

/*
 * Writes @text and a newline with one write(2): the kernel parses each write as a value.
 * -EPROTO: it was not accepted completely, and the knob may hold anything.
 * @ret_is_refused: the error is the answer of the kernel to the value; otherwise the
 * kernel never got the value.
 */
int knob_write(
	struct irqkit_ctx *ctx, const char *path, const char *text, bool *ret_is_refused);

/*
 * The same, and what the file holds after that, by the same descriptor. @ret_now: owned by
 * the caller; NULL where only reading the file by its path can show it.
 */
int knob_write_and_read(struct irqkit_ctx *ctx, const char *path, const char *text,
	bool *ret_is_refused, char **ret_now);

int knob_read_mode(struct irqkit_ctx *ctx, const char *path, mode_t *ret_mode);

/*
 * Hands a file to @feed piece by piece, as read(2) gives it, until it ends or @feed
 * returns something negative, which is then returned.
 */
int knob_stream(struct irqkit_ctx *ctx, const char *path,
	int (*feed)(void *data, const char *bytes, size_t len), void *data);

/* The names in a folder that are numbers, ascending. */
int knob_list_numbers(struct irqkit_ctx *ctx, const char *path,
	unsigned int **ret_numbers, size_t *ret_count);

/* What a link holds, unresolved. -EINVAL: it is none. */
int knob_readlink(struct irqkit_ctx *ctx, const char *path, char **ret_target);

/*
 * The names in a folder that begin with @prefix, sorted, with numbers in ascending order.
 * The array ends with NULL; it and the texts after it are one block of memory.
 */
int knob_list_names(struct irqkit_ctx *ctx, const char *path, const char *prefix,
	char ***ret_names, size_t *ret_count);

/* The next entry of a folder. NULL: the end, or *ret_error is negative. */
struct dirent *next_entry(DIR *dir, int *ret_error);

#endif
