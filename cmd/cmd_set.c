/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* irqkit set: the CPUs that handle an interrupt. */
#include "base/basics.h"
#include "base/say.h"
#include "change/change.h"
#include "change/refusals.h"
#include "measure/open_machine.h"
#include "target/select.h"

#include <errno.h>
#include <stdio.h>

struct set_options {
	struct change_options change;
	const char *cpus;
	const char *mask;
	bool is_default;
};

static const struct option options[] = {
	{ "cpus", 'C', OPTION_TEXT, offsetof(struct set_options, cpus), "SET",
		"the CPUs that may handle the interrupts" },
	{ "mask", 'm', OPTION_TEXT, offsetof(struct set_options, mask), "HEX",
		"the same CPUs as a mask, as the kernel writes it" },
	{ "default", 0, OPTION_FLAG, offsetof(struct set_options, is_default), NULL,
		"set the default for new interrupts; takes no TARGET" },
	CHANGE_OPTIONS(struct set_options, change),
	{ 0 },
};

static char *format_interrupt(const struct irqkit_interrupt *interrupt)
{
	const char *label = irqkit_interrupt_get_label(interrupt);
	char *text;
	int r = irqkit_interrupt_count_actions(interrupt)
		? asprintf(&text, "%s (%s)", label,
			  irqkit_interrupt_get_action(interrupt, 0))
		: asprintf(&text, "%s", label);

	return r < 0 ? NULL : text;
}

/* Reports every interrupt that was named and cannot be moved; then nothing is done. */
static bool refuse_named(const struct irqkit_selection *chosen)
{
	bool refused = false;

	for (size_t i = 0; i < irqkit_selection_count(chosen); i++) {
		struct irqkit_irq *irq = irqkit_selection_get(chosen, i);
		const char *obstacle = find_named_obstacle(irq);
		_cleanup_free_ char *what = NULL;

		if (!irqkit_selection_is_named(chosen, i) || !obstacle)
			continue;
		what = format_interrupt(irqkit_irq_get_row(irq));
		say_error("cannot move %s: it is %s", what ? what : "", obstacle);
		refused = true;
	}
	if (refused)
		say_error("nothing was changed");
	return refused;
}

static enum status add_steps(struct change *change, const struct irqkit_selection *chosen,
	const struct irqkit_cpuset *cpus)
{
	for (size_t i = 0; i < irqkit_selection_count(chosen); i++) {
		struct irqkit_irq *irq = irqkit_selection_get(chosen, i);
		bool is_named = irqkit_selection_is_named(chosen, i);
		const char *obstacle = is_named ? find_named_obstacle(irq)
						: find_obstacle(irq);
		unsigned int flags = is_named ? 0 : IRQKIT_STEP_OPTIONAL;
		int r;

		/* a pattern may fit NMI too, but it can't be meant */
		if (irqkit_irq_get_number(irq) < 0)
			continue;
		r = obstacle ? irqkit_plan_add_skipped(change->plan, irq, obstacle)
			     : irqkit_plan_add_affinity(
				       change->plan, irq, cpus, "requested", flags);
		if (r == -ENOENT && flags)
			r = change_add_gone(change, irq);
		if (r < 0)
			return change_say_unreadable(irq, r);
	}
	return STATUS_DONE;
}

static enum status plan_interrupts(struct change *change,
	const struct irqkit_selection *chosen, const struct irqkit_cpuset *cpus)
{
	enum status status;

	if (refuse_named(chosen))
		return STATUS_IMMOVABLE;
	status = add_steps(change, chosen, cpus);
	return status == STATUS_DONE ? change_check_any_movable(change) : status;
}

/* --cpus=local means the CPUs near the TARGETs. @chosen: NULL means --default */
static enum status read_cpus(const struct change *change, const struct set_options *o,
	const struct irqkit_selection *chosen, struct irqkit_cpuset **ret_cpus)
{
	if (o->mask)
		return machine_read_mask("--mask", o->mask,
			irqkit_snapshot_get_cpus(change_rows(change)), ret_cpus);
	return chosen
		? select_read_cpus(chosen, "--cpus", o->cpus, ret_cpus)
		: machine_read_cpus(change->machine, "--cpus", o->cpus, NULL, ret_cpus);
}

static enum status check_words(const struct call *call, const struct set_options *o)
{
	if (o->cpus && o->mask)
		say_error("--cpus and --mask cannot be combined");
	else if (!o->cpus && !o->mask)
		say_error("set needs --cpus=SET or --mask=HEX, as in 'irqkit set 24 "
			  "--cpus=3'");
	else if (o->is_default && call->n_words)
		say_error("--default sets the default for new interrupts and takes no "
			  "TARGET");
	else if (!o->is_default && !call->n_words)
		say_error("set needs a TARGET: 'irqkit show' lists the interrupts, "
			  "'all' means all of them");
	else
		return STATUS_DONE;
	return STATUS_MISUSE;
}

static enum status plan_default(struct change *change, const struct irqkit_cpuset *cpus)
{
	int r = irqkit_plan_add_default_affinity(change->plan, cpus, "requested");

	return r < 0 ? change_say_unreadable(NULL, r) : STATUS_DONE;
}

static enum status plan(struct change *change, void *data)
{
	const struct call *call = change->call;
	const struct set_options *o = data;
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
	_cleanup_selection_ struct irqkit_selection *chosen = NULL;
	enum status status = STATUS_DONE;

	if (!o->is_default)
		status = select_interrupts(
			change->machine, call->words, call->n_words, 0, &chosen);
	if (status == STATUS_DONE)
		status = read_cpus(change, o, chosen, &cpus);
	if (status != STATUS_DONE)
		return status;
	return o->is_default ? plan_default(change, cpus)
			     : plan_interrupts(change, chosen, cpus);
}

static enum status run(const struct call *call)
{
	struct set_options *o = call->state;
	struct change change CLEANUP(change_free) = { 0 };
	enum status status = check_words(call, o);

	return status == STATUS_DONE ? change_run(&change, call, &o->change, plan, o)
				     : status;
}

const struct command cmd_set = {
	.name = "set",
	.args = "[OPTION...] TARGET... --cpus=SET|--mask=HEX",
	.summary = "choose the CPUs that handle interrupts",
	.more = SELECT_HELP
	"\n"
	"  irqkit set eth1 --cpus=2              move the interrupts of eth1 "
	"to CPU 2\n"
	"  irqkit set 'nvme0q*' --mask=f0 -n     show what would be changed\n"
	"  irqkit set eth1 --cpus=2 --script     print a script for rc.local\n"
	"  irqkit undo                           undo the change\n",
	.options = options,
	.state_size = sizeof(struct set_options),
	.run = run,
};
