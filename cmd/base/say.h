/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Messages on standard error. say.c is the only file that writes there. */
#ifndef CMD_SAY_H
#define CMD_SAY_H

#include "base/command.h"

/* Where what messages are about stands, "FILE:LINE"; NULL: on the command line. */
void say_set_place(const char *place);
void say_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
enum status say_no_memory(void); /* STATUS_REFUSED */
/* The first error that was written, with its place; NULL: none. */
const char *say_get_first_error(void);
void say_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* While silent, no message is written: it would only repeat an earlier one. */
void say_set_silent(bool is_silent);
/* While held, messages are kept: a screen is shown. They are written when that ends. */
void say_hold(bool is_held);
/*
 * Until say_end_sorting(), messages are kept. Then they are written in the order of their ranks,
 * those of one rank in the order in which they came. Pairs of the two calls may be nested.
 */
void say_begin_sorting(void);
void say_set_rank(size_t rank);
void say_end_sorting(void);
/* While set, warnings and notes are not written: they were written before. */
void say_set_errors_only(bool is_repeated);
/* For the whole run: no warnings, as --quiet wants. */
void say_set_quiet(bool is_quiet);
/* Was any failure of the library written by say_logged()? */
bool say_has_logged_failure(void);
/* An irqkit_log_fn; @data is the call's struct common. */
void say_logged(void *data, int priority, const char *message);

#endif
