/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The screen of `irqkit top`: frames and keys. */
#include "base/basics.h"
#include "base/say.h"
#include "base/text.h"
#include "measure/signals.h"
#include "top/looks.h"
#include "top/loop.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool has_changed(const struct frame *frame)
{
	return !frame->is_complete || (frame->gone && frame->gone[0]) ||
		(frame->appeared && frame->appeared[0]);
}

/* False: no memory. */
static bool look_around(struct screen_loop *loop)
{
	if (has_changed(&loop->frame))
		loop->advice.is_outdated = true;
	/* also where they are not shown now: the kernel keeps only so many */
	if (loop->view.shows_changes || loop->changes.watch)
		changes_take(&loop->changes, loop->watching);
	return !advice_is_due(&loop->advice, loop_now()) ||
		advice_look(&loop->advice, &loop->frame, loop->watching->call);
}

static void take_frame(struct screen_loop *loop)
{
	loop->status = watching_next(loop->watching, &loop->frame);
	if (loop->status == STATUS_DONE &&
		(!top_view_take_frame(&loop->view) || !look_around(loop)))
		loop->status = say_no_memory();
	loop->next += loop->options->seconds;
	if (loop->next < loop_now())
		loop->next = loop_now() + loop->options->seconds;
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
	double left = loop->next - loop_now();
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
		if (!loop->view.is_frozen && loop_now() >= loop->next)
			take_frame(loop);
		if (loop->status != STATUS_DONE)
			break;
		top_view_draw(&loop->view);
		wait(loop);
		while (!loop->is_over && (key = screen_read_key()) != KEYS_NONE)
			loop_take_key(loop, key);
	}
}

static void loop_free(struct screen_loop *loop)
{
	top_view_free(&loop->view);
	advice_free(&loop->advice);
	changes_free(&loop->changes);
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
	loop.view.advice = &loop.advice;
	loop.view.changes = &loop.changes;
	loop.view.node = -1;
	loop.view.shows_idle = loop.options->shows_all;
	looks_read(&loop.view, loop.options);
	if (!screen_open(color == COLOR_ALWAYS ||
		    (color == COLOR_AUTO && !getenv("NO_COLOR"))))
		return STATUS_REFUSED;
	loop.view.is_utf8 = text_is_utf8();
	loop.next = loop_now() + loop.options->seconds;
	/* a message would stand in the middle of the screen */
	say_hold(true);
	if (loop.view.shows_changes)
		loop_show_changes(&loop);
	run_loop(&loop);
	screen_close();
	say_hold(false);
	return loop.status;
}
