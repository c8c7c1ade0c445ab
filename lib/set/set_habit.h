/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SETs as other tools write them. */
#ifndef IRQKIT_SET_HABIT_H
#define IRQKIT_SET_HABIT_H

#include "set/set_parse.h"

/*
 * For @part, which is not valid: sets p->meant to the whole SET as it may be meant, which
 * may be wrong elsewhere, and p->wrong. Returns 0 also if this is not known.
 */
int set_find_habit(struct set_parse *p, const struct set_part *part);

/*
 * What a word at the start of @text means before a number: "cpu" is "", "numa" is "node:".
 * *ret_len: how long the word is. NULL: no such word.
 */
const char *set_find_kind(const char *text, size_t len, size_t *ret_len);

/* Is it a part of a mask, as 00000004? */
bool set_is_mask_group(const struct set_part *part);

#endif
