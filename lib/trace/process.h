/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who a process is, as far as it can still be known. */
#ifndef IRQKIT_PROCESS_H
#define IRQKIT_PROCESS_H

#include <irqkit.h>

struct process {
	uint32_t pid; /* 0: outside of this PID namespace */
	char *comm; /* owned; NULL: it ended before it could be asked */
	char *unit; /* owned; NULL: none, or not known */
	uint32_t parent; /* 0: not known */
	char *parent_comm; /* owned; NULL: not known */
};

/* A process that has ended is not an error: the members stay empty. */
int process_read(struct irqkit_ctx *ctx, uint32_t pid, struct process *ret_process);
void process_clear(struct process *process);

/*
 * The systemd unit in the text of /proc/PID/cgroup: the last part of a path that is a
 * service, a scope or the like. NULL: there is none.
 */
const char *process_find_unit(const char *text, size_t len, size_t *ret_len);

/* The name and the parent in the text of /proc/PID/stat. False: it has another form. */
bool process_parse_stat(const char *text, size_t len, const char **ret_comm,
	size_t *ret_comm_len, uint32_t *ret_parent);

/* When it began, in ticks since boot. -ENOENT: there is no such process. */
int process_read_start(struct irqkit_ctx *ctx, uint32_t pid, uint64_t *ret_start);

#endif
