/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * plan without the lock -> nothing differs: done
 *                       -> something differs: lock, plan again, apply, merge the journal
 *
 * All rounds are one change in the journal, so that one undo takes all back.
 */
#include "policy/stay_round.h"
#include "base/basics.h"
#include "base/say.h"
#include "base/text.h"
#include "policy/stay_by_hand.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define LOCK_PATIENCE_MS 2000u
#define LOCK_PAUSE_MS 1000
/* The events may all be of no interest. */
#define PUT_OFF_MS 100

int64_t stay_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void free_journal(struct irqkit_journal **journal)
{
	irqkit_journal_free(*journal);
}
#define _cleanup_journal_ CLEANUP(free_journal)

unsigned int stay_read_last_number(struct irqkit_ctx *ctx)
{
	_cleanup_journal_ struct irqkit_journal *journal = NULL;
	size_t n;

	if (irqkit_journal_read(ctx, &journal) < 0)
		return 0;
	n = irqkit_journal_count(journal);
	return n > 0 ? irqkit_change_get_number(irqkit_journal_get(journal, n - 1)) : 0;
}

/* The name of an interface in "/sys/class/net/NAME/queues/rx-0/rps_cpus". */
static char *find_net(const char *path)
{
	static const char top[] = "/sys/class/net/";
	const char *name = path + strlen(top);

	return strncmp(path, top, strlen(top)) == 0 ? strndup(name, strcspn(name, "/"))
						    : NULL;
}

/* The device whose events concern the setting; NULL: those of all devices do. */
static char *find_device(const struct stay_state *state, const struct irqkit_step *step)
{
	struct irqkit_devices *devices = irqkit_machine_get_devices(
		state->change->machine);
	int irq = irqkit_step_get_irq(step);
	struct irqkit_device *device = NULL;
	size_t n;

	if (irq < 0)
		return find_net(irqkit_step_get_path(step));
	if (irqkit_devices_count_owners(devices, (unsigned int)irq, &n) == 0 && n > 0)
		device = irqkit_devices_get_owner(devices, (unsigned int)irq, 0);
	return device ? strdup(irqkit_device_get_name(device)) : NULL;
}

static void say_given_up(struct stay_state *state, const struct irqkit_step *step)
{
	struct stay_mark *mark = stay_marks_find(
		&state->marks, irqkit_step_get_path(step));
	const char *writer = stay_writers_find(
		&state->writers, irqkit_step_get_path(step));

	if (!mark || mark->has_reported)
		return;
	mark->has_reported = true;
	if (mark->has_failed) {
		say_warning("%s: the kernel has refused %s %u times: it stays as it is "
			    "until the next event of its device",
			irqkit_step_get_path(step), irqkit_step_get_new(step),
			STAY_ATTEMPTS);
		return;
	}
	say_warning("%s: %s has changed it back %u times: it stays as it is until the "
		    "next event of its device",
		irqkit_step_get_path(step), writer ? writer : "another program",
		STAY_ATTEMPTS);
}

/* Leaves out of the plan what may not be restored now. */
static enum status judge_step(struct stay_state *state, const struct by_hand *by_hand,
	size_t index, int64_t now)
{
	struct irqkit_plan *plan = state->change->plan;
	const struct irqkit_step *step = irqkit_plan_get(plan, index);
	const char *path = irqkit_step_get_path(step);
	_cleanup_free_ char *device = find_device(state, step);
	int64_t when = -1;
	const char *why = NULL;

	switch (stay_marks_ask(
		&state->marks, path, device, by_hand_find(by_hand, path), now, &when)) {
	case STAY_RESTORE:
		return STATUS_DONE;
	case STAY_LATER:
		why = "waits, since it was restored a moment ago";
		if (state->next < 0 || when < state->next)
			state->next = when;
		break;
	case STAY_GIVEN_UP:
		why = "left, since it could not be kept";
		say_given_up(state, step);
		break;
	case STAY_BY_HAND:
		why = "left, since irqkit has changed it";
		break;
	}
	return irqkit_plan_leave(plan, index, why) < 0 ? say_no_memory() : STATUS_DONE;
}

static enum status judge_plan(struct stay_state *state)
{
	const struct irqkit_plan *plan = state->change->plan;
	_cleanup_journal_ struct irqkit_journal *journal = NULL;
	struct by_hand by_hand CLEANUP(by_hand_clear) = { 0 };
	enum status status = STATUS_DONE;
	int64_t now = stay_now();

	state->n_settings = irqkit_plan_count(plan);
	if (irqkit_plan_count_results(plan, IRQKIT_PLANNED) == 0)
		return STATUS_DONE;
	if (irqkit_journal_read(state->change->ctx, &journal) < 0)
		return STATUS_REFUSED;
	if (!by_hand_init(&by_hand, journal, state->marks.released, state->number))
		return say_no_memory();
	for (size_t i = 0; i < irqkit_plan_count(plan) && status == STATUS_DONE; i++)
		if (irqkit_step_get_result(irqkit_plan_get(plan, i)) == IRQKIT_PLANNED)
			status = judge_step(state, &by_hand, i, now);
	return status;
}

static bool plan_has_work(const struct stay_state *state)
{
	const struct change *change = state->change;

	return irqkit_plan_count_results(change->plan, IRQKIT_PLANNED) > 0 ||
		irqkit_plan_count_bans(change->plan) > 0 || change->needs_lock;
}

static enum status make_plan(struct stay_state *state)
{
	enum status status = change_plan_again(state->change);

	return status == STATUS_DONE ? judge_plan(state) : status;
}

