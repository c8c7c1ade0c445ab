/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A sample -> text. The format is in sample_text.h. */
#include "base/buffer.h"
#include "base/macros.h"
#include "load/load_record.h"
#include "load/sample_text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

static void put_text(struct buffer *out, const char *text)
{
	if (!text) {
		buffer_add(out, " -");
		return;
	}
	buffer_add(out, " =");
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c <= ' ' || c >= 0x7f || c == '%')
			buffer_add(out, "%%%02x", c);
		else
			buffer_add_char(out, *text);
	}
}

static int put_row(struct buffer *out, const struct irqkit_interrupt *row)
{
	_cleanup_free_ char *actions = interrupt_join_actions(row);

	if (!actions)
		return -ENOMEM;
	buffer_add(out, "%d %d %" PRIu64, row->irq, (int)row->counts, row->total);
	put_text(out, row->label);
	put_text(out, row->chip);
	put_text(out, row->description);
	put_text(out, actions);
	for (size_t i = 0; i < row->n_served; i++) {
		buffer_add_char(out, ' ');
		buffer_add_number(out, row->served_cpu[i]);
		buffer_add_char(out, ':');
		buffer_add_number(out, interrupt_served(row, i));
	}
	buffer_add_char(out, '\n');
	return 0;
}

static int put_rows(
	struct buffer *out, const char *section, const struct irqkit_snapshot *rows)
{
	_cleanup_free_ char *cpus = NULL;
	int r = irqkit_cpuset_format_list(rows->cpus, &cpus);

	if (r < 0)
		return r;
	buffer_add(out, "@%s\ncpus %s\nread %" PRIu64 "\n", section, cpus, rows->read_at);
	for (size_t i = 0; i < rows->n_rows && r == 0; i++)
		r = put_row(out, &rows->rows[i]);
	return r;
}

/* With a point in any locale. */
static void put_seconds(
	struct buffer *out, const char *word, double seconds, unsigned int places)
{
	uint64_t unit = 1, parts;

	for (unsigned int i = 0; i < places; i++)
		unit *= 10;
	/* more than any system has, and what can be read again */
	if (!(seconds < UINT32_MAX))
		seconds = UINT32_MAX;
	parts = (uint64_t)(seconds * (double)unit + 0.5);
	buffer_add(out, "%s %" PRIu64 ".%0*" PRIu64 "\n", word, parts / unit, (int)places,
		parts % unit);
}

static void put_clocks(struct buffer *out, const struct irqkit_sample *sample)
{
	buffer_add(out, "@clocks\n");
	put_seconds(out, "time", sample->time, 6);
	if (sample->uptime >= 0)
		put_seconds(out, "uptime", sample->uptime, 2);
	if (sample->boot_id) {
		buffer_add(out, "boot");
		put_text(out, sample->boot_id);
		buffer_add_char(out, '\n');
	}
}

static void put_times(struct buffer *out, const struct times *times)
{
	buffer_add(out, "@stat\n");
	for (size_t i = 0; i < times->n; i++) {
		buffer_add(out, "cpu%" PRIu32, times->cpus[i].cpu);
		for (size_t k = 0; k < N_TIME_COLUMNS; k++)
			buffer_add(out, " %" PRIu64, times->cpus[i].ticks[k]);
		buffer_add_char(out, '\n');
	}
	if (times->n_interrupts)
		buffer_add(out, "intr %" PRIu64 "\n", times->n_interrupts);
}

static void put_softirqs(struct buffer *out, const struct softirqs *softirqs)
{
	buffer_add(out, "@softirqs\n");
	for (size_t i = 0; i < softirqs->n_cpus; i++)
		buffer_add(out, " CPU%" PRIu32, softirqs->cpus[i]);
	buffer_add_char(out, '\n');
	for (size_t kind = 0; kind < softirqs->n_kinds; kind++) {
		buffer_add(out, "%s:", softirqs->kinds[kind]);
		for (size_t i = 0; i < softirqs->n_cpus; i++)
			buffer_add(out, " %" PRIu64,
				softirqs->counts[kind * softirqs->n_cpus + i]);
		buffer_add_char(out, '\n');
	}
}

/* The columns that are used: see load_text.c. */
static void put_softnet(struct buffer *out, const struct softnet *softnet)
{
	buffer_add(out, "@softnet_stat\n");
	for (size_t i = 0; i < softnet->n; i++) {
		const struct cpu_softnet *cpu = &softnet->cpus[i];

		buffer_add(out, "%x %x %x 0 0 0 0 0 0 %x 0 0 %x\n", cpu->processed,
			cpu->dropped, cpu->squeezed, cpu->received_rps, cpu->cpu);
	}
}

static void put_packets(struct buffer *out, const struct packets *packets)
{
	buffer_add(out, "@packets\n");
	for (size_t i = 0; i < packets->n; i++) {
		const struct queue_packets *queue = &packets->queues[i];

		put_text(out, queue->device);
		buffer_add(out, " %d %d %" PRIu32 " %" PRIu64 "\n", (int)queue->source,
			queue->is_tx, queue->queue, queue->packets);
	}
}

/* ------------------------------------------------------------------------------- */

EXPORT int irqkit_sample_format(const struct irqkit_sample *sample, char **ret_text)
{
	struct buffer out = { 0 };
	int r;

	buffer_add(&out, SAMPLE_HEADING "\n");
	put_clocks(&out, sample);
	r = put_rows(&out, "interrupts", sample->rows);
	if (r == 0 && sample->kept)
		r = put_rows(&out, "kept", sample->kept);
	if (r < 0) {
		free(out.text);
		return r;
	}
	put_times(&out, &sample->times);
	put_softirqs(&out, &sample->softirqs);
	put_softnet(&out, &sample->softnet);
	put_packets(&out, &sample->packets);
	return buffer_take(&out, ret_text);
}
