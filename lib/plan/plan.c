/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A plan: knobs with their old and new values. It is written, read back, and restored.
 *
 *     planned --write--> done | pending       another step fails: rolled-back
 *             \\--------> failed | skipped
 *     unchanged, pending (not to be written)
 */
#include "plan/plan.h"
#include "base/cpuset.h"
#include "base/macros.h"
#include "interrupts/snapshot.h"
#include "kernel/ctx.h"
#include "kernel/knob.h"
#include "plan/journal.h"
#include "plan/thread_knob.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* How often an interrupt that is being moved is checked, and the pause between checks. */
#define MOVE_LOOKS 20
#define MOVE_PAUSE_NS 5000000

EXPORT int irqkit_plan_new(struct irqkit_ctx *ctx, struct irqkit_plan **ret_plan)
{
	struct irqkit_plan *plan = calloc(1, sizeof(*plan));

	if (!plan)
		return -ENOMEM;
	plan->ctx = ctx;
	*ret_plan = plan;
	return 0;
}

static void step_clear(struct irqkit_step *step)
{
	free(step->path);
	free(step->target);
	free(step->identity);
	free(step->why);
	knob_value_clear(&step->old_value);
	knob_value_clear(&step->new_value);
	irqkit_cpuset_free(step->effective);
}

EXPORT void irqkit_plan_free(struct irqkit_plan *plan)
{
	if (!plan)
		return;
	for (size_t i = 0; i < plan->n_steps; i++)
		step_clear(&plan->steps[i]);
	free(plan->steps);
	free(plan);
}

int plan_add_step(struct irqkit_plan *plan, struct irqkit_step **ret_step)
{
	if (plan->n_steps == plan->steps_room) {
		size_t room = plan->steps_room ? plan->steps_room * 2 : 16;
		void *steps = reallocarray(plan->steps, room, sizeof(*plan->steps));

		if (!steps)
			return -ENOMEM;
		plan->steps = steps;
		plan->steps_room = room;
	}
	*ret_step = &plan->steps[plan->n_steps++];
	**ret_step = (struct irqkit_step){ .irq = -1, .result = IRQKIT_PLANNED };
	return 0;
}

void plan_drop_step(struct irqkit_plan *plan)
{
	step_clear(&plan->steps[--plan->n_steps]);
}

int plan_add_machine_step(struct irqkit_plan *plan, enum irqkit_knob knob,
	const char *path, const char *target, const char *why,
	struct irqkit_step **ret_step)
{
	struct irqkit_step *step;
	int r = plan_add_step(plan, &step);

	if (r < 0)
		return r;
	step->knob = knob;
	step->path = strdup(path);
	step->target = strdup(target);
	step->why = strdup(why);
	if (!step->path || !step->target || !step->why) {
		plan_drop_step(plan);
		return -ENOMEM;
	}
	*ret_step = step;
	return 0;
}

/* ------------------------------------------------------------------------------- */
/* Steps                                                                           */

/* As knob.c wants it. */
static const char *knob_path(const struct irqkit_step *step)
{
	return step->path + 1;
}

static int read_value(struct irqkit_ctx *ctx, const struct irqkit_step *step,
	struct knob_value *ret_value)
{
	_cleanup_free_ char *text = NULL;
	size_t len;
	int r = step->knob == IRQKIT_KNOB_THREAD
		? thread_read_cpus(ctx, step->pid, &text)
		: knob_read_line(ctx, knob_path(step), &text, &len);

	return r < 0 ? r : knob_value_parse(step->knob, text, ret_value);
}

int step_read_old(struct irqkit_ctx *ctx, struct irqkit_step *step)
{
	knob_value_clear(&step->old_value);
	return read_value(ctx, step, &step->old_value);
}

/*
 * If there is no effective affinity, or the interrupt is not active, only the affinity
 * counts. The same if it cannot be read, which the context notes.
 */
void step_read_effective(struct irqkit_ctx *ctx, struct irqkit_step *step)
{
	bool is_in_force = true;

	if (step->knob == IRQKIT_KNOB_AFFINITY) {
		struct irqkit_cpuset *effective = NULL;

		irqkit_irq_read_effective(ctx, (unsigned int)step->irq, &effective);
		irqkit_cpuset_free(step->effective);
		step->effective = effective;
	}
	if (step->effective)
		is_in_force = irqkit_cpuset_is_subset(
			step->effective, step->new_value.cpus);

	if (!is_in_force)
		step->result = IRQKIT_PENDING;
	else if (step->result == IRQKIT_PENDING)
		step->result = IRQKIT_DONE;
}

