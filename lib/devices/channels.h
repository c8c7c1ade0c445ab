/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How many channels a network device has, and may have: what `ethtool -l` shows. */
#ifndef IRQKIT_CHANNELS_H
#define IRQKIT_CHANNELS_H

#include <irqkit.h>

#define N_CHANNEL_KINDS 4

/* By enum irqkit_channel_kind. */
struct channels {
	uint32_t now[N_CHANNEL_KINDS];
	uint32_t max[N_CHANNEL_KINDS];
};

/*
 * Takes an answer of the kernel. -EBADMSG: not an answer; any other error: the kernel's.
 */
int channels_parse_netlink(const void *bytes, size_t len, struct channels *ret_channels);

/* "rx", "tx", "other" or "combined" */
const char *channel_word(enum irqkit_channel_kind kind);

/* Takes the file of a saved root. Lines that are not as they should be are ignored. */
void channels_parse_text(const char *text, size_t len, struct channels *ret_channels);

/*
 * What a device has now, by its name in /sys. -EOPNOTSUPP: its driver has no channels;
 * -ENOENT: a saved root does not say.
 */
int channels_read(
	struct irqkit_ctx *ctx, const char *name, struct channels *ret_channels);

#endif
