/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* irqkit who: who changes affinities, live. */
#include "base/basics.h"
#include "base/options.h"
#include "base/output.h"
#include "base/read_number.h"
#include "base/say.h"
#include "measure/open_machine.h"
#include "measure/signals.h"
#include "target/select.h"
#include "who/filter.h"
#include "who/who_line.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MAX_SECONDS 31536000u /* a year */

struct who_options {
	const char *seconds;
	bool has_no_trace;
};

static const struct option options[] = {
	{ "for", 0, OPTION_TEXT, offsetof(struct who_options, seconds), "SECONDS",
		"end after this time" },
	{ "no-trace", 0, OPTION_FLAG, offsetof(struct who_options, has_no_trace), NULL,
		"set no probes in the kernel" },
	{ 0 },
};

struct who {
	const struct call *call;
	struct irqkit_watch *watch; /* owned */
	struct filter filter;
	int signal_fd; /* owned; readable if the program is asked to end */
	bool has_end;
	int64_t end; /* in milliseconds of CLOCK_MONOTONIC */
};

/* ------------------------------------------------------------------------------- */
/* Start                                                                           */

static enum status check_words(const struct call *call, unsigned int *ret_seconds)
{
	const struct who_options *o = call->state;
	uint64_t number = 0;

	if (call->common.root) {
		say_error("who shows what happens on the running system and cannot be "
			  "combined with --root");
		return STATUS_MISUSE;
	}
	if (o->seconds &&
		(read_number(o->seconds, strlen(o->seconds), MAX_SECONDS, &number) < 0 ||
			!number)) {
		say_error("--for takes a number of seconds from 1 to %u, not '%s'",
			MAX_SECONDS, o->seconds);
		return STATUS_MISUSE;
	}
	*ret_seconds = (unsigned int)number;
	return STATUS_DONE;
}

static enum status say_no_watch(int r)
{
	if (r == -EPERM && geteuid() != 0)
		say_error("only root can see who changes settings: run 'sudo irqkit "
			  "who'");
	else if (r == -EPERM)
		say_error("cannot see who changes settings: this container does not "
			  "allow fanotify");
	else if (r == -ENOSYS || r == -EINVAL)
		say_error("cannot see who changes settings: this kernel has no fanotify "
			  "for whole file systems (Linux 4.20)");
	else if (r == -ENOENT)
		say_error("cannot see who changes settings: /proc or /sys is not "
			  "mounted");
	else
		say_error("cannot see who changes settings: %s", strerror(-r));
	return STATUS_REFUSED;
}

static const char *describe_trace_error(int r)
{
	switch (r) {
	case -ENOENT:
		return "tracefs is not mounted ('mount -t tracefs tracefs "
		       "/sys/kernel/tracing' mounts it)";
	case -EOPNOTSUPP:
		return "this kernel has no kprobe events";
	case -EPERM:
	case -EACCES:
		return "this container, or lockdown=confidentiality, forbids it";
	default:
		return strerror(-r);
	}
}

/* What the user would otherwise take for "nothing happened". */
static void say_start(const struct who *who)
{
	const struct who_options *o = who->call->state;
	int r = irqkit_watch_get_trace_error(who->watch);

	if (r < 0)
		say_warning("no probes in the kernel: %s", describe_trace_error(r));
	if (r < 0 || o->has_no_trace)
		say_warning("not shown: what a driver changes without an announcement, "
			    "and writes through another /proc, as in a container");
	if (who->call->common.is_quiet || who->call->common.is_json)
		return;
	printf("Changes from now on; what happened before is not known. Ctrl-C ends.\n");
	fflush(stdout);
}

static int64_t now_in_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static enum status start(
	struct who *who, struct irqkit_machine *machine, unsigned int seconds)
{
	const struct who_options *o = who->call->state;
	enum status status = filter_start(&who->filter, machine, who->call);
	int r;

	if (status != STATUS_DONE)
		return status;
	/* From here on nothing may end the program before the probes are removed. */
	signal(SIGPIPE, SIG_IGN);
	who->signal_fd = signals_open();
	if (who->signal_fd < 0)
		return say_no_watch(who->signal_fd);
	r = irqkit_watch_new(irqkit_machine_get_ctx(machine),
		o->has_no_trace ? IRQKIT_WATCH_KERNEL : IRQKIT_WATCH_TRACE, &who->watch);
	if (r < 0)
		return say_no_watch(r);
	who->has_end = seconds > 0;
	who->end = now_in_ms() + (int64_t)seconds * 1000;
	say_start(who);
	return STATUS_DONE;
}

