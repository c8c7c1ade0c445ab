/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What ethtool(8) sets, which are knobs without a file. */
#ifndef IRQKIT_ETHTOOL_KNOB_H
#define IRQKIT_ETHTOOL_KNOB_H

#include <irqkit.h>

bool knob_is_ethtool(enum irqkit_knob knob);

/* -EOPNOTSUPP: the device has no such thing. */
int ethtool_knob_read(
	struct irqkit_ctx *ctx, enum irqkit_knob knob, const char *path, char **ret_text);

/*
 * @kernel_text: what the kernel says about an error, which the caller frees; or NULL. It is
 *               freed before.
 * @ret_is_answer: the error is the kernel's answer
 */
int ethtool_knob_write(struct irqkit_ctx *ctx, enum irqkit_knob knob, const char *path,
	const char *text, char **kernel_text, bool *ret_is_answer);

#endif
