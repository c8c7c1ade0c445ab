/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What `irqkit spread` adds to the report: the load of each CPU before and after. */
#include "spread/spread_report.h"
#include "base/basics.h"
#include "base/fold.h"
#include "base/text.h"
#include "change/report_row.h"
#include "measure/period.h"
#include "spread/decision.h"
#include "spread/spread_remark.h"
#include "table/render.h"

#include <stdio.h>
#include <string.h>

#define BAR_WIDTH 8u
#define MAX_LINES 32u

enum when { BEFORE, AFTER, MEASURED, N_TIMES };

struct load_row {
	unsigned int cpu;
	bool is_measured;
	uint64_t load[N_TIMES];
};

static struct cell get_cpu(void *data)
{
	struct load_row *row = data;

	return number_cell(row->cpu);
}

static struct cell get_before(void *data)
{
	struct load_row *row = data;

	return number_cell(row->load[BEFORE]);
}

static struct cell get_after(void *data)
{
	struct load_row *row = data;

	return number_cell(row->load[AFTER]);
}

static struct cell get_measured(void *data)
{
	struct load_row *row = data;

	return row->is_measured ? number_cell(row->load[MEASURED]) : ABSENT;
}

static const struct column columns[] = {
	{ "CPU", "cpu", "CPU", 0, get_cpu, 0 },
	{ "BEFORE", "before", "load of the CPU now", 0, get_before, 0 },
	{ "AFTER", "after", "expected load", 0, get_after, 0 },
	{ "MEASURED", "measured", "load measured afterwards", 0, get_measured, 0 },
	{ 0 },
};

static bool has_load(const struct load_row *row)
{
	return row->load[BEFORE] || row->load[AFTER] || row->load[MEASURED];
}

static void read_row(
	const struct spread *spread, unsigned int cpu, struct load_row *ret_row)
{
	const struct irqkit_spread *placed = spread->placed.spread;
	const struct irqkit_load_cpu *measured = spread->after
		? irqkit_load_find_cpu(spread->after, cpu)
		: NULL;

	*ret_row = (struct load_row){ .cpu = cpu };
	ret_row->load[BEFORE] = irqkit_spread_get_load_before(placed, cpu);
	ret_row->load[AFTER] = irqkit_spread_get_load_after(placed, cpu);
	ret_row->load[MEASURED] = measured ? irqkit_load_cpu_get_weight(measured) : 0;
	ret_row->is_measured = spread->after != NULL;
}

/* CPUs that may be used, or have load. NULL: no memory. */
static struct load_row *make_rows(const struct spread *spread, size_t *ret_n)
{
	const struct placed *p = &spread->placed;
	const struct irqkit_cpuset *online = irqkit_topology_get_cpus(
		p->topology, IRQKIT_CPUS_ONLINE);
	struct load_row *rows = calloc(irqkit_cpuset_count(online) + 1, sizeof(*rows));
	size_t n = 0;

	if (!rows)
		return NULL;
	irqkit_cpuset_foreach (cpu, online) {
		read_row(spread, cpu, &rows[n]);
		n += has_load(&rows[n]) || irqkit_cpuset_has(p->cpus, rows[n].cpu);
	}
	*ret_n = n;
	return rows;
}

/* ------------------------------------------------------------------------------- */
/* JSON                                                                            */

bool spread_get_load(
	const struct report *report, const struct irqkit_step *step, uint64_t *ret_load)
{
	const struct spread *spread = report->data;

	int number = irqkit_step_get_irq(step);
	const struct irqkit_irq *irq = number < 0
		? NULL
		: irqkit_machine_find_irq(report->machine, (unsigned int)number);

	if (!irq)
		return false;
	*ret_load = spread_get_row_load(spread, irqkit_irq_get_index(irq));
	return true;
}

static void add_sources(const struct spread *spread, struct document *document)
{
	const char *words[PERIOD_N_SOURCES + 1] = { NULL };

	period_list_sources(
		spread->load, irqkit_snapshot_count(spread->rows), words, false);
	document_add_texts(document, "packets_from", words);
}

