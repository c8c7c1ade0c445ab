/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The journal of changes: a plan -> its file, before the first knob is written. */
#include "plan/journal.h"
#include "base/buffer.h"
#include "base/macros.h"
#include "base/number.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define KEEP 200u /* changes */

void journal_format_field(struct buffer *file, const char *text)
{
	buffer_add_char(file, '\t');
	for (const unsigned char *p = (const unsigned char *)text; *p; p++)
		if (*p < ' ' || *p == '\\' || *p == 0x7f)
			buffer_add(file, "\\x%02x", *p);
		else
			buffer_add_char(file, (char)*p);
}

void journal_format_head(
	struct buffer *file, int64_t seconds, const char *command, unsigned int undoes)
{
	buffer_add(file, JOURNAL_HEADING "time\t%lld\ncommand", (long long)seconds);
	journal_format_field(file, command);
	buffer_add_char(file, '\n');
	if (undoes)
		buffer_add(file, "undoes\t%u\n", undoes);
}

void journal_format_bans(struct buffer *file, const struct ban_list *bans)
{
	for (size_t i = 0; i < bans->n; i++) {
		const struct ban *ban = &bans->bans[i];

		if (ban->irqs.n == 0)
			continue;
		buffer_add(file, "%s\t%u\t%s\t", ban->is_taken_back ? "unban" : "ban",
			ban->pid, ban->start);
		number_list_format(file, &ban->irqs, ',');
		buffer_add_char(file, '\n');
	}
}

void journal_format_knob(struct buffer *file, const char *const field[N_FIELDS])
{
	buffer_add(file, "knob");
	for (size_t f = 0; f < N_FIELDS; f++)
		if (f != FIELD_QUEUE || *field[f])
			journal_format_field(file, field[f]);
	buffer_add_char(file, '\n');
}

static void format_step(
	struct buffer *file, const struct irqkit_step *step, const char *new_value)
{
	char irq[16] = "";

	if (step->irq >= 0)
		snprintf(irq, sizeof(irq), "%d", step->irq);
	journal_format_knob(file,
		(const char *const[N_FIELDS]){
			[FIELD_PATH] = step->path,
			[FIELD_IRQ] = irq,
			[FIELD_IDENTITY] = step->identity ? step->identity : "",
			[FIELD_TARGET] = step->target,
			[FIELD_OLD] = step->old_value.text,
			[FIELD_NEW] = new_value,
			[FIELD_QUEUE] = step->queue_name ? step->queue_name : "",
		});
}

/* A step, and before a barrier what it may reset. */
static void format_steps(
	struct buffer *file, const struct irqkit_plan *plan, size_t index)
{
	const struct irqkit_step *step = &plan->steps[index];

	if (step->result != IRQKIT_PLANNED && !step->is_written)
		return;
	for (size_t i = 0; i < plan->n_saved && step_is_barrier(step); i++)
		if (plan->saved[i].barrier == index)
			format_step(file, &plan->saved[i].step, "");
	format_step(file, step, step->new_value.text);
}

static int format_change(
	const struct irqkit_plan *plan, const char *command, char **ret_text)
{
	struct buffer file = { 0 };

	journal_format_head(&file, time(NULL), command, plan->undoes);
	journal_format_bans(&file, &plan->bans);
	for (size_t i = 0; i < plan->n_steps; i++)
		format_steps(&file, plan, i);
	buffer_add(&file, "end\n");
	return buffer_take(&file, ret_text);
}

/* What the name of a change has after its number, by its state. */
static const char *const suffixes[] = {
	[IRQKIT_CHANGE_MADE] = "",
	[IRQKIT_CHANGE_SKIPPED] = JOURNAL_SKIPPED,
	[IRQKIT_CHANGE_UNDONE] = JOURNAL_UNDONE,
};
#define N_STATES (sizeof(suffixes) / sizeof(suffixes[0]))

bool journal_parse_name(
	const char *name, unsigned int *ret_number, enum irqkit_change_state *ret_state)
{
	size_t len = strspn(name, "0123456789");
	uint32_t number;

	if (parse_u32(name, len, &number) < 0 || number == 0 || number > JOURNAL_LAST)
		return false;
	for (size_t i = 0; i < N_STATES; i++) {
		if (strcmp(name + len, suffixes[i]) != 0)
			continue;
		*ret_number = number;
		*ret_state = (enum irqkit_change_state)i;
		return true;
	}
	return false;
}

struct change_name {
	char text[32];
};

static struct change_name name_of(unsigned int number, enum irqkit_change_state state)
{
	struct change_name name;

	snprintf(name.text, sizeof(name.text), "%u%s", number, suffixes[state]);
	return name;
}

/* The numbers of all changes, ascending, each once. */
struct change_list {
	unsigned int *numbers; /* owned */
	size_t n, room;
};

static void list_free(struct change_list *list)
{
	free(list->numbers);
}

