/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is said of a knob that cannot be read, and the knob that hides another. */
#include "queues/knobs.h"
#include "base/basics.h"
#include "base/say.h"
#include "measure/queue.h"

#include <errno.h>
#include <string.h>

enum status queue_say_unreadable(
	const struct irqkit_queue *queue, const char *file, int error)
{
	const struct irqkit_device *device = irqkit_queue_get_device(queue);
	_cleanup_free_ char *path = NULL;

	irqkit_queue_format_path(queue, &path);
	if (error == -ENOENT && strncmp(file, "xps", 3) == 0 &&
		queue_count(device, IRQKIT_TX) == 1) {
		say_error("%s has only one tx queue, which all CPUs use; XPS does not "
			  "apply",
			irqkit_device_get_name(device));
		return STATUS_IMMOVABLE;
	}
	if (error == -ENOENT) {
		say_error("there is no %s/%s: the kernel was built without %s, or the "
			  "interface is gone",
			path ? path : "", file,
			strncmp(file, "xps", 3) == 0 ? "XPS" : "RPS");
		return STATUS_IMMOVABLE;
	}
	say_error("cannot read %s/%s: %s", path ? path : "", file, strerror(-error));
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
	return r < 0 ? queue_say_unreadable(queue, "xps_rxqs", r) : STATUS_DONE;
}
