/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The RSS table of a network device, from and to text. */
#include "channels/rss.h"
#include "base/buffer.h"
#include "base/macros.h"
#include "base/number.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define EQUAL "equal "
#define MOST_ENTRIES 65536u /* no device has as many */

void rss_table_clear(struct rss_table *table)
{
	free(table->queues);
	*table = (struct rss_table){ 0 };
}

static uint32_t find_highest(const struct rss_table *table)
{
	uint32_t highest = 0;

	for (size_t i = 0; i < table->n; i++)
		highest = table->queues[i] > highest ? table->queues[i] : highest;
	return highest;
}

/* net/ethtool/common.c: ethtool_rxfh_indir_default() makes such a table. */
static bool is_equal(const struct rss_table *table, uint32_t n_queues)
{
	for (size_t i = 0; i < table->n; i++)
		if (table->queues[i] != i % n_queues)
			return false;
	return true;
}

static void format_runs(const struct rss_table *table, struct buffer *text)
{
	for (size_t i = 0, end; i < table->n; i = end) {
		for (end = i; end < table->n && table->queues[end] == table->queues[i];)
			end++;
		buffer_add(text, "%s%u*%zu", i ? " " : "", table->queues[i], end - i);
	}
}

int rss_format(const struct rss_table *table, char **ret_text)
{
	struct buffer text = { 0 };
	uint32_t highest = find_highest(table);

	if (table->n == 0)
		return -ENODATA;
	if (highest < table->n && is_equal(table, highest + 1))
		buffer_add(&text, EQUAL "%u", highest + 1);
	else
		format_runs(table, &text);
	return buffer_take(&text, ret_text);
}

/* ------------------------------------------------------------------------------- */

uint32_t rss_parse_equal(const char *text)
{
	size_t len = strlen(EQUAL);
	uint32_t number;

	if (strncmp(text, EQUAL, len) != 0 ||
		parse_u32(text + len, strlen(text + len), &number) < 0 ||
		number > MOST_ENTRIES)
		return 0;
	return number;
}

/* "3*32"; false: it is not that. Moves @text past it and the space after it. */
static bool take_run(const char **text, uint32_t *ret_queue, uint32_t *ret_count)
{
	size_t queue_len = strspn(*text, "0123456789"), count_len;
	const char *count = *text + queue_len + 1;

	if ((*text)[queue_len] != '*')
		return false;
	count_len = strspn(count, "0123456789");
	if (parse_u32(*text, queue_len, ret_queue) < 0 ||
		parse_u32(count, count_len, ret_count) < 0 || *ret_count == 0 ||
		*ret_count > MOST_ENTRIES)
		return false;
	*text = count + count_len;
	if (!**text)
		return true;
	if (**text != ' ' || !(*text)[1])
		return false;
	++*text;
	return true;
}

/* The number of entries of runs; 0: the text is not that. */
static size_t count_runs(const char *text)
{
	size_t n = 0;

	while (*text) {
		uint32_t queue, count;

		if (!take_run(&text, &queue, &count) || n + count > MOST_ENTRIES)
			return 0;
		n += count;
	}
	return n;
}

bool rss_is_text(const char *text)
{
	return rss_parse_equal(text) > 0 || count_runs(text) > 0;
}

static void fill(struct rss_table *table, const char *text, uint32_t equal)
{
	if (equal) {
		for (size_t i = 0; i < table->n; i++)
			table->queues[i] = (uint32_t)i % equal;
		return;
	}
	for (size_t at = 0; *text;) {
		uint32_t queue = 0, count = 0;

		take_run(&text, &queue, &count);
		while (count-- > 0)
			table->queues[at++] = queue;
	}
}

int rss_parse(const char *text, size_t n, struct rss_table *ret_table)
{
	uint32_t equal = rss_parse_equal(text);
	struct rss_table table = { .n = n };

	if (!rss_is_text(text))
		return -EBADMSG;
	if (n == 0 || n > MOST_ENTRIES || (!equal && count_runs(text) != n))
		return -ERANGE;
	table.queues = calloc(n, sizeof(*table.queues));
	if (!table.queues)
		return -ENOMEM;
	fill(&table, text, equal);
	*ret_table = table;
	return 0;
}

size_t rss_count_queues(const struct rss_table *table)
{
	size_t n = 0;

	for (size_t i = 0; i < table->n; i++) {
		bool is_new = true;

		for (size_t j = 0; j < i && is_new; j++)
			is_new = table->queues[j] != table->queues[i];
		n += is_new;
	}
	return n;
}