/* The kernel itself moves the thread to the CPU that handles its interrupt. */
static bool is_irq_thread(const struct irqkit_step *step)
{
	return step->knob == IRQKIT_KNOB_THREAD && strncmp(step->target, "irq/", 4) == 0;
}

static void read_where_it_runs(struct irqkit_ctx *ctx, struct irqkit_step *step)
{
	struct knob_value now CLEANUP(knob_value_clear) = { 0 };

	if (read_value(ctx, step, &now) < 0)
		return;
	irqkit_cpuset_free(step->effective);
	step->effective = TAKE(now.cpus);
}

static void compare_with_old(struct irqkit_ctx *ctx, struct irqkit_step *step)
{
	bool is_so = knob_value_is_equal(step->knob, &step->old_value, &step->new_value);

	if (is_irq_thread(step))
		is_so = irqkit_cpuset_is_subset(
			step->old_value.cpus, step->new_value.cpus);
	if (!is_so)
		return;
	step->result = IRQKIT_UNCHANGED;
	step_read_effective(ctx, step);
}

static int set_new_cpus(struct irqkit_ctx *ctx, struct irqkit_step *step,
	const struct irqkit_cpuset *cpus)
{
	struct knob_value value = { 0 };
	int r = knob_value_set_cpus(step->knob, cpus, step->old_value.text, &value);

	if (r < 0)
		return r;
	knob_value_clear(&step->new_value);
	step->new_value = value;
	compare_with_old(ctx, step);
	return 0;
}

int step_set_cpus(struct irqkit_ctx *ctx, struct irqkit_step *step,
	const struct irqkit_cpuset *cpus)
{
	int r = step_read_old(ctx, step);

	return r < 0 ? r : set_new_cpus(ctx, step, cpus);
}

int step_set_number(struct irqkit_ctx *ctx, struct irqkit_step *step, uint64_t number)
{
	int r = step_read_old(ctx, step);

	if (r == 0)
		r = knob_value_set_number(number, &step->new_value);
	if (r == 0)
		compare_with_old(ctx, step);
	return r;
}

int step_set_why(struct irqkit_step *step, const char *format, ...)
{
	va_list args;
	int r;

	free(step->why);
	va_start(args, format);
	r = vasprintf(&step->why, format, args);
	va_end(args);
	if (r < 0)
		step->why = NULL;
	return r < 0 ? -ENOMEM : 0;
}

static int set_interrupt(struct irqkit_step *step,
	const struct irqkit_interrupt *interrupt, const char *why)
{
	if (asprintf(&step->path, "/proc/irq/%d/smp_affinity", interrupt->irq) < 0) {
		step->path = NULL;
		return -ENOMEM;
	}
	step->knob = IRQKIT_KNOB_AFFINITY;
	step->irq = interrupt->irq;
	step->target = interrupt_join_actions(interrupt);
	step->why = strdup(why);
	step->identity = interrupt->chip ? strdup(interrupt->chip) : NULL;
	if (!step->target || !step->why || (interrupt->chip && !step->identity))
		return -ENOMEM;
	return 0;
}

static int add_interrupt_step(struct irqkit_plan *plan,
	const struct irqkit_interrupt *interrupt, const char *why,
	struct irqkit_step **ret_step)
{
	int r = interrupt->irq < 0 ? -EINVAL : plan_add_step(plan, ret_step);

	if (r < 0)
		return r;
	r = set_interrupt(*ret_step, interrupt, why);
	if (r < 0)
		plan_drop_step(plan);
	return r;
}

EXPORT int irqkit_plan_add_affinity(struct irqkit_plan *plan,
	const struct irqkit_interrupt *interrupt, const struct irqkit_cpuset *cpus,
	const char *why, unsigned int flags)
{
	struct irqkit_step *step;
	int r = add_interrupt_step(plan, interrupt, why, &step);

	if (r < 0)
		return r;
	step->is_optional = flags & IRQKIT_STEP_OPTIONAL;
	r = step_set_cpus(plan->ctx, step, cpus);
	if (r < 0)
		plan_drop_step(plan);
	return r;
}

EXPORT int irqkit_plan_add_default_affinity(
	struct irqkit_plan *plan, const struct irqkit_cpuset *cpus, const char *why)
{
	struct irqkit_step *step;
	int r = plan_add_machine_step(plan, IRQKIT_KNOB_DEFAULT_AFFINITY,
		DEFAULT_AFFINITY_PATH, "default", why, &step);

	if (r < 0)
		return r;
	r = step_set_cpus(plan->ctx, step, cpus);
	if (r < 0)
		plan_drop_step(plan);
	return r;
}

