/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Interfaces and their queues, as the rules on RPS, RFS and XPS look at them. */
#include "doctor/steered.h"
#include "base/cpuset.h"
#include "base/macros.h"
#include "doctor/doctor.h"
#include "doctor/facts_net.h"
#include "doctor/facts_units.h"
#include "doctor/thresholds.h"
#include "steer/steer.h"

#include <errno.h>
#include <stdio.h>

static void steered_clear(struct steered *steered)
{
	irqkit_cpuset_free(steered->rps);
	irqkit_rps_advice_free(steered->advice);
	facts_free_behind(steered->behind);
}

void facts_free_steered(struct facts *facts)
{
	for (size_t i = 0; i < facts->n_steered; i++)
		steered_clear(&facts->steered[i]);
	free(facts->steered);
}

/* The unit of the controller that serves a USB interface; NULL: none, or it is not USB. */
static struct unit *find_controller(
	const struct facts *facts, const struct irqkit_device *device)
{
	struct irqkit_queue *queue = irqkit_device_find_queue(device, IRQKIT_RX, 0);
	int number = device->is_behind_controller && queue ? irqkit_queue_get_irq(queue)
							   : -1;
	struct irqkit_irq *irq = number < 0
		? NULL
		: irqkit_machine_find_irq(facts->machine, (unsigned int)number);

	return irq ? facts->unit_of[irqkit_irq_get_index(irq)] : NULL;
}

/*
 * Are most interrupts of the controller those of the interface, not of other devices? Each
 * interrupt of the interface brings at least one packet.
 */
static bool has_packets(
	struct facts *facts, const struct irqkit_device *device, const struct unit *unit)
{
	uint64_t total = 0, packets;

	if (!facts_read_statistic(facts, device, "rx_packets", &packets))
		return true;
	for (size_t i = 0; i < unit->n_irqs; i++)
		total += irqkit_interrupt_get_total(unit->irqs[i]->row);
	return packets >= total / 2;
}

static int read_controller(struct facts *facts, struct steered *steered)
{
	struct unit *unit = find_controller(facts, steered->device);
	int r;

	if (steered->owner || !unit || !has_packets(facts, steered->device, unit))
		return 0;
	r = facts_new_behind(facts, steered->device, unit, &steered->behind);
	steered->owner = steered->behind;
	return r;
}

static int read_steered(
	struct facts *facts, struct irqkit_device *device, struct steered *ret_steered)
{
	int r;

	ret_steered->device = device;
	ret_steered->owner = facts_find_device(facts, device);
	ret_steered->n_rx = facts_count_queues(device, IRQKIT_RX);
	ret_steered->n_tx = facts_count_queues(device, IRQKIT_TX);
	r = read_controller(facts, ret_steered);
	return r < 0 ? r : facts_find_rps(device, &ret_steered->rps);
}

bool steered_is_kind(
	struct look *look, struct steered *steered, enum irqkit_net_kind kind)
{
	int r = steered->has_kind
		? 0
		: irqkit_device_read_net_kind(steered->device, &steered->kind);

	if (r < 0) {
		look->doctor->has_failed |= r == -ENOMEM;
		return false;
	}
	steered->has_kind = true;
	return steered->kind == kind;
}

/* Reads the interfaces when a rule first asks for them. */
static int read_all(struct facts *facts)
{
	int r = 0;

	facts->steered = calloc(facts->n_net + 1, sizeof(*facts->steered));
	if (!facts->steered)
		return -ENOMEM;
	for (size_t i = 0; i < facts->n_net && r == 0; i++) {
		struct irqkit_device *device = facts_get_net(facts, i);

		if (!facts_is_down(facts, device))
			r = read_steered(
				facts, device, &facts->steered[facts->n_steered++]);
	}
	facts->has_read_steered = r == 0;
	return r;
}

int steered_for_each(struct look *look, steered_fn *judge)
{
	struct facts *facts = look->facts;
	int r = facts->has_read_steered ? 0 : read_all(facts);

	for (size_t i = 0; i < facts->n_steered && r == 0; i++)
		r = judge(look, &facts->steered[i]);
	return r;
}

