/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * `irqkit spread --every`: measures in each period, and moves interrupts of CPUs that are
 * too busy.
 *
 * The counts of a period are compared with those of the previous one by label and name,
 * so interrupts, CPUs and devices may appear and disappear. In a period in which no CPU is
 * busy, only the counters are read.
 */
#include "base/basics.h"
#include "base/say.h"
#include "base/text.h"
#include "change/ban.h"
#include "change/say_request.h"
#include "measure/notify.h"
#include "measure/period.h"
#include "measure/signals.h"
#include "spread/spread_apply.h"
#include "spread/spread_notes.h"
#include "spread/spread_run.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

/* An interrupt that the kernel would not move. */
struct refused {
	int irq;
	char *name; /* owned; of its first handler */
};

struct watch {
	const struct call *call;
	const struct change_options *options;
	struct wish wish;
	struct refused *refused; /* owned; not tried again */
	size_t n_refused;
	bool lacks_some; /* of the words, in the last period that decided something */
	bool has_failed; /* the last period: the next one does not repeat its messages */
	struct irqkit_sample *before; /* owned; at the end of the period before */
	size_t n_periods;
	size_t n_moves;
	unsigned int number; /* in the journal: all periods are one change; 0: none yet */
};

static void watch_free(struct watch *watch)
{
	for (size_t i = 0; i < watch->n_refused; i++)
		free(watch->refused[i].name);
	free(watch->refused);
	irqkit_sample_free(watch->before);
}

static bool is_refused(void *data, const struct irqkit_irq *record)
{
	const struct watch *watch = data;
	const struct irqkit_interrupt *interrupt = irqkit_irq_get_row(record);
	int irq = irqkit_interrupt_get_irq(interrupt);
	const char *name = irqkit_interrupt_count_actions(interrupt)
		? irqkit_interrupt_get_action(interrupt, 0)
		: "";

	for (size_t i = 0; i < watch->n_refused; i++)
		if (watch->refused[i].irq == irq &&
			strcspn(watch->refused[i].name, ",") == strlen(name) &&
			strncmp(watch->refused[i].name, name, strlen(name)) == 0)
			return true;
	return false;
}

/* What the kernel refused in this period is left out of the next ones. */
static void note_refused(struct watch *watch, const struct irqkit_plan *plan)
{
	for (size_t i = 0; i < irqkit_plan_count(plan); i++) {
		const struct irqkit_step *step = irqkit_plan_get(plan, i);
		enum irqkit_result result = irqkit_step_get_result(step);
		void *refused;

		if (!irqkit_step_get_error(step) ||
			(result != IRQKIT_SKIPPED && result != IRQKIT_FAILED))
			continue;
		refused = reallocarray(
			watch->refused, watch->n_refused + 1, sizeof(*watch->refused));
		if (!refused)
			return;
		watch->refused = refused;
		watch->refused[watch->n_refused].irq = irqkit_step_get_irq(step);
		watch->refused[watch->n_refused].name = strdup(
			irqkit_step_get_target(step));
		watch->n_refused += watch->refused[watch->n_refused].name != NULL;
	}
}

