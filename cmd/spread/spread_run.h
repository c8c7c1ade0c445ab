/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The two ways to run `irqkit spread`. */
#ifndef CMD_SPREAD_RUN_H
#define CMD_SPREAD_RUN_H

#include "change/change.h"
#include "spread/decision.h"

enum status spread_once(const struct call *call, const struct change_options *options,
	const struct wish *wish);
/* --every: until a signal ends it. */
enum status spread_every(const struct call *call, const struct change_options *options,
	const struct wish *wish);

#endif
