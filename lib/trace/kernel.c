/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the kernel changes itself. The reason comes after the change, as an event, so the
 * change waits for it:
 *
 *	hit   event                         settled
 *	 |------|------ BURST after the last event -|
 *	 |-------------------- PATIENCE ----------------| without an event
 *
 * A hit has the new affinity of an interrupt. All else (XPS, interrupts that are started
 * or lose their CPUs) is found by reading all settings again after an event or a hit of
 * another probe.
 */
#include "trace/kernel.h"
#include "base/array.h"
#include "base/macros.h"
#include "kernel/ctx.h"
#include "kernel/knob_path.h"
#include "trace/pipe.h"
#include "trace/take_write.h"

#include <errno.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#define MILLISECONDS 1000
#define BURST CAUSES_BURST
#define PATIENCE (1000 * MILLISECONDS)
#define MEMORY (3000 * MILLISECONDS) /* so long an event explains what comes after it */
#define SCAN_SHARE 10 /* reading all settings takes a tenth of the time at most */

int64_t kernel_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* ------------------------------------------------------------------------------- */
/* Reading                                                                         */

struct reading {
	struct irqkit_watch *watch;
	int64_t now;
	int n, error;
};

static void take_event(void *data, const struct irqkit_event *event)
{
	struct reading *reading = data;
	struct irqkit_watch *watch = reading->watch;
	bool is_backend = event->kind == IRQKIT_EVENT_CARRIER_FOUND &&
		causes_is_xen_backend(watch->ctx, event->name);
	int r = causes_add(&watch->kernel.causes, event, is_backend, reading->now);

	if (event->kind == IRQKIT_EVENT_LOST)
		r = 1;
	if (r < 0)
		reading->error = r;
	else
		reading->n += r;
}

/* How many causes are new. */
static int read_causes(struct irqkit_watch *watch, int64_t now)
{
	struct reading reading = { .watch = watch, .now = now };
	int r;

	if (!watch->kernel.events)
		return 0;
	causes_forget(&watch->kernel.causes, now - MEMORY);
	r = irqkit_events_read(watch->kernel.events, take_event, &reading);
	if (r < 0)
		return r;
	return reading.error ? reading.error : reading.n;
}

/* After an event, others of its burst may follow, but not for ever. */
static void plan_settling(struct kernel *kernel, int64_t now, bool has_new_cause)
{
	int64_t latest;

	if (kernel->hits.n == 0 && !kernel->is_scan_due)
		return;
	if (!kernel->pending_since)
		kernel->pending_since = now;
	latest = kernel->pending_since + PATIENCE;
	if (has_new_cause || (!kernel->settle_at && kernel->causes.n > 0))
		kernel->settle_at = now + BURST < latest ? now + BURST : latest;
	else if (!kernel->settle_at)
		kernel->settle_at = latest;
}

int kernel_read(struct irqkit_watch *watch)
{
	int64_t now = kernel_now();
	int n = read_causes(watch, now), r;

	if (n < 0)
		return n;
	if (n > 0)
		watch->kernel.is_scan_due = true;
	r = pipe_read(watch);
	if (r >= 0)
		plan_settling(&watch->kernel, now, n > 0);
	return r;
}

/* ------------------------------------------------------------------------------- */
/* Affinities that the probe saw                                                   */

static int set_reason(struct irqkit_watched *watched, const char *reason)
{
	if (!reason)
		return 0;
	watched->reason = strdup(reason);
	return watched->reason ? 0 : -ENOMEM;
}

/* Does the affinity equal what the driver suggests? */
static bool is_hint(
	struct irqkit_ctx *ctx, uint32_t irq, const struct irqkit_cpuset *cpus)
{
	struct irqkit_cpuset *hint;
	bool is_equal;

	if (knob_readf_cpumask(ctx, &hint, "proc/irq/%u/affinity_hint", irq) < 0)
		return false;
	is_equal = irqkit_cpuset_is_equal(hint, cpus) && !irqkit_cpuset_is_empty(hint);
	irqkit_cpuset_free(hint);
	return is_equal;
}

