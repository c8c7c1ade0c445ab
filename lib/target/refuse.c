/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is wrong with a TARGET, as a phrase for a user. */
#include "target/refuse.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

int target_refuse(char **message, int error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (vasprintf(message, format, args) < 0)
		*message = NULL;
	va_end(args);
	return *message ? error : -ENOMEM;
}

int target_refuse_unreadable(
	char **message, int error, const char *what, const char *word)
{
	bool is_taken = error == -EINVAL || error == -ESRCH || error == -EDOM;

	return target_refuse(message, is_taken ? -EIO : error,
		"cannot find the %s of '%s': %s", what, word, strerror(-error));
}
