/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Placement by load: a placement becomes the result, with its reasons. */
#ifndef IRQKIT_SPREAD_ANSWER_H
#define IRQKIT_SPREAD_ANSWER_H

#include "spread/spread_weigh.h"

/* @is_keep: nothing is moved that can stay */
int spread_answer(struct irqkit_spread *spread, const struct search *s,
	const struct trial *p, bool is_keep);

#endif
