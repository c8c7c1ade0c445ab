/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text below the table of a report. */
#include "change/report_remark.h"
#include "base/basics.h"
#include "base/fold.h"
#include "base/text.h"
#include "change/report_row.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t count(const struct report *report, enum irqkit_result result)
{
	return irqkit_plan_count_results(report->plan, result);
}

/* Pending since before: this run had nothing to write. */
static size_t count_pending_before(const struct report *report)
{
	size_t n = 0;

	for (size_t i = 0; i < irqkit_plan_count(report->plan); i++) {
		const struct irqkit_step *step = irqkit_plan_get(report->plan, i);

		n += irqkit_step_get_result(step) == IRQKIT_PENDING &&
			!irqkit_step_was_written(step);
	}
	return n;
}

static void remark_counts(const struct report *report)
{
	static const struct {
		enum irqkit_result result;
		const char *word;
	} words[] = {
		{ IRQKIT_DONE, "done" },
		{ IRQKIT_PENDING, "pending" },
		{ IRQKIT_UNCHANGED, "unchanged" },
		{ IRQKIT_SKIPPED, "skipped" },
		{ IRQKIT_FAILED, "failed" },
		{ IRQKIT_ROLLED_BACK, "rolled back" },
		{ IRQKIT_PLANNED, "not tried" },
	};
	size_t n_before = count_pending_before(report);
	const char *before = "";

	for (size_t i = 0; i < LENGTH(words); i++) {
		size_t n = count(report, words[i].result);

		if (words[i].result == IRQKIT_PENDING)
			n -= n_before;
		if (n)
			print_sentence("%s%zu %s", before, n, words[i].word);
		before = n ? ", " : before;
	}
	if (n_before)
		print_sentence("%s%zu pending since before, not written again", before,
			n_before);
	before = n_before ? ", " : before;
	print_sentence("%s\n", before[0] ? "." : "Nothing to do.");
}

/* A reason, and how many steps have it. */
struct reason {
	const char *why;
	size_t first; /* step */
	size_t n;
};

static int compare_why(const void *a, const void *b)
{
	const struct reason *x = a, *y = b;
	int r = strcmp(x->why, y->why);

	return r ? r : (x->first > y->first) - (x->first < y->first);
}

static int compare_first(const void *a, const void *b)
{
	const struct reason *x = a, *y = b;

	return (x->first > y->first) - (x->first < y->first);
}

/* Each reason once, in the order of the steps; returns how many. */
static size_t join_reasons(struct reason *reasons, size_t n)
{
	size_t n_joined = 0;

	qsort(reasons, n, sizeof(*reasons), compare_why);
	for (size_t i = 0; i < n; i++)
		if (n_joined && strcmp(reasons[n_joined - 1].why, reasons[i].why) == 0)
			reasons[n_joined - 1].n++;
		else
			reasons[n_joined++] = reasons[i];
	qsort(reasons, n_joined, sizeof(*reasons), compare_first);
	return n_joined;
}

/* "Skipped: 4 managed by the kernel, 1 per-CPU." */
static void remark_skipped(const struct report *report)
{
	size_t n = irqkit_plan_count(report->plan), n_reasons = 0;
	_cleanup_free_ struct reason *reasons = calloc(n + 1, sizeof(*reasons));

	for (size_t i = 0; i < n && reasons; i++) {
		const struct irqkit_step *step = irqkit_plan_get(report->plan, i);

		if (irqkit_step_get_result(step) == IRQKIT_SKIPPED)
			reasons[n_reasons++] = (struct reason){ irqkit_step_get_why(step),
				i, 1 };
	}
	if (n_reasons)
		n_reasons = join_reasons(reasons, n_reasons);
	for (size_t i = 0; i < n_reasons; i++)
		print_sentence(
			"%s%zu %s", i ? ", " : "Skipped: ", reasons[i].n, reasons[i].why);
	if (n_reasons)
		print_sentence(".\n");
}

/* ------------------------------------------------------------------------------- */
/* Several CPUs are allowed, and one of them handles the interrupt                 */

enum one_cpu {
	MAY_BE_SEVERAL, /* or the step is not about that */
	USUALLY_ONE, /* the kernel does not report which CPU handles it */
	WILL_BE_ONE, /* it does not handle it yet */
	IS_ONE,
};

