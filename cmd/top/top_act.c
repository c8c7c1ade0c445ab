/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Keys that change something run the command that does it, first with --dry-run, on the
 * terminal as it is without the screen.
 */
#include "base/basics.h"
#include "base/grow.h"
#include "base/options.h"
#include "base/say.h"
#include "base/text.h"
#include "top/loop.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct command *find_command(const struct call *call, const char *name)
{
	for (size_t i = 0; call->commands[i]; i++)
		if (strcmp(call->commands[i]->name, name) == 0)
			return call->commands[i];
	return NULL;
}

static enum status run_words(struct screen_loop *loop, const char *const *words, size_t n)
{
	const struct call *call = loop->watching->call;
	const struct command *command = find_command(call, words[0]);
	_cleanup_free_ const char **line = calloc(n + 3, sizeof(*line));
	size_t n_line = 0;
	struct call inner;
	enum status status = STATUS_MISUSE;

	if (!command || !line)
		return status;
	line[n_line++] = words[0];
	if (call->common.root) {
		line[n_line++] = "--root";
		line[n_line++] = call->common.root;
	}
	for (size_t i = 1; i < n; i++)
		line[n_line++] = words[i];
	if (options_parse(command, (int)n_line, line, &inner, &status)) {
		inner.commands = call->commands;
		status = command->run(&inner);
	}
	options_free(&inner);
	fflush(stdout);
	return status;
}

static void print_line(const char *const *words, size_t n)
{
	printf("\n$ irqkit");
	for (size_t i = 0; i < n; i++) {
		_cleanup_free_ char *word = text_quote(words[i]);

		printf(" %s", word ? word : words[i]);
	}
	printf("\n");
	fflush(stdout);
}

/* The first character of a line that is typed, or 0. Returns early for a signal. */
static char read_answer(struct screen_loop *loop)
{
	struct pollfd fds[] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = loop->signal_fd, .events = POLLIN },
	};
	char line[64];
	ssize_t n;

	fflush(stdout);
	while (poll(fds, LENGTH(fds), -1) < 0 && errno == EINTR)
		;
	if (fds[1].revents) {
		loop->is_over = true;
		return 0;
	}
	n = read(STDIN_FILENO, line, sizeof(line));
	if (n <= 0)
		loop->is_over = true;
	return n > 0 ? line[0] : 0;
}

/* The terminal as it is without the screen. */
static void leave_screen(void)
{
	screen_leave();
	say_hold(false);
}

static void return_to_screen(struct screen_loop *loop)
{
	if (!loop->is_over) {
		printf("\nEnter goes back to the screen. ");
		read_answer(loop);
	}
	say_hold(true);
	screen_return();
	loop->advice.is_outdated = true;
}

/* Shows the plan, asks, and does it. */
static void act(struct screen_loop *loop, const char *const *words, size_t n)
{
	_cleanup_free_ const char **plan = calloc(n + 1, sizeof(*plan));
	enum status status;

	if (!plan)
		return;
	leave_screen();
	plan[0] = words[0];
	plan[1] = "--dry-run";
	memcpy(plan + 2, words + 1, (n - 1) * sizeof(*words));
	print_line(words, n);
	status = run_words(loop, plan, n + 1);
	if (status == STATUS_DONE) {
		char answer;

		printf("\nDo this? y/N ");
		answer = read_answer(loop);
		if (answer == 'y' || answer == 'Y')
			run_words(loop, words, n);
	}
	return_to_screen(loop);
}

/* Only shows something. */
static void show(struct screen_loop *loop, const char *const *words, size_t n)
{
	leave_screen();
	print_line(words, n);
	run_words(loop, words, n);
	return_to_screen(loop);
}

static bool may_act(struct screen_loop *loop)
{
	const struct call *call = loop->watching->call;
	struct top_view *view = &loop->view;

	if (loop->options->is_read_only)
		snprintf(
			view->message, sizeof(view->message), "this screen is read-only");
	else if (!call->common.root && geteuid() != 0)
		snprintf(view->message, sizeof(view->message),
			"only root can change this: run 'sudo irqkit top'");
	else
		return true;
	return false;
}

/* ------------------------------------------------------------------------------- */
/* What each key does                                                              */

/* Words of a command line that is made of the rows. */
struct line {
	const char *
		*words; /* owned array; the texts belong to the frame, or are static */
	size_t n, room;
};

static void line_free(struct line *line)
{
	free(line->words);
}

static bool line_has(const struct line *line, size_t first, const char *word)
{
	for (size_t i = first; i < line->n; i++)
		if (strcmp(line->words[i], word) == 0)
			return true;
	return false;
}

static bool line_add(struct line *line, const char *word)
{
	if (!MAKE_ROOM(line->words, line->n, line->room))
		return false;
	line->words[line->n++] = word;
	return true;
}

/* What a row is about: its device, or the interrupt. */
static const char *find_target(const struct frame_row *row, bool takes_device)
{
	return takes_device && row->device ? irqkit_device_get_name(row->device)
					   : irqkit_interrupt_get_label(row->interrupt);
}

