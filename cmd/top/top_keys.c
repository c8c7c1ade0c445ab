/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the keys do. */
#include "base/basics.h"
#include "base/read_number.h"
#include "base/say.h"
#include "top/looks.h"
#include "top/loop.h"

#include <stdio.h>
#include <string.h>

#define SHORTEST 0.5 /* seconds */
#define LONGEST 60.0

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
	char *text = loop_ask(loop, "find");

	if (!text)
		return;
	free(loop->view.find);
	loop->view.find = text;
	find_next(&loop->view);
}

static void filter(struct screen_loop *loop)
{
	char *text = loop_ask(loop, "show only");

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

/* The same key again shows the interrupts. */
static void show_table(struct top_view *view, enum view_table table)
{
	view->table = view->table == table ? TABLE_INTERRUPTS : table;
}

/* ------------------------------------------------------------------------------- */
/* CPUs and nodes                                                                  */

static void show_node(struct screen_loop *loop)
{
	struct top_view *view = &loop->view;
	struct irqkit_topology *topology = irqkit_machine_get_topology(
		loop->frame.machine);
	_cleanup_free_ char *word = loop_ask(loop, "only the CPUs of node");
	uint64_t node;

	if (!word || !*word)
		return;
	if (read_number(word, strlen(word), INT32_MAX, &node) < 0) {
		snprintf(view->message, sizeof(view->message),
			"a node is a number, not '%.60s'", word);
		return;
	}
	for (size_t i = 0; i < loop->frame.n_cpus; i++)
		if (irqkit_topology_get_node(topology, loop->frame.cpus[i].number) ==
			(int)node) {
			view->node = (int)node;
			view->group = GROUP_AUTO;
			return;
		}
	snprintf(view->message, sizeof(view->message), "node %.20s has no CPUs", word);
}

static bool choose_cpus(struct screen_loop *loop, int key)
{
	struct top_view *view = &loop->view;

	switch (key) {
	case '1':
	case '2':
		view->group = key == '1' ? GROUP_AUTO : GROUP_NODE;
		view->node = -1;
		return true;
	case '3':
		show_node(loop);
		return true;
	default:
		return false;
	}
}

/* ------------------------------------------------------------------------------- */
/* Tags                                                                            */

static bool tag(struct top_view *view, int key)
{
	struct frame_row *row = top_view_get_chosen(view);

	if (key == 'u') {
		top_view_clear_tags(view);
		return true;
	}
	if (key != ' ')
		return false;
	if (row && row->past && view->table == TABLE_INTERRUPTS) {
		row->past->is_tagged = !row->past->is_tagged;
		top_view_move_cursor(view, 1);
	}
	return true;
}

/* ------------------------------------------------------------------------------- */

/* Keys that change what is shown; false: it is another one. */
static bool look(struct screen_loop *loop, int key)
{
	struct top_view *view = &loop->view;

	switch (key) {
	case KEYS_F1:
	case 'h':
	case '?':
		view->page = PAGE_HELP;
		view->help_top = 0;
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
		loop->next = loop_now();
		return true;
	case 's':
		show_table(view, TABLE_SOFTIRQS);
		return true;
	case 'b':
		show_table(view, TABLE_SOFTNET);
		return true;
	case 'w':
		view->shows_changes = !view->shows_changes;
		if (view->shows_changes)
			loop_show_changes(loop);
		return true;
	case 'D':
		view->page = PAGE_FINDINGS;
		view->finding = 0;
		return true;
	case 'W':
		looks_write(view, loop->options);
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
		loop_pin(loop);
		break;
	case 'Q':
		loop_pin_queue(loop);
		break;
	case 'S':
		loop_act_on_devices(loop, "spread", false);
		break;
	case 'R':
		loop_act_on_devices(loop, "rps", true);
		break;
	case 'X':
		loop_act_on_devices(loop, "xps", true);
		break;
	case 'U':
		loop_undo(loop);
		break;
	default:
		break;
	}
}

/* ------------------------------------------------------------------------------- */
/* Pages                                                                           */

static bool goes_back(int key)
{
	return key == KEYS_BACKSPACE || key == KEYS_ESCAPE;
}

static void take_help_key(struct top_view *view)
{
	if (top_view_has_more_help(view))
		view->help_top += view->rows - 1;
	else
		view->page = PAGE_MAIN;
}

static void take_finding_key(struct screen_loop *loop, int key)
{
	struct top_view *view = &loop->view;

	if (goes_back(key) || key == 'D')
		view->page = PAGE_MAIN;
	else if (key == KEYS_ENTER)
		loop_fix(loop);
	else if ((key == KEYS_DOWN || key == 'j') && view->finding + 1 < loop->advice.n)
		view->finding++;
	else if ((key == KEYS_UP || key == 'k') && view->finding > 0)
		view->finding--;
	else if (key == KEYS_HOME)
		view->finding = 0;
	else if (key == KEYS_END && loop->advice.n)
		view->finding = loop->advice.n - 1;
}

static void take_main_key(struct screen_loop *loop, int key)
{
	struct top_view *view = &loop->view;

	if (!loop->frame.load)
		return;
	if (!move(view, key) && !look(loop, key) && !sort(view, key) &&
		!choose_cpus(loop, key) && !tag(view, key))
		change(loop, key);
	if (!top_view_take_frame(view))
		loop->status = say_no_memory();
}

void loop_take_key(struct screen_loop *loop, int key)
{
	struct top_view *view = &loop->view;

	view->message[0] = '\0';
	if (key == KEYS_RESIZE)
		return;
	if (key == 'q' || key == KEYS_F1 + 9)
		loop->is_over = true;
	else if (view->page == PAGE_HELP)
		take_help_key(view);
	else if (view->page == PAGE_FINDINGS)
		take_finding_key(loop, key);
	else if (view->page == PAGE_INTERRUPT && (goes_back(key) || key == KEYS_ENTER))
		view->page = PAGE_MAIN;
	else
		take_main_key(loop, key);
}
