/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One reading of all counters. A saved root has them in proc/, and may have a second
 * reading, two seconds later, in proc.1/.
 */
#include "base/cpuset.h"
#include "base/macros.h"
#include "kernel/boot.h"
#include "kernel/ctx.h"
#include "kernel/knob.h"
#include "kernel/knob_path.h"
#include "load/load_record.h"
#include "machine/machine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Between the two readings of a saved root, if they do not show their times. */
#define SECONDS_BETWEEN 2

EXPORT void irqkit_sample_free(struct irqkit_sample *sample)
{
	if (!sample)
		return;
	irqkit_snapshot_free(sample->rows);
	irqkit_snapshot_free(sample->kept);
	free(sample->boot_id);
	times_free(&sample->times);
	softirqs_free(&sample->softirqs);
	softnet_free(&sample->softnet);
	packets_free(&sample->packets);
	free(sample);
}

static void free_sample(struct irqkit_sample **sample)
{
	irqkit_sample_free(*sample);
}
#define _cleanup_sample_ CLEANUP(free_sample)

/* What a kernel or a saved root lacks is not known; a failure is one. */
static int pass(int r)
{
	return r == -ENOMEM || is_failure(r) ? r : 0;
}

/* Where files are read: through a machine, which keeps them, or below a folder. */
struct source {
	struct irqkit_ctx *ctx;
	struct irqkit_machine *machine; /* or NULL */
	const char *dir; /* "proc", "proc.1" */
	char *text; /* owned; the file of a folder that was read last */
};

/* @ret_text: until the next file is read */
static int read_file(struct source *source, enum machine_file file, const char *name,
	const char **ret_text, size_t *ret_len)
{
	int r;

	if (source->machine)
		return machine_get_file(source->machine, file, ret_text, ret_len);
	free(TAKE(source->text));
	r = knob_readf(source->ctx, &source->text, ret_len, "%s/%s", source->dir, name);
	*ret_text = source->text;
	return r;
}

static int read_times(struct source *source, struct times *times)
{
	const char *text;
	size_t len;
	int r = read_file(source, MACHINE_STAT, "stat", &text, &len);

	return pass(r == 0 ? times_parse(times, text, len) : r);
}

static int read_softirqs(struct source *source, struct softirqs *softirqs)
{
	const char *text;
	size_t len;
	int r = read_file(source, MACHINE_SOFTIRQS, "softirqs", &text, &len);

	return pass(r == 0 ? softirqs_parse(softirqs, text, len) : r);
}

static int read_softnet(struct source *source, struct softnet *softnet,
	const struct irqkit_cpuset *online)
{
	const char *text;
	size_t len;
	int r = read_file(source, MACHINE_SOFTNET, "net/softnet_stat", &text, &len);

	return pass(r == 0 ? softnet_parse(softnet, text, len, online) : r);
}

/* The clock does not run while the system is asleep: then nothing is counted either. */
static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static int read_clocks(struct source *source, struct irqkit_sample *sample)
{
	const char *text;
	size_t len;
	int r = read_file(source, MACHINE_UPTIME, "uptime", &text, &len);

	if (r == 0)
		r = boot_parse_uptime(text, &sample->uptime);
	if (r < 0)
		sample->uptime = -1;
	sample->time = source->machine
		? machine_get_file_time(source->machine, MACHINE_STAT)
		: now();
	sample->is_saved = !source->ctx->is_live;
	return pass(r);
}

/* The system is the same as for an earlier sample of this run. */
static int read_boot_id(struct source *source, const struct irqkit_sample *earlier,
	struct irqkit_sample *sample)
{
	const char *id = NULL;
	size_t len;
	int r = 0;

	if (source->machine)
		r = irqkit_machine_get_boot_id(source->machine, &id);
	else if (earlier && !earlier->is_parsed)
		id = earlier->boot_id;
	else
		return pass(knob_read_line(source->ctx, "proc/sys/kernel/random/boot_id",
			&sample->boot_id, &len));
	if (r == 0 && id && !(sample->boot_id = strdup(id)))
		r = -ENOMEM;
	return pass(r);
}

