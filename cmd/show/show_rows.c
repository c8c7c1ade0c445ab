/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The columns of `irqkit show`: one row an interrupt. */
#include "show/show_rows.h"
#include "base/basics.h"
#include "change/refusals.h"
#include "show/show_device.h"
#include "show/show_notes.h"
#include "show/show_row.h"

#include <stdio.h>
#include <string.h>

static struct cell get_label(void *data)
{
	struct show_row *row = data;

	return text_cell(irqkit_interrupt_get_label(row->interrupt));
}

static struct cell get_irq(void *data)
{
	return show_row_irq(data) < 0 ? ABSENT
				      : number_cell((uint64_t)show_row_irq(data));
}

static struct cell get_total(void *data)
{
	struct show_row *row = data;

	if (irqkit_interrupt_get_counts(row->interrupt) == IRQKIT_COUNTS_NONE)
		return ABSENT;
	return number_cell(irqkit_interrupt_get_total(row->interrupt));
}

static struct cell get_share(void *data)
{
	struct show_row *row = data;
	uint64_t total = irqkit_interrupt_get_total(row->interrupt);
	uint64_t all = show_load(row->show)->total;

	if (irqkit_interrupt_get_counts(row->interrupt) != IRQKIT_COUNTS_PER_CPU ||
		irqkit_interrupt_is_background(row->interrupt) || !all)
		return ABSENT;
	return (struct cell){ .kind = CELL_SHARE, .share = (double)total / (double)all };
}

/*
 * Percent as %.0f writes them, which takes four times as long: to the nearest, half to even.
 * Half a percent is exact, also where a double is kept in more bits than it has.
 */
static unsigned int round_share(uint64_t count, uint64_t total)
{
	double percent = (double)count * 100 / (double)total;
	unsigned int whole = (unsigned int)percent;
	double rest = percent - whole;

	return whole + (rest > 0.5 || (rest == 0.5 && whole % 2 == 1));
}

/* The two CPUs with the most, and how many others have any: `cpu3 61% cpu0 30% +2` */
static struct cell get_busiest(void *data)
{
	struct show_row *row = data;
	size_t n = irqkit_interrupt_count_served(row->interrupt);
	unsigned int cpu[2] = { 0, 0 };
	uint64_t count[2] = { 0, 0 };
	uint64_t total = irqkit_interrupt_get_total(row->interrupt);
	char *text;
	int len;

	for (size_t i = 0; i < n; i++) {
		unsigned int this_cpu;
		uint64_t this_count = irqkit_interrupt_get_served(
			row->interrupt, i, &this_cpu);
		size_t place = this_count > count[0] ? 0 : 1;

		if (this_count <= count[place])
			continue;
		if (place == 0) {
			cpu[1] = cpu[0];
			count[1] = count[0];
		}
		cpu[place] = this_cpu;
		count[place] = this_count;
	}
	if (n == 0 || !(text = malloc(80)))
		return ABSENT;

	len = sprintf(text, "cpu%u %u%%", cpu[0], round_share(count[0], total));
	if (n > 1)
		len += sprintf(
			text + len, " cpu%u %u%%", cpu[1], round_share(count[1], total));
	if (n > 2)
		sprintf(text + len, " +%zu", n - 2);
	return owned_cell(text);
}

static struct cell get_per_cpu(void *data)
{
	struct show_row *row = data;

	if (irqkit_interrupt_get_counts(row->interrupt) != IRQKIT_COUNTS_PER_CPU)
		return ABSENT;
	return (struct cell){ .kind = CELL_COUNTS, .counts = row->interrupt };
}

static struct cell get_cpu(void *data, unsigned int cpu)
{
	struct show_row *row = data;

	if (irqkit_interrupt_get_counts(row->interrupt) != IRQKIT_COUNTS_PER_CPU)
		return ABSENT;
	return number_cell(irqkit_interrupt_get_count(row->interrupt, cpu));
}

