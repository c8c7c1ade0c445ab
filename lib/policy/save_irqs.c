/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Interrupts as `set` lines. Each has the first of these keys that means it and nothing
 * else:
 *
 *	eth0  sda  0000:00:1f.2    the device, if all of its interrupts have the same CPUs
 *	eth0:rx-0  eth0:0          a queue
 *	virtio0-config  name:24    the name of a handler; several interrupts may share it if
 *	                           they have the same CPUs
 *	pci:0000:00:03.0/5         a vector
 *
 * Numbers are never a key: they change from boot to boot.
 */
#include "base/cpuset.h"
#include "base/error_text.h"
#include "base/macros.h"
#include "devices/device.h"
#include "devices/msi_vectors.h"
#include "interrupts/snapshot.h"
#include "kernel/ctx.h"
#include "policy/save.h"
#include "target/selection.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A line is not longer than this, unless one word is. */
#define LINE_WIDTH 80

/* The words of a line that get the same CPUs. */
struct set_line {
	struct save *save;
	struct buffer words; /* each with a space before it */
	const struct irqkit_cpuset *cpus; /* the record's; NULL: no words */
	size_t n_settings;
};

static int flush(struct set_line *line)
{
	struct buffer text = { 0 };
	_cleanup_free_ char *list = NULL;
	int r = 0;

	if (!line->cpus)
		return 0;
	r = irqkit_cpuset_format_list(line->cpus, &list);
	if (r == 0 && line->words.has_failed)
		r = -ENOMEM;
	if (r == 0) {
		buffer_add(&text, "set%s --cpus=%s", line->words.text, list);
		r = save_add_command(line->save, &text, line->n_settings);
	}
	free(line->words.text);
	line->words = (struct buffer){ 0 };
	line->cpus = NULL;
	line->n_settings = 0;
	return r;
}

static int add_word(struct set_line *line, const char *word,
	const struct irqkit_cpuset *cpus, size_t n_settings)
{
	bool is_full = line->words.len + strlen(word) >
		LINE_WIDTH - strlen("set --cpus=");
	int r = 0;

	if (line->cpus && (is_full || !irqkit_cpuset_is_equal(line->cpus, cpus)))
		r = flush(line);
	if (r < 0)
		return r;
	buffer_add_char(&line->words, ' ');
	save_add_quoted(&line->words, word);
	line->cpus = cpus;
	line->n_settings += n_settings;
	return 0;
}

static void clear_line(struct set_line *line)
{
	free(line->words.text);
}

/* ------------------------------------------------------------------------------- */
/* Can a line set it?                                                              */

enum state {
	SETTABLE,
	IMMOVABLE, /* `set` skips it if a TARGET means several */
	NOT_READABLE,
	NOT_ONLINE, /* a SET cannot name its CPUs */
};

static enum state judge(
	const struct save *save, size_t row, const struct irqkit_cpuset **ret_cpus)
{
	struct irqkit_irq *irq = irqkit_machine_get_irq(save->machine, row);
	const struct irqkit_cpuset *online = irqkit_topology_get_cpus(
		save->machine->topology, IRQKIT_CPUS_ONLINE);

	if (irqkit_irq_find_obstacle(irq, false))
		return IMMOVABLE;
	/* a root that was saved without the mask, which is the file that is written */
	if (irqkit_irq_get_affinity(irq, ret_cpus) < 0 || irq->affinity.is_from_list)
		return NOT_READABLE;
	return irqkit_cpuset_is_empty(*ret_cpus) ||
			(online && !irqkit_cpuset_is_subset(*ret_cpus, online))
		? NOT_ONLINE
		: SETTABLE;
}

static const char *name_of(const struct save *save, size_t index)
{
	const struct irqkit_interrupt *row = &save->machine->snapshot->rows[index];

	return row->n_actions ? row->actions[0] : "without a name";
}

