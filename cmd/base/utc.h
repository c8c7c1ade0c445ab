/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Times as text. */
#ifndef CMD_UTC_H
#define CMD_UTC_H

#include <stdint.h>

/* RFC 3339 and a NUL: "2026-11-27T08:30:00Z" */
#define UTC_SIZE 32

/*
 * Writes a time in seconds since 1970 to @text. Returns @text; NULL: RFC 3339 has no year of
 * more than four digits.
 */
const char *utc_format(int64_t seconds, char text[UTC_SIZE]);

#endif
