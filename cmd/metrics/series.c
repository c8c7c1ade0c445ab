/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The metrics: names, labels and help. No label is the number of an interrupt, which changes
 * at each boot; texts of help are constant, since the collector refuses two for one name.
 */
#include "metrics/series.h"
#include "base/basics.h"
#include "measure/class_words.h"

#include <string.h>

static const char *format_cpu(unsigned int cpu, char text[16])
{
	snprintf(text, 16, "%u", cpu);
	return text;
}

/* ------------------------------------------------------------------------------- */
/* CPUs                                                                            */

static void add_cpus(struct exposition *e, const struct collected *c)
{
	const struct irqkit_cpuset *online = c->now->cpus;
	char number[16];

	exposition_begin(e, "irqkit_cpu_interrupts_total", METRIC_COUNTER,
		"Device interrupts that a CPU handled, without timers, IPIs and other "
		"per-CPU interrupts.");
	irqkit_cpuset_foreach (cpu, online)
		exposition_add(e, "irqkit_cpu_interrupts_total",
			(double)sums_get(&c->kept.sums, "cpu", format_cpu(cpu, number)),
			"cpu", number, NULL);
	exposition_begin(e, "irqkit_cpu_interrupts_placed", METRIC_GAUGE,
		"Number of device interrupts that a CPU handles now.");
	irqkit_cpuset_foreach (cpu, online)
		exposition_add(e, "irqkit_cpu_interrupts_placed", (double)c->placed[cpu],
			"cpu", format_cpu(cpu, number), NULL);
}

static void add_isolated(struct exposition *e, const struct collected *c)
{
	static const char *const words[] = { "true", "false" };
	char number[16];

	if (!c->now->isolated)
		return;
	exposition_begin(e, "irqkit_cpu_isolated", METRIC_GAUGE,
		"Whether a CPU is isolated; CPUs that are not have no series.");
	irqkit_cpuset_foreach (cpu, c->now->isolated)
		exposition_add(e, "irqkit_cpu_isolated", 1, "cpu",
			format_cpu(cpu, number), NULL);
	exposition_begin(e, "irqkit_isolated_cpu_interrupts_total", METRIC_COUNTER,
		"Device interrupts that isolated CPUs handled.");
	for (size_t i = 0; i < LENGTH(words); i++)
		exposition_add(e, "irqkit_isolated_cpu_interrupts_total",
			(double)sums_get(&c->kept.sums, "isolated", words[i]), "movable",
			words[i], NULL);
}

/* Only of CPUs that come to be short of them: most have nearly all left. */
#define VECTORS_LOW 0.25

static void add_vectors(struct exposition *e, const struct collected *c)
{
	const struct irqkit_vectors *vectors = c->vectors;

	if (!vectors)
		return;
	exposition_begin(e, "irqkit_cpu_vectors_free_ratio", METRIC_GAUGE,
		"Interrupt vectors that a CPU has left, divided by all of them; only "
		"below 0.25.");
	for (size_t i = 0; i < irqkit_vectors_count(vectors); i++) {
		unsigned int available, allocated;
		unsigned int cpu = irqkit_vectors_get(vectors, i, &available, &allocated);
		double all = (double)available + (double)allocated;
		char number[16];

		if (all > 0 && available / all < VECTORS_LOW)
			exposition_add(e, "irqkit_cpu_vectors_free_ratio",
				available / all, "cpu", format_cpu(cpu, number), NULL);
	}
}

/* ------------------------------------------------------------------------------- */
/* Devices                                                                         */

static const char *class_of(const struct irqkit_device *device)
{
	switch (irqkit_device_get_kind(device)) {
	case IRQKIT_DEVICE_NET:
		return "net";
	case IRQKIT_DEVICE_BLOCK:
		return "block";
	case IRQKIT_DEVICE_PCI:
		break;
	}
	return "pci";
}

static bool is_net(const struct device_figures *figures)
{
	return irqkit_device_get_kind(figures->device) == IRQKIT_DEVICE_NET;
}

static void add_device_info(struct exposition *e, const struct collected *c)
{
	exposition_begin(e, "irqkit_device_info", METRIC_GAUGE, "What a device is.");
	for (size_t i = 0; i < c->n_devices; i++) {
		const struct device_figures *figures = &c->devices[i];
		const char *driver = irqkit_device_get_driver(figures->device);
		char node[16] = "";

		if (figures->node >= 0)
			snprintf(node, sizeof(node), "%d", figures->node);
		exposition_add(e, "irqkit_device_info", 1, "device", figures->name,
			"driver", driver ? driver : "", "numa_node", node, "class",
			class_of(figures->device), NULL);
	}
}

