/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is wrong with a SET, and where. */
#include "set/set_refuse.h"
#include "base/macros.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int set_refuse(struct set_parse *p, int error, size_t at, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (vasprintf(&p->message, format, args) < 0)
		p->message = NULL;
	va_end(args);
	p->at = at;
	return p->message ? error : -ENOMEM;
}

/* "CPU 9 in '0-9' is offline (online CPUs: 0-7)"; in a part that is "9": "CPU 9 is ..." */
int set_refuse_cpu(struct set_parse *p, const struct set_part *part, unsigned int cpu)
{
	const struct irqkit_cpuset *possible = irqkit_topology_get_cpus(
		p->topology, IRQKIT_CPUS_POSSIBLE);
	bool is_possible = !possible || irqkit_cpuset_has(possible, cpu);
	bool is_alone = !memchr(part->text, ':', part->len) &&
		!memchr(part->text, '-', part->len);
	_cleanup_free_ char *list = NULL, *quote = NULL;

	if (irqkit_cpuset_format_list(p->online ? p->online : possible, &list) < 0 ||
		asprintf(&quote, " in '%.*s'", QUOTE(part->text, part->len)) < 0)
		return -ENOMEM;
	return set_refuse(p, -ENODEV, part->at, "CPU %u%s %s (%s CPUs: %s)", cpu,
		is_alone ? "" : quote, is_possible ? "is offline" : "does not exist",
		p->online ? "online" : "possible", list);
}
