/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a barrier loses: noted before it, and found after it. */
#include "plan/barrier_loss.h"
#include "base/array.h"
#include "base/cpuset.h"
#include "base/macros.h"
#include "channels/rings.h"
#include "devices/queues.h"
#include "kernel/ctx.h"
#include "machine/machine.h"
#include "plan/thread_knob.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------------- */
/* Before                                                                          */

static bool is_of_napi(const struct irqkit_thread *thread)
{
	return strncmp(thread->name, "napi/", strlen("napi/")) == 0;
}

/* The rx queue whose thread it is. Netlink may say, or the order of threads. */
static int find_queue(struct irqkit_device *device, const struct irqkit_thread *thread)
{
	for (size_t i = 0; i < device->n_queues; i++) {
		struct irqkit_queue *queue = &device->queues[i];
		size_t n = 0;

		if (queue->direction != IRQKIT_RX ||
			irqkit_queue_count_threads(queue, &n) < 0)
			continue;
		for (size_t k = 0; k < n; k++)
			if (irqkit_queue_get_thread(queue, k)->pid == thread->pid)
				return (int)queue->number;
	}
	return -1;
}

/* Takes @cpus over. */
static int add_thread(struct barrier_loss *loss, struct irqkit_device *device,
	const struct irqkit_thread *thread, struct irqkit_cpuset **cpus)
{
	struct placed_thread placed = {
		.pid = thread->pid,
		.name = strdup(thread->name),
		.start = strdup(thread->start),
		.queue = find_queue(device, thread),
	};

	if (!placed.name || !placed.start ||
		!GROW(loss->threads, loss->n_threads, loss->room)) {
		placed_thread_clear(&placed);
		return -ENOMEM;
	}
	placed.cpus = TAKE(*cpus);
	loss->threads[loss->n_threads++] = placed;
	return 0;
}

static int save_thread(const struct irqkit_plan *plan, struct barrier_loss *loss,
	struct irqkit_device *device, struct irqkit_thread *thread)
{
	const struct irqkit_cpuset *online = irqkit_topology_get_cpus(
		plan->machine->topology, IRQKIT_CPUS_ONLINE);
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;

	if (!online || !is_of_napi(thread) ||
		irqkit_thread_read_affinity(thread, &cpus) < 0 ||
		irqkit_cpuset_is_subset(online, cpus))
		return 0;
	return add_thread(loss, device, thread, &cpus);
}

int barrier_loss_save(struct irqkit_plan *plan, struct irqkit_device *device)
{
	struct barrier_loss *loss;
	size_t n = 0;
	int r;

	if (!GROW(plan->losses, plan->n_losses, plan->losses_room))
		return -ENOMEM;
	loss = &plan->losses[plan->n_losses++];
	*loss = (struct barrier_loss){ .device = strdup(device->name) };
	if (!loss->device)
		return -ENOMEM;
	r = rings_read(plan->ctx, device->name, &loss->rings);
	if (r == -ENOMEM || is_failure(r))
		return r;
	r = irqkit_device_count_threads(device, &n);
	for (size_t i = 0; i < n && r == 0; i++)
		r = save_thread(plan, loss, device, irqkit_device_get_thread(device, i));
	return r == -ENOMEM || is_failure(r) ? r : 0;
}

/* ------------------------------------------------------------------------------- */
/* After                                                                           */

static int find_rings(const struct irqkit_plan *plan, struct barrier_loss *loss)
{
	_cleanup_free_ char *now = NULL;
	int r = loss->rings ? rings_read(plan->ctx, loss->device, &now) : -ENOENT;

	if (r == -ENOMEM || is_failure(r))
		return r;
	free(TAKE(loss->rings_after));
	if (r == 0 && strcmp(now, loss->rings) != 0)
		loss->rings_after = TAKE(now);
	return 0;
}

/* The thread that polls the queue now; NULL: there is none, or it is not known. */
static struct irqkit_thread *find_thread_now(
	struct irqkit_device *device, const struct placed_thread *placed)
{
	struct irqkit_queue *queue = placed->queue < 0
		? NULL
		: irqkit_device_find_queue(
			  device, IRQKIT_RX, (unsigned int)placed->queue);
	size_t n = 0;

	if (!queue || irqkit_queue_count_threads(queue, &n) < 0)
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (is_of_napi(irqkit_queue_get_thread(queue, i)))
			return irqkit_queue_get_thread(queue, i);
	return NULL;
}

static bool has_queue(struct irqkit_device *device, const struct placed_thread *placed)
{
	return placed->queue < 0 ||
		irqkit_device_find_queue(device, IRQKIT_RX, (unsigned int)placed->queue);
}

static int place_again(struct irqkit_plan *plan, struct barrier_loss *loss,
	struct irqkit_device *device, const struct placed_thread *placed)
{
	struct irqkit_thread *now = find_thread_now(device, placed);
	int r = thread_is_same(plan->ctx, placed->pid, placed->name, placed->start);

	/* what served a queue that is gone is not missed */
	if (r != 0 || !has_queue(device, placed))
		return r < 0 ? r : 0;
	if (!now) {
		loss->n_lost++;
		return 0;
	}
	r = plan_add_thread(
		plan, now, placed->cpus, "as the thread before it", IRQKIT_STEP_OPTIONAL);
	return r == -ENOENT ? 0 : r;
}

int barrier_loss_find(struct irqkit_plan *plan)
{
	int r = 0;

	for (size_t i = 0; i < plan->n_losses && r == 0; i++) {
		struct barrier_loss *loss = &plan->losses[i];
		struct irqkit_device *device;

		r = find_rings(plan, loss);
		loss->n_lost = 0;
		if (r < 0 || loss->n_threads == 0 ||
			irqkit_devices_find_net(
				plan->machine->devices, loss->device, &device) < 0)
			continue;
		for (size_t k = 0; k < loss->n_threads && r == 0; k++)
			r = place_again(plan, loss, device, &loss->threads[k]);
	}
	return r;
}

static int format_rings(const struct barrier_loss *loss, char **ret_text)
{
	return asprintf(ret_text,
		       "the driver of %s has changed its ring sizes from '%s' to '%s': "
		       "'ethtool -G %s %s' restores them",
		       loss->device, loss->rings, loss->rings_after, loss->device,
		       loss->rings) < 0
		? -ENOMEM
		: 0;
}

static int format_threads(const struct barrier_loss *loss, char **ret_text)
{
	return asprintf(ret_text,
		       "%zu kernel thread%s of %s had been placed and %s gone; new ones "
		       "may "
		       "run on other CPUs: 'irqkit pin-queue %s' shows them",
		       loss->n_lost, loss->n_lost == 1 ? "" : "s", loss->device,
		       loss->n_lost == 1 ? "is" : "are", loss->device) < 0
		? -ENOMEM
		: 0;
}

EXPORT int irqkit_plan_explain_loss(
	const struct irqkit_plan *plan, size_t index, char **ret_text)
{
	for (size_t i = 0; i < plan->n_losses; i++) {
		const struct barrier_loss *loss = &plan->losses[i];

		if (loss->rings_after && index-- == 0)
			return format_rings(loss, ret_text);
		if (loss->n_lost && index-- == 0)
			return format_threads(loss, ret_text);
	}
	return -ENOENT;
}