static int leave_out(struct save *save, size_t row, enum state state)
{
	struct irqkit_irq *irq = irqkit_machine_get_irq(save->machine, row);
	const struct irqkit_cpuset *cpus;
	int error;

	switch (state) {
	case IMMOVABLE:
		return save_leave_out(save, "interrupt", name_of(save, row), "%s",
			irqkit_irq_find_obstacle(irq, false));
	case NOT_ONLINE:
		error = irqkit_irq_get_affinity(irq, &cpus);
		if (error == 0)
			error = save_leave_out_offline(
				save, "interrupt", name_of(save, row), cpus);
		if (error == 0)
			error = save_leave_out(save, "interrupt", name_of(save, row),
				"the affinity has no CPU");
		return error < 0 ? error : 0;
	default:
		error = irqkit_irq_get_affinity(irq, &cpus);
		return save_leave_out(save, "interrupt", name_of(save, row),
			"cannot read the affinity: %s",
			error < 0 && error != -ENOENT
				? error_text(-error)
				: machine_explain_gone(irq->machine));
	}
}

/* Does this row get the same CPUs, and has it no line yet? */
static bool gets_same(const struct save *save, size_t row,
	const struct irqkit_device *owner, const struct irqkit_cpuset *cpus)
{
	const struct irqkit_cpuset *own;

	return save->rows[row].is_wanted && save->rows[row].owner == owner &&
		judge(save, row, &own) == SETTABLE && irqkit_cpuset_is_equal(own, cpus);
}

/* ------------------------------------------------------------------------------- */
/* The whole device                                                                */

/* The word that means the device; *@ret_word is NULL: no word does. */
static int format_device(const struct irqkit_device *device, char **ret_word)
{
	const char *name = irqkit_device_get_name(device);
	struct buffer word = { 0 };
	bool is_net = device->kind == IRQKIT_DEVICE_NET;

	*ret_word = NULL;
	if (!save_can_hold(name))
		return 0;
	if (is_net && (*name == '-' || strpbrk(name, "*?[:")))
		buffer_add(&word, "dev:");
	if (is_net)
		save_add_escaped(&word, name);
	else
		buffer_add(&word, "%s", name);
	return buffer_take(&word, ret_word);
}

/* What a line with this word would set. */
struct whole {
	const struct irqkit_cpuset *cpus;
	size_t n;
	bool has_others; /* it also means what cannot be moved */
	bool is_wrong; /* it also means what must not get these CPUs */
};

/* It is there, but what its setting holds is not a set of CPUs. */
static bool is_garbled(const struct save *save, size_t row)
{
	const struct irqkit_cpuset *cpus;
	int r = irqkit_irq_get_affinity(
		irqkit_machine_get_irq(save->machine, row), &cpus);

	return r < 0 && r != -ENOENT;
}

static void look_at(struct save *save, const struct irqkit_device *device, size_t row,
	struct whole *whole)
{
	const struct save_row *mark = &save->rows[row];
	const struct irqkit_cpuset *cpus;
	enum state state = judge(save, row, &cpus);

	if (mark->owner != device || !mark->is_wanted || state == NOT_ONLINE ||
		(state == NOT_READABLE && is_garbled(save, row)))
		whole->is_wrong = true;
	else if (state != SETTABLE)
		whole->has_others = true;
	else if (whole->cpus && !irqkit_cpuset_is_equal(whole->cpus, cpus))
		whole->is_wrong = true;
	else
		whole->cpus = cpus;
	whole->n += state == SETTABLE;
}

static void free_selection(struct irqkit_selection **selection)
{
	irqkit_selection_free(*selection);
}

/* One word for all interrupts of a device, if they have the same CPUs. */
static int add_whole(struct set_line *line, const struct irqkit_device *device)
{
	struct irqkit_selection *selection CLEANUP(free_selection) = NULL;
	struct save *save = line->save;
	struct whole whole = { 0 };
	_cleanup_free_ char *word = NULL;
	int r = format_device(device, &word);

	if (r < 0 || !word)
		return r;
	r = irqkit_machine_select(
		save->machine, (const char *const *)&word, 1, 0, &selection, NULL);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	for (size_t i = 0; i < selection->n_irqs; i++)
		look_at(save, device, irqkit_irq_get_index(selection->irqs[i]), &whole);
	if (whole.is_wrong || whole.n == 0 || (whole.has_others && whole.n < 2))
		return 0;
	for (size_t i = 0; i < selection->n_irqs; i++) {
		size_t row = irqkit_irq_get_index(selection->irqs[i]);
		const struct irqkit_cpuset *cpus;

		if (judge(save, row, &cpus) == SETTABLE)
			save->rows[row].is_wanted = false;
	}
	return add_word(line, word, whole.cpus, whole.n);
}

