/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lost packets, and CPUs that have no time. */
#include "base/cpuset.h"
#include "base/macros.h"
#include "devices/device.h"
#include "doctor/facts_counters.h"
#include "doctor/facts_kernel.h"
#include "doctor/facts_net.h"
#include "doctor/facts_pressure.h"
#include "doctor/rule.h"
#include "doctor/thresholds.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static bool is_measured(const struct look *look)
{
	return facts_confidence(look->facts) == IRQKIT_CONFIDENCE_MEASURED;
}

/* ------------------------------------------------------------------------------- */
/* /proc/net/softnet_stat                                                          */

/* The CPUs that do something so often, and how often the worst of them does it. */
struct losers {
	struct irqkit_cpuset *cpus; /* owned */
	unsigned int worst;
	double rate;
};

static void losers_clear(struct losers *losers)
{
	irqkit_cpuset_free(losers->cpus);
}

typedef double measure_fn(const struct facts *facts, unsigned int cpu);

static int find_losers(struct look *look, measure_fn *measure, double least,
	double least_busy, struct losers *ret_losers)
{
	int r = irqkit_cpuset_new(&ret_losers->cpus);

	ret_losers->rate = -1;
	irqkit_cpuset_foreach (cpu, look->facts->online) {
		double rate = measure(look->facts, cpu);

		if (r < 0 || rate < least || facts_busy(look->facts, cpu) < least_busy)
			continue;
		r = irqkit_cpuset_add(ret_losers->cpus, cpu);
		if (rate > ret_losers->rate) {
			ret_losers->rate = rate;
			ret_losers->worst = cpu;
		}
	}
	return r;
}

static struct irqkit_finding *add_losers(struct look *look, const struct losers *losers,
	const char *one, const char *several)
{
	_cleanup_free_ char *cpus = facts_format_cpus(losers->cpus);
	bool is_one = irqkit_cpuset_count(losers->cpus) == 1;
	struct irqkit_finding *finding = finding_add(
		look, NULL, "%s %s", is_one ? "CPU" : "CPUs", cpus ? cpus : "?");
	double busy = facts_busy(look->facts, losers->worst);

	finding_does(finding, is_one ? one : several, losers->rate,
		losers->rate < 1.5 ? "" : "s");
	finding_fact(finding, "/proc/net/softnet_stat", "cpu%u: %.1f per second",
		losers->worst, losers->rate);
	finding_add_cpus(finding, losers->cpus);
	finding_weigh(finding, busy >= 0 ? busy : 0.5, 0.5, busy >= 0);
	return finding;
}

static int look_dropped(struct look *look)
{
	struct losers losers CLEANUP(losers_clear) = { 0 };
	uint64_t backlog = 1000;
	struct irqkit_finding *finding;
	int r;

	if (!is_measured(look))
		return look_lacks(look, "no second reading of the counters");
	r = find_losers(look, facts_find_drops, DROPS_PER_SECOND, -2, &losers);
	if (r < 0 || irqkit_cpuset_is_empty(losers.cpus))
		return r;
	finding = add_losers(look, &losers,
		"drops %.0f packet%s per second from its backlog",
		"drop up to %.0f packet%s per second from their backlogs");
	facts_read_net_core(look->facts, "netdev_max_backlog", &backlog);
	finding_fact_read(finding, look->facts, "proc/sys/net/core/netdev_max_backlog");
	finding_by_hand(finding, IRQKIT_NEEDS_NOTHING,
		"first take work from %s; if drops remain: "
		"sysctl -w net.core.netdev_max_backlog=%llu. Only RPS, veth and tun use "
		"the backlog, so a network card alone is not the cause",
		irqkit_cpuset_count(losers.cpus) == 1 ? "this CPU" : "these CPUs",
		(unsigned long long)backlog * 2);
	return 0;
}

