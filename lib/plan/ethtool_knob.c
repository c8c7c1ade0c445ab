/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Channels and the RSS table as knobs: read and written by the name in their path. */
#include "plan/ethtool_knob.h"
#include "base/macros.h"
#include "channels/counts.h"
#include "channels/rss.h"
#include "plan/knob_value.h"

#include <stdlib.h>

bool knob_is_ethtool(enum irqkit_knob knob)
{
	return knob == IRQKIT_KNOB_CHANNELS || knob == IRQKIT_KNOB_RSS;
}

int ethtool_knob_read(
	struct irqkit_ctx *ctx, enum irqkit_knob knob, const char *path, char **ret_text)
{
	_cleanup_rss_ struct rss_table table = { 0 };
	char name[16];
	int r;

	knob_get_device_name(path, name);
	if (knob == IRQKIT_KNOB_CHANNELS)
		return counts_read(ctx, name, ret_text);
	r = rss_read(ctx, name, &table);
	return r < 0 ? r : rss_format(&table, ret_text);
}

int ethtool_knob_write(struct irqkit_ctx *ctx, enum irqkit_knob knob, const char *path,
	const char *text, char **kernel_text, bool *ret_is_answer)
{
	char name[16];

	free(TAKE(*kernel_text));
	knob_get_device_name(path, name);
	*ret_is_answer = true;
	if (knob == IRQKIT_KNOB_CHANNELS)
		return counts_write(ctx, name, text, kernel_text, ret_is_answer);
	return rss_write(ctx, name, text, kernel_text);
}
