/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where XPS and RPS go against the plan. */
#ifndef CMD_SPREAD_STEERING_H
#define CMD_SPREAD_STEERING_H

#include "spread/decision.h"

void spread_note_steering(struct spread *spread);

#endif