static int look_squeezed(struct look *look)
{
	struct losers losers CLEANUP(losers_clear) = { 0 };
	struct irqkit_finding *finding;
	uint64_t usecs = 8000;
	int r;

	if (!is_measured(look))
		return look_lacks(look, "no second reading of the counters");
	r = find_losers(look, facts_find_squeezes, SQUEEZES_PER_SECOND,
		SHORT_CPU_PERCENT / 100.0, &losers);
	if (r < 0 || irqkit_cpuset_is_empty(losers.cpus))
		return r;
	finding = add_losers(look, &losers,
		"stops packet work with packets left %.0f time%s per second "
		"(time_squeeze)",
		"stop packet work with packets left, up to %.0f time%s per second "
		"(time_squeeze)");
	facts_read_net_core(look->facts, "netdev_budget_usecs", &usecs);
	finding_fact_read(finding, look->facts, "proc/sys/net/core/netdev_budget_usecs");
	finding_by_hand(finding, IRQKIT_NEEDS_NOTHING,
		"first take work from this CPU; a greater net.core.netdev_budget_usecs "
		"(now %llu) only makes everything else on it wait longer",
		(unsigned long long)usecs);
	return 0;
}

static int look_flow_limit(struct look *look)
{
	struct irqkit_finding *finding;
	uint64_t dropped;
	int r = facts_sum_flow_limited(look->facts, &dropped);

	if (r < 0)
		return look_lacks(look, "no flow_limit in /proc/net/softnet_stat");
	if (dropped == 0)
		return 0;
	finding = finding_add(look, NULL, NULL);
	finding_say(finding, "the flow limit dropped %llu packets of large flows",
		(unsigned long long)dropped);
	finding_fact_read(
		finding, look->facts, "proc/sys/net/core/flow_limit_cpu_bitmap");
	finding_by_hand(finding, IRQKIT_NEEDS_NOTHING,
		"nothing to do, because the limit is there so that small flows survive; "
		"net.core.flow_limit_cpu_bitmap=0 turns it off");
	return 0;
}

/* ------------------------------------------------------------------------------- */
/* What the card loses, and how often it interrupts                                */

/* Of the counters that grow when the ring of a card has no room. */
static const char *const ring_counters[] = { "rx_missed_errors", "rx_fifo_errors",
	"rx_over_errors" };

static int judge_ring(struct look *look, struct irqkit_device *device)
{
	const char *worst = NULL;
	struct irqkit_finding *finding;
	struct net_rate most = { 0 };

	for (size_t i = 0; i < LENGTH(ring_counters); i++) {
		struct net_rate rate;

		if (facts_find_net_rate(look->facts, device, ring_counters[i], &rate) &&
			rate.per_second >= DROPS_PER_SECOND &&
			rate.per_second > most.per_second) {
			most = rate;
			worst = ring_counters[i];
		}
	}
	if (!worst)
		return 0;
	finding = finding_add(look, device, NULL);
	finding_say(finding,
		"the card had no free buffer for %.0f packet%s per second%s "
		"(%s)",
		most.per_second, most.per_second < 1.5 ? "" : "s",
		most.is_measured ? "" : ", as the mean since boot", worst);
	finding_fact_read(finding, look->facts, "sys/class/net/%s/statistics/%s",
		irqkit_device_get_name(device), worst);
	finding_set_confidence(finding,
		most.is_measured ? IRQKIT_CONFIDENCE_MEASURED : IRQKIT_CONFIDENCE_MEAN);
	if (!most.is_measured)
		finding_set_class(finding, IRQKIT_CLASS_MEDIUM);
	finding_weigh(finding, 0.5, 0.5, false);
	finding_by_hand(finding, IRQKIT_NEEDS_NOTHING,
		"first take work from the CPUs of its queues; then a larger ring: "
		"ethtool -g %s shows the maximum, ethtool -G %s rx MAXIMUM sets it",
		irqkit_device_get_name(device), irqkit_device_get_name(device));
	return 0;
}

static int look_ring(struct look *look)
{
	bool has_any = false;
	int r = 0;

	for (size_t i = 0; i < facts_count_net(look->facts) && r == 0; i++) {
		struct irqkit_device *device = facts_get_net(look->facts, i);
		uint64_t count;

		/* a bond adds up what the cards below it have lost */
		if (!device->bus_path || facts_is_down(look->facts, device) ||
			!facts_read_statistic(
				look->facts, device, "rx_missed_errors", &count))
			continue;
		has_any = true;
		r = judge_ring(look, device);
	}
	return r == 0 && !has_any ? look_lacks(look, "no statistics of interfaces") : r;
}

