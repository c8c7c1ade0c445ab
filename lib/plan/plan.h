/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plan: its steps, in the order in which they are written. */
#ifndef IRQKIT_PLAN_H
#define IRQKIT_PLAN_H

#include "plan/ban.h"
#include "plan/step.h"

#include <stdarg.h>

/* What a barrier may reset, as a step that is never written. */
struct saved_step {
	struct irqkit_step step;
	size_t barrier; /* the index of its step */
};

struct barrier_loss;

struct irqkit_plan {
	struct irqkit_machine *machine; /* not owned */
	struct irqkit_ctx *ctx; /* the machine's */
	struct irqkit_step *steps; /* owned */
	size_t n_steps;
	size_t steps_room;
	struct saved_step *saved; /* owned, and each step; in the order of the barriers */
	size_t n_saved, saved_room;
	struct barrier_loss *losses; /* owned; of the devices of the barriers */
	size_t n_losses, losses_room;
	unsigned int undoes; /* the change that this plan undoes, or 0 */
	unsigned int journal_number; /* of the change that applying it made, or 0 */
	irqkit_full_fn *full_fn; /* NULL: none */
	void *full_data;
	struct ban_list bans; /* that applying it makes or takes back */
};

/* A new step with result planned; what it owns is still NULL. */
int plan_add_step(struct irqkit_plan *plan, struct irqkit_step **ret_step);
/* What a step owns. */
void step_clear(struct irqkit_step *step);
/* What @from is about and its new value, without what its knob holds. */
int step_copy(const struct irqkit_step *from, struct irqkit_step *ret_step);
/* Adds a step for the same knob and new value; the old value is read. */
int plan_add_copy(struct irqkit_plan *plan, const struct irqkit_step *from);
/* Drops the last step. */
void plan_drop_step(struct irqkit_plan *plan);
/* A new step for a knob that there is once in a machine. */
int plan_add_machine_step(struct irqkit_plan *plan, enum irqkit_knob knob,
	const char *path, const char *target, const char *why,
	struct irqkit_step **ret_step);

/* A new step for the affinity of an interrupt, for a knob of a queue, for ethtool. */
int plan_add_irq_step(struct irqkit_plan *plan, struct irqkit_irq *irq, const char *why,
	struct irqkit_step **ret_step);
int plan_add_queue_step(struct irqkit_plan *plan, enum irqkit_knob knob,
	struct irqkit_queue *queue, const char *why, struct irqkit_step **ret_step);
int plan_add_ethtool_step(struct irqkit_plan *plan, enum irqkit_knob knob,
	struct irqkit_device *device, const char *why, struct irqkit_step **ret_step);

/* The same, with CPUs. */
int plan_add_machine_cpus(struct irqkit_plan *plan, enum irqkit_knob knob,
	const char *path, const char *target, const struct irqkit_cpuset *cpus,
	const char *why);
/* The first step of this interrupt, or NULL. */
const struct irqkit_step *plan_find_irq_step(
	const struct irqkit_plan *plan, const struct irqkit_irq *irq);

/*
 * irqkit_plan_add_thread_affinity(); with IRQKIT_STEP_OPTIONAL, a thread that the kernel
 * refuses to move is skipped.
 */
int plan_add_thread(struct irqkit_plan *plan, const struct irqkit_thread *thread,
	const struct irqkit_cpuset *cpus, const char *why, unsigned int flags);

/* "eth0:rx-0", the first queue that the interrupt serves; NULL: none, or not known. */
int step_name_queue(
	struct irqkit_machine *machine, struct irqkit_irq *irq, char **ret_name);

/* The interrupt of such a queue now; -1: there is none. */
int step_find_irq(struct irqkit_machine *machine, const char *queue_name);

/* What the knob holds now; the old value of the step, by what the machine knows. */
int step_read_now(struct irqkit_ctx *ctx, const struct irqkit_step *step,
	struct knob_value *ret_value);
int step_read_old(const struct irqkit_plan *plan, struct irqkit_step *step);
/* The knob was written, or may have moved: the machine reads it again when it must. */
void step_forget(const struct irqkit_plan *plan, const struct irqkit_step *step);
/* The old value is read, the new one set; unchanged where it is so already. */
int step_set_cpus(const struct irqkit_plan *plan, struct irqkit_step *step,
	const struct irqkit_cpuset *cpus);
/* placed.c: takes the interrupts out for which irq-policy answers that they are banned. */
int placed_take_out(struct irqkit_ctx *ctx, struct number_list *irqs);

int step_set_number(
	const struct irqkit_plan *plan, struct irqkit_step *step, uint64_t number);
int step_set_text(
	const struct irqkit_plan *plan, struct irqkit_step *step, const char *text);
/* Makes it a step for the affinity of this interrupt. */
int step_set_irq(struct irqkit_step *step, unsigned int irq);
/*
 * Writes the old or the new value. -ENOENT: the thread has ended. @ret_text: as
 * knob_write_and_read() has it, or NULL
 */
int step_write_value(struct irqkit_ctx *ctx, struct irqkit_step *step,
	const struct knob_value *value, bool *ret_is_answer, char **ret_text);

/* A value that was parsed before, which is copied; the old value has been read. */
int step_set_new_value(const struct irqkit_plan *plan, struct irqkit_step *step,
	const struct knob_value *value);
/* The same where the old value has been read. */
int step_set_new_cpus(const struct irqkit_plan *plan, struct irqkit_step *step,
	const struct irqkit_cpuset *cpus);
/* Reads where the interrupt is handled: in force, or pending. */
void step_read_effective(const struct irqkit_plan *plan, struct irqkit_step *step);
/* The kernel itself takes such a thread to where its interrupt is handled. */
bool step_is_irq_thread(const struct irqkit_step *step);
/* Without memory, the step keeps its reason. */
int step_set_why(struct irqkit_step *step, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
int step_set_why_args(struct irqkit_step *step, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

#endif
