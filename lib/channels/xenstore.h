/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What xenstore says about the number of queues of a Xen interface. */
#ifndef IRQKIT_XENSTORE_H
#define IRQKIT_XENSTORE_H

#include "devices/device.h"

struct xen_queues {
	uint32_t asked; /* by the frontend, when it connected; 0: not known */
	uint32_t offered; /* by the backend; 0: not known */
};

/* -EOPNOTSUPP: it is no Xen interface. -ENODATA: xenstore cannot be asked, or is silent. */
int xen_queues_read(const struct irqkit_device *device, struct xen_queues *ret_queues);

/* The driver of an end of a Xen interface, which is its module too; NULL: it is not one. */
const char *xen_find_module(const struct irqkit_device *device);

/*
 * Takes an answer of xenstore with its header. -EBADMSG: it is not the answer to that
 * request; another error: the one that xenstore names, or -EIO.
 */
int xenstore_parse(const void *bytes, size_t len, uint32_t request, char **ret_text);

#endif