/* What the loads are numbers of. */
static void add_weigh(const struct spread *spread, struct document *document)
{
	const struct irqkit_load *load = spread->load;
	const char *why = irqkit_load_explain_weigh(load);

	document_add_text(document, "weigh", period_name_weigh(load));
	if (why)
		document_add_text(document, "weigh_why", why);
	if (irqkit_load_get_weigh(load) != IRQKIT_WEIGH_INTERRUPTS)
		add_sources(spread, document);
}

/* All messages that belong to the plan. */
static void add_warnings(const struct report *report, struct document *document)
{
	const struct spread *spread = report->data;
	const struct notes *notes = &spread->notes;
	_cleanup_free_ char *heavy = spread_explain_heavy(report);
	const char **texts = calloc(
		notes->n + report->n_request_warnings + 2, sizeof(*texts));
	size_t n = 0;

	if (!texts) {
		document_fail(document);
		return;
	}
	for (size_t i = 0; i < notes->n; i++)
		texts[n++] = notes->texts[i];
	for (size_t i = 0; i < report->n_request_warnings; i++)
		texts[n++] = report->request_warnings[i];
	if (heavy)
		texts[n++] = heavy;
	document_add_texts(document, "warnings", texts);
	free(texts);
}

void spread_add_keys(const struct report *report, struct document *document)
{
	const struct spread *spread = report->data;
	struct table table CLEANUP(table_free) = { 0 };
	struct load_row *rows = make_rows(spread, &table.n_rows);

	table.rows = calloc(table.n_rows + 1, sizeof(*table.rows));
	for (size_t i = 0; rows && table.rows && i < table.n_rows; i++)
		table.rows[i] = &rows[i];
	document_add_text(document, "policy", spread->wish->policy_word);
	document_add_text(document, "load", spread->seconds ? "measured" : "total");
	if (spread->seconds)
		document_add_number(document, "seconds", spread->seconds);
	if (spread->load)
		add_weigh(spread, document);
	if (rows && table.rows && table_choose_keys(&table, columns))
		document_add_table(document, "loads", &table);
	document_add_cpus(document, "imbalance_cpus", spread->placed.judged);
	document_add_real(document, "imbalance_before",
		irqkit_spread_get_imbalance_before(spread->placed.spread));
	document_add_real(document, "imbalance_after",
		irqkit_spread_get_imbalance_after(spread->placed.spread));
	if (spread->after) {
		document_add_real(document, "imbalance_measured", spread->measured);
		document_add_number(document, "measured_seconds", spread->wish->verify);
	}
	add_warnings(report, document);
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

/* CPU time in nanoseconds, as the share of the time that was measured: "12%" */
static void format_share(char text[16], uint64_t load, double seconds)
{
	double percent = (double)load / seconds / 1e7;

	if (load == 0)
		strcpy(text, "0");
	else
		snprintf(text, 16, "%.*f%%", percent < 9.95 ? 1 : 0, percent);
}

static void format_at(const struct spread *spread, const struct load_row *row,
	enum when when, char *text)
{
	const struct irqkit_load *load = when == MEASURED ? spread->after : spread->load;

	if (load && irqkit_load_get_weigh(load) == IRQKIT_WEIGH_TIME)
		format_share(text, row->load[when], irqkit_load_get_seconds(load));
	else
		format_load(text, row->load[when]);
}

/* Eighths of a character, if the locale has them. */
static void print_bar(uint64_t load, uint64_t most)
{
	static const char *const eighths[] = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };
	unsigned int parts = most
		? (unsigned int)((double)load / (double)most * BAR_WIDTH * 8 + 0.5)
		: 0;
	unsigned int used = 0;

	parts = load && !parts ? 1 : parts;
	if (!text_is_utf8())
		parts = (parts + 7) / 8 * 8;
	for (; used < parts / 8; used++)
		fputs(text_is_utf8() ? "█" : "#", stdout);
	if (parts % 8) {
		fputs(eighths[parts % 8], stdout);
		used++;
	}
	printf("%*s", (int)(BAR_WIDTH - used), "");
}

/* Is there a table of steps above? */
static bool has_table(const struct report *report)
{
	for (size_t i = 0; i < irqkit_plan_count(report->plan); i++)
		if (report_shows_step(report, irqkit_plan_get(report->plan, i)))
			return true;
	return false;
}

