/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The load of the machine below TOP, between the two samples that its root holds. */
#ifndef IRQKIT_LOADS_H
#define IRQKIT_LOADS_H

#include "made_top.h"

#include <math.h>

static inline void near(double is, double expected)
{
	if (fabs(is - expected) > 1e-6)
		fail_msg("%.9f, not %.9f", is, expected);
}

static inline struct irqkit_load *read_two(struct machine *m)
{
	struct irqkit_sample *first, *second;
	struct irqkit_load *load;

	*m = open_machine(top);
	assert_int_equal(irqkit_sample_new_of(m->machine, NULL, &first), 0);
	assert_int_equal(irqkit_sample_new_second(m->ctx, first, &second, NULL, NULL), 0);
	assert_int_equal(irqkit_load_new(m->machine, first, second, &load), 0);
	irqkit_sample_free(first);
	irqkit_sample_free(second);
	return load;
}

#endif
