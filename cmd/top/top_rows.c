/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The columns of `irqkit top`: one row for each interrupt. */
#include "base/basics.h"
#include "top/top.h"

#include <stdio.h>
#include <string.h>

const char **top_get_actions(struct frame_row *row)
{
	size_t n = irqkit_interrupt_count_actions(row->interrupt);

	if (n && !row->actions) {
		row->actions = calloc(n + 1, sizeof(*row->actions));
		for (size_t i = 0; row->actions && i < n; i++)
			row->actions[i] = irqkit_interrupt_get_action(row->interrupt, i);
	}
	return row->actions;
}

static bool add_queue(struct frame_row *row, size_t *n, const struct irqkit_queue *queue)
{
	char **more = reallocarray(row->queues, *n + 2, sizeof(*more));

	if (!more)
		return false;
	row->queues = more;
	row->queues[*n] = row->queues[*n + 1] = NULL;
	if (irqkit_queue_format_name(queue, &row->queues[*n]) < 0)
		return false;
	(*n)++;
	return true;
}

char **top_get_queues(struct frame_row *row)
{
	int irq = irqkit_irq_get_number(row->irq);
	struct irqkit_device *device = row->device;
	size_t n = 0;

	if (row->queues || !device || irq < 0 ||
		irqkit_device_get_kind(device) != IRQKIT_DEVICE_NET)
		return row->queues;
	for (int direction = IRQKIT_RX; direction <= IRQKIT_TX; direction++) {
		const struct irqkit_queue *queue = irqkit_device_find_irq_queue(
			device, (unsigned int)irq, (enum irqkit_direction)direction);

		if (queue && !add_queue(row, &n, queue))
			break;
	}
	return row->queues;
}

/* ------------------------------------------------------------------------------- */

static struct cell rate_cell(double rate)
{
	if (rate < 0)
		return ABSENT;
	return (struct cell){ .kind = CELL_RATE, .rate = rate };
}

static struct cell share_cell(double share)
{
	if (share < 0)
		return ABSENT;
	return (struct cell){ .kind = CELL_SHARE, .share = share };
}

static struct cell get_label(void *data)
{
	return text_cell(
		irqkit_interrupt_get_label(((struct frame_row *)data)->interrupt));
}

static struct cell get_irq(void *data)
{
	int irq = irqkit_irq_get_number(((struct frame_row *)data)->irq);

	return irq < 0 ? ABSENT : number_cell((uint64_t)irq);
}

static struct cell get_rate(void *data)
{
	return rate_cell(((struct frame_row *)data)->rate);
}

static struct cell get_count(void *data)
{
	return number_cell(((struct frame_row *)data)->count);
}

static struct cell get_per_cpu(void *data)
{
	struct frame_row *row = data;
	const struct irqkit_interrupt *counts = irqkit_load_get_counts(
		row->frame->load, irqkit_irq_get_index(row->irq));

	if (!counts || irqkit_interrupt_get_counts(counts) != IRQKIT_COUNTS_PER_CPU)
		return ABSENT;
	return (struct cell){ .kind = CELL_COUNTS, .counts = counts };
}

static struct cell get_packets(void *data)
{
	return rate_cell(((struct frame_row *)data)->packets);
}

static struct cell get_ratio(void *data)
{
	struct frame_row *row = data;

	return row->packets < 0 || row->rate <= 0 ? ABSENT
						  : rate_cell(row->packets / row->rate);
}

static struct cell get_cost(void *data)
{
	return share_cell(((struct frame_row *)data)->cost);
}

static struct cell get_cpu(void *data)
{
	struct frame_row *row = data;

	return row->cpu < 0 ? ABSENT : number_cell((uint64_t)row->cpu);
}

static struct cell get_affinity(void *data)
{
	const struct irqkit_cpuset *set = NULL;

	irqkit_irq_get_affinity(((struct frame_row *)data)->irq, &set);
	return cpus_cell(set);
}

static struct cell get_effective(void *data)
{
	const struct irqkit_cpuset *set = NULL;

	irqkit_irq_get_effective(((struct frame_row *)data)->irq, &set);
	return set && !irqkit_cpuset_is_empty(set) ? cpus_cell(set) : ABSENT;
}

static struct cell get_node(void *data)
{
	struct frame_row *row = data;
	int irq = irqkit_irq_get_number(row->irq), node;

	if (irq < 0 ||
		irqkit_machine_find_node(row->frame->machine, row->device, irq, &node) <
			0)
		return ABSENT;
	return number_cell((uint64_t)node);
}

static struct cell get_device(void *data)
{
	struct frame_row *row = data;

