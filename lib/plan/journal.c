/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The journal of changes: a plan -> its file, before the first knob is written. */
#include "base/buffer.h"
#include "base/macros.h"
#include "base/number.h"
#include "plan/journal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define KEEP 200u /* changes */

static void add_field(struct buffer *file, const char *text)
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
	add_field(file, command);
	buffer_add_char(file, '\n');
	if (undoes)
		buffer_add(file, "undoes\t%u\n", undoes);
}

void journal_format_knob(struct buffer *file, const char *const field[N_FIELDS])
{
	buffer_add(file, "knob");
	for (size_t f = 0; f < N_FIELDS; f++)
		add_field(file, field[f]);
	buffer_add_char(file, '\n');
}

static void format_step(struct buffer *file, const struct irqkit_step *step)
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
			[FIELD_NEW] = step->new_value.text,
		});
}

static int format_change(
	const struct irqkit_plan *plan, const char *command, char **ret_text)
{
	struct buffer file = { 0 };

	journal_format_head(&file, time(NULL), command, plan->undoes);
	for (size_t i = 0; i < plan->n_steps; i++)
		if (plan->steps[i].result == IRQKIT_PLANNED || plan->steps[i].is_written)
			format_step(&file, &plan->steps[i]);
	buffer_add(&file, "end\n");
	return buffer_take(&file, ret_text);
}

bool journal_parse_name(const char *name, unsigned int *ret_number, bool *ret_undone)
{
	size_t len = strspn(name, "0123456789");
	uint32_t number;

	if (parse_u32(name, len, &number) < 0 || number == 0 || number > INT32_MAX)
		return false;
	*ret_undone = strcmp(name + len, JOURNAL_UNDONE) == 0;
	*ret_number = number;
	return *ret_undone || name[len] == '\0';
}

struct number_search {
	int dir_fd;
	unsigned int last; /* the highest number so far */
};

static int note_number(void *data, const char *name)
{
	struct number_search *search = data;
	unsigned int number;
	bool is_undone;

	if (journal_parse_name(name, &number, &is_undone) && number > search->last)
		search->last = number;
	return 0;
}

static int remove_if_old(void *data, const char *name)
{
	struct number_search *search = data;
	unsigned int number;
	bool is_undone;

	if (journal_parse_name(name, &number, &is_undone) &&
		search->last - number >= KEEP)
		unlinkat(search->dir_fd, name, 0);
	return 0;
}

int journal_write(struct irqkit_lock *lock, const struct irqkit_plan *plan,
	const char *command, unsigned int *number)
{
	struct number_search search = { .dir_fd = lock->dir_fd };
	_cleanup_free_ char *text = NULL;
	char name[16];
	int r = run_dir_list(lock->dir_fd, note_number, &search);

	if (r == 0)
		r = run_dir_list(lock->dir_fd, remove_if_old, &search);
	if (r == 0)
		r = format_change(plan, command, &text);
	if (r < 0)
		return r;
	snprintf(name, sizeof(name), "%u", *number ? *number : search.last + 1);
	r = run_dir_write(lock->dir_fd, name, text, strlen(text));
	if (r < 0)
		return r;
	r = run_dir_sync(lock->dir_fd);
	if (*number) /* stands for what is written already: it stays */
		return r;
	if (r < 0)
		journal_remove(lock, search.last + 1);
	else
		*number = search.last + 1;
	return r;
}

void journal_remove(struct irqkit_lock *lock, unsigned int number)
{
	char name[16];

	snprintf(name, sizeof(name), "%u", number);
	unlinkat(lock->dir_fd, name, 0);
}

EXPORT int irqkit_change_mark_undone(
	const struct irqkit_change *change, struct irqkit_lock *lock)
{
	char plain[16], undone[32];

	if (change->is_undone)
		return 0;
	/* without its undo, the change before is in force again */
	snprintf(plain, sizeof(plain), "%u", change->undoes);
	snprintf(undone, sizeof(undone), "%u" JOURNAL_UNDONE, change->undoes);
	if (change->undoes && renameat(lock->dir_fd, undone, lock->dir_fd, plain) < 0 &&
		errno != ENOENT)
		return -errno;

	snprintf(plain, sizeof(plain), "%u", change->number);
	snprintf(undone, sizeof(undone), "%u" JOURNAL_UNDONE, change->number);
	return renameat(lock->dir_fd, plain, lock->dir_fd, undone) == 0 ? 0 : -errno;
}
