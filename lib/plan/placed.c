/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The interrupts that policy files place, saved for the policy script of irqbalance, which
 * asks for each interrupt in a process of its own: no policy file is read for that.
 *
 *     irqkit-placed 1
 *     irq	283	6	eth1,eth1-aux
 *     end
 *
 * It is /run/irqkit/placed. An interrupt has the number of the change in the journal that
 * placed it, or 0 if it was in its place already: once that is undone, it is placed no more.
 * The names are those of the handlers, as in
 * /sys/kernel/irq/N/actions: a number may belong to another device later.
 */
#include "base/array.h"
#include "base/buffer.h"
#include "base/macros.h"
#include "base/number.h"
#include "base/number_list.h"
#include "interrupts/snapshot.h"
#include "kernel/ctx.h"
#include "kernel/knob_path.h"
#include "machine/machine.h"
#include "plan/plan.h"
#include "plan/run_dir.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_NAME "placed"
#define HEADING "irqkit-placed 1\n"
#define END "\nend\n"

/* An interrupt in the file. */
struct placed_line {
	unsigned int irq;
	const char *at; /* what follows its number, until a newline */
};

struct irqkit_placed {
	struct irqkit_ctx *ctx; /* not owned */
	char *text; /* owned; NULL: there is no file */
	struct placed_line *lines; /* owned; by number */
	size_t n, room;
};

EXPORT void irqkit_placed_free(struct irqkit_placed *placed)
{
	if (!placed)
		return;
	free(placed->text);
	free(placed->lines);
	free(placed);
}

static void free_placed(struct irqkit_placed **placed)
{
	irqkit_placed_free(*placed);
}
#define _cleanup_placed_ CLEANUP(free_placed)

static int compare_lines(const void *a, const void *b)
{
	const struct placed_line *x = a, *y = b;

	if (x->irq != y->irq)
		return x->irq > y->irq ? 1 : -1;
	return (x->at > y->at) - (x->at < y->at);
}

static int compare_irq(const void *member, const void *key)
{
	unsigned int irq = ((const struct placed_line *)member)->irq;
	unsigned int wanted = *(const unsigned int *)key;

	return (irq > wanted) - (irq < wanted);
}

static int list_lines(struct irqkit_placed *placed)
{
	static const char word[] = "\nirq\t";
	const char *at = placed->text;

	while (at && (at = strstr(at, word))) {
		uint32_t irq;
		size_t len;

		at += strlen(word);
		len = strcspn(at, "\t\n");
		if (at[len] != '\t' || parse_u32(at, len, &irq) < 0)
			continue;
		at += len + 1;
		if (!GROW(placed->lines, placed->n, placed->room))
			return -ENOMEM;
		placed->lines[placed->n++] = (struct placed_line){ irq, at };
		at--;
	}
	if (placed->n)
		qsort(placed->lines, placed->n, sizeof(*placed->lines), compare_lines);
	return 0;
}

/* Takes ownership of @text, which may be NULL. */
static int new_placed(
	struct irqkit_ctx *ctx, char *text, struct irqkit_placed **ret_placed)
{
	struct irqkit_placed *placed = calloc(1, sizeof(*placed));
	int r;

	if (!placed) {
		free(text);
		return -ENOMEM;
	}
	placed->ctx = ctx;
	placed->text = text;
	r = list_lines(placed);
	if (r < 0)
		irqkit_placed_free(placed);
	else
		*ret_placed = placed;
	return r;
}

/* The text after the number of the interrupt. NULL: the interrupt is not in the file. */
static const char *find_line(const struct irqkit_placed *placed, unsigned int irq)
{
	size_t at = array_lower_bound(
		placed->lines, placed->n, sizeof(*placed->lines), &irq, compare_irq);

	return at < placed->n && placed->lines[at].irq == irq ? placed->lines[at].at
							      : NULL;
}

static unsigned int parse_change(const char *line)
{
	uint32_t number;

	return parse_u32(line, strspn(line, "0123456789"), &number) == 0 ? number : 0;
}

