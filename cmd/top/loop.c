/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What keys and the loop of the screen both need. */
#include "top/loop.h"
#include "base/basics.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

double loop_now(void)
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
char *loop_ask(struct screen_loop *loop, const char *question)
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

void loop_show_changes(struct screen_loop *loop)
{
	changes_start(&loop->changes, loop->watching);
	changes_take(&loop->changes, loop->watching);
}
