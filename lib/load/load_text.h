/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The files that show what CPUs do: from bytes to tables. */
#ifndef IRQKIT_LOAD_TEXT_H
#define IRQKIT_LOAD_TEXT_H

#include <irqkit.h>

/* What is left of a text, or of a line. */
struct text {
	const char *at, *end;
};

/* The next line, without its newline; false: there is none. */
bool text_next_line(struct text *text, struct text *ret_line);
/* The next word of a line, after spaces, and its length; 0: there is none. */
size_t text_next_word(struct text *line, const char **ret_word);
/* The next word as a number; false: it is none. */
bool text_next_number(struct text *line, uint64_t *ret_number);

/* The columns of a line of /proc/stat, in the order of the file. */
enum time_column {
	TIME_USER,
	TIME_NICE,
	TIME_SYSTEM,
	TIME_IDLE,
	TIME_IOWAIT,
	TIME_IRQ,
	TIME_SOFTIRQ,
	TIME_STEAL,
	N_TIME_COLUMNS
};

struct cpu_times {
	uint32_t cpu;
	uint64_t ticks[N_TIME_COLUMNS]; /* USER_HZ: 100 of them are a second */
};

/* /proc/stat */
struct times {
	struct cpu_times *cpus; /* owned; by number of CPU */
	size_t n, room;
	uint64_t n_interrupts; /* of all kinds, since boot; 0: not known */
};

struct cpu_softnet {
	uint32_t cpu;
	uint32_t processed, dropped, squeezed, received_rps;
	uint32_t flow_limited; /* packets that the flow limit dropped */
	bool has_flow_limited; /* the line has this column; a text of an earlier run has not */
};

/* /proc/net/softnet_stat */
struct softnet {
	struct cpu_softnet *cpus; /* owned; by number of CPU */
	size_t n, room;
};

/* /proc/softirqs */
struct softirqs {
	uint32_t *cpus; /* owned; the CPUs of the columns */
	size_t n_cpus, cpus_room;
	char (*kinds)[16]; /* owned; "NET_RX" */
	size_t n_kinds, kinds_room;
	uint64_t *counts; /* owned; kind by kind, n_cpus of each */
	size_t n_counts, counts_room;
};

/*
 * Each of these takes the text of a file. -EBADMSG: it is another file. They leave out
 * lines that they do not know.
 */
int times_parse(struct times *times, const char *text, size_t len);
int softirqs_parse(struct softirqs *softirqs, const char *text, size_t len);
/* @online: the CPUs of the lines, on kernels whose lines do not name their CPU */
int softnet_parse(struct softnet *softnet, const char *text, size_t len,
	const struct irqkit_cpuset *online);

void times_free(struct times *times);
void softirqs_free(struct softirqs *softirqs);
void softnet_free(struct softnet *softnet);

/* NULL: this CPU has no line. */
const struct cpu_times *times_find(const struct times *times, unsigned int cpu);
const struct cpu_softnet *softnet_find(const struct softnet *softnet, unsigned int cpu);
/* -1: there is no such column, or kind. */
int softirqs_find_cpu(const struct softirqs *softirqs, unsigned int cpu);
int softirqs_find_kind(const struct softirqs *softirqs, const char *name);

#endif
