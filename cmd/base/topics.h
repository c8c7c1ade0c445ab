/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The manual pages that are not about a command. */
#ifndef CMD_TOPICS_H
#define CMD_TOPICS_H

#include <stdbool.h>

/* Names the manual page that `irqkit help WORD` asks for; false: there is none. */
bool topics_print(const char *word);

#endif
