/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The columns of the channels of network interfaces. */
#include "base/basics.h"
#include "channels/channel_row.h"
#include "channels/show_channels.h"

#include <stdio.h>
#include <string.h>

static struct cell get_device(void *data)
{
	const struct channel_row *row = data;

	return text_cell(row->name);
}

static struct cell show_count(
	const struct channel_row *row, enum irqkit_channel_kind kind)
{
	const struct channel_count *count = &row->counts[kind];
	char *text;

	if (count->max == 0 || asprintf(&text, "%u/%u", count->now, count->max) < 0)
		return ABSENT;
	return owned_cell(text);
}

static struct cell show_rx(void *row)
{
	return show_count(row, IRQKIT_CHANNEL_RX);
}

static struct cell show_tx(void *row)
{
	return show_count(row, IRQKIT_CHANNEL_TX);
}

static struct cell show_combined(void *row)
{
	return show_count(row, IRQKIT_CHANNEL_COMBINED);
}

static struct cell show_other(void *row)
{
	return show_count(row, IRQKIT_CHANNEL_OTHER);
}

/* "equal 4", or "uneven 3": how many queues get flows */
static struct cell show_rss(void *data)
{
	const struct channel_row *row = data;
	char *text;

	if (!row->rss)
		return ABSENT;
	if (strncmp(row->rss, "equal ", strlen("equal ")) == 0)
		return text_cell(row->rss);
	return asprintf(&text, "uneven %zu", row->rss_queues) < 0 ? ABSENT
								  : owned_cell(text);
}

static struct cell get_useful(void *data)
{
	const struct channel_row *row = data;

	return row->useful ? number_cell(row->useful) : ABSENT;
}

static struct cell get_why(void *data)
{
	const struct channel_row *row = data;

	return text_cell(row->why);
}

static struct cell get_fixed(void *data)
{
	const struct channel_row *row = data;

	return row->is_unknown ? ABSENT : bool_cell(row->fixed);
}

/* ---- JSON: an object for each kind ------------------------------------------------- */

static struct cell get_now(void *data)
{
	const struct channel_count *count = data;

	return number_cell(count->now);
}

static struct cell get_max(void *data)
{
	const struct channel_count *count = data;

	return number_cell(count->max);
}

static struct cell get_entries(void *data)
{
	const struct channel_row *row = data;

	return number_cell(row->rss_entries);
}

static struct cell get_queues(void *data)
{
	const struct channel_row *row = data;

	return number_cell(row->rss_queues);
}

static struct cell get_table(void *data)
{
	const struct channel_row *row = data;

	return text_cell(row->rss);
}

static struct cell get_asked(void *data)
{
	const struct channel_row *row = data;

	return row->asked ? number_cell(row->asked) : ABSENT;
}

static struct cell get_offered(void *data)
{
	const struct channel_row *row = data;

	return row->offered ? number_cell(row->offered) : ABSENT;
}

/* A table of one row and its array, in one block: free() ends both. */
static struct cell object_cell(const struct column *columns, size_t n, void *row)
{
	struct {
		struct table table;
		const struct column *columns[4];
		void *rows[1];
	} *block = calloc(1, sizeof(*block));

	if (!block)
		return ABSENT;
	for (size_t i = 0; i < n; i++)
		block->columns[i] = &columns[i];
	block->rows[0] = row;
	block->table = (struct table){
		.columns = block->columns,
		.rows = block->rows,
		.n_rows = 1,
	};
	return (struct cell){
		.kind = CELL_ROW,
		.table = &block->table,
		.owned = block,
	};
}

static struct cell get_count(struct channel_row *row, enum irqkit_channel_kind kind)
{
	static const struct column columns[] = {
		{ "NOW", "now", NULL, 0, get_now, 0 },
		{ "MAX", "max", NULL, 0, get_max, 0 },
	};

	return row->counts[kind].max
		? object_cell(columns, LENGTH(columns), &row->counts[kind])
		: ABSENT;
}

static struct cell get_rx(void *row)
{
	return get_count(row, IRQKIT_CHANNEL_RX);
}

static struct cell get_tx(void *row)
{
	return get_count(row, IRQKIT_CHANNEL_TX);
}

static struct cell get_combined(void *row)
{
	return get_count(row, IRQKIT_CHANNEL_COMBINED);
}

static struct cell get_other(void *row)
{
	return get_count(row, IRQKIT_CHANNEL_OTHER);
}

static struct cell get_rss(void *data)
{
	static const struct column columns[] = {
		{ "ENTRIES", "entries", NULL, 0, get_entries, 0 },
		{ "QUEUES", "queues", NULL, 0, get_queues, 0 },
		{ "TABLE", "table", NULL, 0, get_table, 0 },
	};
	struct channel_row *row = data;

	return row->rss ? object_cell(columns, LENGTH(columns), row) : ABSENT;
}

static struct cell get_xenstore(void *data)
{
	static const struct column columns[] = {
		{ "ASKED", "asked", NULL, 0, get_asked, 0 },
		{ "OFFERED", "offered", NULL, 0, get_offered, 0 },
	};
	struct channel_row *row = data;

	return row->asked || row->offered ? object_cell(columns, LENGTH(columns), row)
					  : ABSENT;
}

const struct column channel_columns[] = {
	{ "DEVICE", "device", "interface", COLUMN_DEFAULT | COLUMN_NAME, get_device, 0 },
	{ "RX", NULL, "channels that only receive, now / at most", COLUMN_DEFAULT,
		show_rx, 0 },
	{ "RX", "rx", NULL, COLUMN_JSON_ONLY, get_rx, 0 },
	{ "TX", NULL, "channels that only transmit", COLUMN_DEFAULT, show_tx, 0 },
	{ "TX", "tx", NULL, COLUMN_JSON_ONLY, get_tx, 0 },
	{ "COMBINED", NULL, "channels that do both", COLUMN_DEFAULT, show_combined, 0 },
	{ "COMBINED", "combined", NULL, COLUMN_JSON_ONLY, get_combined, 0 },
	{ "OTHER", NULL, "other channels, for link events for example",
		COLUMN_DEFAULT | COLUMN_DROP(1), show_other, 0 },
	{ "OTHER", "other", NULL, COLUMN_JSON_ONLY, get_other, 0 },
	{ "RSS", NULL, "rx queues that get flows; equal: in equal parts", COLUMN_DEFAULT,
		show_rss, 0 },
	{ "RSS", "rss", NULL, COLUMN_JSON_ONLY, get_rss, 0 },
	{ "USEFUL", "useful", "queues that this system can use",
		COLUMN_DEFAULT | COLUMN_RIGHT, get_useful, 0 },
	{ "WHY", "why", "reason of that number",
		COLUMN_DEFAULT | COLUMN_WRAP | COLUMN_DROP(2), get_why, 0 },
	{ "FIXED", "fixed", "whether the number cannot be set", 0, get_fixed, 0 },
	{ "XENSTORE", "xenstore", NULL, COLUMN_JSON_ONLY, get_xenstore, 0 },
	{ 0 },
};
