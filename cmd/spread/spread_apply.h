/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Carries a decision out. */
#ifndef CMD_SPREAD_APPLY_H
#define CMD_SPREAD_APPLY_H

#include "spread/decision.h"

/* Where a CPU turns out to have no vector left, or to be offline, another is chosen. */
enum status spread_apply(struct spread *spread, struct change *change);
/* Says in the report which CPUs these were. */
void spread_remark_full_cpus(const struct spread *spread, struct change *change);
/*
 * For a script: an interrupt that stays was counted on the CPU that handles it now, but
 * the kernel may have chosen another one when the script runs. So its CPU is written
 * too.
 */
void spread_pin_unmoved(
	const struct spread *spread, struct change *change, const struct wish *wish);

#endif