static int read_files(struct source *source, const struct irqkit_sample *earlier,
	struct irqkit_sample *sample)
{
	int r = read_times(source, &sample->times);

	if (r == 0)
		r = read_clocks(source, sample);
	if (r == 0)
		r = read_softirqs(source, &sample->softirqs);
	if (r == 0)
		r = read_softnet(source, &sample->softnet, sample->rows->cpus);
	if (r == 0)
		r = packets_read(source->ctx, source->dir, &sample->packets);
	if (r == 0)
		r = read_boot_id(source, earlier, sample);
	free(source->text);
	return r;
}

/* Takes over one owner of @rows, also if it fails. */
static int new_sample(struct source source, struct irqkit_snapshot *rows,
	const struct irqkit_sample *earlier, struct irqkit_sample **ret_sample)
{
	_cleanup_sample_ struct irqkit_sample *sample = calloc(1, sizeof(*sample));
	int r;

	if (!sample) {
		irqkit_snapshot_free(rows);
		return -ENOMEM;
	}
	sample->rows = rows;
	r = read_files(&source, earlier, sample);
	if (r == 0 && earlier)
		r = snapshot_keep_offline(
			rows, earlier->rows, earlier->kept, &sample->kept);
	if (r == 0)
		*ret_sample = TAKE(sample);
	return r;
}

EXPORT int irqkit_sample_new(struct irqkit_ctx *ctx, const struct irqkit_sample *earlier,
	struct irqkit_sample **ret_sample, size_t *reterr_line,
	const char **reterr_reason)
{
	struct irqkit_snapshot *rows;
	int r = snapshot_read(ctx, SNAPSHOT_PER_CPU, &rows, reterr_line, reterr_reason);

	const struct source source = { .ctx = ctx, .dir = "proc" };

	return r == 0 ? new_sample(source, rows, earlier, ret_sample) : r;
}

EXPORT int irqkit_sample_new_of(struct irqkit_machine *machine,
	const struct irqkit_sample *earlier, struct irqkit_sample **ret_sample)
{
	const struct source source = {
		.ctx = machine->ctx, .machine = machine, .dir = "proc"
	};

	return new_sample(source, snapshot_share(machine->snapshot), earlier, ret_sample);
}

EXPORT bool irqkit_ctx_has_second_sample(struct irqkit_ctx *ctx)
{
	mode_t mode;

	return !ctx->is_live && knob_read_mode(ctx, "proc.1/interrupts", &mode) == 0;
}

static double find_seconds_between(
	const struct irqkit_sample *first, const struct irqkit_sample *second)
{
	return first->uptime >= 0 && second->uptime > first->uptime
		? second->uptime - first->uptime
		: SECONDS_BETWEEN;
}

EXPORT int irqkit_sample_new_second(struct irqkit_ctx *ctx,
	const struct irqkit_sample *first, struct irqkit_sample **ret_sample,
	size_t *reterr_line, const char **reterr_reason)
{
	const struct source source = { .ctx = ctx, .dir = "proc.1" };
	struct irqkit_snapshot *rows;
	int r = ctx->is_live
		? -ENOENT
		: snapshot_read_from(ctx, "proc.1/interrupts", SNAPSHOT_PER_CPU, &rows,
			  reterr_line, reterr_reason);

	if (r == 0)
		r = new_sample(source, rows, first, ret_sample);
	if (r < 0)
		return r;
	(*ret_sample)->time = first->time + find_seconds_between(first, *ret_sample);
	return 0;
}

EXPORT const struct irqkit_snapshot *irqkit_sample_get_rows(
	const struct irqkit_sample *sample)
{
	return sample->rows;
}

EXPORT bool irqkit_sample_has_softnet(const struct irqkit_sample *sample)
{
	return sample->softnet.n > 0;
}

EXPORT const char *irqkit_sample_get_boot_id(const struct irqkit_sample *sample)
{
	return sample->boot_id;
}