static void print_moves(const struct watch *watch, const struct spread *spread,
	const struct change *change)
{
	if (watch->call->common.is_quiet)
		return;
	printf("%zu moved: imbalance %.1f before, %.1f expected\n",
		irqkit_plan_count_written(change->plan),
		irqkit_spread_get_imbalance_before(spread->placed.spread),
		irqkit_spread_get_imbalance_after(spread->placed.spread));
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

/*
 * All periods are one change, which undo takes back as a whole. If somebody else makes a
 * change in between, the next period begins a new one. The number of a merged change is
 * free, and the next change gets it.
 */
static void join_journal(struct watch *watch, const struct change *change)
{
	unsigned int number = irqkit_plan_get_number(change->plan);

	if (number &&
		(!watch->number || number != watch->number + 1 ||
			irqkit_journal_merge(change->lock, watch->number, number) < 0))
		watch->number = number;
}

/*
 * Applies the decision, if there is one. The lock is held only for this, and is not
 * waited for, since there will be a next period. Old values are read under the lock.
 */
static enum status apply_decision(
	struct watch *watch, struct spread *spread, struct change *change)
{
	enum status status;
	size_t n;

	if (irqkit_plan_count_results(change->plan, IRQKIT_PLANNED) == 0 ||
		irqkit_lock_new(change->ctx, 0, &change->lock) < 0)
		return STATUS_DONE;
	irqkit_machine_forget_settings(change->machine);
	status = change_new_plan(change);
	if (status != STATUS_DONE) {
		change_unlock(change);
		return status;
	}
	status = request_say(watch->wish.request,
		irqkit_request_plan_again(watch->wish.request, change->plan));
	status = change_judge(change, status);
	if (status == STATUS_DONE)
		status = ban_plan(change);
	if (status == STATUS_DONE)
		status = spread_apply(spread, change);
	note_refused(watch, change->plan);
	n = irqkit_plan_count_written(change->plan);
	if (n > 0) {
		watch->n_moves += n;
		join_journal(watch, change);
		placed_leave_unmoved(&spread->placed, change);
		print_moves(watch, spread, change);
	}
	change_unlock(change);
	return status;
}

static void free_load(struct irqkit_load **load)
{
	irqkit_load_free(*load);
}

/* The load since the last sample, which the new one replaces. */
static enum status take_sample(
	struct watch *watch, struct change *change, struct irqkit_load **ret_load)
{
	struct irqkit_sample *now = NULL;
	int r = irqkit_sample_new_of(change->machine, watch->before, &now);

	if (r == 0 && ret_load)
		r = irqkit_load_new(change->machine, watch->before, now, ret_load);
	if (r < 0) {
		irqkit_sample_free(now);
		return say_no_memory();
	}
	irqkit_sample_free(watch->before);
	watch->before = now;
	return STATUS_DONE;
}

/* One period. A failure may not occur again in the next one. */
static enum status run_period(struct watch *watch, struct change *change)
{
	struct spread spread CLEANUP(spread_free) = { 0 };
	struct irqkit_load *load CLEANUP(free_load) = NULL;
	enum status status = change_read_moved(change);

	if (status == STATUS_DONE)
		status = take_sample(watch, change, &load);
	if (status != STATUS_DONE)
		return status;
	watch->n_periods++;
	if (!period_is_idle(load)) {
		irqkit_request_set_idle(
			watch->wish.request, period_find_idle(load, watch->wish.weigh));
		status = spread_decide(
			&spread, change, &watch->wish, load, watch->wish.every);
		watch->lacks_some = status == STATUS_DONE &&
			irqkit_placement_count_absent(spread.placed.placement) > 0;
		say_set_silent(watch->has_failed);
		if (status == STATUS_DONE)
			status = apply_decision(watch, &spread, change);
	}
	return status;
}

static enum status watch_loads(struct watch *watch, struct change *change)
{
	struct spread first CLEANUP(spread_free) = { 0 };
	enum status status = change_read_machine(change);

	if (status == STATUS_DONE)
		status = take_sample(watch, change, NULL);
	if (status == STATUS_DONE)
		status = spread_decide(&first, change, &watch->wish, NULL, 0);
	if (status != STATUS_DONE)
		return status;
	spread_note_others(&first, change);
	spread_say_warnings(&first, change);
	irqkit_request_set_passes_absent(watch->wish.request, true);
	notify_service("READY=1");

	while (signals_sleep(watch->wish.every)) {
		watch->has_failed = run_period(watch, change) != STATUS_DONE;
		/* a device that is gone is reported once, not in every period */
		say_set_silent(watch->has_failed || watch->lacks_some);
	}
	say_set_silent(false);
	notify_service("STOPPING=1");
	return STATUS_DONE;
}

enum status spread_every(const struct call *call, const struct change_options *options,
	const struct wish *wish)
{
	struct watch watch CLEANUP(
		watch_free) = { .call = call, .options = options, .wish = *wish };
	struct change change CLEANUP(change_free) = { 0 };
	enum status status = change_open(&change, call, options);
	bool is_current;
	sigset_t before;

	if (status != STATUS_DONE)
		return status;
	watch.wish.seconds = wish->every;
	/* report misspelt words and missing permissions now, not in each period */
	status = spread_check(&change, wish);
	if (status == STATUS_DONE)
		status = change_lock(&change, &is_current);
	change_unlock(&change);
	if (status != STATUS_DONE)
		return status;
	irqkit_request_set_leave_out_fn(wish->request, is_refused, &watch);
	signals_hold(&before);
	status = watch_loads(&watch, &change);
	if (status == STATUS_DONE && !call->common.is_quiet)
		printf("%zu move%s in %zu period%s.\n", watch.n_moves,
			watch.n_moves == 1 ? "" : "s", watch.n_periods,
			watch.n_periods == 1 ? "" : "s");
	return status;
}
