/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events of the kernel after which it changes settings: why it did. */
#ifndef IRQKIT_CAUSES_H
#define IRQKIT_CAUSES_H

#include "trace/setting.h"

#include <libmnl/libmnl.h>
#include <stddef.h>

enum cause_kind {
	CAUSE_CPU_OFFLINE,
	CAUSE_CPU_ONLINE,
	CAUSE_CHANNELS, /* ethtool -L */
	CAUSE_RINGS, /* ethtool -G */
	CAUSE_UP, /* an interface was brought up */
	CAUSE_CONNECTED, /* the other end of a Xen interface */
	CAUSE_BOUND, /* a driver to a device */
	CAUSE_APPEARED, /* an interface */
};

struct cause {
	enum cause_kind kind;
	int64_t time; /* microseconds of CLOCK_MONOTONIC */
	uint32_t cpu;
	char net[SETTING_DEVICE_MAX + 1]; /* of an interface; else empty */
	char *path; /* owned; of a device, below /sys, as "/devices/..."; or NULL */
	char *driver; /* owned, or NULL */
};

void cause_clear(struct cause *cause);
/* Why, for a user: "CPU 3 went offline". */
int cause_format(const struct cause *cause, char **ret_reason);

/* What was last known of an interface. */
struct link {
	uint32_t index;
	uint32_t flags;
};

struct causes {
	struct irqkit_ctx *ctx; /* not owned */
	struct mnl_socket *uevent, *route, *ethtool; /* owned, or NULL */
	uint16_t family; /* of ethtool */
	struct link *links; /* owned */
	size_t n_links, links_room;
	struct cause *causes; /* owned; the oldest first */
	size_t n, room;
	bool are_lost; /* messages: anything may have happened */
};

/* A source that does not exist on this kernel is left out. */
int causes_open(struct irqkit_ctx *ctx, struct causes *ret_causes);
void causes_close(struct causes *causes);

/* Reads all that has arrived. Returns how many causes are new. */
int causes_read(struct causes *causes);

/* Forgets those before @time. */
void causes_forget(struct causes *causes, int64_t time);

/* Now, in microseconds of CLOCK_MONOTONIC. */
int64_t causes_now(void);

/* ------- from bytes: each returns 1 if it is a cause, which is added, and 0 if not */

/* A message of the kernel about an object: "offline@/devices/system/cpu/cpu3", NUL, ... */
int causes_take_uevent(struct causes *causes, const char *bytes, size_t len);
/* Messages of rtnetlink. */
int causes_take_links(struct causes *causes, const void *bytes, size_t len);
/* Messages of the family "ethtool". */
int causes_take_ethtool(struct causes *causes, const void *bytes, size_t len);

#endif
