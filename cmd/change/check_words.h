/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers on the command line that may be interrupts or CPUs. */
#ifndef CMD_CHECK_WORDS_H
#define CMD_CHECK_WORDS_H

#include "base/command.h"

#include <irqkit.h>

/*
 * Refuses `spread eth3 0-3` and `spread --cpus 3 4 eth3`, which would write to interrupts 0
 * to 3, or 4: where numbers stand beside names, and all are online CPUs, they may be
 * meant as those. Reports what to write instead.
 *
 * @has_cpus: does an option name the CPUs?
 */
enum status check_number_words(
	const struct call *call, const struct irqkit_machine *machine, bool has_cpus);

#endif
