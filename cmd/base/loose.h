/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers that follow an option after a space: struct loose in command.h explains them. */
#ifndef CMD_LOOSE_H
#define CMD_LOOSE_H

#include "base/command.h"

/* Sets *@ret_loose to the first of them; leaves it as it is if there are none. */
void loose_find(const struct command *command, int argc, const char **argv,
	struct loose *ret_loose);

/* `--wait 5`: false: it was reported that the words can mean two things. */
bool loose_check(const struct call *call);

#endif
