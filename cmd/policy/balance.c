/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What `irqkit spread --every` does, for lines of a policy:
 *
 *	counts, period, counts -> no CPU was busy: nothing is done
 *	                       -> one was: the line is planned anew by what fired
 *
 * Between these plans, the line is compared with its last decision, as all lines are that
 * depend on counts.
 */
#include "policy/balance.h"
#include "base/basics.h"
#include "base/grow.h"
#include "base/say.h"
#include "measure/load.h"
#include "measure/period.h"

/* A plan that was put off, because a device was changing, is made again after that. */
#define PUT_OFF_MS 1000

void balance_free(struct balance *balance)
{
	for (size_t i = 0; i < balance->n; i++) {
		irqkit_load_free(balance->lines[i].load);
		irqkit_sample_free(balance->lines[i].before);
	}
	free(balance->lines);
	*balance = (struct balance){ 0 };
}

enum status balance_start(
	struct balance *balance, struct irqkit_policies *policy, int64_t now)
{
	balance->policy = policy;
	for (size_t i = 0; i < irqkit_policies_count_lines(policy); i++) {
		unsigned int seconds = irqkit_request_get_every(
			irqkit_policies_get_request(policy, i));

		if (!seconds)
			continue;
		if (!MAKE_ROOM(balance->lines, balance->n, balance->room))
			return say_no_memory();
		balance->lines[balance->n++] = (struct balance_line){
			.line = i,
			.seconds = seconds,
			.due = now,
		};
	}
	return STATUS_DONE;
}

int64_t balance_get_due(const struct balance *balance)
{
	int64_t due = -1;

	for (size_t i = 0; i < balance->n; i++)
		if (due < 0 || balance->lines[i].due < due)
			due = balance->lines[i].due;
	return due;
}

/* The sample that begins a period; NULL: it cannot be read, but may be in the next one. */
static struct irqkit_sample *read_sample(
	struct irqkit_ctx *ctx, const struct irqkit_sample *before)
{
	struct irqkit_sample *now = NULL;

	return irqkit_sample_new(ctx, before, &now, NULL, NULL) < 0 ? NULL : now;
}

/* Was a CPU busy between the two samples? */
static bool was_busy(const struct irqkit_sample *before, const struct irqkit_sample *now,
	unsigned int seconds)
{
	struct irqkit_snapshot *counts = NULL;
	bool is_busy = before &&
		irqkit_snapshot_subtract(irqkit_sample_get_rows(now),
			irqkit_sample_get_rows(before), &counts) == 0 &&
		!load_is_idle(counts, seconds);

	irqkit_snapshot_free(counts);
	return is_busy;
}

/* A period may be longer than the line says: its plan was put off. */
static unsigned int count_seconds(const struct balance_line *line, int64_t now)
{
	int64_t seconds = (now - line->began + 500) / 1000;

	return seconds > line->seconds ? (unsigned int)seconds : line->seconds;
}

/*
 * Was a CPU busy? @sample: owned; becomes the begin of the next period if none was.
 */
static bool end_period(
	struct balance_line *line, struct irqkit_sample *sample, int64_t now)
{
	if (was_busy(line->before, sample, count_seconds(line, now))) {
		irqkit_sample_free(sample);
		return true;
	}
	irqkit_sample_free(line->before);
	line->before = sample;
	line->began = now;
	return false;
}

bool balance_begin(struct balance *balance, struct irqkit_ctx *ctx, int64_t now)
{
	bool is_busy = false;

	for (size_t i = 0; i < balance->n; i++) {
		struct balance_line *line = &balance->lines[i];
		struct irqkit_sample *sample;

		if (line->due > now)
			continue;
		line->due = now + (int64_t)line->seconds * 1000;
		sample = read_sample(ctx, line->before);
		if (!sample)
			continue;
		line->is_due = end_period(line, sample, now);
		is_busy |= line->is_due;
	}
	return is_busy;
}

bool balance_is_due(const struct balance *balance)
{
	for (size_t i = 0; i < balance->n; i++)
		if (balance->lines[i].is_due)
			return true;
	return false;
}

enum status balance_count(struct balance *balance, const struct change *change)
{
	for (size_t i = 0; i < balance->n; i++) {
		struct balance_line *line = &balance->lines[i];
		struct irqkit_request *request = irqkit_policies_get_request(
			balance->policy, line->line);
		enum status status;

		if (!line->is_due)
			continue;
		irqkit_load_free(line->load);
		line->load = NULL;
		status = period_end(change->machine, line->before, &line->load);
		if (status != STATUS_DONE)
			return status;
		irqkit_request_set_load(request, line->load);
		irqkit_request_set_idle(request,
			period_find_idle(line->load, irqkit_request_get_weigh(request)));
		irqkit_policies_set_due(balance->policy, line->line, true);
	}
	return STATUS_DONE;
}

/* The next period begins with counts of its own. */
static void begin_period(struct balance_line *line, struct irqkit_ctx *ctx, int64_t now)
{
	irqkit_sample_free(line->before);
	line->before = read_sample(ctx, NULL);
	line->began = now;
}

void balance_end(
	struct balance *balance, struct irqkit_ctx *ctx, bool is_put_off, int64_t now)
{
	for (size_t i = 0; i < balance->n; i++) {
		struct balance_line *line = &balance->lines[i];
		struct irqkit_request *request = irqkit_policies_get_request(
			balance->policy, line->line);

		if (!line->is_due)
			continue;
		line->is_due = false;
		irqkit_policies_set_due(balance->policy, line->line, false);
		irqkit_request_set_idle(request, 0);
		irqkit_request_set_load(request, NULL);
		irqkit_load_free(line->load);
		line->load = NULL;
		if (is_put_off)
			line->due = now + PUT_OFF_MS;
		else
			begin_period(line, ctx, now);
	}
}
