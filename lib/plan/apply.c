/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A plan is written: the journal first, then step by step, each read back.
 *
 *     planned --write--> done | pending       another step fails: rolled-back
 *             \\--------> failed | skipped
 *     unchanged, pending (not to be written)
 */
#include "base/cpuset.h"
#include "base/macros.h"
#include "kernel/ctx.h"
#include "kernel/knob.h"
#include "machine/machine.h"
#include "plan/barrier.h"
#include "plan/journal.h"
#include "plan/plan.h"

#include <errno.h>
#include <string.h>
#include <time.h>

/* How often an interrupt that is being moved is checked, and the pause between checks. */
#define MOVE_LOOKS 20
#define MOVE_PAUSE_NS 5000000
/* How often a value is written that the kernel loses as it takes a CPU offline. */
#define MOST_WRITES 10

/* Is a CPU of @cpus, or any, offline now that was online when the plan was made? */
static bool has_offline(const struct irqkit_plan *plan, const struct irqkit_cpuset *cpus)
{
	const struct irqkit_cpuset *planned = irqkit_topology_get_cpus(
		plan->machine->topology, IRQKIT_CPUS_ONLINE);
	_cleanup_cpuset_ struct irqkit_cpuset *some = NULL, *online = NULL;

	if (!planned || irqkit_cpuset_copy(cpus ? cpus : planned, &some) < 0 ||
		knob_read_cpulist(plan->ctx, "sys/devices/system/cpu/online", &online) <
			0)
		return false;
	irqkit_cpuset_keep_set(some, planned);
	return !irqkit_cpuset_is_subset(some, online);
}

/*
 * Did a CPU of the new value go offline? The kernel answers EINVAL if none of the CPUs is
 * online: write_irq_affinity() in kernel/irq/proc.c.
 */
static bool has_lost_cpus(const struct irqkit_plan *plan, const struct irqkit_step *step)
{
	return step->new_value.cpus && step->knob != IRQKIT_KNOB_XPS_RXQS &&
		has_offline(plan, step->new_value.cpus);
}

/* CPUs went offline and may be back: the kernel has moved the interrupt to all others. */
static bool was_moved_away(const struct irqkit_plan *plan, const struct irqkit_step *step,
	const struct knob_value *now)
{
	const struct irqkit_cpuset *planned = irqkit_topology_get_cpus(
		plan->machine->topology, IRQKIT_CPUS_ONLINE);
	_cleanup_cpuset_ struct irqkit_cpuset *others = NULL;

	if (!planned || irqkit_cpuset_copy(planned, &others) < 0)
		return false;
	irqkit_cpuset_remove_set(others, step->new_value.cpus);
	return !irqkit_cpuset_is_empty(others) &&
		irqkit_cpuset_is_equal(now->cpus, others);
}

/*
 * Has a CPU gone offline meanwhile? The kernel moves what it handled, even right after a
 * write, and may then forget the new mask: migrate_one_irq() in kernel/irq/cpuhotplug.c.
 */
static bool is_disturbed(const struct irqkit_plan *plan, const struct irqkit_step *step,
	const struct knob_value *now)
{
	return was_moved_away(plan, step, now) || has_offline(plan, NULL);
}

/*
 * Does the kernel never move this interrupt? -EIO, -EPERM: write_irq_affinity() in
 * kernel/irq/proc.c. The others: interrupt controllers that cannot move what they raise,
 * as brcm_msi_set_affinity() in drivers/pci/controller/pcie-brcmstb.c (-EINVAL).
 */
static bool never_moves(const struct irqkit_step *step, int error)
{
	if (step->knob != IRQKIT_KNOB_AFFINITY || step->is_written)
		return false;
	return error == -EINVAL || error == -EIO || error == -EPERM || error == -ENOSYS ||
		error == -EOPNOTSUPP;
}

/*
 * Does the kernel keep this thread where it is? -EINVAL: its CPUs are fixed, or its cpuset
 * has none of the new ones; -EBUSY: its deadline could not be kept on fewer CPUs. Both in
 * __sched_setaffinity() in kernel/sched/syscalls.c, kernel/sched/core.c before 6.11.
 */
static bool is_thread_refused(const struct irqkit_step *step, int error)
{
	return step->knob == IRQKIT_KNOB_THREAD && step->is_optional &&
		!step->is_written && !step->has_lost_cpus &&
		(error == -EINVAL || error == -EBUSY);
}

/*
 * While an interrupt moves, its old mask is seen for a moment: irq_move_masked_irq() in
 * kernel/irq/migration.c ends "pending" before it sets the mask, and who reads takes no lock.
 */