bool show_make_each(struct show *show, const struct irqkit_cpuset *each_cpu)
{
	irqkit_cpuset_foreach (cpu, each_cpu)
		show->n_each = (size_t)cpu + 1;
	show->each = calloc(show->n_each + 1, sizeof(*show->each));
	return show->each;
}

/* Puts the counts of a row where they belong, or 0 in their place. */
static void put_each(
	struct show *show, const struct irqkit_interrupt *interrupt, bool is_zero)
{
	size_t n = irqkit_interrupt_count_served(interrupt);

	for (size_t i = 0; i < n; i++) {
		unsigned int cpu;
		uint64_t count = irqkit_interrupt_get_served(interrupt, i, &cpu);

		if (cpu < show->n_each)
			show->each[cpu] = is_zero ? 0 : count;
	}
}

/* Most rows have few counts, and those of the row before are cleared. */
static const uint64_t *get_each_cpu(void *data)
{
	struct show_row *row = data;
	struct show *show = row->show;

	if (irqkit_interrupt_get_counts(row->interrupt) != IRQKIT_COUNTS_PER_CPU)
		return NULL;
	if (show->each_of)
		put_each(show, show->each_of, true);
	put_each(show, row->interrupt, false);
	show->each_of = row->interrupt;
	return show->each;
}

static struct cell get_affinity(void *data)
{
	return cpus_cell(show_row_affinity(data));
}

/* Empty while the interrupt is not active: then there is none. */
static struct cell get_effective(void *data)
{
	const struct irqkit_cpuset *effective = show_row_effective(data);

	return effective && !irqkit_cpuset_is_empty(effective) ? cpus_cell(effective)
							       : ABSENT;
}

/* Empty where the driver gives none. */
static struct cell get_hint(void *data)
{
	const struct irqkit_cpuset *hint = show_row_hint(data);

	return hint && !irqkit_cpuset_is_empty(hint) ? cpus_cell(hint) : ABSENT;
}

static struct cell get_node(void *data)
{
	struct show_row *row = data;
	int node;

	if (show_row_irq(row) < 0 ||
		irqkit_machine_find_node(
			row->show->machine, NULL, show_row_irq(row), &node) < 0)
		return ABSENT;
	return number_cell((uint64_t)node);
}

static struct cell get_movable_word(void *data)
{
	enum irqkit_movable movable;

	if (!show_row_movable(data, &movable))
		return ABSENT;
	return text_cell(movable == IRQKIT_MOVABLE ? "yes" : immovable_word(movable));
}

static struct cell get_movable(void *data)
{
	enum irqkit_movable movable;

	if (!show_row_movable(data, &movable))
		return ABSENT;
	return bool_cell(movable == IRQKIT_MOVABLE);
}

static struct cell get_immovable(void *data)
{
	enum irqkit_movable movable;

	return show_row_movable(data, &movable) ? text_cell(immovable_word(movable))
						: ABSENT;
}

static struct cell get_chip(void *data)
{
	struct show_row *row = data;

	return text_cell(irqkit_interrupt_get_chip(row->interrupt));
}

static struct cell get_hwirq(void *data)
{
	struct show_row *row = data;
	int64_t hwirq;

	if (!irqkit_interrupt_get_hwirq(row->interrupt, &hwirq))
		return ABSENT;
	return (struct cell){ .kind = CELL_INTEGER, .integer = hwirq };
}

static struct cell get_trigger(void *data)
{
	struct show_row *row = data;

	return text_cell(irqkit_interrupt_get_trigger(row->interrupt));
}

static struct cell get_actions(void *data)
{
	struct show_row *row = data;
	size_t n = irqkit_interrupt_count_actions(row->interrupt);

