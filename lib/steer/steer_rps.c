/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which CPUs should process the packets that a device receives (RPS).         (pure)
 *
 * The work of one interrupt stays on one CPU. RPS costs an interrupt between CPUs for each
 * batch of packets, so it must free a CPU that has more work than the others:
 *
 *	interrupts    near CPUs    RPS
 *	1             8            for all queues, on the 7 other CPUs
 *	4             8            for all queues, on the 4 other CPUs
 *	8, one hot    8            for the queues of the hot one, on the 7 other CPUs
 *	15, even      16           would only move work to CPUs that are as busy
 *
 * See Documentation/networking/scaling.rst, "Suggested Configuration" of RPS.
 */
#include "base/buffer.h"
#include "base/cpuset.h"
#include "base/macros.h"
#include "steer/steer.h"

#include <stdlib.h>

/* Fewer interrupts than these do not show which queue is busy. */
#define LEAST_LOAD 1000u

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

/* "8 CPUs of node 0" */
static void add_place(struct buffer *why, const struct rps_question *q, size_t n)
{
	buffer_add(why, "%zu CPU%s", n, plural(n));
	if (q->node >= 0 && q->local)
		buffer_add(why, " of node %d", q->node);
}

/* "4 queues"; "8 queues with 1 interrupt" */
static void add_queues(struct buffer *why, const struct rps_question *q)
{
	buffer_add(why, "%zu queue%s", q->n_queues, plural(q->n_queues));
	if (q->portals)
		buffer_add(why, " served by %zu interrupt%s of %s", q->n_sources,
			plural(q->n_sources), q->portals);
	else if (q->n_sources < q->n_queues)
		buffer_add(
			why, " with %zu interrupt%s", q->n_sources, plural(q->n_sources));
}

/* "CPU 3", "CPUs 0-1" */
static void add_cpus(struct buffer *why, const struct irqkit_cpuset *cpus)
{
	_cleanup_free_ char *list = NULL;

	if (irqkit_cpuset_format_list(cpus, &list) < 0)
		why->has_failed = true;
	else
		buffer_add(why, "CPU%s %s", plural(irqkit_cpuset_count(cpus)), list);
}

/* ------------------------------------------------------------------------------- */
/* Which interrupts have more work than one CPU should have                        */

static uint64_t sum_loads(const struct rps_question *q)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < q->n_sources; i++)
		sum += q->sources[i].load;
	return sum;
}

static size_t count_chosen(const struct rps_question *q)
{
	size_t n = 0;

	for (size_t i = 0; i < q->n_sources; i++)
		n += q->sources[i].is_chosen;
	return n;
}

/*
 * With a CPU to spare for each interrupt, RPS helps all. Otherwise it helps an interrupt
 * that fires at least twice as often as it would if all CPUs had the same share.
 */
static void choose_sources(const struct rps_question *q, unsigned int n_cpus)
{
	double sum = (double)sum_loads(q);
	bool is_short = q->n_sources * 2 <= n_cpus;

	for (size_t i = 0; i < q->n_sources; i++) {
		struct rps_source *source = &q->sources[i];

		source->is_chosen = is_short || q->is_software ||
			(q->has_loads && sum >= LEAST_LOAD &&
				(double)source->load * n_cpus >= 2 * sum);
	}
}

/* Why RPS cannot help, or false. */
static bool is_useless(const struct rps_question *q, const struct irqkit_cpuset *near,
	struct buffer *why)
{
	if (irqkit_cpuset_count(q->cpus) <= 1) {
		buffer_add(why,
			q->n_online <= 1 ? "only one CPU is online"
					 : "all CPUs except one are isolated");
		return true;
	}
	if (irqkit_cpuset_count(near) > 1)
		return false;
	buffer_add(why, "only ");
	add_place(why, q, irqkit_cpuset_count(near));
	buffer_add(why, " is near the device");
	return true;
}

