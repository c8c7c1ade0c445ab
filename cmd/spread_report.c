/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What `irqkit spread` adds to the report: the load of each CPU before and after. */
#include "spread.h"

#include <langinfo.h>
#include <stdio.h>
#include <string.h>

#define BAR_WIDTH 8u
#define MAX_LINES 32u

struct load_row {
	unsigned int cpu;
	uint64_t before;
	uint64_t after;
};

static struct value get_cpu(void *data, const struct column *column)
{
	struct load_row *row = data;

	(void)column;
	return (struct value){ .kind = VALUE_NUMBER, .number = row->cpu };
}

static struct value get_before(void *data, const struct column *column)
{
	struct load_row *row = data;

	(void)column;
	return (struct value){ .kind = VALUE_NUMBER, .number = row->before };
}

static struct value get_after(void *data, const struct column *column)
{
	struct load_row *row = data;

	(void)column;
	return (struct value){ .kind = VALUE_NUMBER, .number = row->after };
}

static const struct column columns[] = {
	{ "CPU", "cpu", "CPU", 0, get_cpu, 0 },
	{ "BEFORE", "before", "its load now", 0, get_before, 0 },
	{ "AFTER", "after", "its load as expected", 0, get_after, 0 },
	{ 0 },
};

/* CPUs that may be used, or have load. NULL: no memory. */
static struct load_row *make_rows(const struct placement *p, size_t *ret_n)
{
	const struct irqkit_cpuset *online =
		irqkit_topology_get_cpus(p->topology, IRQKIT_CPUS_ONLINE);
	struct load_row *rows = calloc(irqkit_cpuset_count(online) + 1, sizeof(*rows));
	size_t n = 0;

	if (!rows)
		return NULL;
	irqkit_cpuset_foreach(cpu, online) {
		struct load_row row = { .cpu = (unsigned int)cpu };

		row.before = irqkit_spread_get_load_before(p->spread, row.cpu);
		row.after = irqkit_spread_get_load_after(p->spread, row.cpu);
		if (row.before || row.after || irqkit_cpuset_has(p->cpus, row.cpu))
			rows[n++] = row;
	}
	*ret_n = n;
	return rows;
}

/* ------------------------------------------------------------------------------- */
/* JSON                                                                            */

void spread_add_keys(const struct change *change, struct document *document)
{
	const struct spread *spread = change->data;
	struct table table CLEANUP(table_free) = { 0 };
	struct load_row *rows = make_rows(&spread->placement, &table.n_rows);

	table.rows = calloc(table.n_rows + 1, sizeof(*table.rows));
	for (size_t i = 0; rows && table.rows && i < table.n_rows; i++)
		table.rows[i] = &rows[i];
	document_add_text(document, "policy", spread->policy_word);
	document_add_text(document, "load", spread->seconds ? "measured" : "total");
	if (spread->seconds)
		document_add_number(document, "seconds", spread->seconds);
	if (rows && table.rows && table_choose_keys(&table, columns))
		document_add_table(document, "loads", &table);
	document_add_real(document, "imbalance_before",
		irqkit_spread_get_imbalance_before(spread->placement.spread));
	document_add_real(document, "imbalance_after",
		irqkit_spread_get_imbalance_after(spread->placement.spread));
	if (spread->verified)
		document_add_real(document, "imbalance_measured", spread->measured);
	free(rows);
}

/* ------------------------------------------------------------------------------- */
/* Text                                                                            */

/* 1533 is "1.5k" */
static void format_load(char text[16], uint64_t load)
{
	static const char units[] = " kMGTPE";
	double value = (double)load;
	size_t unit = 0;

	while (value >= 999.5 && unit + 2 < sizeof(units)) {
		value /= 1000;
		unit++;
	}
	if (unit == 0)
		snprintf(text, 16, "%.0f", value);
	else
		snprintf(text, 16, "%.*f%c", value < 9.95 ? 1 : 0, value, units[unit]);
}

static bool has_blocks(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

/* Eighths of a place, where the locale has them. */
static void print_bar(uint64_t load, uint64_t most)
{
	static const char *const eighths[] = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };
	unsigned int parts =
		most ? (unsigned int)((double)load / (double)most * BAR_WIDTH * 8 + 0.5) : 0;
	unsigned int used = 0;

	parts = load && !parts ? 1 : parts;
	if (!has_blocks())
		parts = (parts + 7) / 8 * 8;
	for (; used < parts / 8; used++)
		fputs(has_blocks() ? "█" : "#", stdout);
	if (parts % 8) {
		fputs(eighths[parts % 8], stdout);
		used++;
	}
	printf("%*s", (int)(BAR_WIDTH - used), "");
}

/* Does a table of steps stand above? */
static bool has_table(const struct change *change)
{
	size_t n = irqkit_plan_count(change->plan);

	if (change->call->common.verbosity > 0)
		return n > 0;
	n -= irqkit_plan_count_results(change->plan, IRQKIT_SKIPPED);
	if (change->hides_unchanged)
		n -= irqkit_plan_count_results(change->plan, IRQKIT_UNCHANGED);
	return n > 0;
}

