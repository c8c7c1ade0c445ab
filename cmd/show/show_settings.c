/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Packet steering and channels in the JSON of `irqkit show`, with the keys that they have in
 * that of `show --queues` and `channels`.
 */
#include "show/show_settings.h"
#include "base/basics.h"
#include "measure/settings.h"

static struct cell get_queue_device(void *data)
{
	const struct queue_setting *setting = data;

	return text_cell(setting->device);
}

static struct cell get_queue(void *data)
{
	const struct queue_setting *setting = data;

	return text_cell(setting->queue);
}

static struct cell get_rps(void *data)
{
	const struct queue_setting *setting = data;

	return cpus_cell(setting->rps);
}

static struct cell get_xps(void *data)
{
	const struct queue_setting *setting = data;

	return cpus_cell(setting->xps);
}

static const struct column queue_columns[] = {
	{ "DEVICE", "device", NULL, 0, get_queue_device, 0 },
	{ "QUEUE", "queue", NULL, 0, get_queue, 0 },
	{ "RPS", "rps_cpus", NULL, 0, get_rps, 0 },
	{ "XPS", "xps_cpus", NULL, 0, get_xps, 0 },
	{ 0 },
};

/* ------------------------------------------------------------------------------- */

static struct cell get_channel_device(void *data)
{
	const struct channel_setting *setting = data;

	return text_cell(setting->device);
}

static struct cell get_now(void *data)
{
	const unsigned int *count = data;

	return number_cell(count[0]);
}

static struct cell get_max(void *data)
{
	const unsigned int *count = data;

	return number_cell(count[1]);
}

static const struct column count_columns[] = {
	{ "NOW", "now", NULL, 0, get_now, 0 },
	{ "MAX", "max", NULL, 0, get_max, 0 },
};

/* One object: a table of one row, in one block: free() ends it. */
static struct cell get_channels(void *data, unsigned int kind)
{
	struct channel_setting *setting = data;
	struct {
		struct table table;
		const struct column *columns[LENGTH(count_columns) + 1];
		void *rows[1];
		unsigned int count[2];
	} * block;

	if (setting->counts[kind].max == 0 || !(block = calloc(1, sizeof(*block))))
		return ABSENT;
	for (size_t i = 0; i < LENGTH(count_columns); i++)
		block->columns[i] = &count_columns[i];
	block->count[0] = setting->counts[kind].now;
	block->count[1] = setting->counts[kind].max;
	block->rows[0] = block->count;
	block->table.columns = block->columns;
	block->table.rows = block->rows;
	block->table.n_rows = 1;
	return (struct cell){ .kind = CELL_ROW, .table = &block->table, .owned = block };
}

static const struct column_of_many channels_of[N_CHANNEL_KINDS] = {
	{ get_channels, NULL, 0 },
	{ get_channels, NULL, 1 },
	{ get_channels, NULL, 2 },
	{ get_channels, NULL, 3 },
};

void show_add_settings(const struct show *show, struct document *document)
{
	struct column columns[1 + N_CHANNEL_KINDS + 1] = {
		{ "DEVICE", "device", NULL, 0, get_channel_device, 0 },
	};
	struct settings settings CLEANUP(settings_clear) = { 0 };

	if (settings_read(show->machine, &settings) < 0) {
		document_fail(document);
		return;
	}
	for (unsigned int i = 0; i < N_CHANNEL_KINDS; i++)
		columns[1 + i] = (struct column){
			.name = "CHANNELS",
			.key = channel_kind_key(i),
			.many = &channels_of[i],
		};
	document_add_rows(document, "queues", queue_columns, settings.queues,
		sizeof(*settings.queues), settings.n_queues);
	document_add_rows(document, "devices", columns, settings.channels,
		sizeof(*settings.channels), settings.n_channels);
}
