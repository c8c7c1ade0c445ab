/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* irqkit show: which CPU handles which interrupt. */
#include "base/basics.h"
#include "base/say.h"
#include "measure/open_machine.h"
#include "show/show_cpus.h"
#include "show/show_device.h"
#include "show/show_machine.h"
#include "show/show_queues.h"
#include "show/show_remark.h"
#include "show/show_row.h"
#include "show/show_rows.h"
#include "table/render.h"

struct show_options {
	struct table_options table;
	const char *cpus;
	bool is_all;
	bool is_per_cpu;
	bool is_by_cpu;
	bool is_queues;
};

static const struct option options[] = {
	{ "all", 'a', OPTION_FLAG, offsetof(struct show_options, is_all), NULL,
		"also show rows without a number: NMI, LOC, ERR, IPI0" },
	{ "cpus", 'C', OPTION_TEXT, offsetof(struct show_options, cpus), "SET",
		"only interrupts these CPUs handled or may handle" },
	{ "per-cpu", 0, OPTION_FLAG, offsetof(struct show_options, is_per_cpu), NULL,
		"show one column per CPU" },
	{ "by-cpu", 0, OPTION_FLAG, offsetof(struct show_options, is_by_cpu), NULL,
		"show one row per CPU" },
	{ "queues", 0, OPTION_FLAG, offsetof(struct show_options, is_queues), NULL,
		"show one row per queue of network interfaces" },
	TABLE_OPTIONS(struct show_options, table),
	{ 0 },
};

static bool has_served(
	const struct irqkit_interrupt *interrupt, const struct irqkit_cpuset *cpus)
{
	size_t n = irqkit_interrupt_count_served(interrupt);

	for (size_t i = 0; i < n; i++) {
		unsigned int cpu;

		irqkit_interrupt_get_served(interrupt, i, &cpu);
		if (irqkit_cpuset_has(cpus, cpu))
			return true;
	}
	return false;
}

static bool may_serve(struct show_row *row, const struct irqkit_cpuset *cpus)
{
	const struct irqkit_cpuset *affinity = show_row_affinity(row);

	return affinity && irqkit_cpuset_has_common(affinity, cpus);
}

/* Keeps the rows that have to do with --cpus. */
static void keep_rows_of_cpus(struct show *show)
{
	size_t kept = 0;

	for (size_t i = 0; i < show->n_rows; i++) {
		struct show_row row = show->rows[i];

		if (has_served(row.interrupt, show->only) || may_serve(&row, show->only))
			show->rows[kept++] = row;
		else
			show_row_free(&row);
	}
	show->n_rows = kept;
}

static enum status make_rows(struct show *show)
{
	size_t n = irqkit_selection_count(show->chosen);

	show->rows = calloc(n + 1, sizeof(*show->rows));
	if (!show->rows)
		return say_no_memory();
	for (size_t i = 0; i < n; i++) {
		struct irqkit_irq *irq = irqkit_selection_get(show->chosen, i);

		show->rows[i] = (struct show_row){
			.show = show, .irq = irq, .interrupt = irqkit_irq_get_row(irq)
		};
	}
	show->n_rows = n;
	if (!show->only)
		return STATUS_DONE;
	keep_rows_of_cpus(show);
	if (show->n_rows > 0)
		return STATUS_DONE;
	say_error("nothing matches: these CPUs have handled none of the interrupts and "
		  "may handle none");
	return STATUS_NO_MATCH;
}

static enum status open_machine(struct show *show, const struct call *call)
{
	enum status status = machine_open(call, &show->ctx);

	if (status == STATUS_DONE)
		status = machine_new(show->ctx, &show->machine);
	if (status != STATUS_DONE)
		return status;
	show->snapshot = irqkit_machine_get_snapshot(show->machine);
	show->topology = irqkit_machine_get_topology(show->machine);
	show->devices = irqkit_machine_get_devices(show->machine);
	return STATUS_DONE;
}

/* From the machine to the rows. */
static enum status collect(
	struct show *show, const struct call *call, const struct show_options *o)
{
	enum status status = STATUS_DONE;

	if (o->cpus)
		status = machine_read_cpus(
			show->machine, "--cpus", o->cpus, NULL, &show->only);
	if (status == STATUS_DONE)
		status = select_interrupts(show->machine, call->words, call->n_words,
			o->is_all ? IRQKIT_SELECT_NAMED : 0, &show->chosen);
	if (status == STATUS_DONE)
		status = make_rows(show);
	return status;
}

/* ------------------------------------------------------------------------------- */

static enum status print_json(const struct show *show, const struct table *table)
{
	struct document *document = document_new();
	enum status status;

