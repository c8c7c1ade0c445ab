/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Roots: one with what is known of it, and those that a test makes. */
#ifndef IRQKIT_UNIT_ROOT_H
#define IRQKIT_UNIT_ROOT_H

#include "unit.h"

#include <irqkit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct machine {
	struct irqkit_ctx *ctx;
	struct irqkit_machine *machine;
	const struct irqkit_snapshot *snapshot; /* these are the machine's */
	struct irqkit_devices *devices;
};

static inline struct irqkit_ctx *open_root(const char *root)
{
	struct irqkit_ctx *ctx = NULL;

	assert_int_equal(irqkit_ctx_new(root, &ctx), 0);
	return ctx;
}

static inline struct machine open_machine(const char *root)
{
	struct machine m = { 0 };

	m.ctx = open_root(root);
	assert_int_equal(irqkit_machine_new(m.ctx, &m.machine, NULL, NULL), 0);
	m.snapshot = irqkit_machine_get_snapshot(m.machine);
	m.devices = irqkit_machine_get_devices(m.machine);
	return m;
}

static inline void close_machine(struct machine *m)
{
	irqkit_machine_free(m->machine);
	irqkit_ctx_free(m->ctx);
}

/* A file below @top, and the folders that lead to it. */
static inline void put_file(const char *top, const char *path, const char *text)
{
	char full[512];
	FILE *file;

	snprintf(full, sizeof(full), "%s/%s", top, path);
	for (char *slash = strchr(full + strlen(top) + 1, '/'); slash;
		slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(full, 0755);
		*slash = '/';
	}
	file = fopen(full, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static inline int remove_tree(const char *top)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", top);
	return system(command);
}

#endif