static bool wants_low_latency(struct look *look)
{
	const char *profile = facts_read(look->facts, NULL, "etc/tuned/active_profile");
	uint64_t poll = 0, reads = 0;

	facts_read_net_core(look->facts, "busy_poll", &poll);
	facts_read_net_core(look->facts, "busy_read", &reads);
	return poll > 0 || reads > 0 || (profile && strstr(profile, "latency"));
}

static int judge_per_packet(struct look *look, const struct fact_device *owner)
{
	double rate = facts_rate(look->facts, owner->count), packets;
	struct irqkit_finding *finding;

	if (rate < MANY_PER_SECOND ||
		!facts_find_packets_per_irq(look->facts, owner, &packets) ||
		packets >= PACKETS_PER_IRQ)
		return 0;
	finding = finding_add(look, owner->device, NULL);
	finding_does(finding, "fires %.0f times per second for %.1f packets each", rate,
		packets);
	finding_weigh(finding,
		look->facts->count ? (double)owner->count / (double)look->facts->count
				   : 0,
		0.5, false);
	finding_by_hand(finding, IRQKIT_NEEDS_NOTHING,
		"ethtool -C %s adaptive-rx on; without that, ethtool -C %s rx-usecs 50",
		owner->name, owner->name);
	return 0;
}

static int look_per_packet(struct look *look)
{
	struct facts *facts = look->facts;
	int r = 0;

	if (!is_measured(look))
		return look_lacks(look, "no second reading of the counters");
	for (size_t i = 0; i < facts->n_owners && r == 0; i++)
		if (facts->owners[i].is_net && !wants_low_latency(look))
			r = judge_per_packet(look, &facts->owners[i]);
	return r;
}

/* ------------------------------------------------------------------------------- */
/* CPUs that have no time                                                          */

/* The mean of the housekeeping CPUs, and the busiest. */
struct busy {
	double mean, most;
	unsigned int busiest, n;
};

static struct busy find_busy(const struct facts *facts)
{
	struct busy busy = { .most = -1 };

	irqkit_cpuset_foreach (cpu, facts->housekeeping) {
		double time = facts_busy(facts, cpu);

		if (time < 0)
			continue;
		busy.n++;
		busy.mean += time;
		if (time > busy.most) {
			busy.most = time;
			busy.busiest = cpu;
		}
	}
	busy.mean = busy.n ? busy.mean / busy.n : 0;
	return busy;
}

static int look_full(struct look *look)
{
	struct busy busy = find_busy(look->facts);
	struct irqkit_finding *finding;

	if (!busy.n)
		return look_lacks(look, "no CPU time of interrupts");
	if (busy.most * 100 < FULL_CPU_PERCENT)
		return 0;
	finding = finding_add(look, NULL, "cpu%u", busy.busiest);
	finding_add_cpu(finding, busy.busiest);
	finding_fact(finding, "/proc/stat", "cpu%u: irq and softirq %.0f%%", busy.busiest,
		busy.most * 100);
	finding_does(finding,
		"spends %.0f%% of its time in interrupts; the mean of %u "
		"CPUs is %.0f%%",
		busy.most * 100, busy.n, busy.mean * 100);
	if (busy.mean * 100 >= FULL_MEAN_PERCENT) {
		finding_set_class(finding, IRQKIT_CLASS_INFO);
		finding_by_hand(finding, IRQKIT_NEEDS_NOTHING,
			"nothing to do, because the other CPUs are busy as well");
		return 0;
	}
	finding_weigh(finding, busy.most, 1 - busy.mean / busy.most, true);
	finding_by_hand(finding, IRQKIT_NEEDS_NOTHING,
		"see which interrupts are there with 'irqkit show --cpus=%u'; move some, "
		"or share the work of one with RPS or more queues",
		busy.busiest);
	return 0;
}

/* ------------------------------------------------------------------------------- */
/* Settings                                                                        */

static const struct {
	const char *name;
	uint64_t most;
	const char *usual;
} budgets[] = {
	{ "netdev_budget", BUDGET_MOST, "300" },
	{ "netdev_budget_usecs", BUDGET_USECS_MOST, "8000, or two ticks" },
	{ "netdev_max_backlog", BACKLOG_MOST, "1000" },
};