/* Of many, those without load are left out: returns how many are kept. */
static size_t drop_idle(struct load_row *rows, size_t n)
{
	size_t kept = 0;

	if (n <= MAX_LINES)
		return n;
	for (size_t i = 0; i < n; i++)
		if (rows[i].before || rows[i].after)
			rows[kept++] = rows[i];
	return kept;
}

static void print_rows(const struct change *change, struct load_row *rows, size_t n)
{
	size_t kept = drop_idle(rows, n), n_idle = n - kept;
	size_t shown = kept > MAX_LINES ? MAX_LINES : kept;
	uint64_t most = 0;

	for (size_t i = 0; i < kept; i++) {
		most = rows[i].before > most ? rows[i].before : most;
		most = rows[i].after > most ? rows[i].after : most;
	}
	if (!most)
		return;
	printf("%sCPU  now             then\n", has_table(change) ? "\n" : "");
	for (size_t i = 0; i < shown; i++) {
		char before[16], after[16];

		format_load(before, rows[i].before);
		format_load(after, rows[i].after);
		printf("%-3u  ", rows[i].cpu);
		print_bar(rows[i].before, most);
		printf(" %5s  ", before);
		print_bar(rows[i].after, most);
		printf(" %5s\n", after);
	}
	if (n_idle && kept > shown)
		printf("... and %zu more, and %zu without load (--json has all)\n",
			kept - shown, n_idle);
	else if (n_idle)
		printf("... and %zu without load (--json has all)\n", n_idle);
	else if (kept > shown)
		printf("... and %zu more (--json has all)\n", kept - shown);
}

/* "Busiest / mean: 3.6 now, 1.1 then." and what stands in the way of less. */
static void print_imbalance(const struct spread *spread)
{
	const struct irqkit_spread *s = spread->placement.spread;
	double before = irqkit_spread_get_imbalance_before(s);
	double after = irqkit_spread_get_imbalance_after(s);
	const struct irqkit_interrupt *heaviest = NULL;
	uint64_t most = 0, busiest = 0;
	unsigned int n_cpus;

	if (before == 0 && after == 0) {
		printf("None of them has come %s.\n",
			spread->seconds ? "in this time" : "yet");
		return;
	}
	n_cpus = irqkit_cpuset_count(spread->placement.cpus);
	printf("Busiest / mean of %u CPU%s (interrupts ", n_cpus, n_cpus == 1 ? "" : "s");
	if (spread->seconds)
		printf("in %u s", spread->seconds);
	else
		printf("since the start");
	printf("): %.1f now, %.1f then.\n", before, after);
	for (size_t i = 0; i < spread->placement.n; i++) {
		if (spread->loads[i] > most) {
			most = spread->loads[i];
			heaviest = spread->placement.interrupts[i];
		}
	}
	irqkit_cpuset_foreach(cpu, spread->placement.cpus) {
		uint64_t load = irqkit_spread_get_load_after(s, (unsigned int)cpu);

		busiest = load > busiest ? load : busiest;
	}
	if (heaviest && after > 1.5 && (double)most * 10 > (double)busiest * 8)
		printf("Interrupt %s alone makes %.0f %% of the busiest: only RPS shares the "
		       "load of one.\n",
			irqkit_interrupt_get_label(heaviest),
			(double)most * 100 / (double)busiest);
}

/* More queues than CPUs, or one queue only. */
static void print_owners(const struct placement *p)
{
	for (size_t i = 0; i < p->n_owners; i++) {
		const struct placement_device *owner = &p->owners[i];
		_cleanup_free_ char *name = NULL;

		if (!owner->device || !irqkit_device_count_queues(owner->device))
			continue;
		name = text_escape(irqkit_device_get_name(owner->device));
		if (!name)
			return;
		if (owner->n_queues > owner->n_cpus && owner->node >= 0 &&
			owner->n_cpus < irqkit_cpuset_count(p->cpus))
			printf("%s has %zu queues, its node %d has %zu CPUs: --node=any "
			       "takes all.\n", name, owner->n_queues, owner->node,
				owner->n_cpus);
		else if (owner->n_queues > owner->n_cpus)
			printf("%s has %zu queues for %zu CPUs: fewer would do as well.\n",
				name, owner->n_queues, owner->n_cpus);
		else if (owner->n_queues == 1 && owner->n_cpus > 1 &&
			!irqkit_device_find_queue(owner->device, IRQKIT_RX, 1))
			printf("%s has one queue: spread cannot share it, 'irqkit rps %s' "
			       "can.\n", name, name);
	}
}

void spread_add_remark(const struct change *change)
{
	const struct spread *spread = change->data;
	size_t n = 0;
	struct load_row *rows = make_rows(&spread->placement, &n);

	if (rows)
		print_rows(change, rows, n);
	free(rows);
	print_imbalance(spread);
	print_owners(&spread->placement);
	if (spread->verified && spread->measured == 0)
		printf("Measured over %u s: none came.\n", spread->verified);
	else if (spread->verified)
		printf("Measured over %u s: %.1f.\n", spread->verified, spread->measured);
}
