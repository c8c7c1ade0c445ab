/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The snapshot of a machine: /proc/interrupts, which is read again if it is inconsistent.
 * /sys/kernel/irq/N settles rows that are ambiguous, and is the only source if
 * /proc/interrupts is masked.
 */
#include "base/arena.h"
#include "base/cpuset.h"
#include "base/macros.h"
#include "base/number.h"
#include "interrupts/reader.h"
#include "kernel/ctx.h"
#include "kernel/knob.h"
#include "kernel/knob_path.h"
#include "topology/topology.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#define ATTEMPTS 6

static void free_snapshot(struct irqkit_snapshot **snapshot)
{
	irqkit_snapshot_free(*snapshot);
}
#define _cleanup_snapshot_ CLEANUP(free_snapshot)

/* ------------------------------------------------------------------------------- */
/* /sys/kernel/irq/N                                                               */

/* One of its files; an empty one counts as absent. */
static int read_irq_file(struct irqkit_ctx *ctx, unsigned int irq, const char *name,
	char **ret_text, size_t *ret_len)
{
	int r = knob_readf_line(
		ctx, ret_text, ret_len, "sys/kernel/irq/%u/%s", irq, name);

	if (r == 0 && *ret_len == 0) {
		free(*ret_text);
		*ret_text = NULL;
		return -ENODATA;
	}
	return r;
}

/* Into the arena; NULL: the file is missing or empty. */
static int read_irq_text(struct irqkit_ctx *ctx, struct irqkit_snapshot *snapshot,
	unsigned int irq, const char *name, const char **ret_text)
{
	_cleanup_free_ char *text = NULL;
	size_t len;

	int r = read_irq_file(ctx, irq, name, &text, &len);

	*ret_text = NULL;
	if (r < 0)
		return is_failure(r) ? r : 0;
	*ret_text = arena_text(&snapshot->arena, text, len);
	return *ret_text ? 0 : -ENOMEM;
}

/* Chip, hwirq, trigger and actions, which the kernel has in files of their own. */
static int read_identity(struct irqkit_ctx *ctx, struct irqkit_snapshot *snapshot,
	struct irqkit_interrupt *row)
{
	unsigned int irq = (unsigned int)row->irq;
	_cleanup_free_ char *actions = NULL;
	const char *hwirq = NULL;
	size_t actions_len = 0;
	uint64_t number;
	int r;

	r = read_irq_file(ctx, irq, "actions", &actions, &actions_len);
	if (r == -ENODATA)
		actions_len = 0;
	else if (r < 0)
		return r;
	r = read_irq_text(ctx, snapshot, irq, "chip_name", &row->chip);
	if (r == 0)
		r = read_irq_text(ctx, snapshot, irq, "name", &row->trigger);
	if (r == 0)
		r = read_irq_text(ctx, snapshot, irq, "hwirq", &hwirq);
	if (r < 0)
		return r;

	row->has_hwirq = hwirq && parse_u64(hwirq, strlen(hwirq), &number) == 0 &&
		number <= INT64_MAX;
	row->hwirq = row->has_hwirq ? (int64_t)number : 0;
	return snapshot_set_actions(
		snapshot, row, actions ? actions : "", actions_len, ",");
}

/* Rows that can be read in two ways: takes what the files of the interrupt say. */
static int settle_ambiguous(struct irqkit_ctx *ctx, struct irqkit_snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->n_rows; i++) {
		struct irqkit_interrupt *row = &snapshot->rows[i];
		struct irqkit_interrupt read = *row;
		int r;

		if (!row->is_ambiguous)
			continue;
		r = read_identity(ctx, snapshot, &read);
		if (is_failure(r))
			return r;
		if (r < 0 || !read.chip)
			continue;
		if (!read.trigger) /* `Level` is not in sysfs's name */
			read.trigger = row->trigger;
		*row = read;
	}
	return 0;
}

/* ------------------------------------------------------------------------------- */
/* Without /proc/interrupts                                                        */

/*
 * per_cpu_count: `0,12,0`: the possible CPUs in ascending order. The file has at most one
 * page. The last number may be cut: it is left out with all later ones, and *ret_cut says
 * so.
 */