/* A figure of each device, or of those that are network interfaces; NAN-free: -1 is absent. */
static void add_each(struct exposition *e, const struct collected *c, const char *name,
	enum metric_type type, const char *help, bool is_of_net,
	double (*get)(const struct collected *, const struct device_figures *))
{
	exposition_begin(e, name, type, help);
	for (size_t i = 0; i < c->n_devices; i++) {
		double value = get(c, &c->devices[i]);

		if (value >= 0 && (!is_of_net || is_net(&c->devices[i])))
			exposition_add(
				e, name, value, "device", c->devices[i].name, NULL);
	}
}

static double get_count(const struct collected *c, const struct device_figures *figures)
{
	return (double)sums_get(&c->kept.sums, "device", figures->name);
}

static double get_remote(const struct collected *c, const struct device_figures *figures)
{
	if (figures->node < 0 || c->now->nodes.n < 2)
		return -1;
	return (double)sums_get(&c->kept.sums, "remote", figures->name);
}

static double get_used(const struct collected *c, const struct device_figures *figures)
{
	(void)c;
	return irqkit_cpuset_count(figures->used);
}

static double get_usable(const struct collected *c, const struct device_figures *figures)
{
	(void)c;
	return irqkit_cpuset_count(figures->usable);
}

static double get_rps(const struct collected *c, const struct device_figures *figures)
{
	(void)c;
	return collect_steering(figures, true);
}

static double get_xps(const struct collected *c, const struct device_figures *figures)
{
	(void)c;
	return collect_steering(figures, false);
}

static void add_imbalance(struct exposition *e, const struct collected *c)
{
	static const char *const words[] = {
		[IRQKIT_WEIGH_BEST] = NULL,
		[IRQKIT_WEIGH_INTERRUPTS] = "interrupts",
		[IRQKIT_WEIGH_PACKETS] = "packets",
		[IRQKIT_WEIGH_TIME] = "time",
	};

	exposition_begin(e, "irqkit_device_imbalance_ratio", METRIC_GAUGE,
		"Load of the busiest CPU divided by the mean of the CPUs that the device "
		"may use or used before, since the last run; absent with little load.");
	for (size_t i = 0; i < c->n_devices; i++)
		for (size_t k = IRQKIT_WEIGH_INTERRUPTS; k < LENGTH(words); k++)
			if (c->devices[i].imbalance[k] >= 0)
				exposition_add(e, "irqkit_device_imbalance_ratio",
					c->devices[i].imbalance[k], "device",
					c->devices[i].name, "weight", words[k], NULL);
}

static void add_queue_counts(struct exposition *e, const struct collected *c)
{
	static const char *const words[] = { [IRQKIT_RX] = "rx", [IRQKIT_TX] = "tx" };

	exposition_begin(e, "irqkit_device_queues", METRIC_GAUGE,
		"Queues of a network interface.");
	for (size_t i = 0; i < c->n_devices; i++)
		for (size_t k = 0; k < LENGTH(words) && is_net(&c->devices[i]); k++)
			exposition_add(e, "irqkit_device_queues",
				(double)irqkit_device_count_direction(
					c->devices[i].device, (enum irqkit_direction)k),
				"device", c->devices[i].name, "direction", words[k],
				NULL);
}

static void add_devices(struct exposition *e, const struct collected *c)
{
	add_device_info(e, c);
	add_each(e, c, "irqkit_device_interrupts_total", METRIC_COUNTER,
		"Interrupts of a device.", false, get_count);
	add_each(e, c, "irqkit_device_remote_interrupts_total", METRIC_COUNTER,
		"Interrupts of a device that CPUs of another NUMA node handled.", false,
		get_remote);
	add_imbalance(e, c);
	add_queue_counts(e, c);
	add_each(e, c, "irqkit_device_cpus_used", METRIC_GAUGE,
		"CPUs that handle the queues of a device, or its interrupts if none "
		"serves "
		"a queue.",
		false, get_used);
	add_each(e, c, "irqkit_device_cpus_usable", METRIC_GAUGE,
		"Housekeeping CPUs of the NUMA node of a device.", false, get_usable);
	add_each(e, c, "irqkit_device_rps_cpus", METRIC_GAUGE,
		"CPUs in the RPS masks of a network interface; 0 if RPS is off.", true,
		get_rps);
	add_each(e, c, "irqkit_device_xps_cpus", METRIC_GAUGE,
		"CPUs in the XPS masks of a network interface; 0 if XPS is off.", true,
		get_xps);
}

/* ------------------------------------------------------------------------------- */
/* The whole system                                                                */

