/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the probes saw and what is not explained yet. */
#include "trace/hits.h"
#include "base/array.h"
#include "base/macros.h"
#include "base/number.h"
#include "kernel/knob_path.h"

#include <errno.h>
#include <string.h>

#define HELD_MAX 20000u
#define FILE_WRITE_TIME 20000 /* microseconds from the write to the new affinity */

void held_hit_clear(struct held_hit *held)
{
	hit_clear(&held->hit);
	value_clear(&held->before);
	value_clear(&held->after);
}

void hits_free(struct hits *hits)
{
	hits_drop(hits, hits->n);
	free(hits->held);
	*hits = (struct hits){ 0 };
}

void hits_drop(struct hits *hits, size_t n)
{
	for (size_t i = 0; i < n; i++)
		held_hit_clear(&hits->held[i]);
	hits->n -= n;
	if (hits->n > 0) /* otherwise there may be no memory at all */
		memmove(hits->held, hits->held + n, hits->n * sizeof(*hits->held));
}

/* The thread is in a write to a file: the affinity that it sets next comes from there. */
static void add_file_thread(struct hits *hits, const struct hit *hit)
{
	hits->file_threads[hits->next_file_thread] = (struct file_thread){ hit->thread,
		hit->time };
	hits->next_file_thread = (hits->next_file_thread + 1) % N_FILE_THREADS;
}

/* An earlier write may have been refused: no affinity came of it. */
static bool take_file_thread(struct hits *hits, const struct hit *hit)
{
	bool is_there = false;

	for (size_t i = 0; i < N_FILE_THREADS; i++) {
		struct file_thread *file = &hits->file_threads[i];

		if (file->thread != hit->thread)
			continue;
		is_there |= hit->time - file->time <= FILE_WRITE_TIME;
		file->thread = 0;
	}
	return is_there;
}

/* -EALREADY: the interrupt has this affinity anyway, and no process wrote it. */
static int fill(struct held_hit *held, struct known *known)
{
	const struct setting setting = {
		.kind = SETTING_AFFINITY,
		.number = held->hit.irq,
	};
	const struct known_row *row = known_find(known, &setting);
	struct value value = { 0 };
	int r;

	held->after.cpus = TAKE(held->hit.cpus);
	r = irqkit_cpuset_format_mask(held->after.cpus, &held->after.text);
	if (r == 0 && row && !held->is_by_file &&
		value_is_equal(&row->value, &held->after))
		return -EALREADY;
	if (r == 0 && row)
		r = value_copy(&row->value, &held->before);
	if (r == 0)
		r = value_copy(&held->after, &value);
	return r < 0 ? r : known_put(known, &setting, &value);
}

static int hold(struct hits *hits, struct known *known, struct hit *hit)
{
	struct held_hit held = {
		.hit = *hit,
		.is_by_file = take_file_thread(hits, hit),
	};
	int r;

	*hit = (struct hit){ 0 };
	r = fill(&held, known);
	if (r == 0 && !GROW(hits->held, hits->n, hits->room))
		r = -ENOMEM;
	if (r < 0) {
		held_hit_clear(&held);
		return r == -EALREADY ? 0 : r;
	}
	hits->held[hits->n++] = held;
	return 1;
}

int hits_add(struct hits *hits, struct known *known, struct hit *hit)
{
	if (hits->n == HELD_MAX)
		hits_drop(hits, HELD_MAX / 2);
	if (hit->probe == PROBE_SET)
		return hold(hits, known, hit);
	if (hit->probe == PROBE_FILE)
		add_file_thread(hits, hit);
	hit_clear(hit);
	return 0;
}

uint32_t hits_find_process(struct irqkit_ctx *ctx, uint32_t thread)
{
	static const char key[] = "\nTgid:\t";
	_cleanup_free_ char *text = NULL;
	const char *found;
	uint32_t pid;
	size_t len;

	if (knob_readf(ctx, &text, &len, "proc/%u/status", thread) < 0)
		return 0;
	found = strstr(text, key);
	if (!found)
		return 0;
	found += strlen(key);
	return parse_u32(found, strspn(found, "0123456789"), &pid) < 0 ? 0 : pid;
}

static size_t take_of_thread(
	struct hits *hits, uint32_t thread, uint32_t irq, struct held_hit *ret_all)
{
	size_t n_taken = 0, n = 0;

	for (size_t i = 0; i < hits->n; i++) {
		struct held_hit *held = &hits->held[i];

		if (held->hit.thread != thread || held->hit.irq != irq) {
			hits->held[n++] = *held;
			continue;
		}
		if (n_taken++ > 0) {
			/* the value before the first one stays */
			value_clear(&held->before);
			held->before = ret_all->before;
			ret_all->before = (struct value){ 0 };
			held_hit_clear(ret_all);
		}
		*ret_all = *held;
	}
	hits->n = n;
	return n_taken;
}

size_t hits_take(struct hits *hits, struct irqkit_ctx *ctx, uint32_t pid, uint32_t irq,
	struct held_hit *ret_all)
{
	size_t n = take_of_thread(hits, pid, irq, ret_all);

	/* another thread of the process may have written */
	for (size_t i = 0; n == 0 && i < hits->n; i++) {
		const struct held_hit *held = &hits->held[i];
		uint32_t thread = held->hit.thread;

		if (held->hit.irq == irq && held->is_by_file &&
			hits_find_process(ctx, thread) == pid)
			n = take_of_thread(hits, thread, irq, ret_all);
	}
	return n;
}
