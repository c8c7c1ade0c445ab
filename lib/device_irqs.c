/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which interrupts belong to a device: /sys lists them, or else the names of their
 * handlers say so. What each is for, only the names say.
 */
#include "device.h"

#include <errno.h>
#include <stdio.h>

/* ------------------------------------------------------------------------------- */
/* The interrupts of the snapshot, by number and by name                           */

static int compare_rows(const void *a, const void *b)
{
	const struct irqkit_interrupt *x = *(const struct irqkit_interrupt *const *)a;
	const struct irqkit_interrupt *y = *(const struct irqkit_interrupt *const *)b;

	return (x->irq > y->irq) - (x->irq < y->irq);
}

static int compare_entries(const void *a, const void *b)
{
	const struct name_entry *x = a, *y = b;

	return strcmp(x->text, y->text);
}

/*
 * The places of a name where the part may begin that a device is known by: the front, what
 * follows a driver's name (ice-eth0-TxRx-0), the PCI address (mlx5_comp0@pci:0000:...).
 */
static size_t list_places(const char *name, const char *place[3])
{
	const char *dash = strchr(name, '-'), *at = strrchr(name, '@');
	size_t n = 0;

	place[n++] = name;
	if (dash)
		place[n++] = dash + 1;
	if (at)
		place[n++] = strncmp(at, "@pci:", 5) == 0 ? at + 5 : at + 1;
	return n;
}

static int sort_rows(struct irqkit_devices *devices)
{
	const struct irqkit_snapshot *s = devices->snapshot;

	devices->rows = calloc(s->n_rows + 1, sizeof(*devices->rows));
	if (!devices->rows)
		return -ENOMEM;
	for (size_t i = 0; i < s->n_rows; i++)
		if (s->rows[i].irq >= 0)
			devices->rows[devices->n_rows++] = &s->rows[i];
	qsort(devices->rows, devices->n_rows, sizeof(*devices->rows), compare_rows);
	return 0;
}

int devices_sort_names(struct irqkit_devices *devices)
{
	size_t room = 0;

	if (devices->has_sorted)
		return 0;
	for (size_t i = 0; i < devices->snapshot->n_rows; i++)
		room += 3 * devices->snapshot->rows[i].n_actions;
	devices->names = calloc(room + 1, sizeof(*devices->names));
	if (!devices->names)
		return -ENOMEM;
	if (sort_rows(devices) < 0) {
		free(TAKE(devices->names));
		return -ENOMEM;
	}

	for (size_t i = 0; i < devices->n_rows; i++)
		for (size_t a = 0; a < devices->rows[i]->n_actions; a++) {
			const char *place[3];
			size_t n = list_places(devices->rows[i]->actions[a], place);

			while (n-- > 0)
				devices->names[devices->n_names++] =
					(struct name_entry){ place[n], devices->rows[i] };
		}
	qsort(devices->names, devices->n_names, sizeof(*devices->names), compare_entries);
	devices->has_sorted = true;
	return 0;
}

static int compare_text(const void *member, const void *text)
{
	return strcmp(((const struct name_entry *)member)->text, text);
}

size_t devices_find_names(const struct irqkit_devices *devices, const char *prefix)
{
	return lower_bound(devices->names, devices->n_names, sizeof(*devices->names),
		prefix, compare_text);
}

const struct irqkit_interrupt *devices_find_row(
	const struct irqkit_devices *devices, unsigned int irq)
{
	struct irqkit_interrupt key = { .irq = (int)irq };
	const struct irqkit_interrupt *pointer = &key, **found;

	if (irq > INT32_MAX || !devices->n_rows)
		return NULL;
	found = bsearch(&pointer, devices->rows, devices->n_rows, sizeof(*devices->rows),
		compare_rows);
	return found ? *found : NULL;
}

/* ------------------------------------------------------------------------------- */
/* The interrupts of one device                                                    */

int device_add_irq(struct irqkit_device *device, unsigned int irq,
	enum irqkit_source source, struct irqkit_device_irq **ret_irq)
{
	size_t at = device->n_irqs;