/* "eth1,eth1-aux", until a newline */
static const char *find_names(const char *line)
{
	const char *tab = line + strcspn(line, "\t\n");

	return *tab == '\t' ? tab + 1 : tab;
}

static bool is_complete(const char *text)
{
	size_t len = strlen(text);

	return strncmp(text, HEADING, strlen(HEADING)) == 0 && len >= strlen(END) &&
		strcmp(text + len - strlen(END), END) == 0;
}

/* The names, as far as the file of the kernel has them on its first line. */
static int format_names(const struct irqkit_interrupt *interrupt, char **ret_names)
{
	struct buffer names = { 0 };

	for (size_t i = 0; i < interrupt->n_actions; i++) {
		const char *name = interrupt->actions[i];

		if (i > 0)
			buffer_add_char(&names, ',');
		buffer_add(&names, "%s", name);
	}
	return buffer_take(&names, ret_names);
}

/* Who has placed it before stays: the file had it under the same names. */
static unsigned int find_change(const struct irqkit_placed *before, unsigned int irq,
	const char *names, size_t len, unsigned int change)
{
	const char *line = find_line(before, irq);
	const char *old = line ? find_names(line) : NULL;

	return old && strncmp(old, names, len) == 0 && old[len] == '\n'
		? parse_change(line)
		: change;
}

static int add_step(struct buffer *file, const struct irqkit_plan *plan,
	const struct irqkit_step *step, const struct irqkit_placed *before)
{
	struct irqkit_irq *irq = step->knob == IRQKIT_KNOB_AFFINITY &&
			step->result != IRQKIT_SKIPPED
		? irqkit_machine_find_irq(plan->machine, (unsigned int)step->irq)
		: NULL;
	_cleanup_free_ char *names = NULL;
	size_t len;
	int r;

	if (!irq)
		return 0;
	r = format_names(irq->row, &names);
	if (r < 0)
		return r;
	len = strcspn(names, "\n");
	buffer_add(file, "irq\t%d\t%u\t%.*s\n", step->irq,
		find_change(before, (unsigned int)step->irq, names, len,
			plan->journal_number),
		(int)len, names);
	return 0;
}

static int format_placed(const struct irqkit_plan *plan,
	const struct irqkit_placed *before, char **ret_text)
{
	struct buffer file = { 0 };
	int r = 0, taken;

	buffer_add(&file, HEADING);
	for (size_t i = 0; i < plan->n_steps && r == 0; i++)
		r = add_step(&file, plan, &plan->steps[i], before);
	buffer_add(&file, "%s", &END[1]);
	taken = buffer_take(&file, ret_text);
	return r < 0 ? r : taken;
}

/* NULL: there is none, or none that is complete. */
static int read_text(int dir_fd, char **ret_text)
{
	int r = run_dir_read(dir_fd, FILE_NAME, ret_text);

	if (r == 0 && !is_complete(*ret_text))
		free(TAKE(*ret_text));
	return r == -ENOENT ? 0 : r;
}

static int read_placed(
	struct irqkit_ctx *ctx, int dir_fd, struct irqkit_placed **ret_placed)
{
	char *text = NULL;
	int r = read_text(dir_fd, &text);

	return r < 0 ? r : new_placed(ctx, text, ret_placed);
}

/* No file is the same as one without an interrupt. */
static bool is_same_text(const char *before, const char *text)
{
	static const char none[] = HEADING "end\n";

	return strcmp(before ? before : none, text) == 0;
}

EXPORT int irqkit_plan_save_placed(
	const struct irqkit_plan *plan, struct irqkit_lock *lock)
{
	_cleanup_placed_ struct irqkit_placed *before = NULL;
	_cleanup_free_ char *text = NULL;
	int r = read_placed(plan->ctx, lock->dir_fd, &before);

	if (r == 0)
		r = format_placed(plan, before, &text);
	if (r < 0 || is_same_text(before->text, text))
		return r;
	return run_dir_write(lock->dir_fd, FILE_NAME, text, strlen(text), true);
}

