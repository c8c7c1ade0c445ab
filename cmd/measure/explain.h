/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a user has to know about the interrupts of a device, as sentences. */
#ifndef CMD_EXPLAIN_H
#define CMD_EXPLAIN_H

#include <irqkit.h>

/*
 * "eth1 shares interrupt 55 with all other devices on its USB controller." NULL: it has
 * its own interrupts, or no memory. The caller frees it.
 */
char *explain_shared(const struct irqkit_device *device);

/*
 * "the names of interrupts 40-41 (both eth0) do not show their queues". NULL: it is known
 * for each interrupt which queue it serves, or that it serves none; or no memory. The
 * caller frees it. @ret_first: the first of these interrupts.
 */
char *explain_unknown_queues(const struct irqkit_device *device, unsigned int *ret_first);

#endif
