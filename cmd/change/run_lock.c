/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lock of /run/irqkit, and the message if that folder cannot be used. */
#include "change/run_lock.h"
#include "base/basics.h"
#include "base/say.h"
#include "base/text.h"
#include "change/refusals.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define TIMEOUT_MS 30000u

enum status run_lock_say_unusable(
	const struct irqkit_ctx *ctx, const char *verb, const char *what, int error)
{
	const char *meaning = irqkit_explain_error(-error);
	_cleanup_free_ char *path = text_below_root(
		irqkit_ctx_get_root(ctx), error == -EXDEV ? "/run" : "/run/irqkit");

	if (!path)
		return say_no_memory();
	if (error == -EACCES && geteuid() != 0)
		say_error("needs root to %s: try sudo (cannot %s %s: %s)", what, verb,
			path, strerror(-error));
	else if (error == -EXDEV)
		say_error("cannot %s %s, where the old values are saved: it must be a "
			  "directory, or a symbolic link to a directory inside the root "
			  "that only root can write to",
			verb, path);
	else if (error == -EPERM || error == -ELOOP || error == -ENOTDIR)
		say_error("%s is unsafe: it must be a directory of this user that "
			  "nobody else can write to; check it, then remove it",
			path);
	else
		say_error("cannot %s %s, where the old values are saved: %s%s%s", verb,
			path, strerror(-error), meaning ? ": " : "",
			meaning ? meaning : "");
	return STATUS_REFUSED;
}

enum status run_lock_take(
	struct irqkit_ctx *ctx, const char *what, struct irqkit_lock **ret_lock)
{
	_cleanup_free_ char *path = NULL;
	int r = irqkit_lock_new(ctx, TIMEOUT_MS, ret_lock);

	if (r == 0)
		return STATUS_DONE;
	if (r != -ETIMEDOUT)
		return run_lock_say_unusable(ctx, "open", what, r);
	path = text_below_root(irqkit_ctx_get_root(ctx), "/run/irqkit");
	say_error("cannot lock %s: another irqkit has held the lock for %u s; try again "
		  "later",
		path ? path : "/run/irqkit", TIMEOUT_MS / 1000);
	return STATUS_REFUSED;
}
