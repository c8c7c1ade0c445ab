/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The screen of `irqkit top`: frames and keys. A key that changes something runs the command
 * that does it, first with --dry-run, on the terminal as it is without the screen.
 */
#include "base/basics.h"
#include "base/options.h"
#include "base/say.h"
#include "base/text.h"
#include "measure/signals.h"
#include "top/view.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MOST_WORDS 8u
#define SHORTEST 0.5
#define LONGEST 60.0

struct screen_loop {
	struct top_view view;
	struct frame frame;
	struct watching *watching;
	struct top_options *options;
	double next; /* when the next frame is due; by the monotonic clock, in seconds */
	int signal_fd;
	bool is_over;
	enum status status;
};

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* ------------------------------------------------------------------------------- */
/* Lines that the user types                                                       */

/* Waits for a key; KEYS_NONE: a signal asks the program to end. */
static int wait_for_key(struct screen_loop *loop)
{
	int key;

	while ((key = screen_read_key()) == KEYS_NONE) {
		struct pollfd fds[] = {
			{ .fd = STDIN_FILENO, .events = POLLIN },
			{ .fd = loop->signal_fd, .events = POLLIN },
		};
		int n = poll(fds, LENGTH(fds), -1);

		if (n > 0 && (fds[1].revents || (fds[0].revents & ~POLLIN))) {
			loop->is_over = true;
			return KEYS_NONE;
		}
	}
	return key;
}

/* NULL: the user went back, or there is no memory. */
static char *ask(struct screen_loop *loop, const char *question)
{
	struct top_view *view = &loop->view;
	char answer[128] = "";
	size_t len = 0;

	for (;;) {
		int key;

		snprintf(view->message, sizeof(view->message), "%s: %s_", question,
			answer);
		top_view_draw(view);
		key = wait_for_key(loop);
		view->message[0] = '\0';
		if (key == KEYS_NONE || key == KEYS_ESCAPE)
			return NULL;
		if (key == KEYS_ENTER)
			return strdup(answer);
		if (key == KEYS_BACKSPACE && len > 0)
			answer[--len] = '\0';
		if (key >= ' ' && key < 0x7f && len + 1 < sizeof(answer)) {
			answer[len++] = (char)key;
			answer[len] = '\0';
		}
	}
}

/* ------------------------------------------------------------------------------- */
/* Commands                                                                        */

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
	const char *line[MOST_WORDS + 4];
	size_t n_line = 0;
	struct call inner;
	enum status status = STATUS_MISUSE;

	if (!command)
		return status;
	line[n_line++] = words[0];
	if (call->common.root) {
		line[n_line++] = "--root";
		line[n_line++] = call->common.root;
	}
	for (size_t i = 1; i < n; i++)
		line[n_line++] = words[i];
	line[n_line] = NULL;
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

/* Shows the plan, asks, and does it. @words: a command and up to MOST_WORDS - 1 others */
static void act(struct screen_loop *loop, const char **words, size_t n)
{
	const char *plan[MOST_WORDS + 1] = { words[0], "--dry-run" };
	enum status status;

	screen_leave();
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
	if (!loop->is_over) {
		printf("\nEnter goes back to the screen. ");
		read_answer(loop);
	}
	screen_return();
}

