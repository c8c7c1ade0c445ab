/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How good a placement of queues is: one of all slots, or of a device by itself. */
#ifndef IRQKIT_SPREAD_SCORE_H
#define IRQKIT_SPREAD_SCORE_H

#include "base/macros.h"
#include "spread/spread_queue.h"

/* How good a placement is: for all members except n, less is better. */
struct spread_score {
	uint32_t n_unplaced;
	uint32_t busiest; /* queues on the CPU that has most of them */
	uint64_t on_cpus; /* the sum of the squares of the queues of each CPU */
	uint64_t of_queues; /* the same, without interrupts of unknown purpose */
	uint64_t of_devices; /* the same, for each device by itself */
	uint64_t on_cores; /* the same for cores */
	uint64_t first; /* the same for cores, of first queues */
	uint32_t n; /* queues */
	uint32_t n_far; /* queues that are not on their node */
	uint32_t n_queues_far; /* the same, without interrupts of unknown purpose */
	uint64_t slowness; /* of the CPUs of all queues */
	uint32_t n_together; /* tx of an only queue, on the CPU of rx; else not counted */
};

/* Where all slots are, now or in a placement. */
struct spread_places {
	const struct slots *slots;
	uint32_t *cpu; /* owned; by slot; NONE: nowhere, or not a slot of its own */
	uint32_t *n_cpu; /* owned; by CPU: queues, and interrupts of unknown purpose */
	uint32_t *n_queue; /* owned; by CPU: queues */
	uint32_t *n_own; /* owned; by CPU: queues of a device; 0 between devices */
	uint32_t *n_core; /* owned; by core: queues */
	uint32_t *n_first; /* owned; by core: first queues */
	struct spread_score score;
};

int spread_places_init(struct spread_places *p, const struct slots *slots);
void spread_places_free(struct spread_places *p);
#define _cleanup_places_ CLEANUP(spread_places_free)

/* The queues that are pinned are on their CPUs. */
void spread_places_add_pinned(struct spread_places *p);
/* Adds a queue to a CPU, and to the score. */
void spread_places_add(struct spread_places *p, const struct slot *slot, uint32_t cpu);
/* Does the slot count: is it a queue, or may it be one, and has it a CPU? */
bool spread_places_has(const struct spread_places *p, uint32_t index);
/* Finds the places and the score. @by_place: where they were placed; or where they are now */
void spread_places_find(struct spread_places *p, bool by_place);
/* The score of a device, as if it had the machine for itself. */
void spread_places_score_device(
	struct spread_places *alone, const struct spread_places *p, uint32_t device);
/* The load of the busiest CPU. */
int spread_places_find_load(struct spread_places *p, uint64_t *ret_load);

bool spread_score_is_as_good(
	const struct spread_score *a, const struct spread_score *than);

#endif
