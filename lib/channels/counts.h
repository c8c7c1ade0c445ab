/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The numbers of channels of a network device as a text, and from and to the kernel. The
 * text has the kinds that carry packets, as far as the driver has them:
 *
 *	combined 4
 *	rx 4 tx 2
 */
#ifndef IRQKIT_COUNTS_H
#define IRQKIT_COUNTS_H

#include "devices/channels.h"

/* -EOPNOTSUPP: the driver has no such kind. */
int counts_format(const struct channels *channels, char **ret_text);

/* Changes the numbers that the text has. -EBADMSG: no such text. */
int counts_parse(const char *text, struct channels *channels);

/* The present numbers. -EOPNOTSUPP: the driver has no channels. */
int counts_read(struct irqkit_ctx *ctx, const char *name, char **ret_text);

/*
 * @ret_text: what the kernel says about an error, which the caller frees; or NULL
 * @ret_is_answer: the error is the kernel's answer
 */
int counts_write(struct irqkit_ctx *ctx, const char *name, const char *text,
	char **ret_text, bool *ret_is_answer);

#endif
