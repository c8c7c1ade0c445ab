/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From the bytes of three files to tables:
 *
 *	/proc/stat              cpu  user nice system idle iowait irq softirq steal ...
 *	                        cpu0 ...
 *	                        intr 6132131 ...         the first number is their sum
 *
 *	/proc/softirqs                      CPU0       CPU1
 *	                              HI:          0          0
 *	                          NET_RX:       1230         12
 *
 *	/proc/net/softnet_stat  00000a1b 00000000 00000002 ... 00000000 00000000 00000001
 *
 * The last one has a line for each online CPU, in hexadecimal digits, and no heading
 * (net/core/net-procfs.c, softnet_seq_show()): 1 processed, 2 dropped, 3 time_squeeze,
 * 10 received_rps, and, from Linux 5.10 on, 13 the number of the CPU.
 */
#include "load/load_text.h"
#include "base/array.h"
#include "base/macros.h"
#include "base/number.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SOFTNET_FIELDS 13

bool text_next_line(struct text *text, struct text *ret_line)
{
	const char *newline;

	if (text->at == text->end)
		return false;
	newline = memchr(text->at, '\n', (size_t)(text->end - text->at));
	ret_line->at = text->at;
	ret_line->end = newline ? newline : text->end;
	text->at = newline ? newline + 1 : text->end;
	return true;
}

size_t text_next_word(struct text *line, const char **ret_word)
{
	while (line->at < line->end && *line->at == ' ')
		line->at++;
	*ret_word = line->at;
	while (line->at < line->end && *line->at != ' ')
		line->at++;
	return (size_t)(line->at - *ret_word);
}

bool text_next_number(struct text *line, uint64_t *ret_number)
{
	const char *word;
	size_t len = text_next_word(line, &word);

	return len > 0 && parse_u64(word, len, ret_number) == 0;
}

/* The number in "cpu12" or "CPU12". */
static bool read_cpu(const char *word, size_t len, const char *prefix, uint32_t *ret_cpu)
{
	size_t n = strlen(prefix);

	return len > n && memcmp(word, prefix, n) == 0 &&
		parse_u32(word + n, len - n, ret_cpu) == 0 && *ret_cpu <= IRQKIT_CPU_MAX;
}

/* ------------------------------------------------------------------------------- */
/* /proc/stat                                                                      */

static int compare_times(const void *a, const void *b)
{
	uint32_t x = ((const struct cpu_times *)a)->cpu;
	uint32_t y = ((const struct cpu_times *)b)->cpu;

	return (x > y) - (x < y);
}

static int add_times(struct times *times, uint32_t cpu, struct text *line)
{
	struct cpu_times *row;

	if (!GROW(times->cpus, times->n, times->room))
		return -ENOMEM;
	row = &times->cpus[times->n++];
	*row = (struct cpu_times){ .cpu = cpu };
	/* kernels before 2.6.11 have fewer columns */
	for (size_t i = 0; i < N_TIME_COLUMNS; i++)
		if (!text_next_number(line, &row->ticks[i]))
			break;
	return 0;
}

int times_parse(struct times *times, const char *bytes, size_t len)
{
	struct text text = { bytes, bytes + len }, line;
	int r = 0;

	while (r == 0 && text_next_line(&text, &line)) {
		const char *word;
		size_t n = text_next_word(&line, &word);
		uint32_t cpu;

		if (read_cpu(word, n, "cpu", &cpu))
			r = add_times(times, cpu, &line);
		else if (n == 4 && memcmp(word, "intr", 4) == 0)
			text_next_number(&line, &times->n_interrupts);
	}
	if (r == 0 && times->n == 0)
		return -EBADMSG;
	if (r == 0)
		qsort(times->cpus, times->n, sizeof(*times->cpus), compare_times);
	return r;
}

void times_free(struct times *times)
{
	free(times->cpus);
}

const struct cpu_times *times_find(const struct times *times, unsigned int cpu)
{
	const struct cpu_times key = { .cpu = cpu };

	return times->n ? bsearch(&key, times->cpus, times->n, sizeof(key), compare_times)
			: NULL;
}

/* ------------------------------------------------------------------------------- */
/* /proc/softirqs                                                                  */

static int add_columns(struct softirqs *softirqs, struct text *line)
{
	const char *word;
	uint32_t cpu;

	for (size_t n; (n = text_next_word(line, &word)) > 0;) {
		if (!read_cpu(word, n, "CPU", &cpu))
			return -EBADMSG;
		if (!GROW(softirqs->cpus, softirqs->n_cpus, softirqs->cpus_room))
			return -ENOMEM;
		softirqs->cpus[softirqs->n_cpus++] = cpu;
	}
	return softirqs->n_cpus ? 0 : -EBADMSG;
}

