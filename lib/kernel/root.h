/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* root.c is the only file that opens files below the root. */
#ifndef IRQKIT_ROOT_H
#define IRQKIT_ROOT_H

#include <irqkit.h>
#include <limits.h>
#include <sys/types.h>

/* Like open(), but no link or `..` in @path leads out of the root. @path has no leading slash. */
int root_open(struct irqkit_ctx *ctx, const char *path, int flags);

/*
 * Where the link at @path leads, as it says; the length, or PATH_MAX if it may be longer.
 * -EINVAL: it is not a link.
 */
ssize_t root_read_link(
	struct irqkit_ctx *ctx, const char *path, char target[static PATH_MAX]);

#endif
