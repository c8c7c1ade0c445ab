/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The columns of `irqkit show` about the device that raises an interrupt. */
#include "show/show_device.h"
#include "base/basics.h"
#include "show/show_row.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* The interface that the words name and that has this interrupt; or NULL. */
static struct irqkit_device *find_named(const struct show *show, unsigned int irq)
{
	size_t n = irqkit_selection_count_devices(show->chosen);

	for (size_t i = 0; i < n; i++) {
		struct irqkit_device *device = irqkit_selection_get_device(
			show->chosen, i);

		if (irqkit_device_get_kind(device) == IRQKIT_DEVICE_NET &&
			irqkit_device_find_irq(device, irq))
			return device;
	}
	return NULL;
}

static struct irqkit_device *get_device(struct show_row *row)
{
	int irq = show_row_irq(row);
	struct show *show = row->show;
	size_t n;

	if (!row->has_found_device && irq >= 0) {
		row->device = find_named(show, (unsigned int)irq);
		if (!row->device &&
			irqkit_devices_count_owners(
				show->devices, (unsigned int)irq, &n) == 0 &&
			n > 0)
			row->device = irqkit_devices_get_owner(
				show->devices, (unsigned int)irq, 0);
	}
	row->has_found_device = true;
	return row->device;
}

static const struct irqkit_device_irq *find_device_irq(struct show_row *row)
{
	struct irqkit_device *device = get_device(row);

	if (!device)
		return NULL;
	return irqkit_device_find_irq(device, (unsigned int)show_row_irq(row));
}

struct irqkit_device *show_find_queue_device(struct show_row *row)
{
	const struct irqkit_device_irq *irq = find_device_irq(row);

	return irq && irqkit_device_irq_get_role(irq) == IRQKIT_ROLE_QUEUE ? row->device
									   : NULL;
}

struct cell show_get_device(void *data)
{
	struct irqkit_device *device = get_device(data);

	return device ? text_cell(irqkit_device_get_name(device)) : ABSENT;
}

struct cell show_get_driver(void *data)
{
	struct irqkit_device *device = get_device(data);

	return device ? text_cell(irqkit_device_get_driver(device)) : ABSENT;
}

#define NAME_ROOM 16 /* "rx-0", with any number */

/* One allocation: the texts, then the names that they point to. */
struct cell show_get_queues(void *data)
{
	struct irqkit_device *device = get_device(data);
	size_t n = device ? irqkit_device_count_queues(device) : 0, found = 0;
	const char **texts = calloc(n + 1, sizeof(*texts) + NAME_ROOM);
	char *names = (char *)(texts + n + 1);

	for (size_t i = 0; texts && i < n; i++) {
		struct irqkit_queue *queue = irqkit_device_get_queue(device, i);
		_cleanup_free_ char *name = NULL;

		if (irqkit_queue_get_irq(queue) != show_row_irq(data) ||
			irqkit_queue_format_name(queue, &name) < 0)
			continue;
		texts[found] = names + found * NAME_ROOM;
		snprintf(names + found * NAME_ROOM, NAME_ROOM, "%s", name);
		found++;
	}
	if (found == 0) {
		free(texts);
		return ABSENT;
	}
	return (struct cell){ .kind = CELL_TEXTS, .texts = texts, .owned = texts };
}

const char *show_source_word(enum irqkit_source source)
{
	static const char *const words[] = {
		[IRQKIT_SOURCE_NETLINK] = "netlink",
		[IRQKIT_SOURCE_SYSFS] = "sysfs",
		[IRQKIT_SOURCE_NAME] = "name",
		[IRQKIT_SOURCE_ORDER] = "order",
	};

	return source < LENGTH(words) ? words[source] : NULL;
}

struct cell show_get_source(void *data)
{
	const struct irqkit_device_irq *irq = find_device_irq(data);

	if (!irq)
		return ABSENT;
	return text_cell(show_source_word(irqkit_device_irq_get_source(irq)));
}

struct cell show_get_role(void *data)
{
	static const char *const words[] = {
		[IRQKIT_ROLE_QUEUE] = "queue",
		[IRQKIT_ROLE_CONFIG] = "config",
		[IRQKIT_ROLE_LINK] = "link",
		[IRQKIT_ROLE_ADMIN] = "admin",
		[IRQKIT_ROLE_ERROR] = "error",
		[IRQKIT_ROLE_CONTROLLER] = "controller",
		[IRQKIT_ROLE_OTHER] = "other",
		[IRQKIT_ROLE_UNUSED] = "unused",
		[IRQKIT_ROLE_UNKNOWN] = "unknown",
	};
	const struct irqkit_device_irq *irq = find_device_irq(data);
	enum irqkit_role role = irq ? irqkit_device_irq_get_role(irq)
				    : IRQKIT_ROLE_UNKNOWN;

	return irq && role < LENGTH(words) ? text_cell(words[role]) : ABSENT;
}

/* ------------------------------------------------------------------------------- */
/* Is DEVICE worth a column?                                                       */

/* The letters and digits that a name begins with: nvme0 of nvme0n1 */
static size_t stem_length(const char *name)
{
	size_t letters = strcspn(name, "0123456789");

	return letters + strspn(name + letters, "0123456789");
}

/* eth0-rx-0 and ice-eth0-TxRx-0 hold eth0, nvme0q1 holds nvme0n1, eth10 not eth1. */
static bool name_holds(const char *name, const char *device)
{
	size_t len = strlen(device), stem = stem_length(device);

	if (stem_length(name) == stem && strncmp(name, device, stem) == 0)
		return true;
	for (const char *at = name; (at = strstr(at, device)); at++)
		if ((at == name || !isalnum((unsigned char)at[-1])) &&
			!isalnum((unsigned char)at[len]))
			return true;
	return false;
}

bool show_needs_device_column(struct show *show)
{
	for (size_t i = 0; i < show->n_rows; i++) {
		struct irqkit_device *device = get_device(&show->rows[i]);
		const struct irqkit_interrupt *row = show->rows[i].interrupt;
		size_t n = irqkit_interrupt_count_actions(row);
		bool is_told = false;

		if (!device || irqkit_device_get_kind(device) == IRQKIT_DEVICE_PCI)
			continue;
		for (size_t a = 0; a < n && !is_told; a++)
			is_told = name_holds(irqkit_interrupt_get_action(row, a),
				irqkit_device_get_name(device));
		if (!is_told)
			return true;
	}
	return false;
}
