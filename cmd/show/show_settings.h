/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packet steering and channels in the JSON of `irqkit show`. */
#ifndef CMD_SHOW_SETTINGS_H
#define CMD_SHOW_SETTINGS_H

#include "show/show.h"
#include "table/render.h"

/* Adds "queues" and "devices": those of all network interfaces. */
void show_add_settings(const struct show *show, struct document *document);

#endif
