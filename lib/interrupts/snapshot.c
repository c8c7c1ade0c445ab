/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A snapshot: its rows, and their properties. */
#include "interrupts/snapshot.h"
#include "base/array.h"
#include "base/macros.h"
#include "base/number.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int snapshot_new(struct irqkit_snapshot **ret_snapshot)
{
	struct irqkit_snapshot *snapshot = calloc(1, sizeof(*snapshot));

	if (!snapshot)
		return -ENOMEM;
	if (irqkit_cpuset_new(&snapshot->cpus) < 0) {
		free(snapshot);
		return -ENOMEM;
	}
	*ret_snapshot = snapshot;
	return 0;
}

EXPORT void irqkit_snapshot_free(struct irqkit_snapshot *snapshot)
{
	if (!snapshot)
		return;
	if (snapshot->n_more_owners > 0) {
		snapshot->n_more_owners--;
		return;
	}
	arena_free(&snapshot->arena);
	irqkit_cpuset_free(snapshot->cpus);
	irqkit_cpuset_free(snapshot->possible);
	free(snapshot->by_irq);
	free(snapshot->rows);
	free(snapshot);
}

struct irqkit_snapshot *snapshot_share(struct irqkit_snapshot *snapshot)
{
	snapshot->n_more_owners++;
	return snapshot;
}

/* The rows move when one is added: a pointer is good until then. */
int snapshot_add_row(
	struct irqkit_snapshot *snapshot, struct irqkit_interrupt **ret_interrupt)
{
	struct irqkit_interrupt *row;

	if (snapshot->n_rows == snapshot->rows_room) {
		size_t room = snapshot->rows_room ? snapshot->rows_room * 2 : 64;
		void *rows = reallocarray(snapshot->rows, room, sizeof(*snapshot->rows));

		if (!rows)
			return -ENOMEM;
		snapshot->rows = rows;
		snapshot->rows_room = room;
	}
	row = &snapshot->rows[snapshot->n_rows++];
	memset(row, 0, sizeof(*row));
	row->irq = -1;
	*ret_interrupt = row;
	return 0;
}

int snapshot_set_actions(struct irqkit_snapshot *snapshot,
	struct irqkit_interrupt *interrupt, const char *text, size_t len,
	const char *separator)
{
	size_t sep_len = strlen(separator), n = 0;
	char *copy = arena_text(&snapshot->arena, text, len);
	char *next = copy;

	if (!copy)
		return -ENOMEM;
	while ((next = strstr(next, separator)))
		n++, next += sep_len;

	interrupt->actions = arena_alloc(
		&snapshot->arena, (n + 1) * sizeof(*interrupt->actions));
	if (!interrupt->actions)
		return -ENOMEM;
	interrupt->n_actions = 0;
	for (next = copy; next;) {
		char *name = next;

		next = strstr(next, separator);
		if (next) {
			*next = '\0';
			next += sep_len;
		}
		if (*name)
			interrupt->actions[interrupt->n_actions++] = name;
	}
	return 0;
}

int interrupt_make_room(struct irqkit_snapshot *snapshot, struct irqkit_interrupt *row,
	size_t n, bool is_wide, uint32_t *cpus)
{
	size_t size = n * sizeof(uint32_t);

	row->served_low = arena_alloc(&snapshot->arena, size);
	row->served_high = is_wide ? arena_alloc(&snapshot->arena, size) : NULL;
	row->served_cpu = cpus ? cpus : arena_alloc(&snapshot->arena, size);
	if (!row->served_low || !row->served_cpu || (is_wide && !row->served_high))
		return -ENOMEM;
	return 0;
}

void interrupt_add_served(struct irqkit_interrupt *row, uint32_t cpu, uint64_t count)
{
	row->served_low[row->n_served] = (uint32_t)count;
	if (row->served_high)
		row->served_high[row->n_served] = (uint32_t)(count >> 32);
	row->served_cpu[row->n_served++] = cpu;
}

/* ------------------------------------------------------------------------------- */
/* Asking                                                                          */

EXPORT const struct irqkit_cpuset *irqkit_snapshot_get_cpus(
	const struct irqkit_snapshot *snapshot)
{
	return snapshot->cpus;
}

EXPORT size_t irqkit_snapshot_count(const struct irqkit_snapshot *snapshot)
{
	return snapshot->n_rows;
}

EXPORT const struct irqkit_interrupt *irqkit_snapshot_get(
	const struct irqkit_snapshot *snapshot, size_t index)
{
	return &snapshot->rows[index];
}

/* Rows of the same number stay in the order of the file. */
static int compare_rows(const void *a, const void *b)
{
	const struct irqkit_interrupt *x = *(const struct irqkit_interrupt *const *)a;
	const struct irqkit_interrupt *y = *(const struct irqkit_interrupt *const *)b;

	return x->irq != y->irq ? (x->irq > y->irq) - (x->irq < y->irq)
				: (x > y) - (x < y);
}

int snapshot_index(struct irqkit_snapshot *snapshot)
{
	bool is_sorted = true;

	snapshot->by_irq = calloc(snapshot->n_rows + 1, sizeof(*snapshot->by_irq));
	if (!snapshot->by_irq)
		return -ENOMEM;
	for (size_t i = 0; i < snapshot->n_rows; i++) {
		snapshot->by_irq[i] = &snapshot->rows[i];
		snapshot->n_named += snapshot->rows[i].irq < 0;
		is_sorted = is_sorted &&
			(i == 0 || snapshot->rows[i].irq >= snapshot->rows[i - 1].irq);
	}
	if (!is_sorted)
		qsort(snapshot->by_irq, snapshot->n_rows, sizeof(*snapshot->by_irq),
			compare_rows);
	return 0;
}

