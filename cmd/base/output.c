/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Standard output of a command that prints until it is ended. */
#include "base/output.h"

#include <errno.h>
#include <stdio.h>
#include <stdio_ext.h>

bool output_has_lost_reader(void)
{
	if (!ferror(stdout) || errno != EPIPE)
		return false;
	__fpurge(stdout);
	clearerr(stdout);
	return true;
}
