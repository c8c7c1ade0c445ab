/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The classes of findings, as words. */
#ifndef CMD_CLASS_WORDS_H
#define CMD_CLASS_WORDS_H

#include <irqkit.h>

/* "high"; and back: false, there is no such word. */
const char *class_word(enum irqkit_class class);
bool class_read(const char *word, enum irqkit_class *ret_class);

#endif