/* The marked rows, each target once. False: there are none, or no memory. */
static bool line_add_marked(
	struct line *line, const struct top_view *view, bool takes_devices)
{
	_cleanup_free_ struct frame_row **rows = NULL;
	size_t n, first = line->n;

	rows = top_view_get_marked(view, &n);
	if (!rows || n == 0)
		return false;
	/* the name of an interface may begin with a hyphen, as an option does */
	for (size_t i = 0; i < n; i++)
		if (find_target(rows[i], takes_devices)[0] == '-') {
			if (!line_add(line, "--"))
				return false;
			first = line->n;
			break;
		}
	for (size_t i = 0; i < n; i++) {
		const char *target = find_target(rows[i], takes_devices);

		if (!line_has(line, first, target) && !line_add(line, target))
			return false;
	}
	return true;
}

void loop_act_on_devices(struct screen_loop *loop, const char *command, bool is_auto)
{
	struct line line CLEANUP(line_free) = { 0 };

	if (!may_act(loop) || !line_add(&line, command) ||
		(is_auto && !line_add(&line, "--auto")))
		return;
	if (line_add_marked(&line, &loop->view, true))
		act(loop, line.words, line.n);
}

void loop_pin(struct screen_loop *loop)
{
	struct line line CLEANUP(line_free) = { 0 };
	_cleanup_free_ char *cpus = NULL, *option = NULL;

	if (!may_act(loop) || !top_view_get_chosen(&loop->view))
		return;
	cpus = loop_ask(loop, "pin to CPUs");
	if (!cpus || !*cpus || asprintf(&option, "--cpus=%s", cpus) < 0)
		return;
	if (line_add(&line, "set") && line_add(&line, option) &&
		line_add_marked(&line, &loop->view, false))
		act(loop, line.words, line.n);
}

/* The device whose queues all @rows serve; NULL: there is none, and @view says why. */
static const char *find_queue_device(
	struct top_view *view, struct frame_row *const *rows, size_t n)
{
	const char *device = NULL;

	for (size_t i = 0; i < n; i++) {
		if (!top_get_queues(rows[i])) {
			snprintf(view->message, sizeof(view->message),
				"interrupt %.20s serves no queue of a network interface",
				irqkit_interrupt_get_label(rows[i]->interrupt));
			return NULL;
		}
		if (rows[i]->device != rows[0]->device) {
			snprintf(view->message, sizeof(view->message),
				"the tagged interrupts belong to several interfaces");
			return NULL;
		}
		device = irqkit_device_get_name(rows[i]->device);
	}
	return device;
}

/* QUEUE=SET, each once. */
struct assignments {
	char **texts; /* owned, and each */
	size_t n, room;
};

static void assignments_free(struct assignments *assignments)
{
	for (size_t i = 0; i < assignments->n; i++)
		free(assignments->texts[i]);
	free(assignments->texts);
}

static bool assign(struct assignments *assignments, struct frame_row *row,
	const char *cpus, struct line *line)
{
	for (char **queue = top_get_queues(row); queue && *queue; queue++) {
		char **text;

		if (!MAKE_ROOM(assignments->texts, assignments->n, assignments->room))
			return false;
		text = &assignments->texts[assignments->n];
		if (asprintf(text, "%s=%s", *queue, cpus) < 0)
			return false;
		assignments->n++;
		if (!line_has(line, 1, *text) && !line_add(line, *text))
			return false;
	}
	return true;
}

void loop_pin_queue(struct screen_loop *loop)
{
	struct assignments assignments CLEANUP(assignments_free) = { 0 };
	struct line line CLEANUP(line_free) = { 0 };
	_cleanup_free_ struct frame_row **rows = NULL;
	_cleanup_free_ char *cpus = NULL;
	const char *device;
	size_t n = 0;

	if (!may_act(loop))
		return;
	rows = top_view_get_marked(&loop->view, &n);
	device = rows ? find_queue_device(&loop->view, rows, n) : NULL;
	if (!device)
		return;
	cpus = loop_ask(loop, "pin the queue to CPUs");
	if (!cpus || !*cpus || !line_add(&line, "pin-queue") ||
		(device[0] == '-' && !line_add(&line, "--")) || !line_add(&line, device))
		return;
	for (size_t i = 0; i < n; i++)
		if (!assign(&assignments, rows[i], cpus, &line))
			return;
	act(loop, line.words, line.n);
}

void loop_undo(struct screen_loop *loop)
{
	static const char *const words[] = { "undo" };

	if (may_act(loop))
		act(loop, words, 1);
}

void loop_fix(struct screen_loop *loop)
{
	struct top_view *view = &loop->view;
	const struct advice_item *item = view->finding < loop->advice.n
		? &loop->advice.items[view->finding]
		: NULL;

	if (!item)
		return;
	if (item->n_words == 0)
		snprintf(view->message, sizeof(view->message),
			"no irqkit command fixes this finding");
	else if (!item->is_fixable)
		show(loop, (const char *const *)item->words, item->n_words);
	else if (may_act(loop))
		act(loop, (const char *const *)item->words, item->n_words);
}
