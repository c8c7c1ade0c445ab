/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Carries a decision out. */
#ifndef CMD_SPREAD_APPLY_H
#define CMD_SPREAD_APPLY_H

#include "spread/decision.h"

/* Where a CPU turns out to have no vector left, another is chosen. */
enum status spread_apply(struct spread *spread, struct change *change);
/* Says in the report which CPUs these were. */
void spread_remark_full(const struct spread *spread, struct change *change);
/*
 * For a script: by load, what stays was counted where it is served, and the kernel may have
 * chosen another CPU for it by the time that the script runs.
 */
void spread_pin_what_stays(
	const struct spread *spread, struct change *change, const struct wish *wish);

#endif
