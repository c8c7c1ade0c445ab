/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What follows the counts in a row of /proc/interrupts. */
#ifndef IRQKIT_DESCRIPTION_H
#define IRQKIT_DESCRIPTION_H

#include <irqkit.h>

struct description {
	const char *chip; /* NULL: none */
	size_t chip_len;
	const char *trigger; /* NULL: none */
	size_t trigger_len;
	const char *actions; /* "a, b" */
	size_t actions_len;
	int64_t hwirq;
	bool has_hwirq;
	bool is_ambiguous; /* the text can be read in another way */
};

void description_parse(const char *text, size_t len, struct description *ret);

/*
 * What stands in `CPU timer[20/100/900] x[1/2/3]` as other kernels write it, `CPU  timer, x`:
 * returns its length. @to has room for len + 1.
 */
size_t description_drop_cycles(const char *text, size_t len, char *to);

#endif
