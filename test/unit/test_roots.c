/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The handlers of all saved machines whose device has a driver: each name is of a form that
 * drivers.tsv has a sample of for this driver, or is listed below with the reason.
 */
#include "root.h"
#include "samples.h"

#include <dirent.h>
#include <fnmatch.h>

#include "base/macros.h"
#include "devices/device.h"
#include "interrupts/snapshot.h"

/* Names that no row is made for. */
static const struct {
	const char *driver, *name, *why;
} reasons[] = {
	{ "xhci_hcd", "xhci_hcd", "a USB controller has no queues" },
	{ "ehci-pci", "ehci_hcd:usb[123]", "a USB controller has no queues" },
	{ "intel-lpss", "idma64.0", "I2C has no queues" },
	{ "intel-lpss", "i2c_designware.0", "I2C has no queues" },
	{ "igb", "eth5", "the interface is called wan now: eth5 could be any other" },
	{ "newdrv", "eth0*", "no such driver: a test of names that are unknown" },
};

static size_t n_used[LENGTH(reasons)];

struct walk {
	bool *is_sampled; /* by driver of the table of drivers, and row */
	char **drivers; /* owned */
	size_t n_drivers, room;
	const char *root;
	size_t n_roots, n_interrupts, n_wrong;
};

static size_t find_driver(const struct walk *walk, const char *driver)
{
	size_t i = 0;

	while (i < walk->n_drivers && strcmp(walk->drivers[i], driver) != 0)
		i++;
	return i;
}

/* ------------------------------------------------------------------------------- */
/* Which rows have a sample of a driver                                            */

static void add_driver(const struct sample *s, const char *driver,
	const struct name_meaning *m, bool is_own, void *data)
{
	struct walk *walk = data;

	(void)s;
	(void)m;
	(void)is_own;
	if (find_driver(walk, driver) < walk->n_drivers)
		return;
	assert_true(GROW(walk->drivers, walk->n_drivers, walk->room));
	walk->drivers[walk->n_drivers++] = strdup(driver);
}

static void mark_sampled(const struct sample *s, const char *driver,
	const struct name_meaning *m, bool is_own, void *data)
{
	struct walk *walk = data;

	(void)s;
	if (is_own)
		walk->is_sampled[find_driver(walk, driver) * count_rows() + m->row] =
			true;
}

static bool is_sampled(const struct walk *walk, const char *driver, size_t row)
{
	size_t at = find_driver(walk, driver);

	return at < walk->n_drivers && walk->is_sampled[at * count_rows() + row];
}

/* ------------------------------------------------------------------------------- */
/* The roots                                                                       */

static bool has_reason(const char *driver, const char *name)
{
	for (size_t i = 0; i < LENGTH(reasons); i++) {
		if (fnmatch(reasons[i].driver, driver, 0) != 0 ||
			fnmatch(reasons[i].name, name, 0) != 0)
			continue;
		n_used[i]++;
		return true;
	}
	return false;
}

static void say_wrong(struct walk *walk, const char *name, const char *driver,
	const char *what, const char *pattern)
{
	print_message("%s: '%s' of %s: %s%s\n", walk->root, name, driver, what, pattern);
	walk->n_wrong++;
}

static void check_owner(struct walk *walk, const struct irqkit_device *device,
	const struct irqkit_interrupt *row)
{
	const struct irqkit_device_irq *irq = irqkit_device_find_irq(
		device, (unsigned int)row->irq);
	const char *driver = device->keys.driver;

	assert_non_null(irq);
	if (!driver || row->n_actions == 0)
		return;
	walk->n_interrupts++;
	if (irq->has_meaning && !is_sampled(walk, driver, irq->meaning.row) &&
		!has_reason(driver, row->actions[0]))
		say_wrong(walk, row->actions[0], driver,
			"no sample of the driver is like ",
			name_row_get(irq->meaning.row)->pattern);
	for (size_t a = 0; !irq->has_meaning && a < row->n_actions; a++)
		if (!has_reason(driver, row->actions[a]))
			say_wrong(walk, row->actions[a], driver,
				"no row of the table, and no reason", "");
}

static void check_interrupt(
	struct walk *walk, struct machine *machine, const struct irqkit_interrupt *row)
{
	size_t n_owners = 0;

	if (row->irq < 0 ||
		irqkit_devices_count_owners(
			machine->devices, (unsigned int)row->irq, &n_owners) < 0)
		return;
	for (size_t i = 0; i < n_owners; i++)
		check_owner(walk,
			irqkit_devices_get_owner(
				machine->devices, (unsigned int)row->irq, i),
			row);
}

/* What cannot be read has no names: other tests look at that. */
static void check_root(struct walk *walk, const char *path)
{
	struct machine m = { 0 };

	assert_int_equal(irqkit_ctx_new(path, &m.ctx), 0);
	if (irqkit_machine_new(m.ctx, &m.machine, NULL, NULL) == 0) {
		m.snapshot = irqkit_machine_get_snapshot(m.machine);
		m.devices = irqkit_machine_get_devices(m.machine);
		for (size_t i = 0; i < irqkit_snapshot_count(m.snapshot); i++)
			check_interrupt(walk, &m, irqkit_snapshot_get(m.snapshot, i));
	}
	close_machine(&m);
	walk->n_roots++;
}

static void every_name(void **state)
{
	struct walk walk = { 0 };
	DIR *folder = opendir(ROOTS);

	(void)state;
	assert_non_null(folder);
	each_sample(add_driver, &walk);
	walk.is_sampled = calloc(
		walk.n_drivers * count_rows() + 1, sizeof(*walk.is_sampled));
	assert_non_null(walk.is_sampled);
	each_sample(mark_sampled, &walk);
	for (struct dirent *entry; (entry = readdir(folder));) {
		char path[512];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s%s", ROOTS, entry->d_name);
		walk.root = entry->d_name;
		check_root(&walk, path);
	}
	closedir(folder);
	for (size_t i = 0; i < walk.n_drivers; i++)
		free(walk.drivers[i]);
	free(walk.drivers);
	free(walk.is_sampled);
	assert_int_equal(walk.n_wrong, 0);
	/* or they were not where this looked */
	assert_true(walk.n_roots > 80 && walk.n_interrupts > 400);
}

/* A reason for a name that is nowhere is none. */
static void every_reason(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(reasons); i++)
		if (n_used[i] == 0)
			fail_msg("no name '%s' of %s: %s", reasons[i].name,
				reasons[i].driver, reasons[i].why);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_name),
		cmocka_unit_test(every_reason),
	};

	return cmocka_run_group_tests_name("roots", tests, read_samples, free_samples);
}
