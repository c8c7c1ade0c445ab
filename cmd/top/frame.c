/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rows and CPUs of what happened between two samples. */
#include "top/frame.h"
#include "base/basics.h"
#include "base/say.h"
#include "target/select.h"
#include "top/past.h"
#include "top/top.h"

#include <stdio.h>
#include <string.h>

void frame_clear(struct frame *frame)
{
	for (size_t i = 0; i < frame->n_rows; i++) {
		struct frame_row *row = &frame->rows[i];

		for (char **queue = row->queues; queue && *queue; queue++)
			free(*queue);
		free(row->queues);
		free(row->actions);
	}
	free(frame->rows);
	free(frame->cpus);
	free(frame->gone);
	free(frame->appeared);
	free(frame->gone_labels);
	irqkit_load_free(frame->load);
	*frame = (struct frame){ 0 };
}

/* ------------------------------------------------------------------------------- */
/* Rows                                                                            */

static void read_device(struct frame_row *row, int number)
{
	struct irqkit_devices *devices = irqkit_machine_get_devices(row->frame->machine);
	size_t n;

	if (number >= 0 &&
		irqkit_devices_count_owners(devices, (unsigned int)number, &n) == 0 &&
		n > 0)
		row->device = irqkit_devices_get_owner(devices, (unsigned int)number, 0);
}

void frame_read_row(struct frame_row *row)
{
	size_t index = irqkit_irq_get_index(row->irq);
	const struct irqkit_load *load = row->frame->load;

	if (row->is_read)
		return;
	row->is_read = true;
	read_device(row, irqkit_irq_get_number(row->irq));
	row->cpu = irqkit_irq_find_cpu(row->irq);
	if (irqkit_load_get_cost(load, index, &row->cost) < 0)
		row->cost = -1;
	if (irqkit_load_get_packets(load, index, &row->packets) < 0)
		row->packets = -1;
}

static void start_row(struct watching *watching, struct frame *frame,
	struct frame_row *row, struct irqkit_irq *irq)
{
	size_t index = irqkit_irq_get_index(irq);
	uint64_t total;
	char *key;

	*row = (struct frame_row){
		.frame = frame,
		.irq = irq,
		.interrupt = irqkit_irq_get_row(irq),
		.count = irqkit_load_get_count(frame->load, index),
		.rate = irqkit_load_get_rate(frame->load, index),
		.cost = -1,
		.packets = -1,
		.cpu = -1,
	};
	total = irqkit_interrupt_get_total(row->interrupt);
	key = past_make_key(row->interrupt);
	row->past = key ? past_find(watching->past, watching->n_past, key) : NULL;
	free(key);
	if (!row->past)
		return;
	row->is_new = !row->past->is_known;
	row->has_restarted = !row->is_new && total < row->past->total &&
		row->count == total;
	past_note_rate(row->past, row->rate);
	row->past->total = total;
	row->past->is_chosen = true;
	row->mean = past_mean_rate(row->past);
}

enum status frame_fill_rows(
	struct watching *watching, struct frame *frame, bool takes_all)
{
	const struct call *call = watching->call;
	struct irqkit_selection *selection CLEANUP(free_selection) = NULL;
	size_t n, n_new = 0;
	enum status status;

	/* a device that is gone may come again; a word that is wrong was reported before */
	say_set_silent(watching->n_frames > 0);
	status = select_interrupts(watching->machine, call->words, call->n_words,
		takes_all ? IRQKIT_SELECT_NAMED : 0, &selection);
	say_set_silent(false);
	if (status == STATUS_NO_MATCH && watching->n_frames > 0)
		return STATUS_DONE;
	if (status != STATUS_DONE)
		return status;
	n = irqkit_selection_count(selection);
	frame->rows = calloc(n + 1, sizeof(*frame->rows));
	frame->appeared = calloc(n + 1, sizeof(*frame->appeared));
	if (!frame->rows || !frame->appeared)
		return say_no_memory();
	for (size_t i = 0; i < n; i++) {
		struct frame_row *row = &frame->rows[frame->n_rows++];

		start_row(watching, frame, row, irqkit_selection_get(selection, i));
		frame->n_active += row->count > 0;
		if (!irqkit_interrupt_is_background(row->interrupt))
			frame->rate += row->rate;
		if (row->count > 0 || takes_all)
			frame_read_row(row);
		if (row->is_new)
			frame->appeared[n_new++] = irqkit_interrupt_get_label(
				row->interrupt);
	}
	return STATUS_DONE;
}

