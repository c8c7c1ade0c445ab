/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The channels of network interfaces: a row for each interface. */
#include "channels/show_channels.h"
#include "base/basics.h"
#include "base/fold.h"
#include "base/say.h"
#include "base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define N_KINDS 4
#define NAMES_SHOWN 4

struct count {
	unsigned int now, max; /* max 0: the driver has none of this kind */
};

/* One interface. */
struct row {
	const char *name;
	struct count counts[N_KINDS]; /* by enum irqkit_channel_kind */
	size_t rss_entries, rss_queues; /* 0: no table, or not known */
	char *rss; /* owned; the table as a text, or NULL */
	unsigned int useful; /* 0: not known */
	char *why; /* owned, or NULL */
	char *fixed; /* owned; why they cannot be set, or NULL */
	bool is_unknown; /* nothing can be read */
	size_t n_rx; /* rx queues in /sys */
	unsigned int asked, offered; /* in xenstore; 0: not known, or no Xen interface */
};

static void free_row(struct row *row)
{
	free(row->rss);
	free(row->why);
	free(row->fixed);
	free(row);
}

/* ------------------------------------------------------------------------------- */
/* Cells                                                                           */

static struct cell get_device(void *data)
{
	const struct row *row = data;

	return text_cell(row->name);
}

static struct cell show_count(const struct row *row, enum irqkit_channel_kind kind)
{
	const struct count *count = &row->counts[kind];
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
	const struct row *row = data;
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
	const struct row *row = data;

	return row->useful ? number_cell(row->useful) : ABSENT;
}

static struct cell get_why(void *data)
{
	const struct row *row = data;

	return text_cell(row->why);
}

static struct cell get_fixed(void *data)
{
	const struct row *row = data;

	return row->is_unknown ? ABSENT : bool_cell(row->fixed);
}

/* ---- JSON: an object for each kind ------------------------------------------------- */

static struct cell get_now(void *data)
{
	const struct count *count = data;

	return number_cell(count->now);
}

static struct cell get_max(void *data)
{
	const struct count *count = data;

	return number_cell(count->max);
}

static struct cell get_entries(void *data)
{
	const struct row *row = data;

	return number_cell(row->rss_entries);
}

static struct cell get_queues(void *data)
{
	const struct row *row = data;

	return number_cell(row->rss_queues);
}

static struct cell get_table(void *data)
{
	const struct row *row = data;

	return text_cell(row->rss);
}

static struct cell get_asked(void *data)
{
	const struct row *row = data;

	return row->asked ? number_cell(row->asked) : ABSENT;
}

static struct cell get_offered(void *data)
{
	const struct row *row = data;

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

static struct cell get_count(struct row *row, enum irqkit_channel_kind kind)
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
	struct row *row = data;

	return row->rss ? object_cell(columns, LENGTH(columns), row) : ABSENT;
}

static struct cell get_xenstore(void *data)
{
	static const struct column columns[] = {
		{ "ASKED", "asked", NULL, 0, get_asked, 0 },
		{ "OFFERED", "offered", NULL, 0, get_offered, 0 },
	};
	struct row *row = data;

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
		COLUMN_DEFAULT | COLUMN_TRUNCATE | COLUMN_DROP(2), get_why, 0 },
	{ "FIXED", "fixed", "whether the number cannot be set", 0, get_fixed, 0 },
	{ "XENSTORE", "xenstore", NULL, COLUMN_JSON_ONLY, get_xenstore, 0 },
	{ 0 },
};

/* ------------------------------------------------------------------------------- */
/* Rows                                                                            */

/* False: no memory. */
static bool read_row(
	struct irqkit_machine *machine, struct irqkit_device *device, struct row *row)
{
	int r = 0;

	row->name = irqkit_device_get_name(device);
	row->n_rx = irqkit_device_count_direction(device, IRQKIT_RX);
	for (size_t i = 0; i < N_KINDS && r == 0; i++)
		r = irqkit_device_read_channels(device, (enum irqkit_channel_kind)i,
			&row->counts[i].now, &row->counts[i].max);
	if (r == -ENOMEM)
		return false;
	row->is_unknown = r == -ENODATA;
	r = irqkit_device_read_rss(
		device, &row->rss_entries, &row->rss_queues, &row->rss);
	if (r == -ENOMEM)
		return false;
	r = irqkit_device_read_xen_queues(device, &row->asked, &row->offered);
	if (r == -ENOMEM)
		return false;
	r = irqkit_machine_find_useful_channels(machine, device, &row->useful, &row->why);
	if (r == -ENOMEM)
		return false;
	r = irqkit_device_explain_fixed_channels(
		device, row->useful ? row->useful : 1, &row->fixed);
	row->is_unknown &= !row->fixed;
	return r != -ENOMEM;
}

