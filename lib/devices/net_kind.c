/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where the packets of a network interface enter the protocols. rps_cpus counts only there:
 *
 *	bond0, bond0.5    those of a port change their device, and pass no queue again:
 *	team0, macvlan0   net/core/dev.c, __netif_receive_skb_core(), "another_round"
 *	br0               what ends at the bridge is received again, what is forwarded is
 *	                  not: net/bridge/br_input.c, br_pass_frame_up()
 *	veth0, vxlan0     received again: netif_rx(), gro_cells_receive()
 *
 * The kernel says which is which in uevent (DEVTYPE=bond), except for team, macvlan and
 * others, which are Ethernet interfaces on top of others without a type.
 */
#include "base/macros.h"
#include "devices/device.h"
#include "kernel/ctx.h"
#include "kernel/knob_path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ARPHRD_ETHER "1"
#define ARPHRD_LOOPBACK "772"

/* The type in uevent, or NULL: it has none. */
static int read_type(struct irqkit_device *device, char **ret_type)
{
	static const char key[] = "DEVTYPE=";
	_cleanup_free_ char *text = NULL;
	size_t len;
	int r = knob_readf(device->devices->ctx, &text, &len, "%s/uevent", device->path);

	*ret_type = NULL;
	if (r < 0)
		return is_failure(r) ? r : 0;
	for (const char *line = text; *line;) {
		size_t n = strcspn(line, "\n");

		if (strncmp(line, key, strlen(key)) == 0) {
			*ret_type = strndup(line + strlen(key), n - strlen(key));
			return *ret_type ? 0 : -ENOMEM;
		}
		line += n + (line[n] == '\n');
	}
	return 0;
}

static int has_folder(struct irqkit_device *device, const char *name, bool *ret_has)
{
	mode_t mode;
	int r = knob_readf_mode(device->devices->ctx, &mode, "%s/%s", device->path, name);

	*ret_has = r == 0;
	return is_failure(r) ? r : 0;
}

static int has_hardware_type(
	struct irqkit_device *device, const char *number, bool *ret_has)
{
	_cleanup_free_ char *text = NULL;
	size_t len;
	int r = knob_readf_line(
		device->devices->ctx, &text, &len, "%s/type", device->path);

	*ret_has = r == 0 && strcmp(text, number) == 0;
	return is_failure(r) ? r : 0;
}

/* Is an interface without a type on top of others? */
static int read_untyped(struct irqkit_device *device, enum irqkit_net_kind *ret_kind)
{
	bool is_loopback = false, is_bond = false, is_bridge = false;
	size_t n_below = 0;
	int r = has_hardware_type(device, ARPHRD_LOOPBACK, &is_loopback);

	if (r == 0)
		r = has_folder(device, "bonding", &is_bond);
	if (r == 0)
		r = has_folder(device, "bridge", &is_bridge);
	if (r == 0)
		r = device_count_below(device, &n_below);
	if (r < 0)
		return r;
	if (is_loopback || strcmp(device->name, "lo") == 0)
		*ret_kind = IRQKIT_NET_LOOPBACK;
	else if (is_bridge)
		*ret_kind = IRQKIT_NET_BRIDGE;
	else
		*ret_kind = is_bond || n_below ? IRQKIT_NET_UPPER : IRQKIT_NET_SOFTWARE;
	device->is_bond = is_bond;
	return 0;
}

static int read_kind(struct irqkit_device *device, enum irqkit_net_kind *ret_kind)
{
	/* the others with a type receive packets: vxlan, ppp, wireguard, ... */
	static const char *const uppers[] = { "bond", "vlan", "team", "macvlan",
		"macvtap", "ipvlan", "ipvtap" };
	_cleanup_free_ char *type = NULL;
	int r;

	if (device->bus_path || !device->path || device->n_irqs > 0) {
		*ret_kind = IRQKIT_NET_HARDWARE;
		return 0;
	}
	r = read_type(device, &type);
	if (r < 0)
		return r;
	if (!type)
		return read_untyped(device, ret_kind);
	device->is_bond = strcmp(type, "bond") == 0;
	*ret_kind = strcmp(type, "bridge") == 0 ? IRQKIT_NET_BRIDGE : IRQKIT_NET_SOFTWARE;
	for (size_t i = 0; i < LENGTH(uppers); i++)
		if (strcmp(type, uppers[i]) == 0)
			*ret_kind = IRQKIT_NET_UPPER;
	return 0;
}

EXPORT int irqkit_device_read_net_kind(
	struct irqkit_device *device, enum irqkit_net_kind *ret_kind)
{
	int r = 0;

	if (device->kind != IRQKIT_DEVICE_NET)
		return -EINVAL;
	if (!device->has_read_net_kind) {
		r = ctx_keep(device->devices->ctx, read_kind(device, &device->net_kind));
		device->has_read_net_kind = r == 0;
	}
	if (r == 0)
		*ret_kind = device->net_kind;
	return r;
}

/*
 * Drivers with an ndo_select_queue() that never asks for XPS:
 *
 *	xen_netfront	drivers/net/xen-netfront.c, xennet_select_queue(): by the hash
 *	hv_netvsc	drivers/net/hyperv/netvsc_drv.c, netvsc_pick_tx(): by a table of the host
 *	mana		drivers/net/ethernet/microsoft/mana/mana_en.c, mana_select_queue():
 *			by the RSS table
 */
static bool driver_ignores_xps(const struct irqkit_device *device)
{
	static const char *const drivers[] = { "xen_netfront", "hv_netvsc", "mana" };
	const char *own = irqkit_device_get_driver(device);

	for (size_t i = 0; own && i < LENGTH(drivers); i++)
		if (strcmp(own, drivers[i]) == 0)
			return true;
	return false;
}

EXPORT int irqkit_device_read_ignores_xps(struct irqkit_device *device, bool *ret_ignores)
{
	enum irqkit_net_kind kind;
	int r = irqkit_device_read_net_kind(device, &kind);

	if (r == 0)
		*ret_ignores = device->is_bond ||
			(kind == IRQKIT_NET_HARDWARE && driver_ignores_xps(device));
	return r;
}
