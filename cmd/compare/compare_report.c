/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two states side by side, for people. */
#include "compare/compare_report.h"
#include "base/basics.h"
#include "base/fold.h"
#include "base/say.h"
#include "base/text.h"
#include "table/render.h"

#include <stdio.h>
#include <string.h>

#define BAR_WIDTH 20
#define MOST_CPUS 24 /* that have a bar of their own */

/* ------------------------------------------------------------------------------- */
/* Figures                                                                         */

/* A figure of both states; NULL: not known. */
struct figure {
	const char *what;
	char *values[2]; /* owned; before, after */
};

static struct cell get_what(void *data)
{
	const struct figure *figure = data;

	return text_cell(figure->what);
}

static struct cell get_first(void *data)
{
	const struct figure *figure = data;

	return text_cell(figure->values[0]);
}

static struct cell get_second(void *data)
{
	const struct figure *figure = data;

	return text_cell(figure->values[1]);
}

static const struct column figure_columns[] = {
	{ "STATE", NULL, NULL, COLUMN_DEFAULT, get_what, 0 },
	{ "BEFORE", NULL, NULL, COLUMN_DEFAULT | COLUMN_RIGHT | COLUMN_TRUNCATE,
		get_first, 0 },
	{ "AFTER", NULL, NULL, COLUMN_DEFAULT | COLUMN_RIGHT | COLUMN_TRUNCATE,
		get_second, 0 },
	{ 0 },
};

static char *format(const char *format, ...) __attribute__((format(printf, 1, 2)));

static char *format(const char *format, ...)
{
	char *text;
	va_list args;
	int r;

	va_start(args, format);
	r = vasprintf(&text, format, args);
	va_end(args);
	return r < 0 ? NULL : text;
}

static char *format_source(const struct state *state, const struct side *side)
{
	(void)side;
	return strcmp(state->source, "-") == 0 ? format("standard input")
					       : format("%s", state->source);
}

static char *format_time(const struct state *state, const struct side *side)
{
	(void)side;
	return state->time ? format("%s", state->time) : NULL;
}

/* "3 d 4 h", "5 h 1 min", "12 min", "40 s" */
static char *format_uptime(const struct state *state, const struct side *side)
{
	double seconds = state->uptime;
	unsigned long long minutes = seconds < 1e15 ? (unsigned long long)(seconds / 60)
						    : 0;

	(void)side;
	if (seconds < 0 || seconds >= 1e15)
		return NULL;
	if (minutes >= 24 * 60)
		return format("%llu d %llu h", minutes / 60 / 24, minutes / 60 % 24);
	if (minutes >= 60)
		return format("%llu h %llu min", minutes / 60, minutes % 60);
	return minutes ? format("%llu min", minutes) : format("%.0f s", seconds);
}

static char *format_cpus(const struct state *state, const struct side *side)
{
	(void)side;
	return format("%u", irqkit_cpuset_count(state->cpus));
}

static char *format_rate(const struct state *state, const struct side *side)
{
	(void)state;
	return side->per_second < 0
		? NULL
		: format("%.*f", side->per_second < 10 ? 1 : 0, side->per_second);
}

static char *format_imbalance(const struct state *state, const struct side *side)
{
	(void)state;
	return side->imbalance > 0 ? format("%.1f", side->imbalance) : NULL;
}

static char *format_remote(const struct state *state, const struct side *side)
{
	(void)state;
	return side->remote < 0 ? NULL : format("%.0f%%", side->remote * 100);
}

static char *format_cores(const struct state *state, const struct side *side)
{
	(void)state;
	return side->most_per_core
		? format("%zu of %zu", side->most_per_core, side->n_queue_irqs)
		: NULL;
}

static const struct {
	const char *what;
	char *(*format)(const struct state *state, const struct side *side);
} figures_of[] = {
	{ "source", format_source },
	{ "time", format_time },
	{ "up for", format_uptime },
	{ "CPUs online", format_cpus },
	{ "interrupts per second", format_rate },
	{ "imbalance", format_imbalance },
	{ "handled on a remote node", format_remote },
	{ "most queue interrupts on one core", format_cores },
};

