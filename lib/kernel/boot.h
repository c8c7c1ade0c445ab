/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How long ago a system was booted, and when that was.                         (pure) */
#ifndef IRQKIT_BOOT_H
#define IRQKIT_BOOT_H

#include <stdint.h>

/* Of /proc/uptime. -EBADMSG: it is another text. */
int boot_parse_uptime(const char *text, double *ret_seconds);
/* Of /proc/stat: seconds since 1970. -EBADMSG: it does not say. */
int boot_parse_time(const char *stat, uint64_t *ret_seconds);

#endif
