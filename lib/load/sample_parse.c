/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text -> a sample. The format is in sample_text.h. */
#include "base/cpuset.h"
#include "base/macros.h"
#include "base/number.h"
#include "load/load_record.h"
#include "load/sample_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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
		!is_word(line.at, (size_t)(line.end - line.at), SAMPLE_HEADING))
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
