/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The load since the last run: its sample is the first reading of the counters, and now is
 * the second. Without a sample of this boot, the load is the mean since boot.
 */
#include "metrics/since_last.h"
#include "base/basics.h"

#include <errno.h>
#include <string.h>

void since_last_clear(struct since_last *since)
{
	irqkit_load_free(since->load);
	irqkit_sample_free(since->last);
	irqkit_sample_free(since->now);
}

static bool is_of_this_boot(const struct since_last *since)
{
	const char *old = irqkit_sample_get_boot_id(since->last);
	const char *new = irqkit_sample_get_boot_id(since->now);

	return old && new &&strcmp(old, new) == 0;
}

bool since_last_measure(
	struct since_last *since, struct irqkit_machine *machine, const char *last)
{
	int r = last ? irqkit_sample_parse(last, strlen(last), &since->last) : 0;

	/* a state that another version has left has counters, and no sample that is known */
	if (r != -ENOMEM)
		r = irqkit_sample_new_of(machine, since->last, &since->now);
	if (r == 0)
		r = irqkit_load_new(machine,
			since->last && is_of_this_boot(since) ? since->last : NULL,
			since->now, &since->load);
	return r != -ENOMEM;
}