static int look_budgets(struct look *look)
{
	bool has_any = false;

	for (size_t i = 0; i < LENGTH(budgets); i++) {
		struct irqkit_finding *finding;
		uint64_t value;

		if (!facts_read_net_core(look->facts, budgets[i].name, &value))
			continue;
		has_any = true;
		if (value <= budgets[i].most)
			continue;
		finding = finding_add(look, NULL, "net.core.%s", budgets[i].name);
		finding_does(finding, "is %llu; values above %llu only add delay",
			(unsigned long long)value, (unsigned long long)budgets[i].most);
		finding_fact_read(
			finding, look->facts, "proc/sys/net/core/%s", budgets[i].name);
		finding_by_hand(finding, IRQKIT_NEEDS_NOTHING,
			"go back to the default (%s), and raise it only as far as drops "
			"stop",
			budgets[i].usual);
	}
	return has_any ? 0 : look_lacks(look, "no sysctls of net.core");
}

/* ------------------------------------------------------------------------------- */

static const struct irqkit_rule rules[] = {
	{
		.id = "softnet-dropped",
		.class = IRQKIT_CLASS_HIGH,
		.title = "a CPU drops packets from its backlog",
		.why = "The queue of packets for this CPU is full, so packets are lost.",
		.explain =
			"Reported if a CPU drops one packet or more per second between "
			"two readings of /proc/net/softnet_stat.",
		.look = look_dropped,
	},
	{
		.id = "softnet-squeezed",
		.class = IRQKIT_CLASS_LOW,
		.title = "a busy CPU stops packet work before it is done",
		.why = "The CPU is short of time for packets; a few squeezes are normal, "
		       "and a greater budget lengthens the pause for everything else.",
		.explain = "Reported if a CPU counts ten squeezes per second or more and "
			   "spends half of its time in interrupts.",
		.look = look_squeezed,
	},
	{
		.id = "ring-overrun",
		.class = IRQKIT_CLASS_HIGH,
		.title = "a network card has no room for packets",
		.why = "The card had no free buffer when a packet came, because its CPU "
		       "did not empty the ring in time.",
		.explain = "Reported if rx_missed_errors, rx_fifo_errors or "
			   "rx_over_errors grow by one or more per second. From one "
			   "reading, the mean since boot is used, and the finding is not "
			   "above medium. rx_dropped does not count: it includes unknown "
			   "protocols.",
		.look = look_ring,
	},
	{
		.id = "flow-limit",
		.class = IRQKIT_CLASS_INFO,
		.title = "the flow limit drops packets of large flows",
		.why = "The kernel drops packets of one large flow on purpose, so that "
		       "small flows survive.",
		.explain =
			"Reported if flow_limit_count of /proc/net/softnet_stat is not "
			"0.",
		.look = look_flow_limit,
	},
	{
		.id = "irq-per-packet",
		.class = IRQKIT_CLASS_MEDIUM,
		.title = "nearly every packet raises an interrupt",
		.why = "Each interrupt costs far more than a packet, and in a guest it "
		       "leaves the guest.",
		.explain = "Reported if an interface raises 20,000 interrupts per second "
			   "or more for fewer than two packets each. Not reported if "
			   "busy polling or a tuned profile for latency is in use.",
		.look = look_per_packet,
	},
	{
		.id = "cpu-full-of-softirq",
		.class = IRQKIT_CLASS_HIGH,
		.title = "a CPU has no time for anything but interrupts",
		.why = "Programs on this CPU get no time.",
		.explain = "Reported if a CPU spends 85 % of its time or more in "
			   "interrupts while the mean is below 50 %; an info if all CPUs "
			   "are that busy.",
		.look = look_full,
	},
	{
		.id = "budget-folklore",
		.class = IRQKIT_CLASS_LOW,
		.title = "a limit of packet work is far too large",
		.why = "Long packet work delays everything else, and a huge queue adds "
		       "delay instead of saving packets.",
		.explain =
			"Reported if net.core.netdev_budget is above 3,000, "
			"netdev_budget_usecs above 50,000, or netdev_max_backlog above "
			"100,000.",
		.look = look_budgets,
	},
};

const struct irqkit_rule *rules_softirq(size_t *ret_count)
{
	*ret_count = LENGTH(rules);
	return rules;
}
