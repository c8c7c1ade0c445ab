/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the screen looks at its start: ~/.config/irqkit/top, which the key W writes. */
#ifndef CMD_TOP_LOOKS_H
#define CMD_TOP_LOOKS_H

#include "top/view.h"

/*
 * Reads the settings, if there are some; options of the command line win. What the file has
 * wrong is left as it is, and *@view has a message.
 */
void looks_read(struct top_view *view, struct top_options *options);

/* Writes them; the message of @view says where, or why not. */
void looks_write(struct top_view *view, const struct top_options *options);

#endif
