/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Waits for what can have changed settings, and then looks once:
 *
 *	the kernel's events   collected for a moment, since they come in bursts
 *	writes by others      the kernel names the process (irqkit_watch_*)
 *	silent changes        by a look every minute
 *	SIGHUP                the policy is read again
 *	SIGTERM, SIGINT       ends
 *
 * Restoring a setting causes no event, so this does not keep itself busy.
 */
#include "policy/stay.h"
#include "base/basics.h"
#include "base/say.h"
#include "base/text.h"
#include "measure/notify.h"
#include "policy/stay_round.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* A burst ends when nothing comes for so long, or goes on for so long. */
#define BURST_MS 100
#define LONGEST_BURST_MS 1000
#define LOOK_MS (60 * 1000)
/* A device that goes loses its interrupts some 50 ms after it was announced. */
#define AFTERMATH_MS 500

struct waiting {
	struct stay_state state;
	struct irqkit_events *events; /* owned */
	struct irqkit_watch
		*watch; /* owned; NULL: the kernel or the container has none */
	int signal_fd; /* owned */
	int64_t burst_began; /* -1: there is none */
	int64_t burst_last; /* when something came last */
	int64_t look; /* when to look without an event */
	int64_t aftermath; /* when to look once more after events; -1: not */
	int64_t watchdog_ms; /* half of what the service manager waits; 0: it does not */
	int64_t watchdog;
	char *cause; /* owned; the first event of the burst */
	size_t n_causes; /* all events of the burst */
	bool has_event; /* the burst; otherwise another program has written */
	bool ends;
	bool reloads;
};

static void waiting_free(struct waiting *w)
{
	irqkit_events_free(w->events);
	irqkit_watch_free(w->watch);
	if (w->signal_fd >= 0)
		close(w->signal_fd);
	free(w->cause);
	irqkit_stay_free(w->state.stay);
	stay_marks_free(&w->state.marks);
	stay_writers_free(&w->state.writers);
}

/* ------------------------------------------------------------------------------- */
/* What comes                                                                      */

/*
 * An event of one interface concerns its settings only. A driver that takes over a device,
 * a CPU, and messages that were lost concern all.
 */
static const char *get_device(const struct irqkit_event *event)
{
	switch (event->kind) {
	case IRQKIT_EVENT_CPU_ONLINE:
	case IRQKIT_EVENT_CPU_OFFLINE:
	case IRQKIT_EVENT_DRIVER_BOUND:
	case IRQKIT_EVENT_DRIVER_UNBOUND:
	case IRQKIT_EVENT_LOST:
		return NULL;
	default:
		return event->name;
	}
}

static void begin_burst(struct waiting *w)
{
	w->burst_last = stay_now();
	if (w->burst_began < 0)
		w->burst_began = w->burst_last;
}

static void drop_cause(struct waiting *w)
{
	free(w->cause);
	w->cause = NULL;
	w->n_causes = 0;
}

static void take_event(void *data, const struct irqkit_event *event)
{
	struct waiting *w = data;
	unsigned int number = stay_read_last_number(w->state.change->ctx);

	begin_burst(w);
	if (!w->has_event)
		drop_cause(w);
	w->has_event = true;
	w->n_causes++;
	if (!w->cause && irqkit_event_describe(event, &w->cause) < 0)
		w->cause = NULL;
	if (!stay_marks_release(&w->state.marks, get_device(event), number))
		say_no_memory();
}

/* A write of this process needs no look; a refused write has changed nothing. */
static void take_writes(struct waiting *w)
{
	const struct irqkit_watched *watched;

	while (irqkit_watch_next(w->watch, &watched) > 0) {
		enum irqkit_watched_kind kind = irqkit_watched_get_kind(watched);

		if (kind != IRQKIT_WATCHED_LOST &&
			(kind != IRQKIT_WATCHED_WRITTEN ||
				irqkit_watched_is_own(watched)))
			continue;
		begin_burst(w);
		stay_writers_note(&w->state.writers, watched);
	}
}

static void take_signal(struct waiting *w)
{
	struct signalfd_siginfo info;

	while (read(w->signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGHUP)
			w->reloads = true;
		else
			w->ends = true;
	}
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < 0 || (b >= 0 && b < a) ? b : a;
}

/* When the next look is due. */
static int64_t get_due(const struct waiting *w)
{
	int64_t due = earlier(earlier(w->look, w->state.next), w->aftermath);
	int64_t quiet = w->burst_last + BURST_MS;
	int64_t longest = w->burst_began + LONGEST_BURST_MS;

	due = earlier(due, w->state.policy->get_due(w->state.policy->data));
	if (w->burst_began < 0)
		return due;
	/* while a burst lasts, nothing else is looked at */
	return earlier(quiet, longest);
}