EXPORT int irqkit_plan_has_saved_placed(const struct irqkit_plan *plan)
{
	_cleanup_placed_ struct irqkit_placed *before = NULL;
	_cleanup_free_ char *text = NULL;
	int dir_fd = run_dir_open(plan->ctx, false), r;

	r = dir_fd < 0 ? dir_fd : read_placed(plan->ctx, dir_fd, &before);
	if (dir_fd >= 0)
		close(dir_fd);
	if (r == -ENOENT)
		r = new_placed(plan->ctx, NULL, &before);
	if (r == 0)
		r = format_placed(plan, before, &text);
	return r < 0 ? r : is_same_text(before->text, text);
}

EXPORT int irqkit_placed_forget(struct irqkit_lock *lock, unsigned int change)
{
	_cleanup_free_ char *before = NULL, *text = NULL;
	struct buffer file = { 0 };
	const char *end;
	int r = read_text(lock->dir_fd, &before);

	if (r < 0 || !before)
		return r;
	for (const char *line = before; *line; line = end) {
		const char *number = line;

		end = strchr(line, '\n') + 1;
		if (strncmp(line, "irq\t", 4) == 0)
			number = strchr(line + 4, '\t');
		if (number == line || !number || number > end ||
			parse_change(number + 1) != change)
			buffer_add(&file, "%.*s", (int)(end - line), line);
	}
	r = buffer_take(&file, &text);
	if (r < 0 || strcmp(before, text) == 0)
		return r;
	return run_dir_write(lock->dir_fd, FILE_NAME, text, strlen(text), true);
}

EXPORT int irqkit_placed_clear(struct irqkit_lock *lock)
{
	if (RETRY(unlinkat(lock->dir_fd, FILE_NAME, 0)) < 0 && errno != ENOENT)
		return -errno;
	return 0;
}

/* An interrupt without a handler now, or of a kernel that does not say, is still that one. */
static bool is_same(struct irqkit_ctx *ctx, unsigned int irq, const char *names)
{
	_cleanup_free_ char *now = NULL;
	size_t len;

	if (knob_readf_line(ctx, &now, &len, "sys/kernel/irq/%u/actions", irq) < 0)
		return true;
	len = strcspn(now, "\n");
	return len == 0 || (strncmp(now, names, len) == 0 && names[len] == '\n');
}

int placed_take_out(struct irqkit_ctx *ctx, struct number_list *irqs)
{
	_cleanup_numbers_ struct number_list saved = { 0 };
	_cleanup_placed_ struct irqkit_placed *placed = NULL;
	int r = irqkit_placed_read(ctx, &placed);

	if (r == -EBADMSG) /* as if there were none */
		return 0;
	for (size_t i = 0; i < irqs->n && r == 0; i++)
		if (irqkit_placed_has(placed, irqs->numbers[i]))
			r = number_list_add(&saved, irqs->numbers[i]);
	if (r == 0)
		number_list_remove_all(irqs, &saved);
	return r;
}

EXPORT int irqkit_placed_read(struct irqkit_ctx *ctx, struct irqkit_placed **ret_placed)
{
	int dir_fd = run_dir_open(ctx, false), r;
	char *text = NULL;

	if (dir_fd < 0)
		return dir_fd == -ENOENT ? new_placed(ctx, NULL, ret_placed) : dir_fd;
	r = run_dir_read(dir_fd, FILE_NAME, &text);
	close(dir_fd);
	if (r < 0 && r != -ENOENT)
		return r;
	if (text && !is_complete(text)) {
		free(text);
		return -EBADMSG;
	}
	return new_placed(ctx, text, ret_placed);
}

EXPORT bool irqkit_placed_has(const struct irqkit_placed *placed, unsigned int irq)
{
	const char *line = find_line(placed, irq);

	return line && is_same(placed->ctx, irq, find_names(line));
}
