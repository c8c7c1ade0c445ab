/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is wrong with a TARGET, as a phrase for a user. */
#ifndef IRQKIT_REFUSE_H
#define IRQKIT_REFUSE_H

/*
 * Writes the message, which the caller frees. Returns @error; without memory for the
 * message, it is NULL and -ENOMEM is returned.
 */
int target_refuse(char **message, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * "cannot find the interrupts of 'eth1': Input/output error". Returns @error, or -EIO for
 * an error that would mean that the word is wrong.
 *
 * @what: "interrupts" or "queues"
 */
int target_refuse_unreadable(
	char **message, int error, const char *what, const char *word);

#endif
