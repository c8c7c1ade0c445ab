/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Says why a TARGET matches nothing. */
#ifndef CMD_SAY_NO_MATCH_H
#define CMD_SAY_NO_MATCH_H

#include "target/marks.h"
#include "target/target.h"

void say_no_match(const struct marks *marks, const struct target *target,
	const struct meaning *meaning);

/* The same where the word means a queue of meaning->device. @marks may be NULL. */
void say_no_queue(
	const struct marks *marks, const char *word, const struct meaning *meaning);

#endif
