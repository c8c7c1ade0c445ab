/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every rule needs while it looks. */
#include "doctor/facts_net.h"
#include "doctor/rule.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

int look_lacks(struct look *look, const char *format, ...)
{
	va_list args;
	int r;

	free(look->lacks);
	va_start(args, format);
	r = vasprintf(&look->lacks, format, args);
	va_end(args);
	if (r < 0)
		look->lacks = NULL;
	return r < 0 ? -ENOMEM : 0;
}

int look_for_each_owner(struct look *look, look_owner_fn *judge)
{
	int r = 0;

	for (size_t i = 0; i < look->facts->n_owners && r == 0; i++) {
		const struct fact_device *owner = &look->facts->owners[i];

		if (owner->is_net && !facts_is_down(look->facts, owner->device))
			r = judge(look, owner);
	}
	return r;
}
