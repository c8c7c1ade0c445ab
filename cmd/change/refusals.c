/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Why an interrupt cannot be moved, and the kernel's errno values for knobs, in words. */
#include "change/refusals.h"
#include "base/basics.h"

#include <errno.h>

/* Why an interrupt cannot be moved: for a column, and for a sentence. */
static const struct {
	const char *word;
	const char *phrase;
} immovable[] = {
	[IRQKIT_MOVABLE] = { NULL, NULL },
	[IRQKIT_MANAGED] = { "managed", "managed by the kernel" },
	[IRQKIT_PER_CPU] = { "per-cpu", "per-CPU" },
	[IRQKIT_READ_ONLY] = { "read-only", "read-only" },
	[IRQKIT_SEEMS_MANAGED] = { "managed", "probably managed by the kernel" },
};

const char *immovable_word(enum irqkit_movable movable)
{
	return movable < LENGTH(immovable) ? immovable[movable].word : NULL;
}

const char *immovable_phrase(enum irqkit_movable movable)
{
	return movable < LENGTH(immovable) ? immovable[movable].phrase : NULL;
}

const char *find_obstacle(struct irqkit_irq *irq)
{
	enum irqkit_movable movable;

	if (irqkit_irq_get_number(irq) < 0)
		return "not a numbered interrupt";
	if (irqkit_irq_get_movable(irq, &movable) < 0)
		return NULL;
	return immovable_phrase(movable);
}

const char *find_named_obstacle(struct irqkit_irq *irq)
{
	enum irqkit_movable movable;

	if (irqkit_irq_get_number(irq) >= 0 &&
		irqkit_irq_get_movable(irq, &movable) == 0 &&
		movable == IRQKIT_SEEMS_MANAGED)
		return NULL;
	return find_obstacle(irq);
}

const char *explain_error(int error)
{
	switch (error) {
	case EIO:
	case EPERM:
		return "the kernel cannot move this interrupt (it is managed or "
		       "per-CPU), or the interrupt is gone";
	case EINVAL:
		return "none of these CPUs is online now, or the interrupt controller "
		       "rejected them";
	case EOVERFLOW:
	case ERANGE:
		return "the set has CPUs that this kernel does not support; see "
		       "/sys/devices/system/cpu/possible";
	case ENOSPC:
		return "these CPUs have no free interrupt vector; choose other CPUs, "
		       "or more";
	case EACCES:
		return "only root may do this; try sudo";
	case EROFS:
		return "the file system is read-only, as in a container; run irqkit on "
		       "the host";
	case ENOSYS:
	case EOPNOTSUPP:
		return "the interrupt controller cannot move this interrupt";
	case EBUSY:
		return "the previous move has not finished; try again";
	case ENOENT:
	case ENODEV:
		return "the interrupt is gone, or not in the saved root";
	case EPROTO:
		return "the kernel accepted the value, but the file has a different one";
	default:
		return NULL;
	}
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
		return explain_error(error);
	}
}

static const char *explain_thread(int error)
{
	switch (error) {
	case EINVAL:
		return "the kernel places this thread itself, or none of these CPUs is "
		       "online now";
	case EPERM:
		return "only root may do this; try sudo";
	case ESRCH:
		return "the thread has ended";
	default:
		return explain_error(error);
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
		return explain_error(error);
	case IRQKIT_KNOB_THREAD:
		return explain_thread(error);
	default:
		return explain_queue(error);
	}
}