	while (at > 0 && device->irqs[at - 1].irq >= irq)
		at--;
	if (at == device->n_irqs || device->irqs[at].irq != irq) {
		if (!GROW(device->irqs, device->n_irqs, device->irqs_room))
			return -ENOMEM;
		memmove(&device->irqs[at + 1], &device->irqs[at],
			(device->n_irqs - at) * sizeof(*device->irqs));
		device->n_irqs++;
		device->irqs[at] = (struct irqkit_device_irq){ .irq = irq,
			.role = IRQKIT_ROLE_UNUSED };
	}
	device->irqs[at].sources |= 1u << source;
	*ret_irq = &device->irqs[at];
	return 0;
}

/* A name of @row that is one of the device. */
static bool row_parse(const struct name_keys *keys, const struct irqkit_interrupt *row,
	struct name_meaning *ret_meaning)
{
	for (size_t a = 0; a < row->n_actions; a++)
		if (name_parse(keys, row->actions[a], ret_meaning))
			return true;
	return false;
}

static bool row_has_word(const struct irqkit_interrupt *row, const char *word)
{
	for (size_t a = 0; a < row->n_actions; a++)
		if (name_begins_with_word(row->actions[a], word))
			return true;
	return false;
}

/*
 * The function has other interfaces too (the ports of some cards), and this is a name of
 * one of those.
 */
static bool row_is_of_others(const struct irqkit_device *device,
	const struct irqkit_interrupt *row, char *const *others)
{
	for (; others && *others; others++) {
		struct name_keys keys = { .driver = device->keys.driver,
			.netdev = *others };
		struct name_meaning meaning;

		if (strcmp(*others, device->name) != 0 && row_parse(&keys, row, &meaning))
			return true;
	}
	return false;
}

/*
 * What an interrupt is for that /sys lists for the device's function. False: it is of
 * something else in that function.
 */
static bool classify(
	struct irqkit_device *device, struct irqkit_device_irq *irq, char *const *others)
{
	const struct irqkit_interrupt *row = devices_find_row(device->devices, irq->irq);
	const char *virtio = device->keys.virtio;
	struct name_keys any = device->keys;

	irq->role = IRQKIT_ROLE_UNUSED;
	if (!row || row->n_actions == 0)
		return true;
	irq->has_meaning = row_parse(&device->keys, row, &irq->meaning);
	if (!irq->has_meaning && row_is_of_others(device, row, others))
		return false;
	if (!irq->has_meaning && device->kind == IRQKIT_DEVICE_NET && !virtio) {
		/* named after what it was called before: eth0-rx-0 of enp1s0 */
		any.is_any_netdev = true;
		irq->has_meaning = row_parse(&any, row, &irq->meaning);
	}
	if (irq->has_meaning) {
		irq->role = irq->meaning.role;
		irq->sources |= 1u << IRQKIT_SOURCE_NAME;
		return true;
	}
	irq->role = IRQKIT_ROLE_OTHER;
	if (device->is_behind_controller)
		irq->role = IRQKIT_ROLE_CONTROLLER;
	/* a virtio device, or another part of a function, has those alone that say so */
	else if (device->kind != IRQKIT_DEVICE_PCI && virtio)
		return row_has_word(row, virtio);
	else if (device->pci_path && device->bus_path &&
		strcmp(device->pci_path, device->bus_path) != 0)
		return false;
	return true;
}

