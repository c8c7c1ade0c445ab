/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the kernel reports about itself:
 *
 *	/proc/cmdline                            root=/dev/vda1 isolcpus=2-3
 *	/proc/sys/kernel/osrelease               6.1.0-31-amd64
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
