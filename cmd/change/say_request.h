/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a request has to say, and the exit status that it means. */
#ifndef CMD_SAY_REQUEST_H
#define CMD_SAY_REQUEST_H

#include "change/change.h"

/*
 * Prints the errors and warnings of the last plan or check, which returned @error. What
 * remarks are for, the caller knows.
 */
enum status request_say(const struct irqkit_request *request, int error);

/*
 * Adds the steps of the request to the plan of the change, and its remarks to the report;
 * reports why not.
 */
enum status request_plan(struct irqkit_request *request, struct change *change);

/* Hands *@request over if @status is STATUS_DONE. Returns @status. */
enum status request_give(struct irqkit_request **request, enum status status,
	struct irqkit_request **ret_request);

/* Adds the words of the call as TARGETs. */
enum status request_add_words(struct irqkit_request *request, const struct call *call);

#endif
