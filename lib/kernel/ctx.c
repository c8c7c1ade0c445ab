/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The context: whose /proc and /sys are read, and where warnings go. */
#include "base/macros.h"
#include "kernel/ctx.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

EXPORT const char *irqkit_version(void)
{
	return IRQKIT_VERSION;
}

/* Is it "/", by whatever name? */
static bool is_running_machine(int root_fd)
{
	struct stat given, running;

	return fstatat(root_fd, ".", &given, 0) == 0 && stat("/", &running) == 0 &&
		given.st_dev == running.st_dev && given.st_ino == running.st_ino;
}

EXPORT int irqkit_ctx_new(const char *root, struct irqkit_ctx **ret_ctx)
{
	struct irqkit_ctx *ctx = calloc(1, sizeof(*ctx));

	if (!ctx)
		return -ENOMEM;

	ctx->root = strdup(root ? root : "/");
	ctx->root_fd =
		ctx->root ? open(ctx->root, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	if (ctx->root_fd < 0) {
		int r = ctx->root ? -errno : -ENOMEM;

		irqkit_ctx_free(ctx);
		return r;
	}

	ctx->is_live = is_running_machine(ctx->root_fd);
	ctx->resolves_in_root = true;
	*ret_ctx = ctx;
	return 0;
}

EXPORT void irqkit_ctx_free(struct irqkit_ctx *ctx)
{
	if (!ctx)
		return;
	if (ctx->root_fd >= 0)
		close(ctx->root_fd);
	free(ctx->root);
	free(ctx);
}

EXPORT const char *irqkit_ctx_get_root(const struct irqkit_ctx *ctx)
{
	return ctx->root;
}

EXPORT void irqkit_ctx_set_log_fn(struct irqkit_ctx *ctx, irqkit_log_fn *fn, void *data)
{
	ctx->log = fn;
	ctx->log_data = data;
}

void ctx_log(struct irqkit_ctx *ctx, int priority, const char *format, ...)
{
	int saved_errno = errno;
	char message[512];
	va_list args;

	if (!ctx->log)
		return;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	ctx->log(ctx->log_data, priority, message);
	errno = saved_errno;
}