static void add_info(struct exposition *e, const struct other_figures *others)
{
	static const char *const times[] = {
		[IRQKIT_ACCOUNTING_UNKNOWN] = "",
		[IRQKIT_NOT_ACCOUNTED] = "none",
		[IRQKIT_ACCOUNTED] = "stat",
	};
	static const char *const packets[] = {
		[IRQKIT_PACKETS_NOT_COUNTED] = "none",
		[IRQKIT_PACKETS_QSTATS] = "qstats",
		[IRQKIT_PACKETS_ETHTOOL] = "ethtool",
		[IRQKIT_PACKETS_DEVICE] = "device",
	};

	exposition_begin(e, "irqkit_info", METRIC_GAUGE,
		"Version of irqkit, and the sources of time and packets.");
	exposition_add(e, "irqkit_info", 1, "version", irqkit_version(), "time_source",
		times[others->accounting], "packet_source", packets[others->packets],
		NULL);
}

static void add_source(struct exposition *e, const char *source, bool is_readable)
{
	exposition_add(e, "irqkit_readable", is_readable, "source", source, NULL);
}

static void add_readable(struct exposition *e, const struct collected *c,
	const struct other_figures *others)
{
	const struct state *now = c->now;
	bool has_affinity = now->n_irqs == 0, has_devices = now->n_irqs == 0;

	for (size_t i = 0; i < now->n_irqs; i++) {
		has_affinity |= now->irqs[i].affinity != NULL;
		has_devices |= now->irqs[i].device != NULL;
	}
	exposition_begin(e, "irqkit_readable", METRIC_GAUGE,
		"Whether a source could be read; a container may hide some.");
	add_source(e, "interrupts", true);
	add_source(e, "affinity", has_affinity);
	add_source(e, "devices", has_devices);
	add_source(e, "softnet", others->has_softnet);
	/* a system that has just been booted may account it, or not */
	if (others->accounting != IRQKIT_ACCOUNTING_UNKNOWN)
		add_source(e, "irq_time", others->accounting == IRQKIT_ACCOUNTED);
	add_source(e, "netlink",
		irqkit_devices_has_netlink(irqkit_machine_get_devices(c->machine)));
	add_source(e, "policy", !others->policy.is_unreadable);
}

static void add_findings(struct exposition *e, const struct finding_counts *counts)
{
	if (!counts->is_known)
		return;
	exposition_begin(e, "irqkit_findings", METRIC_GAUGE,
		"Findings of 'irqkit doctor', by rule and cost; rules that find nothing "
		"have no series.");
	for (size_t i = 0; i < counts->n; i++)
		exposition_add(e, "irqkit_findings", (double)counts->counts[i].n, "rule",
			counts->counts[i].rule, "cost",
			class_word(counts->counts[i].class), NULL);
}

/* The name of a sum of this kind, or NULL. */
static const char *find_name(const struct sum *sum, const char *kind)
{
	size_t len = strlen(kind);

	return strncmp(sum->key, kind, len) == 0 && sum->key[len] == ' '
		? sum->key + len + 1
		: NULL;
}

static void add_spurious(struct exposition *e, const struct sums *sums)
{
	exposition_begin(e, "irqkit_spurious_interrupts_total", METRIC_COUNTER,
		"Interrupts that no driver answered, by the names of the handlers; only "
		"above 0.");
	for (size_t i = 0; i < sums->n; i++) {
		const char *name = find_name(&sums->sums[i], SUM_SPURIOUS);

		if (name && sums->sums[i].value > 0)
			exposition_add(e, "irqkit_spurious_interrupts_total",
				(double)sums->sums[i].value, "name", name, NULL);
	}
}

static void add_policy(struct exposition *e, const struct policy_figures *policy)
{
	if (!policy->is_known)
		return;
	exposition_begin(e, "irqkit_policy_settings", METRIC_GAUGE,
		"Settings of policy files, by state, as 'irqkit check' finds them.");
	exposition_add(e, "irqkit_policy_settings", (double)policy->as_wanted, "state",
		"as_wanted", NULL);
	exposition_add(e, "irqkit_policy_settings", (double)policy->drifted, "state",
		"drifted", NULL);
	exposition_add(e, "irqkit_policy_settings", (double)policy->missing, "state",
		"missing", NULL);
}

static void add_moves(struct exposition *e, const struct collected *c)
{
	exposition_begin(e, "irqkit_moves_pending", METRIC_GAUGE,
		"Interrupts that will move the next time that they fire.");
	exposition_add(e, "irqkit_moves_pending", (double)c->n_pending, NULL);
	exposition_begin(e, "irqkit_affinity_changes_total", METRIC_COUNTER,
		"Interrupts that another CPU handled than at the last run, whoever "
		"moved "
		"them.");
	exposition_add(e, "irqkit_affinity_changes_total",
		(double)sums_get(&c->kept.sums, "changes", NULL), NULL);
}

