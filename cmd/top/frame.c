/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What happened between two samples, as rows and CPUs. */
#include "top/frame.h"
#include "base/basics.h"
#include "base/say.h"
#include "measure/open_machine.h"
#include "target/select.h"
#include "top/top.h"

#include <stdio.h>
#include <string.h>

/* Affinities that were only written, without a move, are read again so often. */
#define READ_ALL_FRAMES 15u

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

static void past_free(struct past *past, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(past[i].key);
	free(past);
}

void watching_free(struct watching *watching)
{
	past_free(watching->past, watching->n_past);
	irqkit_cpuset_free(watching->cpus);
	irqkit_sample_free(watching->last);
	irqkit_machine_free(watching->machine);
	irqkit_ctx_free(watching->ctx);
}

/* ------------------------------------------------------------------------------- */
/* The past                                                                        */

/* Label and handlers: the number may belong to another interrupt next time. */
static char *make_key(const struct irqkit_interrupt *interrupt)
{
	size_t n = irqkit_interrupt_count_actions(interrupt), len, at;
	const char *label = irqkit_interrupt_get_label(interrupt);
	char *key;

	len = strlen(label) + 1;
	for (size_t i = 0; i < n; i++)
		len += strlen(irqkit_interrupt_get_action(interrupt, i)) + 1;
	key = malloc(len);
	if (!key)
		return NULL;
	at = (size_t)(stpcpy(key, label) - key);
	for (size_t i = 0; i < n; i++) {
		key[at++] = '\n';
		at = (size_t)(stpcpy(key + at,
				      irqkit_interrupt_get_action(interrupt, i)) -
			key);
	}
	return key;
}

static int compare_past(const void *a, const void *b)
{
	return strcmp(((const struct past *)a)->key, ((const struct past *)b)->key);
}

static struct past *find_past(struct past *list, size_t n, const char *key)
{
	struct past wanted = { .key = (char *)key };

	return n ? bsearch(&wanted, list, n, sizeof(*list), compare_past) : NULL;
}

static void note_rate(struct past *past, double rate)
{
	memmove(&past->rates[1], &past->rates[0], sizeof(past->rates) - sizeof(float));
	past->rates[0] = (float)rate;
	if (past->n_rates < PAST_FRAMES)
		past->n_rates++;
}

static double mean_rate(const struct past *past)
{
	unsigned int n = past->n_rates < 3 ? past->n_rates : 3;
	double sum = 0;

	for (unsigned int i = 0; i < n; i++)
		sum += (double)past->rates[i];
	return n ? sum / n : 0;
}

/* One for each row of @snapshot, sorted; those that were known keep their rates. */
static struct past *make_past(const struct watching *watching, size_t *ret_n)
{
	size_t n = irqkit_machine_count_irqs(watching->machine);
	struct past *list = calloc(n + 1, sizeof(*list));

	*ret_n = 0;
	for (size_t i = 0; list && i < n; i++) {
		struct past *old;
		char *key = make_key(
			irqkit_irq_get_row(irqkit_machine_get_irq(watching->machine, i)));

		if (!key) {
			past_free(list, *ret_n);
			return NULL;
		}
		old = find_past(watching->past, watching->n_past, key);
		if (old)
			list[*ret_n] = *old;
		list[*ret_n].is_known = old;
		list[(*ret_n)++].key = key;
	}
	if (list)
		qsort(list, *ret_n, sizeof(*list), compare_past);
	return list;
}

/* Labels of the rows that were there before, and are not now. */
static bool note_gone(
	const struct watching *watching, struct past *now, size_t n, struct frame *frame)
{
	size_t len = 0, n_gone = 0, at = 0;

	for (size_t i = 0; i < watching->n_past; i++)
		len += strcspn(watching->past[i].key, "\n") + 1;
	frame->gone = calloc(watching->n_past + 1, sizeof(*frame->gone));
	frame->gone_labels = malloc(len + 1);
	if (!frame->gone || !frame->gone_labels)
		return false;
	for (size_t i = 0; i < watching->n_past; i++) {
		const char *key = watching->past[i].key;
		size_t label = strcspn(key, "\n");

		if (!watching->past[i].is_chosen || find_past(now, n, key))
			continue;
		frame->gone[n_gone++] = frame->gone_labels + at;
		memcpy(frame->gone_labels + at, key, label);
		at += label;
		frame->gone_labels[at++] = '\0';
	}
	return true;
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
	key = make_key(row->interrupt);
	row->past = key ? find_past(watching->past, watching->n_past, key) : NULL;
	free(key);
	if (!row->past)
		return;
	row->is_new = !row->past->is_known;
	row->has_restarted = !row->is_new && total < row->past->total &&
		row->count == total;
	note_rate(row->past, row->rate);
	row->past->total = total;
	row->past->is_chosen = true;
	row->mean = mean_rate(row->past);
}

