/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What `irqkit rps` shows. */
#ifndef CMD_SHOW_RPS_H
#define CMD_SHOW_RPS_H

#include "queues/steering.h"

extern const struct steer_kind rps_kind;

/* Shows the rx queues of the request, which was checked. */
enum status rps_show(const struct change *change, const struct irqkit_request *request,
	const struct steer_options *options);

#endif
