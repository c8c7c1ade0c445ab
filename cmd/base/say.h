/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Messages on standard error. say.c is the only file that writes there. */
#ifndef CMD_SAY_H
#define CMD_SAY_H

#include "base/command.h"

void say_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
enum status say_no_memory(void); /* STATUS_REFUSED */
void say_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Holds back what would only be said again and again. */
void say_silence(bool is_silent);
/* Holds back warnings and notes, which were said before. */
void say_only_errors(bool is_repeated);
/* An irqkit_log_fn; @data is the call's struct common. */
void say_logged(void *data, int priority, const char *message);

#endif
