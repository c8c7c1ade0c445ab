/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Requests for channels: which interfaces they are about. */
#ifndef IRQKIT_REQUEST_CHANNELS_H
#define IRQKIT_REQUEST_CHANNELS_H

#include "request/request.h"

/* Finds the interfaces; without a name, all that have hardware. Says why not. */
int request_check_channels(
	struct irqkit_request *request, struct irqkit_machine *machine);

#endif
