/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every rule needs while it looks. */
#include "doctor/rule.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

int look_lacks(struct look *look, const char *format, ...)
{
	va_list args;
	int r;

	free(look->lacks);
	va_start(args, format);
	r = vasprintf(&look->lacks, format, args);
	va_end(args);
	if (r < 0)
		look->lacks = NULL;
	return r < 0 ? -ENOMEM : 0;
}
