/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The closing remark of `irqkit show`. */
#include "show/show_remark.h"
#include "base/basics.h"
#include "base/fold.h"
#include "base/text.h"
#include "change/refusals.h"
#include "measure/explain.h"
#include "show/show_advice.h"
#include "show/show_notes.h"
#include "show/show_now.h"
#include "show/show_row.h"

#include <inttypes.h>
#include <stdio.h>

/* The CPU that handles all that is shown; -1: there are several, or nobody says. */
static int find_only(const struct show_now *now)
{
	return now->is_told && now->cpus && irqkit_cpuset_count(now->cpus) == 1
		? irqkit_cpuset_next(now->cpus, -1)
		: -1;
}

/* "the other 7 CPUs handle none" */
static void print_others(size_t n_idle, bool is_now)
{
	if (n_idle == 1)
		print_sentence(
			"the other CPU %s none.\n", is_now ? "handles" : "handled");
	else
		print_sentence("the other %zu CPUs %s none.\n", n_idle,
			is_now ? "handle" : "handled");
}

static const char *name_all(const struct load *load)
{
	return load->background ? "all that are not per-CPU" : "all of them";
}

/* Since boot, or while measuring. */
static void remark_counts(const struct load *load, bool is_measured)
{
	const struct cpu_load *busiest = load_get_busiest(load);
	size_t n_idle = load_count_idle(load);

	if (n_idle + 1 == load->n_cpus) {
		print_sentence("cpu%u handled %s; ", busiest->cpu, name_all(load));
		print_others(n_idle, false);
		return;
	}
	if (load->total < IRQKIT_FEW_INTERRUPTS) {
		print_sentence("fired %" PRIu64
			       " times%s, too few to compare the CPUs.\n",
			load->total,
			load->background ? " without per-CPU interrupts" : "");
		return;
	}
	print_sentence("cpu%u handled %.0f %%", busiest->cpu,
		(double)busiest->total * 100 / (double)load->total);
	if (n_idle)
		print_sentence("; %zu of %zu CPUs handled none", n_idle, load->n_cpus);
	print_sentence(".\nImbalance%s: %.1f (busiest CPU / mean of %zu; 1.0 is "
		       "even)%s.\n",
		is_measured ? "" : " since boot", load_get_imbalance(load), load->n_cpus,
		load->background ? ", without per-CPU interrupts" : "");
}

/* Is there nothing to add to "cpu0 handles all of them"? */
static bool was_always_there(const struct load *load, int only)
{
	const struct cpu_load *part = load_get(load, (unsigned int)only);

	return part && part->total >= load->total - load->total / 200;
}

static void print_several(const char *what, size_t n, size_t n_cpus)
{
	if (n < n_cpus)
		print_sentence("%s: %zu of %zu CPUs handle them now.\n", what, n, n_cpus);
	else if (n == 2)
		print_sentence("%s: both CPUs handle them now.\n", what);
	else
		print_sentence("%s: all %zu CPUs handle them now.\n", what, n);
	print_sentence("Since boot: ");
}

/* First where they are handled now, then what was counted since boot. */
static void remark_places(
	const struct load *load, const struct show_now *now, const char *what)
{
	int only = find_only(now);

	if (only >= 0 && was_always_there(load, only)) {
		print_sentence("%s: cpu%d handles %s; ", what, only, name_all(load));
		print_others(load->n_cpus - 1, true);
		return;
	}
	if (only >= 0)
		print_sentence("%s: cpu%d handles %s now.\nSince boot: ", what, only,
			name_all(load));
	else if (now->is_told && now->cpus)
		print_several(what, irqkit_cpuset_count(now->cpus), load->n_cpus);
	else
		print_sentence("%s: since boot, ", what);
	remark_counts(load, false);
}

static void remark_load(struct show *show, const char *what)
{
	const struct load *load = show_load(show);
	struct show_now now CLEANUP(show_now_free) = { 0 };

	if (!load_get_busiest(load)) {
		print_sentence("%s: %s.\n", what,
			load->background ? "per-CPU only; there is no imbalance to judge"
				: show->seconds ? "no interrupt has fired"
						: "no interrupt has fired yet");
		return;
	}
	if (load->n_cpus < 2)
		return;
	if (show->seconds) {
		print_sentence("%s: ", what);
		remark_counts(load, true);
		return;
	}
	show_now_read(&now, show, SHOW_NOW, NULL, NULL);
	remark_places(load, &now, what);
	if (now.n_pending)
		print_sentence(
			"Pending: %zu interrupt%s move%s to other CPUs the next time %s "
			"fire%s.\n",
			now.n_pending, now.n_pending == 1 ? "" : "s",
			now.n_pending == 1 ? "s" : "", now.n_pending == 1 ? "it" : "they",
			now.n_pending == 1 ? "s" : "");
}

/* ------------------------------------------------------------------------------- */

/* Is there an interrupt of this role among those of the device? */
static bool has_role(const struct show *show, const struct irqkit_device *device,
	enum irqkit_role role)
{
	for (size_t i = 0; i < show->n_rows; i++) {
		int number = irqkit_interrupt_get_irq(show->rows[i].interrupt);
		const struct irqkit_device_irq *irq = number < 0
			? NULL
			: irqkit_device_find_irq(device, (unsigned int)number);

		if (irq && irqkit_device_irq_get_role(irq) == role)
			return true;
	}
	return false;
}

