/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A sample as text, for a later run of a program. Sections have the layout of files of
 * /proc, and are read by the parsers of these, but for interrupts, which have no columns of
 * zeros, and packets, which have several sources:
 *
 *	irqkit sample 1
 *	@clocks
 *	boot 2c5b...               the boot ID
 *	uptime 1234.56
 *	time 1234.567890
 *	@interrupts                and the same as @kept: of CPUs that are offline
 *	cpus 0-3
 *	read 1235
 *	24 2 1500 =24 =PCI-MSI =1-edge =eth0 0:1000 1:500
 *	@stat
 *	cpu0 12 0 34 567 0 1 2 0
 *	...
 *	@packets
 *	=eth0 1 0 0 12345          source, rx or tx, queue, packets
 *
 * A row: number, enum irqkit_counts, total, label, chip, description, handlers, counts by
 * CPU. A text has a = before it and no spaces: "%20" is one. A - stands for no text.
 */
#include "base/buffer.h"
#include "base/cpuset.h"
#include "base/macros.h"
#include "base/number.h"
#include "load/load_record.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADING "irqkit sample 1"

/* ------------------------------------------------------------------------------- */
/* Format                                                                          */

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

	buffer_add(&out, HEADING "\n");
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

/* ------------------------------------------------------------------------------- */
/* Parse                                                                           */

static bool is_word(const char *word, size_t len, const char *expected)
{
	return len == strlen(expected) && memcmp(word, expected, len) == 0;
}

static int read_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *digit = memchr(digits, c, 16);

	return digit ? (int)(digit - digits) : -1;
}

/* The next word as a text in the arena; *ret_text is NULL if it stands for none. */
static int take_text(struct arena *arena, struct text *line, const char **ret_text)
{
	const char *word;
	size_t len = text_next_word(line, &word);
	char *out;

	*ret_text = NULL;
	if (is_word(word, len, "-"))
		return 0;
	if (len == 0 || word[0] != '=')
		return -EBADMSG;
	out = arena_alloc(arena, len);
	if (!out)
		return -ENOMEM;
	*ret_text = out;
	for (size_t i = 1; i < len; i++) {
		int high = 0, low = 0;

		if (word[i] != '%') {
			*out++ = word[i];
			continue;
		}
		if (len - i > 2) {
			high = read_digit(word[i + 1]);
			low = read_digit(word[i + 2]);
		}
		if (high < 0 || low < 0 || (high == 0 && low == 0))
			return -EBADMSG;
		*out++ = (char)(high << 4 | low);
		i += 2;
	}
	*out = '\0';
	return 0;
}

/* "1:500"; they are in ascending order, and their CPUs have columns. */
static bool take_count(const struct irqkit_snapshot *rows, struct text *line, int last,
	uint32_t *ret_cpu, uint64_t *ret_count)
{
	const char *word;
	size_t len = text_next_word(line, &word);
	const char *colon = len ? memchr(word, ':', len) : NULL;

	return colon && parse_u32(word, (size_t)(colon - word), ret_cpu) == 0 &&
		parse_u64(colon + 1, len - (size_t)(colon - word) - 1, ret_count) == 0 &&
		*ret_cpu <= IRQKIT_CPU_MAX && (int)*ret_cpu > last &&
		irqkit_cpuset_has(rows->cpus, *ret_cpu);
}

static size_t count_words(struct text line)
{
	const char *word;
	size_t n = 0;

	while (text_next_word(&line, &word) > 0)
		n++;
	return n;
}

static int take_counts(
	struct irqkit_snapshot *rows, struct irqkit_interrupt *row, struct text *line)
{
	size_t n = count_words(*line);
	int last = -1;

	if (n == 0)
		return 0;
	if (interrupt_make_room(rows, row, n, true, NULL) < 0)
		return -ENOMEM;
	for (; n > 0; n--) {
		uint32_t cpu;
		uint64_t count;

		if (!take_count(rows, line, last, &cpu, &count))
			return -EBADMSG;
		interrupt_add_served(row, cpu, count);
		last = (int)cpu;
	}
	return 0;
}

