/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* irqkit show: which CPU handles which interrupt. */
#include "base/basics.h"
#include "base/read_number.h"
#include "base/say.h"
#include "measure/open_machine.h"
#include "measure/sample.h"
#include "measure/signals.h"
#include "show/show_cpus.h"
#include "show/show_device.h"
#include "show/show_machine.h"
#include "show/show_queues.h"
#include "show/show_remark.h"
#include "show/show_row.h"
#include "show/show_rows.h"
#include "show/show_settings.h"
#include "table/render.h"

#include <string.h>
#include <unistd.h>

#define MAX_SECONDS 86400u

struct show_options {
	struct table_options table;
	const char *cpus;
	const char *allowed;
	const char *seconds;
	bool is_all;
	bool is_per_cpu;
	bool is_by_cpu;
	bool is_queues;
};

static const struct option options[] = {
	{ "all", 'a', OPTION_FLAG, offsetof(struct show_options, is_all), NULL,
		"also show rows without a number: NMI, LOC, ERR, IPI0" },
	{ "cpus", 'C', OPTION_TEXT, offsetof(struct show_options, cpus), "SET",
		"only interrupts handled by, or allowed on, these CPUs" },
	{ "allowed", 0, OPTION_TEXT, offsetof(struct show_options, allowed), "SET",
		"only interrupts that can still arrive on these CPUs" },
	{ "for", 0, OPTION_TEXT, offsetof(struct show_options, seconds), "SECONDS",
		"show what arrives in this many seconds" },
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

static bool has_common(const struct irqkit_cpuset *set, const struct irqkit_cpuset *cpus)
{
	return set && irqkit_cpuset_has_common(set, cpus);
}

/*
 * Can it still arrive there? While a move is pending, on the effective CPU, whatever the
 * affinity is. Rows of the architecture have no affinity: they arrive where they did.
 */
static bool may_arrive(struct show_row *row, const struct irqkit_cpuset *cpus)
{
	if (show_row_is_fixed(row) || !show_row_affinity(row))
		return has_served(row->interrupt, cpus);
	return has_common(show_row_affinity(row), cpus) ||
		has_common(show_row_effective(row), cpus);
}

/* --for without TARGET shows what has arrived. */
static bool is_wanted(const struct show *show, struct show_row *row, bool is_named)
{
	if (show->seconds && !is_named && !irqkit_interrupt_get_total(row->interrupt))
		return false;
	if (show->only && !has_served(row->interrupt, show->only) &&
		!has_common(show_row_affinity(row), show->only))
		return false;
	return !show->allowed || may_arrive(row, show->allowed);
}

static void keep_wanted_rows(struct show *show, bool is_named)
{
	size_t kept = 0;

	for (size_t i = 0; i < show->n_rows; i++) {
		struct show_row row = show->rows[i];

		if (is_wanted(show, &row, is_named))
			show->rows[kept++] = row;
		else
			show_row_free(&row);
	}
	show->n_rows = kept;
}

static enum status say_no_row(const struct show *show)
{
	if (show->allowed)
		say_error("nothing matches: none of the interrupts may arrive on these "
			  "CPUs");
	else
		say_error("nothing matches: these CPUs have handled none of the "
			  "interrupts and may handle none");
	return STATUS_NO_MATCH;
}

static enum status make_rows(struct show *show, bool is_named)
{
	size_t n = irqkit_selection_count(show->chosen);

	show->rows = calloc(n + 1, sizeof(*show->rows));
	if (!show->rows)
		return say_no_memory();
	for (size_t i = 0; i < n; i++) {
		struct irqkit_irq *irq = irqkit_selection_get(show->chosen, i);

		show->rows[i] = (struct show_row){
			.show = show, .irq = irq, .interrupt = show_counts_of(show, irq)
		};
	}
	show->n_rows = n;
	keep_wanted_rows(show, is_named);
	if (show->n_rows > 0 || (!show->only && !show->allowed) ||
		(show->seconds && !is_named)) /* nothing has arrived */
		return STATUS_DONE;
	return say_no_row(show);
}

static void take_parts(struct show *show)
{
	show->snapshot = irqkit_machine_get_snapshot(show->machine);
	show->topology = irqkit_machine_get_topology(show->machine);
	show->devices = irqkit_machine_get_devices(show->machine);
}

/* Is there a column, or a colour, that is made of the counts of single CPUs? */
static bool needs_counts(const struct call *call, const struct show_options *o)
{
	const char *output = o->table.output;

	if (o->cpus || o->allowed || o->seconds || o->is_per_cpu || o->is_by_cpu ||
		o->is_queues || call->common.color == COLOR_ALWAYS ||
		isatty(STDOUT_FILENO))
		return true;
	if (!output || output[0] == '+' || show_columns_need_counts(output))
		return true;
	return o->table.sort && show_columns_need_counts(o->table.sort);
}

static enum status open_machine(
	struct show *show, const struct call *call, const struct show_options *o)
{
	enum status status = machine_open(call, &show->ctx);

	if (status == STATUS_DONE)
		status = needs_counts(call, o)
			? machine_new(show->ctx, &show->machine)
			: machine_new_totals(show->ctx, &show->machine);
	if (status != STATUS_DONE)
		return status;
	take_parts(show);
	return STATUS_DONE;
}

static enum status read_sets(struct show *show, const struct show_options *o)
{
	enum status status = STATUS_DONE;

	if (o->cpus && !show->only)
		status = machine_read_cpus(
			show->machine, "--cpus", o->cpus, NULL, &show->only);
	if (status == STATUS_DONE && o->allowed && !show->allowed)
		status = machine_read_cpus(
			show->machine, "--allowed", o->allowed, NULL, &show->allowed);
	return status;
}

/* A mistyped word is reported before anything is measured. */
static enum status check_words(
	struct show *show, const struct call *call, const struct show_options *o)
{
	enum status status = read_sets(show, o);
	_cleanup_selection_ struct irqkit_selection *selection = NULL;
	_cleanup_free_ struct irqkit_queue **queues = NULL;
	size_t n;

	if (status != STATUS_DONE)
		return status;
	return o->is_queues
		? select_queues(show->machine, call->words, call->n_words, &queues, &n)
		: select_interrupts(
			  show->machine, call->words, call->n_words, 0, &selection);
}

/* Reads the counts, waits, and reads all again: what is shown is as it is at the end. */
static enum status measure(struct show *show, const struct common *common)
{
	struct irqkit_snapshot *before = NULL;
	enum status status;
	sigset_t held;

	signals_hold(&held);
	status = sample_start(show->ctx, show->seconds, common, &before);
	signals_let_in(&held);
	if (status == STATUS_DONE)
		status = machine_refresh(show->machine, 0);
	if (status != STATUS_DONE) {
		irqkit_snapshot_free(before);
		return status;
	}
	take_parts(show);
	return sample_end(show->snapshot, before, &show->counts);
}

/* From the machine to the rows. */
static enum status collect(
	struct show *show, const struct call *call, const struct show_options *o)
{
	enum status status = read_sets(show, o);

	if (status == STATUS_DONE)
		status = select_interrupts(show->machine, call->words, call->n_words,
			o->is_all ? IRQKIT_SELECT_NAMED : 0, &show->chosen);
	if (status == STATUS_DONE && !call->common.is_quiet &&
		irqkit_selection_get_warning(show->chosen))
		say_warning("%s", irqkit_selection_get_warning(show->chosen));
	if (status == STATUS_DONE)
		status = make_rows(show, call->n_words > 0);
	return status;
}

/* ------------------------------------------------------------------------------- */

/* Does the document have all interrupts of the machine, with all that is known of each? */
static bool is_whole(
	const struct show *show, const struct call *call, const struct show_options *o)
{
	return call->n_words == 0 && !show->only && !show->allowed && !show->seconds &&
		(!o->table.output || o->table.output[0] == '+');
}

static enum status print_json(const struct show *show, const struct table *table,
	const struct call *call, const struct show_options *o)
{
	struct document *document = document_new();

	show_add_machine(show, document);
	if (show->seconds)
		document_add_number(document, "seconds", show->seconds);
	document_add_table(document, "interrupts", table);
	if (is_whole(show, call, o))
		show_add_settings(show, document);
	return document_finish(document);
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

	if (!columns || !table.rows || (o->is_per_cpu && !show_make_each(show, each_cpu)))
		return say_no_memory();
	for (size_t i = 0; i < show->n_rows; i++)
		table.rows[i] = &show->rows[i];
	status = table_prepare(&table, columns, &o->table, &call->common);
	if (status != STATUS_DONE)
		return status;
	if (call->common.is_json)
		return print_json(show, &table, call, o);

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

static bool check_options(const struct show_options *o)
{
	if (o->is_by_cpu + o->is_per_cpu + o->is_queues > 1)
		say_error("--by-cpu, --per-cpu and --queues cannot be combined");
	else if (o->is_queues && o->cpus)
		say_error("--cpus and --queues cannot be combined: --cpus selects "
			  "interrupts");
	else if (o->is_queues && o->allowed)
		say_error("--allowed and --queues cannot be combined: --allowed selects "
			  "interrupts");
	else if (o->is_queues && o->is_all)
		say_error("--all and --queues cannot be combined: --all adds interrupts");
	else
		return true;
	return false;
}

static bool parse_seconds(const char *word, unsigned int *ret_seconds)
{
	uint64_t number = 0;

	if (word &&
		(read_number(word, strlen(word), MAX_SECONDS, &number) < 0 || !number)) {
		say_error("--for takes a number of seconds from 1 to %u, not '%s'",
			MAX_SECONDS, word);
		return false;
	}
	*ret_seconds = (unsigned int)number;
	return true;
}

static enum status run(const struct call *call)
{
	const struct show_options *o = call->state;
	struct show show CLEANUP(show_clear) = { 0 };
	enum status status;

	if (!check_options(o) || !parse_seconds(o->seconds, &show.seconds))
		return STATUS_MISUSE;
	status = open_machine(&show, call, o);
	if (status == STATUS_DONE && show.seconds)
		status = check_words(&show, call, o);
	if (status == STATUS_DONE && show.seconds)
		status = measure(&show, &call->common);
	if (status != STATUS_DONE)
		return status;
	/* what is known is shown */
	return machine_judge(show.ctx, show_all(&show, call, o));
}

static void print_columns(void)
{
	struct column *columns CLEANUP(show_columns_free) = show_columns_new(NULL, false);

	if (columns)
		columns_print("", columns);
	show_by_cpu_print_columns();
	show_queues_print_columns();
}

const struct command cmd_show = {
	.name = "show",
	.args = "[OPTION...] [TARGET...]",
	.summary = "list interrupts and the CPUs that handle them",
	.more = SELECT_HELP
	"Without TARGET: all interrupts that have a number.\n"
	"\n"
	"  irqkit show eth1                which CPUs handle it, and how "
	"evenly\n"
	"  irqkit show --by-cpu            how much each CPU handles\n"
	"  irqkit show --for=10            what arrives in the next ten seconds\n"
	"  irqkit show --allowed=2-3       what can still disturb CPUs 2 and 3\n"
	"  irqkit show eth1 --queues       interrupt, CPUs and threads of each "
	"queue\n"
	"  irqkit show 'nvme0q*' --json | jq '.interrupts[].affinity'\n",
	.print_columns = print_columns,
	.options = options,
	.state_size = sizeof(struct show_options),
	.run = run,
};
