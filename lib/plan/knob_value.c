/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kinds of knobs that a plan may write. Each is known by its path: what has none of
 * these is never written, whoever wrote it into the journal.
 *
 *     /proc/irq/283/smp_affinity                   mask
 *     /proc/irq/default_smp_affinity               mask
 *     /sys/class/net/eth0/queues/rx-0/rps_cpus     mask; the kernel leaves CPUs out
 *                                    /rps_flow_cnt number, made a power of two
 *                               /tx-0/xps_cpus     mask; the kernel leaves CPUs out
 *                                    /xps_rxqs     mask of rx queues
 *     /proc/sys/net/core/rps_sock_flow_entries     number, made a power of two
 *                       /rps_default_mask          mask; the kernel leaves CPUs out
 *     /sys/devices/virtual/workqueue/cpumask       mask
 *     /proc/123/status                             list: sched_setaffinity() writes it
 *     ethtool:eth0/channels                        text: see channels/counts.h
 *                 /rss                             text: see channels/rss.h
 *     irqbalance:812/banned_cpus                   mask: its socket writes it
 */
#include "plan/knob_value.h"
#include "base/cpuset.h"
#include "base/macros.h"
#include "base/number.h"
#include "channels/counts.h"
#include "channels/rss.h"
#include "devices/queues.h"
#include "devices/sysfs.h"
#include "kernel/ctx.h"
#include "kernel/knob_path.h"
#include "topology/topology.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NET "/sys/class/net/"
#define ETHTOOL "ethtool:"
#define DEVICE_NAME_MAX 15u /* IFNAMSIZ - 1 */

enum form { MASK, LIST, NUMBER, TEXT };

static enum form form_of(enum irqkit_knob knob)
{
	switch (knob) {
	case IRQKIT_KNOB_RPS_FLOW_CNT:
	case IRQKIT_KNOB_RPS_SOCK_FLOW_ENTRIES:
		return NUMBER;
	case IRQKIT_KNOB_THREAD:
		return LIST;
	case IRQKIT_KNOB_CHANNELS:
	case IRQKIT_KNOB_RSS:
		return TEXT;
	default:
		return MASK;
	}
}

static bool is_number(enum irqkit_knob knob)
{
	return form_of(knob) == NUMBER;
}

/* ------------------------------------------------------------------------------- */
/* Paths                                                                           */

/* %u between two texts, as the kernel would write it. */
static bool parse_numbered(
	const char *text, const char *before, const char *after, uint32_t *ret_number)
{
	size_t len;

	if (strncmp(text, before, strlen(before)) != 0)
		return false;
	text += strlen(before);
	len = strspn(text, "0123456789");
	return (len == 1 || text[0] != '0') && parse_u32(text, len, ret_number) == 0 &&
		*ret_number <= INT32_MAX && strcmp(text + len, after) == 0;
}

static bool parse_queue_path(const char *path, enum irqkit_knob *ret_knob)
{
	static const struct {
		const char *before, *after;
		enum irqkit_knob knob;
	} files[] = {
		{ "/queues/rx-", "/rps_cpus", IRQKIT_KNOB_RPS_CPUS },
		{ "/queues/rx-", "/rps_flow_cnt", IRQKIT_KNOB_RPS_FLOW_CNT },
		{ "/queues/tx-", "/xps_cpus", IRQKIT_KNOB_XPS_CPUS },
		{ "/queues/tx-", "/xps_rxqs", IRQKIT_KNOB_XPS_RXQS },
	};
	const char *name = path + strlen(NET);
	size_t len = strcspn(name, "/");
	uint32_t number;

	if (len < 1 || len > DEVICE_NAME_MAX || strncmp(name, "./", 2) == 0 ||
		strncmp(name, "../", 3) == 0)
		return false;
	for (size_t i = 0; i < LENGTH(files); i++) {
		if (!parse_numbered(name + len, files[i].before, files[i].after, &number))
			continue;
		*ret_knob = files[i].knob;
		return true;
	}
	return false;
}

static bool parse_ethtool_path(const char *path, enum irqkit_knob *ret_knob)
{
	const char *name = path + strlen(ETHTOOL);
	size_t len = strcspn(name, "/");

	if (strncmp(path, ETHTOOL, strlen(ETHTOOL)) != 0 || len < 1 ||
		len > DEVICE_NAME_MAX || strncmp(name, "./", 2) == 0 ||
		strncmp(name, "../", 3) == 0)
		return false;
	if (strcmp(name + len, "/channels") == 0)
		*ret_knob = IRQKIT_KNOB_CHANNELS;
	else if (strcmp(name + len, "/rss") == 0)
		*ret_knob = IRQKIT_KNOB_RSS;
	else
		return false;
	return true;
}

