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
	int error; /* negative: the first failure to read; 0: none */
	bool is_silent; /* the reader reports failures itself */
};

void ctx_log(struct irqkit_ctx *ctx, int priority, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* How long the root is without the slashes at its end: for "%.*s/proc/interrupts". */
int ctx_root_length(const struct irqkit_ctx *ctx);

/*
 * Some errors are answers: the thing does not exist, is of another kind, or this user may
 * not read it. All other errors are failures: a thing that could not be read may exist.
 */
bool is_failure(int r);

/* Logs and keeps a failure to read @path, which has no leading slash. Returns @r. */
int ctx_note(struct irqkit_ctx *ctx, const char *path, int r);
/* The same for something that is not a file. */
int ctx_note_thing(struct irqkit_ctx *ctx, const char *thing, int r);
/* Keeps a failure and logs nothing: it has been logged, or memory ran out. Returns @r. */
int ctx_keep(struct irqkit_ctx *ctx, int r);

#endif
