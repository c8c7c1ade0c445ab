/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The interface of an ssh session: sshd says the addresses, the kernel whose they are. */
#include "channels/ssh_session.h"
#include "base/basics.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#define ADDRESS_SIZE 64

/* The third word of "CLIENT PORT SERVER PORT"; false: this is no ssh session. */
static bool find_address(char address[static ADDRESS_SIZE])
{
	const char *words = getenv("SSH_CONNECTION");
	char *zone;

	if (!words || sscanf(words, "%*63s %*15s %63s", address) != 1)
		return false;
	zone = strchr(address, '%'); /* of fe80::1%eth0 */
	if (zone)
		*zone = '\0';
	return true;
}

static bool has_address(const struct ifaddrs *entry, const char *address)
{
	const struct sockaddr_in *in = (const void *)entry->ifa_addr;
	const struct sockaddr_in6 *in6 = (const void *)entry->ifa_addr;
	char text[INET6_ADDRSTRLEN] = "";

	if (!entry->ifa_addr)
		return false;
	if (entry->ifa_addr->sa_family == AF_INET)
		inet_ntop(AF_INET, &in->sin_addr, text, sizeof(text));
	else if (entry->ifa_addr->sa_family == AF_INET6)
		inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof(text));
	return *text && strcmp(text, address) == 0;
}

/* The interface with this address; false: there is none, or it is not known. */
static bool find_interface(const char *address, char name[static IF_NAMESIZE])
{
	struct ifaddrs *entries;
	bool found = false;

	if (getifaddrs(&entries) < 0)
		return false;
	for (const struct ifaddrs *e = entries; e && !found; e = e->ifa_next) {
		found = has_address(e, address);
		if (found)
			snprintf(name, IF_NAMESIZE, "%.15s", e->ifa_name);
	}
	freeifaddrs(entries);
	return found;
}

static bool is_below(const struct irqkit_device *device, struct irqkit_devices *devices,
	const char *name)
{
	struct irqkit_device *upper;
	size_t n = 0;

	if (irqkit_devices_find_net(devices, name, &upper) < 0 ||
		irqkit_device_count_lower(upper, &n) < 0)
		return false;
	for (size_t i = 0; i < n; i++)
		if (irqkit_device_get_lower(upper, i) == device)
			return true;
	return false;
}

bool ssh_session_uses(struct irqkit_devices *devices, const struct irqkit_device *device)
{
	char address[ADDRESS_SIZE], name[IF_NAMESIZE];

	if (!find_address(address) || !find_interface(address, name))
		return false;
	return strcmp(name, irqkit_device_get_name(device)) == 0 ||
		is_below(device, devices, name);
}
