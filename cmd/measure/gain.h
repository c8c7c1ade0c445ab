/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a change would gain, by the counts since boot. */
#ifndef CMD_GAIN_H
#define CMD_GAIN_H

#include <irqkit.h>

/*
 * Would 'irqkit spread DEV' make the load more even, and lower the imbalance by at least
 * @part of it? It says so by the same counts.
 */
bool gain_by_spread(
	struct irqkit_machine *machine, const struct irqkit_device *device, double part);

#endif