static bool take_irq(struct text *line, int *ret_irq)
{
	const char *word;
	size_t len = text_next_word(line, &word);
	uint32_t irq;

	*ret_irq = -1;
	if (is_word(word, len, "-1"))
		return true;
	if (len == 0 || parse_u32(word, len, &irq) < 0 || irq > INT32_MAX)
		return false;
	*ret_irq = (int)irq;
	return true;
}

static int take_row(struct irqkit_snapshot *rows, struct text *line)
{
	struct arena *arena = &rows->arena;
	struct irqkit_interrupt *row;
	const char *actions = NULL;
	uint64_t counts = 0;
	int r = snapshot_add_row(rows, &row);

	if (r < 0)
		return r;
	if (!take_irq(line, &row->irq) || !text_next_number(line, &counts) ||
		counts > IRQKIT_COUNTS_PER_CPU || !text_next_number(line, &row->total))
		return -EBADMSG;
	row->counts = (enum irqkit_counts)counts;
	r = take_text(arena, line, &row->label);
	if (r == 0)
		r = take_text(arena, line, &row->chip);
	if (r == 0)
		r = take_text(arena, line, &row->description);
	if (r == 0)
		r = take_text(arena, line, &actions);
	if (r == 0 && (!row->label || !actions))
		r = -EBADMSG;
	if (r == 0)
		r = snapshot_set_actions(rows, row, actions, strlen(actions), ", ");
	return r == 0 ? take_counts(rows, row, line) : r;
}

static int take_cpus(struct irqkit_snapshot *rows, struct text *line)
{
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
	const char *word;
	size_t len = text_next_word(line, &word);
	int r = len ? irqkit_cpuset_parse_list(word, len, &cpus, NULL) : 0;

	if (r == 0 && cpus)
		r = irqkit_cpuset_add_set(rows->cpus, cpus);
	return r == 0 || r == -ENOMEM ? r : -EBADMSG;
}

static int take_snapshot(struct text text, struct irqkit_snapshot **ret_rows)
{
	struct text line;
	int r;

	if (*ret_rows)
		return -EBADMSG;
	r = snapshot_new(ret_rows);
	while (r == 0 && text_next_line(&text, &line)) {
		struct text rest = line;
		const char *word;
		size_t len = text_next_word(&rest, &word);

		if (is_word(word, len, "cpus"))
			r = take_cpus(*ret_rows, &rest);
		else if (is_word(word, len, "read"))
			r = text_next_number(&rest, &(*ret_rows)->read_at) ? 0 : -EBADMSG;
		else
			r = take_row(*ret_rows, &line);
	}
	return r == 0 ? snapshot_index(*ret_rows) : r;
}

/* As put_seconds() writes them. */
static bool take_seconds(struct text *line, double *ret_seconds)
{
	const char *word;
	size_t len = text_next_word(line, &word);
	const char *point = len ? memchr(word, '.', len) : NULL;
	size_t digits = point ? len - (size_t)(point - word) - 1 : 0;
	uint64_t whole, part;
	double unit = 1;

	if (!point || digits > 9 || parse_u64(word, (size_t)(point - word), &whole) < 0 ||
		whole > UINT32_MAX || parse_u64(point + 1, digits, &part) < 0)
		return false;
	for (; digits > 0; digits--)
		unit /= 10;
	*ret_seconds = (double)whole + (double)part * unit;
	return true;
}

static int take_boot(struct irqkit_sample *sample, struct text *line)
{
	struct arena arena = { 0 };
	const char *text;
	int r = sample->boot_id ? -EBADMSG : take_text(&arena, line, &text);

	if (r == 0 && text) {
		sample->boot_id = strdup(text);
		r = sample->boot_id ? 0 : -ENOMEM;
	}
	arena_free(&arena);
	return r;
}

static int take_clocks(struct irqkit_sample *sample, struct text text)
{
	struct text line;
	int r = 0;

	while (r == 0 && text_next_line(&text, &line)) {
		const char *word;
		size_t len = text_next_word(&line, &word);

		if (is_word(word, len, "time"))
			r = take_seconds(&line, &sample->time) ? 0 : -EBADMSG;
		else if (is_word(word, len, "uptime"))
			r = take_seconds(&line, &sample->uptime) ? 0 : -EBADMSG;
		else if (is_word(word, len, "boot"))
			r = take_boot(sample, &line);
	}
	return r;
}

