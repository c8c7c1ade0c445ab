/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Decimal numbers in words. */
#ifndef CMD_READ_NUMBER_H
#define CMD_READ_NUMBER_H

#include <stddef.h>
#include <stdint.h>

/*
 * Reads @len bytes of @text, which must all be digits. Returns -EINVAL if they are not,
 * or if there are none, and -ERANGE if the number is larger than @most.
 */
int read_number(const char *text, size_t len, uint64_t most, uint64_t *ret_number);

#endif
