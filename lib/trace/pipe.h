/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the probes write. */
#ifndef IRQKIT_PIPE_H
#define IRQKIT_PIPE_H

#include "trace/watch.h"

/* Reads all lines of trace_pipe that are there. Returns how many affinities were held. */
int pipe_read(struct irqkit_watch *watch);

/* The same for lines that were read; a last line that is not complete is kept. */
int pipe_take(struct irqkit_watch *watch, const char *bytes, size_t len);

#endif