	return row->device ? text_cell(irqkit_device_get_name(row->device)) : ABSENT;
}

static struct cell get_queues(void *data)
{
	char **queues = top_get_queues(data);

	if (!queues)
		return ABSENT;
	return (struct cell){
		.kind = CELL_TEXTS,
		.texts = (const char *const *)queues,
	};
}

static struct cell get_actions(void *data)
{
	const char **actions = top_get_actions(data);

	if (!actions)
		return ABSENT;
	return (struct cell){ .kind = CELL_TEXTS, .texts = actions };
}

static struct cell get_name(void *data)
{
	struct cell actions = get_actions(data);

	return actions.kind == CELL_ABSENT
		? text_cell(irqkit_interrupt_get_description(
			  ((struct frame_row *)data)->interrupt))
		: actions;
}

static struct cell get_restarted(void *data)
{
	return ((struct frame_row *)data)->has_restarted ? bool_cell(true) : ABSENT;
}

const struct column top_columns[] = {
	{ "IRQ", "label", "number or name of the interrupt",
		COLUMN_DEFAULT | COLUMN_RIGHT, get_label, 0 },
	{ "IRQ", "irq", NULL, COLUMN_JSON_ONLY, get_irq, 0 },
	{ "RATE", "per_second", "how often it fired, per second",
		COLUMN_DEFAULT | COLUMN_RIGHT | COLUMN_DESCENDING, get_rate, 0 },
	{ "COUNT", "count", "how often it fired in the period",
		COLUMN_RIGHT | COLUMN_DESCENDING, get_count, 0 },
	{ "COUNT", "per_cpu", NULL, COLUMN_JSON_ONLY, get_per_cpu, 0 },
	{ "PACKETS", "packets_per_second", "packets of its queues, per second",
		COLUMN_RIGHT | COLUMN_DESCENDING, get_packets, 0 },
	{ "RATIO", NULL, "packets for each interrupt",
		COLUMN_DEFAULT | COLUMN_RIGHT | COLUMN_DESCENDING | COLUMN_DROP(2),
		get_ratio, 0 },
	{ "TIME", "share_of_cpu", "the share of a CPU's time that it costs",
		COLUMN_DEFAULT | COLUMN_RIGHT | COLUMN_DESCENDING, get_cost, 0 },
	{ "CPU", "cpu", "CPU that it is placed on", COLUMN_DEFAULT | COLUMN_RIGHT,
		get_cpu, 0 },
	{ "AFFINITY", "affinity", "requested CPUs",
		COLUMN_DEFAULT | COLUMN_TRUNCATE | COLUMN_DROP(1), get_affinity, 0 },
	{ "EFFECTIVE", "effective", "CPUs that the kernel chose from them",
		COLUMN_TRUNCATE, get_effective, 0 },
	{ "NODE", "node", "NUMA node of its device", COLUMN_RIGHT, get_node, 0 },
	{ "DEVICE", "device", "network interface, disk or PCI function that raises it",
		COLUMN_DEFAULT | COLUMN_DROP(4), get_device, 0 },
	{ "QUEUE", "queues", "queues of the interface that use it",
		COLUMN_DEFAULT | COLUMN_TRUNCATE | COLUMN_DROP(3), get_queues, 0 },
	{ "NAME", NULL, "handlers, or the description of the row",
		COLUMN_DEFAULT | COLUMN_NAME, get_name, 0 },
	{ "NAME", "actions", NULL, COLUMN_JSON_ONLY, get_actions, 0 },
	{ "NAME", "restarted", NULL, COLUMN_JSON_ONLY, get_restarted, 0 },
	{ 0 },
};

static int compare_rows(const void *a, const void *b)
{
	const struct frame_row *x = *(struct frame_row *const *)a;
	const struct frame_row *y = *(struct frame_row *const *)b;

	if (x->mean != y->mean)
		return x->mean < y->mean ? 1 : -1;
	return irqkit_irq_get_index(x->irq) > irqkit_irq_get_index(y->irq) ? 1 : -1;
}

struct frame_row **top_sort_rows(
	const struct frame *frame, bool shows_idle, size_t *ret_n)
{
	struct frame_row **rows = calloc(frame->n_rows + 1, sizeof(struct frame_row *));

	*ret_n = 0;
	for (size_t i = 0; rows && i < frame->n_rows; i++)
		if (shows_idle || frame->rows[i].count > 0)
			rows[(*ret_n)++] = &frame->rows[i];
	if (rows)
		qsort(rows, *ret_n, sizeof(*rows), compare_rows);
	return rows;
}
