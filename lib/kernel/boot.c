/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How long ago a system was booted, and when that was:
 *
 *	/proc/uptime                      12345.67 98765.43
 *	/proc/stat                        cpu  ...
 *	                                  btime 1763760000
 */
#include "kernel/boot.h"
#include "base/number.h"

#include <errno.h>
#include <string.h>

/* "12345.67": the kernel writes two decimal places. */
int boot_parse_uptime(const char *text, double *ret_seconds)
{
	size_t whole = strcspn(text, "."), places;
	uint64_t seconds, part;
	double scale = 1;

	if (!text[whole] || parse_u64(text, whole, &seconds) < 0)
		return -EBADMSG;
	text += whole + 1;
	places = strcspn(text, " ");
	if (places > 9 || parse_u64(text, places, &part) < 0)
		return -EBADMSG;
	for (size_t i = 0; i < places; i++)
		scale *= 10;
	*ret_seconds = (double)seconds + (double)part / scale;
	return 0;
}

/* The line "btime N"; a saved root may have no other one. */
int boot_parse_time(const char *stat, uint64_t *ret_seconds)
{
	static const char word[] = "btime ";
	const char *line = stat;

	while (line && strncmp(line, word, strlen(word)) != 0) {
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	if (!line)
		return -EBADMSG;
	line += strlen(word);
	if (parse_u64(line, strcspn(line, "\n"), ret_seconds) < 0 ||
		*ret_seconds > INT64_MAX / 2)
		return -EBADMSG;
	return 0;
}