static void explain_against(const struct rps_question *q, size_t n, struct buffer *why)
{
	add_queues(why, q);
	if (q->n_sources >= n) {
		buffer_add(why, " are enough for ");
		add_place(why, q, n);
		return;
	}
	buffer_add(why, " for ");
	add_place(why, q, n);
	buffer_add(why,
		q->has_loads && sum_loads(q) >= LEAST_LOAD
			? ", and none of them is much busier than the others"
			: ", and none of them is known to be busy");
}

/* ------------------------------------------------------------------------------- */
/* On which CPUs                                                                   */

/* The CPUs that handle the interrupts chosen, or also those of their cores. */
static int add_serving(
	const struct rps_question *q, bool with_cores, struct irqkit_cpuset *set)
{
	int r = 0;

	for (size_t i = 0; i < q->n_sources && r == 0; i++) {
		const struct rps_source *source = &q->sources[i];

		if (source->is_chosen && source->serving)
			r = irqkit_cpuset_add_set(
				set, with_cores ? source->cores : source->serving);
	}
	return r;
}

static size_t count_unknown(const struct rps_question *q)
{
	size_t n = 0;

	for (size_t i = 0; i < q->n_sources; i++)
		n += q->sources[i].is_chosen && !q->sources[i].serving;
	return n;
}

/* Takes @out away from @cpus if at least half of them remain. */
static bool leave_out(struct irqkit_cpuset *cpus, const struct irqkit_cpuset *out)
{
	struct irqkit_cpuset *rest;
	unsigned int before = irqkit_cpuset_count(cpus);
	bool enough;

	if (irqkit_cpuset_copy(cpus, &rest) < 0)
		return false;
	irqkit_cpuset_remove_set(rest, out);
	enough = irqkit_cpuset_count(rest) * 2 >= before;
	irqkit_cpuset_free(rest);
	if (enough)
		irqkit_cpuset_remove_set(cpus, out);
	return enough;
}

/* "the core of CPUs 0-1 handles its interrupts" */
static void explain_serving(struct buffer *why, const struct irqkit_cpuset *serving,
	const struct irqkit_cpuset *cores, const char *what)
{
	bool is_one = irqkit_cpuset_count(serving) == 1;

	buffer_add(why, "; ");
	if (!irqkit_cpuset_is_equal(cores, serving))
		buffer_add(why, "the core%s of ", is_one ? "" : "s");
	add_cpus(why, cores);
	buffer_add(why, " handle%s %s", is_one ? "s" : "", what);
}

static void leave_out_serving(const struct rps_question *q,
	const struct irqkit_cpuset *serving, const struct irqkit_cpuset *cores,
	struct irqkit_cpuset *cpus, struct buffer *why)
{
	const char *what = count_chosen(q) < q->n_sources ? "them" : "its interrupts";

	if (!irqkit_cpuset_has_common(cpus, cores))
		return;
	if (leave_out(cpus, cores)) {
		explain_serving(why, serving, cores, what);
	} else if (leave_out(cpus, serving)) {
		explain_serving(why, serving, serving, what);
	} else if (irqkit_cpuset_count(serving) > count_chosen(q)) {
		/* no file shows which of the CPUs that may handle it does */
		buffer_add(why, "; any of ");
		add_cpus(why, serving);
		buffer_add(why, " may handle %s", what);
	} else {
		explain_serving(why, serving, serving, what);
		buffer_add(why, ", but %s needed too",
			irqkit_cpuset_count(serving) == 1 ? "is" : "are");
	}
}

/* "1 busy queue of 8: rx-0 with 99 % of the interrupts since boot" */
static void explain_chosen(const struct rps_question *q, struct buffer *why)
{
	size_t n = count_chosen(q);
	double sum = 0;
	const char *before = " ";

	buffer_add(why, "%zu busy %s%s of %zu:", n,
		q->n_sources < q->n_queues ? "interrupt" : "queue", plural(n),
		q->n_sources);
	for (size_t i = 0; i < q->n_sources; i++) {
		if (!q->sources[i].is_chosen)
			continue;
		buffer_add(why, "%s%s", before, q->sources[i].queues);
		sum += (double)q->sources[i].load;
		before = ", ";
	}
	buffer_add(why, " with %.0f %% of the interrupts since boot",
		sum * 100 / (double)sum_loads(q));
}

