/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Does the session of the user run over a network interface? */
#ifndef CMD_SSH_SESSION_H
#define CMD_SSH_SESSION_H

#include <irqkit.h>
#include <stdbool.h>

/*
 * Is the session one of ssh, whose address on this system belongs to @device, or to an
 * interface that is built on it?
 */
bool ssh_session_uses(struct irqkit_devices *devices, const struct irqkit_device *device);

#endif
