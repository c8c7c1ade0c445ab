/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The panel of CPUs: a table with a bar for each CPU where that fits, else a map with a row
 * for each NUMA node, whose cells are CPUs, cores, last-level caches or nodes.
 */
#include "base/basics.h"
#include "base/text.h"
#include "top/view.h"

#include <stdio.h>
#include <string.h>

#define ENTRY_WIDTH 44u /* of the table, with a bar of some columns */
#define MOST_ENTRIES 4u /* side by side */
#define MAP_BEFORE 5u /* "NODE " */
#define MAP_AFTER 12u /* " MEAN  MAX" */

/* ------------------------------------------------------------------------------- */
/* The table                                                                       */

static unsigned int count_digits(unsigned int number)
{
	unsigned int n = 1;

	while (number /= 10)
		n++;
	return n;
}

static const char *format_percent(double share, char *out)
{
	if (share < 0)
		return strcpy(out, "-");
	snprintf(out, 16, "%.0f", share * 100);
	return out;
}

static const char *format_counter(
	const struct frame_cpu *cpu, enum irqkit_counter counter, char *out)
{
	double rate;

	return irqkit_load_cpu_get_rate(cpu->load, counter, &rate) < 0
		? strcpy(out, "-")
		: text_format_rate(rate, out);
}

static const char *format_net_rx(
	const struct frame *frame, const struct frame_cpu *cpu, char *out)
{
	for (size_t i = 0; i < irqkit_load_count_softirqs(frame->load); i++)
		if (strcmp(irqkit_load_get_softirq(frame->load, i), "NET_RX") == 0)
			return text_format_rate(
				(double)irqkit_load_cpu_get_softirqs(cpu->load, i) /
					frame->seconds,
				out);
	return strcpy(out, "-");
}

/* In eighths of a column where there are glyphs for them. */
static void draw_bar(struct top_view *view, unsigned int row, unsigned int column,
	unsigned int width, double share)
{
	static const char *const eighths[] = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };
	enum paint paint;
	char bar[4096] = ""; /* of 1,300 columns */
	size_t at = 0;
	unsigned int n;

	if (share > 1)
		share = 1;
	n = (unsigned int)(share * width * 8 + 0.5);
	top_view_glyph(view, share, &paint);
	for (unsigned int i = 0; i < n / 8 && at + 8 < sizeof(bar); i++)
		at = (size_t)(stpcpy(bar + at, view->is_utf8 ? "█" : "#") - bar);
	if (view->is_utf8 && n / 8 < width)
		stpcpy(bar + at, eighths[n % 8]);
	else if (!view->is_utf8 && n % 8 >= 4 && n / 8 < width)
		stpcpy(bar + at, "-");
	screen_put(row, column, paint, bar);
}

static void draw_entry(struct top_view *view, const struct frame_cpu *cpu,
	unsigned int row, unsigned int column, unsigned int width, int digits)
{
	char text[96], irq[16], softirq[16], steal[16], rate[16], net[16], squeezed[16];
	bool is_hit = cpu->is_isolated && cpu->rate > 0;
	int len = snprintf(text, sizeof(text), "%*u %4s %5s %5s %6s %6s %4s ", digits,
		cpu->number, format_percent(cpu->irq, irq),
		format_percent(cpu->softirq, softirq), format_percent(cpu->steal, steal),
		text_format_rate(cpu->rate, rate), format_net_rx(view->frame, cpu, net),
		format_counter(cpu, IRQKIT_COUNTER_SQUEEZED, squeezed));

	screen_put(row, column, is_hit ? PAINT_REVERSE : PAINT_PLAIN, text);
	if (cpu->is_isolated && !is_hit)
		screen_put(row, column + (unsigned int)len, PAINT_DIM, "_");
	else if ((unsigned int)len + 2 < width)
		draw_bar(view, row, column + (unsigned int)len,
			width - (unsigned int)len - 2, top_view_cpu_share(view, cpu));
}

static const char *bar_word(const struct top_view *view)
{
	return view->cells == CELLS_TIME &&
			irqkit_load_get_accounting(view->frame->load) == IRQKIT_ACCOUNTED
		? "%irq+soft"
		: "of busiest";
}