	if (n && !row->actions) {
		row->actions = calloc(n + 1, sizeof(*row->actions));
		for (size_t i = 0; row->actions && i < n; i++)
			row->actions[i] = irqkit_interrupt_get_action(row->interrupt, i);
	}
	if (!row->actions)
		return ABSENT;
	return (struct cell){ .kind = CELL_TEXTS, .texts = row->actions };
}

static struct cell get_description(void *data)
{
	struct show_row *row = data;

	return text_cell(irqkit_interrupt_get_description(row->interrupt));
}

/* The names of the handlers; for a row without handlers, its description. */
static struct cell get_name(void *data)
{
	struct cell actions = get_actions(data);

	return actions.kind == CELL_ABSENT ? get_description(data) : actions;
}

/* BUSIEST and SHARE; the others show the total, or no count. */
bool show_columns_need_counts(const char *names)
{
	return strcasestr(names, "BUSIEST") || strcasestr(names, "SHARE");
}

static const struct column columns_before[] = {
	{ "IRQ", "label", "number or name of the interrupt",
		COLUMN_DEFAULT | COLUMN_RIGHT, get_label, 0 },
	{ "IRQ", "irq", NULL, COLUMN_JSON_ONLY, get_irq, 0 },
	{ "TOTAL", "total", "how often it fired",
		COLUMN_DEFAULT | COLUMN_RIGHT | COLUMN_DESCENDING | COLUMN_DROP(4),
		get_total, 0 },
	{ "SHARE", NULL, "its share of the interrupts shown",
		COLUMN_RIGHT | COLUMN_DESCENDING, get_share, 0 },
};

static const struct column columns_after[] = {
	{ "BUSIEST", NULL, "CPUs that handled it most, and their share",
		COLUMN_DEFAULT | COLUMN_DROP(2), get_busiest, 0 },
	{ "BUSIEST", "per_cpu", NULL, COLUMN_JSON_ONLY, get_per_cpu, 0 },
	{ "AFFINITY", "affinity", "requested CPUs",
		COLUMN_DEFAULT | COLUMN_TRUNCATE | COLUMN_DROP(3), get_affinity, 0 },
	{ "EFFECTIVE", "effective", "CPUs that the kernel chose from them",
		COLUMN_DEFAULT | COLUMN_TRUNCATE, get_effective, 0 },
	{ "NODE", "node", "NUMA node of its device", COLUMN_RIGHT, get_node, 0 },
	{ "HINT", "hint", "CPUs that its driver suggests", COLUMN_TRUNCATE, get_hint, 0 },
	{ "MOVABLE", NULL, "yes, managed (by the kernel), per-cpu or read-only", 0,
		get_movable_word, 0 },
	{ "MOVABLE", "movable", NULL, COLUMN_JSON_ONLY, get_movable, 0 },
	{ "MOVABLE", "immovable", NULL, COLUMN_JSON_ONLY, get_immovable, 0 },
	{ "CHIP", "chip", "interrupt controller",
		COLUMN_DEFAULT | COLUMN_TRUNCATE | COLUMN_ADDRESS | COLUMN_DROP(1),
		get_chip, 0 },
	{ "HWIRQ", "hwirq", "its number in the controller", COLUMN_RIGHT, get_hwirq, 0 },
	{ "TRIGGER", "trigger", "how it is triggered: edge, fasteoi, event", 0,
		get_trigger, 0 },
	{ "DEVICE", "device", "network interface, disk or PCI function that raises it",
		COLUMN_NAME, show_get_device, 0 },
	{ "QUEUE", "queues", "queues of the interface that use it", COLUMN_TRUNCATE,
		show_get_queues, 0 },
	{ "DRIVER", "driver", "driver of the device", 0, show_get_driver, 0 },
	{ "ROLE", "role", "purpose: queue, config, link, admin, error, ...", 0,
		show_get_role, 0 },
	{ "SOURCE", "source", "source of DEVICE: netlink, sysfs or name", 0,
		show_get_source, 0 },
	{ "NOTES", "notes", "mismatches: offline, other-node, against-hint, isolated", 0,
		show_get_notes, 0 },
	{ "NAME", NULL, "handlers, or the description of the row",
		COLUMN_DEFAULT | COLUMN_NAME, get_name, 0 },
	{ "NAME", "actions", NULL, COLUMN_JSON_ONLY, get_actions, 0 },
	{ "NAME", "description", NULL, COLUMN_JSON_ONLY, get_description, 0 },
};

