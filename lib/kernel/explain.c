/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel's errno values for knobs, in words. */
#include "base/macros.h"

#include <errno.h>
#include <irqkit.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <unistd.h>

/* PROC_USER_INIT_INO of the kernel's include/linux/proc_ns.h */
#define FIRST_USER_NAMESPACE 0xEFFFFFFDu

/* Root of a user namespace does not own the files of /proc and /sys. */
static bool is_root_of_container(void)
{
	struct stat st;

	return geteuid() == 0 && stat("/proc/self/ns/user", &st) == 0 &&
		st.st_ino != FIRST_USER_NAMESPACE;
}

EXPORT const char *irqkit_explain_error(int error)
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
		return is_root_of_container()
			? "root of this container may not do this; run irqkit on the host"
			: "only root may do this; try sudo";
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
