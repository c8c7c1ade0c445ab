/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ring sizes of a network device (`ethtool -g`), as a text: "rx 512 tx 512". */
#ifndef IRQKIT_RINGS_H
#define IRQKIT_RINGS_H

#include <irqkit.h>
#include <stdint.h>

enum { RING_RX, RING_RX_MINI, RING_RX_JUMBO, RING_TX, N_RINGS };

struct rings {
	uint32_t size[N_RINGS]; /* 0: the driver has none of this kind */
};

/* Takes an answer to ETHTOOL_MSG_RINGS_GET. */
int rings_parse_netlink(const void *bytes, size_t len, struct rings *ret_rings);

/*
 * Reads them, by the name of the device in /sys. -EOPNOTSUPP: its driver does not say;
 * -ENOENT: a saved root does not say.
 */
int rings_read(struct irqkit_ctx *ctx, const char *name, char **ret_text);

#endif
