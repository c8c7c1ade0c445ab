/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lock of /run/irqkit, and what is said where that folder cannot be used. */
#include "change/run_lock.h"
#include "base/say.h"
#include "change/refusals.h"

#include <errno.h>
#include <string.h>

#define TIMEOUT_MS 30000u

enum status run_lock_say_unusable(const char *verb, int error)
{
	const char *meaning = explain_error(-error);

	if (error == -EXDEV)
		say_error("cannot %s /run, where the old values are saved: it must be a "
			  "directory, or a symbolic link to a directory inside the root "
			  "that only root can write to",
			verb);
	else if (error == -EPERM || error == -ELOOP || error == -ENOTDIR)
		say_error("/run/irqkit has unsafe ownership or permissions (want mode "
			  "0700, owned by this user): check it, then remove it");
	else
		say_error("cannot %s /run/irqkit, where the old values are saved: "
			  "%s%s%s",
			verb, strerror(-error), meaning ? ": " : "",
			meaning ? meaning : "");
	return STATUS_REFUSED;
}

enum status run_lock_take(struct irqkit_ctx *ctx, struct irqkit_lock **ret_lock)
{
	int r = irqkit_lock_new(ctx, TIMEOUT_MS, ret_lock);

	if (r == 0)
		return STATUS_DONE;
	if (r != -ETIMEDOUT)
		return run_lock_say_unusable("open", r);
	say_error("cannot lock /run/irqkit: another irqkit has held the lock for %u s; "
		  "try again later",
		TIMEOUT_MS / 1000);
	return STATUS_REFUSED;
}
