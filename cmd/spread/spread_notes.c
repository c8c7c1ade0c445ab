/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The warnings and closing lines of `irqkit spread`: what more queues would do, ... */
#include "spread/spread_notes.h"
#include "base/basics.h"
#include "base/say.h"
#include "base/text.h"
#include "change/note_irqbalance.h"
#include "change/note_policy.h"
#include "measure/advise.h"
#include "measure/explain.h"
#include "measure/load.h"
#include "measure/queue.h"
#include "spread/spread_steering.h"

#include <stdio.h>
#include <string.h>

/* More devices than this with the same finding share a line. */
#define MAX_LINES 3u

/* Is there nowhere to show notes? */
static bool hides_notes(const struct change *change)
{
	return change->call->common.is_quiet && !change->call->common.is_json;
}

void spread_note_others(struct spread *spread, const struct change *change)
{
	_cleanup_free_ char *text = irqbalance_explain(change);
	_cleanup_free_ char *policy = policy_explain(change);

	if (text)
		notes_add(&spread->notes, "%s", text);
	if (policy)
		notes_add(&spread->notes, "%s", policy);
	spread->notes.n_warnings = spread->notes.n;
}

/* ------------------------------------------------------------------------------- */
/* As many queues as CPUs?                                                         */

enum finding {
	MORE_THAN_ON_NODE,
	MORE_THAN_CPUS,
	ONE_QUEUE,
	ONE_QUEUE_SENDS, /* mostly */
	FEWER_THAN_CPUS,
	NOTHING_FOUND
};

static enum finding find_finding(const struct spread *spread, const struct change *change,
	const struct placed_device *owner)
{
	const struct placed *p = &spread->placed;
	size_t n_rx = owner->device
		? irqkit_device_count_direction(owner->device, IRQKIT_RX)
		: 0;

	/* if only some queues were named, nothing is said about the others */
	if (n_rx == 0 || owner->n_queues < n_rx)
		return NOTHING_FOUND;
	if (owner->n_queues > owner->n_cpus)
		return owner->node >= 0 && owner->n_cpus < irqkit_cpuset_count(p->cpus)
			? MORE_THAN_ON_NODE
			: MORE_THAN_CPUS;
	if (owner->n_queues == owner->n_cpus || owner->has_rps)
		return NOTHING_FOUND;
	if (n_rx != 1)
		return FEWER_THAN_CPUS;
	return irqkit_machine_mostly_sends(change->machine, owner->device)
		? ONE_QUEUE_SENDS
		: ONE_QUEUE;
}

/* Ends a sentence: what would help, and why nothing else does. */
static void note_fewer(
	struct spread *spread, const char *before, bool is_at_most, const char *advice)
{
	notes_add(&spread->notes, "%s%s%s%s.", before,
		is_at_most ? ", and its driver allows no more" : "",
		advice ? "; to use more CPUs, try " : "", advice ? advice : "");
}

/* Does one interrupt serve its rx-0 and tx-0, or only one of them have an interrupt? */
static bool has_one_interrupt(const struct irqkit_device *device)
{
	const struct irqkit_queue *rx = irqkit_device_find_queue(device, IRQKIT_RX, 0);
	const struct irqkit_queue *tx = irqkit_device_find_queue(device, IRQKIT_TX, 0);

	return !rx || !tx || irqkit_queue_get_irq(rx) == irqkit_queue_get_irq(tx) ||
		irqkit_queue_get_irq(tx) < 0;
}

/* The device has fewer queues than CPUs, or only one. */
static void note_more(struct spread *spread, const struct change *change,
	const struct placed_device *owner, const char *name)
{
	_cleanup_free_ char *command = NULL, *advice = NULL, *before = NULL;
	enum more_queues more = advise_more_queues(
		change->machine, owner->device, owner->n_cpus, &command);
	const char *limit = has_one_interrupt(owner->device)
		? ", which spread cannot split"
		: "";
	int r;

	if (owner->n_queues == 1 && more != MORE_QUEUES) {
		if (irqkit_machine_mostly_sends(change->machine, owner->device))
			notes_add(&spread->notes,
				"%s has only one queue and mostly sends; RPS shares only "
				"the work of receiving.",
				name);
		else if (advise_rps(change->machine, owner->device) == RPS_WOULD_HELP)
			notes_add(&spread->notes,
				"%s has only one queue%s; 'irqkit rps %s --auto' can "
				"spread its packet processing.",
				name, limit, name);
		else
			notes_add(
				&spread->notes, "%s has only one queue%s.", name, limit);
		return;
	}
	advice = advise_more_cpus(change->machine, owner->device, owner->n_cpus);
	if (more == ENOUGH_QUEUES && !advice)
		return;
	if (owner->n_queues == 1)
		r = asprintf(&before, "%s has only one queue%s", name, limit);
	else
		r = asprintf(&before, "%s has %zu queues for %zu CPUs", name,
			owner->n_queues, owner->n_cpus);
	if (r < 0)
		before = NULL;
	else
		note_fewer(spread, before, more == NO_MORE_QUEUES, advice);
}

