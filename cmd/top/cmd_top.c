/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* irqkit top: what the interrupts and CPUs do, again and again. */
#include "base/basics.h"
#include "base/fold.h"
#include "base/output.h"
#include "base/read_number.h"
#include "base/say.h"
#include "measure/period.h"
#include "measure/signals.h"
#include "target/select.h"
#include "top/top.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define USUAL_SECONDS 2.0

static const struct option options[] = {
	{ "batch", 'b', OPTION_FLAG, offsetof(struct top_options, is_batch), NULL,
		"print a table for each period, without a screen" },
	{ "iterations", 'n', OPTION_TEXT, offsetof(struct top_options, count), "N",
		"end after N periods" },
	{ "delay", 'd', OPTION_TEXT, offsetof(struct top_options, delay), "SECONDS",
		"the length of a period (default: 2)" },
	{ "for", 0, OPTION_TEXT, offsetof(struct top_options, period), "SECONDS",
		"print one table of SECONDS: -b -n 1 -d SECONDS" },
	{ "all", 'a', OPTION_FLAG, offsetof(struct top_options, shows_all), NULL,
		"also show idle interrupts, and rows that have a name" },
	{ "weigh", 0, OPTION_TEXT, offsetof(struct top_options, weigh), "UNIT",
		"imbalance by time, packets or interrupts" },
	{ "read-only", 0, OPTION_FLAG, offsetof(struct top_options, is_read_only), NULL,
		"the screen has no keys that change something" },
	TABLE_OPTIONS(struct top_options, table),
	{ 0 },
};

/* ------------------------------------------------------------------------------- */
/* Options                                                                         */

static enum status read_seconds(const char *option, const char *word, double *ret)
{
	char *end;

	errno = 0;
	*ret = strtod(word, &end);
	if (end != word && *end == '\0' && *ret >= TOP_LEAST_SECONDS &&
		*ret <= TOP_MOST_SECONDS)
		return STATUS_DONE;
	say_error("%s takes a number of seconds from 0.1 to %u, not '%s'", option,
		TOP_MOST_SECONDS, word);
	return STATUS_MISUSE;
}

static enum status read_count(struct top_options *o)
{
	if (!o->count)
		return STATUS_DONE;
	if (read_number(o->count, strlen(o->count), UINT32_MAX, &o->n_frames) == 0 &&
		o->n_frames > 0)
		return STATUS_DONE;
	say_error("--iterations takes a number of at least 1, not '%s'", o->count);
	return STATUS_MISUSE;
}

static enum status read_weigh(struct top_options *o)
{
	o->weigh_by = IRQKIT_WEIGH_BEST;
	return !o->weigh || period_parse_weigh(o->weigh, &o->weigh_by) ? STATUS_DONE
								       : STATUS_MISUSE;
}

static enum status read_period(struct top_options *o)
{
	enum status status = STATUS_DONE;

	o->seconds = USUAL_SECONDS;
	if (o->period && (o->delay || o->count)) {
		say_error("--for=%s is one period: it cannot be combined with %s",
			o->period, o->delay ? "--delay" : "--iterations");
		return STATUS_MISUSE;
	}
	if (o->period) {
		o->is_batch = true;
		o->n_frames = 1;
		return read_seconds("--for", o->period, &o->seconds);
	}
	if (o->delay)
		status = read_seconds("--delay", o->delay, &o->seconds);
	return status == STATUS_DONE ? read_count(o) : status;
}

/* ------------------------------------------------------------------------------- */
/* Without a screen                                                                */

static struct timespec add_seconds(struct timespec time, double seconds)
{
	double whole = (double)(time_t)seconds;

	time.tv_sec += (time_t)whole;
	time.tv_nsec += (long)((seconds - whole) * 1e9);
	if (time.tv_nsec >= 1000000000) {
		time.tv_nsec -= 1000000000;
		time.tv_sec++;
	}
	return time;
}

static bool is_before(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec < b->tv_sec ||
		(a->tv_sec == b->tv_sec && a->tv_nsec < b->tv_nsec);
}

/* The end of the period that begins now, if the one before ended too late: after a stop. */
static struct timespec find_end(struct timespec last, double seconds)
{
	struct timespec end = add_seconds(last, seconds), now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return is_before(&end, &now) ? add_seconds(now, seconds) : end;
}

