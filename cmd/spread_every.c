/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * `irqkit spread --every`: looks again and again, and moves what has become too much.
 *
 * The counts of a period are compared with those of the one before by label and name, so
 * interrupts, CPUs and devices may come and go. A period in which no CPU had much to do
 * costs the reading of /proc/interrupts and nothing else.
 */
#include "spread.h"

#include <signal.h>
#include <stdio.h>

/* Below this many interrupts a second, a CPU has nothing to do. */
#define IDLE_RATE 100u

struct watch {
	const struct call *call;
	const struct change_options *options;
	struct wish wish;
	struct irqkit_snapshot *last; /* owned */
	size_t n_rounds;
	size_t n_moves;
};

static bool is_idle(const struct watch *watch, const struct irqkit_snapshot *counts)
{
	const struct irqkit_cpuset *cpus = irqkit_snapshot_get_cpus(counts);

	irqkit_cpuset_foreach(cpu, cpus) {
		uint64_t load = 0;

		for (size_t i = 0; i < irqkit_snapshot_count(counts); i++) {
			const struct irqkit_interrupt *row =
				irqkit_snapshot_get(counts, i);

			if (irqkit_interrupt_get_irq(row) >= 0)
				load += irqkit_interrupt_get_count(
					row, (unsigned int)cpu);
		}
		if (load > watch->wish.placement.idle)
			return false;
	}
	return true;
}

static void tell_moves(
	const struct watch *watch, const struct spread *spread, const struct change *change)
{
	size_t n = irqkit_plan_count_results(change->plan, IRQKIT_DONE) +
		   irqkit_plan_count_results(change->plan, IRQKIT_PENDING);

	if (watch->call->common.is_quiet)
		return;
	printf("%zu moved: busiest / mean %.1f, then %.1f\n", n,
		irqkit_spread_get_imbalance_before(spread->placement.spread),
		irqkit_spread_get_imbalance_after(spread->placement.spread));
	for (size_t i = 0; i < irqkit_plan_count(change->plan); i++) {
		const struct irqkit_step *step = irqkit_plan_get(change->plan, i);
		_cleanup_free_ char *name = NULL, *old = NULL, *cpus = NULL;

		if (!irqkit_step_was_written(step))
			continue;
		name = text_escape(irqkit_step_get_target(step));
		irqkit_cpuset_format_list(irqkit_step_get_old_cpus(step), &old);
		irqkit_cpuset_format_list(irqkit_step_get_new_cpus(step), &cpus);
		if (name && old && cpus)
			printf("  %d %s: %s -> %s, %s\n", irqkit_step_get_irq(step), name,
				old, cpus, irqkit_step_get_why(step));
	}
	fflush(stdout);
}

/* Applies what was decided, if anything. The lock is held no longer than that. */
static void act(struct watch *watch, struct spread *spread, struct change *change)
{
	size_t n = irqkit_plan_count_results(change->plan, IRQKIT_PLANNED);

	if (n == 0 || change_lock(change) != STATUS_DONE)
		return;
	if (spread_apply(spread, change) == STATUS_DONE) {
		watch->n_moves += n;
		tell_moves(watch, spread, change);
	}
	change_unlock(change);
}

/* One period; what cannot be done in it may be possible in the next. */
static enum status look(struct watch *watch, struct change *change)
{
	struct spread spread CLEANUP(spread_free) = { 0 };
	struct irqkit_snapshot *counts = NULL;
	enum status status = change_read(change);

	if (status != STATUS_DONE)
		return status;
	if (irqkit_snapshot_subtract(change->snapshot, watch->last, &counts) < 0) {
		say_error("out of memory");
		return STATUS_REFUSED;
	}
	watch->n_rounds++;
	if (!is_idle(watch, counts)) {
		status = spread_decide(&spread, change, &watch->wish, counts);
		if (status == STATUS_DONE)
			act(watch, &spread, change);
	}
	irqkit_snapshot_free(counts);
	return status;
}

/* The rows of this period are those before the next. */
static void keep_rows(struct watch *watch, struct change *change)
{
	if (!change->snapshot)
		return;
	irqkit_devices_free(change->devices);
	change->devices = NULL;
	irqkit_snapshot_free(watch->last);
	watch->last = change->snapshot;
	change->snapshot = NULL;
}

static enum status watch_loads(struct watch *watch, struct change *change)
{
	struct spread first CLEANUP(spread_free) = { 0 };
	enum status status = change_read(change);

	/* what is misspelt is told at once */
	if (status == STATUS_DONE)
		status = spread_decide(&first, change, &watch->wish, change->snapshot);
	if (status != STATUS_DONE)
		return status;
	keep_rows(watch, change);
	notify_service("READY=1");

	while (measure_sleep(watch->wish.every)) {
		status = look(watch, change);
		/* a device that is gone is told once, not in every period */
		say_silence(status != STATUS_DONE);
		keep_rows(watch, change);
	}
	say_silence(false);
	notify_service("STOPPING=1");
	return STATUS_DONE;
}

enum status spread_every(const struct call *call, const struct change_options *options,
	const struct wish *wish)
{
	struct watch watch = { .call = call, .options = options, .wish = *wish };
	struct change change CLEANUP(change_free) = { 0 };
	enum status status = change_open(&change, call, options);
	sigset_t before;

	if (status != STATUS_DONE)
		return status;
	watch.wish.seconds = wish->every;
	watch.wish.placement.idle = (uint64_t)IDLE_RATE * wish->every;
	/* who may not write finds out now */
	status = change_lock(&change);
	change_unlock(&change);
	if (status != STATUS_DONE)
		return status;
	change_hold_signals(&before);
	status = watch_loads(&watch, &change);
	if (status == STATUS_DONE && !call->common.is_quiet)
		printf("%zu moves in %zu rounds.\n", watch.n_moves, watch.n_rounds);
	irqkit_snapshot_free(watch.last);
	return status;
}
