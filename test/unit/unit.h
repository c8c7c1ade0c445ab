/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What cmocka.h wants in front of it. */
#ifndef IRQKIT_UNIT_H
#define IRQKIT_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
