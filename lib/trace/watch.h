/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Watches who changes settings: its parts. */
#ifndef IRQKIT_WATCH_H
#define IRQKIT_WATCH_H

#include "trace/causes.h"
#include "trace/hits.h"
#include "trace/known.h"
#include "trace/probes.h"
#include "trace/watched.h"
#include "trace/writes.h"

/* A process that has written and has not closed the file yet, as far as is known. */
struct writer {
	bool is_used;
	bool is_closed_by_another;
	uint32_t pid;
	struct setting setting;
};

#define N_WRITERS 64 /* the oldest is forgotten */

#define PIPE_BYTES 65536u

/* What the kernel does itself; all times are microseconds of CLOCK_MONOTONIC. */
struct kernel {
	struct irqkit_events *events; /* owned, or NULL */
	struct probes probes;
	int error; /* why there are no probes; 0: there are, or they are not wanted */
	char *bytes; /* owned; of a line of trace_pipe that is not complete */
	size_t n_bytes;
	struct hits hits;
	struct causes causes;
	bool is_scan_due; /* settings may have changed */
	uint32_t thread; /* that started an interrupt, last; 0: none */
	char comm[COMM_MAX];
	int64_t pending_since; /* 0: nothing is to be explained */
	int64_t changed_at; /* what is settled now, not before */
	int64_t settle_at; /* 0: never */
	int64_t next_scan; /* not before */
};

struct irqkit_watch {
	struct irqkit_ctx *ctx; /* not owned */
	unsigned int flags;
	int epoll_fd; /* owned; readable if one of the sources is */
	int writes_fd; /* owned */
	int timer_fd; /* owned, or -1; for what is to be explained */
	struct known known;
	struct writer writers[N_WRITERS];
	size_t next_writer;
	struct kernel kernel;
	struct watched_list list;
	size_t next; /* the first of the list that was not handed out */
};

#endif
