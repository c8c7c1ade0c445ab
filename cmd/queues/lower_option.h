/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The option of all commands that set something for an interface. */
#ifndef CMD_LOWER_OPTION_H
#define CMD_LOWER_OPTION_H

#include "base/options.h"

#define LOWER_OPTION(type, member)                                                       \
	{                                                                                \
		"lower", 0, OPTION_FLAG, offsetof(type, member), NULL,                   \
			"act on the interfaces below DEV (a bond's ports)"               \
	}

#endif
