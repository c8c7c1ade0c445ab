/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A plan -> a POSIX shell script that does the same at every boot. Interrupts are found
 * by the names of their handlers, and among those with the same names by their order;
 * interfaces and queues by theirs, threads by what in their names stays the same. Names
 * are quoted, and nothing in them is ever run.
 */
#include "change/script.h"
#include "base/basics.h"
#include "base/read_number.h"
#include "base/say.h"
#include "base/text.h"
#include "change/ban.h"
#include "change/script_rank.h"

#include <stdio.h>
#include <string.h>

/* The parts of script.sh: script_head, which takes the version and a command line, ... */
#include "change/script.inc"

static bool is_in_script(const struct irqkit_step *step)
{
	return irqkit_step_get_new(step) &&
		irqkit_step_get_result(step) != IRQKIT_SKIPPED;
}

static bool print_affinity(const struct change *change, const struct irqkit_step *step,
	const struct ranks *ranks)
{
	int irq = irqkit_step_get_irq(step);
	_cleanup_free_ char *names = NULL, *quoted = NULL, *cpus = NULL;
	const struct irqkit_interrupt *interrupt = irqkit_snapshot_find_irq(
		irqkit_machine_get_snapshot(change->machine), (unsigned int)irq);

	names = interrupt ? rank_join_names(interrupt) : NULL;
	quoted = names ? text_quote(names) : NULL;
	irqkit_cpuset_format_list(irqkit_step_get_new_cpus(step), &cpus);
	if (!quoted || !cpus)
		return false;
	if (!*names)
		printf("# interrupt %d has no handler, and so no name to find it by\n",
			irq);
	else
		printf("affinity %s %zu %s%s\n", quoted, rank_find(ranks, irq, names),
			cpus, irqkit_step_is_optional(step) ? " optional" : "");
	return true;
}

/* ---- threads ----------------------------------------------------------------------- */

/*
 * What in the name of a thread is the same at every boot: in napi/eth0-8193 the number is
 * not, in all others it belongs to the name. Returns its length.
 */
static size_t front_length(const char *name)
{
	size_t len = strlen(name);

	if (strncmp(name, "napi/", 5) != 0)
		return len;
	while (len > 0 && name[len - 1] >= '0' && name[len - 1] <= '9')
		len--;
	return len;
}

/* The number after the front. */
static uint64_t number_after_front(const char *name)
{
	const char *digits = name + front_length(name);
	uint64_t number = 0;

	read_number(digits, strlen(digits), UINT64_MAX, &number);
	return number;
}

/* The process of a step, by its path: /proc/PID/status */
static uint64_t pid_of(const struct irqkit_step *step)
{
	const char *digits = irqkit_step_get_path(step) + strlen("/proc/");
	uint64_t pid = 0;

	read_number(digits, strcspn(digits, "/"), UINT64_MAX, &pid);
	return pid;
}

/* Looks for all threads of an interface: those of a plan may be only some of them. */
struct thread_rank {
	const char *name;
	uint64_t pid;
	size_t rank; /* from 1 */
};

static bool comes_before(const char *name, uint64_t pid, const struct thread_rank *than)
{
	uint64_t number = number_after_front(name),
		 other = number_after_front(than->name);

	return number < other || (number == other && pid < than->pid);
}

static void rank_among(struct thread_rank *rank, struct irqkit_device *device)
{
	size_t front = front_length(rank->name), n = 0;

	if (irqkit_device_count_threads(device, &n) < 0)
		return;
	for (size_t i = 0; i < n; i++) {
		const struct irqkit_thread *thread = irqkit_device_get_thread(device, i);
		const char *name = irqkit_thread_get_name(thread);

		rank->rank += front_length(name) == front &&
			strncmp(name, rank->name, front) == 0 &&
			comes_before(name, irqkit_thread_get_pid(thread), rank);
	}
}

