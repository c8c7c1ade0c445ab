/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Settings of the whole system: for what is created later, and the RFS flow table. */
#include "base/cpuset.h"
#include "base/error_text.h"
#include "base/macros.h"
#include "base/number.h"
#include "devices/queues.h"
#include "kernel/ctx.h"
#include "kernel/knob.h"
#include "policy/save.h"
#include "topology/topology.h"

#include <errno.h>
#include <string.h>

static const char what[] = "setting";

/* A file that does not exist needs no line, and a failure was logged. */
static int leave_out_unreadable(struct save *save, const char *name, int error)
{
	if (error == -ENOENT)
		return 0;
	return is_failure(error)
		? error
		: save_leave_out(save, what, name, "%s", error_text(-error));
}

static int add_cpus(
	struct save *save, const char *options, const struct irqkit_cpuset *cpus)
{
	_cleanup_free_ char *list = NULL;
	struct buffer line = { 0 };
	int r = irqkit_cpuset_format_list(cpus, &list);

	if (r < 0)
		return r;
	buffer_add(&line, "%s%s", options, *list ? list : "off");
	return save_add_command(save, &line, 1);
}

/* The kernel's default is all CPUs that there can be. */
static bool is_default_affinity(const struct save *save, const struct irqkit_cpuset *cpus)
{
	struct irqkit_topology *topology = save->machine->topology;
	const struct irqkit_cpuset *all = irqkit_topology_get_cpus(
		topology, IRQKIT_CPUS_POSSIBLE);

	if (!all)
		all = irqkit_topology_get_cpus(topology, IRQKIT_CPUS_ONLINE);
	return all && irqkit_cpuset_is_subset(all, cpus);
}

static int save_default_affinity(struct save *save)
{
	static const char name[] = "default_smp_affinity";
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
	int r = machine_read_mask(save->machine, MACHINE_DEFAULT_AFFINITY, &cpus);

	if (r < 0)
		return leave_out_unreadable(save, name, r);
	if (is_default_affinity(save, cpus) && !save->with_defaults)
		return 0;
	if (irqkit_cpuset_is_empty(cpus))
		return save_leave_out(save, what, name, "it has no CPU");
	r = save_leave_out_offline(save, what, name, cpus);
	return r ? (r < 0 ? r : 0) : add_cpus(save, "set --default --cpus=", cpus);
}

static int save_rps_default(struct save *save)
{
	static const char name[] = "rps_default_mask";
	const struct irqkit_cpuset *allowed = topology_get_kernel_cpus(
		save->machine->topology, IRQKIT_CPUS_HOUSEKEEPING);
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
	int r = machine_read_mask(save->machine, MACHINE_RPS_DEFAULT_MASK, &cpus);

	if (r < 0)
		return leave_out_unreadable(save, name, r);
	if (irqkit_cpuset_is_empty(cpus) && !save->with_defaults)
		return 0;
	r = save_leave_out_offline(save, what, name, cpus);
	if (r)
		return r < 0 ? r : 0;
	if (allowed && !irqkit_cpuset_is_subset(cpus, allowed))
		return save_leave_out(save, what, name, "some of the CPUs are isolated");
	return add_cpus(save, "rps --default=", cpus);
}

/*
 * `rps --flows` raises the table of the whole system, so its line comes after those of the
 * queues.
 */
static int save_flow_entries(struct save *save)
{
	static const char name[] = "rps_sock_flow_entries";
	struct buffer line = { 0 };
	uint64_t entries;
	int r = irqkit_machine_read_sock_flow_entries(save->machine, &entries);

	if (r < 0)
		return leave_out_unreadable(save, name, r);
	if (entries == 0 && !save->with_defaults && !save->has_flows)
		return 0;
	if (entries > IRQKIT_FLOWS_MAX || round_up_to_power(entries) != entries)
		return save_leave_out(
			save, what, name, "no kernel has such a number of flows");
	buffer_add(&line, "rps --entries=%llu", (unsigned long long)entries);
	return save_add_command(save, &line, 1);
}

int save_system(struct save *save)
{
	int r = save_default_affinity(save);

	if (r == 0)
		r = save_rps_default(save);
	return r == 0 ? save_flow_entries(save) : r;
}