/* An event channel of Xen goes to one vCPU. */
static bool is_of_xen(const struct irqkit_irq *irq)
{
	const char *chip = irqkit_interrupt_get_chip(irqkit_irq_get_row(irq));

	return chip && strncmp(chip, "xen", 3) == 0;
}

/* Before the step is written: what the kernel says about the CPUs that are allowed now. */
static enum one_cpu foresee(const struct report *report, const struct irqkit_step *step)
{
	int number = irqkit_step_get_irq(step);
	struct irqkit_irq *irq = number < 0
		? NULL
		: irqkit_machine_find_irq(report->machine, (unsigned int)number);
	const struct irqkit_cpuset *effective = irqkit_step_get_effective(step);

	if (!irq)
		return MAY_BE_SEVERAL;
	if (is_of_xen(irq))
		return WILL_BE_ONE;
	if (!effective && irqkit_irq_get_effective(irq, &effective) == -ENOENT)
		return USUALLY_ONE;
	return effective && irqkit_cpuset_count(effective) == 1 ? WILL_BE_ONE
								: MAY_BE_SEVERAL;
}

static enum one_cpu is_on_one_of_many(
	const struct report *report, const struct irqkit_step *step)
{
	const struct irqkit_cpuset *cpus = irqkit_step_get_new_cpus(step);
	const struct irqkit_cpuset *effective = irqkit_step_get_effective(step);

	if (!step_is_of_interrupt(step) || !cpus || irqkit_cpuset_count(cpus) < 2)
		return MAY_BE_SEVERAL;
	switch (irqkit_step_get_result(step)) {
	case IRQKIT_DONE:
	case IRQKIT_UNCHANGED:
		if (effective && irqkit_cpuset_count(effective) == 1)
			return IS_ONE;
		return effective ? MAY_BE_SEVERAL : foresee(report, step);
	case IRQKIT_PENDING:
	case IRQKIT_PLANNED:
		return foresee(report, step);
	default:
		return MAY_BE_SEVERAL;
	}
}

/* "24 (eth0): the kernel delivers all of these interrupts to CPU 2." */
static void remark_one_interrupt(const struct irqkit_step *step, enum one_cpu kind)
{
	_cleanup_free_ char *name = text_escape(irqkit_step_get_target(step));

	print_sentence("%d (%s): ", irqkit_step_get_irq(step), name ? name : "");
	if (kind == IS_ONE)
		print_sentence("the kernel delivers all of these interrupts to CPU %d.\n",
			irqkit_cpuset_next(irqkit_step_get_effective(step), -1));
	else
		print_sentence("%s the interrupt.\n",
			kind == WILL_BE_ONE ? "only one of these CPUs will handle"
					    : "usually, only one of these CPUs handles");
}

static void remark_interrupts(const struct report *report, size_t n, enum one_cpu kind)
{
	static const char *const words[] = {
		[USUALLY_ONE] = "usually delivers",
		[WILL_BE_ONE] = "will deliver",
		[IS_ONE] = "delivers",
	};

	print_sentence("The kernel %s each of %zu interrupts to only one CPU%s.\n",
		words[kind], n,
		kind == IS_ONE && !report->is_dry_run ? " (see EFFECTIVE)" : "");
}

static void remark_one_cpu(const struct report *report)
{
	const struct irqkit_step *first = NULL;
	enum one_cpu kind = MAY_BE_SEVERAL;
	size_t n = 0;

	for (size_t i = 0; i < irqkit_plan_count(report->plan); i++) {
		const struct irqkit_step *step = irqkit_plan_get(report->plan, i);
		enum one_cpu this_kind = report_shows_step(report, step)
			? is_on_one_of_many(report, step)
			: MAY_BE_SEVERAL;

		if (this_kind == MAY_BE_SEVERAL ||
			(report->keeps_unchanged &&
				irqkit_step_get_result(step) == IRQKIT_UNCHANGED))
			continue;
		first = first ? first : step;
		kind = this_kind > kind ? this_kind : kind;
		n++;
	}
	if (n == 0 || report->is_not_for_load)
		return;
	if (n == 1)
		remark_one_interrupt(first, kind);
	else
		remark_interrupts(report, n, kind);
	print_sentence(
		"Listing several CPUs does not share the load of one interrupt: add "
		"queues or\n"
		"use RPS.\n");
}

