/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A plan: knobs with their old and new values; written, read back, put back.
 *
 *     planned --write--> done | pending       another step fails: rolled-back
 *             \\--------> failed | skipped
 *     unchanged, pending (not to be written)
 */
#include "private.h"

#include <errno.h>
#include <stdio.h>

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
	free(step->chip);
	free(step->why);
	free(step->old_text);
	free(step->new_text);
	irqkit_cpuset_free(step->old_cpus);
	irqkit_cpuset_free(step->new_cpus);
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

/* ------------------------------------------------------------------------------- */
/* Steps                                                                           */

/* As knob.c wants it. */
static const char *knob_path(const struct irqkit_step *step)
{
	return step->path + 1;
}

char *interrupt_join_actions(const struct irqkit_interrupt *interrupt)
{
	size_t len = 1;
	char *joined, *out;

	for (size_t i = 0; i < interrupt->n_actions; i++)
		len += strlen(interrupt->actions[i]) + 2;
	out = joined = malloc(len);
	if (!joined)
		return NULL;
	*out = '\0';
	for (size_t i = 0; i < interrupt->n_actions; i++)
		out += sprintf(out, "%s%s", i ? ", " : "", interrupt->actions[i]);
	return joined;
}

int step_read_old(struct irqkit_ctx *ctx, struct irqkit_step *step)
{
	size_t len;
	int r;

	free(step->old_text);
	step->old_text = NULL;
	r = knob_read_line(ctx, knob_path(step), &step->old_text, &len);
	if (r < 0)
		return r;
	irqkit_cpuset_free(step->old_cpus);
	step->old_cpus = NULL;
	r = irqkit_cpuset_parse_mask(step->old_text, len, &step->old_cpus, NULL);
	return r == -EINVAL || r == -ERANGE ? -EBADMSG : r;
}

/* Without effective affinity, or while the interrupt is not active, the knob's word is all. */
void step_read_effective(struct irqkit_ctx *ctx, struct irqkit_step *step)
{
	bool is_in_force = true;

	if (step->kind == KNOB_IRQ) {
		struct irqkit_cpuset *effective = NULL;

		irqkit_irq_read_effective(ctx, (unsigned int)step->irq, &effective);
		irqkit_cpuset_free(step->effective);
		step->effective = effective;
	}
	if (step->effective && !irqkit_cpuset_is_empty(step->effective))
		is_in_force = irqkit_cpuset_is_subset(step->effective, step->new_cpus);

	if (!is_in_force)
		step->result = IRQKIT_PENDING;
	else if (step->result == IRQKIT_PENDING)
		step->result = IRQKIT_DONE;
}

static int set_cpus(struct irqkit_ctx *ctx, struct irqkit_step *step,
	const struct irqkit_cpuset *cpus)
{
	int r = step_read_old(ctx, step);

	if (r == 0)
		r = irqkit_cpuset_copy(cpus, &step->new_cpus);
	if (r == 0)
		r = cpuset_format_mask_like(cpus, step->old_text, &step->new_text);
	if (r < 0)
		return r;
	if (irqkit_cpuset_is_equal(step->old_cpus, step->new_cpus)) {
		step->result = IRQKIT_UNCHANGED;
		step_read_effective(ctx, step);
	}
	return 0;
}

static int set_interrupt(struct irqkit_step *step,
	const struct irqkit_interrupt *interrupt, const char *why)
{
	if (asprintf(&step->path, "/proc/irq/%d/smp_affinity", interrupt->irq) < 0) {
		step->path = NULL;
		return -ENOMEM;
	}
	step->kind = KNOB_IRQ;
	step->irq = interrupt->irq;
	step->target = interrupt_join_actions(interrupt);
	step->why = strdup(why);
	step->chip = interrupt->chip ? strdup(interrupt->chip) : NULL;
	if (!step->target || !step->why || (interrupt->chip && !step->chip))
		return -ENOMEM;
	return 0;
}

EXPORT int irqkit_plan_add_affinity(struct irqkit_plan *plan,
	const struct irqkit_interrupt *interrupt, const struct irqkit_cpuset *cpus,
	const char *why, unsigned int flags)
{
	struct irqkit_step *step;
	int r;

	if (interrupt->irq < 0)
		return -EINVAL;
	r = plan_add_step(plan, &step);
	if (r < 0)
		return r;
	step->is_optional = flags & IRQKIT_STEP_OPTIONAL;
	r = set_interrupt(step, interrupt, why);
	if (r == 0)
		r = set_cpus(plan->ctx, step, cpus);
	if (r < 0)
		plan_drop_step(plan);
	return r;
}

