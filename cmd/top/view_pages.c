/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The pages beside the main one: the keys, and all that is known of one interrupt. */
#include "base/basics.h"
#include "base/text.h"
#include "top/view.h"

#include <stdio.h>
#include <string.h>

static const char *const help[] = {
	"F1 h ?         this page",
	"arrows j k     choose an interrupt; PgUp PgDn Home End too",
	"Enter          everything known about it; Backspace goes back",
	"F3 / n         find a name; find the next one",
	"F4 \\           show only names or devices with this text, or a pattern",
	"F6 < >         sort by rate, time, packets, name or number; I inverts",
	"i t r N        sort by number, time, rate or name",
	"F5 a           counts since boot, or per second",
	"z              show idle interrupts too",
	"Z              freeze the screen, and go on",
	"1 2 3          a cell for each CPU; for each node; only one node",
	"g              what a cell of the map is: CPU, core, last-level cache, node",
	"c              cells and bars: share of time, or of interrupts",
	"s b            softirqs; what became of received packets, by CPU",
	"w              the latest changes of settings, and who made them",
	"Space u        tag an interrupt; remove all tags",
	"+ -            longer or shorter periods",
	"W              write these settings, for the next start",
	"q F10          quit",
	"D              doctor: what is wrong, and what fixes it",
	"These show their plan and ask, for the tagged interrupts or the chosen one:",
	"P Q S          pin interrupts, or their queues, to CPUs; spread their devices",
	"R X U          RPS or XPS of their devices, automatically; undo a change",
};

/* Without the scale, which is the last line. */
static size_t help_rows(const struct top_view *view)
{
	return view->rows > 2 ? view->rows - 1 : 1;
}

bool top_view_has_more_help(const struct top_view *view)
{
	return view->help_top + help_rows(view) < LENGTH(help);
}

static void draw_scale(struct top_view *view, unsigned int row)
{
	static const char *const limits[] = { "<1%", "<10%", "<40%", "<75%", "more" };
	static const double shares[] = { 0, 0.05, 0.2, 0.5, 0.9 };
	unsigned int column = 0;

	for (size_t i = 0; i < LENGTH(limits); i++) {
		enum paint paint;
		const char *glyph = top_view_glyph(view, shares[i], &paint);

		screen_put(row, column, paint, glyph);
		screen_put(row, column + 2, PAINT_PLAIN, limits[i]);
		column += 4 + (unsigned int)strlen(limits[i]);
	}
	screen_put(row, column, PAINT_PLAIN, "of CPU time; _ isolated");
	screen_put(row, column + 25, PAINT_BOLD,
		top_view_has_more_help(view) ? "any key: more" : "any key: back");
}

void top_view_draw_help(struct top_view *view)
{
	unsigned int row = 0;

	for (size_t i = view->help_top; i < LENGTH(help) && row < help_rows(view); i++)
		screen_put(row++, 0, PAINT_PLAIN, help[i]);
	draw_scale(view, row);
}

/* ------------------------------------------------------------------------------- */

static void put_line(unsigned int *row, const char *word, const char *text)
{
	screen_put(*row, 0, PAINT_BOLD, word);
	screen_put((*row)++, 12, PAINT_PLAIN, text);
}

static void put_set(unsigned int *row, const char *word, const struct irqkit_cpuset *set)
{
	_cleanup_free_ char *list = NULL;

	if (set && !irqkit_cpuset_is_empty(set) &&
		irqkit_cpuset_format_list(set, &list) == 0)
		put_line(row, word, list);
}

static void put_device(unsigned int *row, struct frame_row *interrupt)
{
	struct irqkit_device *device = interrupt->device;
	_cleanup_free_ char *name = NULL, *line = NULL;
	const char *driver;

	if (!device)
		return;
	name = text_escape(irqkit_device_get_name(device));
	driver = irqkit_device_get_driver(device);
	if (name &&
		asprintf(&line, "%s%s%s%s", name, driver ? " (" : "",
			driver ? driver : "", driver ? ")" : "") >= 0)
		put_line(row, "device", line);
}

static void put_queues(unsigned int *row, struct frame_row *interrupt)
{
	_cleanup_free_ char *list = NULL;

	for (char **queue = top_get_queues(interrupt); queue && *queue; queue++)
		if (!text_join(&list, ", ", *queue))
			return;
	if (list)
		put_line(row, "queues", list);
}

static void put_rates(
	struct top_view *view, unsigned int *row, struct frame_row *interrupt)
{
	const struct irqkit_interrupt *counts = irqkit_load_get_counts(
		view->frame->load, irqkit_irq_get_index(interrupt->irq));
	size_t n = counts ? irqkit_interrupt_count_served(counts) : 0;
	char text[96], rate[16];

	snprintf(text, sizeof(text), "%s per second, %llu since boot",
		text_format_rate(interrupt->rate, rate),
		(unsigned long long)irqkit_interrupt_get_total(interrupt->interrupt));
	put_line(row, "fired", text);
	for (size_t i = 0; i < n; i++) {
		unsigned int cpu;
		uint64_t count;

		/* the last lines are packets, time and keys */
		if (*row + 5 >= view->rows && i + 1 < n) {
			snprintf(text, sizeof(text), "and %zu more CPUs", n - i);
			put_line(row, "", text);
			break;
		}
		count = irqkit_interrupt_get_served(counts, i, &cpu);
		snprintf(text, sizeof(text), "cpu%u: %s per second", cpu,
			text_format_rate((double)count / view->frame->seconds, rate));
		put_line(row, "", text);
	}
	if (interrupt->packets >= 0) {
		snprintf(text, sizeof(text), "%s per second",
			text_format_rate(interrupt->packets, rate));
		put_line(row, "packets", text);
	}
	if (interrupt->cost >= 0) {
		snprintf(text, sizeof(text), "%.1f%% of a CPU", interrupt->cost * 100);
		put_line(row, "time", text);
	}
}

static void put_movable(unsigned int *row, struct frame_row *interrupt)
{
	const char *obstacle = irqkit_irq_find_obstacle(interrupt->irq, true);

	put_line(row, "movable", obstacle ? obstacle : "yes");
}

void top_view_draw_interrupt(struct top_view *view)
{
	static const char *const keys[] = { "Backspace Back", "P Pin", "S Spread" };
	struct frame_row *interrupt = top_view_get_chosen(view);
	const struct irqkit_cpuset *affinity = NULL, *effective = NULL, *hint = NULL;
	_cleanup_free_ char *name = NULL, *title = NULL;
	const char *chip;
	unsigned int row = 2;

	if (!interrupt) {
		screen_put(row, 0, PAINT_PLAIN, "the interrupt is gone");
		return;
	}
	name = top_view_get_name(interrupt);
	if (name &&
		asprintf(&title, "%s  %s",
			irqkit_interrupt_get_label(interrupt->interrupt), name) >= 0)
		screen_put(row++, 0, PAINT_BOLD, title);
	irqkit_irq_get_affinity(interrupt->irq, &affinity);
	irqkit_irq_get_effective(interrupt->irq, &effective);
	irqkit_irq_get_hint(interrupt->irq, &hint);
	chip = irqkit_interrupt_get_chip(interrupt->interrupt);
	put_device(&row, interrupt);
	put_queues(&row, interrupt);
	if (chip)
		put_line(&row, "chip", chip);
	put_set(&row, "affinity", affinity);
	put_set(&row, "effective", effective);
	put_set(&row, "hint", hint);
	put_movable(&row, interrupt);
	put_rates(view, &row, interrupt);
	screen_put_keys(view->rows - 1, keys, LENGTH(keys));
}
