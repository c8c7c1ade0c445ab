/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/utc.h"

#include <stddef.h>
#include <time.h>

const char *utc_format(int64_t seconds, char text[UTC_SIZE])
{
	time_t time = (time_t)seconds;
	struct tm tm;

	if (!gmtime_r(&time, &tm) || tm.tm_year < -1900 || tm.tm_year > 9999 - 1900 ||
		strftime(text, UTC_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		return NULL;
	return text;
}
