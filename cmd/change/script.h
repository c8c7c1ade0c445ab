/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plan -> a shell script that does the same at every boot. */
#ifndef CMD_SCRIPT_H
#define CMD_SCRIPT_H

#include "change/change.h"

enum status script_print(const struct change *change);

#endif