/* By default, queues go to other nodes where theirs has no CPU for them. */
static void note_node(
	struct spread *spread, const struct placed_device *owner, const char *name)
{
	if (spread->wish->stays_on_node)
		notes_add(&spread->notes,
			"%s has %zu queues, but its NUMA node %d has %zu CPU%s; "
			"--node=any uses all CPUs.",
			name, owner->n_queues, owner->node, owner->n_cpus,
			owner->n_cpus == 1 ? "" : "s");
	else
		notes_add(&spread->notes,
			"%s has %zu queues, but its NUMA node %d has %zu CPU%s, so other "
			"nodes handle the rest; --node=local keeps all queues near the "
			"device, with up to %zu on a CPU.",
			name, owner->n_queues, owner->node, owner->n_cpus,
			owner->n_cpus == 1 ? "" : "s",
			(owner->n_queues + owner->n_cpus - 1) / owner->n_cpus);
}

static void note_device(struct spread *spread, const struct change *change,
	const struct placed_device *owner, enum finding finding)
{
	_cleanup_free_ char *name = text_escape(irqkit_device_get_name(owner->device));

	if (!name)
		return;
	if (finding == MORE_THAN_ON_NODE)
		note_node(spread, owner, name);
	else if (finding == MORE_THAN_CPUS)
		notes_add(&spread->notes,
			"%s has %zu queues for %zu CPU%s; fewer queues would be enough.",
			name, owner->n_queues, owner->n_cpus,
			owner->n_cpus == 1 ? "" : "s");
	else
		note_more(spread, change, owner, name);
}

/* "eth0, eth1, eth2": the first devices with this finding. NULL: no memory. */
static char *join_names(
	const struct spread *spread, const struct change *change, enum finding finding)
{
	const struct placed *p = &spread->placed;
	char *joined = NULL;
	size_t n = 0;

	for (size_t i = 0; i < p->n_owners && n < MAX_LINES; i++) {
		const struct irqkit_device *device = p->owners[i].device;

		if (find_finding(spread, change, &p->owners[i]) != finding)
			continue;
		if (!text_join(&joined, ", ", irqkit_device_get_name(device)))
			return NULL;
		n++;
	}
	return joined;
}

static void note_devices(struct spread *spread, const struct change *change,
	enum finding finding, size_t n)
{
	static const char *const phrases[] = {
		[MORE_THAN_ON_NODE] = "more queues than their NUMA nodes have CPUs; "
				      "--node=any uses all CPUs, --node=local only "
				      "the CPUs of each device's node.",
		[MORE_THAN_CPUS] = "more queues than CPUs; fewer queues would be "
				   "enough.",
		[ONE_QUEUE] = "only one queue each; 'irqkit rps DEV --auto' can spread "
			      "their packet processing.",
		[ONE_QUEUE_SENDS] =
			"only one queue each and mostly send; RPS shares only the work "
			"of receiving.",
		[FEWER_THAN_CPUS] =
			"fewer queues than CPUs; to use more CPUs, try "
			"'irqkit channels DEV --auto', if the driver allows it, or "
			"'irqkit rps DEV --auto'.",
	};
	_cleanup_free_ char *names = join_names(spread, change, finding);
	_cleanup_free_ char *safe = names ? text_escape(names) : NULL;

	if (safe)
		notes_add(&spread->notes, "%s and %zu more have %s", safe, n - MAX_LINES,
			phrases[finding]);
}

static void note_queues(struct spread *spread, const struct change *change)
{
	const struct placed *p = &spread->placed;

	for (enum finding finding = 0; finding < NOTHING_FOUND; finding++) {
		size_t n = 0;

		for (size_t i = 0; i < p->n_owners; i++)
			n += find_finding(spread, change, &p->owners[i]) == finding;
		if (n > MAX_LINES)
			note_devices(spread, change, finding, n);
		for (size_t i = 0; i < p->n_owners && n <= MAX_LINES; i++)
			if (find_finding(spread, change, &p->owners[i]) == finding)
				note_device(spread, change, &p->owners[i], finding);
	}
}

/* ------------------------------------------------------------------------------- */

/* Do tx interrupts make a real part of the load? If few fired, nothing is known of that. */
static bool has_tx_load(const struct placed *p)
{
	double tx = 0, all = 0;

	for (size_t i = 0; i < p->n; i++) {
		double load = (double)irqkit_spread_get_load(p->spread, i);

		all += load;
		if (irqkit_spread_get_serves(p->spread, i) == IRQKIT_SERVES_TX)
			tx += load;
	}
	return (p->is_time || all >= IRQKIT_FEW_INTERRUPTS) && tx >= all / 5;
}

