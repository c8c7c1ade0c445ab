/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Signals that ask the program to end: held back while something must not be cut short.
 */
#ifndef CMD_SIGNALS_H
#define CMD_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

/* Holds them back; @ret_before is for signals_let_in(). */
void signals_hold(sigset_t *ret_before);
void signals_let_in(const sigset_t *before);

/* Holds them back; the descriptor is readable when one has arrived. Negative errno. */
int signals_open(void);

/* Has one of them arrived? The signals must be blocked. */
bool signals_ask_to_end(void);

/* Sleeps; false: a signal asks the program to end. Signals must be held back. */
bool signals_sleep(unsigned int seconds);
/* The same; the signal stays pending, for who reads it from a descriptor. */
bool signals_wait(unsigned int seconds);

#endif