static void wait_for_news(struct waiting *w)
{
	struct pollfd fds[] = {
		{ .fd = w->signal_fd, .events = POLLIN },
		{ .fd = irqkit_events_get_fd(w->events), .events = POLLIN },
		{ .fd = w->watch ? irqkit_watch_get_fd(w->watch) : -1, .events = POLLIN },
	};
	int64_t due = get_due(w);
	int64_t left;

	if (w->watchdog_ms)
		due = earlier(due, w->watchdog);
	left = due - stay_now();
	if (poll(fds, LENGTH(fds), left > 0 ? (int)left : 0) <= 0)
		return;
	if (fds[0].revents)
		take_signal(w);
	if (fds[1].revents && irqkit_events_read(w->events, take_event, w) < 0)
		begin_burst(w); /* what was lost is unknown: look at everything */
	if (fds[2].revents)
		take_writes(w);
}

/* ------------------------------------------------------------------------------- */
/* What is done                                                                    */

static void notify_status(const struct waiting *w, const char *more)
{
	char text[160];

	snprintf(text, sizeof(text),
		"%sSTATUS=%zu setting%s in force, %zu restored so far", more,
		w->state.n_settings, w->state.n_settings == 1 ? "" : "s",
		w->state.n_restored);
	notify_service(text);
}

/* "CPU 3 went offline", "eth0 was added (and 8 more events)" */
static char *describe_cause(const struct waiting *w)
{
	char *text = NULL, *escaped;

	if (!w->cause)
		return NULL;
	escaped = text_escape(w->cause);
	if (!escaped || w->n_causes < 2)
		return escaped;
	if (asprintf(&text, "%s (and %zu more event%s)", escaped, w->n_causes - 1,
		    w->n_causes == 2 ? "" : "s") < 0)
		text = NULL;
	free(escaped);
	return text;
}

static void look(struct waiting *w, bool has_event)
{
	_cleanup_free_ char *cause = has_event ? describe_cause(w) : NULL;
	int64_t since = w->burst_began < 0 ? stay_now() : w->burst_began;

	w->state.patience = since + LONGEST_BURST_MS;
	stay_round(&w->state, cause);
	if (w->state.is_put_off)
		return;
	stay_writers_clear(&w->state.writers);
	w->look = stay_now() + LOOK_MS;
	notify_status(w, "");
}

static void end_burst(struct waiting *w)
{
	look(w, w->has_event);
	if (w->state.is_put_off) {
		begin_burst(w);
		return;
	}
	w->burst_began = -1;
	if (w->has_event)
		w->aftermath = stay_now() + AFTERMATH_MS;
	w->has_event = false;
}

static void end_aftermath(struct waiting *w)
{
	look(w, true);
	if (w->state.is_put_off)
		return;
	w->aftermath = -1;
	drop_cause(w);
}

/* A period of lines with --every has ended. */
static void balance(struct waiting *w)
{
	struct stay_state *state = &w->state;
	struct irqkit_ctx *ctx = state->change->ctx;

	if (!state->policy->begin_balance(state->policy->data, ctx))
		return;
	state->is_balance = true;
	state->patience = stay_now() + LONGEST_BURST_MS;
	stay_round(state, NULL);
	state->is_balance = false;
	state->policy->end_balance(state->policy->data, ctx, state->is_put_off);
	notify_status(w, "");
}

static bool is_due(int64_t due, int64_t now)
{
	return due >= 0 && now >= due;
}

static void reload(struct waiting *w)
{
	w->reloads = false;
	notify_service("RELOADING=1");
	if (w->state.policy->reload(w->state.policy->data) == STATUS_DONE) {
		/* what the new policy says is restored, whoever changed it */
		stay_marks_release(&w->state.marks, NULL,
			stay_read_last_number(w->state.change->ctx));
		drop_cause(w);
		w->cause = strdup("The policy was read again");
		w->n_causes = 1;
		look(w, true);
		drop_cause(w);
	}
	notify_status(w, "READY=1\n");
}

