/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Why a TARGET matches nothing, and what could be meant instead. */
#include "target/no_match.h"
#include "base/macros.h"
#include "base/number.h"
#include "base/typo.h"
#include "target/mark_device.h"
#include "target/target_habit.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static int refuse_no_interrupt(
	char **message, const char *word, struct irqkit_device *device)
{
	const char *name = irqkit_device_get_name(device);
	const char *state = irqkit_device_is_down(device) ? "; it is down" : "";
	size_t n_lower = 0;

	irqkit_device_count_lower(device, &n_lower);
	if (irqkit_device_count_irqs(device) > 0)
		return REFUSE(message, word, ": the interrupts of %s have no handlers%s",
			name, state);
	if (n_lower > 0)
		return REFUSE(message, word,
			": no interrupt found for the interfaces below %s%s", name,
			state);
	if (irqkit_device_get_kind(device) != IRQKIT_DEVICE_NET)
		return REFUSE(message, word, ": no interrupt found for %s", name);
	if (irqkit_device_get_bus_device(device))
		return REFUSE(
			message, word, ": no interrupt found for %s%s", name, state);
	return REFUSE(message, word,
		": the software interface %s has no interrupts; "
		"'irqkit rps %s' shows whether RPS can share its work",
		name, name);
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

/* The name of one interface, if it is the only one that is nearly typed; or NULL. */
static const char *find_nearly(const struct marks *marks, const struct target *target)
{
	struct irqkit_devices *devices = marks->machine->devices;
	const char *nearly = NULL;
	size_t n = 0;

	if (target->kind != TARGET_WORD || target->is_glob ||
		irqkit_devices_count_net(devices, &n) < 0)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		const char *name = irqkit_device_get_name(
			irqkit_devices_get_net(devices, i));

		if (!is_typo(target->name, strlen(target->name), name))
			continue;
		if (nearly)
			return NULL;
		nearly = name;
	}
	return nearly;
}

static const char *find_alike(const struct marks *marks, const struct target *target)
{
	struct irqkit_machine *machine = marks->machine;
	const char *alike = NULL;
	size_t n = 0;

	for (size_t i = 0; i < machine->snapshot->n_rows && !alike; i++)
		alike = find_alike_in(&machine->snapshot->rows[i], target->name);
	if (alike || target->kind != TARGET_WORD ||
		irqkit_devices_count_net(machine->devices, &n) < 0)
		return alike;
	for (size_t i = 0; i < n && !alike; i++) {
		const char *name = irqkit_device_get_name(
			irqkit_devices_get_net(machine->devices, i));

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
	struct irqkit_devices *devices = marks->machine->devices;
	size_t n = 0;

	if (!part || irqkit_devices_count_net(devices, &n) < 0)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		const struct irqkit_device *device = irqkit_devices_get_net(devices, i);
		const char *name = irqkit_device_get_name(device);

		if (target_matches(&target, name) &&
			(!with_hardware || irqkit_device_get_bus_device(device)))
			return name;
	}
	return NULL;
}

/*
 * 'eth*:rx-0': a pattern may stand for queues, not for the interface before the colon. 0:
 * this is not the reason.
 */
static int refuse_pattern(struct marks *marks, const struct target *target)
{
	size_t len = strcspn(target->name, ":"), special = strcspn(target->name, "*?[");
	const char *interface = target->name[len] && special < len
		? find_interface(marks, target->name, len, true)
		: NULL;

	return interface ? REFUSE(&marks->message, target->word,
				   ": only the queue can be a pattern, not the interface "
				   "before it, as in '%s:rx-*'",
				   interface)
			 : 0;
}

/* Is the name a part of any name in the rows? */
static bool is_part(const struct marks *marks, const char *name)
{
	const struct irqkit_snapshot *snapshot = marks->machine->snapshot;

	for (size_t i = 0; i < snapshot->n_rows; i++)
		for (size_t k = 0; k < snapshot->rows[i].n_actions; k++)
			if (strstr(snapshot->rows[i].actions[k], name))
				return true;
	return false;
}

/* With what to type next, if that would find something. */
static int refuse_exact(struct marks *marks, const struct target *target)
{
	const char *what = target->kind == TARGET_WORD ? "device or interrupt"
						       : "interrupt";

	if (is_part(marks, target->name))
		return REFUSE(&marks->message, target->word,
			": no %s has exactly this name; try '*%s*'", what, target->name);
	return REFUSE(&marks->message, target->word,
		": no %s has this name; 'irqkit show' lists the interrupts", what);
}

