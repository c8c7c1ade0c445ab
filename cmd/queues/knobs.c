/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Why a knob cannot be read; and clearing the knob that overrides another one. */
#include "queues/knobs.h"
#include "base/basics.h"
#include "base/say.h"
#include "base/text.h"
#include "measure/queue.h"

#include <errno.h>
#include <string.h>

/* Has the queue this other file? */
static bool has_cpus(struct irqkit_queue *queue,
	int (*read)(struct irqkit_queue *queue, struct irqkit_cpuset **ret_cpus))
{
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;

	return read(queue, &cpus) != -ENOENT;
}

/* Why a file is missing: the kernel has rps_cpus and rps_flow_cnt, or neither of them. */
static const char *explain_missing(struct irqkit_queue *queue, const char *file)
{
	bool is_xps = strncmp(file, "xps", 3) == 0;

	if (strcmp(file, "xps_rxqs") == 0 && has_cpus(queue, irqkit_queue_read_xps_cpus))
		return "the kernel is older than Linux 4.18, or the saved root lacks "
		       "the file";
	if (strcmp(file, "rps_flow_cnt") == 0 &&
		has_cpus(queue, irqkit_queue_read_rps_cpus))
		return "the saved root lacks the file, or the interface is gone";
	return is_xps ? "the kernel was built without XPS, or the interface is gone"
		      : "the kernel was built without RPS, or the interface is gone";
}

enum status queue_say_unreadable(const struct change *change, struct irqkit_queue *queue,
	const char *file, int error)
{
	const struct irqkit_device *device = irqkit_queue_get_device(queue);
	_cleanup_free_ char *folder = NULL, *path = NULL;

	if (error == -ENOENT && strncmp(file, "xps", 3) == 0 &&
		queue_count(device, IRQKIT_TX) == 1) {
		say_error("%s has only one tx queue, which all CPUs use; XPS does not "
			  "apply",
			irqkit_device_get_name(device));
		return STATUS_IMMOVABLE;
	}
	if (irqkit_queue_format_path(queue, &folder) < 0)
		return say_no_memory();
	path = text_below_root(irqkit_ctx_get_root(change->ctx), folder);
	if (!path)
		return say_no_memory();
	if (error == -ENOENT) {
		say_error("there is no %s/%s: %s", path, file,
			explain_missing(queue, file));
		return STATUS_IMMOVABLE;
	}
	if (error != irqkit_ctx_get_error(change->ctx)) /* the library has said it */
		say_error("cannot read %s/%s: %s", path, file, strerror(-error));
	return STATUS_REFUSED;
}

enum status queue_clear_rxqs(
	struct change *change, struct irqkit_queue *queue, const char *why)
{
	_cleanup_cpuset_ struct irqkit_cpuset *rxqs = NULL, *none = NULL;
	int r = irqkit_queue_read_xps_rxqs(queue, &rxqs);

	if (r == -ENOENT || (r == 0 && irqkit_cpuset_is_empty(rxqs)))
		return STATUS_DONE;
	if (r == 0)
		r = irqkit_cpuset_new(&none);
	if (r == 0)
		r = irqkit_plan_add_xps_rxqs(change->plan, queue, none, why);
	return r < 0 ? queue_say_unreadable(change, queue, "xps_rxqs", r) : STATUS_DONE;
}