EXPORT int irqkit_plan_add_default_affinity(
	struct irqkit_plan *plan, const struct irqkit_cpuset *cpus, const char *why)
{
	struct irqkit_step *step;
	int r = plan_add_step(plan, &step);

	if (r < 0)
		return r;
	step->kind = KNOB_DEFAULT;
	step->path = strdup("/proc/irq/default_smp_affinity");
	step->target = strdup("default");
	step->why = strdup(why);
	r = step->path && step->target && step->why ? set_cpus(plan->ctx, step, cpus)
						     : -ENOMEM;
	if (r < 0)
		plan_drop_step(plan);
	return r;
}

EXPORT int irqkit_plan_add_kept(struct irqkit_plan *plan,
	const struct irqkit_interrupt *interrupt, const char *why)
{
	struct irqkit_step *step;
	int r;

	if (interrupt->irq < 0)
		return -EINVAL;
	r = plan_add_step(plan, &step);
	if (r < 0)
		return r;
	r = set_interrupt(step, interrupt, why);
	if (r == 0)
		r = step_read_old(plan->ctx, step);
	if (r == 0)
		r = irqkit_cpuset_copy(step->old_cpus, &step->new_cpus);
	if (r == 0 && !(step->new_text = strdup(step->old_text)))
		r = -ENOMEM;
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
	int r = interrupt->irq < 0 ? -EINVAL : plan_add_step(plan, &step);

	if (r < 0)
		return r;
	r = set_interrupt(step, interrupt, why);
	step->result = IRQKIT_SKIPPED;
	if (r < 0)
		plan_drop_step(plan);
	return r;
}

/* ------------------------------------------------------------------------------- */
/* Writing                                                                         */

/* The kernel's answers for what it never moves: kernel/irq/proc.c, write_irq_affinity() */
static bool is_immovable_error(int error)
{
	return error == -EIO || error == -EPERM;
}

/* Does the knob hold what was written? */
static int read_back(struct irqkit_ctx *ctx, struct irqkit_step *step)
{
	_cleanup_cpuset_ struct irqkit_cpuset *now = NULL;
	int r = knob_read_cpumask(ctx, knob_path(step), &now);

	if (r < 0)
		return r;
	if (!irqkit_cpuset_is_equal(now, step->new_cpus))
		return -EPROTO;
	step->result = IRQKIT_DONE;
	step_read_effective(ctx, step);
	return 0;
}

static int write_step(struct irqkit_ctx *ctx, struct irqkit_step *step)
{
	int r = knob_write(ctx, knob_path(step), step->new_text);

	step->is_written = r == 0 || r == -EPROTO;
	if (r == 0)
		r = read_back(ctx, step);
	if (r == 0)
		return 0;
	step->error = -r;
	if (!step->is_written && step->is_optional && is_immovable_error(r)) {
		char *why = strdup("refused by the kernel");

		if (why) {
			free(step->why);
			step->why = why;
		}
		step->result = IRQKIT_SKIPPED;
		return 0;
	}
	step->result = IRQKIT_FAILED;
	return r;
}

/* Last first. The error of the first that could not be put back. */
static int put_back(struct irqkit_plan *plan)
{
	int error = 0;

	for (size_t i = plan->n_steps; i-- > 0;) {
		struct irqkit_step *step = &plan->steps[i];
		int r;

		if (!step->is_written)
			continue;
		r = knob_write(plan->ctx, knob_path(step), step->old_text);
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

EXPORT int irqkit_plan_apply(struct irqkit_plan *plan, struct irqkit_lock *lock,
	const char *command, unsigned int flags)
{
	bool keeps_going = flags & IRQKIT_APPLY_KEEP_GOING;
	int error = 0, r;

	if (irqkit_plan_count_results(plan, IRQKIT_PLANNED) == 0)
		return 0;
	r = journal_write(lock, plan, command, &plan->journal_number);
	if (r < 0)
		return r;

	for (size_t i = 0; i < plan->n_steps && (error == 0 || keeps_going); i++) {
		if (plan->steps[i].result != IRQKIT_PLANNED)
			continue;
		r = write_step(plan->ctx, &plan->steps[i]);
		error = error ? error : r;
	}
	if (error && !keeps_going)
		irqkit_plan_roll_back(plan, lock);
	return error;
}

EXPORT size_t irqkit_plan_refresh(struct irqkit_plan *plan)
{
	size_t pending = 0;

	for (size_t i = 0; i < plan->n_steps; i++) {
		if (plan->steps[i].result != IRQKIT_PENDING)
			continue;
		step_read_effective(plan->ctx, &plan->steps[i]);
		pending += plan->steps[i].result == IRQKIT_PENDING;
	}
	return pending;
}
