/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is saved, and in which order. */
#include "policy/save.h"
#include "base/array.h"
#include "base/cpuset.h"
#include "base/macros.h"
#include "devices/device.h"
#include "kernel/ctx.h"
#include "target/selection.h"
#include "target/unique.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char header[] =
	"# The interrupt settings of this system, saved by 'irqkit save'.\n"
	"# 'irqkit apply FILE' restores them, and 'irqkit check FILE' compares.";

/* ------------------------------------------------------------------------------- */
/* What is wanted                                                                  */

static int compare_queues(const void *a, const void *b)
{
	const struct irqkit_queue *x = *(struct irqkit_queue *const *)a;
	const struct irqkit_queue *y = *(struct irqkit_queue *const *)b;

	return (x > y) - (x < y);
}

bool save_wants_queue(const struct save *save, const struct irqkit_queue *queue)
{
	return !save->has_targets ||
		(save->n_queues &&
			bsearch(&queue, save->queues, save->n_queues,
				sizeof(struct irqkit_queue *), compare_queues));
}

int save_leave_out_offline(struct save *save, const char *what, const char *name,
	const struct irqkit_cpuset *cpus)
{
	const struct irqkit_cpuset *online = irqkit_topology_get_cpus(
		save->machine->topology, IRQKIT_CPUS_ONLINE);
	_cleanup_cpuset_ struct irqkit_cpuset *offline = NULL;
	_cleanup_free_ char *all = NULL, *list = NULL;
	bool is_one;
	int r;

	if (!online || irqkit_cpuset_is_subset(cpus, online))
		return 0;
	r = irqkit_cpuset_copy(cpus, &offline);
	if (r < 0)
		return r;
	irqkit_cpuset_remove_set(offline, online);
	is_one = irqkit_cpuset_count(offline) == 1;
	r = irqkit_cpuset_format_list(cpus, &all);
	if (r == 0)
		r = irqkit_cpuset_format_list(offline, &list);
	if (r == 0)
		r = save_leave_out(save, what, name,
			"the CPUs are %s, and CPU%s %s %s not online", all,
			is_one ? "" : "s", list, is_one ? "is" : "are");
	return r < 0 ? r : 1;
}

/* Adds the queues that a word means; 1: it means some. */
static int want_queues(struct save *save, const char *word, struct unique *queues)
{
	_cleanup_free_ struct irqkit_queue **found = NULL;
	size_t n = 0;
	int r = irqkit_machine_select_queues(save->machine, &word, 1, &found, &n, NULL);

	/* not every TARGET can mean queues */
	if (r == -EINVAL || r == -EDOM || r == -ESRCH)
		return 0;
	for (size_t i = 0; i < n && r == 0; i++)
		r = unique_add(queues, found[i]);
	return r < 0 ? r : n > 0;
}

static int want_word(
	struct save *save, const char *word, struct unique *queues, char **reterr_message)
{
	struct irqkit_selection *selection = NULL;
	_cleanup_free_ char *message = NULL;
	int has_queues = want_queues(save, word, queues);
	int r = has_queues < 0
		? has_queues
		: irqkit_machine_select(save->machine, &word, 1, 0, &selection, &message);

	for (size_t i = 0; r == 0 && i < selection->n_irqs; i++) {
		const struct irqkit_irq *irq = selection->irqs[i];

		if (irqkit_irq_get_number(irq) >= 0)
			save->rows[irqkit_irq_get_index(irq)].is_wanted = true;
	}
	irqkit_selection_free(selection);
	/* an interface without interrupts has RPS all the same */
	if (r == -ESRCH && has_queues > 0)
		return 0;
	if (r < 0 && reterr_message)
		*reterr_message = TAKE(message);
	return r;
}

static int want(struct save *save, const char *const *words, size_t n_words,
	char **reterr_message)
{
	struct unique queues = { 0 };
	int r = 0;

	save->has_targets = n_words > 0;
	for (size_t i = 0; i < irqkit_machine_count_irqs(save->machine); i++)
		save->rows[i].is_wanted = n_words == 0 &&
			irqkit_irq_get_number(irqkit_machine_get_irq(save->machine, i)) >=
				0;
	for (size_t i = 0; i < n_words && r == 0; i++)
		r = want_word(save, words[i], &queues, reterr_message);
	save->queues = calloc(queues.n + 1, sizeof(struct irqkit_queue *));
	if (!save->queues)
		r = r < 0 ? r : -ENOMEM;
	for (size_t i = 0; i < queues.n && save->queues; i++)
		save->queues[save->n_queues++] = queues.things[i];
	if (save->n_queues)
		qsort(save->queues, save->n_queues, sizeof(struct irqkit_queue *),
			compare_queues);
	unique_clear(&queues);
	return r;
}

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
	save_interrupts,
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
		r = want(&save, words, n_words, reterr_message);
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
