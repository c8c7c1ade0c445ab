/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The isolated CPUs, the same for every command:
 *
 *     by the kernel     cpu/isolated, cpuset.cpus.isolated (topology.c)
 *     by settings       neither new interrupts nor unbound work may use them:
 *
 *                         default_smp_affinity   ff without 0c \
 *                         workqueue/cpumask      ff without 0c  > CPUs 2-3
 *                         (or the affinity of kthreadd)
 *
 *     by a policy       topology_isolate()
 *
 * The kernel knows only the first group, and refuses it for RPS.
 */
#include "base/cpuset.h"
#include "base/macros.h"
#include "kernel/knob.h"
#include "kernel/process.h"
#include "topology/topology_record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Process 2 everywhere, except in a container. */
#define KTHREADD_PID 2
#define KTHREADD_STATUS "proc/2/status"

/* ------------------------------------------------------------------------------- */
/* By settings                                                                     */

static int remove_setting(struct irqkit_topology *t, enum topology_setting setting,
	struct irqkit_cpuset *cpus)
{
	static const char *const paths[] = {
		[TOPOLOGY_DEFAULT_AFFINITY] = &DEFAULT_AFFINITY_PATH[1],
		[TOPOLOGY_WORKQUEUE] = &WORKQUEUE_PATH[1],
	};
	struct topology_line *line = &t->settings[setting];
	_cleanup_cpuset_ struct irqkit_cpuset *mask = NULL;
	int r;

	line->error = knob_read_line(t->ctx, paths[setting], &line->text, &line->len);
	t->has_settings[setting] = true;
	if (line->error < 0)
		return line->error;
	r = knob_parse_cpus(t->ctx, paths[setting], line->text, line->len,
		irqkit_cpuset_parse_mask, &mask);
	if (r == 0)
		irqkit_cpuset_remove_set(cpus, mask);
	return r;
}

bool topology_take_setting(struct irqkit_topology *t, enum topology_setting setting,
	struct topology_line *ret_line)
{
	if (!t->has_settings[setting])
		return false;
	t->has_settings[setting] = false;
	*ret_line = t->settings[setting];
	t->settings[setting] = (struct topology_line){ 0 };
	return true;
}

/*
 * Before Linux 4.2, and in most saved roots, there is no mask of the workqueues. Whoever
 * isolates CPUs there moves the threads of the kernel, kthreadd among them, which the
 * kernel lets run on all CPUs: kernel/kthread.c, kthreadd().
 */
static int remove_kthreadd(struct irqkit_topology *t, struct irqkit_cpuset *cpus)
{
	_cleanup_cpuset_ struct irqkit_cpuset *allowed = NULL;
	_cleanup_free_ char *list = NULL;
	int r = process_read_cpus(t->ctx, KTHREADD_PID, "kthreadd", &list);

	if (r == 0)
		r = knob_parse_cpus(t->ctx, KTHREADD_STATUS, list, strlen(list),
			irqkit_cpuset_parse_list, &allowed);
	if (r == 0)
		irqkit_cpuset_remove_set(cpus, allowed);
	return r;
}

/* Would another CPU be left, which is online and not isolated by the kernel? */
static bool leaves_some(struct irqkit_topology *t, const struct irqkit_cpuset *cpus)
{
	const struct irqkit_cpuset *others = topology_get_kernel_cpus(
		t, IRQKIT_CPUS_HOUSEKEEPING);

	return others && !irqkit_cpuset_is_subset(others, cpus);
}

/*
 * If only one mask leaves CPUs out, it may have another reason: irqaffinity= at boot, or
 * a limit for workqueues. The second file is opened only if the first one leaves CPUs
 * out, which is rare.
 */
static int read_set_apart(struct irqkit_topology *t, struct irqkit_cpuset **ret_cpus)
{
	const struct irqkit_cpuset *online = topology_get_kernel_cpus(
		t, IRQKIT_CPUS_ONLINE);
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
	int r = online ? irqkit_cpuset_copy(online, &cpus) : -ENODATA;

	if (r == 0)
		r = remove_setting(t, TOPOLOGY_DEFAULT_AFFINITY, cpus);
	if (r == 0 && !irqkit_cpuset_is_empty(cpus)) {
		r = remove_setting(t, TOPOLOGY_WORKQUEUE, cpus);
		if (r == -ENOENT)
			r = remove_kthreadd(t, cpus);
	}
	if (r == 0 && !irqkit_cpuset_is_empty(cpus) && leaves_some(t, cpus))
		*ret_cpus = TAKE(cpus);
	return r;
}

