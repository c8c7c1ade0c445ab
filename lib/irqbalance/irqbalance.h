/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A running irqbalance, and its socket. */
#ifndef IRQKIT_IRQBALANCE_H
#define IRQKIT_IRQBALANCE_H

#include "base/number_list.h"

#include <irqkit.h>

/* One process: there may be several, as in containers that share /proc and /run. */
struct irqbalance_daemon {
	unsigned int pid;
	char *start; /* owned; when it began: another process may get its number */
	bool has_read_bans;
	struct number_list bans; /* of its socket and --banirq, when it was read */
};

struct irqkit_irqbalance {
	struct irqkit_ctx *ctx; /* not owned */
	unsigned int pid;
	char *words; /* owned, or NULL: the command line, each word with its NUL */
	size_t len;
	const char *file; /* or NULL */
	const char *restart; /* or NULL */
	bool has_irqkit_script; /* --policyscript is irq-policy */
	struct irqbalance_daemon *daemons; /* owned; that have a socket */
	size_t n_daemons, daemons_room;
};

/* socket.c */

/*
 * Sends @command, with its NUL, to the socket of the process, and reads the answer, which
 * gets a NUL. -ENOENT: it has no socket. -ECONNREFUSED: nobody listens there.
 * -EACCES: it only answers root. -ETIMEDOUT: it does not answer. -ECONNRESET: the process
 * ended, or did not read all of the command. -EFBIG: the answer does not end.
 */
int irqbalance_ask(struct irqkit_ctx *ctx, unsigned int pid, const char *command,
	size_t len, unsigned int timeout_ms, char **ret_answer, size_t *ret_len);

/* The processes that have a socket: one of them for the abstract socket. */
int irqbalance_list_sockets(
	struct irqkit_ctx *ctx, unsigned int known_pid, struct number_list *ret_pids);

/* bans.c */

/* The answer to `setup`. */
struct irqbalance_setup {
	uint32_t sleep_s; /* the interval between two looks */
	struct number_list bans; /* interrupts that it leaves alone */
	char *banned_cpus; /* owned; the mask of the CPUs that it does not use */
};
void irqbalance_setup_clear(struct irqbalance_setup *setup);

/* -EBADMSG: it is not such an answer. */
int irqbalance_parse_setup(
	const char *text, size_t len, struct irqbalance_setup *ret_setup);

/* @len: with what is added after the word, so that the command is as long as another one */
int irqbalance_read_setup(struct irqkit_ctx *ctx, unsigned int pid,
	unsigned int timeout_ms, size_t len, struct irqbalance_setup *ret_setup);

/*
 * Does irqbalance read a command of this length as a whole? -E2BIG: no. -ECONNRESET,
 * -ECONNREFUSED: it has ended.
 */
int irqbalance_check_length(
	struct irqkit_ctx *ctx, unsigned int pid, unsigned int timeout_ms, size_t len);

/* Reads the bans of the process. */
int irqbalance_read_bans(struct irqkit_ctx *ctx, unsigned int pid,
	unsigned int timeout_ms, struct number_list *ret_bans);

/*
 * Replaces the whole list of banned interrupts, and reads it again. -E2BIG: the list is
 * too long for this irqbalance, which keeps the one that it had. -EPROTO: it has another
 * list now.
 */
int irqbalance_write_bans(struct irqkit_ctx *ctx, unsigned int pid,
	unsigned int timeout_ms, const struct number_list *bans);

/* banned_cpus.c */

/* Reads the CPUs that the process does not use, as a mask. */
int irqbalance_read_banned_cpus(
	struct irqkit_ctx *ctx, unsigned int pid, char **ret_mask);

/*
 * Replaces these CPUs, and waits until irqbalance has placed all interrupts without them:
 * for up to twice its interval. An empty set, and the one that it has by itself, are what it
 * has by itself. -ETIMEDOUT: that did not happen.
 */
int irqbalance_write_banned_cpus(
	struct irqkit_ctx *ctx, unsigned int pid, const struct irqkit_cpuset *cpus);

/* irqbalance.c */

/* When the process began, as its stat has it. -ESRCH: it has ended. */
int irqbalance_read_start(struct irqkit_ctx *ctx, unsigned int pid, char **ret_start);
/* How long an answer may take, by the interval of this process. */
unsigned int irqbalance_find_timeout(struct irqkit_ctx *ctx, unsigned int pid);

#endif