static int read_per_cpu_count(struct irqkit_ctx *ctx, struct irqkit_snapshot *snapshot,
	struct irqkit_interrupt *row, const struct irqkit_cpuset *possible, bool *ret_cut)
{
	_cleanup_free_ char *text = NULL;
	size_t len, n = irqkit_cpuset_count(possible);
	const char *p, *end;
	int cpu = -1, r;

	r = read_irq_file(ctx, (unsigned int)row->irq, "per_cpu_count", &text, &len);
	if (r < 0)
		return r;
	if (interrupt_make_room(snapshot, row, n, true, NULL) < 0)
		return -ENOMEM;

	for (p = text, end = text + len; p < end;) {
		const char *comma = memchr(p, ',', (size_t)(end - p));
		const char *stop = comma ? comma : end;
		uint64_t count;

		cpu = irqkit_cpuset_next(possible, cpu);
		if (cpu < 0 || parse_u64(p, (size_t)(stop - p), &count) < 0)
			return -EBADMSG;
		if (!comma && irqkit_cpuset_next(possible, cpu) >= 0) {
			*ret_cut = true;
			break;
		}
		/* online CPUs only, as in /proc/interrupts */
		if (count && irqkit_cpuset_has(snapshot->cpus, (unsigned int)cpu)) {
			interrupt_add_served(row, (uint32_t)cpu, count);
			row->total += count;
		}
		p = stop + 1;
	}
	*ret_cut |= len > 0 && text[len - 1] == ',';
	row->counts = IRQKIT_COUNTS_PER_CPU;
	return 0;
}

/* A row, if the interrupt has a handler: others have no row in /proc/interrupts either. */
static int add_irq(struct irqkit_ctx *ctx, struct irqkit_snapshot *snapshot,
	unsigned int irq, const struct irqkit_cpuset *possible, bool *ret_cut)
{
	struct irqkit_interrupt *row;
	char label[16];
	int r = snapshot_add_row(snapshot, &row);

	if (r < 0)
		return r;
	row->irq = (int)irq;
	snprintf(label, sizeof(label), "%u", irq);
	row->label = arena_text(&snapshot->arena, label, strlen(label));
	r = row->label ? read_identity(ctx, snapshot, row) : -ENOMEM;
	if (r == 0 && row->n_actions > 0)
		r = read_per_cpu_count(ctx, snapshot, row, possible, ret_cut);
	if (r < 0 || row->n_actions == 0)
		snapshot->n_rows--;
	return is_failure(r) ? r : 0;
}

static int read_cpus(struct irqkit_ctx *ctx, struct irqkit_cpuset **ret_possible,
	struct irqkit_cpuset **ret_online)
{
	int r = topology_read_cpus(ctx, IRQKIT_CPUS_POSSIBLE, ret_possible);

	if (r < 0)
		return r;
	return topology_read_cpus(ctx, IRQKIT_CPUS_ONLINE, ret_online);
}

static int read_sysfs(struct irqkit_ctx *ctx, enum snapshot_counts keep,
	struct irqkit_snapshot **ret_snapshot)
{
	_cleanup_snapshot_ struct irqkit_snapshot *snapshot = NULL;
	_cleanup_cpuset_ struct irqkit_cpuset *possible = NULL, *online = NULL;
	unsigned int *irqs;
	bool is_cut = false;
	size_t n;
	int r = knob_list_numbers(ctx, "sys/kernel/irq", &irqs, &n);

	if (r < 0)
		return r;
	r = read_cpus(ctx, &possible, &online);
	if (r == 0)
		r = snapshot_new(&snapshot);
	if (r == 0)
		r = irqkit_cpuset_add_set(snapshot->cpus, online);
	for (size_t i = 0; i < n && r == 0; i++)
		r = add_irq(ctx, snapshot, irqs[i], possible, &is_cut);
	free(irqs);
	if (r < 0)
		return r;
	if (snapshot->n_rows == 0)
		return -ENODATA;
	for (size_t i = 0; i < snapshot->n_rows && keep == SNAPSHOT_TOTALS; i++)
		snapshot->rows[i].n_served = 0;
	snapshot->is_of_sysfs = true;
	snapshot->possible = TAKE(possible);
	r = snapshot_index(snapshot);
	if (r < 0)
		return r;