static int take_queue(struct packets *packets, struct arena *arena, struct text *line)
{
	struct queue_packets queue = { 0 };
	uint64_t source, direction, number;
	const char *name;
	int r = take_text(arena, line, &name);

	if (r < 0)
		return r;
	if (!name || strlen(name) >= sizeof(queue.device) ||
		!text_next_number(line, &source) || source > IRQKIT_PACKETS_DEVICE ||
		!text_next_number(line, &direction) || direction > 1 ||
		!text_next_number(line, &number) || number > UINT32_MAX ||
		!text_next_number(line, &queue.packets))
		return -EBADMSG;
	strcpy(queue.device, name);
	queue.source = (enum irqkit_packets_source)source;
	queue.is_tx = direction == 1;
	queue.queue = (uint32_t)number;
	return packets_add(packets, &queue);
}

static int take_packets(struct packets *packets, struct text text)
{
	struct arena arena = { 0 };
	struct text line;
	int r = 0;

	while (r == 0 && text_next_line(&text, &line))
		r = take_queue(packets, &arena, &line);
	arena_free(&arena);
	return r;
}

/* A file that could not be read is an empty section. Unknown sections are later ones. */
static int take_section(
	struct irqkit_sample *sample, const char *name, size_t len, struct text text)
{
	size_t size = (size_t)(text.end - text.at);
	int r;

	if (is_word(name, len, "clocks"))
		return take_clocks(sample, text);
	if (is_word(name, len, "interrupts"))
		return take_snapshot(text, &sample->rows);
	if (is_word(name, len, "kept"))
		return take_snapshot(text, &sample->kept);
	if (is_word(name, len, "packets"))
		return take_packets(&sample->packets, text);
	if (is_word(name, len, "stat") && !sample->times.n)
		r = times_parse(&sample->times, text.at, size);
	else if (is_word(name, len, "softirqs") && !sample->softirqs.n_cpus)
		r = softirqs_parse(&sample->softirqs, text.at, size);
	else if (is_word(name, len, "softnet_stat") && !sample->softnet.n && sample->rows)
		r = softnet_parse(&sample->softnet, text.at, size, sample->rows->cpus);
	else
		r = 0;
	return r == -ENOMEM ? r : 0;
}

/* From one line that begins with @ to the next. */
static int take_sections(struct irqkit_sample *sample, struct text text)
{
	struct text line, section = { text.at, text.at };
	const char *name = NULL;
	size_t len = 0;
	int r = 0;

	while (r == 0 && text_next_line(&text, &line)) {
		if (line.at == line.end || *line.at != '@') {
			section.end = text.at;
			continue;
		}
		if (name)
			r = take_section(sample, name, len, section);
		name = line.at + 1;
		len = (size_t)(line.end - name);
		section.at = section.end = text.at;
	}
	return r == 0 && name ? take_section(sample, name, len, section) : r;
}

static void free_sample(struct irqkit_sample **sample)
{
	irqkit_sample_free(*sample);
}

EXPORT int irqkit_sample_parse(
	const char *bytes, size_t len, struct irqkit_sample **ret_sample)
{
	struct irqkit_sample *sample CLEANUP(free_sample) = NULL;
	struct text text = { bytes, bytes + len }, line;
	int r;

	if (!text_next_line(&text, &line) ||
		!is_word(line.at, (size_t)(line.end - line.at), HEADING))
		return -EBADMSG;
	sample = calloc(1, sizeof(*sample));
	if (!sample)
		return -ENOMEM;
	sample->time = sample->uptime = -1;
	sample->is_parsed = true;
	r = take_sections(sample, text);
	if (r == 0 && (!sample->rows || sample->time < 0))
		r = -EBADMSG;
	if (r < 0)
		return r;
	packets_sort(&sample->packets);
	*ret_sample = TAKE(sample);
	return 0;
}
