/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* QUEUE=SET: which queue of a device is pinned to which CPUs. */
#include "base/cpuset.h"
#include "base/macros.h"
#include "base/number.h"
#include "devices/device.h"
#include "request/request_cpus.h"
#include "request/request_net.h"
#include "request/request_pin.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static int place_queue(struct pin *pin, struct irqkit_queue *queue,
	const struct irqkit_cpuset *cpus, bool is_named)
{
	struct pin_place *place = &pin->places[pin->n_places];

	const struct irqkit_device_irq *irq = queue->irq < 0
		? NULL
		: irqkit_device_find_irq(pin->device, (unsigned int)queue->irq);
	bool *has_place = &pin->has_place[queue - pin->device->queues];

	if (*has_place) {
		_cleanup_free_ char *name = NULL;

		if (irqkit_queue_format_full_name(queue, &name) < 0)
			return -ENOMEM;
		return request_fail(
			pin->request, IRQKIT_PROBLEM_WORDS, "%s is given twice", name);
	}
	if (irqkit_cpuset_copy(cpus, &place->cpus) < 0)
		return -ENOMEM;
	place->queue = queue;
	place->is_named = is_named;
	pin->n_places++;
	*has_place = true;
	if (irq)
		pin->n_placed[irq - pin->device->irqs]++;
	return 0;
}

/* The queues of this number, rx and tx, to one CPU. */
static int place_number(struct pin *pin, unsigned int number, unsigned int cpu)
{
	_cleanup_cpuset_ struct irqkit_cpuset *one = NULL;
	struct irqkit_queue *queues[] = {
		irqkit_device_find_queue(pin->device, IRQKIT_RX, number),
		irqkit_device_find_queue(pin->device, IRQKIT_TX, number),
	};
	int r = irqkit_cpuset_new(&one);

	if (r == 0)
		r = irqkit_cpuset_add(one, cpu);
	for (size_t i = 0; i < LENGTH(queues) && r == 0; i++)
		if (queues[i])
			r = place_queue(pin, queues[i], one, false);
	return r;
}

/* Queue i to the i-th CPU in the order written, rx and tx alike. */
static int place_all(struct pin *pin, const struct set_order *order)
{
	_cleanup_cpuset_ struct irqkit_cpuset *numbers = NULL;
	size_t n_cpus = order->n, n, next = 0;
	int r = irqkit_cpuset_new(&numbers);

	for (size_t i = 0; i < pin->device->n_queues && r == 0; i++)
		r = request_add_number(pin->request, &pin->device->queues[i], numbers);
	if (r < 0)
		return r;
	n = irqkit_cpuset_count(numbers);
	if (n > n_cpus && !pin->request->wraps)
		return request_fail(pin->request, IRQKIT_PROBLEM_WORDS,
			"%s has %zu queues, but SET has %zu CPU%s; name more CPUs, or "
			"reuse them with %s",
			pin->device->name, n, n_cpus, n_cpus == 1 ? "" : "s",
			pin->request->wrap_label);
	irqkit_cpuset_foreach (number, numbers) {
		r = place_number(pin, number, order->members[next++ % n_cpus].cpu);
		if (r < 0)
			break;
	}
	return r;
}

/* A SET for all queues has no `current`: each queue gets one CPU. */
static int read_all(struct pin *pin, const char *word, const char *set)
{
	const struct set_scope scope = {
		.local = request_find_local(pin->machine, pin->device),
		.no_current = "all=SET gives each queue one CPU of SET; pin single "
			      "queues, as in 0=current,^3",
	};
	struct set_order order CLEANUP(set_order_clear) = { 0 };
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
	int r = request_read_scoped(
		pin->request, pin->machine, word, set, &scope, &order, &cpus);

	return r == 0 ? place_all(pin, &order) : r;
}

/* The online CPUs where the interrupt of a queue is allowed; or why these are not known. */
static int find_current(struct pin *pin, const struct irqkit_queue *queue,
	struct irqkit_cpuset **ret_cpus, char **ret_why)
{
	const struct irqkit_cpuset *now,
		*online = irqkit_topology_get_cpus(
			pin->machine->topology, IRQKIT_CPUS_ONLINE);
	struct irqkit_irq *irq = queue->irq < 0
		? NULL
		: irqkit_machine_find_irq(pin->machine, (unsigned int)queue->irq);
	_cleanup_free_ char *name = NULL;
	int r;

	if (!irq) {
		r = irqkit_queue_format_full_name(queue, &name);
		if (r == 0 && asprintf(ret_why, "no interrupt of %s is known", name) < 0)
			r = -ENOMEM;
		return r;
	}
	r = irqkit_irq_get_planned(irq, &now);
	if (r == 0)
		r = irqkit_cpuset_copy(now, ret_cpus);
	if (r == 0 && online)
		irqkit_cpuset_keep_set(*ret_cpus, online);
	return r < 0 ? request_fail_unreadable(pin->request, irq, r) : 0;
}

/* The SET of one queue, in which `current` means where its interrupt is allowed. */
static int read_queue(
	struct pin *pin, const char *word, const char *set, struct irqkit_queue *queue)
{
	_cleanup_cpuset_ struct irqkit_cpuset *now = NULL, *cpus = NULL;
	_cleanup_free_ char *why = NULL;
	struct set_scope scope = {
		.local = request_find_local(pin->machine, pin->device),
	};
	int r = set_has_word(set, strlen(set), "current")
		? find_current(pin, queue, &now, &why)
		: 0;