/* Drops rows without load if there are many; returns how many are left. */
static size_t drop_idle(struct load_row *rows, size_t n)
{
	size_t kept = 0;

	if (n <= MAX_LINES)
		return n;
	for (size_t i = 0; i < n; i++)
		if (has_load(&rows[i]))
			rows[kept++] = rows[i];
	return kept;
}

static uint64_t heaviest(const struct load_row *row)
{
	uint64_t most = 0;

	for (enum when when = 0; when < N_TIMES; when++)
		most = row->load[when] > most ? row->load[when] : most;
	return most;
}

static int compare_cpus(const void *a, const void *b)
{
	const struct load_row *row_a = a, *row_b = b;

	return row_a->cpu < row_b->cpu ? -1 : row_a->cpu > row_b->cpu;
}

static int compare_loads(const void *a, const void *b)
{
	uint64_t x = heaviest(a), y = heaviest(b);

	return x < y ? 1 : x > y ? -1 : compare_cpus(a, b);
}

/* Moves the busiest rows to the front, in the order of CPUs; returns how many. */
static size_t choose_busiest(struct load_row *rows, size_t n)
{
	if (n <= MAX_LINES)
		return n;
	qsort(rows, n, sizeof(*rows), compare_loads);
	qsort(rows, MAX_LINES, sizeof(*rows), compare_cpus);
	return MAX_LINES;
}

static void find_most(const struct load_row *rows, size_t n, uint64_t most[N_TIMES])
{
	memset(most, 0, N_TIMES * sizeof(*most));
	for (size_t i = 0; i < n; i++)
		for (enum when when = 0; when < N_TIMES; when++)
			if (rows[i].load[when] > most[when])
				most[when] = rows[i].load[when];
}

/* The load of the longest bar; the same for all times that can be compared. */
static void scale(const struct spread *spread, uint64_t most[N_TIMES])
{
	if (most[BEFORE] < most[AFTER])
		most[BEFORE] = most[AFTER];
	if (spread->seconds == spread->wish->verify && most[BEFORE] < most[MEASURED])
		most[BEFORE] = most[MEASURED];
	most[AFTER] = most[BEFORE];
	if (spread->seconds == spread->wish->verify)
		most[MEASURED] = most[BEFORE];
}

static void print_row(const struct spread *spread, const struct load_row *row,
	const uint64_t most[N_TIMES])
{
	printf("%-3u", row->cpu);
	for (enum when when = 0; when < (row->is_measured ? N_TIMES : MEASURED); when++) {
		char text[16];

		format_at(spread, row, when, text);
		printf("  ");
		print_bar(row->load[when], most[when]);
		printf(" %5s", text);
	}
	putchar('\n');
}

static void print_rest(size_t n_more, size_t n_idle)
{
	if (n_idle && n_more)
		print_sentence(
			"... and %zu with less load, %zu with no load (--json shows "
			"all)\n",
			n_more, n_idle);
	else if (n_idle)
		print_sentence("... and %zu with no load (--json shows all)\n", n_idle);
	else if (n_more)
		print_sentence("... and %zu with less load (--json shows all)\n", n_more);
}

static void print_rows(const struct report *report, struct load_row *rows, size_t n)
{
	const struct spread *spread = report->data;
	size_t kept = drop_idle(rows, n);
	size_t shown = choose_busiest(rows, kept);
	uint64_t most[N_TIMES];

	find_most(rows, kept, most);
	if (!most[BEFORE] && !most[AFTER] && !most[MEASURED])
		return;
	scale(spread, most);
	printf("%sCPU  %s\n", has_table(report) ? "\n" : "",
		spread->after ? "before          expected        measured"
			      : "now             after");
	for (size_t i = 0; i < shown; i++)
		print_row(spread, &rows[i], most);
	print_rest(kept - shown, n - kept);
}

void spread_add_remark(const struct report *report)
{
	const struct spread *spread = report->data;
	size_t n = 0;
	struct load_row *rows = make_rows(spread, &n);

	if (rows)
		print_rows(report, rows, n);
	free(rows);
	spread_print_imbalance(report);
	notes_print_advice(&spread->notes);
}