	show_add_machine(show, document);
	document_add_table(document, "interrupts", table);
	status = document_print(document);
	document_free(document);
	return status;
}

/*
 * DEVICE is a default column only if the names of handlers do not show the device. It is
 * not one for numeric TARGETs, which never trigger a device lookup, nor for a single
 * device, whose name the user has typed.
 */
static bool is_device_shown(
	struct show *show, const struct call *call, const struct show_options *o)
{
	const struct irqkit_selection *chosen = show->chosen;

	if (call->common.is_json || (o->table.output && o->table.output[0] != '+') ||
		irqkit_selection_is_of_numbers(chosen) ||
		(irqkit_selection_is_of_devices(chosen) &&
			irqkit_selection_count_devices(chosen) == 1))
		return false;
	return show_needs_device_column(show);
}

static enum status print_rows(
	struct show *show, const struct call *call, const struct show_options *o)
{
	const struct irqkit_cpuset *each_cpu = show->only
		? show->only
		: irqkit_snapshot_get_cpus(show->snapshot);
	struct column *columns CLEANUP(show_columns_free) = show_columns_new(
		o->is_per_cpu ? each_cpu : NULL, is_device_shown(show, call, o));
	struct table table CLEANUP(table_free) = {
		.rows = calloc(show->n_rows + 1, sizeof(*table.rows)),
		.n_rows = show->n_rows,
		.get_mark = show_row_mark,
	};
	enum status status;

	if (!columns || !table.rows)
		return say_no_memory();
	for (size_t i = 0; i < show->n_rows; i++)
		table.rows[i] = &show->rows[i];
	status = table_prepare(&table, columns, &o->table, &call->common);
	if (status != STATUS_DONE)
		return status;
	if (call->common.is_json)
		return print_json(show, &table);

	status = table_print(&table, &o->table, &call->common);
	if (status == STATUS_DONE && table_options_are_plain(&o->table, &call->common))
		show_remark(show, call);
	return status;
}

static enum status show_all(
	struct show *show, const struct call *call, const struct show_options *o)
{
	enum status status;

	if (o->is_queues)
		return show_queues(show, call, &o->table);
	status = collect(show, call, o);
	if (status != STATUS_DONE)
		return status;
	return o->is_by_cpu ? show_by_cpu(show, &o->table, &call->common)
			    : print_rows(show, call, o);
}

static enum status run(const struct call *call)
{
	const struct show_options *o = call->state;
	struct show show CLEANUP(show_clear) = { 0 };
	enum status status;

	if (o->is_by_cpu + o->is_per_cpu + o->is_queues > 1) {
		say_error("--by-cpu, --per-cpu and --queues cannot be combined");
		return STATUS_MISUSE;
	}
	if (o->is_queues && o->cpus) {
		say_error("--cpus and --queues cannot be combined: --cpus selects "
			  "interrupts");
		return STATUS_MISUSE;
	}
	if (o->is_queues && o->is_all) {
		say_error("--all and --queues cannot be combined: --all adds interrupts");
		return STATUS_MISUSE;
	}
	status = open_machine(&show, call);
	if (status != STATUS_DONE)
		return status;
	/* what is known is shown */
	return machine_judge(show.ctx, show_all(&show, call, o));
}

const struct command cmd_show = {
	.name = "show",
	.args = "[OPTION...] [TARGET...]",
	.summary = "list interrupts and the CPUs that handle them",
	.more = SELECT_HELP
	"Without TARGET: all interrupts that have a number.\n"
	"\n"
	"Columns: IRQ TOTAL SHARE BUSIEST AFFINITY EFFECTIVE NODE HINT MOVABLE "
	"CHIP\n"
	"HWIRQ TRIGGER DEVICE QUEUE DRIVER ROLE SOURCE NOTES NAME; with "
	"--by-cpu:\n"
	"CPU ONLINE NODE TOTAL SHARE INTERRUPTS BUSIEST NAME; with --queues: "
	"DEVICE\n"
	"QUEUE IRQ TOTAL AFFINITY EFFECTIVE RPS RFS XPS NAPI THREADS NODE "
	"DISTANCE\n"
	"SOURCE.\n"
	"\n"
	"  irqkit show eth1                which CPUs handle it, and how "
	"evenly\n"
	"  irqkit show --by-cpu            how much each CPU handles\n"
	"  irqkit show eth1 --queues       interrupt, CPUs and threads of each "
	"queue\n"
	"  irqkit show 'nvme0q*' --json | jq '.interrupts[].affinity'\n",
	.options = options,
	.state_size = sizeof(struct show_options),
	.run = run,
};