static int compare_irq(const void *member, const void *key)
{
	const struct irqkit_interrupt *row = *(
		const struct irqkit_interrupt *const *)member;
	int irq = *(const int *)key;

	return (row->irq > irq) - (row->irq < irq);
}

/* Where it is if no number is missing before it and none is there twice. */
static size_t guess_place(const struct irqkit_snapshot *snapshot, int irq)
{
	size_t first = snapshot->n_named;
	int lowest = first < snapshot->n_rows ? snapshot->by_irq[first]->irq : 0;

	return irq >= lowest ? first + (size_t)(irq - lowest) : snapshot->n_rows;
}

size_t snapshot_find_first(const struct irqkit_snapshot *snapshot, int irq)
{
	size_t at = guess_place(snapshot, irq);

	if (at < snapshot->n_rows && snapshot->by_irq[at]->irq == irq &&
		(at == 0 || snapshot->by_irq[at - 1]->irq < irq))
		return at;
	return array_lower_bound(snapshot->by_irq, snapshot->n_rows,
		sizeof(*snapshot->by_irq), &irq, compare_irq);
}

EXPORT const struct irqkit_interrupt *irqkit_snapshot_find_irq(
	const struct irqkit_snapshot *snapshot, unsigned int irq)
{
	size_t at;

	if (irq > INT32_MAX)
		return NULL;
	at = snapshot_find_first(snapshot, (int)irq);
	return at < snapshot->n_rows && snapshot->by_irq[at]->irq == (int)irq
		? snapshot->by_irq[at]
		: NULL;
}

/* Only some dozen rows have a name: these are looked at one by one. */
EXPORT const struct irqkit_interrupt *irqkit_snapshot_find(
	const struct irqkit_snapshot *snapshot, const char *label)
{
	const struct irqkit_interrupt *row;
	uint32_t irq;

	if (parse_u32(label, strlen(label), &irq) == 0) {
		row = irqkit_snapshot_find_irq(snapshot, irq);
		if (row && strcmp(row->label, label) == 0)
			return row;
	}
	for (size_t i = 0; i < snapshot->n_named; i++)
		if (strcmp(snapshot->by_irq[i]->label, label) == 0)
			return snapshot->by_irq[i];
	return NULL;
}

EXPORT const char *irqkit_interrupt_get_label(const struct irqkit_interrupt *interrupt)
{
	return interrupt->label;
}

EXPORT int irqkit_interrupt_get_irq(const struct irqkit_interrupt *interrupt)
{
	return interrupt->irq;
}

EXPORT enum irqkit_counts irqkit_interrupt_get_counts(
	const struct irqkit_interrupt *interrupt)
{
	return interrupt->counts;
}

EXPORT uint64_t irqkit_interrupt_get_total(const struct irqkit_interrupt *interrupt)
{
	return interrupt->total;
}

EXPORT uint64_t irqkit_interrupt_get_count(
	const struct irqkit_interrupt *interrupt, unsigned int cpu)
{
	size_t low = 0, high = interrupt->n_served;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (interrupt->served_cpu[middle] < cpu)
			low = middle + 1;
		else
			high = middle;
	}
	return low < interrupt->n_served && interrupt->served_cpu[low] == cpu
		? interrupt_served(interrupt, low)
		: 0;
}

EXPORT size_t irqkit_interrupt_count_served(const struct irqkit_interrupt *interrupt)
{
	return interrupt->n_served;
}

EXPORT uint64_t irqkit_interrupt_get_served(
	const struct irqkit_interrupt *interrupt, size_t index, unsigned int *ret_cpu)
{
	*ret_cpu = interrupt->served_cpu[index];
	return interrupt_served(interrupt, index);
}

EXPORT const char *irqkit_interrupt_get_chip(const struct irqkit_interrupt *interrupt)
{
	return interrupt->chip;
}

EXPORT bool irqkit_interrupt_get_hwirq(
	const struct irqkit_interrupt *interrupt, int64_t *ret_hwirq)
{
	if (interrupt->has_hwirq)
		*ret_hwirq = interrupt->hwirq;
	return interrupt->has_hwirq;
}

EXPORT const char *irqkit_interrupt_get_trigger(const struct irqkit_interrupt *interrupt)
{
	return interrupt->trigger;
}

EXPORT size_t irqkit_interrupt_count_actions(const struct irqkit_interrupt *interrupt)
{
	return interrupt->n_actions;
}

EXPORT const char *irqkit_interrupt_get_action(
	const struct irqkit_interrupt *interrupt, size_t index)
{
	return interrupt->actions[index];
}

EXPORT const char *irqkit_interrupt_get_description(
	const struct irqkit_interrupt *interrupt)
{
	return interrupt->description;
}

char *interrupt_join_actions(const struct irqkit_interrupt *interrupt)
{
	size_t len = 1;
	char *joined, *out;

	for (size_t i = 0; i < interrupt->n_actions; i++)
		len += strlen(interrupt->actions[i]) + 2;
	out = joined = malloc(len);
	if (!joined)
		return NULL;
	*out = '\0';
	for (size_t i = 0; i < interrupt->n_actions; i++)
		out += sprintf(out, "%s%s", i ? ", " : "", interrupt->actions[i]);
	return joined;
}