void series_add_default(struct exposition *exposition, const struct collected *collected,
	const struct other_figures *others)
{
	add_info(exposition, others);
	add_readable(exposition, collected, others);
	add_cpus(exposition, collected);
	add_isolated(exposition, collected);
	add_vectors(exposition, collected);
	add_devices(exposition, collected);
	add_moves(exposition, collected);
	add_policy(exposition, &others->policy);
	add_findings(exposition, &others->findings);
	add_spurious(exposition, &collected->kept.sums);
}

/* ------------------------------------------------------------------------------- */
/* Options                                                                         */

static void add_queue(struct exposition *e, const struct collected *c,
	const struct device_figures *figures, const struct irqkit_queue *queue,
	bool is_count)
{
	const struct state_irq *irq = state_find_irq(c->now, irqkit_queue_get_irq(queue));
	const struct irqkit_cpuset *place = irq ? state_irq_place(c->now, irq) : NULL;
	bool is_rx = irqkit_queue_get_direction(queue) == IRQKIT_RX;
	const char *name = is_count ? "irqkit_queue_interrupts_total"
				    : "irqkit_queue_cpu";
	char number[16];

	format_cpu(irqkit_queue_get_number(queue), number);
	if (!irq || (!is_count && (!place || irqkit_cpuset_count(place) != 1)))
		return;
	exposition_add(e, name,
		is_count ? (double)irq->total : (double)irqkit_cpuset_next(place, -1),
		"device", figures->name, "queue", number, "direction",
		is_rx ? "rx" : "tx", NULL);
}

void series_add_queues(struct exposition *e, const struct collected *c)
{
	for (int is_count = 1; is_count >= 0; is_count--) {
		if (is_count)
			exposition_begin(e, "irqkit_queue_interrupts_total",
				METRIC_COUNTER,
				"Interrupts of a queue, as the kernel counts them.");
		else
			exposition_begin(e, "irqkit_queue_cpu", METRIC_GAUGE,
				"Number of the CPU that handles the interrupt of a "
				"queue.");
		for (size_t i = 0; i < c->n_devices; i++) {
			const struct irqkit_device *device = c->devices[i].device;

			for (size_t k = 0; k < irqkit_device_count_queues(device); k++)
				add_queue(e, c, &c->devices[i],
					irqkit_device_get_queue(device, k), is_count);
		}
	}
}

/* ---- --full: a series for each interrupt and CPU ----------------------------------- */

struct full {
	const struct state_irq *irq;
	unsigned int cpu;
	uint64_t count;
};

static int compare_texts(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

/* Labels that are the same are one series. */
static int compare_full(const void *a, const void *b)
{
	const struct full *one = a, *other = b;
	int r = compare_texts(one->irq->device, other->irq->device);

	if (r == 0)
		r = compare_texts(one->irq->queues, other->irq->queues);
	if (r == 0)
		r = compare_texts(one->irq->name, other->irq->name);
	return r ? r : (one->cpu > other->cpu) - (one->cpu < other->cpu);
}

static struct full *list_full(const struct state *state, size_t *ret_n)
{
	struct full *list;
	size_t n = 0;

	for (size_t i = 0; i < state->n_irqs; i++)
		n += state->irqs[i].n_counts;
	list = calloc(n + 1, sizeof(*list));
	*ret_n = 0;
	for (size_t i = 0; list && i < state->n_irqs; i++)
		for (size_t k = 0; k < state->irqs[i].n_counts; k++)
			list[(*ret_n)++] = (struct full){ &state->irqs[i],
				state->irqs[i].counts[k].cpu,
				state->irqs[i].counts[k].count };
	if (list)
		qsort(list, *ret_n, sizeof(*list), compare_full);
	return list;
}

bool series_add_interrupts(struct exposition *e, const struct collected *c)
{
	size_t n;
	_cleanup_free_ struct full *list = list_full(c->now, &n);

	if (!list)
		return false;
	exposition_begin(e, "irqkit_interrupts_total", METRIC_COUNTER,
		"Interrupts by name and CPU, as the kernel counts them; without those "
		"that "
		"never fired.");
	for (size_t i = 0; i < n;) {
		const struct full *first = &list[i];
		uint64_t count = 0;
		char number[16];

		for (; i < n && compare_full(first, &list[i]) == 0; i++)
			count += list[i].count;
		exposition_add(e, "irqkit_interrupts_total", (double)count, "device",
			first->irq->device ? first->irq->device : "", "queue",
			first->irq->queues ? first->irq->queues : "", "name",
			first->irq->name, "cpu", format_cpu(first->cpu, number), NULL);
	}
	return true;
}