void knob_get_device_name(const char *path, char name[static 16])
{
	const char *start = path + strlen(ETHTOOL);

	snprintf(name, 16, "%.*s", (int)strcspn(start, "/"), start);
}

bool knob_parse_path(const char *path, enum irqkit_knob *ret_knob, uint32_t *ret_number)
{
	if (strcmp(path, DEFAULT_AFFINITY_PATH) == 0)
		*ret_knob = IRQKIT_KNOB_DEFAULT_AFFINITY;
	else if (strcmp(path, SOCK_FLOW_ENTRIES_PATH) == 0)
		*ret_knob = IRQKIT_KNOB_RPS_SOCK_FLOW_ENTRIES;
	else if (strcmp(path, RPS_DEFAULT_MASK_PATH) == 0)
		*ret_knob = IRQKIT_KNOB_RPS_DEFAULT_MASK;
	else if (strcmp(path, WORKQUEUE_PATH) == 0)
		*ret_knob = IRQKIT_KNOB_WORKQUEUE;
	else if (parse_numbered(path, "/proc/irq/", "/smp_affinity", ret_number))
		*ret_knob = IRQKIT_KNOB_AFFINITY;
	else if (parse_numbered(path, "/proc/", "/status", ret_number))
		*ret_knob = IRQKIT_KNOB_THREAD;
	else if (strncmp(path, NET, strlen(NET)) == 0)
		return parse_queue_path(path, ret_knob);
	else if (parse_numbered(path, "irqbalance:", "/banned_cpus", ret_number))
		*ret_knob = IRQKIT_KNOB_BANNED_CPUS;
	else
		return parse_ethtool_path(path, ret_knob);
	return true;
}

/*
 * The index of the interface that the knob of a queue belongs to: another interface by
 * the same name has another. "": it is not known. It is read once for each interface.
 */
int knob_get_ifindex(
	struct irqkit_devices *devices, const char *path, const char **ret_text)
{
	const char *name = path +
		(strncmp(path, NET, strlen(NET)) == 0 ? strlen(NET) : strlen(ETHTOOL));
	char folder[PATH_MAX];
	uint32_t index;
	int r = format_path(folder, "sys/class/net/%.*s", (int)strcspn(name, "/"), name);

	if (r == 0)
		r = sysfs_get_text(devices, folder, "ifindex", ret_text);
	if (is_failure(r))
		return r;
	if (r < 0 || parse_u32(*ret_text, strlen(*ret_text), &index) < 0)
		*ret_text = "";
	return 0;
}

/* ------------------------------------------------------------------------------- */
/* Values                                                                          */

void knob_value_clear(struct knob_value *value)
{
	free(value->text);
	irqkit_cpuset_free(value->cpus);
	*value = (struct knob_value){ 0 };
}

int knob_value_copy(const struct knob_value *value, struct knob_value *ret_copy)
{
	struct knob_value copy = { .number = value->number };
	int r = 0;

	if (value->text && !(copy.text = strdup(value->text)))
		r = -ENOMEM;
	if (r == 0 && value->cpus)
		r = irqkit_cpuset_copy(value->cpus, &copy.cpus);
	if (r < 0)
		knob_value_clear(&copy);
	else
		*ret_copy = copy;
	return r;
}

static int parse_text(enum irqkit_knob knob, const char *text)
{
	struct channels channels;

	if (knob == IRQKIT_KNOB_CHANNELS)
		return counts_parse(text, &channels);
	return rss_is_text(text) ? 0 : -EBADMSG;
}

int knob_value_parse(
	enum irqkit_knob knob, const char *text, struct knob_value *ret_value)
{
	struct knob_value value = { .text = strdup(text) };
	size_t len = strlen(text);
	int r;