static void figures_clear(struct figure *figures)
{
	for (size_t i = 0; i < LENGTH(figures_of); i++) {
		free(figures[i].values[0]);
		free(figures[i].values[1]);
	}
}

static void figures_free(struct figure (*figures)[LENGTH(figures_of)])
{
	figures_clear(*figures);
}

/* For the tables beside that of the differences: they have no options. */
static enum status print(
	struct table *table, const struct column *columns, const struct common *common)
{
	const struct table_options plain = { 0 };
	enum status status = table_prepare(table, columns, &plain, common);

	return status == STATUS_DONE ? table_print(table, &plain, common) : status;
}

static enum status print_figures(
	const struct comparison *comparison, const struct common *common)
{
	struct figure figures[LENGTH(figures_of)] CLEANUP(figures_free) = { 0 };
	struct table table CLEANUP(table_free) = {
		.rows = calloc(LENGTH(figures_of), sizeof(*table.rows)),
	};

	if (!table.rows)
		return say_no_memory();
	for (size_t i = 0; i < LENGTH(figures_of); i++) {
		struct figure *figure = &figures[i];

		figure->what = figures_of[i].what;
		figure->values[0] = figures_of[i].format(
			comparison->before, &comparison->sides[0]);
		figure->values[1] = figures_of[i].format(
			comparison->after, &comparison->sides[1]);
		if (figure->values[0] || figure->values[1])
			table.rows[table.n_rows++] = figure;
	}
	return print(&table, figure_columns, common);
}

/* ------------------------------------------------------------------------------- */
/* CPUs                                                                            */

struct bar_row {
	const struct comparison *comparison;
	unsigned int cpu;
	double shares[2]; /* of 1; -1: offline */
	double most; /* the largest share of all CPUs, in either state */
};

static struct cell get_cpu(void *data)
{
	const struct bar_row *row = data;

	return number_cell(row->cpu);
}

static struct cell get_node(void *data)
{
	const struct bar_row *row = data;
	int node = state_node_of(row->comparison->after, row->cpu);

	if (node < 0)
		node = state_node_of(row->comparison->before, row->cpu);
	return node < 0 ? ABSENT : number_cell((uint64_t)node);
}

/* A bar of eighths of a column; where the locale has no UTF-8, of whole columns. */
static void put_bar(char *text, double part)
{
	static const char *const eighths[] = { "", "\u258f", "\u258e", "\u258d", "\u258c",
		"\u258b", "\u258a", "\u2589" };
	unsigned int n = (unsigned int)(part * BAR_WIDTH * 8 + 0.5);

	if (!text_is_utf8()) {
		n = (n + 4) / 8;
		memset(text, '#', n);
		text[n] = '\0';
		return;
	}
	if (part > 0 && n == 0)
		n = 1;
	text[0] = '\0';
	for (unsigned int i = 0; i < n / 8; i++)
		text = stpcpy(text, "\u2588");
	strcpy(text, eighths[n % 8]);
}

static struct cell bar_cell(const struct bar_row *row, int i)
{
	char bar[BAR_WIDTH * 3 + 4] = "", *text;

	if (row->shares[i] < 0)
		return text_cell("offline");
	if (row->most > 0)
		put_bar(bar, row->shares[i] / row->most);
	if (asprintf(&text, "%3.0f%%%s%s", row->shares[i] * 100, bar[0] ? " " : "", bar) <
		0)
		return ABSENT;
	return owned_cell(text);
}

static struct cell get_bar_before(void *data)
{
	return bar_cell(data, 0);
}

static struct cell get_bar_after(void *data)
{
	return bar_cell(data, 1);
}

static enum mark get_bar_mark(void *data)
{
	const struct bar_row *row = data;
	size_t n = row->comparison->sides[1].n_cpus;

	if (row->shares[0] <= 0 && row->shares[1] <= 0)
		return MARK_IDLE;
	return n > 1 && row->shares[1] * (double)n >= 2 ? MARK_BUSY : MARK_NONE;
}

#define NODE_COLUMN 1