int steered_find_first_cpu(struct look *look, const struct steered *steered)
{
	struct irqkit_queue *queue = irqkit_device_find_queue(
		steered->device, IRQKIT_RX, 0);

	return queue ? facts_find_queue_cpu(look->facts, queue) : -1;
}

size_t steered_count(struct look *look, struct steered *steered,
	enum irqkit_direction direction, steered_queue_fn *judge,
	struct irqkit_queue **ret_first)
{
	struct irqkit_queue *queue;
	size_t n = 0;

	*ret_first = NULL;
	for (size_t at = 0;
		(queue = facts_next_queue(steered->device, direction, &at));) {
		if (!judge(look, steered, queue))
			continue;
		if (!*ret_first)
			*ret_first = queue;
		n++;
	}
	return n;
}

const struct irqkit_rps_advice *steered_get_advice(
	struct look *look, struct steered *steered)
{
	if (!steered->has_asked &&
		irqkit_rps_advice_new(
			look->facts->machine, steered->device, &steered->advice) < 0)
		steered->advice = NULL;
	steered->has_asked = true;
	return steered->advice;
}

const struct irqkit_cpuset *steered_get_advised(
	struct look *look, struct steered *steered)
{
	const struct irqkit_rps_advice *advice = steered_get_advice(look, steered);
	const struct irqkit_cpuset *cpus = advice ? irqkit_rps_advice_get_cpus(advice)
						  : NULL;

	return cpus && !irqkit_cpuset_is_empty(cpus) ? cpus : NULL;
}

bool steered_is_advised(
	struct look *look, struct steered *steered, const struct irqkit_queue *queue)
{
	return steered_get_advised(look, steered) &&
		irqkit_rps_advice_helps(steered->advice, queue);
}

bool steered_may_help(struct look *look, const struct irqkit_device *device)
{
	struct facts *facts = look->facts;

	if (!facts->has_read_steered && read_all(facts) < 0)
		return false;
	for (size_t i = 0; i < facts->n_steered; i++)
		if (facts->steered[i].device == device)
			return steered_get_advised(look, &facts->steered[i]);
	return false;
}

static uint64_t count_irq(void *data, unsigned int number)
{
	const struct facts *facts = data;
	struct irqkit_irq *irq = irqkit_machine_find_irq(facts->machine, number);

	return irq ? facts_count(facts, irq) : 0;
}

bool steered_mostly_sends(struct facts *facts, const struct fact_device *owner)
{
	return steer_mostly_sends(owner->device, count_irq, facts);
}

void steered_add_file(
	struct irqkit_finding *finding, struct irqkit_queue *queue, enum queue_file which)
{
	static const char *const directions[] = {
		[IRQKIT_RX] = "rx", [IRQKIT_TX] = "tx"
	};

	_cleanup_free_ char *file = NULL;
	const char *text;

	if (!queue || queue_get_text(queue, which, &text) < 0)
		return;
	if (asprintf(&file, "/sys/class/net/%s/queues/%s-%u/%s",
		    irqkit_device_get_name(irqkit_queue_get_device(queue)),
		    directions[irqkit_queue_get_direction(queue)],
		    irqkit_queue_get_number(queue), queue_file_name(which)) < 0) {
		file = NULL;
		finding->has_failed = true;
		return;
	}
	finding_fact(finding, file, "%s", text);
}

void steered_add_irq(struct look *look, struct irqkit_finding *finding,
	const struct irqkit_queue *queue)
{
	int number = irqkit_queue_get_irq(queue);
	struct irqkit_irq *irq = number < 0
		? NULL
		: irqkit_machine_find_irq(look->facts->machine, (unsigned int)number);

	if (irq)
		finding_fact_effective(finding, irq);
}

struct part_text say_part(size_t n, size_t all, const char *direction)
{
	struct part_text part;

	if (all == 1)
		snprintf(part.text, sizeof(part.text), "its %s queue", direction);
	else if (n == all)
		snprintf(part.text, sizeof(part.text), "all %zu %s queues", all,
			direction);
	else
		snprintf(part.text, sizeof(part.text), "%zu of %zu %s queues", n, all,
			direction);
	return part;
}
