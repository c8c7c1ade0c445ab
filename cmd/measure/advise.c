/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Advice about more CPUs: only what would succeed, and change something. */
#include "measure/advise.h"
#include "base/basics.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Without RPS in the kernel there is nothing to set. */
static bool has_setting(struct irqkit_device *device)
{
	size_t n = irqkit_device_count_queues(device);

	for (size_t i = 0; i < n; i++) {
		struct irqkit_queue *queue = irqkit_device_get_queue(device, i);
		_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;

		if (irqkit_queue_get_direction(queue) == IRQKIT_RX &&
			irqkit_queue_read_rps_cpus(queue, &cpus) < 0)
			return false;
	}
	return n > 0;
}

static enum rps_use judge_queues(
	const struct irqkit_rps_advice *advice, struct irqkit_device *device)
{
	size_t n = irqkit_device_count_queues(device);
	enum rps_use use = RPS_USELESS;

	for (size_t i = 0; i < n; i++) {
		struct irqkit_queue *queue = irqkit_device_get_queue(device, i);
		_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;

		if (irqkit_queue_get_direction(queue) != IRQKIT_RX ||
			irqkit_queue_read_rps_cpus(queue, &cpus) < 0)
			continue;
		if (irqkit_rps_advice_judge(advice, queue, cpus) == IRQKIT_RPS_ON)
			use = RPS_IS_ON;
		else if (irqkit_rps_advice_helps(advice, queue))
			return RPS_WOULD_HELP;
	}
	return use;
}

enum rps_use advise_rps(struct irqkit_machine *machine, struct irqkit_device *device)
{
	struct irqkit_rps_advice *advice;
	enum rps_use use;

	if (!has_setting(device) || irqkit_rps_advice_new(machine, device, &advice) < 0)
		return RPS_USELESS;
	use = judge_queues(advice, device);
	irqkit_rps_advice_free(advice);
	return use == RPS_WOULD_HELP && irqkit_machine_mostly_sends(machine, device)
		? RPS_USELESS
		: use;
}

/* ------------------------------------------------------------------------------- */

struct channel_count {
	unsigned int now, max;
};

/* The channels that carry packets, by enum irqkit_channel_kind. False: not known. */
static bool read_channels(
	struct irqkit_device *device, struct channel_count counts[], int *ret_error)
{
	static const enum irqkit_channel_kind kinds[] = { IRQKIT_CHANNEL_RX,
		IRQKIT_CHANNEL_TX, IRQKIT_CHANNEL_COMBINED };

	for (size_t i = 0; i < LENGTH(kinds); i++) {
		struct channel_count *count = &counts[kinds[i]];

		*ret_error = irqkit_device_read_channels(
			device, kinds[i], &count->now, &count->max);
		if (*ret_error < 0)
			return false;
	}
	return true;
}

/* " --rx=8", if the driver allows more of these channels than it has; or "" */
static void format_more(const char *word, const struct channel_count *count,
	unsigned int useful, char *text, size_t room)
{
	unsigned int n = count->max < useful ? count->max : useful;

	if (n > count->now)
		snprintf(text, room, " --%s=%u", word, n);
	else
		*text = '\0';
}

/* Channels that send and receive, or some of each: a driver that has both uses one way. */
static enum more_queues format_channels(const struct channel_count counts[],
	const char *name, unsigned int useful, char **ret_command)
{
	const struct channel_count *rx = &counts[IRQKIT_CHANNEL_RX],
				   *tx = &counts[IRQKIT_CHANNEL_TX],
				   *combined = &counts[IRQKIT_CHANNEL_COMBINED];
	char first[32], second[32] = "";
	unsigned int now;

	if (combined->max && (combined->now || !(rx->now || tx->now))) {
		format_more("combined", combined, useful, first, sizeof(first));
		now = combined->now;
	} else {
		format_more("rx", rx, useful, first, sizeof(first));
		format_more("tx", tx, useful, second, sizeof(second));
		now = rx->now < tx->now ? rx->now : tx->now;
	}
	if (!*first && !*second)
		return now >= useful ? ENOUGH_QUEUES : NO_MORE_QUEUES;
	if (asprintf(ret_command, "'irqkit channels %s%s%s'", name, first, second) < 0)
		*ret_command = NULL;
	return MORE_QUEUES;
}

/* Both ends agree on the number: drivers/net/xen-netfront.c, xennet_connect(). */
static bool is_xen(const struct irqkit_device *device)
{
	const char *driver = irqkit_device_get_driver(device);

	return driver && strncmp(driver, "xen_net", strlen("xen_net")) == 0;
}

/* A queue for each core of its node, but not more than CPUs are to be used. */
static unsigned int find_useful(
	struct irqkit_machine *machine, struct irqkit_device *device, size_t n_cpus)
{
	_cleanup_free_ char *why = NULL;
	unsigned int useful;

	if (irqkit_machine_find_useful_channels(machine, device, &useful, &why) < 0 ||
		useful > n_cpus)
		return (unsigned int)n_cpus;
	return useful;
}

enum more_queues advise_more_queues(struct irqkit_machine *machine,
	struct irqkit_device *device, size_t n_cpus, char **ret_command)
{
	_cleanup_free_ char *name = text_escape(irqkit_device_get_name(device));
	struct channel_count counts[IRQKIT_CHANNEL_COMBINED + 1] = { 0 };
	unsigned int useful = find_useful(machine, device, n_cpus);
	int error = 0, r;

	*ret_command = NULL;
	if (!name)
		return NO_MORE_QUEUES;
	if (!is_xen(device) && read_channels(device, counts, &error))
		return format_channels(counts, name, useful, ret_command);
	if (!is_xen(device) && error == -EOPNOTSUPP)
		return NO_MORE_QUEUES;
	if (irqkit_device_count_direction(device, IRQKIT_RX) >= useful)
		return ENOUGH_QUEUES;
	if (is_xen(device))
		r = asprintf(ret_command, "%s.max_queues=%u",
			irqkit_device_get_driver(device), useful);
	else
		r = asprintf(ret_command, "'irqkit channels %s --combined=%u'", name,
			useful);
	*ret_command = r < 0 ? NULL : *ret_command;
	return MORE_QUEUES_MAYBE;
}

/* ", if the driver allows it", or "" */
static const char *name_condition(
	const struct irqkit_device *device, enum more_queues more)
{
	if (more != MORE_QUEUES_MAYBE)
		return "";
	return is_xen(device) ? ", if the other end allows it"
			      : ", if the driver allows it";
}

char *advise_more_cpus(
	struct irqkit_machine *machine, struct irqkit_device *device, size_t n_cpus)
{
	_cleanup_free_ char *name = text_escape(irqkit_device_get_name(device));
	_cleanup_free_ char *command = NULL;
	const char *condition = name_condition(
		device, advise_more_queues(machine, device, n_cpus, &command));
	bool has_rps = advise_rps(machine, device) == RPS_WOULD_HELP;
	char *text = NULL;
	int r;

	if (!name || (!command && !has_rps))
		return NULL;
	if (!command)
		r = asprintf(&text, "'irqkit rps %s --auto'", name);
	else if (!has_rps)
		r = asprintf(&text, "%s%s", command, condition);
	else
		r = asprintf(&text, "%s%s%s or 'irqkit rps %s --auto'", command,
			condition, *condition ? "," : "", name);
	return r < 0 ? NULL : text;
}
