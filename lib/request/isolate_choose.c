/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where something goes that should leave some CPUs.                            (pure) */
#include "base/cpuset.h"
#include "base/macros.h"
#include "request/isolate.h"

int isolate_choose(const struct irqkit_cpuset *now, const struct irqkit_cpuset *away,
	const struct irqkit_cpuset *online, const struct irqkit_cpuset *instead,
	struct irqkit_cpuset **ret_cpus)
{
	_cleanup_cpuset_ struct irqkit_cpuset *left = NULL;
	int r = irqkit_cpuset_copy(now, &left);

	if (r < 0)
		return r;
	irqkit_cpuset_remove_set(left, away);
	/* what is not on these CPUs stays as it is, even where it has no online CPU */
	if (!irqkit_cpuset_has_common(now, away) ||
		irqkit_cpuset_has_common(left, online)) {
		*ret_cpus = TAKE(left);
		return 0;
	}
	r = irqkit_cpuset_copy(instead, ret_cpus);
	return r < 0 ? r : 1;
}
