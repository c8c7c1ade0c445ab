/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The channels of network interfaces, now and at most, and how many are useful. */
#ifndef CMD_SHOW_CHANNELS_H
#define CMD_SHOW_CHANNELS_H

#include "table/render.h"

#include <irqkit.h>

extern const struct column channel_columns[];

/* Shows the interfaces of a request that was checked. */
enum status channels_show(struct irqkit_machine *machine,
	const struct irqkit_request *request, const struct table_options *options,
	const struct common *common);

#endif
