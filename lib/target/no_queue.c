/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Why a queue of a TARGET matches nothing, and which one could be meant. */
#include "base/macros.h"
#include "devices/queues.h"
#include "target/no_match.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* "rx-0 to rx-3" */
static void format_queues(const struct irqkit_device *device,
	enum irqkit_direction direction, char *text, size_t room)
{
	const char *name = direction_word(direction);
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

/* Does the name mean a queue of the device: "rx-0", "0", "rx-*"? */
static bool has_queue(const struct irqkit_device *device, const char *name)
{
	size_t n = irqkit_device_count_queues(device);

	for (size_t i = 0; i < n; i++)
		if (target_names_queue(name, irqkit_device_get_queue(device, i)))
			return true;
	return false;
}

/* Has one of these queues a known interrupt? */
static bool has_interrupt(const struct irqkit_device *device, const char *name)
{
	size_t n = irqkit_device_count_queues(device);

	for (size_t i = 0; i < n; i++) {
		struct irqkit_queue *queue = irqkit_device_get_queue(device, i);

		if (target_names_queue(name, queue) && irqkit_queue_get_irq(queue) >= 0)
			return true;
	}
	return false;
}

static int refuse_no_interrupt_of_queue(
	char **message, const char *word, const struct meaning *meaning)
{
	_cleanup_free_ char *why = NULL;
	unsigned int first;
	int r = irqkit_device_explain_unknown_queues(meaning->device, &why, &first);

	if (r == 0)
		return REFUSE(message, word, ": %s; use a number, as in 'irqkit show %u'",
			why, first);
	return REFUSE(message, word, ": no interrupt found for queue %s of %s",
		meaning->queue, irqkit_device_get_name(meaning->device));
}

/* The first interface below that has such a queue; or NULL. */
static const struct irqkit_device *find_lower_with(
	const struct meaning *meaning, size_t n_lower)
{
	for (size_t i = 0; i < n_lower; i++) {
		const struct irqkit_device *lower = irqkit_device_get_lower(
			meaning->device, i);
		size_t n = irqkit_device_count_queues(lower);

		for (size_t k = 0; k < n; k++)
			if (target_names_queue(
				    meaning->queue, irqkit_device_get_queue(lower, k)))
				return lower;
	}
	return NULL;
}

static int refuse_upper(
	char **message, const char *word, const struct meaning *meaning, size_t n_lower)
{
	const struct irqkit_device *lower = find_lower_with(meaning, n_lower);
	const char *name = irqkit_device_get_name(meaning->device);

	if (!lower)
		return REFUSE(message, word,
			": %s is built on other interfaces, and none of them has this "
			"queue; 'irqkit show %s --queues' lists their queues",
			name, name);
	return REFUSE(message, word,
		": %s is built on other interfaces; name a queue of one of them, as in "
		"'%s:%s'",
		name, irqkit_device_get_name(lower), meaning->queue);
}

/*
 * "rx0", "RX-0", "rx_0", "q0", "queue-0", "rx", "all" and nothing: puts what is written
 * instead, with its colon, in @queue. False: the device does not have it.
 */
static bool find_queue_habit(const struct meaning *meaning, char *queue)
{
	static const char *const kinds[] = { "rx", "tx", "queue", "q", "" };
	const char *typed = meaning->queue;
	size_t kind = 0, len;
	char *end;
	unsigned long number;

	while (strncasecmp(typed, kinds[kind], strlen(kinds[kind])) != 0)
		kind++;
	len = strlen(kinds[kind]);
	queue[0] = '\0';
	if (!*typed || strcasecmp(typed, "all") == 0 || strcmp(typed, "*") == 0)
		return true;
	if (kind < 2 && !typed[len])
		return sprintf(queue, ":%s-*", kinds[kind]) > 0;
	len += len > 0 && typed[len] && strchr("-_:=.", typed[len]);
	if (typed[len] < '0' || typed[len] > '9')
		return false;
	number = strtoul(typed + len, &end, 10);
	if (*end || number > UINT16_MAX)
		return false;
	sprintf(queue, ":%s%s%lu", kind < 2 ? kinds[kind] : "", kind < 2 ? "-" : "",
		number);
	return has_queue(meaning->device, queue + 1);
}

int refuse_no_queue(char **message, const char *word, const struct meaning *meaning)
{
	const char *name = irqkit_device_get_name(meaning->device);
	size_t n_lower = 0;
	char rx[64], tx[64], queue[QUEUE_NAME_ROOM + 8];

	irqkit_device_count_lower(meaning->device, &n_lower);
	if (n_lower > 0 && !irqkit_device_get_bus_device(meaning->device))
		return refuse_upper(message, word, meaning, n_lower);
	if (has_queue(meaning->device, meaning->queue))
		return refuse_no_interrupt_of_queue(message, word, meaning);
	if (find_queue_habit(meaning, queue)) {
		if (*queue && !has_interrupt(meaning->device, queue + 1))
			return refuse_no_interrupt_of_queue(message, word, meaning);
		return REFUSE(message, word, "; did you mean '%s%s'?", name, queue);
	}
	format_queues(meaning->device, IRQKIT_RX, rx, sizeof(rx));
	format_queues(meaning->device, IRQKIT_TX, tx, sizeof(tx));
	return REFUSE(message, word, ": %s has %s, %s", name, rx, tx);
}