	scope.current = now;
	scope.no_current = why;
	if (r == 0)
		r = request_read_scoped(
			pin->request, pin->machine, word, set, &scope, NULL, &cpus);
	return r == 0 ? place_queue(pin, queue, cpus, true) : r;
}

/* "0-3" */
static bool is_range(const char *text, size_t len)
{
	size_t first = strspn(text, "0123456789");
	size_t last;

	if (first == 0 || text[first] != '-')
		return false;
	last = strspn(text + first + 1, "0123456789");
	return last > 0 && first + 1 + last == len;
}

/* "rx0", "RX-0", "q0", "ALL": what is meant, in @room, or false */
static bool find_queue_meant(const char *word, size_t len, char *meant, size_t room)
{
	static const char *const kinds[][2] = { { "rx", "rx-" }, { "tx", "tx-" },
		{ "queue", "" }, { "q", "" }, { "combined", "" } };
	size_t at = 0;

	if ((len == 3 && strncasecmp(word, "all", 3) == 0) || (len == 1 && *word == '*'))
		return snprintf(meant, room, "all") > 0;
	for (size_t i = 0; i < LENGTH(kinds); i++) {
		at = strlen(kinds[i][0]);
		if (at >= len || strncasecmp(word, kinds[i][0], at) != 0)
			continue;
		at += at + 1 < len && strchr("-_:", word[at]);
		if (at + strspn(word + at, "0123456789") != len)
			continue;
		return snprintf(meant, room, "%s%.*s", kinds[i][1], (int)(len - at),
			       word + at) < (int)room;
	}
	return false;
}

static int refuse_queue(struct pin *pin, const char *word, size_t len, const char *set)
{
	char meant[32];

	if (*set && find_queue_meant(word, len, meant, sizeof(meant)))
		return request_fail(pin->request, IRQKIT_PROBLEM_WORDS,
			"'%.*s' is not a queue; did you mean '%s=%s'?", (int)len, word,
			meant, set);
	return request_fail(pin->request, IRQKIT_PROBLEM_WORDS,
		"'%.*s' is not a queue; write it as 0, rx-0, tx-0 or all", (int)len,
		word);
}

/* "0=SET", "rx-0=SET" or "tx-0=SET", of which @len is before the = */
static int read_queues(struct pin *pin, const char *word, size_t len, const char *set)
{
	bool is_rx = strncmp(word, "rx-", 3) == 0, is_tx = strncmp(word, "tx-", 3) == 0;
	size_t before = is_rx || is_tx ? 3 : 0;
	const struct irqkit_device *device = pin->device;
	struct irqkit_queue *rx = NULL, *tx = NULL;
	uint32_t number;
	int r = 0;

	if (strchr(set, '='))
		return request_fail(pin->request, IRQKIT_PROBLEM_WORDS,
			"'%s' is more than one queue; put spaces between them, as in "
			"'0=4 1=5'",
			word);
	if (is_range(word + before, len - before))
		return request_fail(pin->request, IRQKIT_PROBLEM_WORDS,
			"'%.*s' is more than one queue; write each by itself, as in "
			"'0=4 1=5'",
			(int)len, word);
	if (len <= before || parse_u32(word + before, len - before, &number) < 0)
		return refuse_queue(pin, word, len, set);
	if (!is_tx)
		rx = irqkit_device_find_queue(device, IRQKIT_RX, number);
	if (!is_rx)
		tx = irqkit_device_find_queue(device, IRQKIT_TX, number);
	if (!rx && !tx)
		return request_fail(pin->request, IRQKIT_PROBLEM_NO_MATCH,
			"%s has no queue %.*s; it has %zu rx and %zu tx queues",
			device->name, (int)len, word,
			irqkit_device_count_direction(device, IRQKIT_RX),
			irqkit_device_count_direction(device, IRQKIT_TX));
	if (rx)
		r = read_queue(pin, word, set, rx);
	if (tx && r == 0)
		r = read_queue(pin, word, set, tx);
	return r;
}

static int read_word(struct pin *pin, const char *word)
{
	const char *equals = strchr(word, '=');

	if (!equals && strchr(word, ':') > word && strchr(word, ':')[1])
		return request_fail(pin->request, IRQKIT_PROBLEM_WORDS,
			"'%s' is not QUEUE=SET; did you mean '%.*s=%s'?", word,
			(int)strcspn(word, ":"), word, strchr(word, ':') + 1);
	if (!equals || equals == word)
		return request_fail(pin->request, IRQKIT_PROBLEM_WORDS,
			"'%s' is not QUEUE=SET; write it as 0=2, rx-1=3 or all=0-3",
			word);
	return strncmp(word, "all=", 4) == 0
		? read_all(pin, word, equals + 1)
		: read_queues(pin, word, (size_t)(equals - word), equals + 1);
}

int pin_read_words(struct pin *pin)
{
	int r = 0;

	for (size_t i = 0; i < pin->request->n_pins && r == 0; i++)
		r = read_word(pin, pin->request->pins[i]);
	return r;
}