/* The interfaces of the device's function, NULL: none but this. */
static int list_others(struct irqkit_device *device, char ***ret_names)
{
	_cleanup_free_ char *path = NULL;
	size_t count;
	int r;

	if (device->kind != IRQKIT_DEVICE_NET || !device->bus_path)
		return 0;
	if (asprintf(&path, "%s/net", device->bus_path) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	r = knob_list_names(device->devices->ctx, path, "", ret_names, &count);
	return is_failure(r) ? r : 0;
}

/* Is there an interrupt whose name is not the device's? */
static bool has_foreign_names(const struct irqkit_device *device)
{
	for (size_t i = 0; i < device->n_irqs; i++) {
		const struct irqkit_interrupt *row = devices_find_row(
			device->devices, device->irqs[i].irq);
		struct name_meaning meaning;

		if (row && row->n_actions && !row_parse(&device->keys, row, &meaning))
			return true;
	}
	return false;
}

static int classify_all(struct irqkit_device *device)
{
	_cleanup_free_ char **others = NULL;
	size_t kept = 0;
	int r = has_foreign_names(device) ? list_others(device, &others) : 0;

	if (r < 0)
		return r;
	for (size_t i = 0; i < device->n_irqs; i++)
		if (classify(device, &device->irqs[i], others))
			device->irqs[kept++] = device->irqs[i];
	device->n_irqs = kept;
	return 0;
}

/* Those whose names begin with @word, or hold it in one of the other places. */
static int add_by_word(struct irqkit_device *device, const char *word)
{
	struct irqkit_devices *devices = device->devices;

	if (!word)
		return 0;
	for (size_t i = devices_find_names(devices, word); i < devices->n_names &&
		strncmp(devices->names[i].text, word, strlen(word)) == 0;
		i++) {
		const struct irqkit_interrupt *row = devices->names[i].row;
		struct irqkit_device_irq *irq;
		struct name_meaning meaning;

		if (!row_parse(&device->keys, row, &meaning))
			continue;
		if (device_add_irq(
			    device, (unsigned int)row->irq, IRQKIT_SOURCE_NAME, &irq) < 0)
			return -ENOMEM;
		irq->role = meaning.role;
		irq->meaning = meaning;
		irq->has_meaning = true;
	}
	return 0;
}

/* Xen's disks call theirs all alike: known only where there is but one disk. */
static int add_blkif(struct irqkit_device *device)
{
	_cleanup_free_ char **names = NULL;
	size_t count;
	int r;

	if (!device->keys.driver || strcmp(device->keys.driver, "xen_blkfront") != 0)
		return 0;
	r = knob_list_names(device->devices->ctx, "sys/devices", "vbd-", &names, &count);
	if (r < 0 || count != 1)
		return is_failure(r) ? r : 0;
	return add_by_word(device, "blkif");
}

static int add_by_names(struct irqkit_device *device)
{
	const struct name_keys *keys = &device->keys;
	const char *const words[] = {
		keys->netdev,
		keys->virtio,
		keys->vif,
		keys->bus,
		device->is_behind_controller ? NULL : keys->pci,
	};
	int r = add_blkif(device);

	for (size_t i = 0; r == 0 && i < LENGTH(words); i++)
		r = add_by_word(device, words[i]);
	return r;
}

int device_read_irqs(struct irqkit_device *device)
{
	int r = devices_sort_names(device->devices);

	/* What is software alone has none, whatever it is called. */
	if (device->path && strstr(device->path, "devices/virtual/net/"))
		return r;
	if (r == 0)
		r = sysfs_read_irqs(device);
	if (r < 0)
		return r;
	r = classify_all(device);
	if (r < 0 || device->n_irqs > 0)
		return r;
	return add_by_names(device);
}

/* ------------------------------------------------------------------------------- */

EXPORT size_t irqkit_device_count_irqs(const struct irqkit_device *device)
{
	return device->n_irqs;
}

EXPORT const struct irqkit_device_irq *irqkit_device_get_irq(
	const struct irqkit_device *device, size_t index)
{
	return &device->irqs[index];
}

EXPORT const struct irqkit_device_irq *irqkit_device_find_irq(
	const struct irqkit_device *device, unsigned int irq)
{
	for (size_t i = 0; i < device->n_irqs; i++)
		if (device->irqs[i].irq == irq)
			return &device->irqs[i];
	return NULL;
}

EXPORT unsigned int irqkit_device_irq_get_number(const struct irqkit_device_irq *irq)
{
	return irq->irq;
}

EXPORT enum irqkit_role irqkit_device_irq_get_role(const struct irqkit_device_irq *irq)
{
	return irq->role;
}

EXPORT bool irqkit_device_irq_has_source(
	const struct irqkit_device_irq *irq, enum irqkit_source source)
{
	return irq->sources & 1u << source;
}

EXPORT enum irqkit_source irqkit_device_irq_get_source(
	const struct irqkit_device_irq *irq)
{
	enum irqkit_source source = IRQKIT_SOURCE_NETLINK;

	while (!irqkit_device_irq_has_source(irq, source))
		source++;
	return source;
}
