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
};

const char *immovable_word(enum irqkit_movable movable)
{
	return movable < LENGTH(immovable) ? immovable[movable].word : NULL;
}

const char *immovable_phrase(enum irqkit_movable movable)
{
	return movable < LENGTH(immovable) ? immovable[movable].phrase : NULL;
}

const char *find_obstacle(struct irqkit_ctx *ctx, const struct irqkit_interrupt *interrupt)
{
	enum irqkit_movable movable;

	if (irqkit_interrupt_get_irq(interrupt) < 0)
		return "no interrupt that has a number";
	if (irqkit_irq_read_movable(ctx, interrupt, &movable) < 0)
		return NULL;
	return immovable_phrase(movable);
}

const char *explain_error(int error)
{
	switch (error) {
	case EIO:
	case EPERM:
		return "the kernel does not let this interrupt be moved (managed, or bound "
		       "to one CPU), or it has just gone";
	case EINVAL:
		return "none of these CPUs is online by now, or the interrupt controller "
		       "cannot be told";
	case EOVERFLOW:
	case ERANGE:
		return "the set is wider than this kernel's; see "
		       "/sys/devices/system/cpu/possible";
	case ENOSPC:
		return "these CPUs have no interrupt vector left: name others, or more";
	case EACCES:
		return "only root may; try sudo";
	case EROFS:
		return "it is mounted read-only, as in a container: run irqkit on the host";
	case ENOSYS:
		return "the interrupt controller has no way to move it";
	case EBUSY:
		return "the move before is not finished: try again";
	case ENOENT:
	case ENODEV:
		return "the interrupt is gone, or this root was saved without it";
	case EPROTO:
		return "the kernel took the value, but the knob holds another";
	case EFBIG:
		return "no kernel has so large a file: was this root saved as it should be?";
	default:
		return NULL;
	}
}

static const char *explain_queue(int error)
{
	switch (error) {
	case EPERM:
		return "this needs CAP_NET_ADMIN in the machine's first user namespace, which "
		       "the root of a container lacks";
	case EINVAL:
		return "the kernel takes no isolated CPUs here, and nothing else is left";
	case EOVERFLOW:
		return "the set is wider than this kernel's";
	case ENOMEM:
		return "so large a table does not fit into memory";
	case ENOENT:
	case ENODEV:
		return "the queue is gone: the interface was removed, or has fewer queues now";
	case EPROTO:
		return "the kernel took the value, but the knob holds another: were the CPUs "
		       "taken offline?";
	default:
		return explain_error(error);
	}
}

static const char *explain_thread(int error)
{
	switch (error) {
	case EINVAL:
		return "the kernel places this thread itself, or none of these CPUs is online "
		       "by now";
	case EPERM:
		return "only root may; try sudo";
	case ESRCH:
		return "the thread has ended";
	default:
		return explain_error(error);
	}
}

const char *explain_step(const struct irqkit_step *step)
{
	int error = irqkit_step_get_error(step);

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