static unsigned int draw_table(struct top_view *view, unsigned int first,
	unsigned int rows, unsigned int columns)
{
	unsigned int width = view->columns / columns;
	int digits = (int)count_digits(
		view->n_cpus ? view->cpus[view->n_cpus - 1]->number : 0);
	unsigned int len;
	char heading[96];

	digits = digits < 3 ? 3 : digits;
	len = (unsigned int)snprintf(heading, sizeof(heading),
		"%*s %4s %5s %5s %6s %6s %4s %s", digits, "CPU", "%IRQ", "%SOFT", "STEAL",
		"INT/S", "NET_RX", "SQZ", bar_word(view));
	/* not up to the next column of entries */
	if (len + 1 > width)
		heading[len - strlen(bar_word(view)) - 1] = '\0';
	for (unsigned int i = 0; i < columns && i * rows < view->n_cpus; i++)
		screen_put(first, i * width, PAINT_BOLD, heading);
	for (size_t i = 0; i < view->n_cpus; i++)
		draw_entry(view, view->cpus[i], first + 1 + (unsigned int)(i % rows),
			(unsigned int)(i / rows) * width, width, digits);
	return rows + 1;
}

/* ------------------------------------------------------------------------------- */
/* The map                                                                         */

/* One cell. */
struct unit {
	int node;
	unsigned int key; /* the first CPU of it */
	bool is_second; /* a CPU that is not the first thread of its core */
	bool is_isolated, is_hit; /* all of it is isolated; such a CPU was interrupted */
	double share; /* of its busiest CPU */
};

static unsigned int first_of(const struct irqkit_cpuset *set, unsigned int cpu)
{
	if (set)
		irqkit_cpuset_foreach (first, set)
			return first;
	return cpu;
}

static struct unit make_unit(
	const struct top_view *view, const struct frame_cpu *cpu, enum view_group group)
{
	struct irqkit_topology *topology = irqkit_machine_get_topology(
		view->frame->machine);
	const struct irqkit_cpuset *first = irqkit_topology_get_first_threads(topology);
	int node = irqkit_topology_get_node(topology, cpu->number);
	struct unit unit = {
		.node = node < 0 ? 0 : node,
		.key = cpu->number,
		.share = top_view_cpu_share(view, cpu),
		.is_isolated = cpu->is_isolated,
		.is_hit = cpu->is_isolated && cpu->rate > 0,
	};

	if (group == GROUP_CPU)
		unit.is_second = first && !irqkit_cpuset_has(first, cpu->number);
	else if (group == GROUP_CORE)
		unit.key = first_of(
			irqkit_topology_get_siblings(topology, cpu->number), cpu->number);
	else if (group == GROUP_LLC)
		unit.key = first_of(
			irqkit_topology_get_llc(topology, cpu->number), cpu->number);
	else
		unit.key = 0;
	return unit;
}

static int compare_units(const void *a, const void *b)
{
	const struct unit *x = a, *y = b;

	if (x->node != y->node)
		return x->node < y->node ? -1 : 1;
	if (x->is_second != y->is_second)
		return x->is_second ? 1 : -1;
	return (x->key > y->key) - (x->key < y->key);
}

/* Sorted by node; CPUs of one group are one unit. */
static struct unit *make_units(
	const struct top_view *view, enum view_group group, size_t *ret_n)
{
	struct unit *units = calloc(view->n_cpus + 1, sizeof(*units));
	size_t n = 0;

	if (!units)
		return NULL;
	for (size_t i = 0; i < view->n_cpus; i++)
		units[i] = make_unit(view, view->cpus[i], group);
	qsort(units, view->n_cpus, sizeof(*units), compare_units);
	for (size_t i = 0; i < view->n_cpus; i++) {
		struct unit *last = n ? &units[n - 1] : NULL;

		if (!last || compare_units(last, &units[i]) != 0) {
			units[n++] = units[i];
			continue;
		}
		last->is_isolated &= units[i].is_isolated;
		last->is_hit |= units[i].is_hit;
		if (units[i].share > last->share)
			last->share = units[i].share;
	}
	*ret_n = n;
	return units;
}

/* How wide the widest node is, and how many nodes there are. */
static void measure_units(
	const struct unit *units, size_t n, size_t *ret_width, size_t *ret_nodes)
{
	size_t width = 0;

	*ret_width = *ret_nodes = 0;
	for (size_t i = 0; i < n; i++) {
		bool is_new = i == 0 || units[i].node != units[i - 1].node;

		*ret_nodes += is_new;
		width = is_new ? 1 : width + 1;
		width += !is_new && units[i].is_second && !units[i - 1].is_second;
		if (width > *ret_width)
			*ret_width = width;
	}
}

