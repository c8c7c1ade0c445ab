/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the kernel reports about itself:
 *
 *	/proc/cmdline                            root=/dev/vda1 isolcpus=2-3
 *	/proc/sys/kernel/osrelease               6.1.0-31-amd64
 *	/proc/irq/16/spurious                    count 42, unhandled 0, last_unhandled 0 ms
 *	/sys/kernel/debug/irq/domains/VECTOR     a line for each online CPU
 */
#include "doctor/facts_kernel.h"
#include "base/array.h"
#include "base/macros.h"
#include "base/number.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool facts_has_parameter(struct facts *facts, const char *word)
{
	_cleanup_free_ char *rest = facts_find_parameter(facts, word);

	return rest && !*rest;
}

bool facts_is_before(struct facts *facts, unsigned int major, unsigned int minor)
{
	const char *text = facts_read(facts, NULL, "proc/sys/kernel/osrelease");
	unsigned int own_major, own_minor;

	if (!text || sscanf(text, "%u.%u", &own_major, &own_minor) != 2)
		return false;
	return own_major < major || (own_major == major && own_minor < minor);
}

bool facts_read_net_core(struct facts *facts, const char *name, uint64_t *ret_number)
{
	return facts_read_number(facts, ret_number, "proc/sys/net/core/%s", name);
}

/* kernel/irq/proc.c, irq_spurious_proc_show() */
bool facts_read_spurious(
	struct facts *facts, unsigned int irq, struct spurious *ret_spurious)
{
	const char *text = facts_read(facts, NULL, "proc/irq/%u/spurious", irq);
	unsigned long long count, unhandled;

	if (!text || sscanf(text, "count %llu unhandled %llu", &count, &unhandled) != 2)
		return false;
	*ret_spurious = (struct spurious){ count, unhandled };
	return true;
}

/* "    0   190     1     1   12  33-44": kernel/irq/matrix.c, irq_matrix_debug_show() */
static bool parse_vectors(const char *line, struct vectors *ret_vectors)
{
	unsigned int cpu, available, allocated;

	if (sscanf(line, "%u %u %*u %*u %u", &cpu, &available, &allocated) != 3)
		return false;
	*ret_vectors = (struct vectors){ cpu, available, allocated };
	return true;
}

int facts_read_vectors(
	struct facts *facts, struct vectors **ret_vectors, size_t *ret_count)
{
	const char *text = facts_read(facts, NULL, "sys/kernel/debug/irq/domains/VECTOR");
	const char *line = text ? strstr(text, "| CPU |") : NULL;
	_cleanup_free_ struct vectors *vectors = NULL;
	size_t n = 0, room = 0;

	if (!line)
		return -ENOENT;
	while ((line = strchr(line, '\n'))) {
		struct vectors next;

		if (!parse_vectors(++line, &next))
			continue;
		if (!GROW(vectors, n, room))
			return -ENOMEM;
		vectors[n++] = next;
	}
	if (n == 0)
		return -ENOENT;
	*ret_vectors = TAKE(vectors);
	*ret_count = n;
	return 0;
}

/*
 * A hypervisor gives its guest interfaces of its own. Xen's dom0 is no such guest, although
 * its CPUs are virtual, too.
 */
bool facts_is_guest(struct facts *facts)
{
	static const char *const drivers[] = { "virtio_net", "xen_netfront", "hv_netvsc",
		"vmxnet3", "ena", "gve", "gvnic" };
	const char *capabilities = facts_read(facts, NULL, "proc/xen/capabilities");

	if (capabilities && strstr(capabilities, "control_d"))
		return false;
	for (size_t i = 0; i < facts->n_net; i++) {
		const char *driver = irqkit_device_get_driver(
			irqkit_devices_get_net(facts->devices, i));

		for (size_t j = 0; driver && j < LENGTH(drivers); j++)
			if (strcmp(driver, drivers[j]) == 0)
				return true;
	}
	return false;
}