/* Would 'dev:WORD' match? What it marks does not matter any more. */
static int matches_devices(struct marks *marks, const struct target *target)
{
	const struct target devices = { .word = target->word,
		.name = target->name,
		.kind = TARGET_DEVICE,
		.is_glob = true };
	struct meaning meaning = { 0 };
	int r = mark_device(marks, &devices, &meaning);

	return r < 0 ? r : meaning.has_rows;
}

static int refuse_glob(struct marks *marks, const struct target *target)
{
	const char *word = target->word;
	int r = target->kind == TARGET_WORD ? matches_devices(marks, target) : 0;

	if (r < 0)
		return r;
	if (r)
		return REFUSE(&marks->message, word,
			": no interrupt has such a name; use 'dev:%s' for names of "
			"interfaces",
			word);
	return REFUSE(&marks->message, word,
		": no interrupt has such a name; 'irqkit show' lists the interrupts");
}

/* Words that users write but that name nothing: `show irq 24`, `show queues`. */
static const char *explain_word(const char *word)
{
	static const char *const words[][2] = {
		{ "irq", "write only the number of the interrupt" },
		{ "interrupt", "write only the number of the interrupt" },
		{ "dev", "write only the name of the device" },
		{ "device", "write only the name of the device" },
		{ "interface", "write only the name of the device" },
		{ "-",
			"a range has no spaces, as in 24-31, and TARGETs are "
			"not read from standard input" },
		{ "help", "'--help' prints the help of a command" },
		{ "queues", "'irqkit show --queues' lists the queues" },
		{ "cpus", "'irqkit show --by-cpu' lists the CPUs" },
		{ "interrupts", "'all' means all interrupts" },
		{ "irqs", "'all' means all interrupts" },
		{ "default",
			"'irqkit set --default --cpus=all' sets the CPUs of new "
			"interrupts" },
	};

	for (size_t i = 0; i < LENGTH(words); i++)
		if (strcasecmp(word, words[i][0]) == 0)
			return words[i][1];
	return NULL;
}

/* "eth0 eth1": is the first word the name of an interface, or a number? */
static bool is_quoted_together(const struct marks *marks, const char *word)
{
	size_t len = strcspn(word, " ");

	return len > 0 && word[len] && word[len + 1] &&
		(len == strspn(word, "0123456789-") ||
			find_interface(marks, word, len, false));
}

static bool has_number(const struct marks *marks, const struct target *target)
{
	const struct irqkit_snapshot *snapshot = marks->machine->snapshot;

	for (size_t i = 0; i < snapshot->n_rows; i++) {
		const char *label = irqkit_interrupt_get_label(&snapshot->rows[i]);
		uint64_t number;

		if (parse_u64(label, strlen(label), &number) == 0 &&
			(int64_t)number >= target->first &&
			(int64_t)number <= target->last)
			return true;
	}
	return false;
}

/* What is written instead may match nothing either; what it marks does not matter. */
static int refuse_habit(struct marks *marks, const char *word, const char *habit)
{
	_cleanup_free_ char *ignored = NULL;
	struct meaning meaning = { 0 };
	struct target target;
	bool matches = true;
	int r = target_parse(habit, &target, &ignored);

	if (r == 0 && target.kind == TARGET_IRQS)
		matches = has_number(marks, &target);
	else if (r == 0 && target.kind != TARGET_ALL && target.kind != TARGET_NAME &&
		target.kind != TARGET_CHIP) {
		r = target.kind == TARGET_DRIVER ? mark_driver(marks, &target, &meaning)
						 : mark_device(marks, &target, &meaning);
		matches = meaning.has_rows;
	}
	if (r == -ENOMEM)
		return r;
	return r == 0 && matches
		? REFUSE(&marks->message, word, "; did you mean '%s'?", habit)
		: REFUSE(&marks->message, word,
			  ", and neither would '%s', which is how irqkit writes it",
			  habit);
}

/*
 * "ETH0:rx-0", "eth0/rx-0", "eth0.rx-0": the queue, if there is one and it has an interrupt.
 */
static int find_queue(struct marks *marks, const char *word, char **ret_queue)
{
	size_t len = strcspn(word, ":/. ");
	_cleanup_free_ char *head = strndup(word, len), *queue = NULL, *ignored = NULL;
	struct target target = { .word = head, .name = head, .kind = TARGET_WORD };
	struct meaning meaning = { 0 };
	const char *name;

	if (!head)
		return -ENOMEM;
	if (len == 0 || !word[len] || !word[len + 1] || strpbrk(word, "*?["))
		return 0;
	name = find_interface(marks, head, len, false);
	if (!name)
		name = find_nearly(marks, &target);
	if (!name)
		return 0;
	if (asprintf(&queue, "%s:%s", name, word + len + 1) < 0) {
		queue = NULL;
		return -ENOMEM;
	}
	if (strcmp(queue, word) == 0 || target_parse(queue, &target, &ignored) < 0 ||
		mark_device(marks, &target, &meaning) < 0 || !meaning.has_rows)
		return 0;
	*ret_queue = TAKE(queue);
	return 1;
}