static const struct column bar_columns[] = {
	{ "CPU", NULL, NULL, COLUMN_DEFAULT | COLUMN_RIGHT, get_cpu, 0 },
	{ "NODE", NULL, NULL, COLUMN_RIGHT | COLUMN_DROP(1), get_node, 0 },
	{ "BEFORE", NULL, NULL, COLUMN_DEFAULT | COLUMN_TRUNCATE, get_bar_before, 0 },
	{ "AFTER", NULL, NULL, COLUMN_DEFAULT | COLUMN_TRUNCATE, get_bar_after, 0 },
	{ 0 },
};

static double share_of(const struct comparison *comparison, int i, unsigned int cpu)
{
	const struct state *state = i ? comparison->after : comparison->before;
	const struct side *side = &comparison->sides[i];

	if (side->loads[cpu] > 0)
		return side->loads[cpu] / side->total;
	return irqkit_cpuset_has(state->cpus, cpu) ? 0 : -1;
}

static double larger_share(const struct bar_row *row)
{
	return row->shares[0] > row->shares[1] ? row->shares[0] : row->shares[1];
}

static int compare_shares(const void *a, const void *b)
{
	const struct bar_row *one = a, *other = b;
	double x = larger_share(one), y = larger_share(other);

	if (x != y)
		return x < y ? 1 : -1;
	return (one->cpu > other->cpu) - (one->cpu < other->cpu);
}

static int compare_cpus(const void *a, const void *b)
{
	const struct bar_row *one = a, *other = b;

	return (one->cpu > other->cpu) - (one->cpu < other->cpu);
}

/* All CPUs; of many, only those with the largest shares, and *ret_left others. */
static struct bar_row *make_bars(
	const struct comparison *comparison, size_t *ret_n, size_t *ret_left)
{
	struct bar_row *rows = calloc(comparison->n_cpus + 1, sizeof(*rows));
	double most = 0;
	size_t n = 0;

	for (size_t i = 0; rows && i < comparison->n_cpus; i++) {
		unsigned int cpu = (unsigned int)i;
		struct bar_row row = { comparison, cpu,
			{ share_of(comparison, 0, cpu), share_of(comparison, 1, cpu) },
			0 };

		if (larger_share(&row) < 0)
			continue;
		if (larger_share(&row) > most)
			most = larger_share(&row);
		rows[n++] = row;
	}
	for (size_t i = 0; i < n; i++)
		rows[i].most = most;
	*ret_left = n > MOST_CPUS ? n - MOST_CPUS : 0;
	*ret_n = n - *ret_left;
	if (*ret_left) {
		qsort(rows, n, sizeof(*rows), compare_shares);
		qsort(rows, *ret_n, sizeof(*rows), compare_cpus);
	}
	return rows;
}

static enum status print_bars(
	const struct comparison *comparison, const struct common *common)
{
	struct column columns[LENGTH(bar_columns)];
	size_t n, left;
	_cleanup_free_ struct bar_row *rows = make_bars(comparison, &n, &left);
	struct table table CLEANUP(table_free) = {
		.rows = calloc(comparison->n_cpus + 1, sizeof(*table.rows)),
		.get_mark = get_bar_mark,
	};
	enum status status;

	if (!rows || !table.rows)
		return say_no_memory();
	memcpy(columns, bar_columns, sizeof(columns));
	if (comparison->before->nodes.n > 1 || comparison->after->nodes.n > 1)
		columns[NODE_COLUMN].flags |= COLUMN_DEFAULT;
	for (size_t i = 0; i < n; i++)
		table.rows[table.n_rows++] = &rows[i];
	status = print(&table, columns, common);
	if (status == STATUS_DONE && left)
		print_sentence("and %zu other CPUs, none with a larger share\n", left);
	return status;
}

enum status compare_report_figures(
	const struct comparison *comparison, const struct common *common)
{
	enum status status = print_figures(comparison, common);

	if (status == STATUS_DONE &&
		(comparison->sides[0].total > 0 || comparison->sides[1].total > 0)) {
		putchar('\n');
		status = print_bars(comparison, common);
	}
	return status;
}

