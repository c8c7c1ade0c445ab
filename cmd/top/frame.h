/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A frame of `irqkit top`: what the interrupts and CPUs of a machine did between two samples.
 *
 *	sample, wait, sample --> load --> frame --> a table, a line of JSON, or the screen
 */
#ifndef CMD_FRAME_H
#define CMD_FRAME_H

#include "base/command.h"

#include <irqkit.h>
#include <stdint.h>
#include <time.h>

#define PAST_FRAMES 60u

/* What is remembered of an interrupt, by its label and its handlers. */
struct past {
	char *key; /* owned */
	uint64_t total; /* at the last sample */
	bool is_known; /* it was there at the sample before, too */
	bool is_chosen; /* it had a row in the last frame */
	bool is_tagged; /* by the user */
	unsigned int n_rates; /* how many of the rates are known */
	float rates[PAST_FRAMES]; /* per second; the last one first */
};

struct frame;

/* An interrupt. */
struct frame_row {
	const struct frame *frame;
	struct irqkit_irq *irq;
	const struct irqkit_interrupt *interrupt;
	struct irqkit_device *device; /* that raises it, or NULL */
	struct past *past;
	const char **actions; /* owned array, or NULL */
	char **queues; /* owned, and each; or NULL */
	uint64_t count; /* in the period */
	double rate; /* per second */
	double mean; /* of the last three periods: rows do not jump */
	double cost; /* the share of a CPU's time; negative: not known */
	double packets; /* per second; negative: not known */
	int cpu; /* that it is placed on, or -1 */
	bool is_new; /* it was not there at the sample before */
	bool has_restarted; /* its counter has */
	bool is_read; /* device, cost, packets and cpu are */
};

/* A CPU. Shares are of its time; negative: not known. */
struct frame_cpu {
	const struct irqkit_load_cpu *load;
	unsigned int number;
	double irq, softirq, steal;
	double rate; /* interrupts per second, without background */
	double weight; /* of its interrupts, divided by that of the busiest CPU */
	bool is_isolated;
};

struct frame {
	struct irqkit_machine *machine; /* the watch's */
	struct irqkit_load *load; /* owned; NULL: not measured yet */
	struct timespec time; /* of the later sample; wall clock */
	double seconds;
	struct frame_row
		*rows; /* owned; those of the TARGETs, in the order of the file */
	size_t n_rows;
	size_t n_active; /* rows that fired */
	struct frame_cpu *cpus; /* owned; those online, by number */
	size_t n_cpus;
	double rate; /* interrupts per second of all rows */
	double imbalance; /* busiest CPU / mean; 0: nothing fired */
	double steal; /* of all CPUs; negative: not known */
	bool is_complete; /* the same CPUs at both samples */
	const char **gone, **appeared; /* owned arrays, ending with NULL; labels */
	char *gone_labels; /* owned; what gone points into */
};

/* Where frames come from. */
struct watching {
	const struct call *call;
	struct irqkit_ctx *ctx; /* owned */
	struct irqkit_machine *machine; /* owned */
	struct irqkit_sample *last; /* owned; the sample before */
	struct irqkit_cpuset *cpus; /* owned; online at that sample */
	struct past *past; /* owned; by key */
	size_t n_past;
	enum irqkit_weigh weigh;
	unsigned int n_frames;
	bool has_second; /* a saved system with a second sample: one frame, without a wait */
};

/* Opens the machine and takes the first sample. */
enum status watching_start(struct watching *watching, const struct call *call);
/* Takes the next sample, some time after the one before. Replaces *frame. */
enum status watching_next(struct watching *watching, struct frame *frame);
void watching_free(struct watching *watching);

void frame_clear(struct frame *frame);
/* Fill a frame that has its load; for watching.c. False: no memory. */
bool frame_fill_cpus(struct frame *frame);
enum status frame_fill_rows(
	struct watching *watching, struct frame *frame, bool takes_all);
/* What is known of a row that is looked at: idle ones need not be read. */
void frame_read_row(struct frame_row *row);

/* Where the figures come from, for JSON: "procstat+packets", "procstat+count", ... */
const char *frame_source_word(const struct frame *frame);

#endif