static int explain(
	struct irqkit_watch *watch, struct irqkit_watched *watched, int64_t time)
{
	const char *reason = causes_find(&watch->kernel.causes, watch->ctx,
		&watched->setting, watched->process.comm, time);

	if (!reason && watched->setting.kind == SETTING_AFFINITY &&
		watched->new_value.cpus &&
		is_hint(watch->ctx, watched->setting.number, watched->new_value.cpus))
		reason = "driver hint";
	return set_reason(watched, reason);
}

/* The process of a thread, with the name that the probe saw if it has ended. */
static int set_process(struct irqkit_watch *watch, struct irqkit_watched *watched,
	uint32_t thread, const char *comm)
{
	uint32_t pid = hits_find_process(watch->ctx, thread);
	int r = process_read(watch->ctx, pid ? pid : thread, &watched->process);

	if (r < 0 || watched->process.comm)
		return r;
	watched->process.comm = strdup(comm);
	return watched->process.comm ? 0 : -ENOMEM;
}

static int fill_change(struct irqkit_watch *watch, struct irqkit_watched *watched,
	const struct setting *setting, struct value *value)
{
	const struct known_row *row = known_find(&watch->known, setting);
	int r = watched_set_setting(watched, setting);

	if (r == 0 && row)
		r = value_copy(&row->value, &watched->old_value);
	if (r == 0)
		r = value_copy(value, &watched->new_value);
	if (r == 0)
		return known_put(&watch->known, setting, value);
	value_clear(value);
	return r;
}

static int64_t to_wall_clock(int64_t time)
{
	return time + watched_now() - kernel_now();
}

/*
 * The file was written through another instance of /proc if the thread was in such a
 * write.
 */
static int take_held(struct irqkit_watch *watch, struct held_hit *held)
{
	const struct setting setting = {
		.kind = SETTING_AFFINITY,
		.number = held->hit.irq,
	};
	struct irqkit_watched *watched = watched_list_add(&watch->list);
	int r;

	if (!watched)
		return -ENOMEM;
	watched->kind = held->is_by_file ? IRQKIT_WATCHED_WRITTEN : IRQKIT_WATCHED_KERNEL;
	watched->time = to_wall_clock(held->hit.time);
	watched->old_value = held->before;
	watched->new_value = held->after;
	held->before = held->after = (struct value){ 0 };
	r = watched_set_setting(watched, &setting);
	if (r == 0)
		r = set_process(watch, watched, held->hit.thread, held->hit.comm);
	return r < 0 || held->is_by_file ? r : explain(watch, watched, held->hit.time);
}

/* All that is old enough: the record of a process that wrote would be here. */
static int take_hits(struct irqkit_watch *watch, int64_t before)
{
	struct hits *hits = &watch->kernel.hits;
	size_t n = 0;
	int r = 0;

	while (r == 0 && n < hits->n && hits->held[n].hit.time < before)
		r = take_held(watch, &hits->held[n++]);
	hits_drop(hits, n);
	return r;
}

/* ------------------------------------------------------------------------------- */
/* All settings                                                                    */

struct difference {
	struct setting setting;
	struct value value; /* owned */
	bool is_new;
};

struct differences {
	struct difference *all; /* owned */
	size_t n, room;
};

static void differences_free(struct differences *differences)
{
	for (size_t i = 0; i < differences->n; i++)
		value_clear(&differences->all[i].value);
	free(differences->all);
}

static int add_difference(
	void *data, const struct setting *setting, struct value *value, bool is_new)
{
	struct differences *differences = data;

	if (!GROW(differences->all, differences->n, differences->room)) {
		value_clear(value);
		return -ENOMEM;
	}
	differences->all[differences->n++] = (struct difference){
		*setting,
		*value,
		is_new,
	};
	*value = (struct value){ 0 };
	return 0;
}