static void explain_cpus(const struct rps_question *q, size_t n_near,
	const struct irqkit_cpuset *serving, const struct irqkit_cpuset *cores,
	struct irqkit_cpuset *cpus, struct buffer *why)
{
	size_t n_unknown = count_unknown(q);

	if (count_chosen(q) < q->n_sources) {
		explain_chosen(q, why);
	} else {
		add_queues(why, q);
		buffer_add(why, " for ");
		add_place(why, q, n_near);
	}
	leave_out_serving(q, serving, cores, cpus, why);
	if (n_unknown)
		buffer_add(why, "; it is unknown which CPU%s handle%s %s interrupt%s",
			plural(n_unknown), n_unknown == 1 ? "s" : "",
			n_unknown < q->n_sources ? "the other" : "its",
			plural(n_unknown));
}

/* Keeps the fast CPUs, if there are several and not all of them handle the interrupts. */
static int prefer_fast(const struct rps_question *q, const struct irqkit_cpuset *serving,
	struct irqkit_cpuset *cpus, bool *ret_are)
{
	_cleanup_cpuset_ struct irqkit_cpuset *fast = NULL;
	int r;

	*ret_are = false;
	if (!q->fast || irqkit_cpuset_is_subset(cpus, q->fast))
		return 0;
	r = irqkit_cpuset_copy(cpus, &fast);
	if (r < 0)
		return r;
	irqkit_cpuset_keep_set(fast, q->fast);
	if (irqkit_cpuset_count(fast) < 2 || irqkit_cpuset_is_subset(fast, serving))
		return 0;
	irqkit_cpuset_keep_set(cpus, q->fast);
	*ret_are = true;
	return 0;
}

static int choose_cpus(
	const struct rps_question *q, struct irqkit_cpuset *cpus, struct buffer *why)
{
	_cleanup_cpuset_ struct irqkit_cpuset *serving = NULL, *cores = NULL;
	size_t n_near = irqkit_cpuset_count(cpus);
	bool are_fast;
	int r = irqkit_cpuset_new(&serving);

	if (r == 0)
		r = irqkit_cpuset_new(&cores);
	if (r == 0)
		r = add_serving(q, false, serving);
	if (r == 0)
		r = add_serving(q, true, cores);
	if (r < 0)
		return r;
	r = prefer_fast(q, serving, cpus, &are_fast);
	if (r < 0)
		return r;
	if (q->is_software)
		buffer_add(why,
			"no interrupts of its own; RPS helps if most of its packets come "
			"from one CPU");
	else
		explain_cpus(q, n_near, serving, cores, cpus, why);
	if (are_fast)
		buffer_add(why, "; only the fast CPUs are used");
	return 0;
}

/* ------------------------------------------------------------------------------- */

int steer_rps(const struct rps_question *q, struct rps_answer *ret_answer)
{
	_cleanup_cpuset_ struct irqkit_cpuset *near = NULL;
	struct rps_answer answer = { 0 };
	struct buffer why = { 0 };
	int r = irqkit_cpuset_copy(q->cpus, &near);

	if (r < 0)
		return r;
	if (q->local)
		irqkit_cpuset_keep_set(near, q->local);
	if (!is_useless(q, near, &why)) {
		choose_sources(q, irqkit_cpuset_count(near));
		answer.is_sure = q->has_loads && sum_loads(q) >= LEAST_LOAD;
		if (count_chosen(q))
			r = choose_cpus(q, near, &why);
		else
			explain_against(q, irqkit_cpuset_count(near), &why);
	}
	if (r == 0 && !count_chosen(q)) {
		irqkit_cpuset_free(near);
		near = NULL;
		r = irqkit_cpuset_new(&near);
	}
	if (r < 0)
		free(why.text);
	else
		r = buffer_take(&why, &answer.why);
	if (r < 0)
		return r;
	answer.cpus = TAKE(near);
	*ret_answer = answer;
	return 0;
}
