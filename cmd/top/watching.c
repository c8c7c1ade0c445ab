/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Takes a sample after each period, and makes a frame of it and the one before. */
#include "base/basics.h"
#include "base/say.h"
#include "measure/open_machine.h"
#include "target/select.h"
#include "top/past.h"
#include "top/top.h"

#include <string.h>

/* Affinities that were only written, without a move, are read again so often. */
#define READ_ALL_FRAMES 15u

void watching_free(struct watching *watching)
{
	past_free(watching->past, watching->n_past);
	irqkit_cpuset_free(watching->cpus);
	irqkit_sample_free(watching->last);
	irqkit_machine_free(watching->machine);
	irqkit_ctx_free(watching->ctx);
}

static enum status say_bad_sample(int error)
{
	say_error("cannot read what the CPUs do: %s", strerror(-error));
	return STATUS_REFUSED;
}

static enum status start_sample(struct watching *watching)
{
	int r = irqkit_sample_new_of(watching->machine, NULL, &watching->last);

	return r < 0 ? say_bad_sample(r) : STATUS_DONE;
}

static bool note_cpus(struct watching *watching)
{
	irqkit_cpuset_free(watching->cpus);
	watching->cpus = NULL;
	return irqkit_cpuset_copy(irqkit_snapshot_get_cpus(
					  irqkit_machine_get_snapshot(watching->machine)),
		       &watching->cpus) == 0;
}

enum status watching_start(struct watching *watching, const struct call *call)
{
	const struct top_options *o = call->state;
	enum status status;

	watching->call = call;
	watching->weigh = o->weigh_by;
	status = machine_open(call, &watching->ctx);
	if (status == STATUS_DONE)
		status = machine_new(watching->ctx, &watching->machine);
	if (status != STATUS_DONE)
		return status;
	watching->has_second = irqkit_ctx_has_second_sample(watching->ctx);
	/* a word that is wrong is reported before the first period */
	if (call->n_words) {
		struct irqkit_selection *selection CLEANUP(free_selection) = NULL;

		status = select_interrupts(
			watching->machine, call->words, call->n_words, 0, &selection);
	}
	if (status == STATUS_DONE)
		status = start_sample(watching);
	if (status == STATUS_DONE && !note_cpus(watching))
		return say_no_memory();
	if (status != STATUS_DONE)
		return status;
	return past_start(watching) ? STATUS_DONE : say_no_memory();
}

static enum status take_sample(
	struct watching *watching, struct irqkit_sample **ret_sample)
{
	unsigned int flags = watching->n_frames % READ_ALL_FRAMES ? IRQKIT_REFRESH_MOVED
								  : 0;
	enum status status;
	int r;

	if (watching->has_second) {
		r = irqkit_sample_new_second(
			watching->ctx, watching->last, ret_sample, NULL, NULL);
		return r < 0 ? say_bad_sample(r) : STATUS_DONE;
	}
	status = machine_refresh(watching->machine, flags);
	if (status != STATUS_DONE)
		return status;
	r = irqkit_sample_new_of(watching->machine, watching->last, ret_sample);
	return r < 0 ? say_bad_sample(r) : STATUS_DONE;
}

static enum status fill(
	struct watching *watching, struct irqkit_sample *sample, struct frame *frame)
{
	const struct top_options *o = watching->call->state;
	const struct irqkit_snapshot *rows = irqkit_machine_get_snapshot(
		watching->machine);
	int r = irqkit_load_new(watching->machine, watching->last, sample, &frame->load);

	if (r < 0)
		return say_bad_sample(r);
	irqkit_load_weigh(frame->load, watching->weigh);
	frame->machine = watching->machine;
	frame->seconds = irqkit_load_get_seconds(frame->load);
	frame->is_complete = irqkit_cpuset_is_equal(
		watching->cpus, irqkit_snapshot_get_cpus(rows));
	clock_gettime(CLOCK_REALTIME, &frame->time);
	if (!past_renew(watching, frame) || !frame_fill_cpus(frame) ||
		!note_cpus(watching))
		return say_no_memory();
	return frame_fill_rows(watching, frame, o->shows_all);
}

enum status watching_next(struct watching *watching, struct frame *frame)
{
	struct irqkit_sample *sample = NULL;
	enum status status;

	/* the load has rows of the machine, which the next sample replaces */
	frame_clear(frame);
	status = take_sample(watching, &sample);
	if (status == STATUS_DONE)
		status = fill(watching, sample, frame);
	if (status != STATUS_DONE) {
		irqkit_sample_free(sample);
		return status;
	}
	irqkit_sample_free(watching->last);
	watching->last = sample;
	watching->n_frames++;
	return STATUS_DONE;
}