/* A process wrote it while all settings were read: that was reported. */
static bool is_reported(const struct irqkit_watch *watch, size_t n_before,
	const struct difference *difference)
{
	for (size_t i = n_before; i < watch->list.n; i++)
		if (watch->list.changes[i].path &&
			setting_compare(&watch->list.changes[i].setting,
				&difference->setting) == 0)
			return true;
	return false;
}

/* The queues of a new interface are as always; its interrupts are of interest. */
static bool is_interesting(const struct difference *difference)
{
	return !difference->is_new || difference->setting.kind == SETTING_AFFINITY;
}

static int take_difference(struct irqkit_watch *watch, struct difference *difference)
{
	struct irqkit_watched *watched;
	int r;

	if (!is_interesting(difference))
		return known_put(&watch->known, &difference->setting, &difference->value);
	watched = watched_list_add(&watch->list);
	if (!watched)
		return -ENOMEM;
	watched->kind = IRQKIT_WATCHED_KERNEL;
	r = fill_change(watch, watched, &difference->setting, &difference->value);
	if (r == 0 && watch->kernel.thread)
		r = set_process(watch, watched, watch->kernel.thread, watch->kernel.comm);
	return r < 0 ? r : explain(watch, watched, watch->kernel.changed_at);
}

static int scan(struct irqkit_watch *watch)
{
	struct differences differences CLEANUP(differences_free) = { 0 };
	size_t n_before;
	int r = known_scan(&watch->known, watch->ctx, add_difference, &differences);

	while (r >= 0 && (n_before = watch->list.n, r = watch_take_writes(watch)) > 0)
		for (size_t i = 0; i < differences.n; i++)
			if (is_reported(watch, n_before, &differences.all[i]))
				value_clear(&differences.all[i].value);
	for (size_t i = 0; r >= 0 && i < differences.n; i++)
		if (differences.all[i].value.text)
			r = take_difference(watch, &differences.all[i]);
	return r;
}

/* ------------------------------------------------------------------------------- */

/* When the next scan may begin: it must not take all the time of a busy system. */
static int scan_in_turn(struct irqkit_watch *watch, int64_t now)
{
	struct kernel *kernel = &watch->kernel;
	int r;

	if (!kernel->is_scan_due)
		return 0;
	if (now < kernel->next_scan) {
		kernel->settle_at = kernel->next_scan;
		return 0;
	}
	kernel->is_scan_due = false;
	r = scan(watch);
	kernel->thread = 0;
	kernel->next_scan = kernel_now() + SCAN_SHARE * (kernel_now() - now);
	return r;
}

int kernel_settle(struct irqkit_watch *watch)
{
	struct kernel *kernel = &watch->kernel;
	int64_t now = kernel_now();
	int r;

	if (!kernel->settle_at || now < kernel->settle_at)
		return 0;
	kernel->changed_at = kernel->pending_since;
	kernel->settle_at = 0;
	kernel->pending_since = 0;
	r = take_hits(watch, now - BURST);
	if (r == 0)
		r = scan_in_turn(watch, now);
	if (!kernel->settle_at && kernel->hits.n > 0)
		kernel->settle_at = now + PATIENCE;
	return r;
}

int kernel_open(struct irqkit_watch *watch)
{
	struct kernel *kernel = &watch->kernel;
	int r = 0;

	kernel->probes.pipe_fd = -1;
	if (watch->flags & IRQKIT_WATCH_KERNEL)
		r = irqkit_events_new(&kernel->events);
	if (r < 0)
		return r;
	if (watch->flags & IRQKIT_WATCH_TRACE) {
		kernel->error = probes_open(watch->ctx, &kernel->probes);
		if (kernel->error < 0)
			kernel->probes = (struct probes){ .pipe_fd = -1 };
	}
	return kernel->error == -ENOMEM ? kernel->error : 0;
}

void kernel_close(struct irqkit_watch *watch)
{
	struct kernel *kernel = &watch->kernel;

	probes_close(&kernel->probes);
	irqkit_events_free(kernel->events);
	hits_free(&kernel->hits);
	causes_free(&kernel->causes);
	free(kernel->bytes);
}
