/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is remembered of interrupts from one sample to the next. */
#ifndef CMD_TOP_PAST_H
#define CMD_TOP_PAST_H

#include "top/frame.h"

/* Label and handlers: the number may belong to another interrupt next time. NULL: no memory */
char *past_make_key(const struct irqkit_interrupt *interrupt);
/* @list: sorted by key. NULL: it is not there */
struct past *past_find(struct past *list, size_t n, const char *key);
void past_free(struct past *past, size_t n);

void past_note_rate(struct past *past, double rate);
/* Of the last three periods. */
double past_mean_rate(const struct past *past);

/* The past of the machine's rows. False: no memory. */
bool past_start(struct watching *watching);
/* The same after the next sample; notes in the frame which interrupts are gone. */
bool past_renew(struct watching *watching, struct frame *frame);

#endif