/* Queues of which none has an interrupt: those of the device are for something else. */
static void remark_queues(const struct show *show, const struct irqkit_device *device)
{
	_cleanup_free_ char *name = text_escape(irqkit_device_get_name(device));
	size_t n = irqkit_device_count_queues(device);

	if (!name || n == 0 || has_role(show, device, IRQKIT_ROLE_CONTROLLER))
		return;
	for (size_t i = 0; i < n; i++)
		if (irqkit_queue_get_irq(irqkit_device_get_queue(device, i)) >= 0)
			return;
	if (has_role(show, device, IRQKIT_ROLE_UNKNOWN))
		print_sentence(
			"It is unknown which queues of %s its interrupts serve.\n", name);
	else
		print_sentence("None of these interrupts serves a queue of %s.\n", name);
}

static void remark_device(struct show *show, const struct call *call)
{
	const struct irqkit_selection *chosen = show->chosen;
	struct irqkit_device *device;

	if (call->n_words != 1 || !irqkit_selection_is_of_devices(chosen) ||
		irqkit_selection_has_queues(chosen))
		return;
	if (irqkit_selection_count_devices(chosen) != 1) {
		device = irqkit_selection_get_named_device(chosen);
		if (device && !show->only && !show->allowed)
			show_advise_ports(show, device);
		return;
	}
	device = irqkit_selection_get_device(chosen, 0);
	if (irqkit_device_get_kind(device) != IRQKIT_DEVICE_NET)
		return;
	remark_queues(show, device);
	/* some of its interrupts say nothing about the device */
	if (!show->only && !show->allowed)
		show_advise(show, device);
}

/* ------------------------------------------------------------------------------- */

/* "Not movable: 5 managed by the kernel, 1 per-CPU (list with -o +MOVABLE)." */
static void remark_immovable(struct show *show)
{
	size_t count[IRQKIT_SEEMS_MANAGED + 1] = { 0 };
	const char *before = "Not movable: ";

	for (size_t i = 0; i < show->n_rows; i++) {
		enum irqkit_movable movable;

		if (show_row_movable(&show->rows[i], &movable))
			count[movable]++;
	}
	for (enum irqkit_movable m = 0; m < LENGTH(count); m++) {
		if (!count[m] || m == IRQKIT_MOVABLE)
			continue;
		print_sentence("%s%zu %s", before, count[m], irqkit_describe_movable(m));
		before = ", ";
	}
	if (before[0] == ',')
		print_sentence(show->n_rows > 1 ? " (list with -o +MOVABLE).\n" : ".\n");
}

/* An interface by the name that it has, whichever of its names was given. */
static char *name_chosen(const struct show *show, const struct call *call)
{
	const struct irqkit_device *named = irqkit_selection_get_named_device(
		show->chosen);
	const char *queue = irqkit_selection_get_named_queue(show->chosen);
	_cleanup_free_ char *name = NULL;
	int r;

	if (call->n_words != 1)
		r = asprintf(&name, "%zu interrupt%s", show->n_rows,
			show->n_rows == 1 ? "" : "s");
	else if (named && irqkit_device_get_kind(named) == IRQKIT_DEVICE_NET)
		r = asprintf(&name, "%s%s%s", irqkit_device_get_name(named),
			queue ? ":" : "", queue ? queue : "");
	else
		return text_escape(call->words[0]);
	if (r < 0)
		name = NULL;
	return name ? text_escape(name) : NULL;
}

/* "eth1", "eth1, measured for 10 s" */
static char *name_what(const struct show *show, const struct call *call)
{
	char *name = name_chosen(show, call), *text = NULL;

	if (!name || !show->seconds)
		return name;
	if (asprintf(&text, "%s, measured for %u s", name, show->seconds) < 0)
		text = NULL;
	free(name);
	return text;
}

/* Of a device that is named; whoever lists everything is not told of each. */
static void remark_shared(const struct show *show)
{
	const struct irqkit_selection *chosen = show->chosen;
	size_t n = irqkit_selection_is_of_devices(chosen)
		? irqkit_selection_count_devices(chosen)
		: 0;

	for (size_t i = 0; i < n; i++) {
		_cleanup_free_ char *text = explain_shared(
			irqkit_selection_get_device(chosen, i));
		_cleanup_free_ char *safe = text ? text_escape(text) : NULL;

		if (safe)
			print_sentence("%s\n", safe);
	}
}

void show_remark(struct show *show, const struct call *call)
{
	_cleanup_free_ char *what = NULL;

	if (show->n_rows == 0 && show->seconds)
		print_sentence("No such interrupt has fired in %u s.\n", show->seconds);
	if (show->n_rows == 0)
		return;
	what = name_what(show, call);
	if (!what)
		return;
	remark_load(show, what);
	remark_device(show, call);
	remark_shared(show);
	remark_immovable(show);
	/* numeric TARGETs read only the files of these interrupts */
	if (!irqkit_selection_is_of_numbers(show->chosen))
		show_remark_notes(show);
}
