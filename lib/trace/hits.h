/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the probes saw and what is not explained yet. */
#ifndef IRQKIT_HITS_H
#define IRQKIT_HITS_H

#include "trace/known.h"
#include "trace/trace_line.h"

#include <stddef.h>

/* A new affinity. */
struct held_hit {
	struct hit hit; /* owned; without its CPUs */
	struct value before, after; /* owned; before: empty if it was not known */
	bool is_by_file; /* the thread wrote to smp_affinity, of any instance of /proc */
};
void held_hit_clear(struct held_hit *held);

/* A thread that has just begun to write to such a file. */
struct file_thread {
	uint32_t thread; /* 0: none */
	int64_t time; /* microseconds of CLOCK_MONOTONIC */
};

#define N_FILE_THREADS 16

struct hits {
	struct held_hit *held; /* owned; the oldest first */
	size_t n, room;
	struct file_thread file_threads[N_FILE_THREADS];
	size_t next_file_thread;
};

void hits_free(struct hits *hits);

/*
 * Takes @hit over. A new affinity is held, and becomes the known one, so that each of
 * several has the right value before it, whoever is found to have made it. Returns 1 then;
 * 0: nothing more is to be done with it. The oldest are dropped when there are too many.
 */
int hits_add(struct hits *hits, struct known *known, struct hit *hit);

/*
 * Removes those of a process that has written to the affinity of an interrupt, and returns
 * how many there were.
 *
 * @ret_all: the last one of them, with the value before the first; the caller clears it.
 *           Not set if there was none
 */
size_t hits_take(struct hits *hits, struct irqkit_ctx *ctx, uint32_t pid, uint32_t irq,
	struct held_hit *ret_all);

/* The first @n end. */
void hits_drop(struct hits *hits, size_t n);

/* The process of a thread; 0: not known. */
uint32_t hits_find_process(struct irqkit_ctx *ctx, uint32_t thread);

#endif
