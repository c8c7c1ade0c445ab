/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The closing remark of `irqkit show`. */
#include "show/show_remark.h"
#include "base/basics.h"
#include "base/text.h"
#include "change/refusals.h"
#include "measure/explain.h"
#include "show/show_notes.h"
#include "show/show_row.h"

#include <inttypes.h>
#include <stdio.h>

static void remark_share(const struct load *load, const char *what, size_t n_idle)
{
	const struct cpu_load *busiest = load_get_busiest(load);
	double percent = (double)busiest->total * 100 / (double)load->total;

	printf("%s: cpu%u handles %.0f %%", what, busiest->cpu, percent);
	if (n_idle)
		printf("; %zu of %zu CPUs handle%s none", n_idle, load->n_cpus,
			n_idle == 1 ? "s" : "");
	printf(".\nImbalance %.1f (busiest CPU / mean of %zu; 1.0 is even)%s.",
		load_get_imbalance(load), load->n_cpus,
		load->background ? ", without per-CPU interrupts" : "");
}

static void remark_few(const struct load *load, const char *what)
{
	printf("%s: fired %" PRIu64 " times so far%s, too few to compare the CPUs.", what,
		load->total, load->background ? " without per-CPU interrupts" : "");
}

static void remark_load(const struct load *load, const char *what)
{
	const struct cpu_load *busiest = load_get_busiest(load);
	const char *them = load->background ? "all that are not per-CPU" : "all of them";
	size_t n_idle = load_count_idle(load);

	if (!busiest && load->background)
		printf("%s: per-CPU only; there is no imbalance to judge.", what);
	else if (!busiest)
		printf("%s: no interrupt has fired yet.", what);
	else if (load->n_cpus < 2)
		return;
	else if (n_idle == 1 && load->n_cpus == 2)
		printf("%s: cpu%u handles %s; the other CPU handles none.", what,
			busiest->cpu, them);
	else if (n_idle + 1 == load->n_cpus)
		printf("%s: cpu%u handles %s; the other %zu CPUs handle none.", what,
			busiest->cpu, them, n_idle);
	else if (load->total < LOAD_FEW)
		remark_few(load, what);
	else
		remark_share(load, what, n_idle);
}

/* ------------------------------------------------------------------------------- */
/* Advice for a single interface whose load is uneven                              */

/* The rx queues, by their interrupts. */
struct receivers {
	size_t n; /* interrupts */
	uint64_t total; /* how often they fired */
	uint64_t busiest; /* the total of the one that fired most often */
	struct irqkit_cpuset *cpus; /* owned; the CPUs that handle them */
};

/* Is it the interrupt of an rx queue? */
static bool is_receiving(const struct irqkit_device *device, int irq)
{
	size_t n = irqkit_device_count_queues(device);

	for (size_t i = 0; i < n; i++) {
		const struct irqkit_queue *queue = irqkit_device_get_queue(device, i);

		if (irqkit_queue_get_direction(queue) == IRQKIT_RX &&
			irqkit_queue_get_irq(queue) == irq)
			return true;
	}
	return false;
}

static void sum_receivers(struct show *show, const struct irqkit_device *device,
	struct receivers *receivers)
{
	for (size_t i = 0; i < show->n_rows; i++) {
		struct show_row *row = &show->rows[i];
		const struct irqkit_cpuset *effective;
		uint64_t total = irqkit_interrupt_get_total(row->interrupt);

		if (!is_receiving(device, show_row_irq(row)))
			continue;
		receivers->n++;
		receivers->total += total;
		if (total > receivers->busiest)
			receivers->busiest = total;
		effective = show_row_effective(row);
		if (effective)
			irqkit_cpuset_add_set(receivers->cpus, effective);
	}
}

/* Do several CPUs already process the packets of an rx queue? */
static bool has_rps(const struct irqkit_device *device)
{
	size_t n = irqkit_device_count_queues(device);

	for (size_t i = 0; i < n; i++) {
		_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;

		if (irqkit_queue_read_rps_cpus(
			    irqkit_device_get_queue(device, i), &cpus) == 0 &&
			irqkit_cpuset_count(cpus) > 1)
			return true;
	}
	return false;
}

static void print_advice(const struct receivers *receivers,
	const struct irqkit_device *device, const struct load *load)
{
	_cleanup_free_ char *name = text_escape(irqkit_device_get_name(device));
	size_t n_cpus = irqkit_cpuset_count(receivers->cpus);
	bool is_one = receivers->n == 1;
	bool is_one_hot = receivers->total >= LOAD_FEW &&
		receivers->busiest >= receivers->total - receivers->total / 10;

	if (!name || receivers->n == 0 || receivers->total * 2 < load->total)
		return;
	if (!is_one && !is_one_hot) {
		if (n_cpus > 0 && n_cpus < receivers->n && n_cpus < load->n_cpus)
			printf("\n%s has %zu queues on %zu CPU%s; 'irqkit spread %s' "
			       "spreads them.",
				name, receivers->n, n_cpus, n_cpus == 1 ? "" : "s", name);
		return;
	}
	if (is_one)
		printf("\n%s has only one queue.", name);
	else
		printf("\nMost interrupts come from one of the %zu queues of %s.",
			receivers->n, name);
	if (has_rps(device))
		printf("\nRPS spreads its packet processing.");
	else
		printf("\n'irqkit rps %s --auto' can spread its packet processing.",
			name);
}

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
		printf("\nIt is unknown which queues of %s its interrupts serve.", name);
	else
		printf("\nNone of these interrupts serves a queue of %s.", name);
}

static void remark_device(struct show *show, const struct call *call)
{
	const struct load *load = show_load(show);
	const struct cpu_load *busiest = load_get_busiest(load);
	const struct irqkit_selection *chosen = show->chosen;
	const struct irqkit_device *device;
	struct receivers receivers = { 0 };

	if (call->n_words != 1 || !irqkit_selection_is_of_devices(chosen) ||
		irqkit_selection_count_devices(chosen) != 1 ||
		irqkit_selection_has_queues(chosen))
		return;
	device = irqkit_selection_get_device(chosen, 0);
	if (irqkit_device_get_kind(device) != IRQKIT_DEVICE_NET)
		return;
	remark_queues(show, device);
	if (!busiest || !load_is_busy(load, busiest) ||
		irqkit_cpuset_new(&receivers.cpus) < 0)
		return;
	sum_receivers(show, device, &receivers);
	print_advice(&receivers, device, load);
	irqkit_cpuset_free(receivers.cpus);
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
		printf("%s%zu %s", before, count[m], irqkit_describe_movable(m));
		before = ", ";
	}
	if (before[0] == ',')
		printf(show->n_rows > 1 ? " (list with -o +MOVABLE).\n" : ".\n");
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
			puts(safe);
	}
}

void show_remark(struct show *show, const struct call *call)
{
	_cleanup_free_ char *what = NULL;

	if (show->n_rows == 0)
		return;
	what = name_chosen(show, call);
	if (!what)
		return;
	remark_load(show_load(show), what);
	remark_device(show, call);
	if (show_load(show)->n_cpus > 1 || !load_get_busiest(show_load(show)))
		putchar('\n');
	remark_shared(show);
	remark_immovable(show);
	/* numeric TARGETs read only the files of these interrupts */
	if (!irqkit_selection_is_of_numbers(show->chosen))
		show_remark_notes(show);
}
