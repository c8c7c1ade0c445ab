/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The interrupts that policy files place, saved for the policy script of irqbalance, which
 * asks for each interrupt in a process of its own: no policy file is read for that.
 *
 *     irqkit-placed 1
 *     irq	283	eth1,eth1-aux
 *     end
 *
 * It is /run/irqkit/placed. The names are those of the handlers, as in
 * /sys/kernel/irq/N/actions: a number may belong to another device later.
 */
#include "base/buffer.h"
#include "base/macros.h"
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

/* A newline in a name ends it, here and in the file of the kernel. */
static void add_irq(struct buffer *file, const struct irqkit_interrupt *interrupt)
{
	buffer_add(file, "irq\t%d\t", interrupt->irq);
	for (size_t i = 0; i < interrupt->n_actions; i++) {
		const char *name = interrupt->actions[i];

		if (i > 0)
			buffer_add_char(file, ',');
		buffer_add(file, "%.*s", (int)strcspn(name, "\n"), name);
	}
	buffer_add_char(file, '\n');
}

static void add_step(struct buffer *file, const struct irqkit_plan *plan,
	const struct irqkit_step *step)
{
	const struct irqkit_irq *irq = step->knob == IRQKIT_KNOB_AFFINITY &&
			step->result != IRQKIT_SKIPPED
		? irqkit_machine_find_irq(plan->machine, (unsigned int)step->irq)
		: NULL;

	if (irq)
		add_irq(file, irq->row);
}

EXPORT int irqkit_plan_save_placed(
	const struct irqkit_plan *plan, struct irqkit_lock *lock)
{
	struct buffer file = { 0 };
	_cleanup_free_ char *text = NULL;
	int r;

	buffer_add(&file, HEADING);
	for (size_t i = 0; i < plan->n_steps; i++)
		add_step(&file, plan, &plan->steps[i]);
	buffer_add(&file, "%s", END + 1);
	r = buffer_take(&file, &text);
	return r < 0 ? r
		     : run_dir_write(lock->dir_fd, FILE_NAME, text, strlen(text), true);
}

/* The names of the interrupt in the file, until a newline; NULL: it is not there. */
static const char *find_names(const char *text, unsigned int irq)
{
	char line[32];
	const char *at;

	snprintf(line, sizeof(line), "\nirq\t%u\t", irq);
	at = strstr(text, line);
	return at ? at + strlen(line) : NULL;
}

static bool is_complete(const char *text)
{
	size_t len = strlen(text);

	return strncmp(text, HEADING, strlen(HEADING)) == 0 && len >= strlen(END) &&
		strcmp(text + len - strlen(END), END) == 0;
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

EXPORT int irqkit_placed_has(struct irqkit_ctx *ctx, unsigned int irq)
{
	_cleanup_free_ char *text = NULL;
	int dir_fd = run_dir_open(ctx, false), r;
	const char *names;

	if (dir_fd < 0)
		return dir_fd == -ENOENT ? 0 : dir_fd;
	r = run_dir_read(dir_fd, FILE_NAME, &text);
	close(dir_fd);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (!is_complete(text))
		return -EBADMSG;
	names = find_names(text, irq);
	return names && is_same(ctx, irq, names);
}
