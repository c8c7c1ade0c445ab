/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* root.c is the only file that opens files below the root. */
#ifndef IRQKIT_ROOT_H
#define IRQKIT_ROOT_H

#include <irqkit.h>

/* Like open(), but no link or `..` in @path leads out of the root. @path has no leading slash. */
int root_open(struct irqkit_ctx *ctx, const char *path, int flags);

#endif
