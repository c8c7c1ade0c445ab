/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The screen while it runs:
 *
 *	period --watching.c--> frame --view*.c--> screen
 *	key --top_keys.c--> how the frame is shown, or --top_act.c--> a command
 */
#ifndef CMD_TOP_LOOP_H
#define CMD_TOP_LOOP_H

#include "top/view.h"

struct screen_loop {
	struct top_view view;
	struct frame frame;
	struct advice advice;
	struct changes changes;
	struct watching *watching;
	struct top_options *options;
	double next; /* when the next frame is due; by the monotonic clock, in seconds */
	int signal_fd;
	bool is_over;
	enum status status;
};

/* By the monotonic clock, in seconds. */
double loop_now(void);

/* A line that the user types. NULL: the user went back, or there is no memory. */
char *loop_ask(struct screen_loop *loop, const char *question);

/* Begins to note changes of settings, and takes what was seen. */
void loop_show_changes(struct screen_loop *loop);

/* top_keys.c */
void loop_take_key(struct screen_loop *loop, int key);

/* top_act.c: each shows its plan on the terminal without the screen, and asks. */
void loop_act_on_devices(struct screen_loop *loop, const char *command, bool is_auto);
void loop_pin(struct screen_loop *loop);
/* The queues that the interrupts serve. */
void loop_pin_queue(struct screen_loop *loop);
void loop_undo(struct screen_loop *loop);
/* The fix of the finding under the cursor. */
void loop_fix(struct screen_loop *loop);

#endif
