/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Why an interrupt cannot be moved, and why a step failed, in words. */
#include "change/refusals.h"
#include "base/basics.h"

#include <errno.h>
#include <unistd.h>

const char *immovable_word(enum irqkit_movable movable)
{
	static const char *const words[] = {
		[IRQKIT_MANAGED] = "managed",
		[IRQKIT_PER_CPU] = "per-cpu",
		[IRQKIT_READ_ONLY] = "read-only",
		[IRQKIT_SEEMS_MANAGED] = "managed",
	};

	return movable < LENGTH(words) ? words[movable] : NULL;
}

static const char *explain_queue(int error)
{
	switch (error) {
	case EPERM:
		return "this needs CAP_NET_ADMIN in the host's user namespace, which "
		       "root in a container lacks";
	case EINVAL:
		return "the kernel accepts no isolated CPUs here, and no other CPU is "
		       "left";
	case EOVERFLOW:
		return "the set has CPUs that this kernel does not support";
	case ENOMEM:
		return "a table of this size does not fit into memory";
	case ENOENT:
	case ENODEV:
		return "the queue is gone; the interface was removed or now has fewer "
		       "queues";
	case EPROTO:
		return "the kernel accepted the value, but the file has a different "
		       "one; did CPUs go offline?";
	default:
		return irqkit_explain_error(error);
	}
}

static const char *explain_thread(int error)
{
	switch (error) {
	case EINVAL:
		return "the kernel places this thread itself, or none of these CPUs is "
		       "online now";
	case EPERM:
		return irqkit_explain_error(EACCES);
	case ESRCH:
		return "the thread has ended";
	default:
		return irqkit_explain_error(error);
	}
}

static const char *explain_channels(int error)
{
	switch (error) {
	case EINVAL:
		return "the driver does not accept this number now; XDP, an RSS table, "
		       "flow rules or traffic classes may need the present queues";
	case EBUSY:
		return "the interface is busy with a reset or another change; try again";
	case ENOSPC:
		return "there are not enough free interrupt vectors for so many queues";
	case EPERM:
		return geteuid() == 0
			? "this needs CAP_NET_ADMIN, which root of a container "
			  "may lack; run irqkit on the host"
			: "only root may do this (CAP_NET_ADMIN); try sudo";
	case EOPNOTSUPP:
		return "the driver shows this number, but cannot change it";
	case ENODEV:
		return "the interface is gone";
	case ENOMEM:
		return "the kernel has no memory for so many queues";
	case EPROTO:
		return "the driver accepted the number, but has a different one";
	default:
		return NULL;
	}
}

static const char *explain_rss(int error)
{
	switch (error) {
	case EINVAL:
		return "the driver does not accept this table now";
	case ERANGE:
		return "the table has another size now";
	case EOPNOTSUPP:
		return "the driver shows its table, but cannot change it";
	default:
		return explain_channels(error);
	}
}

const char *explain_step(const struct irqkit_step *step)
{
	int error = irqkit_step_get_error(step);

	if (irqkit_step_get_knob(step) == IRQKIT_KNOB_AFFINITY && error == EINVAL)
		return irqkit_step_was_refused(step)
			? "the interrupt controller cannot move this interrupt"
			: "some of these CPUs went offline; try again";

	switch (irqkit_step_get_knob(step)) {
	case IRQKIT_KNOB_AFFINITY:
	case IRQKIT_KNOB_DEFAULT_AFFINITY:
	case IRQKIT_KNOB_WORKQUEUE:
		return irqkit_explain_error(error);
	case IRQKIT_KNOB_THREAD:
		return explain_thread(error);
	case IRQKIT_KNOB_CHANNELS:
		return explain_channels(error);
	case IRQKIT_KNOB_RSS:
		return explain_rss(error);
	default:
		return explain_queue(error);
	}
}
