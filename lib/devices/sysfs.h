/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a name to folders, without following links in the middle of a path. */
#ifndef IRQKIT_SYSFS_H
#define IRQKIT_SYSFS_H

#include "devices/device.h"

int sysfs_resolve(
	struct irqkit_devices *devices, const char *path, const char **ret_path);
bool sysfs_is_name(const char *name); /* of one file: no slash, not `..`, short enough */
const char *sysfs_last_name(const char *path);
bool sysfs_is_pci_address(const char *text);
/* The line of a file that several devices may need; it belongs to the devices. */
int sysfs_get_text(struct irqkit_devices *devices, const char *folder, const char *name,
	const char **ret_text);
/*
 * The numbers in msi_irqs of a folder, which is listed once. The list belongs to the
 * devices, and may move when another folder is listed.
 */
int sysfs_get_msi_list(struct irqkit_devices *devices, const char *folder,
	const struct msi_list **ret_list);
/* Fills in bus_path, pci_path and keys from the folder of the bus device. */
int sysfs_read_bus(struct irqkit_device *device, const char *path);
int sysfs_read_irqs(struct irqkit_device *device);
void sysfs_guess_xen(struct irqkit_device *device);

#endif