/* ------------------------------------------------------------------------------- */
/* The loop                                                                        */

static enum status print(struct who *who, const struct irqkit_watched *watched)
{
	_cleanup_free_ char *name = NULL;
	int irq = irqkit_watched_get_irq(watched);

	if (!filter_has(&who->filter, watched))
		return STATUS_DONE;
	if (irq >= 0)
		name = filter_name_irq(&who->filter, irq);
	return who_line_print(watched, name, who->call->common.is_json);
}

/* *ret_is_over: nobody reads on. */
static enum status print_all(struct who *who, bool *ret_is_over)
{
	const struct irqkit_watched *watched;
	enum status status = STATUS_DONE;
	int r = 0;

	while (status == STATUS_DONE && !*ret_is_over &&
		(r = irqkit_watch_next(who->watch, &watched)) > 0) {
		status = print(who, watched);
		errno = 0;
		fflush(stdout);
		if (output_has_lost_reader())
			*ret_is_over = true;
		else if (ferror(stdout))
			return STATUS_REFUSED; /* main() says why */
	}
	if (status == STATUS_DONE && r < 0) {
		say_error("cannot see who changes settings: %s", strerror(-r));
		return STATUS_REFUSED;
	}
	return status;
}

static int time_left(const struct who *who)
{
	int64_t left = who->end - now_in_ms();

	if (!who->has_end)
		return -1;
	if (left > INT32_MAX)
		return INT32_MAX;
	return left > 0 ? (int)left : 0;
}

static enum status watch(struct who *who)
{
	enum status status = STATUS_DONE;
	bool is_over = false;

	while (status == STATUS_DONE && !is_over) {
		struct pollfd fds[] = {
			{ .fd = irqkit_watch_get_fd(who->watch), .events = POLLIN },
			{ .fd = who->signal_fd, .events = POLLIN },
			{ .fd = STDOUT_FILENO }, /* POLLERR: a pipe that nobody reads */
		};
		int n = poll(fds, LENGTH(fds), time_left(who));

		status = print_all(who, &is_over);
		if (n > 0 && (fds[1].revents || fds[2].revents & POLLERR))
			break;
		if (who->has_end && time_left(who) == 0)
			break;
	}
	return status;
}

static void who_free(struct who *who)
{
	irqkit_watch_free(who->watch);
	filter_free(&who->filter);
	if (who->signal_fd >= 0)
		close(who->signal_fd);
}

static enum status run_on(
	const struct call *call, struct irqkit_machine *machine, unsigned int seconds)
{
	struct who who CLEANUP(who_free) = { .call = call, .signal_fd = -1 };
	enum status status = start(&who, machine, seconds);

	return status == STATUS_DONE ? watch(&who) : status;
}

static enum status run(const struct call *call)
{
	struct irqkit_machine *machine = NULL;
	struct irqkit_ctx *ctx = NULL;
	unsigned int seconds = 0;
	enum status status = check_words(call, &seconds);

	if (status == STATUS_DONE)
		status = machine_open(call, &ctx);
	if (status == STATUS_DONE)
		status = machine_new_totals(ctx, &machine);
	if (status == STATUS_DONE)
		status = run_on(call, machine, seconds);
	irqkit_machine_free(machine);
	irqkit_ctx_free(ctx);
	return status;
}

const struct command cmd_who = {
	.name = "who",
	.args = "[OPTION...] [TARGET...]",
	.summary = "show who changes affinities, live",
	.more = SELECT_HELP
	"\n"
	"Shows each change from now on: which process wrote the affinity of an\n"
	"interrupt, RPS or XPS of a queue or the state of a CPU, or why the kernel\n"
	"changed one itself. Needs root. Ctrl-C ends.\n"
	"\n"
	"  irqkit who                      all changes\n"
	"  irqkit who eth1                 only of this interface\n"
	"  irqkit who --for=60 --json      for a minute, a line of JSON for each\n",
	.lacks = "root",
	.options = options,
	.state_size = sizeof(struct who_options),
	.run = run,
};