	ctx_log(ctx, LOG_WARNING,
		"%.*s/proc/interrupts is empty (a container may hide it): using the "
		"counts of %.*s/sys/kernel/irq",
		ctx_root_length(ctx), ctx->root, ctx_root_length(ctx), ctx->root);
	if (is_cut)
		ctx_log(ctx, LOG_WARNING,
			"%.*s/sys/kernel/irq cannot show the counts of all CPUs: the "
			"counts of the last CPUs are missing",
			ctx_root_length(ctx), ctx->root);
	*ret_snapshot = TAKE(snapshot);
	return 0;
}

/* ------------------------------------------------------------------------------- */

/* One reading; -EAGAIN: it is inconsistent, or seems so and there will be @another. */
static int read_once(struct irqkit_ctx *ctx, const char *path,
	const struct irqkit_cpuset *columns, enum snapshot_counts keep, bool another,
	struct reader *reader)
{
	int r = reader_init(reader, columns);

	reader->only_totals = keep == SNAPSHOT_TOTALS;
	if (r == 0)
		r = knob_stream(ctx, path, reader_feed, reader);
	if (r == 0)
		r = reader_finish(reader);
	if (r == 0 && reader->saw_wide_row && another)
		r = -EAGAIN;
	return r;
}

static int read_proc(struct irqkit_ctx *ctx, const char *path, enum snapshot_counts keep,
	struct irqkit_snapshot **ret_snapshot, size_t *reterr_line,
	const char **reterr_reason)
{
	_cleanup_cpuset_ struct irqkit_cpuset *columns = NULL;
	char damage[256];
	int r = -EAGAIN;

	for (int left = ATTEMPTS; r == -EAGAIN && left-- > 0;) {
		struct reader reader CLEANUP(reader_free) = { 0 };

		r = read_once(ctx, path, columns, keep, left > 0, &reader);
		if (r == 0 && reader_tell_damage(&reader, damage, sizeof(damage)))
			ctx_log(ctx, LOG_WARNING, "%.*s/%s", ctx_root_length(ctx),
				ctx->root, damage);
		if (r == 0)
			*ret_snapshot = TAKE(reader.snapshot);
		else
			reader_tell(&reader, reterr_line, reterr_reason);
		/* some kernels of 7.2 lose the heading */
		if (r == -EBADMSG && reader.lacks_heading && !columns) {
			int online = topology_read_cpus(
				ctx, IRQKIT_CPUS_ONLINE, &columns);

			r = online == 0 ? -EAGAIN : is_failure(online) ? online : r;
		}
	}
	return r;
}

/* Seconds since the system started, rounded up so that it is never 0. */
static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_BOOTTIME, &time);
	return (uint64_t)time.tv_sec + 1;
}

int snapshot_read_from(struct irqkit_ctx *ctx, const char *path,
	enum snapshot_counts keep, struct irqkit_snapshot **ret_snapshot,
	size_t *reterr_line, const char **reterr_reason)
{
	_cleanup_snapshot_ struct irqkit_snapshot *snapshot = NULL;
	int r = read_proc(ctx, path, keep, &snapshot, reterr_line, reterr_reason);

	if (r == -ENODATA) {
		r = read_sysfs(ctx, keep, &snapshot);
		if (r < 0 && !is_failure(r))
			r = -ENODATA;
	} else if (r == 0) {
		r = settle_ambiguous(ctx, snapshot);
	}
	if (r < 0)
		return r;

	snapshot->read_at = now();
	*ret_snapshot = TAKE(snapshot);
	return 0;
}

int snapshot_read(struct irqkit_ctx *ctx, enum snapshot_counts keep,
	struct irqkit_snapshot **ret_snapshot, size_t *reterr_line,
	const char **reterr_reason)
{
	return snapshot_read_from(
		ctx, "proc/interrupts", keep, ret_snapshot, reterr_line, reterr_reason);
}

EXPORT int irqkit_snapshot_read(struct irqkit_ctx *ctx,
	struct irqkit_snapshot **ret_snapshot, size_t *reterr_line,
	const char **reterr_reason)
{
	return snapshot_read(
		ctx, SNAPSHOT_PER_CPU, ret_snapshot, reterr_line, reterr_reason);
}
