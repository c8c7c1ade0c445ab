/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What `irqkit show DEV` advises where the load of a network interface is uneven. */
#ifndef CMD_SHOW_ADVICE_H
#define CMD_SHOW_ADVICE_H

#include "show/show.h"

/* Prints lines, if there is something to say. */
void show_advise(struct show *show, struct irqkit_device *device);
/* The same for a bond, or a port of a switch: 'spread' places what is below it, too. */
void show_advise_ports(struct show *show, const struct irqkit_device *device);

#endif
