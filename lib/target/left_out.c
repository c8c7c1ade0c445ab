/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A pattern such as eth* means names of interrupts. Where an interface has such a name, and its
 * interrupts have other names, as virtio3-input.0 of eth0, a user may think that it is meant too.
 */
#include "target/left_out.h"
#include "base/buffer.h"
#include "base/macros.h"
#include "devices/device.h"
#include "target/target.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_NAMED 3

/* Has it interrupts, and none that is chosen? */
static bool is_left_out(const struct marks *marks, const struct irqkit_device *device)
{
	bool has_rows = false;

	for (size_t i = 0; i < device->n_irqs; i++) {
		const struct irqkit_irq *irq = irqkit_machine_find_irq(
			marks->machine, device->irqs[i].irq);

		if (!irq)
			continue;
		if (marks->choices[irqkit_irq_get_index(irq)].is_chosen)
			return false;
		has_rows = true;
	}
	return has_rows;
}

/* Adds the names of the interfaces: "eth0, eth1"; returns how many there are. */
static size_t add_names(
	const struct marks *marks, const struct target *target, struct buffer *names)
{
	size_t n_devices, n = 0;

	if (irqkit_devices_count_net(marks->machine->devices, &n_devices) < 0)
		return 0;
	for (size_t i = 0; i < n_devices; i++) {
		const struct irqkit_device *device = irqkit_devices_get_net(
			marks->machine->devices, i);

		if (!target_matches(target, irqkit_device_get_name(device)) ||
			!is_left_out(marks, device))
			continue;
		if (n < MAX_NAMED)
			buffer_add(names, "%s%s", n ? ", " : "",
				irqkit_device_get_name(device));
		n++;
	}
	if (n > MAX_NAMED)
		buffer_add(names, " and %zu more", n - MAX_NAMED);
	return n;
}

static int find_of_word(struct marks *marks, const char *word)
{
	struct buffer names = { 0 }, text = { 0 };
	_cleanup_free_ char *list = NULL;
	struct target target;
	int r = target_parse(word, &target, &marks->message);

	if (r < 0 || target.kind != TARGET_WORD || !target.is_glob)
		return r;
	if (add_names(marks, &target, &names) == 0)
		return 0;
	r = buffer_take(&names, &list);
	if (r < 0)
		return r;
	buffer_add(&text,
		"'%s' means names of interrupts, and leaves out %s, whose interrupts "
		"have other names; 'dev:%s' means interfaces",
		word, list, word);
	free(TAKE(marks->selection->warning));
	return buffer_take(&text, &marks->selection->warning);
}

int marks_find_left_out(struct marks *marks, const char *const *words, size_t n_words)
{
	int r = 0;

	for (size_t i = 0; i < n_words && r == 0; i++)
		r = find_of_word(marks, words[i]);
	return r;
}
