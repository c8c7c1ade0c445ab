/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The RSS table of a network device: the rx queue of each hash value (`ethtool -x`). As a
 * text it is one of
 *
 *	equal 4           entry i has queue i % 4
 *	0*64 1*32 3*32    64 entries with queue 0, then 32 with queue 1, ...
 */
#ifndef IRQKIT_RSS_H
#define IRQKIT_RSS_H

#include <irqkit.h>

struct rss_table {
	uint32_t *queues; /* owned; the queue of each entry */
	size_t n;
};
void rss_table_clear(struct rss_table *table);
#define _cleanup_rss_ CLEANUP(rss_table_clear)

/* -ENODATA: the table has no entry. */
int rss_format(const struct rss_table *table, char **ret_text);

/*
 * Takes a text for a table of @n entries. -EBADMSG: no such text. -ERANGE: it is for a
 * table of another size.
 */
int rss_parse(const char *text, size_t n, struct rss_table *ret_table);

/* Is this the text of a table? */
bool rss_is_text(const char *text);

/* N of "equal N"; 0: the text says something else. */
uint32_t rss_parse_equal(const char *text);

/* The queues that have entries. */
size_t rss_count_queues(const struct rss_table *table);

/* Takes an answer to ETHTOOL_MSG_RSS_GET. -EOPNOTSUPP: the device has no table. */
int rss_parse_netlink(const void *bytes, size_t len, struct rss_table *ret_table);

/*
 * Reads the table of a device, by its name in /sys. -EOPNOTSUPP: it has none; -ENOENT: a
 * saved root does not say.
 */
int rss_read(struct irqkit_ctx *ctx, const char *name, struct rss_table *ret_table);

/*
 * Writes a table. If it is the one that the kernel makes for the queues in use, the kernel
 * makes it: otherwise it would refuse fewer queues later.
 *
 * @ret_text: what the kernel says about an error, which the caller frees; or NULL
 */
int rss_write(
	struct irqkit_ctx *ctx, const char *name, const char *text, char **ret_text);

#endif