/* The column of one CPU. */
struct cpu_column {
	struct column_of_many many;
	char name[16];
};

void show_columns_free(struct column **columns)
{
	for (struct column *c = *columns; c && c->name; c++)
		free((void *)c->many);
	free(*columns);
}

/* One column for each CPU; they replace BUSIEST, AFFINITY and EFFECTIVE. */
static bool add_cpu_columns(
	struct column *columns, size_t *n, const struct irqkit_cpuset *cpus)
{
	irqkit_cpuset_foreach (cpu, cpus) {
		struct cpu_column *of_cpu = calloc(1, sizeof(*of_cpu));

		if (!of_cpu)
			return false;
		of_cpu->many.get = get_cpu;
		of_cpu->many.get_each = get_each_cpu;
		of_cpu->many.number = cpu;
		snprintf(
			of_cpu->name, sizeof(of_cpu->name), "CPU%u", of_cpu->many.number);
		columns[(*n)++] = (struct column){
			.name = of_cpu->name,
			.help = "interrupts that this CPU handled",
			.flags = COLUMN_ALWAYS | COLUMN_RIGHT | COLUMN_DESCENDING,
			.many = &of_cpu->many,
		};
	}
	return true;
}

static bool is_replaced(const struct column *column)
{
	return column->get == get_busiest || column->get == get_affinity ||
		column->get == get_effective;
}

struct column *show_columns_new(const struct irqkit_cpuset *each_cpu, bool with_device)
{
	size_t n = LENGTH(columns_before), n_cpus;
	struct column *columns;

	n_cpus = each_cpu ? irqkit_cpuset_count(each_cpu) : 0;
	columns = calloc(n + n_cpus + LENGTH(columns_after) + 1, sizeof(*columns));
	if (!columns)
		return NULL;
	memcpy(columns, columns_before, sizeof(columns_before));
	if (each_cpu && !add_cpu_columns(columns, &n, each_cpu)) {
		show_columns_free(&columns);
		return NULL;
	}
	for (size_t i = 0; i < LENGTH(columns_after); i++) {
		columns[n] = columns_after[i];
		if (each_cpu && is_replaced(&columns[n]))
			columns[n].flags &= ~(unsigned int)COLUMN_DEFAULT;
		if (with_device && columns[n].get == show_get_device)
			columns[n].flags |= COLUMN_DEFAULT;
		n++;
	}
	return columns;
}

/* Can the user move it? */
static bool is_movable(struct show_row *row)
{
	enum irqkit_movable movable;

	return show_row_movable(row, &movable) && movable == IRQKIT_MOVABLE;
}

/*
 * Marks an interrupt that makes the load uneven, a large part of a busy CPU's load, and
 * that can be moved.
 */
enum mark show_row_mark(void *data)
{
	struct show_row *row = data;
	const struct load *load = show_load(row->show);
	size_t n = irqkit_interrupt_count_served(row->interrupt);

	for (size_t i = 0; i < n && !irqkit_interrupt_is_background(row->interrupt);
		i++) {
		unsigned int cpu;
		uint64_t count = irqkit_interrupt_get_served(row->interrupt, i, &cpu);
		const struct cpu_load *part = load_get(load, cpu);

		if (part && load_is_busy(load, part) && count >= part->total / 4 &&
			is_movable(row))
			return MARK_BUSY;
	}
	return irqkit_interrupt_get_total(row->interrupt) ? MARK_NONE : MARK_IDLE;
}
