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

/* The sample of the last run, if the machine was not booted since then. */
static const struct irqkit_sample *find_earlier(
	const struct since_last *since, const char *boot_id)
{
	const char *old = since->last ? irqkit_sample_get_boot_id(since->last) : NULL;

	return old && boot_id && strcmp(old, boot_id) == 0 ? since->last : NULL;
}

bool since_last_measure(struct since_last *since, struct irqkit_machine *machine,
	const char *last, const char *boot_id)
{
	int r = last ? irqkit_sample_parse(last, strlen(last), &since->last) : 0;
	const struct irqkit_sample *earlier = find_earlier(since, boot_id);

	/* a state that another version has left has counters, and no sample that is known */
	if (r != -ENOMEM)
		r = irqkit_sample_new_of(machine, earlier, &since->now);
	if (r == 0)
		r = irqkit_load_new(machine, earlier, since->now, &since->load);
	return r != -ENOMEM;
}
