/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The uptime of a system, and the time of its boot.                            (pure) */
#ifndef IRQKIT_BOOT_H
#define IRQKIT_BOOT_H

#include <stdint.h>

/* Parses /proc/uptime. -EBADMSG: it has another form. */
int boot_parse_uptime(const char *text, double *ret_seconds);
/* Parses /proc/stat: seconds since 1970. -EBADMSG: the time is not in it. */
int boot_parse_time(const char *stat, uint64_t *ret_seconds);

#endif
