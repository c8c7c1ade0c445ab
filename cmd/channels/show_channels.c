/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The channels of network interfaces: a row for each interface. */
#include "channels/show_channels.h"
#include "base/basics.h"
#include "base/say.h"
#include "channels/channel_row.h"

#include <errno.h>
#include <string.h>

static void free_row(struct channel_row *row)
{
	free(row->rss);
	free(row->why);
	free(row->fixed);
	free(row);
}

/*
 * If an interface has no hardware and its channels cannot be set, no number is useful:
 * the text says what kind of interface it is. The driver of veth has channels. False: no
 * memory.
 */
static bool leave_software(struct irqkit_device *device, struct channel_row *row)
{
	static const char *const whats[] = {
		[IRQKIT_NET_SOFTWARE] = "software interface: it has no hardware queues",
		[IRQKIT_NET_LOOPBACK] = "loopback: its packets stay in the system",
		[IRQKIT_NET_BRIDGE] = "a bridge: its ports have the queues",
		[IRQKIT_NET_UPPER] = "built on other interfaces: these have the queues",
	};
	enum irqkit_net_kind kind;

	if (irqkit_device_read_net_kind(device, &kind) < 0 ||
		kind == IRQKIT_NET_HARDWARE || (!row->fixed && !row->is_unknown))
		return true;
	free(row->why);
	row->why = strdup(whats[kind]);
	row->useful = 0;
	row->has_no_hardware = true;
	return row->why;
}

/* False: no memory. */
static bool read_row(struct irqkit_machine *machine, struct irqkit_device *device,
	struct channel_row *row)
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
	return r != -ENOMEM && leave_software(device, row);
}

static bool add_row(
	struct table *table, struct irqkit_machine *machine, struct irqkit_device *device)
{
	struct channel_row *row = calloc(1, sizeof(*row));

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
		channels_remark(&table, request);
	return status;
}
