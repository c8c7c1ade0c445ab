/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every file of the program may use: array lengths, and automatic clean-up. */
#ifndef CMD_BASICS_H
#define CMD_BASICS_H

#include <irqkit.h>
#include <stdlib.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#define CLEANUP(fn) __attribute__((cleanup(fn)))

static inline void free_memory(void *pointer)
{
	free(*(void **)pointer);
}
#define _cleanup_free_ CLEANUP(free_memory)

static inline void free_cpuset(struct irqkit_cpuset **set)
{
	irqkit_cpuset_free(*set);
}
#define _cleanup_cpuset_ CLEANUP(free_cpuset)

static inline void free_topology(struct irqkit_topology **topology)
{
	irqkit_topology_free(*topology);
}
#define _cleanup_topology_ CLEANUP(free_topology)

static inline void free_devices(struct irqkit_devices **devices)
{
	irqkit_devices_free(*devices);
}
#define _cleanup_devices_ CLEANUP(free_devices)

static inline void free_request(struct irqkit_request **request)
{
	irqkit_request_free(*request);
}
#define _cleanup_request_ CLEANUP(free_request)

static inline void free_selection(struct irqkit_selection **selection)
{
	irqkit_selection_free(*selection);
}
#define _cleanup_selection_ CLEANUP(free_selection)

#endif