/* NULL: none. */
static const struct irqkit_cpuset *get_set_apart(struct irqkit_topology *t)
{
	if (!t->set_apart.has_read) {
		t->set_apart.has_read = true;
		topology_note(t, read_set_apart(t, &t->set_apart.set));
	}
	return t->set_apart.set;
}

/* ------------------------------------------------------------------------------- */

/*
 * Adds @more to the isolated CPUs, or removes @more from the housekeeping CPUs. @before
 * is NULL if there are none, or if there was no memory, which is noted.
 */
static int add_to(enum irqkit_cpus which, const struct irqkit_cpuset *before,
	const struct irqkit_cpuset *more, struct irqkit_cpuset **ret_set)
{
	_cleanup_cpuset_ struct irqkit_cpuset *set = NULL;
	bool is_isolated = which == IRQKIT_CPUS_ISOLATED;
	int r;

	if (!before && !is_isolated)
		return 0;
	r = irqkit_cpuset_copy(before ? before : more, &set);
	if (r == 0 && is_isolated)
		r = irqkit_cpuset_add_set(set, more);
	else if (r == 0)
		irqkit_cpuset_remove_set(set, more);
	if (r == 0)
		*ret_set = TAKE(set);
	return r;
}

/* Without what a policy isolates. */
static const struct irqkit_cpuset *get_now(
	struct irqkit_topology *t, enum irqkit_cpus which)
{
	struct lazy_set *lazy = which == IRQKIT_CPUS_ISOLATED ? &t->isolated_now
							      : &t->housekeeping_now;
	const struct irqkit_cpuset *kernel = topology_get_kernel_cpus(t, which);
	const struct irqkit_cpuset *set_apart = get_set_apart(t);

	if (!set_apart)
		return kernel;
	if (!lazy->has_read) {
		lazy->has_read = true;
		topology_note(t, add_to(which, kernel, set_apart, &lazy->set));
	}
	return lazy->set;
}

EXPORT const struct irqkit_cpuset *irqkit_topology_get_cpus(
	struct irqkit_topology *t, enum irqkit_cpus which)
{
	const struct irqkit_cpuset *with_policy;

	if (which != IRQKIT_CPUS_ISOLATED && which != IRQKIT_CPUS_HOUSEKEEPING)
		return topology_get_kernel_cpus(t, which);
	with_policy = which == IRQKIT_CPUS_ISOLATED ? t->isolated : t->housekeeping;
	return with_policy ? with_policy : get_now(t, which);
}

int topology_isolate(struct irqkit_topology *t, const struct irqkit_cpuset *cpus)
{
	_cleanup_cpuset_ struct irqkit_cpuset *isolated = NULL, *housekeeping = NULL;
	int r = 0;

	if (cpus)
		r = add_to(IRQKIT_CPUS_ISOLATED, get_now(t, IRQKIT_CPUS_ISOLATED), cpus,
			&isolated);
	if (r == 0 && cpus)
		r = add_to(IRQKIT_CPUS_HOUSEKEEPING, get_now(t, IRQKIT_CPUS_HOUSEKEEPING),
			cpus, &housekeeping);
	if (r < 0)
		return r;
	irqkit_cpuset_free(t->isolated);
	irqkit_cpuset_free(t->housekeeping);
	t->isolated = TAKE(isolated);
	t->housekeeping = TAKE(housekeeping);
	return 0;
}

static void forget(struct lazy_set *lazy)
{
	irqkit_cpuset_free(lazy->set);
	*lazy = (struct lazy_set){ 0 };
}

void topology_forget_set_apart(struct irqkit_topology *t)
{
	for (size_t i = 0; i < LENGTH(t->settings); i++) {
		free(t->settings[i].text);
		t->settings[i] = (struct topology_line){ 0 };
		t->has_settings[i] = false;
	}
	forget(&t->cpus[IRQKIT_CPUS_ISOLATED]); /* by a cpuset partition */
	forget(&t->cpus[IRQKIT_CPUS_HOUSEKEEPING]);
	forget(&t->set_apart);
	forget(&t->isolated_now);
	forget(&t->housekeeping_now);
}