/* Only shows something. */
static void show(struct screen_loop *loop, const char **words, size_t n)
{
	screen_leave();
	print_line(words, n);
	run_words(loop, words, n);
	printf("\nEnter goes back to the screen. ");
	read_answer(loop);
	screen_return();
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

static void act_on_device(struct screen_loop *loop, const char *command, bool is_auto)
{
	_cleanup_free_ char *target = top_view_get_target(&loop->view);
	const char *words[MOST_WORDS] = { command };
	size_t n = 1;

	if (!may_act(loop) || !target)
		return;
	if (is_auto)
		words[n++] = "--auto";
	/* the name of an interface may begin with a hyphen, as an option does */
	if (target[0] == '-')
		words[n++] = "--";
	words[n++] = target;
	act(loop, words, n);
}

static void pin(struct screen_loop *loop)
{
	const struct frame_row *row = top_view_get_chosen(&loop->view);
	_cleanup_free_ char *label = NULL, *cpus = NULL, *option = NULL;

	if (!may_act(loop) || !row)
		return;
	label = strdup(irqkit_interrupt_get_label(row->interrupt));
	cpus = label ? ask(loop, "pin to CPUs") : NULL;
	if (cpus && *cpus && asprintf(&option, "--cpus=%s", cpus) >= 0) {
		const char *words[MOST_WORDS] = { "set", label, option };

		act(loop, words, 3);
	}
}

static void undo(struct screen_loop *loop)
{
	const char *words[MOST_WORDS] = { "undo" };

	if (may_act(loop))
		act(loop, words, 1);
}

static void run_doctor(struct screen_loop *loop)
{
	const char *words[MOST_WORDS] = { "doctor" };

	if (find_command(loop->watching->call, "doctor"))
		show(loop, words, 1);
}

/* ------------------------------------------------------------------------------- */
/* Keys                                                                            */

static void find_next(struct top_view *view)
{
	for (size_t i = 1; view->find && i <= view->n_list; i++) {
		size_t at = (view->cursor + i) % view->n_list;
		_cleanup_free_ char *name = top_view_get_name(view->list[at]);
		const struct irqkit_device *device = view->list[at]->device;

		if ((name && strcasestr(name, view->find)) ||
			(device &&
				strcasestr(irqkit_device_get_name(device), view->find))) {
			top_view_move_cursor(view, (long)at - (long)view->cursor);
			return;
		}
	}
	if (view->find)
		snprintf(view->message, sizeof(view->message), "no row has '%.60s'",
			view->find);
	else
		snprintf(view->message, sizeof(view->message),
			"nothing to find yet: / asks for a name");
}

static void find(struct screen_loop *loop)
{
	char *text = ask(loop, "find");

	if (!text)
		return;
	free(loop->view.find);
	loop->view.find = text;
	find_next(&loop->view);
}

static void filter(struct screen_loop *loop)
{
	char *text = ask(loop, "show only");

	if (!text)
		return;
	free(loop->view.filter);
	loop->view.filter = text;
}

static void change_period(struct screen_loop *loop, double factor)
{
	double seconds = loop->options->seconds * factor;

	if (seconds < SHORTEST)
		seconds = SHORTEST;
	if (seconds > LONGEST)
		seconds = LONGEST;
	loop->options->seconds = seconds;
	snprintf(loop->view.message, sizeof(loop->view.message), "a period is %g s",
		seconds);
}

static void sort_by(struct top_view *view, enum view_sort sort)
{
	view->sort = sort;
	view->is_inverted = false;
}

/* Keys that move; false: it is another one. */
static bool move(struct top_view *view, int key)
{
	long page = view->rows > 12 ? (long)view->rows - 12 : 1;

	switch (key) {
	case KEYS_UP:
	case 'k':
		top_view_move_cursor(view, -1);
		return true;
	case KEYS_DOWN:
	case 'j':
		top_view_move_cursor(view, 1);
		return true;
	case KEYS_PAGE_UP:
		top_view_move_cursor(view, -page);
		return true;
	case KEYS_PAGE_DOWN:
		top_view_move_cursor(view, page);
		return true;
	case KEYS_HOME:
		top_view_move_cursor(view, -(long)view->n_list);
		return true;
	case KEYS_END:
		top_view_move_cursor(view, (long)view->n_list);
		return true;
	default:
		return false;
	}
}

/* Keys that change what is shown; false: it is another one. */
static bool look(struct screen_loop *loop, int key)
{
	struct top_view *view = &loop->view;

	switch (key) {
	case KEYS_F1:
	case 'h':
	case '?':
		view->page = PAGE_HELP;
		return true;
	case KEYS_ENTER:
		view->page = PAGE_INTERRUPT;
		return true;
	case KEYS_F1 + 2:
	case '/':
		find(loop);
		return true;
	case 'n':
		find_next(view);
		return true;
	case KEYS_F1 + 3:
	case '\\':
		filter(loop);
		return true;
	case KEYS_F1 + 4:
	case 'a':
		view->shows_totals = !view->shows_totals;
		return true;
	case 'z':
		view->shows_idle = !view->shows_idle;
		return true;
	case 'Z':
		view->is_frozen = !view->is_frozen;
		loop->next = now();
		return true;
	case 's':
		view->shows_softirqs = !view->shows_softirqs;
		return true;
	case 'c':
		view->cells = (view->cells + 1) % N_CELLS;
		return true;
	case 'g':
		view->group = (view->group + 1) % N_GROUPS;
		return true;
	case '+':
		change_period(loop, 2);
		return true;
	case '-':
		change_period(loop, 0.5);
		return true;
	default:
		return false;
	}
}

static bool sort(struct top_view *view, int key)
{
	switch (key) {
	case KEYS_F1 + 5:
	case '>':
		sort_by(view, (view->sort + 1) % N_SORTS);
		return true;
	case '<':
		sort_by(view, (view->sort + N_SORTS - 1) % N_SORTS);
		return true;
	case 'i':
		sort_by(view, SORT_IRQ);
		return true;
	case 't':
		sort_by(view, SORT_TIME);
		return true;
	case 'r':
		sort_by(view, SORT_RATE);
		return true;
	case 'N':
		sort_by(view, SORT_NAME);
		return true;
	case 'I':
		view->is_inverted = !view->is_inverted;
		return true;
	default:
		return false;
	}
}

static void change(struct screen_loop *loop, int key)
{
	switch (key) {
	case 'P':
		pin(loop);
		break;
	case 'S':
		act_on_device(loop, "spread", false);
		break;
	case 'R':
		act_on_device(loop, "rps", true);
		break;
	case 'X':
		act_on_device(loop, "xps", true);
		break;
	case 'U':
		undo(loop);
		break;
	case 'D':
		run_doctor(loop);
		break;
	default:
		break;
	}
}

static void take_key(struct screen_loop *loop, int key)
{
	struct top_view *view = &loop->view;

	view->message[0] = '\0';
	if (key == KEYS_RESIZE)
		return;
	if (key == 'q' || key == KEYS_F1 + 9) {
		loop->is_over = true;
		return;
	}
	if (view->page == PAGE_HELP ||
		(view->page == PAGE_INTERRUPT &&
			(key == KEYS_BACKSPACE || key == KEYS_ESCAPE ||
				key == KEYS_ENTER))) {
		view->page = PAGE_MAIN;
		return;
	}
	if (!loop->frame.load)
		return;
	if (!move(view, key) && !look(loop, key) && !sort(view, key))
		change(loop, key);
	if (!top_view_take_frame(view))
		loop->status = say_no_memory();
}

/* ------------------------------------------------------------------------------- */
/* The loop                                                                        */

static void take_frame(struct screen_loop *loop)
{
	loop->status = watching_next(loop->watching, &loop->frame);
	if (loop->status == STATUS_DONE && !top_view_take_frame(&loop->view))
		loop->status = say_no_memory();
	loop->next += loop->options->seconds;
	if (loop->next < now())
		loop->next = now() + loop->options->seconds;
	/* a saved system has one frame */
	if (loop->watching->has_second)
		loop->view.is_frozen = true;
}

static void wait(struct screen_loop *loop)
{
	struct pollfd fds[] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = loop->signal_fd, .events = POLLIN },
	};
	double left = loop->next - now();
	int n = poll(fds, LENGTH(fds),
		loop->view.is_frozen ? -1
			: left > 0   ? (int)(left * 1000) + 1
				     : 0);

	/* the terminal is gone, or a signal asks the program to end */
	if (n > 0 && (fds[1].revents || (fds[0].revents & ~POLLIN)))
		loop->is_over = true;
}