	if (!value.text)
		return -ENOMEM;
	if (form_of(knob) == NUMBER)
		r = parse_u64(text, len, &value.number);
	else if (form_of(knob) == TEXT)
		r = parse_text(knob, text);
	else if (form_of(knob) == LIST)
		r = irqkit_cpuset_parse_list(text, len, &value.cpus, NULL);
	else
		r = irqkit_cpuset_parse_mask(text, len, &value.cpus, NULL);
	if (r < 0) {
		free(value.text);
		return r == -EINVAL || r == -ERANGE ? -EBADMSG : r;
	}
	*ret_value = value;
	return 0;
}

int knob_value_set_cpus(enum irqkit_knob knob, const struct irqkit_cpuset *cpus,
	const char *like, struct knob_value *ret_value)
{
	struct knob_value value = { 0 };
	int r = irqkit_cpuset_copy(cpus, &value.cpus);

	if (r == 0)
		r = form_of(knob) == LIST
			? irqkit_cpuset_format_list(cpus, &value.text)
			: cpuset_format_mask_like(cpus, like, &value.text);
	if (r < 0) {
		knob_value_clear(&value);
		return r;
	}
	*ret_value = value;
	return 0;
}

int knob_value_set_number(uint64_t number, struct knob_value *ret_value)
{
	struct knob_value value = { .number = number };

	if (asprintf(&value.text, "%llu", (unsigned long long)number) < 0)
		return -ENOMEM;
	*ret_value = value;
	return 0;
}

bool knob_value_is_equal(
	enum irqkit_knob knob, const struct knob_value *a, const struct knob_value *b)
{
	if (form_of(knob) == TEXT)
		return strcmp(a->text, b->text) == 0;
	return is_number(knob) ? a->number == b->number
			       : irqkit_cpuset_is_equal(a->cpus, b->cpus);
}

/* Does the kernel leave @cpu out of a value that is written to @knob? */
static bool may_leave_out(
	struct irqkit_topology *topology, enum irqkit_knob knob, unsigned int cpu)
{
	const struct irqkit_cpuset *online = irqkit_topology_get_cpus(
		topology, IRQKIT_CPUS_ONLINE);
	const struct irqkit_cpuset *isolated = topology_get_kernel_cpus(
		topology, IRQKIT_CPUS_ISOLATED);
	const struct irqkit_cpuset *nohz_full = irqkit_topology_get_cpus(
		topology, IRQKIT_CPUS_NOHZ_FULL);

	if (online && !irqkit_cpuset_has(online, cpu) &&
		knob != IRQKIT_KNOB_RPS_DEFAULT_MASK)
		return true;
	return (knob == IRQKIT_KNOB_RPS_CPUS || knob == IRQKIT_KNOB_RPS_DEFAULT_MASK) &&
		((isolated && irqkit_cpuset_has(isolated, cpu)) ||
			(nohz_full && irqkit_cpuset_has(nohz_full, cpu)));
}

/*
 * net/core/net-sysfs.c, rps_cpumask_housekeeping(), which
 * net/core/sysctl_net_core.c, rps_default_mask_sysctl(), calls too; net/core/dev.c,
 * netif_set_xps_queue(); kernel/sched/, __sched_setaffinity(), which keeps the online
 * CPUs of the cpuset
 */
static int are_left_out(struct irqkit_ctx *ctx, enum irqkit_knob knob,
	const struct irqkit_cpuset *given, const struct irqkit_cpuset *kept)
{
	struct irqkit_topology *topology;
	bool all = true;
	int r;

	if (irqkit_cpuset_is_empty(kept) || !irqkit_cpuset_is_subset(kept, given))
		return false;
	r = irqkit_topology_new(ctx, &topology);
	if (r < 0)
		return r;
	irqkit_cpuset_foreach (cpu, given)
		if (!irqkit_cpuset_has(kept, cpu))
			all = all && may_leave_out(topology, knob, cpu);
	r = topology_get_error(topology);
	irqkit_topology_free(topology);
	return r < 0 ? r : all;
}

int knob_value_is_kept(struct irqkit_ctx *ctx, enum irqkit_knob knob,
	const struct knob_value *given, const struct knob_value *now)
{
	if (knob_value_is_equal(knob, given, now))
		return true;
	if (is_number(knob))
		return now->number == round_up_to_power(given->number);
	if (knob != IRQKIT_KNOB_RPS_CPUS && knob != IRQKIT_KNOB_XPS_CPUS &&
		knob != IRQKIT_KNOB_RPS_DEFAULT_MASK && knob != IRQKIT_KNOB_THREAD)
		return false;
	return are_left_out(ctx, knob, given->cpus, now->cpus);
}
