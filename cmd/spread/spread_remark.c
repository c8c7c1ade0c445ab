/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The imbalance, and the closing remarks about it. */
#include "spread/spread_remark.h"
#include "base/basics.h"
#include "base/fold.h"
#include "measure/advise.h"
#include "measure/period.h"
#include "spread/decision.h"

#include <stdio.h>
#include <string.h>

/* The part of an interrupt's load that each of its CPUs will have. */
static uint64_t find_part(const struct placed *p, long index, uint64_t total)
{
	const struct irqkit_cpuset *cpus = irqkit_spread_get_cpus(
		p->spread, (size_t)index);

	return cpus ? total / irqkit_cpuset_count(cpus) : total;
}

/* The one interrupt that will be most of the load of the busiest CPU, or NULL. */
static const struct irqkit_interrupt *find_heavy(
	const struct spread *spread, double *ret_share)
{
	const struct placed *p = &spread->placed;
	const struct irqkit_interrupt *heaviest = NULL;
	uint64_t most = 0, busiest = 0;

	for (size_t i = 0; i < irqkit_snapshot_count(spread->rows); i++) {
		const struct irqkit_interrupt *row = irqkit_snapshot_get(spread->rows, i);
		uint64_t total = spread_get_row_load(spread, i);
		long index = total > most ? placed_find(p, irqkit_interrupt_get_irq(row))
					  : -1;

		if (index < 0 || find_part(p, index, total) <= most)
			continue;
		most = find_part(p, index, total);
		heaviest = row;
	}
	irqkit_cpuset_foreach (cpu, p->judged) {
		uint64_t load = irqkit_spread_get_load_after(p->spread, cpu);

		busiest = load > busiest ? load : busiest;
	}
	*ret_share = busiest ? (double)most / (double)busiest : 0;
	return *ret_share > 0.8 ? heaviest : NULL;
}

/* Was there anything to write, with or without success? */
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

/*
 * A policy that ignores the loads can make them worse. To relieve a CPU is a gain in
 * itself: if none should use it, at any price.
 */
static void print_gain_by_rule(const struct spread *spread, double after)
{
	const struct placed *p = &spread->placed;
	bool is_worse = irqkit_placement_is_worse(p->placement);
	const char *verdict = is_worse ? "Worse"
		: after < 1.25	       ? "Already even"
				       : "No improvement";

	if (irqkit_spread_is_better(spread->placed.spread) ||
		!irqkit_cpuset_is_empty(p->unfit) ||
		(!is_worse && !irqkit_cpuset_is_empty(p->relieved)))
		return;
	if (spread->seconds)
		print_sentence(
			"%s by the load of these %u s.\n", verdict, spread->seconds);
	else
		print_sentence(
			"%s by counts since boot. --by=load measures current traffic.\n",
			verdict);
}

static bool has_queue(
	const struct irqkit_device *device, int irq, enum irqkit_direction direction)
{
	return irq >= 0 &&
		irqkit_device_find_irq_queue(device, (unsigned int)irq, direction);
}

/* The interface of which it serves a queue, perhaps behind a USB controller; or NULL. */
static struct irqkit_device *find_served(
	const struct placed *p, int irq, enum irqkit_direction direction)
{
	size_t n = 0;

	if (irqkit_devices_count_net(p->devices, &n) < 0)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		struct irqkit_device *device = irqkit_devices_get_net(p->devices, i);

		if (has_queue(device, irq, direction))
			return device;
	}
	return NULL;
}

/* RPS shares what is received; nothing else shares the load of one interrupt. */
static char *explain_heavy(const struct report *report, const struct placed *p,
	const struct irqkit_interrupt *heavy, double share)
{
	int irq = irqkit_interrupt_get_irq(heavy);
	char *text;
	struct irqkit_device *receiver = find_served(p, irq, IRQKIT_RX);
	enum rps_use use = receiver ? advise_rps(report->machine, receiver) : RPS_USELESS;
	const char *cure = "no placement can spread it";

	if (use == RPS_WOULD_HELP)
		cure = "only RPS can spread it";
	else if (use == RPS_IS_ON)
		cure = "RPS already spreads its packets";
	else if (!receiver && find_served(p, irq, IRQKIT_TX))
		cure = "only more tx queues can share it";
	return asprintf(&text, "Interrupt %s is %.0f %% of the busiest CPU's load; %s.",
		       irqkit_interrupt_get_label(heavy), share * 100, cure) < 0
		? NULL
		: text;
}

char *spread_explain_heavy(const struct report *report)
{
	const struct spread *spread = report->data;
	const struct placed *p = &spread->placed;
	double share;
	const struct irqkit_interrupt *heavy = find_heavy(spread, &share);

	return heavy && !spread->after && irqkit_cpuset_count(p->cpus) > 1 &&
			!irqkit_placement_has_few(p->placement) &&
			irqkit_spread_get_imbalance_before(p->spread) > 0 &&
			irqkit_spread_get_imbalance_after(p->spread) > 1.5
		? explain_heavy(report, p, heavy, share)
		: NULL;
}