static void do_what_is_due(struct waiting *w)
{
	int64_t now = stay_now();

	if (w->watchdog_ms && now >= w->watchdog) {
		notify_service("WATCHDOG=1");
		w->watchdog = now + w->watchdog_ms;
	}
	if (w->reloads)
		reload(w);
	if (now < get_due(w))
		return;
	if (w->burst_began >= 0)
		end_burst(w);
	else if (is_due(w->aftermath, now))
		end_aftermath(w);
	else if (is_due(w->look, now) || is_due(w->state.next, now))
		look(w, false);
	else
		balance(w);
}

/* ------------------------------------------------------------------------------- */
/* Start and end                                                                   */

static int64_t read_watchdog(void)
{
	const char *text = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	char *end;
	unsigned long long usec;

	if (!text || (pid && strtol(pid, NULL, 10) != (long)getpid()))
		return 0;
	usec = strtoull(text, &end, 10);
	return *text && !*end && usec >= 2000 ? (int64_t)(usec / 2000) : 0;
}

/* They are read from a descriptor; this also ends what nohup ignores. */
static int hold_signals(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGQUIT);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

static enum status say_other(const struct change *change)
{
	unsigned int number;
	int pid;

	if (irqkit_stay_find(change->ctx, &pid, &number) < 0)
		say_error("another 'irqkit apply --stay' is running");
	else
		say_error("another 'irqkit apply --stay' is running (pid %d)", pid);
	return STATUS_REFUSED;
}

/* Continues the change of a run before this one, if that was not undone. */
static void adopt(struct stay_state *state)
{
	unsigned int former = irqkit_stay_get_number(state->stay);
	struct irqkit_journal *journal;

	state->marks.released = stay_read_last_number(state->change->ctx);
	if (!former || irqkit_journal_read(state->change->ctx, &journal) < 0)
		return;
	for (size_t i = 0; i < irqkit_journal_count(journal); i++) {
		const struct irqkit_change *change = irqkit_journal_get(journal, i);

		if (irqkit_change_get_number(change) == former &&
			irqkit_change_get_state(change) == IRQKIT_CHANGE_MADE &&
			strcmp(irqkit_change_get_command(change),
				state->change->call->line) == 0)
			state->number = former;
	}
	irqkit_journal_free(journal);
}

static enum status announce(struct stay_state *state)
{
	struct change *change = state->change;
	bool is_current;
	enum status status = change_lock(change, &is_current);
	int r;

	if (status != STATUS_DONE)
		return status;
	r = irqkit_stay_new(change->lock, &state->stay);
	if (r == 0) {
		adopt(state);
		r = irqkit_stay_set_number(state->stay, state->number);
	}
	change_unlock(change);
	if (r == -EBUSY)
		return say_other(change);
	if (r < 0) {
		say_error("cannot write /run/irqkit/stay: %s", strerror(-r));
		return STATUS_REFUSED;
	}
	return STATUS_DONE;
}

static enum status start(struct waiting *w)
{
	enum status status = announce(&w->state);
	int r;

	if (status != STATUS_DONE)
		return status;
	/* before the first look, so that no event falls in between */
	r = irqkit_events_new(&w->events);
	if (r == 0)
		w->state.events_fd = irqkit_events_get_fd(w->events);
	if (r == 0)
		r = w->signal_fd = hold_signals();
	if (r < 0) {
		say_error("cannot listen to the kernel's events: %s",
			strerror(r == -1 ? errno : -r));
		return STATUS_REFUSED;
	}
	r = irqkit_watch_new(w->state.change->ctx, 0, &w->watch);
	if (r < 0)
		say_warning("changes by other programs are found only once a minute: the "
			    "kernel does not report them: %s",
			strerror(-r));
	w->watchdog_ms = read_watchdog();
	return stay_round(&w->state, NULL);
}

enum status stay_run(struct change *change, const struct stay_policy *policy)
{
	struct waiting w CLEANUP(waiting_free) = {
		.state = { .change = change,
			.policy = policy,
			.next = -1,
			.events_fd = -1,
			.is_first = true },
		.signal_fd = -1,
		.burst_began = -1,
		.aftermath = -1,
	};
	enum status status;

	change->plan_fn = policy->plan;
	change->plan_data = policy->data;
	status = start(&w);

	/* what the kernel refuses now, it may allow after the next event */
	if (status != STATUS_DONE && status != STATUS_NO_MATCH && !w.events)
		return status;
	if (status == STATUS_MISUSE)
		return status;
	w.state.is_first = false;
	w.look = stay_now() + LOOK_MS;
	notify_status(&w, "READY=1\n");
	while (!w.ends) {
		wait_for_news(&w);
		if (!w.ends)
			do_what_is_due(&w);
	}
	notify_service("STOPPING=1");
	return STATUS_DONE;
}
