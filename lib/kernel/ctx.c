/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The context: which /proc and /sys are read, and who receives log messages. */
#include "kernel/ctx.h"
#include "base/macros.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

EXPORT const char *irqkit_version(void)
{
	return IRQKIT_VERSION;
}

/* 1: it is "/", by whatever name; 0: it is not. */
static int is_running_machine(int root_fd)
{
	struct stat given, running;

	if (fstatat(root_fd, ".", &given, 0) < 0 || stat("/", &running) < 0)
		return -errno;
	return given.st_dev == running.st_dev && given.st_ino == running.st_ino;
}

EXPORT int irqkit_ctx_new(const char *root, struct irqkit_ctx **ret_ctx)
{
	struct irqkit_ctx *ctx = calloc(1, sizeof(*ctx));
	int r = -ENOMEM;

	if (!ctx)
		return r;

	ctx->root = strdup(root ? root : "/");
	ctx->root_fd = -1;
	if (ctx->root) {
		ctx->root_fd = RETRY(open(ctx->root, O_PATH | O_DIRECTORY | O_CLOEXEC));
		r = ctx->root_fd >= 0 ? is_running_machine(ctx->root_fd) : -errno;
	}
	if (r < 0) {
		irqkit_ctx_free(ctx);
		return r;
	}

	ctx->is_live = r > 0;
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

/* ------------------------------------------------------------------------------- */
/* Failures                                                                        */

bool is_failure(int r)
{
	switch (r) {
	case -ENOENT: /* not there */
	case -ENOTDIR:
	case -ENODEV:
	case -ENXIO:
	case -ESRCH:
	case -EINVAL: /* there, and not what it is taken for */
	case -EISDIR:
	case -ELOOP:
	case -ENAMETOOLONG:
	case -EBADMSG:
	case -ENODATA: /* the kernel has no answer */
	case -EOPNOTSUPP:
	case -EAFNOSUPPORT:
	case -EPROTONOSUPPORT:
	case -ENOSYS:
	case -EACCES: /* not for this user, or not in this container */
	case -EPERM:
		return false;
	default:
		return r < 0;
	}
}

/* The log gets each, and a caller who passes one over still finds the first one here. */
int ctx_keep(struct irqkit_ctx *ctx, int r)
{
	if (is_failure(r) && ctx->error == 0)
		ctx->error = r;
	return r;
}

int ctx_note_thing(struct irqkit_ctx *ctx, const char *thing, int r)
{
	if (is_failure(r) && !ctx->is_silent)
		ctx_log(ctx, LOG_ERR, "cannot read %s: %s", thing,
			r == -EFBIG ? "no kernel writes a file of this size"
				    : strerror(-r));
	return ctx_keep(ctx, r);
}

int ctx_root_length(const struct irqkit_ctx *ctx)
{
	size_t len = strlen(ctx->root);

	while (len > 0 && ctx->root[len - 1] == '/')
		len--;
	return (int)len;
}

int ctx_note(struct irqkit_ctx *ctx, const char *path, int r)
{
	char name[PATH_MAX];

	if (!is_failure(r))
		return r;
	snprintf(name, sizeof(name), "%.*s/%s", ctx_root_length(ctx), ctx->root, path);
	return ctx_note_thing(ctx, name, r);
}

EXPORT int irqkit_ctx_get_error(const struct irqkit_ctx *ctx)
{
	return ctx->error;
}

EXPORT void irqkit_ctx_clear_error(struct irqkit_ctx *ctx)
{
	ctx->error = 0;
}
