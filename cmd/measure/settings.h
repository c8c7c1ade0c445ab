/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Packet steering and channels of all network interfaces of a machine: what `irqkit show
 * --json` keeps of them, so that `irqkit compare` can tell whether they differ.
 */
#ifndef CMD_SETTINGS_H
#define CMD_SETTINGS_H

#include <irqkit.h>
#include <stddef.h>

#define N_CHANNEL_KINDS 4

/* One queue. Names are the machine's: any bytes. */
struct queue_setting {
	char *device; /* owned */
	char *queue; /* owned; "rx-0" */
	struct irqkit_cpuset *rps; /* owned; NULL: tx, or it cannot be read */
	struct irqkit_cpuset *xps; /* owned; NULL: rx, or it cannot be read */
};

struct channel_setting {
	char *device; /* owned */
	/* by enum irqkit_channel_kind; max 0: the driver has none of this kind */
	struct {
		unsigned int now, max;
	} counts[N_CHANNEL_KINDS];
};

struct settings {
	struct queue_setting *queues; /* owned */
	size_t n_queues;
	struct channel_setting *channels; /* owned; interfaces whose channels are known */
	size_t n_channels;
};

/* The key of such channels in JSON: "combined". */
const char *channel_kind_key(size_t kind);

/*
 * Reads them. In a root without interfaces there are none.
 *
 * -ENOMEM, and nothing else. What was read is freed by settings_clear() in any case.
 */
int settings_read(struct irqkit_machine *machine, struct settings *settings);
void settings_clear(struct settings *settings);

#endif
