/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Compares each setting of policy files, and the bans of irqbalance, with the system. */
#include "policy/check.h"
#include "base/say.h"
#include "measure/open_machine.h"

#include <stdlib.h>
#include <string.h>

void check_free(struct check *check)
{
	table_free(&check->table);
	free(check->rows);
	irqkit_placed_free(check->placed);
	irqkit_irqbalance_free(check->irqbalance);
	lines_free(&check->lines);
	irqkit_plan_free(check->plan);
	irqkit_machine_free(check->machine);
	irqkit_ctx_free(check->ctx);
}

/* Without root, the bans cannot be read: unknown bans do not count as different. */
static void read_bans(struct check *check)
{
	struct irqkit_devices *devices = irqkit_machine_get_devices(check->machine);

	if (irqkit_irqbalance_new(devices, &check->irqbalance) < 0)
		return;
	if (!irqkit_irqbalance_has_irqkit_script(check->irqbalance) &&
		irqkit_irqbalance_read_bans(check->irqbalance, 0) == 0)
		return;
	irqkit_irqbalance_free(check->irqbalance);
	check->irqbalance = NULL;
}

/* Not every user may read the saved settings. */
static bool has_placed(struct check *check, unsigned int irq)
{
	if (!check->has_read_placed && irqkit_placed_read(check->ctx, &check->placed) < 0)
		check->placed = NULL;
	check->has_read_placed = true;
	return check->placed && irqkit_placed_has(check->placed, irq);
}

/* 'apply' has banned the interrupts that it saved as placed. */
static void add_ban(struct check *check, size_t index)
{
	const struct irqkit_step *step = irqkit_plan_get(check->plan, index);
	int irq = irqkit_step_get_irq(step);
	struct difference *row = &check->rows[irqkit_plan_count(check->plan) + index];

	if (!check->irqbalance || irqkit_step_get_knob(step) != IRQKIT_KNOB_AFFINITY ||
		irqkit_step_get_result(step) == IRQKIT_SKIPPED ||
		irqkit_irqbalance_has_banned(check->irqbalance, (unsigned int)irq) ||
		!has_placed(check, (unsigned int)irq))
		return;
	*row = (struct difference){ check, step, index, false, true };
	check->table.rows[check->table.n_rows++] = row;
	check->n_bans++;
}

static enum status compare(struct check *check)
{
	size_t n = irqkit_plan_count(check->plan);
	int error;

	/* a setting, and a ban */
	check->rows = calloc(2 * n + 1, sizeof(*check->rows));
	check->table.rows = calloc(2 * n + 1, sizeof(*check->table.rows));
	if (!check->rows || !check->table.rows)
		return say_no_memory();
	for (size_t i = 0; i < n; i++) {
		struct difference *row = &check->rows[i];
		int r;

		*row = (struct difference){ check, irqkit_plan_get(check->plan, i), i,
			false, false };
		check->n_settings += irqkit_step_get_result(row->step) != IRQKIT_SKIPPED;
		r = irqkit_policies_differs(
			check->lines.policy, check->plan, i, &row->is_undecided);
		if (r < 0)
			return say_no_memory();
		if (r > 0)
			check->table.rows[check->table.n_rows++] = row;
		add_ban(check, i);
	}
	check->n_settings -= irqkit_policies_count_unchecked(check->lines.policy, &error);
	return STATUS_DONE;
}

/* What only root can read. */
static void warn_unchecked(const struct check *check)
{
	int error;
	size_t n = irqkit_policies_count_unchecked(check->lines.policy, &error);

	if (n && !check->call->common.is_quiet)
		say_warning("%zu setting%s on counts %s not checked: cannot read "
			    "/run/irqkit/policy: %s",
			n, n == 1 ? " that depends" : "s that depend",
			n == 1 ? "was" : "were", strerror(-error));
}

enum status check_find_differences(struct check *check)
{
	enum status status = machine_new(check->ctx, &check->machine);

	if (status == STATUS_DONE && irqkit_plan_new(check->machine, &check->plan) < 0)
		status = say_no_memory();
	if (status == STATUS_DONE)
		status = lines_plan(&check->lines, check->machine, check->plan,
			IRQKIT_POLICIES_CHECK, NULL, NULL);
	if (status == STATUS_DONE)
		read_bans(check);
	if (status == STATUS_DONE)
		status = compare(check);
	if (status == STATUS_DONE)
		warn_unchecked(check);
	return machine_judge(check->ctx, status);
}

bool check_is_ok(const struct check *check)
{
	return check->table.n_rows == 0 && lines_count_missing(&check->lines) == 0;
}
