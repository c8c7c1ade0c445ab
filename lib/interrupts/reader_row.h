/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads a row of /proc/interrupts into the snapshot of a reader. */
#ifndef IRQKIT_READER_ROW_H
#define IRQKIT_READER_ROW_H

#include "interrupts/reader.h"

/* A line that is not a row is noted and ignored, or refused if the file is damaged. */
int reader_read_row(struct reader *reader, const char *line, const char *end);

#endif
