/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How long ago a system was booted. */
#ifndef IRQKIT_BOOT_H
#define IRQKIT_BOOT_H

#include <irqkit.h>

/* irqkit_ctx_read_uptime(), where @proc is the folder that has the file: "proc" */
int boot_read_uptime(struct irqkit_ctx *ctx, const char *proc, double *ret_seconds);

#endif