/* Returns how many cells had no room. */
static size_t draw_node(struct top_view *view, unsigned int row, const struct unit *units,
	size_t n, size_t width)
{
	double sum = 0, most = 0;
	unsigned int column = MAP_BEFORE, end = MAP_BEFORE + (unsigned int)width;
	char text[32];
	size_t n_cut = 0;

	snprintf(text, sizeof(text), "%4d", units[0].node);
	screen_put(row, 0, PAINT_PLAIN, text);
	for (size_t i = 0; i < n; i++) {
		const struct unit *unit = &units[i];
		enum paint paint;
		const char *glyph = top_view_glyph(view, unit->share, &paint);

		if (i && unit->is_second && !units[i - 1].is_second)
			column++;
		if (unit->is_hit) {
			paint = PAINT_REVERSE;
			glyph = "!";
		} else if (unit->is_isolated)
			glyph = "_";
		if (column < end)
			screen_put(row, column, paint, glyph);
		else
			n_cut++;
		column++;
		sum += unit->share;
		most = unit->share > most ? unit->share : most;
	}
	snprintf(text, sizeof(text), " %3.0f%% %3.0f%%", sum / (double)n * 100,
		most * 100);
	screen_put(row, end, PAINT_PLAIN, text);
	return n_cut;
}

static void draw_legend(struct top_view *view, unsigned int row, enum view_group group,
	size_t n_shown, size_t n_nodes, size_t n_cut)
{
	static const char *const words[N_GROUPS] = { "", "CPU", "core", "cache", "node" };
	const char *text = view->is_utf8 ? "· <1%  ░ <10%  ▒ <40%  ▓ <75%  █ more"
					 : ". <1%  : <10%  + <40%  # <75%  @ more";
	_cleanup_free_ char *line = NULL;
	int len;

	if (n_cut > 0)
		len = asprintf(&line,
			"%zu cells are not shown (g: larger groups)  cell: %s  %s", n_cut,
			words[group], text);
	else if (n_shown < n_nodes)
		len = asprintf(&line, "%zu of %zu nodes  cell: %s  %s", n_shown, n_nodes,
			words[group], text);
	else
		len = asprintf(&line, "cell: %s  %s  _ isolated  ! interrupted",
			words[group], text);
	if (len > 0)
		screen_put(row, 0, PAINT_DIM, line);
}

static unsigned int draw_map(struct top_view *view, unsigned int first,
	const struct unit *units, size_t n, enum view_group group, unsigned int most)
{
	size_t width, n_nodes, start = 0, shown = 0, n_cut = 0;

	measure_units(units, n, &width, &n_nodes);
	if (width > view->columns - MAP_BEFORE - MAP_AFTER)
		width = view->columns - MAP_BEFORE - MAP_AFTER;
	screen_put(first, 0, PAINT_BOLD, "NODE");
	screen_put(first, (unsigned int)(strlen("NODE ") + width + 1), PAINT_BOLD,
		"MEAN  MAX");
	for (size_t i = 1; i <= n && shown + 2 < most; i++) {
		if (i < n && units[i].node == units[start].node)
			continue;
		shown++;
		n_cut += draw_node(view, first + (unsigned int)shown, &units[start],
			i - start, width);
		start = i;
	}
	draw_legend(view, first + (unsigned int)shown + 1, group, shown, n_nodes, n_cut);
	return (unsigned int)shown + 2;
}

/* The smallest groups whose nodes fit. */
static enum view_group choose_group(const struct top_view *view)
{
	unsigned int room = view->columns - MAP_BEFORE - MAP_AFTER;

	for (int group = GROUP_CPU; group < GROUP_NODE; group++) {
		size_t n, width, n_nodes;
		struct unit *units = make_units(view, (enum view_group)group, &n);

		if (!units)
			break;
		measure_units(units, n, &width, &n_nodes);
		free(units);
		if (width <= room)
			return (enum view_group)group;
	}
	return GROUP_NODE;
}

unsigned int top_view_draw_cpus(
	struct top_view *view, unsigned int row, unsigned int most)
{
	unsigned int room = view->columns / ENTRY_WIDTH, columns = 1, rows;
	enum view_group group = view->group;
	_cleanup_free_ struct unit *units = NULL;
	size_t n;

	/* as few columns as the height allows: their bars are longer */
	room = room > MOST_ENTRIES ? MOST_ENTRIES : room;
	while (columns < room && view->n_cpus > (size_t)columns * most)
		columns++;
	rows = (unsigned int)((view->n_cpus + columns - 1) / columns);
	if (view->n_cpus == 0 || most < 3)
		return 0;
	if (group == GROUP_AUTO && rows <= most)
		return draw_table(view, row, rows ? rows : 1, columns);
	if (group == GROUP_AUTO)
		group = choose_group(view);
	units = make_units(view, group, &n);
	return units ? draw_map(view, row, units, n, group, most + 2) : 0;
}