/* ------------------------------------------------------------------------------- */
/* One interrupt                                                                   */

/* Some interfaces have names that `dev:NAME:rx-0` cannot hold. */
static bool has_queue_words(const struct irqkit_device *device)
{
	return device && device->kind == IRQKIT_DEVICE_NET && device->name[0] &&
		!strchr(device->name, ':') && save_can_hold(device->name);
}

/* "eth0", or "dev:eth0" if that is an option or the word of another prefix */
static const char *prefix_of(const struct irqkit_device *device)
{
	static const char *const words[] = {
		"irq",
		"dev",
		"pci",
		"name",
		"chip",
		"driver",
	};

	for (size_t i = 0; i < LENGTH(words); i++)
		if (strcmp(device->name, words[i]) == 0)
			return "dev:";
	return device->name[0] == '-' ? "dev:" : "";
}

/* The queue of this direction that has the interrupt as its own. */
static struct irqkit_queue *find_queue(const struct irqkit_device *device,
	unsigned int irq, enum irqkit_direction direction)
{
	struct irqkit_queue *queue = irqkit_device_find_irq_queue(device, irq, direction);

	return queue && queue->irq == (int)irq ? queue : NULL;
}

/* The row of another interrupt of the queues with this number; -1: there is none. */
static ptrdiff_t find_other(const struct save *save, const struct irqkit_queue *queue)
{
	enum irqkit_direction other = queue->direction == IRQKIT_RX ? IRQKIT_TX
								    : IRQKIT_RX;
	const struct irqkit_queue *pair = irqkit_device_find_queue(
		queue->device, other, queue->number);
	const struct irqkit_irq *irq = pair && pair->irq >= 0
		? irqkit_machine_find_irq(save->machine, (unsigned int)pair->irq)
		: NULL;

	return irq && pair->irq != queue->irq ? (ptrdiff_t)irqkit_irq_get_index(irq) : -1;
}

/* eth0:0 means the interrupts of rx-0 and tx-0, if both are this or get the same CPUs. */
static int add_queue(struct set_line *line, size_t row, const struct irqkit_queue *queue,
	const struct irqkit_cpuset *cpus)
{
	struct save *save = line->save;
	const struct irqkit_device *device = queue->device;
	const struct irqkit_queue *pair = irqkit_device_find_queue(device,
		queue->direction == IRQKIT_RX ? IRQKIT_TX : IRQKIT_RX, queue->number);
	ptrdiff_t other = find_other(save, queue);
	bool gets_both = other >= 0 && gets_same(save, (size_t)other, device, cpus);
	bool is_both = gets_both || (pair && pair->irq == queue->irq);
	_cleanup_free_ char *word = NULL;

	if (asprintf(&word, "%s%s:%s%u", prefix_of(device), device->name,
		    is_both				    ? ""
			    : queue->direction == IRQKIT_RX ? "rx-"
							    : "tx-",
		    queue->number) < 0) {
		word = NULL;
		return -ENOMEM;
	}
	save->rows[row].is_wanted = false;
	if (gets_both)
		save->rows[other].is_wanted = false;
	return add_word(line, word, cpus, gets_both ? 2 : 1);
}

/* The key of rows with this name; *@ret_word is NULL: there is none. */
static int format_name(struct save *save, const char *name, char **ret_word)
{
	struct buffer word = { 0 };
	bool is_plain;
	int r;

	*ret_word = NULL;
	if (!*name || !save_can_hold(name))
		return 0;
	r = save_is_plain_name(save, name, &is_plain);
	if (r < 0)
		return r;
	if (!is_plain)
		buffer_add(&word, "name:");
	save_add_escaped(&word, name);
	return buffer_take(&word, ret_word);
}