static int refuse_no_name(struct marks *marks, const struct target *target)
{
	const char *word = target->word, *alike = find_alike(marks, target);
	_cleanup_free_ char *habit = NULL;
	bool is_bare = target->kind == TARGET_WORD;
	char **message = &marks->message;

	if (alike)
		return REFUSE(message, word, "; did you mean '%s'?", alike);
	if (is_bare && target_find_habit(word, &habit) == 0)
		return refuse_habit(marks, word, habit);
	if (find_nearly(marks, target))
		return REFUSE(message, word, "; did you mean '%s'?",
			find_nearly(marks, target));
	if (is_bare && find_queue(marks, word, &habit) < 0)
		return -ENOMEM;
	if (habit)
		return REFUSE(message, word, "; did you mean '%s'?", habit);
	if (is_bare && explain_word(word))
		return REFUSE(message, word, ": %s", explain_word(word));
	if (is_bare && target_find_set(word, &habit) == 0)
		return REFUSE(message, word,
			": it names CPUs, not interrupts; set, spread and show take CPUs "
			"as "
			"'--cpus=%s'",
			habit);
	if (is_bare && strchr(word, ','))
		return REFUSE(
			message, word, ": separate TARGETs with spaces, not commas");
	if (is_bare && is_quoted_together(marks, word))
		return REFUSE(message, word,
			": these are several TARGETs in quotes; quote each of them, or "
			"none");
	return target->is_glob ? refuse_glob(marks, target) : refuse_exact(marks, target);
}

int refuse_no_sys(char **message)
{
	return target_refuse(message, -ESRCH,
		"/sys is missing or not mounted: without it, no device or queue can be "
		"found");
}

static bool needs_sys(const struct target *target)
{
	return target->kind != TARGET_IRQS && target->kind != TARGET_ALL &&
		target->kind != TARGET_CHIP;
}

static int refuse_no_vector(
	struct marks *marks, const struct target *target, const struct meaning *meaning)
{
	const char *name = irqkit_device_get_name(meaning->device);
	char **message = &marks->message;

	if (meaning->n_vectors == 0)
		return REFUSE(message, target->word, ": %s has no MSI vectors", name);
	if (target->vector < meaning->n_vectors)
		return REFUSE(message, target->word, ": no handler uses vector %u of %s",
			target->vector, name);
	return REFUSE(message, target->word,
		": %s has %zu MSI vector%s, and the last is %zu", name,
		meaning->n_vectors, meaning->n_vectors == 1 ? "" : "s",
		meaning->n_vectors - 1);
}

int refuse_no_match(
	struct marks *marks, const struct target *target, const struct meaning *meaning)
{
	const char *word = target->word;
	char **message = &marks->message;

	if (needs_sys(target) && irqkit_devices_lack_sys(marks->machine->devices))
		return refuse_no_sys(message);
	if (meaning->queue)
		return refuse_no_queue(message, word, meaning);
	if (meaning->device && target->kind == TARGET_VECTOR)
		return refuse_no_vector(marks, target, meaning);
	if (meaning->device)
		return refuse_no_interrupt(message, word, meaning->device);
	if (target->kind == TARGET_WORD || target->kind == TARGET_DEVICE) {
		int r = refuse_pattern(marks, target);

		if (r < 0)
			return r;
	}
	switch (target->kind) {
	case TARGET_IRQS:
		return REFUSE(message, word, ": no interrupt has %s",
			target->first == target->last ? "this number"
						      : "a number in this range");
	case TARGET_ALL:
		return REFUSE(message, word, ": there are no interrupts");
	case TARGET_CHIP:
		return REFUSE(message, word, ": no interrupt uses this chip");
	case TARGET_DRIVER:
		return REFUSE(message, word,
			": no interrupt found for a device with this driver");
	case TARGET_DEVICE:
		if (target->is_glob &&
			find_interface(marks, target->name, strlen(target->name), false))
			return REFUSE(message, word,
				": no interrupt found for interfaces with such a name");
		return REFUSE(message, word, ": there is no such device");
	case TARGET_PCI:
	case TARGET_VECTOR:
		return REFUSE(message, word, ": there is no such device");
	default:
		return refuse_no_name(marks, target);
	}
}
