/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Why a TARGET matches nothing, and what could be meant instead. */
#include "target/say_no_match.h"
#include "base/basics.h"
#include "base/say.h"
#include "measure/explain.h"
#include "measure/open_machine.h"
#include "measure/queue.h"

#include <stdio.h>
#include <string.h>

/* "rx-0 to rx-3" */
static void format_queues(const struct irqkit_device *device,
	enum irqkit_direction direction, char *text, size_t room)
{
	const char *name = direction == IRQKIT_RX ? "rx" : "tx";
	size_t n = irqkit_device_count_queues(device);
	unsigned int first = 0, last = 0;
	bool is_first = true;

	for (size_t i = 0; i < n; i++) {
		struct irqkit_queue *queue = irqkit_device_get_queue(device, i);

		if (irqkit_queue_get_direction(queue) != direction)
			continue;
		last = irqkit_queue_get_number(queue);
		first = is_first ? last : first;
		is_first = false;
	}
	if (is_first)
		snprintf(text, room, "no %s queue", name);
	else if (first == last)
		snprintf(text, room, "%s-%u", name, first);
	else
		snprintf(text, room, "%s-%u to %s-%u", name, first, name, last);
}

/* Is there a queue of this name? */
static bool has_queue(const struct irqkit_device *device, const char *name)
{
	size_t n = irqkit_device_count_queues(device);

	for (size_t i = 0; i < n; i++) {
		char there[QUEUE_NAME_ROOM];

		queue_format_name(irqkit_device_get_queue(device, i), there);
		if (strcmp(there, name) == 0)
			return true;
	}
	return false;
}

static void say_no_interrupt_of_queue(
	const struct marks *marks, const char *word, const struct meaning *meaning)
{
	unsigned int first;
	_cleanup_free_ char *why = marks
		? explain_unknown_queues(marks->snapshot, meaning->device, &first)
		: NULL;

	if (why)
		say_error("nothing matches '%s': %s; use a number, as in 'irqkit show "
			  "%u'",
			word, why, first);
	else
		say_error("nothing matches '%s': no interrupt found for queue %s of %s",
			word, meaning->queue, irqkit_device_get_name(meaning->device));
}

void say_no_queue(
	const struct marks *marks, const char *word, const struct meaning *meaning)
{
	const char *name = irqkit_device_get_name(meaning->device);
	size_t n_lower = 0;
	char rx[64], tx[64];

	irqkit_device_count_lower(meaning->device, &n_lower);
	if (n_lower > 0 && !irqkit_device_get_bus_device(meaning->device)) {
		say_error("nothing matches '%s': %s is built on other interfaces; name "
			  "a queue of one of them, as in '%s:%s'",
			word, name,
			irqkit_device_get_name(
				irqkit_device_get_lower(meaning->device, 0)),
			meaning->queue);
		return;
	}
	if (has_queue(meaning->device, meaning->queue)) {
		say_no_interrupt_of_queue(marks, word, meaning);
		return;
	}
	format_queues(meaning->device, IRQKIT_RX, rx, sizeof(rx));
	format_queues(meaning->device, IRQKIT_TX, tx, sizeof(tx));
	say_error("nothing matches '%s': %s has %s, %s", word, name, rx, tx);
}

static void say_no_interrupt(const char *word, struct irqkit_device *device)
{
	const char *name = irqkit_device_get_name(device);
	const char *state = irqkit_device_is_down(device) ? "; it is down" : "";
	size_t n_lower = 0;

	irqkit_device_count_lower(device, &n_lower);
	if (irqkit_device_count_irqs(device) > 0)
		say_error("nothing matches '%s': the interrupts of %s have no "
			  "handlers%s",
			word, name, state);
	else if (n_lower > 0)
		say_error("nothing matches '%s': no interrupt found for the interfaces "
			  "below %s%s",
			word, name, state);
	else if (irqkit_device_get_kind(device) != IRQKIT_DEVICE_NET)
		say_error("nothing matches '%s': no interrupt found for %s", word, name);
	else if (irqkit_device_get_bus_device(device))
		say_error("nothing matches '%s': no interrupt found for %s%s", word, name,
			state);
	else
		say_error("nothing matches '%s': %s is a software interface and has no "
			  "interrupts",
			word, name);
}

/* The name in a row that differs in nothing but capitals; NULL: there is none. */
static const char *find_alike_in(const struct irqkit_interrupt *row, const char *name)
{
	for (size_t i = 0; i < irqkit_interrupt_count_actions(row); i++)
		if (strcasecmp(irqkit_interrupt_get_action(row, i), name) == 0)
			return irqkit_interrupt_get_action(row, i);
	return strcasecmp(irqkit_interrupt_get_label(row), name) == 0
		? irqkit_interrupt_get_label(row)
		: NULL;
}

