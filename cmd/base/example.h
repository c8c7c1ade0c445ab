/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names for the examples in messages: they exist on this system. */
#ifndef CMD_EXAMPLE_H
#define CMD_EXAMPLE_H

#include "base/command.h"

/*
 * The network interface with the most queues, quoted for a shell, or @without if there is
 * none. NULL: no memory; the caller frees it.
 */
char *example_find_net(const struct call *call, const char *without);
/* The same for an interface that is built on others, as a bond is. */
char *example_find_upper(const struct call *call, const char *without);

/* The same for an interface whose channels can be set, if there is one. */
char *example_find_channels(const struct call *call, const char *without);
/* The first TARGET of the call, if set can move it; else an interface or an interrupt. */
char *example_find_target(const struct call *call, const char *without);

/* A CPU that is online, not CPU 0 if there are others. */
unsigned int example_find_cpu(const struct call *call);

#endif