/* ------------------------------------------------------------------------------- */
/* CPUs                                                                            */

static double share_of(const struct irqkit_load_cpu *cpu, enum irqkit_counter counter)
{
	uint64_t count, ticks = 0;

	for (int i = IRQKIT_COUNTER_USER; i <= IRQKIT_COUNTER_STEAL; i++) {
		if (irqkit_load_cpu_get_count(cpu, (enum irqkit_counter)i, &count) < 0)
			return -1;
		ticks += count;
	}
	if (irqkit_load_cpu_get_count(cpu, counter, &count) < 0 || ticks == 0)
		return -1;
	return (double)count / (double)ticks;
}

static void fill_cpu(struct frame *frame, size_t index, const struct irqkit_cpuset *house)
{
	struct frame_cpu *cpu = &frame->cpus[index];

	cpu->load = irqkit_load_get_cpu(frame->load, index);
	cpu->number = irqkit_load_cpu_get_number(cpu->load);
	cpu->irq = share_of(cpu->load, IRQKIT_COUNTER_IRQ);
	cpu->softirq = share_of(cpu->load, IRQKIT_COUNTER_SOFTIRQ);
	cpu->steal = share_of(cpu->load, IRQKIT_COUNTER_STEAL);
	if (irqkit_load_cpu_get_rate(cpu->load, IRQKIT_COUNTER_INTERRUPTS, &cpu->rate) <
		0)
		cpu->rate = 0;
	cpu->weight = (double)irqkit_load_cpu_get_weight(cpu->load);
	cpu->is_isolated = house && !irqkit_cpuset_has(house, cpu->number);
}

static void fill_weights(struct frame *frame)
{
	double most = 0;

	for (size_t i = 0; i < frame->n_cpus; i++)
		if (frame->cpus[i].weight > most)
			most = frame->cpus[i].weight;
	for (size_t i = 0; i < frame->n_cpus && most > 0; i++)
		frame->cpus[i].weight /= most;
}

bool frame_fill_cpus(struct frame *frame)
{
	struct irqkit_topology *topology = irqkit_machine_get_topology(frame->machine);
	const struct irqkit_cpuset *house = irqkit_topology_get_cpus(
		topology, IRQKIT_CPUS_HOUSEKEEPING);
	double steal = 0;
	size_t n_known = 0;

	frame->n_cpus = irqkit_load_count_cpus(frame->load);
	frame->cpus = calloc(frame->n_cpus + 1, sizeof(*frame->cpus));
	if (!frame->cpus)
		return false;
	for (size_t i = 0; i < frame->n_cpus; i++) {
		fill_cpu(frame, i, house);
		if (frame->cpus[i].steal >= 0) {
			steal += frame->cpus[i].steal;
			n_known++;
		}
	}
	frame->steal = n_known ? steal / (double)n_known : -1;
	frame->imbalance = irqkit_load_get_imbalance(frame->load, NULL);
	fill_weights(frame);
	return true;
}

/* ------------------------------------------------------------------------------- */
/* Words                                                                           */

static bool knows_packets(const struct frame *frame)
{
	for (size_t i = 0; i < frame->n_rows; i++)
		if (frame->rows[i].packets >= 0)
			return true;
	return false;
}

const char *frame_source_word(const struct frame *frame)
{
	bool has_packets = knows_packets(frame);

	if (irqkit_load_get_weigh(frame->load) == IRQKIT_WEIGH_TIME)
		return has_packets ? "procstat+packets" : "procstat+count";
	return irqkit_load_get_weigh(frame->load) == IRQKIT_WEIGH_PACKETS && has_packets
		? "packets"
		: "count";
}
