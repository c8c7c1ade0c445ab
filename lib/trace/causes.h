/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Why the kernel changed a setting: the events of the moment. */
#ifndef IRQKIT_CAUSES_H
#define IRQKIT_CAUSES_H

#include "trace/setting.h"

#include <stddef.h>

struct cause {
	enum irqkit_event_kind kind;
	int64_t time; /* microseconds of CLOCK_MONOTONIC */
	char *name; /* owned; of an interface, a CPU or a device */
	char *reason; /* owned; for a user */
};

/* An event comes after the change; others of the same burst follow it by so much. */
#define CAUSES_BURST 150000 /* microseconds */

struct causes {
	struct cause *causes; /* owned; the oldest first */
	size_t n, room;
};

void causes_free(struct causes *causes);

/*
 * Adds an event if the kernel changes settings with it.
 *
 * @is_xen_backend: whether the interface serves a Xen guest
 *
 * Returns 1 if it is such an event, 0 if not.
 */
int causes_add(struct causes *causes, const struct irqkit_event *event,
	bool is_xen_backend, int64_t time);

/* Forgets those before @time. */
void causes_forget(struct causes *causes, int64_t time);

/*
 * The reason for a change of @setting: of the events that came with it, the most specific
 * one. NULL: there is none.
 *
 * @comm: the process in whose context the change was made, or NULL
 * @time: when it was made
 */
const char *causes_find(const struct causes *causes, struct irqkit_ctx *ctx,
	const struct setting *setting, const char *comm, int64_t time);

/* Does the interface serve a Xen guest? Its driver says so. */
bool causes_is_xen_backend(struct irqkit_ctx *ctx, const char *name);

#endif