static int add_number(void *data, const char *name)
{
	struct change_list *list = data;
	enum irqkit_change_state state;
	unsigned int number;

	if (!journal_parse_name(name, &number, &state))
		return 0;
	if (list->n == list->room) {
		size_t room = list->room * 2 + KEEP;
		void *numbers = reallocarray(list->numbers, room, sizeof(*list->numbers));

		if (!numbers)
			return -ENOMEM;
		list->numbers = numbers;
		list->room = room;
	}
	list->numbers[list->n++] = number;
	return 0;
}

static int compare_numbers(const void *a, const void *b)
{
	unsigned int x = *(const unsigned int *)a, y = *(const unsigned int *)b;

	return (x > y) - (x < y);
}

static int list_changes(int dir_fd, struct change_list *list)
{
	int r = run_dir_list(dir_fd, add_number, list);
	size_t n = 0;

	if (r < 0 || list->n == 0)
		return r;
	qsort(list->numbers, list->n, sizeof(*list->numbers), compare_numbers);
	for (size_t i = 0; i < list->n; i++)
		if (n == 0 || list->numbers[i] != list->numbers[n - 1])
			list->numbers[n++] = list->numbers[i];
	list->n = n;
	return 0;
}

/*
 * The number after the last one. irqkit never writes a file with the largest possible
 * number: if there is one, the number after the last change that is followed by a free one.
 */
static unsigned int find_free(const struct change_list *list)
{
	unsigned int above = JOURNAL_LAST + 1;

	for (size_t i = list->n; i-- > 0; above = list->numbers[i])
		if (list->numbers[i] + 1 < above)
			return list->numbers[i] + 1;
	return 1;
}

/* Those that have KEEP newer ones, of a list that is complete. */
static void remove_old(int dir_fd, const struct change_list *list)
{
	for (size_t i = 0; i + KEEP < list->n; i++)
		for (size_t state = 0; state < N_STATES; state++)
			unlinkat(dir_fd,
				name_of(list->numbers[i], (enum irqkit_change_state)state)
					.text,
				0);
}

/* Under @number, which no other change has, undone or not. */
static int write_new(int dir_fd, const char *text, unsigned int number)
{
	struct change_name name = name_of(number, IRQKIT_CHANGE_MADE);
	int r;

	for (size_t state = 1; state < N_STATES; state++) {
		r = run_dir_find(
			dir_fd, name_of(number, (enum irqkit_change_state)state).text);
		if (r != -ENOENT)
			return r < 0 ? r : -EEXIST;
	}
	r = run_dir_write(dir_fd, name.text, text, strlen(text), false);
	if (r < 0)
		return r;
	r = run_dir_sync(dir_fd);
	if (r < 0)
		RETRY(unlinkat(dir_fd, name.text, 0));
	return r;
}

int journal_write(struct irqkit_lock *lock, const struct irqkit_plan *plan,
	const char *command, unsigned int *number)
{
	struct change_list list CLEANUP(list_free) = { 0 };
	_cleanup_free_ char *text = NULL;
	unsigned int next;
	int r = format_change(plan, command, &text);

	if (r < 0)
		return r;
	if (*number) { /* stands for settings that are written already: it stays */
		r = run_dir_write(lock->dir_fd, name_of(*number, IRQKIT_CHANGE_MADE).text,
			text, strlen(text), true);
		return r < 0 ? r : run_dir_sync(lock->dir_fd);
	}
	r = list_changes(lock->dir_fd, &list);
	if (r < 0)
		return r;
	next = find_free(&list);
	r = write_new(lock->dir_fd, text, next);
	if (r < 0)
		return r;
	*number = next;
	remove_old(lock->dir_fd, &list);
	return 0;
}

EXPORT bool irqkit_lock_is_first(const struct irqkit_lock *lock)
{
	struct change_list list CLEANUP(list_free) = { 0 };

	return list_changes(lock->dir_fd, &list) == 0 && list.n == 0;
}

void journal_remove(struct irqkit_lock *lock, unsigned int number)
{
	RETRY(unlinkat(lock->dir_fd, name_of(number, IRQKIT_CHANGE_MADE).text, 0));
}

/* -ENOENT: it is not in the state @from. */
static int set_state(struct irqkit_lock *lock, unsigned int number,
	enum irqkit_change_state from, enum irqkit_change_state to)
{
	return run_dir_rename(
		lock->dir_fd, name_of(number, from).text, name_of(number, to).text);
}

EXPORT int irqkit_change_set_state(const struct irqkit_change *change,
	struct irqkit_lock *lock, enum irqkit_change_state state)
{
	int r = 0;

	if (change->state >= state)
		return 0;
	/* without its undo, the change before is in force again */
	for (size_t from = 1; from < N_STATES && change->undoes; from++) {
		r = set_state(lock, change->undoes, (enum irqkit_change_state)from,
			IRQKIT_CHANGE_MADE);
		if (r < 0 && r != -ENOENT)
			return r;
	}
	return set_state(lock, change->number, change->state, state);
}
