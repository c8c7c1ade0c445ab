/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists in messages: "eth0, eth1". */
#ifndef IRQKIT_JOIN_H
#define IRQKIT_JOIN_H

/*
 * Adds @text to the end of *@list, after a comma unless it is the first; *@list is NULL
 * before that. Without memory, *@list is freed and set to NULL.
 */
int join_text(char **list, const char *text);

#endif