/* False: a signal asks the program to end, or nobody reads. */
static bool wait_until(int signal_fd, const struct timespec *end)
{
	struct pollfd fds[] = {
		{ .fd = signal_fd, .events = POLLIN },
		{ .fd = STDOUT_FILENO }, /* POLLERR: a pipe that nobody reads */
	};
	struct timespec now, left;
	int n;

	clock_gettime(CLOCK_MONOTONIC, &now);
	left = (struct timespec){ end->tv_sec - now.tv_sec, end->tv_nsec - now.tv_nsec };
	if (left.tv_nsec < 0) {
		left.tv_nsec += 1000000000;
		left.tv_sec--;
	}
	if (left.tv_sec < 0)
		left = (struct timespec){ 0 };
	n = ppoll(fds, LENGTH(fds), &left, NULL);
	return n == 0 || (n > 0 && !fds[0].revents && !(fds[1].revents & POLLERR));
}

static enum status print(const struct frame *frame, const struct call *call)
{
	return call->common.is_json ? top_print_json(frame, call)
				    : top_print_batch(frame, call);
}

static void frame_free(struct frame *frame)
{
	frame_clear(frame);
}

/* "0 of 54 interrupts fired" would be said of a machine that was saved, too. */
static void explain_standstill(const struct watching *watching, const struct frame *frame)
{
	const struct call *call = watching->call;
	const struct top_options *o = call->state;

	if (call->common.root && !watching->has_second && frame->n_active == 0 &&
		table_options_are_plain(&o->table, &call->common))
		print_sentence("A saved system with one reading stands still; a second "
			       "reading in proc.1 gives rates.\n");
}

static enum status print_frames(struct watching *watching, int signal_fd)
{
	const struct top_options *o = watching->call->state;
	struct frame frame CLEANUP(frame_free) = { 0 };
	uint64_t n = watching->has_second ? 1 : o->n_frames;
	struct timespec end;

	clock_gettime(CLOCK_MONOTONIC, &end);
	for (uint64_t i = 0; n == 0 || i < n; i++) {
		enum status status;

		end = find_end(end, o->seconds);
		if (!watching->has_second && !wait_until(signal_fd, &end))
			return STATUS_DONE;
		status = watching_next(watching, &frame);
		if (status != STATUS_DONE)
			return status;
		if (i > 0 && table_options_are_plain(&o->table, &watching->call->common))
			printf("\n");
		status = print(&frame, watching->call);
		explain_standstill(watching, &frame);
		errno = 0;
		fflush(stdout);
		if (output_has_lost_reader())
			return STATUS_DONE;
		if (status != STATUS_DONE || ferror(stdout))
			return STATUS_REFUSED; /* main() says why */
	}
	return STATUS_DONE;
}

static enum status run_batch(struct watching *watching)
{
	enum status status;
	int signal_fd;

	signal(SIGPIPE, SIG_IGN);
	signal_fd = signals_open();
	if (signal_fd < 0) {
		say_error("cannot wait: %s", strerror(-signal_fd));
		return STATUS_REFUSED;
	}
	status = print_frames(watching, signal_fd);
	close(signal_fd);
	return status;
}

/* ------------------------------------------------------------------------------- */

static enum status run(const struct call *call)
{
	struct top_options *o = call->state;
	struct watching watching CLEANUP(watching_free) = { 0 };
	enum status status = read_period(o);
	bool has_screen;

	if (status == STATUS_DONE)
		status = read_weigh(o);
	if (status == STATUS_DONE)
		status = table_check_options(top_columns, &o->table, &call->common, true);
	if (status == STATUS_DONE)
		status = watching_start(&watching, call);
	if (status != STATUS_DONE)
		return status;
	has_screen = !o->is_batch && !call->common.is_json &&
		!table_options_are_given(&o->table) && isatty(STDIN_FILENO) &&
		isatty(STDOUT_FILENO);
	return has_screen ? top_run_screen(&watching) : run_batch(&watching);
}

static void print_columns(void)
{
	columns_print(" with -b", top_columns);
}

const struct command cmd_top = {
	.name = "top",
	.args = "[OPTION...] [TARGET...]",
	.summary = "show what interrupts and CPUs do, live",
	.more = SELECT_HELP
	"\n"
	"On a terminal, a screen: F1 or h shows its keys. Elsewhere, and with -b or\n"
	"--json, a table or a document for each period.\n"
	"\n"
	"  irqkit top                            a screen, renewed every 2 seconds\n"
	"  irqkit top eth0                       only this interface\n"
	"  irqkit top --for=10                   one table, of 10 seconds\n"
	"  irqkit top -b -n 6 -d 10 >log         a minute, for a log\n"
	"  irqkit top --json | jq .imbalance     a number every 2 seconds\n",
	.print_columns = print_columns,
	.options = options,
	.state_size = sizeof(struct top_options),
	.run = run,
};