static int read_when_moved(const struct irqkit_plan *plan, const struct irqkit_step *step,
	const char *text, struct knob_value *ret_value, bool *ret_is_disturbed)
{
	const struct timespec pause = { .tv_nsec = MOVE_PAUSE_NS };
	struct irqkit_ctx *ctx = plan->ctx;
	int r = text ? knob_value_parse(step->knob, text, ret_value)
		     : step_read_now(ctx, step, ret_value);

	for (int i = 0; i < MOVE_LOOKS && r == 0 && step->knob == IRQKIT_KNOB_AFFINITY &&
		!knob_value_is_equal(step->knob, &step->new_value, ret_value);
		i++) {
		*ret_is_disturbed = is_disturbed(plan, step, ret_value);
		if (*ret_is_disturbed)
			break;
		nanosleep(&pause, NULL);
		knob_value_clear(ret_value);
		r = step_read_now(ctx, step, ret_value);
	}
	return r;
}

/*
 * Does the knob hold what was written, or an acceptable rendering of it? @text: what it held
 * right after the write, or NULL
 */
static int read_back(const struct irqkit_plan *plan, struct irqkit_step *step,
	const char *text, bool *ret_is_disturbed)
{
	struct irqkit_ctx *ctx = plan->ctx;
	struct knob_value now CLEANUP(knob_value_clear) = { 0 };
	int r;

	ctx->is_silent = true; /* the step says it */
	r = read_when_moved(plan, step, text, &now, ret_is_disturbed);
	ctx->is_silent = false;
	if (r == 0 && !step_is_irq_thread(step)) {
		r = knob_value_is_kept(ctx, step->knob, &step->new_value, &now);
		r = r == 0 ? -EPROTO : r;
	}
	if (r < 0)
		return r;
	if (now.cpus && !knob_value_is_equal(step->knob, &step->new_value, &now)) {
		irqkit_cpuset_free(step->effective);
		step->effective = TAKE(now.cpus);
	}
	step->result = IRQKIT_DONE;
	step_read_effective(plan, step);
	return 0;
}

/* A step that need not succeed: the kernel cannot move it, or the thread has ended. */
static int skip_step(struct irqkit_step *step, int error, const char *why)
{
	step->error = -error;
	step->result = IRQKIT_SKIPPED;
	return step_set_why(step, "%s", why);
}

/* Writes the new value, and reads it back: again if CPUs that come and go are in the way. */
static int write_new(
	const struct irqkit_plan *plan, struct irqkit_step *step, bool *ret_is_answer)
{
	bool is_disturbed = true;
	int r = -EPROTO;

	step->has_lost_cpus = false;
	for (int i = 0; i < MOST_WRITES && r == -EPROTO && is_disturbed; i++) {
		_cleanup_free_ char *text = NULL;

		is_disturbed = false;
		r = step_write_value(
			plan->ctx, step, &step->new_value, ret_is_answer, &text);
		step_forget(plan, step);
		step->is_written |= r == 0 || r == -EPROTO;
		if (r == 0)
			r = read_back(plan, step, text, &is_disturbed);
		if (r == -EINVAL || r == -EPROTO)
			step->has_lost_cpus = has_lost_cpus(plan, step);
		if (step->has_lost_cpus)
			break;
	}
	return r;
}

/* irqbalance did not obey in time: it must not do so later. */
static int skip_bans(const struct irqkit_plan *plan, struct irqkit_step *step, int error)
{
	bool is_answer;

	if (error != -ENOENT)
		step_write_value(plan->ctx, step, &step->old_value, &is_answer, NULL);
	step->is_written = false;
	return skip_step(step, error,
		error == -ENOENT ? "irqbalance has ended"
				 : "irqbalance did not accept it");
}

static int write_step(const struct irqkit_plan *plan, struct irqkit_step *step)
{
	bool is_answer; /* the error is the kernel's answer to the value */
	int r;

	if (step->knob == IRQKIT_KNOB_THREAD && !plan->ctx->is_live)
		return skip_step(step, 0, "threads of a saved root cannot be moved");
	r = write_new(plan, step, &is_answer);
	if (r == 0)
		return 0;
	step->is_refused = is_answer && !step->has_lost_cpus && never_moves(step, r);
	if (step->is_refused && step->is_optional)
		return skip_step(step, r, "refused by the kernel");
	if (step->knob == IRQKIT_KNOB_THREAD && (r == -ENOENT || r == -ESRCH))
		return skip_step(step, r, "ended in the meantime");
	if (step->knob == IRQKIT_KNOB_BANNED_CPUS && step->is_optional)
		return skip_bans(plan, step, r);
	step->is_refused |= is_thread_refused(step, r);
	if (step->is_refused && step->is_optional)
		return skip_step(step, r, "refused by the kernel");
	step->error = -r;
	step->result = IRQKIT_FAILED;
	return r;
}

