/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What `irqkit spread` has to say beside its plan. */
#ifndef CMD_SPREAD_NOTES_H
#define CMD_SPREAD_NOTES_H

#include "change/change.h"
#include "spread/decision.h"

void spread_note_others(struct spread *spread, const struct change *change);
/* Finds what --split would give, where that is worth a note. */
enum status spread_try_split(struct spread *spread, const struct change *change);
/* Finds all notes that the report has a place for. */
void spread_find_notes(struct spread *spread, const struct change *change);
/* On stderr, unless it is to be quiet. */
void spread_say_warnings(const struct spread *spread, const struct change *change);

#endif