static int add_kind(struct softirqs *softirqs, struct text *line)
{
	const char *word;
	size_t n = text_next_word(line, &word);
	char *kind;

	if (n < 2 || word[n - 1] != ':' || n > sizeof(*softirqs->kinds))
		return 0;
	if (!GROW(softirqs->kinds, softirqs->n_kinds, softirqs->kinds_room))
		return -ENOMEM;
	kind = softirqs->kinds[softirqs->n_kinds++];
	memcpy(kind, word, n - 1);
	kind[n - 1] = '\0';
	for (size_t i = 0; i < softirqs->n_cpus; i++) {
		uint64_t count = 0;

		if (!GROW(softirqs->counts, softirqs->n_counts, softirqs->counts_room))
			return -ENOMEM;
		text_next_number(line, &count);
		softirqs->counts[softirqs->n_counts++] = count;
	}
	return 0;
}

int softirqs_parse(struct softirqs *softirqs, const char *bytes, size_t len)
{
	struct text text = { bytes, bytes + len }, line;
	int r = text_next_line(&text, &line) ? add_columns(softirqs, &line) : -EBADMSG;

	while (r == 0 && text_next_line(&text, &line))
		r = add_kind(softirqs, &line);
	return r;
}

void softirqs_free(struct softirqs *softirqs)
{
	free(softirqs->cpus);
	free(softirqs->kinds);
	free(softirqs->counts);
}

static int compare_cpu(const void *member, const void *key)
{
	uint32_t x = *(const uint32_t *)member, y = *(const uint32_t *)key;

	return (x > y) - (x < y);
}

/* The kernel writes the columns in ascending order. */
int softirqs_find_cpu(const struct softirqs *softirqs, unsigned int cpu)
{
	const uint32_t key = cpu;
	size_t at = array_lower_bound(softirqs->cpus, softirqs->n_cpus,
		sizeof(*softirqs->cpus), &key, compare_cpu);

	return at < softirqs->n_cpus && softirqs->cpus[at] == cpu ? (int)at : -1;
}

int softirqs_find_kind(const struct softirqs *softirqs, const char *name)
{
	for (size_t i = 0; i < softirqs->n_kinds; i++)
		if (strcmp(softirqs->kinds[i], name) == 0)
			return (int)i;
	return -1;
}

/* ------------------------------------------------------------------------------- */
/* /proc/net/softnet_stat                                                          */

static bool read_hex(const char *word, size_t len, uint32_t *ret_number)
{
	uint64_t number = 0;

	if (len == 0 || len > 8)
		return false;
	for (size_t i = 0; i < len; i++) {
		static const char digits[] = "0123456789abcdef";
		const char *digit = memchr(digits, word[i], 16);

		if (!digit)
			return false;
		number = number << 4 | (uint64_t)(digit - digits);
	}
	*ret_number = (uint32_t)number;
	return true;
}

/* @next: the CPU of the line, if it does not name one; -1: there is none left */
static int add_softnet(struct softnet *softnet, struct text *line, int next)
{
	uint32_t field[SOFTNET_FIELDS];
	const char *word;
	size_t n = 0;

	for (size_t len; n < SOFTNET_FIELDS && (len = text_next_word(line, &word)) > 0;
		n++)
		if (!read_hex(word, len, &field[n]))
			return -EBADMSG;
	if (n < 3)
		return -EBADMSG;
	if (n < SOFTNET_FIELDS && next < 0)
		return 0;
	if (!GROW(softnet->cpus, softnet->n, softnet->room))
		return -ENOMEM;
	softnet->cpus[softnet->n++] = (struct cpu_softnet){
		.cpu = n == SOFTNET_FIELDS ? field[12] : (uint32_t)next,
		.processed = field[0],
		.dropped = field[1],
		.squeezed = field[2],
		.received_rps = n >= 10 ? field[9] : 0,
		.flow_limited = n >= 11 ? field[10] : 0,
		.has_flow_limited = n >= 11,
	};
	return 0;
}

static int compare_softnet(const void *a, const void *b)
{
	uint32_t x = ((const struct cpu_softnet *)a)->cpu;
	uint32_t y = ((const struct cpu_softnet *)b)->cpu;

	return (x > y) - (x < y);
}

int softnet_parse(struct softnet *softnet, const char *bytes, size_t len,
	const struct irqkit_cpuset *online)
{
	struct text text = { bytes, bytes + len }, line;
	int cpu = -1, r = 0;

	while (r == 0 && text_next_line(&text, &line)) {
		cpu = irqkit_cpuset_next(online, cpu);
		r = add_softnet(softnet, &line, cpu);
		cpu = cpu < 0 ? (int)IRQKIT_CPU_MAX : cpu;
	}
	if (r == 0 && softnet->n == 0)
		return -EBADMSG;
	if (r == 0)
		qsort(softnet->cpus, softnet->n, sizeof(*softnet->cpus), compare_softnet);
	return r;
}

void softnet_free(struct softnet *softnet)
{
	free(softnet->cpus);
}

const struct cpu_softnet *softnet_find(const struct softnet *softnet, unsigned int cpu)
{
	const struct cpu_softnet key = { .cpu = cpu };

	return softnet->n
		? bsearch(&key, softnet->cpus, softnet->n, sizeof(key), compare_softnet)
		: NULL;
}