/* ------------------------------------------------------------------------------- */
/* Sentences                                                                       */

static size_t count_settings(const struct comparison *comparison, const char *key)
{
	size_t n = 0;

	for (size_t i = 0; i < comparison->n_settings; i++) {
		const struct difference_of_setting *setting = &comparison->settings[i];

		n += key ? strcmp(setting->key, key) == 0 : !setting->queue;
	}
	return n;
}

/* Adds "2 interrupts moved" to a list. */
static void add_part(char **list, size_t n, const char *one, const char *many)
{
	_cleanup_free_ char *text = n ? format(n == 1 ? one : many, n) : NULL;

	if (text)
		text_join(list, ", ", text);
}

static void remark_differences(const struct comparison *comparison)
{
	const size_t *n = comparison->n_by_kind;
	_cleanup_free_ char *list = NULL;
	_cleanup_free_ char *sentence = NULL;

	add_part(&list, n[CHANGE_MOVED], "%zu interrupt moved", "%zu interrupts moved");
	add_part(&list, n[CHANGE_AFFINITY], "%zu affinity differs",
		"%zu affinities differ");
	add_part(&list, n[CHANGE_APPEARED], "%zu interrupt appeared",
		"%zu interrupts appeared");
	add_part(&list, n[CHANGE_GONE], "%zu interrupt is gone",
		"%zu interrupts are gone");
	add_part(&list, count_settings(comparison, "rps_cpus"),
		"RPS differs on %zu queue", "RPS differs on %zu queues");
	add_part(&list, count_settings(comparison, "xps_cpus"),
		"XPS differs on %zu queue", "XPS differs on %zu queues");
	add_part(&list, count_settings(comparison, NULL),
		"%zu number of channels differs", "%zu numbers of channels differ");
	sentence = list
		? format("Different: %s.", list)
		: format("The same interrupts, affinities, RPS, XPS and channels.");
	if (sentence)
		print_sentence("%s\n", sentence);
}

static void remark_rates(const struct comparison *comparison)
{
	size_t n = comparison->n_by_kind[CHANGE_RATE];

	if (n)
		print_sentence("%zu interrupt%s at another rate; this does not count as "
			       "different.\n",
			n, n == 1 ? " fires" : "s fire");
}

static void remark_boots(const struct comparison *comparison)
{
	if (comparison->boots == BOOTS_DIFFER)
		print_sentence(
			"The boot ID differs: the machine was rebooted in between, "
			"and its counts and numbers of interrupts started again.\n");
	else if (comparison->boots == BOOTS_SAME && comparison->before->uptime >= 0 &&
		comparison->after->uptime >= 0 &&
		comparison->after->uptime < comparison->before->uptime)
		print_sentence("AFTER is older than BEFORE.\n");
}

static void remark_imbalance(const struct comparison *comparison)
{
	const struct side *before = &comparison->sides[0], *after = &comparison->sides[1];
	_cleanup_free_ char *sentence = NULL;

	if (before->imbalance <= 0 || after->imbalance <= 0)
		return;
	sentence = format("Imbalance: %.1f before, %.1f after (busiest CPU / mean of "
			  "%zu; 1.0 is even), by interrupts since %s.",
		before->imbalance, after->imbalance, after->n_cpus,
		comparison->is_since ? "boot before, and between the two after" : "boot");
	if (sentence)
		print_sentence("%s\n", sentence);
}

static void remark_unknown(const struct comparison *comparison)
{
	_cleanup_free_ char *sentence = NULL;

	if (comparison->n_unknown == 0)
		return;
	sentence = format("Not compared: %zu setting%s that only one of the two states "
			  "knows.",
		comparison->n_unknown, comparison->n_unknown == 1 ? "" : "s");
	if (sentence)
		print_sentence("%s\n", sentence);
}

void compare_report_remark(const struct comparison *comparison)
{
	remark_differences(comparison);
	remark_rates(comparison);
	remark_imbalance(comparison);
	remark_boots(comparison);
	remark_unknown(comparison);
}
