/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the JSON of `irqkit show` says of the machine as a whole, so that two documents can
 * be compared. Of a saved root, only what it has.
 */
#include "show/show_machine.h"
#include "base/basics.h"
#include "base/utc.h"

/* CPUs that belong together, and the number of what they belong to. */
struct group {
	int number; /* -1: not known */
	const struct irqkit_cpuset *cpus;
};

static struct cell get_number(void *data)
{
	struct group *group = data;

	return group->number < 0 ? ABSENT : number_cell((uint64_t)group->number);
}

static struct cell get_cpus(void *data)
{
	struct group *group = data;

	return cpus_cell(group->cpus);
}

static const struct column node_columns[] = {
	{ "NODE", "node", NULL, 0, get_number, 0 },
	{ "CPUS", "cpus", NULL, 0, get_cpus, 0 },
	{ 0 },
};

static const struct column core_columns[] = {
	{ "PACKAGE", "package", NULL, 0, get_number, 0 },
	{ "CPUS", "cpus", NULL, 0, get_cpus, 0 },
	{ 0 },
};

/* Adds an array of @n groups, unless that is 0. */
static void add_groups(struct document *document, const char *key,
	const struct column *columns, struct group *groups, size_t n)
{
	struct table table CLEANUP(table_free) = {
		.rows = calloc(n + 1, sizeof(*table.rows)),
		.n_rows = n,
	};

	if (n == 0)
		return;
	if (!table.rows || !table_choose_keys(&table, columns)) {
		document_fail(document);
		return;
	}
	for (size_t i = 0; i < n; i++)
		table.rows[i] = &groups[i];
	document_add_table(document, key, &table);
}

/* Room for one group for each member; NULL: there are none, or no memory. */
static struct group *new_groups(
	struct document *document, const struct irqkit_cpuset *numbers)
{
	size_t n = numbers ? irqkit_cpuset_count(numbers) : 0;
	struct group *groups = n ? calloc(n, sizeof(*groups)) : NULL;

	if (n && !groups)
		document_fail(document);
	return groups;
}

static void add_nodes(const struct show *show, struct document *document)
{
	const struct irqkit_cpuset *nodes = irqkit_topology_get_nodes(show->topology);
	_cleanup_free_ struct group *groups = new_groups(document, nodes);
	size_t n = 0;

	if (!groups)
		return;
	irqkit_cpuset_foreach (node, nodes) {
		const struct irqkit_cpuset *cpus = irqkit_topology_get_node_cpus(
			show->topology, node);

		if (cpus)
			groups[n++] = (struct group){ (int)node, cpus };
	}
	add_groups(document, "nodes", node_columns, groups, n);
}

static void add_cores(const struct show *show, struct document *document)
{
	const struct irqkit_cpuset *first = irqkit_topology_get_first_threads(
		show->topology);
	_cleanup_free_ struct group *groups = new_groups(document, first);
	size_t n = 0;

	if (!groups)
		return;
	irqkit_cpuset_foreach (cpu, first) {
		/* if nothing is known of a CPU, it seems to be alone in its core */
		if (irqkit_topology_get_core(show->topology, cpu) < 0)
			continue;
		groups[n].number = irqkit_topology_get_package(show->topology, cpu);
		groups[n++].cpus = irqkit_topology_get_siblings(show->topology, cpu);
	}
	add_groups(document, "cores", core_columns, groups, n);
}

static void add_times(const struct show *show, struct document *document)
{
	char text[UTC_SIZE];
	const char *boot_id;
	double uptime = -1;
	int64_t time;

	irqkit_machine_read_uptime(show->machine, &uptime);
	if (irqkit_machine_read_time(show->machine, &time) == 0)
		document_add_text(document, "time", utc_format(time, text));
	if (uptime >= 0)
		document_add_real(document, "uptime", uptime);
	if (irqkit_machine_get_boot_id(show->machine, &boot_id) == 0)
		document_add_text(document, "boot_id", boot_id);
}

void show_add_machine(const struct show *show, struct document *document)
{
	const struct irqkit_cpuset *isolated = irqkit_topology_get_cpus(
		show->topology, IRQKIT_CPUS_ISOLATED);

	add_times(show, document);
	document_add_cpus(document, "cpus", irqkit_snapshot_get_cpus(show->snapshot));
	if (isolated)
		document_add_list(document, "isolated", isolated);
	add_nodes(show, document);
	add_cores(show, document);
}
