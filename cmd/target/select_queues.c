/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TARGETs -> queues of network interfaces. */
#include "base/basics.h"
#include "base/say.h"
#include "measure/open_machine.h"
#include "target/say_no_match.h"

#include <errno.h>
#include <string.h>

void queue_selection_free(struct queue_selection *selection)
{
	free(selection->queues);
}

/* Each once. */
static int add_queue(struct queue_selection *selection, struct irqkit_queue *queue)
{
	for (size_t i = 0; i < selection->n; i++)
		if (selection->queues[i] == queue)
			return 0;
	if (selection->n == selection->room) {
		size_t room = selection->room * 2 + 16;
		struct irqkit_queue **more = reallocarray(
			selection->queues, room, sizeof(*more));

		if (!more)
			return -ENOMEM;
		selection->queues = more;
		selection->room = room;
	}
	selection->queues[selection->n++] = queue;
	return 0;
}

/* @part: NULL means all of them. Returns how many it means, or an error. */
static int add_queues(
	struct queue_selection *selection, struct irqkit_device *device, const char *part)
{
	size_t n = irqkit_device_count_queues(device);
	int found = 0, r = 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		struct irqkit_queue *queue = irqkit_device_get_queue(device, i);

		if (part && !target_names_queue(part, queue))
			continue;
		r = add_queue(selection, queue);
		found++;
	}
	return r < 0 ? r : found;
}

/* For a bond, the queues of its ports: its own queues are software. */
static int add_device(struct queue_selection *selection, struct irqkit_device *device)
{
	size_t n_lower;
	int found = 0, r = irqkit_device_count_lower(device, &n_lower);

	if (r == 0 && (n_lower == 0 || irqkit_device_get_bus_device(device)))
		r = found = add_queues(selection, device, NULL);
	for (size_t i = 0; i < n_lower && r >= 0; i++) {
		r = add_queues(selection, irqkit_device_get_lower(device, i), NULL);
		found += r;
	}
	return r < 0 ? r : found;
}

/* Is this one of the interfaces that the word means? It may mean several. */
static bool device_is_meant(
	const struct target *target, const struct irqkit_device *device)
{
	const char *driver = irqkit_device_get_driver(device);
	const char *address = irqkit_device_get_pci_address(device);

	switch (target->kind) {
	case TARGET_ALL:
		/* in a saved root without /sys, only the names of interrupts are known */
		return irqkit_device_get_bus_device(device) ||
			irqkit_device_count_irqs(device) > 0;
	case TARGET_DRIVER:
		return driver && target_matches(target, driver);
	case TARGET_PCI:
		/* 00:03.0 is 0000:00:03.0 */
		return address &&
			(target_matches(target, address) ||
				(strncmp(address, "0000:", 5) == 0 &&
					target_matches(target, address + 5)));
	default:
		return target_matches(target, irqkit_device_get_name(device));
	}
}

static int add_all(struct irqkit_devices *devices, const struct target *target,
	struct queue_selection *selection)
{
	int found = 0, r;
	size_t n = 0;

	r = irqkit_devices_count_net(devices, &n);
	for (size_t i = 0; i < n && r >= 0; i++) {
		struct irqkit_device *device = irqkit_devices_get_net(devices, i);

		if (!device_is_meant(target, device))
			continue;
		r = add_device(selection, device);
		found += r;
	}
	return r < 0 ? r : found;
}

/* eth1, or eth1:rx-0 */
static int add_named(struct irqkit_devices *devices, const struct target *target,
	struct queue_selection *selection, struct meaning *meaning)
{
	const char *colon = strchrnul(target->name, ':');
	_cleanup_free_ char *interface = strndup(
		target->name, (size_t)(colon - target->name));
	int r = interface ? irqkit_devices_find_net(devices, interface, &meaning->device)
			  : -ENOMEM;

	if (r < 0)
		return r;
	if (!*colon)
		return add_device(selection, meaning->device);
	meaning->queue = colon + 1;
	return add_queues(selection, meaning->device, meaning->queue);
}

static enum status say_none(struct irqkit_devices *devices, const struct target *target,
	const struct meaning *meaning)
{
	const char *word = target->word;

	if (machine_say_no_sys(devices))
		return STATUS_NO_MATCH;
	if (meaning->queue)
		say_no_queue(NULL, word, meaning);
	else if (meaning->device)
		say_error("nothing matches '%s': the interface has no queues", word);
	else if (target->kind == TARGET_ALL)
		say_error("nothing matches 'all': there is no hardware-backed network "
			  "interface");
	else
		say_error(
			"nothing matches '%s': there is no such network interface", word);
	return STATUS_NO_MATCH;
}

static enum status add_word(struct irqkit_devices *devices, const char *word,
	struct queue_selection *selection)
{
	struct meaning meaning = { 0 };
	struct target target;
	enum status status = target_parse(word, &target);
	bool is_name = target.kind == TARGET_WORD || target.kind == TARGET_DEVICE;
	int r;

	if (status != STATUS_DONE)
		return status;
	if (target.kind == TARGET_IRQS || target.kind == TARGET_NAME ||
		target.kind == TARGET_CHIP) {
		say_error("'%s' names interrupts, but --queues takes network "
			  "interfaces and their queues",
			word);
		return STATUS_MISUSE;
	}
	if (is_name && !(target.is_glob && !strchr(target.name, ':')))
		r = add_named(devices, &target, selection, &meaning);
	else
		r = add_all(devices, &target, selection);
	if (r > 0)
		return STATUS_DONE;
	if (r == 0 || r == -ENODEV || r == -EINVAL || r == -ENOENT)
		return say_none(devices, &target, &meaning);
	say_error("cannot find the queues of '%s': %s", word, strerror(-r));
	return STATUS_REFUSED;
}

enum status select_queues(struct irqkit_devices *devices, const char *const *words,
	size_t n_words, struct queue_selection *ret_selection)
{
	static const char *const all[] = { "all" };
	struct queue_selection selection = { 0 };
	enum status status = STATUS_DONE;

	if (n_words == 0) {
		words = all;
		n_words = 1;
	}
	for (size_t i = 0; i < n_words && status == STATUS_DONE; i++)
		status = add_word(devices, words[i], &selection);
	if (status == STATUS_DONE)
		*ret_selection = selection;
	else
		queue_selection_free(&selection);
	return status;
}
