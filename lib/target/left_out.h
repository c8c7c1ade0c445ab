/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Interfaces that a pattern seems to mean, and does not. */
#ifndef IRQKIT_LEFT_OUT_H
#define IRQKIT_LEFT_OUT_H

#include "target/marks.h"

/* After all words: sets selection->warning if interfaces are left out. */
int marks_find_left_out(struct marks *marks, const char *const *words, size_t n_words);

#endif