/* A thread of no device: among all of the kernel with exactly this name. */
static void rank_among_all(struct thread_rank *rank, struct irqkit_devices *devices)
{
	size_t n = 0;

	if (irqkit_devices_count_kernel_threads(devices, &n) < 0)
		return;
	for (size_t i = 0; i < n; i++) {
		const struct irqkit_thread *thread = irqkit_devices_get_kernel_thread(
			devices, i);

		rank->rank += irqkit_thread_get_pid(thread) < rank->pid &&
			strcmp(irqkit_thread_get_name(thread), rank->name) == 0;
	}
}

static bool print_thread(const struct change *change, const struct irqkit_step *step)
{
	const char *name = irqkit_step_get_target(step);
	struct thread_rank rank = { name, pid_of(step), 1 };
	_cleanup_free_ char *front = strndup(name, front_length(name));
	_cleanup_free_ char *quoted = front ? text_quote(front) : NULL;
	size_t n_owners = change->request ? irqkit_request_count_devices(change->request)
					  : 0;

	if (!quoted)
		return false;
	if (strncmp(name, "irq/", 4) == 0) {
		printf("# the thread of an interrupt moves with the interrupt\n");
		return true;
	}
	for (size_t i = 0; i < n_owners; i++)
		rank_among(&rank, irqkit_request_get_device(change->request, i));
	/* an undo knows only the thread: napi/eth0-8193 belongs to eth0 */
	if (n_owners == 0 && strncmp(name, "napi/", 5) == 0 && strlen(front) > 6) {
		_cleanup_free_ char *owner = strndup(name + 5, strlen(front) - 6);
		struct irqkit_device *device;

		if (!owner ||
			irqkit_devices_find_net(
				irqkit_machine_get_devices(change->machine), owner,
				&device) < 0) {
			printf("# the interface of this thread is no longer known\n");
			return true;
		}
		rank_among(&rank, device);
	}
	if (n_owners == 0 && strncmp(name, "napi/", 5) != 0)
		rank_among_all(&rank, irqkit_machine_get_devices(change->machine));
	printf("thread %s %zu %s%s\n", quoted, rank.rank, irqkit_step_get_new(step),
		irqkit_step_is_optional(step) ? " optional" : "");
	return true;
}

/* ------------------------------------------------------------------------------- */

static bool print_knob(const char *function, const struct irqkit_step *step)
{
	_cleanup_free_ char *path = text_quote(irqkit_step_get_path(step));

	if (path)
		printf("%s %s %s\n", function, path, irqkit_step_get_new(step));
	return path;
}

/*
 * The flow table of the whole system is only lowered by the user who set it, and by undo:
 * other interfaces may need it.
 */
static bool is_only_raised(const struct change *change, const struct irqkit_step *step)
{
	return !change->undone && strcmp(irqkit_step_get_why(step), "requested") != 0;
}

static bool raises_entries(const struct change *change)
{
	for (size_t i = 0; i < irqkit_plan_count(change->plan); i++) {
		const struct irqkit_step *step = irqkit_plan_get(change->plan, i);

		if (irqkit_step_get_knob(step) == IRQKIT_KNOB_RPS_SOCK_FLOW_ENTRIES &&
			is_only_raised(change, step))
			return true;
	}
	return false;
}

/* The numbers of channels are words that need no quotes. */
static bool print_channels(const struct irqkit_step *step)
{
	_cleanup_free_ char *name = text_quote(irqkit_step_get_target(step));

	if (name)
		printf("channels %s %s\n", name, irqkit_step_get_new(step));
	return name;
}

/* ethtool makes no table from a list of queues. */
static bool print_rss(const struct irqkit_step *step)
{
	_cleanup_free_ char *name = text_quote(irqkit_step_get_target(step));
	const char *table = irqkit_step_get_new(step);
	size_t len = strlen("equal ");

	if (name && strncmp(table, "equal ", len) == 0)
		printf("rss %s %s\n", name, table + len);
	else if (name)
		printf("# the RSS table of %s is not equal, and ethtool cannot set it\n",
			name);
	return name;
}

/* Its number is another one after the next boot. */
static bool print_banned_cpus(const struct irqkit_step *step)
{
	_cleanup_free_ char *list = NULL;

	if (irqkit_cpuset_format_list(irqkit_step_get_new_cpus(step), &list) < 0)
		return false;
	printf("# to keep irqbalance off these CPUs, start it with\n"
	       "# IRQBALANCE_BANNED_CPULIST=%s in its environment\n",
		list);
	return true;
}

