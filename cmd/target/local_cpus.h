/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The SET of an option, where `local` means the CPUs near the chosen interrupts. */
#ifndef CMD_LOCAL_CPUS_H
#define CMD_LOCAL_CPUS_H

#include "target/select.h"

/*
 * Reads a SET from the word of an option, as machine_read_cpus() does; `local` in it
 * means the CPUs of the node that all these interrupts are next to.
 */
enum status selection_read_cpus(const struct selection *selection, const char *option,
	const char *word, struct irqkit_machine *machine, struct irqkit_cpuset **ret_set);

#endif
