/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is shown of the channels of one interface. */
#ifndef CMD_CHANNEL_ROW_H
#define CMD_CHANNEL_ROW_H

#include "table/render.h"

#include <irqkit.h>
#include <stdbool.h>
#include <stddef.h>

#define N_KINDS 4

struct channel_count {
	unsigned int now, max; /* max 0: the driver has none of this kind */
};

/* One interface. */
struct channel_row {
	const char *name;
	struct channel_count counts[N_KINDS]; /* by enum irqkit_channel_kind */
	size_t rss_entries, rss_queues; /* 0: no table, or not known */
	char *rss; /* owned; the table as a text, or NULL */
	unsigned int useful; /* 0: not known */
	char *why; /* owned, or NULL */
	char *fixed; /* owned; why they cannot be set, or NULL */
	bool is_unknown; /* nothing can be read */
	bool has_no_hardware; /* and no channels: see why */
	size_t n_rx; /* rx queues in /sys */
	unsigned int asked, offered; /* in xenstore; 0: not known, or no Xen interface */
};

/* The sentences below a table of such rows. */
void channels_remark(const struct table *table, const struct irqkit_request *request);

#endif