static enum status fill_rows(
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

/* The CPUs that may be used, and those that handled something. */
static double find_imbalance(const struct frame *frame, double *ret_most)
{
	double sum = 0;
	size_t n = 0;

	*ret_most = 0;
	for (size_t i = 0; i < frame->n_cpus; i++) {
		const struct frame_cpu *cpu = &frame->cpus[i];

		sum += cpu->weight;
		n += !cpu->is_isolated || cpu->weight > 0;
		if (cpu->weight > *ret_most)
			*ret_most = cpu->weight;
	}
	return sum > 0 ? *ret_most * (double)n / sum : 0;
}

static bool fill_cpus(struct frame *frame)
{
	struct irqkit_topology *topology = irqkit_machine_get_topology(frame->machine);
	const struct irqkit_cpuset *house = irqkit_topology_get_cpus(
		topology, IRQKIT_CPUS_HOUSEKEEPING);
	double most, steal = 0;
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
	frame->imbalance = find_imbalance(frame, &most);
	for (size_t i = 0; i < frame->n_cpus && most > 0; i++)
		frame->cpus[i].weight /= most;
	return true;
}

/* ------------------------------------------------------------------------------- */
/* Frames                                                                          */

static enum status say_bad_sample(int error)
{
	say_error("cannot read what the CPUs do: %s", strerror(-error));
	return STATUS_REFUSED;
}

static enum status start_sample(struct watching *watching)
{
	int r = irqkit_sample_new_of(watching->machine, NULL, &watching->last);

	return r < 0 ? say_bad_sample(r) : STATUS_DONE;
}

static bool note_cpus(struct watching *watching)
{
	irqkit_cpuset_free(watching->cpus);
	watching->cpus = NULL;
	return irqkit_cpuset_copy(irqkit_snapshot_get_cpus(
					  irqkit_machine_get_snapshot(watching->machine)),
		       &watching->cpus) == 0;
}

enum status watching_start(struct watching *watching, const struct call *call)
{
	const struct top_options *o = call->state;
	enum status status;
	size_t n;

	watching->call = call;
	watching->weigh = o->weigh_by;
	status = machine_open(call, &watching->ctx);
	if (status == STATUS_DONE)
		status = machine_new(watching->ctx, &watching->machine);
	if (status != STATUS_DONE)
		return status;
	watching->has_second = irqkit_ctx_has_second_sample(watching->ctx);
	/* a word that is wrong is reported before the first period */
	if (call->n_words) {
		struct irqkit_selection *selection CLEANUP(free_selection) = NULL;

		status = select_interrupts(
			watching->machine, call->words, call->n_words, 0, &selection);
	}
	if (status == STATUS_DONE)
		status = start_sample(watching);
	if (status == STATUS_DONE && !note_cpus(watching))
		return say_no_memory();
	if (status != STATUS_DONE)
		return status;
	watching->past = make_past(watching, &n);
	watching->n_past = watching->past ? n : 0;
	return watching->past ? STATUS_DONE : say_no_memory();
}

static enum status take_sample(
	struct watching *watching, struct irqkit_sample **ret_sample)
{
	unsigned int flags = watching->n_frames % READ_ALL_FRAMES ? IRQKIT_REFRESH_MOVED
								  : 0;
	enum status status;
	int r;

	if (watching->has_second) {
		r = irqkit_sample_new_second(
			watching->ctx, watching->last, ret_sample, NULL, NULL);
		return r < 0 ? say_bad_sample(r) : STATUS_DONE;
	}
	status = machine_refresh(watching->machine, flags);
	if (status != STATUS_DONE)
		return status;
	r = irqkit_sample_new_of(watching->machine, watching->last, ret_sample);
	return r < 0 ? say_bad_sample(r) : STATUS_DONE;
}

/* What was known before has its place in the new past. */
static bool renew_past(struct watching *watching, struct frame *frame)
{
	size_t n;
	struct past *now = make_past(watching, &n);

	if (!now || !note_gone(watching, now, n, frame)) {
		past_free(now, now ? n : 0);
		return false;
	}
	past_free(watching->past, watching->n_past);
	watching->past = now;
	watching->n_past = n;
	return true;
}

static enum status fill(
	struct watching *watching, struct irqkit_sample *sample, struct frame *frame)
{
	const struct top_options *o = watching->call->state;
	const struct irqkit_snapshot *rows = irqkit_machine_get_snapshot(
		watching->machine);
	int r = irqkit_load_new(watching->machine, watching->last, sample, &frame->load);

	if (r < 0)
		return say_bad_sample(r);
	irqkit_load_weigh(frame->load, watching->weigh);
	frame->machine = watching->machine;
	frame->seconds = irqkit_load_get_seconds(frame->load);
	frame->is_complete = irqkit_cpuset_is_equal(
		watching->cpus, irqkit_snapshot_get_cpus(rows));
	clock_gettime(CLOCK_REALTIME, &frame->time);
	if (!renew_past(watching, frame) || !fill_cpus(frame) || !note_cpus(watching))
		return say_no_memory();
	return fill_rows(watching, frame, o->shows_all);
}

enum status watching_next(struct watching *watching, struct frame *frame)
{
	struct irqkit_sample *sample = NULL;
	enum status status;

	/* the load has rows of the machine, which the next sample replaces */
	frame_clear(frame);
	status = take_sample(watching, &sample);
	if (status == STATUS_DONE)
		status = fill(watching, sample, frame);
	if (status != STATUS_DONE) {
		irqkit_sample_free(sample);
		return status;
	}
	irqkit_sample_free(watching->last);
	watching->last = sample;
	watching->n_frames++;
	return STATUS_DONE;
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
