/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * openat2(2), even if the C library and <linux/openat2.h> are older than Linux 5.6: the
 * machine that builds irqkit may be older than the one that runs it.
 */
#ifndef IRQKIT_OPENAT2_H
#define IRQKIT_OPENAT2_H

#include <stdint.h>
#include <sys/syscall.h>

#ifdef SYS_openat2
#define CALL_OPENAT2 SYS_openat2
#elif defined(__alpha__)
#define CALL_OPENAT2 547
#elif defined(__mips__) && _MIPS_SIM == _ABIO32
#define CALL_OPENAT2 4437
#elif defined(__mips__) && _MIPS_SIM == _ABI64
#define CALL_OPENAT2 5437
#elif defined(__mips__)
#define CALL_OPENAT2 6437
#elif defined(__x86_64__) && defined(__ILP32__)
#define CALL_OPENAT2 (0x40000000 + 437)
#else
#define CALL_OPENAT2 437 /* with one number for every other machine */
#endif

/* struct open_how and RESOLVE_IN_ROOT */
struct how_to_open {
	uint64_t flags;
	uint64_t mode;
	uint64_t resolve;
};
#define HOW_IN_ROOT 0x10

#endif
