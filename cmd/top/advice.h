/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What doctor finds, by the load that the screen measures anyway. */
#ifndef CMD_TOP_ADVICE_H
#define CMD_TOP_ADVICE_H

#include "top/frame.h"

/* Findings that have one fix, or one finding. */
struct advice_item {
	const char *class; /* "high" */
	bool is_minor; /* of class info: not worth the second line of the screen */
	bool is_fixable; /* its command changes settings, and can be planned */
	char *text; /* owned; "eth1: cpu0 handles ..."; printable */
	char *by_hand; /* owned; what a person must do; or NULL */
	char *command; /* owned; "irqkit rps eth1 --auto"; printable; or NULL */
	char **words; /* owned, and each; of the command, without "irqkit" */
	size_t n_words;
};

struct advice {
	struct advice_item *items; /* owned; the worst first */
	size_t n;
	double looked_at; /* by the monotonic clock, in seconds */
	double cost; /* how long the last look took, in seconds */
	bool has_looked;
	bool is_outdated; /* something has changed since */
};

/* A look costs more than a frame: it is due twice a minute, and after a change. */
bool advice_is_due(const struct advice *advice, double now);
/* False: no memory. What doctor cannot read is not found. */
bool advice_look(
	struct advice *advice, const struct frame *frame, const struct call *call);
void advice_free(struct advice *advice);

/* The most important one, or NULL. */
const struct advice_item *advice_get_first(const struct advice *advice);

#endif