/* ------------------------------------------------------------------------------- */

static void print_step(const struct stay_state *state, size_t index)
{
	const struct irqkit_step *step = irqkit_plan_get(state->change->plan, index);
	unsigned int line;
	const char *source = state->policy->find_source(
		state->policy->data, index, &line);
	const char *writer = stay_writers_find(
		&state->writers, irqkit_step_get_path(step));
	_cleanup_free_ char *target = text_escape(irqkit_step_get_target(step));
	_cleanup_free_ char *path = text_escape(irqkit_step_get_path(step));
	_cleanup_free_ char *from = source ? text_escape(source) : NULL;

	if (!target || !path)
		return;
	printf("  %s (%s): %s -> %s", path, target, irqkit_step_get_old(step),
		irqkit_step_get_new(step));
	if (from)
		printf(", %s:%u", from, line);
	if (writer)
		printf(", changed by %s", writer);
	putchar('\n');
}

static void print_round(const struct stay_state *state, const char *cause)
{
	const struct irqkit_plan *plan = state->change->plan;
	size_t n = irqkit_plan_count_written(plan);

	if (state->change->call->common.is_quiet || n == 0)
		return;
	printf("%s: %zu setting%s %s\n",
		cause			    ? cause
			: state->is_first   ? "Start"
			: state->is_balance ? "Balanced by load"
					    : "Changed by another program",
		n, n == 1 ? "" : "s",
		state->is_first || state->is_balance ? "changed" : "restored");
	for (size_t i = 0; i < irqkit_plan_count(plan); i++)
		if (irqkit_step_was_written(irqkit_plan_get(plan, i)))
			print_step(state, i);
	fflush(stdout);
}

/* A failure to merge leaves two changes, each of which can be undone. */
static void join_journal(struct stay_state *state)
{
	unsigned int number = irqkit_plan_get_number(state->change->plan);

	if (!number)
		return;
	if (!state->number ||
		irqkit_journal_merge(state->change->lock, state->number, number) < 0)
		state->number = number;
	irqkit_stay_set_number(state->stay, state->number);
}

/* What was written without an event, or failed: it is not tried for ever. */
static void note_attempts(struct stay_state *state, const char *cause)
{
	const struct irqkit_plan *plan = state->change->plan;
	/* what is written then does not count as an attempt */
	bool is_own = state->is_first || state->is_balance;
	int64_t now = stay_now();

	for (size_t i = 0; i < irqkit_plan_count(plan); i++) {
		const struct irqkit_step *step = irqkit_plan_get(plan, i);
		bool is_written = irqkit_step_was_written(step);
		bool has_failed = irqkit_step_get_result(step) == IRQKIT_FAILED ||
			irqkit_step_was_refused(step);
		_cleanup_free_ char *device = NULL;
		struct stay_mark *mark;

		state->n_restored += is_written && !is_own;
		if (!has_failed && (!is_written || cause || is_own))
			continue;
		device = find_device(state, step);
		mark = stay_marks_note(
			&state->marks, irqkit_step_get_path(step), device, now);
		if (mark)
			mark->has_failed = has_failed;
	}
}

/* What the kernel refuses does not keep the other settings from being restored. */
static enum status apply(struct stay_state *state, const char *cause)
{
	struct change *change = state->change;
	int r = irqkit_plan_apply(
		change->plan, change->lock, change->call->line, IRQKIT_APPLY_KEEP_GOING);
	enum status status;

	join_journal(state);
	note_attempts(state, cause);
	print_round(state, cause);
	/* a channels line has made other queues: the other lines are planned for them now */
	if (irqkit_plan_needs_rest(change->plan))
		state->next = stay_now();
	status = state->policy->applied(change, state->policy->data);
	return r < 0 ? change_say_failure(change, r) : status;
}

/* What was read may be half old and half new: another round will come. */
static bool put_off(struct stay_state *state)
{
	struct pollfd events = { .fd = state->events_fd, .events = POLLIN };

	state->is_put_off = stay_now() < state->patience && poll(&events, 1, 0) > 0;
	if (state->is_put_off)
		state->next = stay_now() + PUT_OFF_MS;
	return state->is_put_off;
}

static enum status apply_under_lock(struct stay_state *state, const char *cause)
{
	struct change *change = state->change;
	enum status status;
	bool is_current;
	int r = irqkit_lock_new(change->ctx, LOCK_PATIENCE_MS, &change->lock);

	if (r == -ETIMEDOUT) {
		state->next = stay_now() + LOCK_PAUSE_MS;
		return STATUS_DONE;
	}
	/* reports what is in the way */
	status = r < 0 ? change_lock(change, &is_current) : make_plan(state);
	if (status == STATUS_DONE && plan_has_work(state) && !put_off(state))
		status = apply(state, cause);
	change_unlock(change);
	return status;
}

/*
 * The number of queues can change while all interrupts stay: nothing that was read before
 * is believed.
 */
static void forget_machine(struct change *change)
{
	irqkit_plan_free(change->plan);
	irqkit_machine_free(change->machine);
	change->report.plan = change->plan = NULL;
	change->report.machine = change->machine = NULL;
	irqkit_ctx_clear_error(change->ctx);
}

enum status stay_round(struct stay_state *state, const char *cause)
{
	enum status status;

	forget_machine(state->change);
	state->next = -1;
	state->is_put_off = false;
	stay_marks_drop_old(&state->marks, stay_now());
	status = make_plan(state);
	if (status == STATUS_DONE && plan_has_work(state) && !put_off(state))
		status = apply_under_lock(state, cause);
	return status;
}
