/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * irqbalance may move again what a plan has moved. The cure keeps irqbalance for all other
 * interrupts: --ban, if the command has that and irqbalance a socket, or else its own
 * options.
 */
#include "change/note_irqbalance.h"
#include "base/basics.h"
#include "base/options.h"
#include "base/say.h"
#include "base/text.h"
#include "change/ban.h"

#include <stdio.h>
#include <string.h>

/* A warning must not wait long for an irqbalance that rests. */
#define ANSWER_MS 1000u

/* More interrupts than this are not named one by one. */
#define MAX_NAMED 4u

static void free_irqbalance(struct irqkit_irqbalance **irqbalance)
{
	irqkit_irqbalance_free(*irqbalance);
}

/* What a plan has that irqbalance may act against. */
struct affected {
	bool has_irqs; /* affinities of interrupts */
	bool has_default; /* the affinity of new interrupts */
	bool has_others; /* settings of the kernel, not those of irqbalance itself */
	size_t n; /* interrupts that irqbalance does not leave alone */
	char *bans; /* owned, or NULL: the options for these */
};

static void affected_free(struct affected *affected)
{
	free(affected->bans);
}

static void add_irq(struct affected *affected, int irq)
{
	char option[32];

	snprintf(option, sizeof(option), "--banirq=%d", irq);
	if (affected->n++ < MAX_NAMED)
		text_join(&affected->bans, " ", option);
}

/* Banned before, or by this plan, or by the answer of irq-policy. */
static bool is_left_alone(const struct irqkit_placed *placed,
	const struct irqkit_plan *plan, const struct irqkit_irqbalance *irqbalance,
	unsigned int irq)
{
	return irqkit_irqbalance_has_banned(irqbalance, irq) ||
		irqkit_plan_has_banned(plan, irq) ||
		(placed && irqkit_placed_has(placed, irq));
}

static void find_affected(struct affected *affected, const struct change *change,
	const struct irqkit_irqbalance *irqbalance)
{
	const struct irqkit_plan *plan = change->plan;
	struct irqkit_placed *placed = NULL;

	if (irqkit_irqbalance_has_irqkit_script(irqbalance) &&
		irqkit_placed_read(change->ctx, &placed) < 0)
		placed = NULL;
	for (size_t i = 0; i < irqkit_plan_count(plan); i++) {
		const struct irqkit_step *step = irqkit_plan_get(plan, i);
		enum irqkit_knob knob = irqkit_step_get_knob(step);
		int irq = irqkit_step_get_irq(step);

		if (irqkit_step_get_result(step) == IRQKIT_SKIPPED)
			continue;
		affected->has_others |= knob != IRQKIT_KNOB_BANNED_CPUS;
		affected->has_default |= knob == IRQKIT_KNOB_DEFAULT_AFFINITY;
		affected->has_irqs |= knob == IRQKIT_KNOB_AFFINITY;
		if (knob == IRQKIT_KNOB_AFFINITY &&
			!is_left_alone(placed, plan, irqbalance, (unsigned int)irq))
			add_irq(affected, irq);
	}
	irqkit_placed_free(placed);
}

/* What excludes these interrupts from irqbalance. NULL: no memory. */
static char *explain_cure(
	const struct affected *affected, const struct irqkit_irqbalance *irqbalance)
{
	const char *file = irqkit_irqbalance_get_file(irqbalance);
	const char *restart = irqkit_irqbalance_get_restart(irqbalance);
	const char *bans = affected->n == 0 || affected->n > MAX_NAMED
		? "--banirq=NUMBER for each"
		: affected->bans;
	char *text;
	int r;

	if (!bans)
		return NULL;
	if (!file)
		r = asprintf(&text, "start irqbalance with %s", bans);
	else if (restart)
		r = asprintf(&text, "add %s to IRQBALANCE_ARGS in %s and run '%s'", bans,
			file, restart);
	else
		r = asprintf(&text,
			"add %s to IRQBALANCE_ARGS in %s and restart irqbalance", bans,
			file);
	return r < 0 ? NULL : text;
}

/* May the interrupts be banned with --ban? */
static bool offers_ban(
	const struct change *change, const struct irqkit_irqbalance *irqbalance)
{
	const struct option *option = change->call->command->options;

	while (option->name && strcmp(option->name, "ban") != 0)
		option++;
	return option->name && irqkit_irqbalance_has_socket(irqbalance);
}

/* NULL: no memory. */
static char *explain_moves(const struct change *change, const struct affected *affected,
	const struct irqkit_irqbalance *irqbalance, const char *cure)
{
	unsigned int pid = irqkit_irqbalance_get_pid(irqbalance);
	const char *these = affected->n == 1 ? "this interrupt" : "these interrupts";
	const char *them = affected->n == 1 ? "it" : "them";
	int error = change->ban_error ? change->ban_error
				      : irqkit_plan_get_ban_error(change->plan);
	char *text;
	int r;

	if (error)
		r = asprintf(&text,
			"cannot ban %s from irqbalance (pid %u), which may move %s "
			"again: %s",
			these, pid, them, ban_explain(error));
	else if (offers_ban(change, irqbalance))
		r = asprintf(&text,
			"irqbalance (pid %u) is running and may move %s again; to "
			"exclude only %s, use --ban",
			pid, them, these);
	else
		r = asprintf(&text,
			"irqbalance (pid %u) is running and may move %s again; to "
			"exclude only %s, %s",
			pid, them, these, cure);
	return r < 0 ? NULL : text;
}

/* NULL: no memory, or it does nothing against the plan. */
static char *explain(const struct change *change, const struct affected *affected,
	const struct irqkit_irqbalance *irqbalance)
{
	_cleanup_free_ char *cure = explain_cure(affected, irqbalance);
	unsigned int pid = irqkit_irqbalance_get_pid(irqbalance);
	char *text = NULL;
	int r = 0;

	if (!cure)
		return NULL;
	if (affected->n > 0)
		return explain_moves(change, affected, irqbalance, cure);
	if (affected->has_default)
		r = asprintf(&text,
			"irqbalance (pid %u) is running and also places new "
			"interrupts, whatever the default is; to exclude some, %s",
			pid, cure);
	else if (!affected->has_irqs && affected->has_others)
		r = asprintf(&text,
			"irqbalance (pid %u) is running: it does not change this, but "
			"may move the interrupts of these queues; to exclude them, %s",
			pid, cure);
	return r < 0 ? NULL : text;
}

char *irqbalance_explain(const struct change *change)
{
	struct irqkit_irqbalance *irqbalance CLEANUP(free_irqbalance) = NULL;
	struct affected affected CLEANUP(affected_free) = { 0 };
	const struct common *common = &change->call->common;
	struct irqkit_devices *devices = irqkit_machine_get_devices(change->machine);
	size_t n = irqkit_plan_count(change->plan);

	if ((common->is_quiet && !common->is_json) ||
		irqkit_plan_count_results(change->plan, IRQKIT_SKIPPED) == n ||
		irqkit_irqbalance_new(devices, &irqbalance) < 0)
		return NULL;
	/* what it does not answer is not known to be left alone */
	if (!change->ban_error)
		irqkit_irqbalance_read_bans(irqbalance, ANSWER_MS);
	find_affected(&affected, change, irqbalance);
	return explain(change, &affected, irqbalance);
}

void irqbalance_warn(struct change *change)
{
	free(change->report.warning);
	change->report.warning = change->explain_irqbalance
		? change->explain_irqbalance(change)
		: irqbalance_explain(change);
	if (change->report.warning && !change->call->common.is_quiet)
		say_warning("%s", change->report.warning);
}
