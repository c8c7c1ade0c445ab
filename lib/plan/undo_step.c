/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One entry of a change -> the step that restores the old value. It is skipped if the
 * setting belongs to something else now, or was changed since then.
 */
#include "base/error_text.h"
#include "base/macros.h"
#include "kernel/ctx.h"
#include "machine/machine.h"
#include "plan/banned_cpus_knob.h"
#include "plan/plan.h"
#include "plan/thread_knob.h"
#include "plan/undo.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

/* Is one of the handlers in @joined, "a, b", a handler of @now? */
static bool has_common_handler(const struct irqkit_interrupt *now, const char *joined)
{
	for (const char *name = joined; *name;) {
		const char *end = strstr(name, ", ");
		size_t len = end ? (size_t)(end - name) : strlen(name);

		for (size_t i = 0; i < now->n_actions; i++)
			if (strlen(now->actions[i]) == len &&
				strncmp(now->actions[i], name, len) == 0)
				return true;
		name += end ? len + 2 : len;
	}
	return false;
}

/*
 * What the knob belonged to is gone, or its number or name belongs to something else now:
 * then the old value is gone too. Never written, forced or not.
 */
static int skip_gone(struct irqkit_step *step, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static int skip_gone(struct irqkit_step *step, const char *format, ...)
{
	va_list args;
	int r;

	step->result = IRQKIT_SKIPPED;
	step->error = ENOENT;
	va_start(args, format);
	r = step_set_why_args(step, format, args);
	va_end(args);
	return r;
}

/*
 * Does the number still belong to the same interrupt? A shared one may have got or lost a
 * handler since then.
 */
static int check_interrupt(struct irqkit_step *step, const struct journal_entry *entry,
	const struct irqkit_snapshot *snapshot)
{
	const struct irqkit_interrupt *now = irqkit_snapshot_find(
		snapshot, entry->field[FIELD_IRQ]);
	const char *before = entry->field[FIELD_TARGET];
	_cleanup_free_ char *names = NULL;
	bool is_same_chip, is_same_name;

	if (!now)
		return skip_gone(step, "interrupt %d is gone", step->irq);
	names = interrupt_join_actions(now);
	if (!names)
		return -ENOMEM;
	is_same_chip = strcmp(now->chip ? now->chip : "", entry->field[FIELD_IDENTITY]) ==
		0;
	is_same_name = strcmp(names, before) == 0 || has_common_handler(now, before);
	if (is_same_chip && is_same_name)
		return 0;
	if (!*names)
		return skip_gone(step, "interrupt %d has no handler now", step->irq);
	return skip_gone(step, "interrupt %d is now %s%s", step->irq, names,
		is_same_name ? " of another chip" : "");
}

/* Does the knob's number or name now belong to something else? Then it is skipped. */
static int check_identity(const struct irqkit_plan *plan, struct irqkit_step *step,
	const struct journal_entry *entry)
{
	const char *identity = entry->field[FIELD_IDENTITY], *now = "";
	struct irqkit_ctx *ctx = plan->ctx;
	int r = 0;

	switch (step->knob) {
	case IRQKIT_KNOB_AFFINITY:
		return check_interrupt(step, entry, plan->machine->snapshot);
	case IRQKIT_KNOB_THREAD:
		r = thread_is_same(ctx, step->pid, step->target, identity);
		if (r != 0)
			return r < 0 ? r : 0;
		return skip_gone(step, "the thread has ended");
	case IRQKIT_KNOB_BANNED_CPUS:
		r = banned_cpus_is_same(ctx, step);
		if (r != 0)
			return r < 0 ? r : 0;
		return skip_gone(step, "this irqbalance has ended");
	case IRQKIT_KNOB_DEFAULT_AFFINITY:
	case IRQKIT_KNOB_RPS_SOCK_FLOW_ENTRIES:
	case IRQKIT_KNOB_RPS_DEFAULT_MASK:
	case IRQKIT_KNOB_WORKQUEUE:
		return 0;
	default:
		r = knob_get_ifindex(plan->machine->devices, step->path, &now);
		if (r < 0 || !*now || !*identity || strcmp(now, identity) == 0)
			return r;
		return skip_gone(step, "another interface has this name now");
	}
}

static int fill_step(struct irqkit_step *step, const struct journal_entry *entry)
{
	uint32_t number = 0;

	if (!knob_parse_path(entry->field[FIELD_PATH], &step->knob, &number))
		return -EBADMSG;
	if (step->knob == IRQKIT_KNOB_AFFINITY)
		step->irq = (int)number;
	else if (step->knob == IRQKIT_KNOB_THREAD ||
		step->knob == IRQKIT_KNOB_BANNED_CPUS)
		step->pid = number;
	/* an irqbalance that does not obey must not keep the rest from being restored */
	step->is_optional = step->knob == IRQKIT_KNOB_BANNED_CPUS;
	step->path = strdup(entry->field[FIELD_PATH]);
	step->target = strdup(entry->field[FIELD_TARGET]);
	step->identity = strdup(entry->field[FIELD_IDENTITY]);
	if (*entry->field[FIELD_QUEUE])
		step->queue_name = strdup(entry->field[FIELD_QUEUE]);
	if (!step->path || !step->target || !step->identity ||
		(*entry->field[FIELD_QUEUE] && !step->queue_name))
		return -ENOMEM;
	return knob_value_parse(step->knob, entry->field[FIELD_OLD], &step->new_value);
}

/* The CPUs that are online, or NULL: not known. */
static const struct irqkit_cpuset *get_online(const struct irqkit_plan *plan)
{
	return irqkit_topology_get_cpus(plan->machine->topology, IRQKIT_CPUS_ONLINE);
}

/* Would the kernel refuse the old value, since none of its CPUs is online now? */
static bool is_offline(const struct irqkit_plan *plan, const struct irqkit_step *step)
{
	const struct irqkit_cpuset *online = get_online(plan);
	bool needs_cpu = step->knob == IRQKIT_KNOB_AFFINITY ||
		step->knob == IRQKIT_KNOB_DEFAULT_AFFINITY ||
		step->knob == IRQKIT_KNOB_WORKQUEUE || step->knob == IRQKIT_KNOB_THREAD;

	return needs_cpu && online && !irqkit_cpuset_is_empty(step->new_value.cpus) &&
		!irqkit_cpuset_has_common(step->new_value.cpus, online);
}

/*
 * When the last CPU of an interrupt goes offline, the kernel allows all that are online
 * then: migrate_one_irq() in kernel/irq/cpuhotplug.c. For a thread it allows all that are
 * possible: select_fallback_rq() in kernel/sched/core.c. It never goes back by itself.
 */
static bool was_moved_by_kernel(const struct irqkit_plan *plan,
	const struct irqkit_step *step, const struct irqkit_cpuset *given)
{
	const struct irqkit_cpuset *online = get_online(plan);

	return (step->knob == IRQKIT_KNOB_AFFINITY || step->knob == IRQKIT_KNOB_THREAD) &&
		online && !irqkit_cpuset_is_empty(given) &&
		!irqkit_cpuset_has_common(given, online) &&
		irqkit_cpuset_is_subset(online, step->old_value.cpus);
}

/*
 * Is the value the one that the change wrote, or what the kernel itself made of it? It also
 * moves the thread of an interrupt to the CPU that handles the interrupt.
 */
static int is_as_changed(const struct irqkit_plan *plan, const struct irqkit_step *step,
	const struct journal_entry *entry)
{
	struct knob_value given CLEANUP(knob_value_clear) = { 0 };
	int r = knob_value_parse(step->knob, entry->field[FIELD_NEW], &given);

	if (r < 0)
		return is_failure(r) ? r : false;
	if (was_moved_by_kernel(plan, step, given.cpus))
		return true;
	if (step->knob == IRQKIT_KNOB_THREAD && strncmp(step->target, "irq/", 4) == 0)
		return irqkit_cpuset_is_subset(step->old_value.cpus, given.cpus);
	return knob_value_is_kept(plan->ctx, step->knob, &given, &step->old_value);
}

static int skip_offline(struct irqkit_step *step)
{
	_cleanup_free_ char *list = NULL;
	int r = irqkit_cpuset_format_list(step->new_value.cpus, &list);

	if (r < 0)
		return r;
	step->result = IRQKIT_SKIPPED;
	step->error = EINVAL;
	return step_set_why(step, "CPU%s %s %s offline",
		irqkit_cpuset_count(step->new_value.cpus) == 1 ? "" : "s", list,
		irqkit_cpuset_count(step->new_value.cpus) == 1 ? "is" : "are");
}

/* The value is shown as those of the table are: CPUs as a list. */
static int skip_changed(struct irqkit_step *step, const struct journal_entry *entry)
{
	struct knob_value given CLEANUP(knob_value_clear) = { 0 };
	_cleanup_free_ char *list = NULL;
	const char *shown = entry->field[FIELD_NEW];
	int r = knob_value_parse(step->knob, shown, &given);

	if (r == 0 && given.cpus)
		r = irqkit_cpuset_format_list(given.cpus, &list);
	if (is_failure(r))
		return r;
	if (list)
		shown = *list ? list : "none";
	step->result = IRQKIT_SKIPPED;
	step->is_changed_since = true;
	return step_set_why(step, "changed since then (was %s)", shown);
}

static int set_why(
	struct irqkit_step *step, const struct journal_entry *entry, const char *why)
{
	if (entry->without == 0)
		return step_set_why(step, "%s", why);
	return step_set_why(
		step, "%s: as before change %u, which was undone", why, entry->without);
}

/* The present value is known: restore the old one? */
static int compare(const struct irqkit_plan *plan, struct irqkit_step *step,
	const struct journal_entry *entry, bool force)
{
	int r;

	if (knob_value_is_equal(step->knob, &step->old_value, &step->new_value)) {
		step->result = IRQKIT_UNCHANGED;
		step_read_effective(plan, step);
		return set_why(step, entry, "already set");
	}
	/* what a barrier may have reset holds what a driver made of it */
	r = force || undo_is_saved(entry) ? true : is_as_changed(plan, step, entry);
	if (r < 0)
		return r;
	if (!r)
		return skip_changed(step, entry);
	if (is_offline(plan, step))
		return skip_offline(step);
	return set_why(step, entry, "restored");
}

static int decide(const struct irqkit_plan *plan, struct irqkit_step *step,
	const struct journal_entry *entry, bool force)
{
	int r = check_identity(plan, step, entry);

	if (r < 0 || step->result == IRQKIT_SKIPPED)
		return r;
	r = step_read_old(plan, step);
	if (is_failure(r))
		return r;
	if (r < 0) {
		step->result = IRQKIT_SKIPPED;
		step->error = -r;
		return step_set_why(step, "cannot be read: %s", error_text(-r));
	}
	return compare(plan, step, entry, force);
}

int undo_add_entry(struct irqkit_plan *plan, const struct journal_entry *entry,
	bool force, struct irqkit_step **ret_step)
{
	int r = plan_add_step(plan, ret_step);

	if (r < 0)
		return r;
	r = fill_step(*ret_step, entry);
	if (r == 0)
		r = decide(plan, *ret_step, entry, force);
	if (r < 0)
		plan_drop_step(plan);
	return r;
}