EXPORT int irqkit_plan_add_kept(struct irqkit_plan *plan,
	const struct irqkit_interrupt *interrupt, const char *why)
{
	struct irqkit_step *step;
	int r = add_interrupt_step(plan, interrupt, why, &step);

	if (r < 0)
		return r;
	r = step_read_old(plan->ctx, step);
	if (r == 0)
		r = knob_value_parse(step->knob, step->old_value.text, &step->new_value);
	if (r < 0) {
		plan_drop_step(plan);
		return r;
	}
	step->result = IRQKIT_UNCHANGED;
	step_read_effective(plan->ctx, step);
	return 0;
}

EXPORT int irqkit_plan_add_skipped(struct irqkit_plan *plan,
	const struct irqkit_interrupt *interrupt, const char *why)
{
	struct irqkit_step *step;
	int r = add_interrupt_step(plan, interrupt, why, &step);

	if (r == 0)
		step->result = IRQKIT_SKIPPED;
	return r;
}

EXPORT int irqkit_plan_set_affinity(struct irqkit_plan *plan, size_t index,
	const struct irqkit_cpuset *cpus, const char *why)
{
	struct irqkit_step *step = &plan->steps[index];
	enum irqkit_result before = step->result;
	int r;

	if (step->knob != IRQKIT_KNOB_AFFINITY || step->is_written ||
		before == IRQKIT_SKIPPED)
		return -EINVAL;
	r = step_set_why(step, "%s", why);
	step->result = IRQKIT_PLANNED;
	if (r == 0)
		r = set_new_cpus(plan->ctx, step, cpus);
	if (r < 0)
		step->result = before;
	else
		step->error = 0;
	return r;
}

EXPORT void irqkit_plan_set_full_fn(
	struct irqkit_plan *plan, irqkit_full_fn *fn, void *data)
{
	plan->full_fn = fn;
	plan->full_data = data;
}

/* ------------------------------------------------------------------------------- */
/* Writing                                                                         */

/* The kernel also answers EINVAL if CPUs went offline: read again, not from the topology. */
static bool are_cpus_online(struct irqkit_ctx *ctx, const struct irqkit_cpuset *cpus)
{
	_cleanup_cpuset_ struct irqkit_cpuset *online = NULL;

	if (knob_read_cpulist(ctx, "sys/devices/system/cpu/online", &online) < 0)
		return true; /* the plan names only CPUs that were online */
	return irqkit_cpuset_is_subset(cpus, online);
}

/*
 * Does the kernel never move this interrupt? -EIO, -EPERM: write_irq_affinity() in
 * kernel/irq/proc.c. The others: interrupt controllers that cannot move their interrupts,
 * such as brcm_msi_set_affinity() in drivers/pci/controller/pcie-brcmstb.c (-EINVAL).
 */
static bool never_moves(struct irqkit_ctx *ctx, const struct irqkit_step *step, int error)
{
	if (step->knob != IRQKIT_KNOB_AFFINITY || step->is_written)
		return false;
	if (error == -EINVAL)
		return are_cpus_online(ctx, step->new_value.cpus);
	return error == -EIO || error == -EPERM || error == -ENOSYS ||
		error == -EOPNOTSUPP;
}

/*
 * While an interrupt moves, its old mask is seen for a moment: irq_move_masked_irq() in
 * kernel/irq/migration.c ends "pending" before it sets the mask, and who reads takes no lock.
 */
static int read_when_moved(struct irqkit_ctx *ctx, const struct irqkit_step *step,
	struct knob_value *ret_value)
{
	const struct timespec pause = { .tv_nsec = MOVE_PAUSE_NS };
	int r = read_value(ctx, step, ret_value);

	for (int i = 0; i < MOVE_LOOKS && r == 0 && step->knob == IRQKIT_KNOB_AFFINITY &&
		!knob_value_is_equal(step->knob, &step->new_value, ret_value);
		i++) {
		nanosleep(&pause, NULL);
		knob_value_clear(ret_value);
		r = read_value(ctx, step, ret_value);
	}
	return r;
}