static const char *find_alike(const struct marks *marks, const struct target *target)
{
	const char *alike = NULL;
	size_t n = 0;

	for (size_t i = 0; i < irqkit_snapshot_count(marks->snapshot) && !alike; i++)
		alike = find_alike_in(
			irqkit_snapshot_get(marks->snapshot, i), target->name);
	if (alike || target->kind != TARGET_WORD ||
		irqkit_devices_count_net(marks->devices, &n) < 0)
		return alike;
	for (size_t i = 0; i < n && !alike; i++) {
		const char *name = irqkit_device_get_name(
			irqkit_devices_get_net(marks->devices, i));

		alike = strcasecmp(name, target->name) == 0 ? name : NULL;
	}
	return alike;
}

/* An interface whose name fits the first @len bytes of @pattern; or NULL. */
static const char *find_interface(
	const struct marks *marks, const char *pattern, size_t len, bool with_hardware)
{
	_cleanup_free_ char *part = strndup(pattern, len);
	const struct target target = { .name = part, .is_glob = true };
	size_t n = 0;

	if (!part || irqkit_devices_count_net(marks->devices, &n) < 0)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		const struct irqkit_device *device = irqkit_devices_get_net(
			marks->devices, i);
		const char *name = irqkit_device_get_name(device);

		if (target_matches(&target, name) &&
			(!with_hardware || irqkit_device_get_bus_device(device)))
			return name;
	}
	return NULL;
}

/* 'eth*:rx-0': a pattern may stand for queues, not for the interface before the colon. */
static bool say_no_pattern(const struct marks *marks, const struct target *target)
{
	size_t len = strcspn(target->name, ":"), special = strcspn(target->name, "*?[");
	const char *interface = target->name[len] && special < len
		? find_interface(marks, target->name, len, true)
		: NULL;

	if (interface)
		say_error("nothing matches '%s': only the queue can be a pattern, not "
			  "the interface before it, as in '%s:rx-*'",
			target->word, interface);
	return interface != NULL;
}

/* Is the name a part of any name in the rows? */
static bool is_part(const struct marks *marks, const char *name)
{
	for (size_t i = 0; i < irqkit_snapshot_count(marks->snapshot); i++) {
		const struct irqkit_interrupt *row = irqkit_snapshot_get(
			marks->snapshot, i);

		for (size_t k = 0; k < irqkit_interrupt_count_actions(row); k++)
			if (strstr(irqkit_interrupt_get_action(row, k), name))
				return true;
	}
	return false;
}

/* What to type next, if that would find something. */
static void say_no_exact(const struct marks *marks, const struct target *target)
{
	const char *what = target->kind == TARGET_WORD ? "device or interrupt"
						       : "interrupt";

	if (is_part(marks, target->name))
		say_error("nothing matches '%s': no %s has exactly this name; try "
			  "'*%s*'",
			target->word, what, target->name);
	else
		say_error("nothing matches '%s': no %s has this name; 'irqkit show' "
			  "lists the interrupts",
			target->word, what);
}

static void say_no_glob(const struct marks *marks, const struct target *target)
{
	const char *word = target->word;

	if (target->kind == TARGET_WORD &&
		find_interface(marks, target->name, strlen(target->name), false))
		say_error("nothing matches '%s': no interrupt has such a name; use "
			  "'dev:%s' for names of interfaces",
			word, word);
	else
		say_error("nothing matches '%s': no interrupt has such a name; 'irqkit "
			  "show' lists the interrupts",
			word);
}

static void say_no_name(const struct marks *marks, const struct target *target)
{
	const char *word = target->word, *alike = find_alike(marks, target);

	if (alike)
		say_error("nothing matches '%s'; did you mean '%s'?", word, alike);
	else if (target->kind == TARGET_WORD && strchr(word, ','))
		say_error("nothing matches '%s': separate TARGETs with spaces, not "
			  "commas",
			word);
	else if (target->is_glob)
		say_no_glob(marks, target);
	else
		say_no_exact(marks, target);
}

void say_no_match(const struct marks *marks, const struct target *target,
	const struct meaning *meaning)
{
	const char *word = target->word;

	if (target->kind != TARGET_IRQS && target->kind != TARGET_ALL &&
		target->kind != TARGET_CHIP && machine_say_no_sys(marks->devices))
		return;
	if (meaning->queue) {
		say_no_queue(marks, word, meaning);
		return;
	}
	if (meaning->device) {
		say_no_interrupt(word, meaning->device);
		return;
	}
	if ((target->kind == TARGET_WORD || target->kind == TARGET_DEVICE) &&
		say_no_pattern(marks, target))
		return;
	switch (target->kind) {
	case TARGET_IRQS:
		say_error("nothing matches '%s': no interrupt has %s", word,
			target->first == target->last ? "this number"
						      : "a number in this range");
		break;
	case TARGET_ALL:
		say_error("nothing matches '%s': there are no interrupts", word);
		break;
	case TARGET_CHIP:
		say_error("nothing matches '%s': no interrupt uses this chip", word);
		break;
	case TARGET_DRIVER:
		say_error("nothing matches '%s': no interrupt found for a device with "
			  "this driver",
			word);
		break;
	case TARGET_DEVICE:
	case TARGET_PCI:
		say_error("nothing matches '%s': there is no such device", word);
		break;
	default:
		say_no_name(marks, target);
	}
}
