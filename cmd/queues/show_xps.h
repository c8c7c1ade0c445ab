/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What `irqkit xps` shows. */
#ifndef CMD_SHOW_XPS_H
#define CMD_SHOW_XPS_H

#include "queues/steering.h"

extern const struct steer_kind xps_kind;

/* Shows the tx queues of the request, which was checked. */
enum status xps_show(const struct change *change, const struct irqkit_request *request,
	const struct steer_options *options);

#endif