/* Does the knob hold what was written, or an acceptable rendering of it? */
static int read_back(struct irqkit_ctx *ctx, struct irqkit_step *step)
{
	struct knob_value now CLEANUP(knob_value_clear) = { 0 };
	int r;

	ctx->is_silent = true; /* the step tells it */
	r = read_when_moved(ctx, step, &now);
	ctx->is_silent = false;
	if (r == 0 && !is_irq_thread(step)) {
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
	step_read_effective(ctx, step);
	return 0;
}

/* Writes the old or the new value. -ENOENT: the thread has ended. */
static int write_value(struct irqkit_ctx *ctx, const struct irqkit_step *step,
	const struct knob_value *value, bool *ret_is_answer)
{
	int r;

	*ret_is_answer = false;
	if (step->knob != IRQKIT_KNOB_THREAD)
		return knob_write(ctx, knob_path(step), value->text, ret_is_answer);
	r = thread_is_same(ctx, step->pid, step->target, step->identity);
	if (r <= 0)
		return r < 0 ? r : -ENOENT;
	return thread_write_cpus(step->pid, value->cpus);
}

/* A step that need not succeed: the kernel cannot move it, or the thread has ended. */
static int skip_step(struct irqkit_step *step, int error, const char *why)
{
	step->error = -error;
	step->result = IRQKIT_SKIPPED;
	return step_set_why(step, "%s", why);
}

static int write_step(struct irqkit_ctx *ctx, struct irqkit_step *step)
{
	bool is_answer; /* the error is the kernel's answer to the value */
	int r;

	if (step->knob == IRQKIT_KNOB_THREAD && !ctx->is_live)
		return skip_step(step, 0, "threads of a saved root cannot be moved");
	r = write_value(ctx, step, &step->new_value, &is_answer);
	step->is_written = r == 0 || r == -EPROTO;
	if (r == 0)
		r = read_back(ctx, step);
	if (r == 0)
		return 0;
	step->is_refused = is_answer && never_moves(ctx, step, r);
	if (step->is_refused && step->is_optional)
		return skip_step(step, r, "refused by the kernel");
	if (step->knob == IRQKIT_KNOB_THREAD && (r == -ENOENT || r == -ESRCH))
		return skip_step(step, r, "ended in the meantime");
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
		r = write_value(plan->ctx, step, &step->old_value, &is_answer);
		if (step->knob == IRQKIT_KNOB_THREAD && (r == -ENOENT || r == -ESRCH))
			r = 0; /* it has ended: nothing is left to put back */
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
	int r = put_back(plan);

	if (r == 0 && plan->journal_number) {
		journal_remove(lock, plan->journal_number);
		plan->journal_number = 0;
	}
	return r;
}

/*
 * Where its CPUs have no vector left, on others, which the journal knows first. It is still
 * planned if that fails.
 */
static int write_somewhere(struct irqkit_plan *plan, size_t index,
	struct irqkit_lock *lock, const char *command)
{
	struct irqkit_step *step = &plan->steps[index];
	int r = write_step(plan->ctx, step);

	while (r == -ENOSPC && plan->full_fn) {
		plan->full_fn(plan->full_data, plan, index);
		if (step->result != IRQKIT_PLANNED)
			return step->result == IRQKIT_FAILED ? r : 0;
		r = journal_write(lock, plan, command, &plan->journal_number);
		if (r < 0)
			return r;
		r = write_step(plan->ctx, step);
	}
	return r;
}

EXPORT int irqkit_plan_apply(struct irqkit_plan *plan, struct irqkit_lock *lock,
	const char *command, unsigned int flags)
{
	bool keeps_going = flags & IRQKIT_APPLY_KEEP_GOING;
	int error = 0, r;

	if (irqkit_plan_count_results(plan, IRQKIT_PLANNED) == 0)
		return 0;
	/* the plan may lack what could not be read */
	if (plan->ctx->error < 0)
		return plan->ctx->error;
	r = journal_write(lock, plan, command, &plan->journal_number);
	if (r < 0)
		return r;

	for (size_t i = 0; i < plan->n_steps && (error == 0 || keeps_going); i++) {
		if (plan->steps[i].result != IRQKIT_PLANNED)
			continue;
		r = write_somewhere(plan, i, lock, command);
		/* a value that is not in the journal must not be written */
		keeps_going = keeps_going && plan->steps[i].result != IRQKIT_PLANNED;
		error = error ? error : r;
	}
	/* a run that wrote nothing is not a change */
	if (irqkit_plan_count_written(plan) == 0) {
		journal_remove(lock, plan->journal_number);
		plan->journal_number = 0;
	} else if (error && !keeps_going) {
		irqkit_plan_roll_back(plan, lock);
	}
	return error;
}

EXPORT size_t irqkit_plan_refresh(struct irqkit_plan *plan)
{
	size_t pending = 0;

	for (size_t i = 0; i < plan->n_steps; i++) {
		struct irqkit_step *step = &plan->steps[i];

		if (step->result != IRQKIT_PENDING)
			continue;
		if (is_irq_thread(step))
			read_where_it_runs(plan->ctx, step);
		step_read_effective(plan->ctx, step);
		pending += step->result == IRQKIT_PENDING;
	}
	return pending;
}
