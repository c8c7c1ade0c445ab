/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The context: where the root is, and who gets log messages. */
#ifndef IRQKIT_CTX_H
#define IRQKIT_CTX_H

#include <irqkit.h>

struct irqkit_ctx {
	char *root;
	int root_fd;
	bool is_live; /* the root is "/" */
	bool resolves_in_root; /* openat2() works here; cleared when it turns out not to */
	irqkit_log_fn *log;
	void *log_data;
};

void ctx_log(struct irqkit_ctx *ctx, int priority, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
