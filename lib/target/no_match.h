/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Why a TARGET matches nothing. */
#ifndef IRQKIT_NO_MATCH_H
#define IRQKIT_NO_MATCH_H

#include "target/marks.h"
#include "target/refuse.h"
#include "target/target.h"

/* "nothing matches 'eth9': there is no such device" */
#define REFUSE(message, word, format, ...)                                               \
	target_refuse(message, -ESRCH, "nothing matches '%s'" format, word, ##__VA_ARGS__)

/* Return -ESRCH and a message; see target_refuse(). */
int refuse_no_match(
	struct marks *marks, const struct target *target, const struct meaning *meaning);
/* The word means a queue of meaning->device. */
int refuse_no_queue(char **message, const char *word, const struct meaning *meaning);
/* Without /sys, nothing else can be said. */
int refuse_no_sys(char **message);

#endif
