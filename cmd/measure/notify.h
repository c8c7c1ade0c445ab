/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tells a service manager how the program is, if one listens. */
#ifndef CMD_NOTIFY_H
#define CMD_NOTIFY_H

void notify_service(const char *state);

#endif
