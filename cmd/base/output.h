/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Standard output of a command that prints until it is ended. */
#ifndef CMD_OUTPUT_H
#define CMD_OUTPUT_H

#include <stdbool.h>

/*
 * After a flush: has the reader gone, as in `irqkit who | head`? That is an end, and no
 * failure, so that it is forgotten. errno must be that of the flush.
 */
bool output_has_lost_reader(void);

#endif
