/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the kernel reports about itself:
 *
 *	/proc/cmdline                            root=/dev/vda1 isolcpus=2-3
 *	/proc/sys/kernel/osrelease               6.1.0-31-amd64
 */
#include "doctor/facts_kernel.h"
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
	unsigned int own_major, own_minor;
	const char *text;

	if (machine_get_file(facts->machine, MACHINE_RELEASE, &text, NULL) < 0 ||
		sscanf(text, "%u.%u", &own_major, &own_minor) != 2)
		return false;
	return own_major < major || (own_major == major && own_minor < minor);
}

bool facts_read_net_core(struct facts *facts, const char *name, uint64_t *ret_number)
{
	return facts_read_number(facts, ret_number, "proc/sys/net/core/%s", name);
}

bool facts_read_spurious(
	struct facts *facts, unsigned int irq, struct spurious *ret_spurious)
{
	struct irqkit_irq *record = irqkit_machine_find_irq(facts->machine, irq);

	return record &&
		irqkit_irq_get_unhandled(
			record, &ret_spurious->count, &ret_spurious->unhandled) == 0;
}

int facts_read_vectors(
	struct facts *facts, struct vectors **ret_vectors, size_t *ret_count)
{
	struct irqkit_vectors *read = NULL;
	struct vectors *vectors;
	int r = irqkit_vectors_new(facts->machine, &read);
	size_t n;

	if (r < 0)
		return r == -ENOMEM ? r : -ENOENT;
	n = irqkit_vectors_count(read);
	vectors = calloc(n, sizeof(*vectors));
	for (size_t i = 0; i < n && vectors; i++)
		vectors[i].cpu = irqkit_vectors_get(
			read, i, &vectors[i].available, &vectors[i].allocated);
	irqkit_vectors_free(read);
	if (!vectors)
		return -ENOMEM;
	*ret_vectors = vectors;
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
