/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The columns of check: what differs, and from which line of which file. */
#include "change/report_row.h"
#include "policy/check.h"
#include "table/columns.h"

static const struct difference *of(const void *data)
{
	return data;
}

static struct cell get_path(void *data)
{
	return of(data)->is_ban ? ABSENT
				: text_cell(irqkit_step_get_path(of(data)->step));
}

static struct cell get_knob(void *data)
{
	return text_cell(of(data)->is_ban ? "ban" : step_knob_word(of(data)->step));
}

static struct cell get_target(void *data)
{
	return text_cell(irqkit_step_get_target(of(data)->step));
}

static struct cell get_irq(void *data)
{
	int irq = irqkit_step_get_irq(of(data)->step);

	return irq < 0 ? ABSENT : number_cell((uint64_t)irq);
}

static struct cell get_wanted(void *data)
{
	if (of(data)->is_ban)
		return text_cell("banned");
	return of(data)->is_undecided ? ABSENT
				      : text_cell(irqkit_step_get_new(of(data)->step));
}

static struct cell get_wanted_cpus(void *data)
{
	return of(data)->is_undecided || of(data)->is_ban
		? ABSENT
		: cpus_cell(irqkit_step_get_new_cpus(of(data)->step));
}

static struct cell get_wanted_shown(void *data)
{
	struct cell cell = get_wanted_cpus(data);

	/* "-" would be: off */
	if (of(data)->is_undecided && !of(data)->is_ban)
		return text_cell("undecided");
	return cell.kind == CELL_ABSENT ? get_wanted(data) : cell;
}

static struct cell get_found(void *data)
{
	return text_cell(
		of(data)->is_ban ? "not banned" : irqkit_step_get_old(of(data)->step));
}

static struct cell get_found_cpus(void *data)
{
	return of(data)->is_ban ? ABSENT
				: cpus_cell(irqkit_step_get_old_cpus(of(data)->step));
}

static struct cell get_found_shown(void *data)
{
	struct cell cell = get_found_cpus(data);

	return cell.kind == CELL_ABSENT ? get_found(data) : cell;
}

static const char *find_place(const struct difference *row, unsigned int *ret_number)
{
	const struct irqkit_policies *policy = row->check->lines.policy;

	return irqkit_policies_get_file(
		policy, irqkit_policies_get_line(policy, row->index), ret_number);
}

static struct cell get_file(void *data)
{
	unsigned int number;

	return text_cell(find_place(of(data), &number));
}

static struct cell get_line(void *data)
{
	unsigned int number;

	find_place(of(data), &number);
	return number_cell(number);
}

static struct cell get_source(void *data)
{
	const struct difference *row = of(data);

	return owned_cell(lines_format_place(&row->check->lines,
		irqkit_policies_get_line(row->check->lines.policy, row->index)));
}

static struct cell get_cause(void *data)
{
	static const char *const words[] = {
		[IRQKIT_CAUSE_UNKNOWN] = NULL,
		[IRQKIT_CAUSE_NOT_APPLIED] = "not yet applied",
		[IRQKIT_CAUSE_NEW_DEVICE] = "device was created again",
		[IRQKIT_CAUSE_OFFLINE] = "a CPU went offline",
		[IRQKIT_CAUSE_IRQBALANCE] = "irqbalance is running",
	};
	const struct difference *row = of(data);

	if (row->is_ban)
		return text_cell("irqbalance was restarted, or has new bans");
	return text_cell(words[irqkit_policies_find_cause(
		row->check->lines.policy, row->check->plan, row->index)]);
}

const struct column check_columns[] = {
	{ "PATH", "path", "file that differs", 0, get_path, 0 },
	{ "KNOB", NULL, "setting that differs", COLUMN_DEFAULT | COLUMN_TRUNCATE,
		get_knob, 0 },
	{ "IRQ", "irq", "interrupt number", COLUMN_RIGHT, get_irq, 0 },
	{ "NAME", "target", "interrupt, queue or thread that it belongs to",
		COLUMN_DEFAULT | COLUMN_NAME, get_target, 0 },
	{ "WANTED", NULL, "value that the policy wants", COLUMN_DEFAULT | COLUMN_TRUNCATE,
		get_wanted_shown, 0 },
	{ "WANTED", "wanted", NULL, COLUMN_JSON_ONLY, get_wanted, 0 },
	{ "WANTED", "wanted_cpus", NULL, COLUMN_JSON_ONLY, get_wanted_cpus, 0 },
	{ "FOUND", NULL, "value that the system has", COLUMN_DEFAULT | COLUMN_TRUNCATE,
		get_found_shown, 0 },
	{ "FOUND", "found", NULL, COLUMN_JSON_ONLY, get_found, 0 },
	{ "FOUND", "found_cpus", NULL, COLUMN_JSON_ONLY, get_found_cpus, 0 },
	{ "SOURCE", NULL, "line of a policy file",
		COLUMN_DEFAULT | COLUMN_NAME | COLUMN_DROP(COLUMN_DROP_LAST), get_source,
		0 },
	{ "FILE", "file", NULL, COLUMN_JSON_ONLY, get_file, 0 },
	{ "LINE", "line", NULL, COLUMN_JSON_ONLY, get_line, 0 },
	{ "CAUSE", "cause", "likely cause", COLUMN_DEFAULT | COLUMN_WRAP | COLUMN_DROP(1),
		get_cause, 0 },
	{ 0 },
};
