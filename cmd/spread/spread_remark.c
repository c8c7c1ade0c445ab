/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How uneven it is, and what an expert would say to it. */
#include "spread/spread_run.h"

#include <stdio.h>
#include <string.h>

/* What each of its CPUs has of an interrupt then. */
static uint64_t find_part(const struct placement *p, long index, uint64_t total)
{
	const struct irqkit_cpuset *cpus = irqkit_spread_get_cpus(
		p->spread, (size_t)index);

	return cpus ? total / irqkit_cpuset_count(cpus) : total;
}

/* The interrupt that alone makes most of what the busiest CPU has then, or NULL. */
static const struct irqkit_interrupt *find_heavy(
	const struct spread *spread, double *ret_share)
{
	const struct placement *p = &spread->placement;
	const struct irqkit_interrupt *heaviest = NULL;
	uint64_t most = 0, busiest = 0;

	for (size_t i = 0; i < irqkit_snapshot_count(spread->counts); i++) {
		const struct irqkit_interrupt *row = irqkit_snapshot_get(
			spread->counts, i);
		uint64_t total = irqkit_interrupt_get_total(row);
		long index = total > most
			? placement_find(p, irqkit_interrupt_get_irq(row))
			: -1;

		if (index < 0 || find_part(p, index, total) <= most)
			continue;
		most = find_part(p, index, total);
		heaviest = row;
	}
	irqkit_cpuset_foreach (cpu, p->cpus) {
		uint64_t load = irqkit_spread_get_load_after(
			p->spread, cpu);

		busiest = load > busiest ? load : busiest;
	}
	*ret_share = busiest ? (double)most / (double)busiest : 0;
	return *ret_share > 0.8 ? heaviest : NULL;
}

/* Was there anything to write, whatever came of it? */
static bool had_moves(const struct report *report)
{
	for (size_t i = 0; i < irqkit_plan_count(report->plan); i++) {
		const struct irqkit_step *step = irqkit_plan_get(report->plan, i);
		enum irqkit_result result = irqkit_step_get_result(step);

		if (result != IRQKIT_UNCHANGED &&
			(result != IRQKIT_SKIPPED || irqkit_step_get_error(step)))
			return true;
	}
	return false;
}

/* Does the plan write, or did it? */
static bool is_change(const struct report *report)
{
	return irqkit_plan_count_results(report->plan, IRQKIT_PLANNED) ||
		irqkit_plan_count_results(report->plan, IRQKIT_DONE) ||
		irqkit_plan_count_results(report->plan, IRQKIT_PENDING);
}

/* Where loads don't decide, they may be worse for it. */
static void print_gain_by_rule(double before, double after)
{
	if (after > before + 0.1)
		printf("Worse by these counts; --by=load goes by what comes now.\n");
	else if (after > before - 0.1 && after < 1.25)
		printf("Nothing to gain by these counts: they are even already.\n");
	else if (after > before - 0.1)
		printf("Nothing to gain by these counts; --by=load goes by what comes "
		       "now.\n");
}

/* What stands in the way of less, or that there is nothing to gain. */
static void print_gain(const struct report *report, double before, double after)
{
	const struct spread *spread = report->data;
	const struct placement_wish *wish = &spread->wish->placement;
	bool is_by_load = wish->policy == IRQKIT_POLICY_LOAD;
	double share;
	const struct irqkit_interrupt *heavy = find_heavy(spread, &share);

	if (is_by_load && !had_moves(report))
		printf("Nothing to gain: no move eases the busiest CPU by more than %u "
		       "%%.\n",
			wish->gain);
	if (heavy && after > 1.5)
		printf("Interrupt %s alone makes %.0f %% of the busiest: "
		       "only RPS shares the load of one.\n",
			irqkit_interrupt_get_label(heavy), share * 100);
	else if (!is_by_load && is_change(report) && before > 0 && !spread->after_counts)
		print_gain_by_rule(before, after);
}

static void format_imbalance(char text[16], double imbalance)
{
	if (imbalance == 0)
		strcpy(text, "none");
	else
		snprintf(text, 16, "%.1f", imbalance);
}

/* "Busiest / mean of 4 CPUs (interrupts in 5 s): 3.6 now, 1.1 then." */
static void print_imbalance(const struct spread *spread, double before, double after)
{
	unsigned int n_cpus = irqkit_cpuset_count(spread->placement.cpus);
	char before_text[16], after_text[16];

	format_imbalance(before_text, before);
	format_imbalance(after_text, after);
	printf("Busiest / mean of %u CPU%s (interrupts ", n_cpus, n_cpus == 1 ? "" : "s");
	if (spread->seconds)
		printf("in %u s", spread->seconds);
	else
		printf("since the start");
	printf(spread->after_counts ? "): %s before, %s expected.\n"
				    : "): %s now, %s then.\n",
		before_text, after_text);
}

static const char *judge(double before, double expected, double measured)
{
	if (measured > expected * 1.1)
		return measured >= before ? "no better than before"
					  : "worse than expected";
	return measured < expected * 0.9 ? "better than expected" : "as expected";
}

static void print_measured(const struct spread *spread, double expected)
{
	printf("Measured over %u s afterwards: ", spread->wish->verify);
	if (spread->measured == 0)
		printf("none came.\n");
	else if (spread->before == 0)
		printf("%.1f.\n", spread->measured);
	else
		printf("%.1f, %s.\n", spread->measured,
			judge(spread->before, expected, spread->measured));
}

void spread_print_imbalance(const struct report *report)
{
	const struct spread *spread = report->data;
	double before = irqkit_spread_get_imbalance_before(spread->placement.spread);
	double after = irqkit_spread_get_imbalance_after(spread->placement.spread);
	bool has_load = before > 0 || after > 0;

	if (has_load)
		print_imbalance(spread, before, after);
	else
		printf("None of them has come %s.\n",
			spread->seconds ? "in this time" : "yet");
	if (spread->after_counts)
		print_measured(spread, after);
	if (has_load && irqkit_cpuset_count(spread->placement.cpus) > 1)
		print_gain(report, before, after);
}
