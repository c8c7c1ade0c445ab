/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is worth a sentence in the channels of network interfaces. */
#include "base/basics.h"
#include "base/fold.h"
#include "base/text.h"
#include "channels/channel_row.h"

#include <stdio.h>
#include <string.h>

#define NAMES_SHOWN 4

/* The channels that receive. */
static unsigned int count_rx(const struct channel_row *row)
{
	return row->counts[IRQKIT_CHANNEL_RX].now +
		row->counts[IRQKIT_CHANNEL_COMBINED].now;
}

static void remark_number(const struct channel_row *row, const char *name)
{
	unsigned int n = count_rx(row);

	if (row->useful && row->useful != n && n != 0)
		print_sentence(
			"%s has %u queue%s, and %u %s useful: %s. 'irqkit channels %s "
			"--auto' sets %s.\n",
			name, n, n == 1 ? "" : "s", row->useful,
			row->useful == 1 ? "is" : "are", row->why, name,
			row->useful == 1 ? "it" : "them");
}

/* Queues that get no flows have nothing to do. */
static void remark_rss(const struct channel_row *row, const char *name)
{
	if (row->rss && row->rss_queues < count_rx(row))
		print_sentence(
			"%s: RSS gives flows to %zu of %u rx queues; 'irqkit channels "
			"%s --rss=equal' uses all.\n",
			name, row->rss_queues, count_rx(row), name);
}

/* Why the number cannot be set; NULL: it can, or it is the useful one already. */
static const char *find_obstacle(const struct channel_row *row)
{
	/* the table says what has no hardware */
	if (row->n_rx == row->useful || row->has_no_hardware)
		return NULL;
	if (row->fixed)
		return row->fixed;
	return row->is_unknown ? "how many the driver allows is not known" : NULL;
}

static bool have_same_obstacle(const struct channel_row *a, const struct channel_row *b)
{
	const char *one = find_obstacle(a), *other = find_obstacle(b);

	return one && other && a->n_rx == b->n_rx && strcmp(one, other) == 0;
}

static bool is_said(const struct table *table, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (have_same_obstacle(table->rows[i], table->rows[index]))
			return true;
	return false;
}

/* "vif1.0, vif2.0 and 3 more": those with the obstacle of this row; NULL: no memory */
static char *join_alike(const struct table *table, size_t index, size_t *ret_n)
{
	char *names = NULL, *text = NULL;

	*ret_n = 0;
	for (size_t i = index; i < table->n_rows; i++) {
		const struct channel_row *row = table->rows[i];
		_cleanup_free_ char *name = text_escape(row->name);

		if (!have_same_obstacle(table->rows[index], row))
			continue;
		if (!name ||
			((*ret_n)++ < NAMES_SHOWN && !text_join(&names, ", ", name))) {
			free(names);
			return NULL;
		}
	}
	if (*ret_n <= NAMES_SHOWN)
		return names;
	if (asprintf(&text, "%s and %zu more", names, *ret_n - NAMES_SHOWN) < 0)
		text = NULL;
	free(names);
	return text;
}

/*
 * "eth0 has 4 rx queues", as /sys has them, and why that cannot be changed. A host with many
 * guests has many interfaces with the same obstacle, so it is said once.
 */
static void remark_obstacle(const struct table *table, size_t index)
{
	const struct channel_row *row = table->rows[index];
	_cleanup_free_ char *names = NULL;
	size_t n;

	if (!find_obstacle(row) || is_said(table, index))
		return;
	names = join_alike(table, index, &n);
	if (names)
		print_sentence("%s %s %zu rx queue%s%s; %s.\n", names,
			n == 1 ? "has" : "have", row->n_rx, row->n_rx == 1 ? "" : "s",
			n == 1 ? "" : " each", find_obstacle(row));
}

static void remark_row(const struct channel_row *row)
{
	_cleanup_free_ char *name = text_escape(row->name);

	if (!name)
		return;
	if (!row->fixed && !row->is_unknown)
		remark_number(row, name);
	remark_rss(row, name);
}

void channels_remark(const struct table *table, const struct irqkit_request *request)
{
	for (size_t i = 0; i < table->n_rows; i++) {
		remark_obstacle(table, i);
		remark_row(table->rows[i]);
	}
	for (size_t i = 0; i < irqkit_request_count_messages(request); i++) {
		enum irqkit_message_kind kind;
		_cleanup_free_ char *safe = text_escape(
			irqkit_request_get_message(request, i, &kind));

		if (safe && kind == IRQKIT_MESSAGE_REMARK)
			print_sentence("%s\n", safe);
	}
}
