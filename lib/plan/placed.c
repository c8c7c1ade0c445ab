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
#include <string.h>
#include <unistd.h>

#define FILE_NAME "placed"
#define HEADING "irqkit-placed 1\n"
#define END "\nend\n"

/* An interrupt in the file: from its number to the end of its names. NULL: it is not there. */
static const char *find_line(const char *text, unsigned int irq)
{
	char line[32];
	const char *at;

	snprintf(line, sizeof(line), "\nirq\t%u\t", irq);
	at = strstr(text, line);
	return at ? at + strlen(line) : NULL;
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
static unsigned int find_change(const char *before, unsigned int irq, const char *names,
	size_t len, unsigned int change)
{
	const char *line = before ? find_line(before, irq) : NULL;
	const char *old = line ? find_names(line) : NULL;

	return old && strncmp(old, names, len) == 0 && old[len] == '\n'
		? parse_change(line)
		: change;
}

static int add_step(struct buffer *file, const struct irqkit_plan *plan,
	const struct irqkit_step *step, const char *before)
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

static int format_placed(
	const struct irqkit_plan *plan, const char *before, char **ret_text)
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
static int read_placed(int dir_fd, char **ret_text)
{
	int r = run_dir_read(dir_fd, FILE_NAME, ret_text);

	if (r == 0 && !is_complete(*ret_text))
		free(TAKE(*ret_text));
	return r == -ENOENT ? 0 : r;
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
	_cleanup_free_ char *before = NULL, *text = NULL;
	int r = read_placed(lock->dir_fd, &before);

	if (r == 0)
		r = format_placed(plan, before, &text);
	if (r < 0 || is_same_text(before, text))
		return r;
	return run_dir_write(lock->dir_fd, FILE_NAME, text, strlen(text), true);
}

EXPORT int irqkit_plan_has_saved_placed(const struct irqkit_plan *plan)
{
	_cleanup_free_ char *before = NULL, *text = NULL;
	int dir_fd = run_dir_open(plan->ctx, false), r;

	r = dir_fd < 0 ? dir_fd : read_placed(dir_fd, &before);
	if (dir_fd >= 0)
		close(dir_fd);
	if (r == 0 || r == -ENOENT)
		r = format_placed(plan, before, &text);
	return r < 0 ? r : is_same_text(before, text);
}

EXPORT int irqkit_placed_forget(struct irqkit_lock *lock, unsigned int change)
{
	_cleanup_free_ char *before = NULL, *text = NULL;
	struct buffer file = { 0 };
	const char *end;
	int r = read_placed(lock->dir_fd, &before);

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
	_cleanup_free_ char *text = NULL;
	_cleanup_numbers_ struct number_list saved = { 0 };
	int dir_fd = run_dir_open(ctx, false), r;

	if (dir_fd < 0)
		return dir_fd == -ENOENT ? 0 : dir_fd;
	r = read_placed(dir_fd, &text);
	close(dir_fd);
	for (size_t i = 0; i < irqs->n && text && r == 0; i++) {
		unsigned int irq = irqs->numbers[i];
		const char *line = find_line(text, irq);

		if (line && is_same(ctx, irq, find_names(line)))
			r = number_list_add(&saved, irq);
	}
	if (r == 0)
		number_list_remove_all(irqs, &saved);
	return r;
}

EXPORT int irqkit_placed_has(struct irqkit_ctx *ctx, unsigned int irq)
{
	_cleanup_free_ char *text = NULL;
	int dir_fd = run_dir_open(ctx, false), r;
	const char *line;

	if (dir_fd < 0)
		return dir_fd == -ENOENT ? 0 : dir_fd;
	r = run_dir_read(dir_fd, FILE_NAME, &text);
	close(dir_fd);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (!is_complete(text))
		return -EBADMSG;
	line = find_line(text, irq);
	return line && is_same(ctx, irq, find_names(line));
}
