/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel's uevents: devices, queues and CPUs that come and go. */
#ifndef IRQKIT_UEVENT_H
#define IRQKIT_UEVENT_H

#include <irqkit.h>

/*
 * Reads one message. The texts of the event point into @bytes or are literals; @bytes must
 * end with a NUL, which @len does not count.
 *
 * False: the message says nothing that can concern an interrupt or a queue.
 */
bool uevent_parse(char *bytes, size_t len, struct irqkit_event *ret_event);

#endif
