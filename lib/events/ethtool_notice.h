/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the group "monitor" of the generic netlink family "ethtool" announces. */
#ifndef IRQKIT_ETHTOOL_NOTICE_H
#define IRQKIT_ETHTOOL_NOTICE_H

#include <irqkit.h>
#include <stdint.h>

/* Reports each message about channels, rings or the RSS table. Errors: see links_take(). */
int ethtool_notice_take(const void *bytes, size_t len, irqkit_event_fn *fn, void *data);

/*
 * Reads the answer to CTRL_CMD_GETFAMILY: the number of a multicast group by its name.
 * -ENOENT: the family has no such group.
 */
int ethtool_notice_parse_group(
	const void *bytes, size_t len, const char *name, uint32_t *ret_group);

#endif