/* The kernel may leave CPUs out of rps_cpus or xps_cpus; the user should know. */
static void remark_kept(const struct report *report)
{
	for (size_t i = 0; i < irqkit_plan_count(report->plan); i++) {
		const struct irqkit_step *step = irqkit_plan_get(report->plan, i);
		const struct irqkit_cpuset *kept = irqkit_step_get_effective(step);
		_cleanup_free_ char *name = text_escape(irqkit_step_get_target(step));
		_cleanup_free_ char *list = NULL;

		if (step_is_of_interrupt(step) || !kept || !name ||
			irqkit_cpuset_format_list(kept, &list) < 0)
			continue;
		print_sentence(
			"%s: the kernel kept only CPU%s %s; the others are offline or "
			"isolated.\n",
			name, irqkit_cpuset_count(kept) == 1 ? "" : "s", list);
	}
}

/* "24-27" */
static bool add_range(char **list, unsigned int first, unsigned int last)
{
	char range[32];

	if (first == last)
		snprintf(range, sizeof(range), "%u", first);
	else
		snprintf(range, sizeof(range), "%u-%u", first, last);
	return text_join(list, ",", range);
}

/* "24-27,30": the interrupts that the plan bans. NULL: no memory. */
static char *list_bans(const struct irqkit_plan *plan)
{
	size_t n = irqkit_plan_count_bans(plan), end;
	char *list = NULL;

	for (size_t i = 0; i < n; i = end) {
		unsigned int first = irqkit_plan_get_ban(plan, i);

		for (end = i + 1;
			end < n && irqkit_plan_get_ban(plan, end) == first + (end - i);)
			end++;
		if (!add_range(&list, first, irqkit_plan_get_ban(plan, end - 1)))
			return NULL;
	}
	return list;
}

/* What irqbalance leaves alone now, or no longer. */
static void remark_bans(const struct report *report)
{
	bool is_plan = report->is_dry_run;
	_cleanup_free_ char *list = list_bans(report->plan);

	if (report->lacks_irqbalance)
		print_sentence("irqbalance is not running: nothing to ban.\n");
	if (list && irqkit_plan_takes_bans_back(report->plan))
		print_sentence("%s banned from irqbalance: %s.\n",
			is_plan ? "Would no longer be" : "No longer", list);
	else if (list)
		print_sentence("%s irqbalance: %s.\n",
			is_plan ? "Would be banned from" : "Banned from", list);
	if (irqkit_plan_count_forgotten_bans(report->plan) > 0)
		print_sentence(
			"irqbalance has ended since then, and with it the %zu ban%s of "
			"this change.\n",
			irqkit_plan_count_forgotten_bans(report->plan),
			irqkit_plan_count_forgotten_bans(report->plan) == 1 ? "" : "s");
}

void report_print_remarks(const struct report *report)
{
	if (report->add_remark)
		report->add_remark(report);
	if (report->is_dry_run) {
		if (!report->is_undo && !report->add_remark)
			remark_one_cpu(report);
		print_sentence("%s", report->remarks ? report->remarks : "");
		remark_bans(report);
		if (count(report, IRQKIT_UNCHANGED) + count(report, IRQKIT_PENDING))
			print_sentence("%zu to change, %zu already set. ",
				count(report, IRQKIT_PLANNED),
				count(report, IRQKIT_UNCHANGED) +
					count(report, IRQKIT_PENDING));
		if (!report->shows_skipped)
			remark_skipped(report);
		print_sentence("Nothing was written%s%s (--dry-run).\n",
			report->not_done ? " or " : "",
			report->not_done ? report->not_done : "");
		return;
	}
	remark_counts(report);
	if (!report->shows_skipped)
		remark_skipped(report);
	if (count(report, IRQKIT_PENDING))
		print_sentence(report->has_waited
				? "Still pending: no interrupt has fired yet. Takes "
				  "effect when one does.\n"
				: "Pending: takes effect when the interrupt next fires. "
				  "Use --wait to wait for it.\n");
	remark_kept(report);
	if (!report->is_undo)
		remark_one_cpu(report);
	remark_bans(report);
	print_sentence("%s", report->remarks ? report->remarks : "");
}