/* Restores the last one first. Returns the error of the first failure. */
static int put_back(struct irqkit_plan *plan)
{
	int error = 0;

	for (size_t i = plan->n_steps; i-- > 0;) {
		struct irqkit_step *step = &plan->steps[i];
		bool is_answer;
		int r;

		if (!step->is_written)
			continue;
		r = step_write_value(plan->ctx, step, &step->old_value, &is_answer, NULL);
		step_forget(plan, step);
		if (step->knob == IRQKIT_KNOB_THREAD && (r == -ENOENT || r == -ESRCH))
			r = 0; /* it has ended: nothing is left to put back */
		if (r == 0 && step_is_barrier(step))
			r = barrier_restore(plan, step);
		if (r == 0) {
			step->is_written = false;
			if (step->result != IRQKIT_FAILED)
				step->result = IRQKIT_ROLLED_BACK;
			continue;
		}
		step->result = IRQKIT_FAILED;
		step->error = -r;
		error = error ? error : r;
	}
	return error;
}

EXPORT int irqkit_plan_roll_back(struct irqkit_plan *plan, struct irqkit_lock *lock)
{
	int r = put_back(plan), unbanned = plan_take_back_bans(plan);

	r = r < 0 ? r : unbanned;
	if (r == 0 && plan->journal_number) {
		journal_remove(lock, plan->journal_number);
		plan->journal_number = 0;
	}
	return r;
}

/*
 * Where its CPUs have no vector left or are offline, on others, which the journal knows
 * first. It is still planned if that fails.
 */
static int write_somewhere(struct irqkit_plan *plan, size_t index,
	struct irqkit_lock *lock, const char *command)
{
	struct irqkit_step *step = &plan->steps[index];
	int r = write_step(plan, step);

	while ((r == -ENOSPC || step->has_lost_cpus) && r < 0 && plan->full_fn) {
		plan->full_fn(plan->full_data, plan, index);
		if (step->result != IRQKIT_PLANNED)
			return step->result == IRQKIT_FAILED ? r : 0;
		r = journal_write(lock, plan, command, &plan->journal_number);
		if (r < 0)
			return r;
		r = write_step(plan, step);
	}
	return r;
}

/* A run that wrote nothing, and banned nothing, is not a change. */
static void end_journal(struct irqkit_plan *plan, struct irqkit_lock *lock)
{
	if (irqkit_plan_count_written(plan) > 0 || plan_has_made_bans(plan) ||
		!plan->journal_number)
		return;
	journal_remove(lock, plan->journal_number);
	plan->journal_number = 0;
}

/*
 * All steps that are planned. Returns the first error. *keeps_going becomes false where the
 * journal cannot have what would be written.
 */
static int write_steps(struct irqkit_plan *plan, struct irqkit_lock *lock,
	const char *command, bool *keeps_going)
{
	int error = 0;

	for (size_t i = 0; i < plan->n_steps && (error == 0 || *keeps_going); i++) {
		int r;

		if (plan->steps[i].result != IRQKIT_PLANNED)
			continue;
		r = write_somewhere(plan, i, lock, command);
		/* a value that is not in the journal must not be written */
		*keeps_going = *keeps_going && plan->steps[i].result != IRQKIT_PLANNED;
		error = error ? error : r;
	}
	return error;
}

EXPORT int irqkit_plan_apply(struct irqkit_plan *plan, struct irqkit_lock *lock,
	const char *command, unsigned int flags)
{
	bool keeps_going = flags & IRQKIT_APPLY_KEEP_GOING;
	int r;

	if (irqkit_plan_count_results(plan, IRQKIT_PLANNED) == 0 &&
		!plan_has_planned_bans(plan))
		return 0;
	/* the plan may lack what could not be read */
	r = plan->ctx->error < 0
		? plan->ctx->error
		: journal_write(lock, plan, command, &plan->journal_number);
	/* what was written before a barrier is half of a change */
	if (r < 0 && !keeps_going && irqkit_plan_count_written(plan) > 0)
		irqkit_plan_roll_back(plan, lock);
	if (r < 0)
		return r;

	/* irqbalance may place interrupts again: ban first, then write */
	r = plan_make_bans(plan, lock, command);
	if (r == 0)
		r = write_steps(plan, lock, command, &keeps_going);
	if (r < 0 && (!keeps_going || irqkit_plan_count_written(plan) == 0))
		irqkit_plan_roll_back(plan, lock);
	end_journal(plan, lock);
	return r;
}

static void read_where_it_runs(struct irqkit_ctx *ctx, struct irqkit_step *step)
{
	struct knob_value now CLEANUP(knob_value_clear) = { 0 };

	if (step_read_now(ctx, step, &now) < 0)
		return;
	irqkit_cpuset_free(step->effective);
	step->effective = TAKE(now.cpus);
}

EXPORT size_t irqkit_plan_refresh(struct irqkit_plan *plan)
{
	size_t pending = 0;

	for (size_t i = 0; i < plan->n_steps; i++) {
		struct irqkit_step *step = &plan->steps[i];

		if (step->result != IRQKIT_PENDING)
			continue;
		if (step_is_irq_thread(step))
			read_where_it_runs(plan->ctx, step);
		step_forget(plan, step);
		step_read_effective(plan, step);
		pending += step->result == IRQKIT_PENDING;
	}
	return pending;
}
