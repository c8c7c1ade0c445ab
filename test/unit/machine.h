/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A root with what is known of it. */
#ifndef IRQKIT_MACHINE_H
#define IRQKIT_MACHINE_H

#include "unit.h"

#include <irqkit.h>

struct machine {
	struct irqkit_ctx *ctx;
	struct irqkit_snapshot *snapshot;
	struct irqkit_devices *devices;
};

static struct machine open_machine(const char *root)
{
	struct machine m = { 0 };

	assert_int_equal(irqkit_ctx_new(root, &m.ctx), 0);
	assert_int_equal(irqkit_snapshot_read(m.ctx, &m.snapshot, NULL, NULL), 0);
	assert_int_equal(irqkit_devices_new(m.ctx, m.snapshot, &m.devices), 0);
	return m;
}

static void close_machine(struct machine *m)
{
	irqkit_devices_free(m->devices);
	irqkit_snapshot_free(m->snapshot);
	irqkit_ctx_free(m->ctx);
}

#endif