static bool has_more_cpus_than_queues(const struct placed *p)
{
	for (size_t i = 0; i < p->n_owners; i++)
		if (p->owners[i].n_queues > 0 &&
			p->owners[i].n_queues < p->owners[i].n_cpus)
			return true;
	return false;
}

enum status spread_try_split(struct spread *spread, const struct change *change)
{
	const struct wish *wish = spread->wish;
	const struct placed *p = &spread->placed;

	bool uses_queues = wish->policy == IRQKIT_POLICY_QUEUE ||
		wish->policy == IRQKIT_POLICY_LOAD;

	if (hides_notes(change) || !uses_queues || wish->is_split ||
		!has_more_cpus_than_queues(p) || !has_tx_load(p))
		return STATUS_DONE;
	if (irqkit_spread_find_split_imbalance(p->spread, &spread->split) < 0)
		return say_no_memory();
	return STATUS_DONE;
}

static void note_split(struct spread *spread)
{
	double together = irqkit_spread_get_imbalance_after(spread->placed.spread);

	if (spread->split > 0 && spread->split <= together * 0.9)
		notes_add(&spread->notes,
			"rx and tx interrupts of a queue share a CPU; with --split they "
			"do not, and the imbalance is %.1f instead of %.1f.",
			spread->split, together);
}

/* After the writes, the report shows which CPU the kernel chose. */
static void note_width(struct spread *spread, const struct change *change)
{
	size_t n = irqkit_placement_count_on_one_of_many(spread->placed.placement);

	if (n > 0 && !change_writes(change->options))
		notes_add(&spread->notes,
			"%zu interrupt%s will be handled by only one CPU each, which "
			"the kernel chooses: --width=%u does not share the load of one "
			"interrupt; add queues or use RPS.",
			n, n == 1 ? "" : "s", spread->wish->width);
}

/* Interfaces whose controller's interrupt is placed, and with it those of others. */
static void note_shared(struct spread *spread)
{
	const struct placed *p = &spread->placed;
	size_t n = 0;

	if (irqkit_devices_count_net(p->devices, &n) < 0)
		return;
	for (size_t i = 0; i < n; i++) {
		const struct irqkit_device *device = irqkit_devices_get_net(
			p->devices, i);
		bool is_placed = false;

		for (size_t k = 0; k < irqkit_device_count_irqs(device); k++)
			is_placed |= placed_find(p,
					     (int)irqkit_device_irq_get_number(
						     irqkit_device_get_irq(device, k))) >=
				0;
		_cleanup_free_ char *text = is_placed ? explain_shared(device) : NULL;
		_cleanup_free_ char *safe = text ? text_escape(text) : NULL;

		if (safe)
			notes_add(&spread->notes, "%s", safe);
	}
}

/* Why somebody may want a plan that makes the load less even. */
static const char *find_reason(const struct spread *spread)
{
	const struct wish *wish = spread->wish;

	if (!irqkit_cpuset_is_empty(spread->placed.unfit))
		return "it moves interrupts away from isolated or nohz_full CPUs";
	if (wish->policy == IRQKIT_POLICY_HINT)
		return "it follows what the drivers suggest";
	if (wish->policy == IRQKIT_POLICY_IRQ)
		return "it does not depend on what runs now";
	if (wish->stays_on_node)
		return "it keeps the queues on the NUMA nodes that --node allows";
	if (wish->has_cpus)
		return "it leaves the other CPUs to other work";
	if (wish->policy == IRQKIT_POLICY_LOAD)
		return "it also considers SMT siblings and NUMA nodes";
	return "it goes by queues, not by their counts";
}

static void note_worse(struct spread *spread, const struct change *change)
{
	double before = irqkit_spread_get_imbalance_before(spread->placed.spread);
	double after = irqkit_spread_get_imbalance_after(spread->placed.spread);
	char period[32] = "since boot";

	if (spread->seconds)
		snprintf(period, sizeof(period), "in %u s", spread->seconds);
	if (irqkit_placement_is_less_even(spread->placed.placement) &&
		irqkit_plan_count_results(change->plan, IRQKIT_PLANNED) > 0)
		notes_add(&spread->notes,
			"by counts %s, this plan makes the load less even (imbalance "
			"%.1f "
			"now, %.1f after); %s; 'irqkit undo' undoes it",
			period, before, after, find_reason(spread));
}

void spread_find_notes(struct spread *spread, const struct change *change)
{
	if (hides_notes(change))
		return;
	spread_note_others(spread, change);
	spread_note_steering(spread);
	note_worse(spread, change);
	spread->notes.n_warnings = spread->notes.n;
	note_split(spread);
	note_queues(spread, change);
	note_shared(spread);
	note_width(spread, change);
}

void spread_say_warnings(const struct spread *spread, const struct change *change)
{
	if (!change->call->common.is_quiet)
		notes_say_warnings(&spread->notes);
}