/* Why the load cannot be more even, or that there is nothing to gain. */
static void print_gain(const struct report *report, double before, double after)
{
	const struct spread *spread = report->data;
	const struct wish *wish = spread->wish;
	bool is_by_load = wish->policy == IRQKIT_POLICY_LOAD;
	bool has_choice = irqkit_cpuset_count(spread->placed.cpus) > 1;
	_cleanup_free_ char *heavy = spread_explain_heavy(report);

	if (is_by_load && has_choice && !had_moves(report))
		print_sentence(
			"No improvement: no move relieves the busiest CPU by more than "
			"%u %%.\n",
			wish->gain);
	if (before > 0 && irqkit_placement_has_few(spread->placed.placement))
		print_sentence(
			"Few interrupts fired: these numbers are mostly chance.\n");
	else if (heavy)
		print_sentence("%s\n", heavy);
	else if (!is_by_load && is_change(report) && before > 0 && !spread->after)
		print_gain_by_rule(spread, after);
}

static void format_imbalance(char text[16], double imbalance)
{
	if (imbalance == 0)
		strcpy(text, "none");
	else
		snprintf(text, 16, "%.1f", imbalance);
}

static void print_relieved(const struct irqkit_cpuset *relieved)
{
	_cleanup_free_ char *list = NULL;

	if (!irqkit_cpuset_is_empty(relieved) &&
		irqkit_cpuset_format_list(relieved, &list) == 0)
		print_sentence("The mean includes CPU%s %s, which handled some of these "
			       "interrupts before the change.\n",
			irqkit_cpuset_count(relieved) == 1 ? "" : "s", list);
}

/* "Imbalance (busiest CPU / mean) of 4 CPUs in 5 s: 3.6 now, 1.1 after." */
static void print_imbalance(const struct spread *spread, double before, double after)
{
	unsigned int n_cpus = irqkit_cpuset_count(spread->placed.judged);
	char before_text[16], after_text[16];

	format_imbalance(before_text, before);
	format_imbalance(after_text, after);
	print_sentence("Imbalance (busiest CPU / mean) of %u CPU%s ", n_cpus,
		n_cpus == 1 ? "" : "s");
	if (spread->seconds)
		print_sentence("in %u s", spread->seconds);
	else
		print_sentence("since boot");
	print_sentence(
		spread->after ? ": %s before, %s expected.\n" : ": %s now, %s after.\n",
		before_text, after_text);
	print_relieved(spread->placed.relieved);
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
	print_sentence("Measured over %u s after the change: ", spread->wish->verify);
	if (spread->measured == 0)
		print_sentence("no interrupt fired.\n");
	else if (spread->before == 0)
		print_sentence("%.1f.\n", spread->measured);
	else
		print_sentence("%.1f, %s.\n", spread->measured,
			judge(spread->before, expected, spread->measured));
}

/* ", divided by packets from the driver's statistics" */
static void print_sources(const struct spread *spread)
{
	const char *phrases[PERIOD_N_SOURCES + 1];
	enum irqkit_weigh weigh = irqkit_load_get_weigh(spread->load);

	if (weigh == IRQKIT_WEIGH_INTERRUPTS)
		return;
	period_list_sources(
		spread->load, irqkit_snapshot_count(spread->rows), phrases, true);
	if (weigh == IRQKIT_WEIGH_TIME)
		print_sentence(
			phrases[0] ? ", divided by packets" : ", divided by interrupts");
	for (size_t i = 0; phrases[i]; i++)
		print_sentence("%s%s", i ? " and " : " from ", phrases[i]);
}

/* What the numbers above are, and why they are not something better. */
static void print_weigh(const struct spread *spread)
{
	const char *why = irqkit_load_explain_weigh(spread->load);

	print_sentence("Weighed by %s%s",
		irqkit_load_get_weigh(spread->load) == IRQKIT_WEIGH_TIME ? "CPU " : "",
		period_name_weigh(spread->load));
	print_sources(spread);
	print_sentence("%s%s.\n", why ? ": " : "", why ? why : "");
}

void spread_print_imbalance(const struct report *report)
{
	const struct spread *spread = report->data;
	double before = irqkit_spread_get_imbalance_before(spread->placed.spread);
	double after = irqkit_spread_get_imbalance_after(spread->placed.spread);
	bool has_load = before > 0 || after > 0;

	if (has_load && spread->load)
		print_weigh(spread);
	if (has_load)
		print_imbalance(spread, before, after);
	else
		print_sentence("None of these interrupts fired %s.\n",
			spread->seconds ? "while measuring" : "since boot");
	if (spread->after)
		print_measured(spread, after);
	if (has_load && irqkit_cpuset_count(spread->placed.judged) > 1)
		print_gain(report, before, after);
}
