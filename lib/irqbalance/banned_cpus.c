/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The CPUs that irqbalance does not use, over its socket.
 *
 *     setup                   -> SLEEP 10 BANNED 0000003f     a mask
 *     settings cpus 0-5,8     -> nothing                      a list, since 1.8
 *     settings cpus NULL      -> nothing                      what it has by itself
 *
 * By itself it has those of IRQBALANCE_BANNED_CPUS (a mask) or IRQBALANCE_BANNED_CPULIST in
 * its environment, or else those that the kernel isolated or made nohz_full at boot:
 * setup_banned_cpus() in its cputree.c. The command counts from its next look on: then it
 * waits for one interval more, answers nobody meanwhile, and places all interrupts again:
 * scan() in its irqbalance.c. So the answer that has the new mask comes after that.
 */
#include "base/cpuset.h"
#include "base/macros.h"
#include "irqbalance/irqbalance.h"
#include "kernel/knob.h"
#include "kernel/knob_path.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define PAUSE_NS 100000000

static int parse_mask(const char *mask, struct irqkit_cpuset **ret_cpus)
{
	int r = irqkit_cpuset_parse_mask(mask, strlen(mask), ret_cpus, NULL);

	return r == -EINVAL || r == -ERANGE ? -EBADMSG : r;
}

/* ------------------------------------------------------------------------------- */
/* What it has by itself                                                           */

/* "NAME=value" in its environment, if it has a value. */
static const char *find_variable(const char *words, size_t len, const char *name)
{
	size_t name_len = strlen(name);

	for (size_t at = 0; at < len; at += strlen(words + at) + 1) {
		const char *word = words + at;

		if (strncmp(word, name, name_len) == 0 && word[name_len] == '=' &&
			word[name_len + 1])
			return word + name_len + 1;
	}
	return NULL;
}

static int add_list(struct irqkit_ctx *ctx, const char *path, struct irqkit_cpuset *cpus)
{
	_cleanup_cpuset_ struct irqkit_cpuset *some = NULL;
	int r = knob_read_cpulist(ctx, path, &some);

	if (r == 0)
		return irqkit_cpuset_add_set(cpus, some);
	/* a kernel without it; "(null)" is nohz_full without any */
	return r == -ENOENT || r == -EBADMSG ? 0 : r;
}

static int read_isolated(struct irqkit_ctx *ctx, struct irqkit_cpuset **ret_cpus)
{
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
	int r = irqkit_cpuset_new(&cpus);

	if (r == 0)
		r = add_list(ctx, "sys/devices/system/cpu/isolated", cpus);
	if (r == 0)
		r = add_list(ctx, "sys/devices/system/cpu/nohz_full", cpus);
	if (r == 0)
		*ret_cpus = TAKE(cpus);
	return r;
}

/* The CPUs that it bans if nobody asks it for others. */
static int read_own(
	struct irqkit_ctx *ctx, unsigned int pid, struct irqkit_cpuset **ret_cpus)
{
	_cleanup_free_ char *words = NULL;
	const char *mask, *list;
	size_t len = 0;
	int r = knob_readf(ctx, &words, &len, "proc/%u/environ", pid);

	if (r < 0) /* a saved root does not say */
		len = 0;
	mask = find_variable(words, len, "IRQBALANCE_BANNED_CPUS");
	list = find_variable(words, len, "IRQBALANCE_BANNED_CPULIST");
	if (mask)
		return parse_mask(mask, ret_cpus);
	if (!list)
		return read_isolated(ctx, ret_cpus);
	r = irqkit_cpuset_parse_list(list, strlen(list), ret_cpus, NULL);
	return r == -EINVAL || r == -ERANGE ? -EBADMSG : r;
}

static bool is_own(
	struct irqkit_ctx *ctx, unsigned int pid, const struct irqkit_cpuset *cpus)
{
	_cleanup_cpuset_ struct irqkit_cpuset *own = NULL;

	return read_own(ctx, pid, &own) == 0 && irqkit_cpuset_is_equal(own, cpus);
}

/* ------------------------------------------------------------------------------- */

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int read_setup(struct irqkit_ctx *ctx, unsigned int pid, int64_t end_ms,
	struct irqbalance_setup *setup)
{
	int64_t left = end_ms - now_ms();

	irqbalance_setup_clear(setup);
	return left <= 0 ? -ETIMEDOUT
			 : irqbalance_read_setup(ctx, pid, (unsigned int)left, 0, setup);
}

int irqbalance_read_banned_cpus(struct irqkit_ctx *ctx, unsigned int pid, char **ret_mask)
{
	struct irqbalance_setup setup CLEANUP(irqbalance_setup_clear) = { 0 };
	int r = irqbalance_read_setup(
		ctx, pid, irqbalance_find_timeout(ctx, pid), 0, &setup);

	if (r == 0)
		*ret_mask = TAKE(setup.banned_cpus);
	return r;
}

/* Until it has these, or the time is over. */
static int wait_for(struct irqkit_ctx *ctx, unsigned int pid,
	const struct irqkit_cpuset *cpus, int64_t end_ms)
{
	struct irqbalance_setup setup CLEANUP(irqbalance_setup_clear) = { 0 };
	const struct timespec pause = { .tv_nsec = PAUSE_NS };

	for (;;) {
		_cleanup_cpuset_ struct irqkit_cpuset *now = NULL;
		int r = read_setup(ctx, pid, end_ms, &setup);

		if (r == 0)
			r = parse_mask(setup.banned_cpus, &now);
		if (r < 0 || irqkit_cpuset_is_equal(now, cpus))
			return r;
		nanosleep(&pause, NULL);
	}
}

/*
 * An empty list would end irqbalance: it takes the first word of it, without looking
 * whether there is one. It has no CPUs only by itself.
 */
static int format_command(struct irqkit_ctx *ctx, unsigned int pid,
	const struct irqkit_cpuset *cpus, char **ret_command)
{
	_cleanup_free_ char *list = NULL;
	bool is_null = irqkit_cpuset_is_empty(cpus) || is_own(ctx, pid, cpus);
	int r = is_null ? 0 : irqkit_cpuset_format_list(cpus, &list);

	if (r < 0)
		return r;
	return asprintf(ret_command, "settings cpus %s", is_null ? "NULL" : list) < 0
		? -ENOMEM
		: 0;
}

int irqbalance_write_banned_cpus(
	struct irqkit_ctx *ctx, unsigned int pid, const struct irqkit_cpuset *cpus)
{
	struct irqbalance_setup setup CLEANUP(irqbalance_setup_clear) = { 0 };
	_cleanup_free_ char *command = NULL, *answer = NULL;
	unsigned int timeout_ms = irqbalance_find_timeout(ctx, pid);
	size_t len;
	int r = format_command(ctx, pid, cpus, &command);

	if (r == 0)
		r = irqbalance_check_length(ctx, pid, timeout_ms, strlen(command) + 1);
	if (r == 0)
		r = irqbalance_read_setup(ctx, pid, timeout_ms, 0, &setup);
	if (r == 0)
		r = irqbalance_ask(ctx, pid, command, strlen(command) + 1, timeout_ms,
			&answer, &len);
	if (r == 0)
		r = wait_for(ctx, pid, cpus,
			now_ms() + timeout_ms + (int64_t)setup.sleep_s * 1000);
	return r;
}
