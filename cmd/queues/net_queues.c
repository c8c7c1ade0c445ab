/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Chooses queues of an interface, and finds the CPUs that handle their interrupts. */
#include "queues/net_queues.h"
#include "base/say.h"
#include "measure/explain.h"
#include "measure/queue.h"

#include <errno.h>
#include <string.h>

static enum status read_queue_numbers(const struct irqkit_device *device,
	enum irqkit_direction direction, const char *word,
	struct irqkit_cpuset **ret_numbers)
{
	if (irqkit_cpuset_parse_list(word, strlen(word), ret_numbers, NULL) < 0 ||
		irqkit_cpuset_is_empty(*ret_numbers)) {
		say_error(
			"--queues takes queue numbers, as in 0,2 or 0-3, not '%s'", word);
		return STATUS_MISUSE;
	}
	irqkit_cpuset_foreach (number, *ret_numbers) {
		if (irqkit_device_find_queue(device, direction, number))
			continue;
		say_error("%s has no queue %s-%u; it has %zu",
			irqkit_device_get_name(device), queue_direction_word(direction),
			number, queue_count(device, direction));
		return STATUS_NO_MATCH;
	}
	return STATUS_DONE;
}

enum status net_choose_queues(struct irqkit_device *device,
	enum irqkit_direction direction, const char *word,
	struct irqkit_queue ***ret_queues, size_t *ret_count)
{
	size_t n = irqkit_device_count_queues(device), chosen = 0;
	_cleanup_cpuset_ struct irqkit_cpuset *numbers = NULL;
	enum status status = word ? read_queue_numbers(device, direction, word, &numbers)
				  : STATUS_DONE;
	struct irqkit_queue **queues;

	if (status != STATUS_DONE)
		return status;
	queues = calloc(n + 1, sizeof(struct irqkit_queue *));
	if (!queues)
		return say_no_memory();
	for (size_t i = 0; i < n; i++) {
		struct irqkit_queue *queue = irqkit_device_get_queue(device, i);

		if (irqkit_queue_get_direction(queue) == direction &&
			(!numbers ||
				irqkit_cpuset_has(
					numbers, irqkit_queue_get_number(queue))))
			queues[chosen++] = queue;
	}
	if (chosen == 0) {
		say_error("%s has no %s queues", irqkit_device_get_name(device),
			queue_direction_word(direction));
		free(queues);
		return STATUS_IMMOVABLE;
	}
	*ret_queues = queues;
	*ret_count = chosen;
	return STATUS_DONE;
}

/* ------------------------------------------------------------------------------- */

/* The record of its interrupt, also if that has no handler; or NULL. */
static struct irqkit_irq *find_irq(
	const struct net *net, const struct irqkit_queue *queue)
{
	int number = irqkit_queue_get_irq(queue);
	struct irqkit_irq *irq = NULL;

	if (number >= 0)
		irqkit_machine_need_irq(net->change->machine, (unsigned int)number, &irq);
	return irq;
}

const struct irqkit_cpuset *net_get_current_cpus(
	const struct net *net, const struct irqkit_queue *queue)
{
	struct irqkit_irq *irq = find_irq(net, queue);
	const struct irqkit_cpuset *set = NULL;

	if (irq &&
		(irqkit_irq_get_effective(irq, &set) < 0 || irqkit_cpuset_is_empty(set)))
		irqkit_irq_get_affinity(irq, &set);
	return set;
}

const struct irqkit_cpuset *net_get_settled_cpus(
	const struct net *net, const struct irqkit_queue *queue)
{
	const struct irqkit_cpuset *serving = net_get_current_cpus(net, queue);
	const struct irqkit_cpuset *affinity;

	if (serving && irqkit_irq_get_affinity(find_irq(net, queue), &affinity) == 0 &&
		!irqkit_cpuset_is_subset(serving, affinity))
		return affinity;
	return serving;
}

enum status net_add_number(
	const struct irqkit_queue *queue, struct irqkit_cpuset *numbers)
{
	int r = irqkit_cpuset_add(numbers, irqkit_queue_get_number(queue));
	_cleanup_free_ char *name = NULL;

	if (r == 0)
		return STATUS_DONE;
	name = queue_format_full_name(queue);
	if (r != -ERANGE || !name)
		return say_no_memory();
	say_error("%s has a queue number that no kernel assigns", name);
	return STATUS_REFUSED;
}

char *net_explain_unknown(
	const struct irqkit_device *device, enum irqkit_direction direction)
{
	unsigned int first;
	bool lacks = false;

	for (size_t i = 0; i < irqkit_device_count_queues(device); i++) {
		const struct irqkit_queue *queue = irqkit_device_get_queue(device, i);

		lacks |= irqkit_queue_get_direction(queue) == direction &&
			irqkit_queue_get_irq(queue) < 0;
	}
	return lacks ? explain_unknown_queues(device, &first) : NULL;
}
