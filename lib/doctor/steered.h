/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Interfaces and their queues, as the rules on RPS, RFS and XPS look at them. */
#ifndef IRQKIT_STEERED_H
#define IRQKIT_STEERED_H

#include "devices/queues.h"
#include "doctor/rule.h"

struct steered {
	struct irqkit_device *device;
	const struct fact_device *owner; /* or NULL: no interrupt serves it */
	struct fact_device *behind; /* owned; the owner, if it is USB; or NULL */
	enum irqkit_net_kind kind; /* see steered_is_kind() */
	bool has_kind;
	size_t n_rx, n_tx;
	struct irqkit_cpuset *rps; /* owned; of all rx queues */
	struct irqkit_rps_advice *advice; /* owned; see steered_get_advice() */
	bool has_asked;
};

void facts_free_steered(struct facts *facts);

/* Is it of this kind? That is read when a rule first asks. */
bool steered_is_kind(
	struct look *look, struct steered *steered, enum irqkit_net_kind kind);

/* Judges one interface. */
typedef int steered_fn(struct look *look, struct steered *steered);
/* Asks @judge about each interface that is not down. */
int steered_for_each(struct look *look, steered_fn *judge);

/* The CPU that handles the first rx queue, or -1. */
int steered_find_first_cpu(struct look *look, const struct steered *steered);

/*
 * Asks @judge about each queue of one direction, and counts those for which it is true.
 *
 * @ret_first: the first of these, or NULL
 */
typedef bool steered_queue_fn(
	struct look *look, struct steered *steered, struct irqkit_queue *queue);
size_t steered_count(struct look *look, struct steered *steered,
	enum irqkit_direction direction, steered_queue_fn *judge,
	struct irqkit_queue **ret_first);

/* What `irqkit rps DEV --auto` would do; NULL: nothing is known about CPUs. */
const struct irqkit_rps_advice *steered_get_advice(
	struct look *look, struct steered *steered);
/* The CPUs that it would use; NULL: it would use none. */
const struct irqkit_cpuset *steered_get_advised(
	struct look *look, struct steered *steered);
/* Would it use them for this queue? */
bool steered_is_advised(
	struct look *look, struct steered *steered, const struct irqkit_queue *queue);

/* The same for an interface that is up: would it turn RPS on for some queue? */
bool steered_may_help(struct look *look, const struct irqkit_device *device);

/* irqkit_machine_mostly_sends() by the counts of the facts. */
bool steered_mostly_sends(struct facts *facts, const struct fact_device *owner);

/* Adds a file of a queue to a finding. @queue: may be NULL */
void steered_add_file(struct irqkit_finding *finding, struct irqkit_queue *queue,
	enum queue_file which);
/* Adds where the interrupt of a queue is handled. */
void steered_add_irq(struct look *look, struct irqkit_finding *finding,
	const struct irqkit_queue *queue);

/* "its rx queue", "all 4 rx queues", "1 of 4 rx queues" */
struct part_text {
	char text[64];
};
struct part_text say_part(size_t n, size_t all, const char *direction);

#endif
