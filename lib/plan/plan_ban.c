/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a plan asks of irqbalance. A ban of the user stays: a change has only those that it
 * made itself, or that another change of the journal made. Two changes may have the same
 * ban; it ends with the last of them. An irqbalance that ended has forgotten its bans.
 */
#include "base/macros.h"
#include "irqbalance/irqbalance.h"
#include "machine/machine.h"
#include "plan/journal.h"
#include "plan/plan.h"

#include <errno.h>
#include <string.h>

/* The interrupts that the plan places. */
static int find_placed(const struct irqkit_plan *plan, struct number_list *ret_irqs)
{
	int r = 0;

	for (size_t i = 0; i < plan->n_steps && r == 0; i++)
		if (plan->steps[i].knob == IRQKIT_KNOB_AFFINITY &&
			plan->steps[i].result != IRQKIT_SKIPPED)
			r = number_list_add(ret_irqs, (unsigned int)plan->steps[i].irq);
	return r;
}

static int add_ban(struct irqkit_plan *plan, const struct irqbalance_daemon *daemon,
	const struct number_list *placed, const struct irqkit_journal *journal)
{
	_cleanup_numbers_ struct number_list known = { 0 };
	struct ban *ban;
	int r = ban_list_get(&plan->bans, daemon->pid, daemon->start, false, &ban);

	if (r == 0 && journal)
		r = journal_find_bans(journal, 0, ban, &known);
	for (size_t i = 0; i < placed->n && r == 0; i++) {
		unsigned int irq = placed->numbers[i];
		bool is_banned = number_list_has(&daemon->bans, irq);

		if (!is_banned || number_list_has(&known, irq))
			r = number_list_add(&ban->irqs, irq);
		if (r == 0 && !is_banned)
			r = number_list_add(&ban->new_irqs, irq);
	}
	return r < 0 ? r : number_list_add_all(&plan->bans.shown, &ban->new_irqs);
}

EXPORT int irqkit_plan_set_bans(struct irqkit_plan *plan,
	struct irqkit_irqbalance *irqbalance, unsigned int flags)
{
	_cleanup_numbers_ struct number_list placed = { 0 };
	struct irqkit_journal *journal = NULL;
	bool has_common = false;
	int r = find_placed(plan, &placed);

	ban_list_clear(&plan->bans);
	/* irqbalance has asked the script for them when it started */
	if (r == 0 && irqbalance->has_irqkit_script)
		r = placed_take_out(plan->ctx, &placed);
	if (r < 0 || placed.n == 0)
		return r;
	r = irqkit_irqbalance_read_bans(irqbalance, 0);
	for (size_t i = 0; i < irqbalance->n_daemons; i++)
		has_common |= number_list_has_common(
			&irqbalance->daemons[i].bans, &placed);
	if (r == 0 && has_common)
		r = irqkit_journal_read(plan->ctx, &journal);
	for (size_t i = 0; i < irqbalance->n_daemons && r == 0; i++)
		r = add_ban(plan, &irqbalance->daemons[i], &placed, journal);
	irqkit_journal_free(journal);
	if (r < 0)
		ban_list_clear(&plan->bans);
	plan->bans.is_optional = flags & IRQKIT_BAN_OPTIONAL;
	return r;
}

EXPORT size_t irqkit_plan_count_bans(const struct irqkit_plan *plan)
{
	return plan->bans.shown.n;
}

EXPORT unsigned int irqkit_plan_get_ban(const struct irqkit_plan *plan, size_t index)
{
	return plan->bans.shown.numbers[index];
}

EXPORT bool irqkit_plan_has_banned(const struct irqkit_plan *plan, unsigned int irq)
{
	return number_list_has(&plan->bans.shown, irq);
}

EXPORT size_t irqkit_plan_count_forgotten_bans(const struct irqkit_plan *plan)
{
	return plan->bans.forgotten.n;
}

EXPORT int irqkit_plan_get_ban_error(const struct irqkit_plan *plan)
{
	return plan->bans.error;
}

EXPORT int irqkit_plan_keep_bans(struct irqkit_plan *plan)
{
	int r = 0;

	ban_list_clear(&plan->bans);
	for (size_t i = 0; i < plan->n_steps && r == 0; i++) {
		if (plan->steps[i].knob != IRQKIT_KNOB_BANNED_CPUS ||
			plan->steps[i].result != IRQKIT_PLANNED)
			continue;
		plan->steps[i].result = IRQKIT_SKIPPED;
		r = step_set_why(&plan->steps[i], "irqbalance is not asked (--no-ban)");
	}
	return r;
}

/* ------------------------------------------------------------------------------- */
/* Undo                                                                            */