static void run_loop(struct screen_loop *loop)
{
	int key;

	if (loop->watching->has_second)
		loop->next = 0;
	while (!loop->is_over && loop->status == STATUS_DONE) {
		if (!loop->view.is_frozen && now() >= loop->next)
			take_frame(loop);
		if (loop->status != STATUS_DONE)
			break;
		top_view_draw(&loop->view);
		wait(loop);
		while (!loop->is_over && (key = screen_read_key()) != KEYS_NONE)
			take_key(loop, key);
	}
}

static void loop_free(struct screen_loop *loop)
{
	top_view_free(&loop->view);
	frame_clear(&loop->frame);
	if (loop->signal_fd >= 0)
		close(loop->signal_fd);
}

enum status top_run_screen(struct watching *watching)
{
	struct screen_loop loop CLEANUP(loop_free) = {
		.watching = watching,
		.options = watching->call->state,
		.signal_fd = signals_open(),
	};
	enum color color = watching->call->common.color;

	if (loop.signal_fd < 0) {
		say_error("cannot wait: %s", strerror(-loop.signal_fd));
		return STATUS_REFUSED;
	}
	loop.view.watching = watching;
	loop.view.frame = &loop.frame;
	loop.view.shows_idle = loop.options->shows_all;
	if (!screen_open(color == COLOR_ALWAYS ||
		    (color == COLOR_AUTO && !getenv("NO_COLOR"))))
		return STATUS_REFUSED;
	loop.view.is_utf8 = text_is_utf8();
	loop.next = now() + loop.options->seconds;
	run_loop(&loop);
	screen_close();
	return loop.status;
}
