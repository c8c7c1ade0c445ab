/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `irqkit --install DIR` */
#ifndef CMD_LINKS_H
#define CMD_LINKS_H

#include "base/command.h"

enum status links_install(const char *dir, const struct command *const *commands);

#endif
