/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TARGETs -> queues of network interfaces. */
#include "base/macros.h"
#include "machine/machine.h"
#include "target/no_match.h"
#include "target/refuse.h"

#include <errno.h>
#include <string.h>

/* What the words read so far have chosen. */
struct chosen {
	struct irqkit_devices *devices;
	struct unique queues; /* struct irqkit_queue */
	char *message; /* owned; what is wrong, or NULL */
};

/* @part: NULL means all of them. Returns how many it means, or an error. */
static int add_queues(
	struct chosen *chosen, struct irqkit_device *device, const char *part)
{
	size_t n = irqkit_device_count_queues(device);
	int found = 0, r = 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		struct irqkit_queue *queue = irqkit_device_get_queue(device, i);

		if (part && !target_names_queue(part, queue))
			continue;
		r = unique_add(&chosen->queues, queue);
		found++;
	}
	return r < 0 ? r : found;
}

/* For a bond, the queues of its ports: its own queues are software. */
static int add_device(struct chosen *chosen, struct irqkit_device *device)
{
	size_t n_lower;
	int found = 0, r = irqkit_device_count_lower(device, &n_lower);

	if (r == 0 && (n_lower == 0 || irqkit_device_get_bus_device(device)))
		r = found = add_queues(chosen, device, NULL);
	for (size_t i = 0; i < n_lower && r >= 0; i++) {
		r = add_queues(chosen, irqkit_device_get_lower(device, i), NULL);
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

static int add_all(struct chosen *chosen, const struct target *target)
{
	int found = 0, r;
	size_t n = 0;

	r = irqkit_devices_count_net(chosen->devices, &n);
	for (size_t i = 0; i < n && r >= 0; i++) {
		struct irqkit_device *device = irqkit_devices_get_net(chosen->devices, i);

		if (!device_is_meant(target, device))
			continue;
		r = add_device(chosen, device);
		found += r;
	}
	return r < 0 ? r : found;
}

/* eth1, or eth1:rx-0 */
static int add_named(
	struct chosen *chosen, const struct target *target, struct meaning *meaning)
{
	const char *colon = strchrnul(target->name, ':');
	_cleanup_free_ char *interface = strndup(
		target->name, (size_t)(colon - target->name));
	int r = interface ? irqkit_devices_find_net(
				    chosen->devices, interface, &meaning->device)
			  : -ENOMEM;

	if (r < 0)
		return r;
	if (!*colon)
		return add_device(chosen, meaning->device);
	meaning->queue = colon + 1;
	return add_queues(chosen, meaning->device, meaning->queue);
}

static int refuse_none(
	struct chosen *chosen, const struct target *target, const struct meaning *meaning)
{
	const char *word = target->word;
	char **message = &chosen->message;

	if (irqkit_devices_lack_sys(chosen->devices))
		return refuse_no_sys(message);
	if (meaning->queue)
		return refuse_no_queue(message, word, meaning);
	if (meaning->device)
		return target_refuse(message, -ESRCH,
			"nothing matches '%s': the interface has no queues", word);
	if (target->kind == TARGET_ALL)
		return target_refuse(message, -ESRCH,
			"nothing matches 'all': there is no hardware-backed network "
			"interface");
	return target_refuse(message, -ESRCH,
		"nothing matches '%s': there is no such network interface", word);
}

static int add_word(struct chosen *chosen, const char *word)
{
	struct meaning meaning = { 0 };
	struct target target;
	int r = target_parse(word, &target, &chosen->message);
	bool is_name;

	if (r < 0)
		return r;
	if (target.kind == TARGET_IRQS || target.kind == TARGET_NAME ||
		target.kind == TARGET_CHIP || target.kind == TARGET_VECTOR)
		return target_refuse(
			&chosen->message, -EDOM, "'%s' names interrupts", word);
	is_name = target.kind == TARGET_WORD || target.kind == TARGET_DEVICE;
	if (is_name && !(target.is_glob && !strchr(target.name, ':')))
		r = add_named(chosen, &target, &meaning);
	else
		r = add_all(chosen, &target);
	if (r > 0)
		return 0;
	if (r == 0 || r == -ENODEV || r == -EINVAL || r == -ENOENT)
		return refuse_none(chosen, &target, &meaning);
	return target_refuse_unreadable(&chosen->message, r, "queues", word);
}

static int copy_queues(const struct unique *queues, struct irqkit_queue ***ret_queues)
{
	struct irqkit_queue **copy = calloc(queues->n + 1, sizeof(struct irqkit_queue *));

	if (!copy)
		return -ENOMEM;
	for (size_t i = 0; i < queues->n; i++)
		copy[i] = queues->things[i];
	*ret_queues = copy;
	return 0;
}

EXPORT int irqkit_machine_select_queues(struct irqkit_machine *machine,
	const char *const *words, size_t n_words, struct irqkit_queue ***ret_queues,
	size_t *ret_count, char **reterr_message)
{
	static const char *const all[] = { "all" };
	struct chosen chosen = { .devices = machine->devices };
	int r = 0;

	if (n_words == 0) {
		words = all;
		n_words = 1;
	}
	for (size_t i = 0; i < n_words && r == 0; i++)
		r = add_word(&chosen, words[i]);
	if (r == 0)
		r = copy_queues(&chosen.queues, ret_queues);
	if (r == 0)
		*ret_count = chosen.queues.n;
	else if (reterr_message)
		*reterr_message = TAKE(chosen.message);
	unique_clear(&chosen.queues);
	free(chosen.message);
	return r;
}