static bool add_row(
	struct table *table, struct irqkit_machine *machine, struct irqkit_device *device)
{
	struct row *row = calloc(1, sizeof(*row));

	if (!row)
		return false;
	table->rows[table->n_rows++] = row;
	return read_row(machine, device, row);
}

static bool add_rows(struct table *table, struct irqkit_machine *machine,
	const struct irqkit_request *request)
{
	size_t n = irqkit_request_count_devices(request);

	table->rows = calloc(n + 1, sizeof(*table->rows));
	for (size_t i = 0; table->rows && i < n; i++)
		if (!add_row(table, machine, irqkit_request_get_device(request, i)))
			return false;
	return table->rows;
}

static void clear_table(struct table *table)
{
	for (size_t i = 0; table->rows && i < table->n_rows; i++)
		free_row(table->rows[i]);
	table_free(table);
}

/* ------------------------------------------------------------------------------- */
/* Remarks                                                                         */

/* In lines that fit a terminal. */
__attribute__((format(printf, 1, 2))) static void say_line(const char *format, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	if (text)
		print_folded(text);
}

/* The channels that receive. */
static unsigned int count_rx(const struct row *row)
{
	return row->counts[IRQKIT_CHANNEL_RX].now +
		row->counts[IRQKIT_CHANNEL_COMBINED].now;
}

static void remark_number(const struct row *row, const char *name)
{
	unsigned int n = count_rx(row);

	if (row->useful && row->useful != n && n != 0)
		say_line("%s has %u queue%s, and %u %s useful: %s. 'irqkit channels %s "
			 "--auto' sets %s.",
			name, n, n == 1 ? "" : "s", row->useful,
			row->useful == 1 ? "is" : "are", row->why, name,
			row->useful == 1 ? "it" : "them");
}

/* Queues that get no flows have nothing to do. */
static void remark_rss(const struct row *row, const char *name)
{
	if (row->rss && row->rss_queues < count_rx(row))
		say_line("%s: RSS gives flows to %zu of %u rx queues; 'irqkit channels "
			 "%s --rss=equal' uses all.",
			name, row->rss_queues, count_rx(row), name);
}

/* Why the number cannot be set; NULL: it can, or it is the useful one already. */
static const char *find_obstacle(const struct row *row)
{
	if (row->n_rx == row->useful)
		return NULL;
	if (row->fixed)
		return row->fixed;
	return row->is_unknown ? "how many the driver allows is not known" : NULL;
}

static bool have_same_obstacle(const struct row *a, const struct row *b)
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
		const struct row *row = table->rows[i];
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
	const struct row *row = table->rows[index];
	_cleanup_free_ char *names = NULL;
	size_t n;

	if (!find_obstacle(row) || is_said(table, index))
		return;
	names = join_alike(table, index, &n);
	if (names)
		say_line("%s %s %zu rx queue%s%s; %s.", names, n == 1 ? "has" : "have",
			row->n_rx, row->n_rx == 1 ? "" : "s", n == 1 ? "" : " each",
			find_obstacle(row));
}

static void remark_row(const struct row *row)
{
	_cleanup_free_ char *name = text_escape(row->name);

	if (!name)
		return;
	if (!row->fixed && !row->is_unknown)
		remark_number(row, name);
	remark_rss(row, name);
}

static void remark(const struct table *table, const struct irqkit_request *request)
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
			print_folded(safe);
	}
}

static enum status print_json(const struct table *table)
{
	struct document *document = document_new();

	document_add_table(document, "devices", table);
	return document_finish(document);
}

enum status channels_show(struct irqkit_machine *machine,
	const struct irqkit_request *request, const struct table_options *options,
	const struct common *common)
{
	struct table table CLEANUP(clear_table) = { 0 };
	enum status status;

	if (!add_rows(&table, machine, request))
		return say_no_memory();
	status = table_prepare(&table, channel_columns, options, common);
	if (status != STATUS_DONE)
		return status;
	if (common->is_json)
		return print_json(&table);
	status = table_print(&table, options, common);
	if (status == STATUS_DONE && table_options_are_plain(options, common))
		remark(&table, request);
	return status;
}
