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
#include <string.h>

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

/* Queue i to the i-th CPU, rx and tx alike. */
static int place_all(struct pin *pin, const struct irqkit_cpuset *cpus)
{
	_cleanup_cpuset_ struct irqkit_cpuset *numbers = NULL;
	unsigned int n_cpus = irqkit_cpuset_count(cpus), n;
	int cpu = -1, r = irqkit_cpuset_new(&numbers);

	for (size_t i = 0; i < pin->device->n_queues && r == 0; i++)
		r = request_add_number(pin->request, &pin->device->queues[i], numbers);
	if (r < 0)
		return r;
	n = irqkit_cpuset_count(numbers);
	if (n > n_cpus && !pin->request->wraps)
		return request_fail(pin->request, IRQKIT_PROBLEM_WORDS,
			"%s has %u queues, but SET has %u CPU%s; name more CPUs, or "
			"reuse them with %s",
			pin->device->name, n, n_cpus, n_cpus == 1 ? "" : "s",
			pin->request->wrap_label);
	irqkit_cpuset_foreach (number, numbers) {
		cpu = irqkit_cpuset_next(cpus, cpu);
		cpu = cpu < 0 ? irqkit_cpuset_next(cpus, -1) : cpu;
		r = place_number(pin, number, (unsigned int)cpu);
		if (r < 0)
			break;
	}
	return r;
}

/* "0", "rx-0" or "tx-0" */
static int place_word(
	struct pin *pin, const char *word, size_t len, const struct irqkit_cpuset *cpus)
{
	bool is_rx = strncmp(word, "rx-", 3) == 0, is_tx = strncmp(word, "tx-", 3) == 0;
	size_t before = is_rx || is_tx ? 3 : 0;
	const struct irqkit_device *device = pin->device;
	struct irqkit_queue *rx = NULL, *tx = NULL;
	uint32_t number;
	int r = 0;

	if (len <= before || parse_u32(word + before, len - before, &number) < 0)
		return request_fail(pin->request, IRQKIT_PROBLEM_WORDS,
			"'%.*s' is not a queue; write it as 0, rx-0, tx-0 or all",
			(int)len, word);
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
		r = place_queue(pin, rx, cpus, true);
	if (tx && r == 0)
		r = place_queue(pin, tx, cpus, true);
	return r;
}

static int read_word(struct pin *pin, const char *word)
{
	const char *equals = strchr(word, '=');
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
	int r;

	if (!equals || equals == word)
		return request_fail(pin->request, IRQKIT_PROBLEM_WORDS,
			"'%s' is not QUEUE=SET; write it as 0=2, rx-1=3 or all=0-3",
			word);
	r = request_read_set(pin->request, pin->machine, word, equals + 1,
		request_find_local(pin->machine, pin->device), &cpus);
	if (r < 0)
		return r;
	return strncmp(word, "all=", 4) == 0
		? place_all(pin, cpus)
		: place_word(pin, word, (size_t)(equals - word), cpus);
}

int pin_read_words(struct pin *pin)
{
	int r = 0;

	for (size_t i = 0; i < pin->request->n_pins && r == 0; i++)
		r = read_word(pin, pin->request->pins[i]);
	return r;
}