/* Of the process that made the ban, and not of another one with its number? */
static int is_same_process(struct irqkit_ctx *ctx, const struct ban *ban)
{
	_cleanup_free_ char *start = NULL;
	int r = irqbalance_read_start(ctx, ban->pid, &start);

	if (r < 0)
		return r == -ESRCH ? 0 : r;
	return strcmp(start, ban->start) == 0;
}

/* The opposite of a ban of the change, without what other changes need. */
static int add_opposite(struct irqkit_plan *plan, const struct irqkit_change *change,
	const struct ban *done)
{
	_cleanup_numbers_ struct number_list others = { 0 };
	struct ban *ban;
	int r = is_same_process(plan->ctx, done);

	if (r < 0)
		return r;
	if (r == 0)
		return number_list_add_all(&plan->bans.forgotten, &done->irqs);
	r = ban_list_get(&plan->bans, done->pid, done->start, !done->is_taken_back, &ban);
	if (r == 0)
		r = number_list_add_all(&ban->irqs, &done->irqs);
	if (r == 0 && ban->is_taken_back && change->journal)
		r = journal_find_bans(change->journal, change->number, ban, &others);
	if (r < 0)
		return r;
	number_list_remove_all(&ban->irqs, &others);
	r = number_list_add_all(&ban->new_irqs, &ban->irqs);
	return r < 0 ? r : number_list_add_all(&plan->bans.shown, &ban->irqs);
}

int plan_add_undo_of_bans(struct irqkit_plan *plan, const struct irqkit_change *change)
{
	int r = 0;

	for (size_t i = 0; i < change->bans.n && r == 0; i++)
		r = add_opposite(plan, change, &change->bans.bans[i]);
	return r;
}

EXPORT bool irqkit_plan_takes_bans_back(const struct irqkit_plan *plan)
{
	for (size_t i = 0; i < plan->bans.n; i++)
		if (plan->bans.bans[i].is_taken_back)
			return true;
	return false;
}

/* ------------------------------------------------------------------------------- */
/* Applying                                                                        */

bool plan_has_planned_bans(const struct irqkit_plan *plan)
{
	for (size_t i = 0; i < plan->bans.n; i++)
		if (plan->bans.bans[i].new_irqs.n > 0 && !plan->bans.bans[i].is_made)
			return true;
	return false;
}

bool plan_has_made_bans(const struct irqkit_plan *plan)
{
	for (size_t i = 0; i < plan->bans.n; i++)
		if (plan->bans.bans[i].is_made)
			return true;
	return false;
}

/* Others may have banned, too: what the list is now counts. */
static int change_bans(struct irqkit_ctx *ctx, struct ban *ban, bool is_taken_back)
{
	_cleanup_numbers_ struct number_list list = { 0 };
	unsigned int timeout_ms = irqbalance_find_timeout(ctx, ban->pid);
	int r = irqbalance_read_bans(ctx, ban->pid, timeout_ms, &list);

	if (r < 0)
		return r;
	if (is_taken_back ? !number_list_has_common(&list, &ban->new_irqs)
			  : number_list_has_all(&list, &ban->new_irqs))
		return 0;
	if (is_taken_back)
		number_list_remove_all(&list, &ban->new_irqs);
	else
		r = number_list_add_all(&list, &ban->new_irqs);
	if (r < 0)
		return r;
	/* an answer that is lost may be to a command that was obeyed */
	ban->is_made = true;
	return irqbalance_write_bans(ctx, ban->pid, timeout_ms, &list);
}

int plan_take_back_bans(struct irqkit_plan *plan)
{
	int error = 0;

	number_list_clear(&plan->bans.shown);
	for (size_t i = plan->bans.n; i-- > 0;) {
		struct ban *ban = &plan->bans.bans[i];
		int r = 0;

		if (!ban->is_made)
			continue;
		r = is_same_process(plan->ctx, ban);
		/* one that has ended has forgotten them */
		if (r > 0)
			r = change_bans(plan->ctx, ban, !ban->is_taken_back);
		ban->is_made = r < 0;
		error = r < 0 ? r : error;
	}
	return error;
}

static int make_bans(struct irqkit_plan *plan)
{
	int r = 0;

	for (size_t i = 0; i < plan->bans.n && r == 0; i++) {
		struct ban *ban = &plan->bans.bans[i];

		if (ban->new_irqs.n == 0 || ban->is_made)
			continue;
		r = change_bans(plan->ctx, ban, ban->is_taken_back);
	}
	return r;
}

int plan_make_bans(
	struct irqkit_plan *plan, struct irqkit_lock *lock, const char *command)
{
	int r = make_bans(plan);

	plan->bans.error = r;
	if (r == 0 || !plan->bans.is_optional)
		return r;
	/* what cannot be taken back stays in the journal */
	if (plan_take_back_bans(plan) < 0)
		return 0;
	ban_list_clear(&plan->bans);
	plan->bans.error = r;
	plan->bans.is_optional = true;
	return journal_write(lock, plan, command, &plan->journal_number);
}