/* 1: the rows with this name have a word. */
static int add_name(struct set_line *line, size_t row, const char *name,
	const struct irqkit_cpuset *cpus)
{
	struct save *save = line->save;
	const struct irqkit_device *owner = save->rows[row].owner;
	_cleanup_free_ char *word = NULL;
	size_t n, n_escaped = 0;
	const struct save_name *names = save_find_name(save, name, &n);
	int r;

	for (size_t i = 0; i < n; i++)
		if (!gets_same(save, names[i].row, owner, cpus))
			return 0;
	r = format_name(save, name, &word);
	if (r < 0 || !word)
		return r;
	/* a name that is written with backslashes could be the name of another */
	if (strcmp(word, name) != 0)
		save_find_name(save, word + strlen("name:"), &n_escaped);
	if (n_escaped && strcmp(word + strlen("name:"), name) != 0)
		return 0;
	for (size_t i = 0; i < n; i++)
		save->rows[names[i].row].is_wanted = false;
	r = add_word(line, word, cpus, n);
	return r < 0 ? r : 1;
}

/* 1: the row is a vector of a PCI function. */
static int add_vector(struct set_line *line, size_t row, const struct irqkit_cpuset *cpus)
{
	struct save *save = line->save;
	const struct irqkit_device *device = save->rows[row].owner;
	const char *address = device ? irqkit_device_get_pci_address(device) : NULL;
	_cleanup_free_ unsigned int *numbers = NULL;
	_cleanup_free_ char *word = NULL;
	size_t n, i = 0;
	int r = address ? device_list_vectors(device, &numbers, &n) : 0;

	if (r < 0 || !address)
		return r;
	while (i < n && (int)numbers[i] != save->machine->snapshot->rows[row].irq)
		i++;
	if (i == n)
		return 0;
	if (asprintf(&word, "pci:%s/%zu", address, i) < 0) {
		word = NULL;
		return -ENOMEM;
	}
	save->rows[row].is_wanted = false;
	r = add_word(line, word, cpus, 1);
	return r < 0 ? r : 1;
}

static int leave_out_nameless(struct save *save, size_t row)
{
	const struct irqkit_interrupt *interrupt = &save->machine->snapshot->rows[row];
	const char *name = name_of(save, row);

	if (interrupt->n_actions == 0)
		return save_leave_out(save, "interrupt", name,
			"no handler has a name, and it is not an MSI vector");
	if (!save_can_hold(name))
		return save_leave_out(save, "interrupt", name,
			"the name contains a newline, and it is not an MSI vector");
	return save_leave_out(save, "interrupt", name,
		"others have the same name and other CPUs, and these are not MSI "
		"vectors");
}

static int add_settable(
	struct set_line *line, size_t row, const struct irqkit_cpuset *cpus)
{
	struct save *save = line->save;
	const struct irqkit_interrupt *interrupt = &save->machine->snapshot->rows[row];
	const struct irqkit_device *device = save->rows[row].owner;
	unsigned int irq = (unsigned int)interrupt->irq;
	int r = 0;

	for (int d = IRQKIT_RX; has_queue_words(device) && d <= IRQKIT_TX; d++) {
		const struct irqkit_queue *queue = find_queue(device, irq, d);

		if (queue)
			return add_queue(line, row, queue, cpus);
	}
	for (size_t a = 0; a < interrupt->n_actions && r == 0; a++)
		r = add_name(line, row, interrupt->actions[a], cpus);
	if (r == 0)
		r = add_vector(line, row, cpus);
	return r == 0 ? leave_out_nameless(save, row) : r < 0 ? r : 0;
}

static int add_row(struct set_line *line, size_t row)
{
	struct save *save = line->save;
	const struct irqkit_cpuset *cpus;
	enum state state = judge(save, row, &cpus);

	if (state == SETTABLE)
		return add_settable(line, row, cpus);
	save->rows[row].is_wanted = false;
	return leave_out(save, row, state);
}

int save_interrupts(struct save *save, struct irqkit_device *device)
{
	struct set_line line CLEANUP(clear_line) = { .save = save };
	size_t n = irqkit_machine_count_irqs(save->machine);
	int r = device ? add_whole(&line, device) : 0;

	for (size_t row = 0; row < n && r == 0; row++)
		if (save->rows[row].is_wanted && save->rows[row].owner == device)
			r = add_row(&line, row);
	return r == 0 ? flush(&line) : r;
}
