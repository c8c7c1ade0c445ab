/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The packets of the interrupts of a load. */
#ifndef IRQKIT_LOAD_PACKETS_H
#define IRQKIT_LOAD_PACKETS_H

#include "load/load_record.h"

/* @before: NULL: since the interfaces are there */
int load_add_packets(struct irqkit_load *load, const struct packets *before,
	const struct packets *after);

#endif
