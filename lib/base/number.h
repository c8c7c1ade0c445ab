/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers in text, read strictly: digits and nothing else. */
#ifndef IRQKIT_NUMBER_H
#define IRQKIT_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NO_NUMBER UINT32_MAX /* where a number is not known */

/* -EINVAL: there is something other than digits, or nothing. -ERANGE: too large. */
int parse_u64(const char *text, size_t len, uint64_t *ret_number);
int parse_u32(const char *text, size_t len, uint32_t *ret_number);

/* The smallest power of two that is not below @number; 0 for 0. */
uint64_t round_up_to_power(uint64_t number);

#endif
