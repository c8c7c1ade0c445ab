/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a user can type so that a network interface uses more CPUs. */
#ifndef CMD_ADVISE_H
#define CMD_ADVISE_H

#include <irqkit.h>
#include <stdbool.h>
#include <stddef.h>

enum rps_use {
	RPS_USELESS, /* it helps no queue, the device mostly sends, or it cannot be set */
	RPS_WOULD_HELP, /* 'irqkit rps DEV --auto' would succeed, and turn it on */
	RPS_IS_ON, /* wherever it helps */
};

enum rps_use advise_rps(struct irqkit_machine *machine, struct irqkit_device *device);

/* Can the driver give the device more queues than it has, up to @n_cpus? */
enum more_queues {
	MORE_QUEUES, /* yes, and the command is known */
	MORE_QUEUES_MAYBE, /* nobody says how many its driver allows */
	NO_MORE_QUEUES, /* its driver allows no more */
	ENOUGH_QUEUES, /* more would be of no use: see irqkit_machine_find_useful_channels() */
};

/*
 * @ret_command: what to type, or a setting: "'irqkit channels eth0
 * --combined=16'", "xen_netfront.max_queues=8"; NULL if no queues are to be added, or if
 * memory ran out. The caller frees it.
 */
enum more_queues advise_more_queues(struct irqkit_machine *machine,
	struct irqkit_device *device, size_t n_cpus, char **ret_command);

/*
 * All that helps: "'irqkit channels eth0 --combined=16', if the driver allows it, or
 * 'irqkit rps eth0 --auto'". NULL: nothing does, or no memory. The caller frees it.
 */
char *advise_more_cpus(
	struct irqkit_machine *machine, struct irqkit_device *device, size_t n_cpus);

#endif