static bool print_step(const struct change *change, const struct irqkit_step *step,
	const struct ranks *ranks)
{
	switch (irqkit_step_get_knob(step)) {
	case IRQKIT_KNOB_AFFINITY:
		return print_affinity(change, step, ranks);
	case IRQKIT_KNOB_THREAD:
		return print_thread(change, step);
	case IRQKIT_KNOB_CHANNELS:
		return print_channels(step);
	case IRQKIT_KNOB_RSS:
		return print_rss(step);
	case IRQKIT_KNOB_BANNED_CPUS:
		return print_banned_cpus(step);
	case IRQKIT_KNOB_RPS_FLOW_CNT:
		return print_knob("number", step);
	case IRQKIT_KNOB_RPS_SOCK_FLOW_ENTRIES:
		return print_knob(
			is_only_raised(change, step) ? "raise" : "number", step);
	default:
		return print_knob("mask", step);
	}
}

/* The parts of a script, and the knobs that need each part. */
static const struct {
	const char *text;
	unsigned int knobs; /* a bit for each kind */
} functions[] = {
	{ script_names, ~0u },
	{ script_irqs, 1u << IRQKIT_KNOB_AFFINITY },
	{ script_masks,
		1u << IRQKIT_KNOB_DEFAULT_AFFINITY | 1u << IRQKIT_KNOB_RPS_CPUS |
			1u << IRQKIT_KNOB_XPS_CPUS | 1u << IRQKIT_KNOB_XPS_RXQS |
			1u << IRQKIT_KNOB_RPS_DEFAULT_MASK |
			1u << IRQKIT_KNOB_WORKQUEUE },
	{ script_numbers,
		1u << IRQKIT_KNOB_RPS_FLOW_CNT |
			1u << IRQKIT_KNOB_RPS_SOCK_FLOW_ENTRIES },
	{ script_raise, 1u << IRQKIT_KNOB_RPS_SOCK_FLOW_ENTRIES },
	{ script_threads, 1u << IRQKIT_KNOB_THREAD },
	{ script_channels, 1u << IRQKIT_KNOB_CHANNELS },
	{ script_rss, 1u << IRQKIT_KNOB_RSS },
};

static void print_functions(const struct change *change)
{
	unsigned int knobs = 0;

	for (size_t i = 0; i < irqkit_plan_count(change->plan); i++) {
		const struct irqkit_step *step = irqkit_plan_get(change->plan, i);

		if (is_in_script(step))
			knobs |= 1u << irqkit_step_get_knob(step);
	}
	for (size_t f = 0; f < LENGTH(functions); f++)
		if (knobs & functions[f].knobs &&
			!(functions[f].text == script_raise && !raises_entries(change)))
			fputs(functions[f].text, stdout);
}

/* A number may be another one after the next boot: irqbalance cannot be told a name. */
static void print_bans(const struct change *change)
{
	if (irqkit_plan_count_bans(change->plan) == 0 || change->undone)
		return;
	printf("# to keep irqbalance from moving them, start it with these options:\n#");
	for (size_t i = 0; i < irqkit_plan_count_bans(change->plan); i++)
		printf(" --banirq=%u", irqkit_plan_get_ban(change->plan, i));
	putchar('\n');
}

enum status script_print(const struct change *change)
{
	_cleanup_free_ char *line = text_escape(change->call->line);
	struct ranks ranks CLEANUP(ranks_clear) = { 0 };
	bool ok = line &&
		ranks_init(&ranks, irqkit_machine_get_snapshot(change->machine));

	printf(script_head, irqkit_version(), line ? line : "");
	print_functions(change);
	putchar('\n');
	for (size_t i = 0; i < irqkit_plan_count(change->plan) && ok; i++) {
		const struct irqkit_step *step = irqkit_plan_get(change->plan, i);

		if (is_in_script(step))
			ok = print_step(change, step, &ranks);
	}
	print_bans(change);
	fputs(script_end, stdout);
	if (ok)
		return STATUS_DONE;
	return say_no_memory();
}
