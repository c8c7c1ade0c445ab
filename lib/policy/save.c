/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is saved, and in which order. */
#include "policy/save.h"
#include "base/macros.h"
#include "devices/device.h"
#include "kernel/ctx.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char header[] =
	"# The interrupt settings of this system, saved by irqkit-save(8).\n"
	"# irqkit-apply(8) restores them, and irqkit-check(8) compares.";

static int find_owners(struct save *save)
{
	struct irqkit_devices *devices = save->machine->devices;
	int r = 0;

	for (size_t i = 0; i < irqkit_machine_count_irqs(save->machine) && r == 0; i++) {
		int irq = irqkit_irq_get_number(irqkit_machine_get_irq(save->machine, i));
		size_t n = 0;

		if (irq < 0 || !save->rows[i].is_wanted)
			continue;
		r = irqkit_devices_count_owners(devices, (unsigned int)irq, &n);
		if (r == 0 && n > 0)
			save->rows[i].owner = irqkit_devices_get_owner(
				devices, (unsigned int)irq, 0);
	}
	return r;
}

/* ------------------------------------------------------------------------------- */
/* Sections                                                                        */

/*
 * What a device has, in the order in which it is set. The number of channels goes first,
 * because it decides which queues there are.
 */
typedef int save_part_fn(struct save *save, struct irqkit_device *device);
static save_part_fn *const parts[] = {
	save_channels,
	save_interrupts,
	save_choose_off,
	save_rps,
	save_xps,
	save_threads,
};

/* "# eth0: virtio_net, 0000:00:03.0" */
static int format_heading(const struct irqkit_device *device, char **ret_heading)
{
	const char *driver = irqkit_device_get_driver(device);
	const char *address = irqkit_device_get_pci_address(device);
	struct buffer heading = { 0 };
	bool has_address = address && strcmp(address, device->name) != 0;

	buffer_add(&heading, "# %s", device->name);
	if (driver || has_address)
		buffer_add(&heading, ": %s%s%s", driver ? driver : "",
			driver && has_address ? ", " : "", has_address ? address : "");
	/* a comment is one line */
	for (char *c = heading.text; c && *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	return buffer_take(&heading, ret_heading);
}

static int save_device(struct save *save, struct irqkit_device *device)
{
	_cleanup_free_ char *heading = NULL;
	bool is_net = device->kind == IRQKIT_DEVICE_NET;
	int r = format_heading(device, &heading);

	if (r == 0)
		r = save_begin_section(save, heading, device->name);
	for (size_t i = 0; i < LENGTH(parts) && r == 0; i++)
		if (is_net || parts[i] == save_interrupts)
			r = parts[i](save, device);
	return r == 0 ? save_end_section(save) : r;
}

static int save_interfaces(struct save *save)
{
	struct irqkit_devices *devices = save->machine->devices;
	size_t n = 0;
	int r = irqkit_devices_count_net(devices, &n);

	if (r == -ENOENT)
		r = 0;
	for (size_t i = 0; i < n && r == 0; i++)
		r = save_device(save, irqkit_devices_get_net(devices, i));
	return r;
}

/* Devices that are not interfaces, in the order of their first interrupts. */
static int save_others(struct save *save)
{
	size_t n = irqkit_machine_count_irqs(save->machine);
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++)
		if (save->rows[i].is_wanted && save->rows[i].owner)
			r = save_device(save, save->rows[i].owner);
	if (r == 0)
		r = save_begin_section(save, "# interrupts of no known device", NULL);
	if (r == 0)
		r = save_interrupts(save, NULL);
	return r == 0 ? save_end_section(save) : r;
}

static int save_whole_system(struct save *save)
{
	int r = save_begin_section(save, "# the whole system", NULL);

	if (r == 0)
		r = save_system(save);
	return r == 0 ? save_end_section(save) : r;
}

static int save_all(struct save *save)
{
	int r = find_owners(save);

	if (r == 0)
		r = save_read_names(save);
	if (r == 0)
		r = save_add_line(save, IRQKIT_SAVED_COMMENT, strdup(header), 0);
	if (r == 0)
		r = save_interfaces(save);
	if (r == 0)
		r = save_others(save);
	/* a TARGET is a part of the system */
	return r == 0 && !save->has_targets ? save_whole_system(save) : r;
}

static void save_clear(struct save *save)
{
	save_end_section(save);
	free(save->rows);
	free(save->queues);
	free(save->names);
}

EXPORT int irqkit_saved_new(struct irqkit_machine *machine, const char *const *words,
	size_t n_words, unsigned int flags, struct irqkit_saved **ret_saved,
	char **reterr_message)
{
	struct save save = {
		.machine = machine,
		.saved = calloc(1, sizeof(struct irqkit_saved)),
		.with_defaults = flags & IRQKIT_SAVE_ALL,
		.rows = calloc(
			irqkit_machine_count_irqs(machine) + 1, sizeof(struct save_row)),
	};
	int r = save.saved && save.rows ? 0 : -ENOMEM;

	if (reterr_message)
		*reterr_message = NULL;
	if (r == 0)
		r = save_read_targets(&save, words, n_words, reterr_message);
	if (r == 0)
		r = save_all(&save);
	if (r == 0)
		*ret_saved = TAKE(save.saved);
	save_clear(&save);
	irqkit_saved_free(save.saved);
	return r;
}

EXPORT void irqkit_saved_free(struct irqkit_saved *saved)
{
	if (!saved)
		return;
	for (size_t i = 0; i < saved->n_lines; i++) {
		free(saved->lines[i].text);
		free(saved->lines[i].device);
	}
	free(saved->lines);
	free(saved);
}

EXPORT size_t irqkit_saved_count(const struct irqkit_saved *saved)
{
	return saved->n_lines;
}

EXPORT const struct irqkit_saved_line *irqkit_saved_get(
	const struct irqkit_saved *saved, size_t index)
{
	return &saved->lines[index];
}

EXPORT const char *irqkit_saved_line_get_text(const struct irqkit_saved_line *line)
{
	return line->text;
}

EXPORT enum irqkit_saved_kind irqkit_saved_line_get_kind(
	const struct irqkit_saved_line *line)
{
	return line->kind;
}

EXPORT const char *irqkit_saved_line_get_device(const struct irqkit_saved_line *line)
{
	return line->device;
}

EXPORT size_t irqkit_saved_line_count_settings(const struct irqkit_saved_line *line)
{
	return line->n_settings;
}
