/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel's errno values for knobs of interrupts, in words. */
#include "change.h"

#include <errno.h>

/* Why an interrupt cannot be moved; NULL: it can. */
const char *immovable_word(enum irqkit_movable movable)
{
	switch (movable) {
	case IRQKIT_MANAGED:
		return "managed by the kernel";
	case IRQKIT_PER_CPU:
		return "per-CPU";
	case IRQKIT_READ_ONLY:
		return "read-only";
	default:
		return NULL;
	}
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
		return "the interrupt is gone";
	case EPROTO:
		return "the kernel took the value, but the knob holds another";
	default:
		return NULL;
	}
}
