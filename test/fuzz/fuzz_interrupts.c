/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * /proc/interrupts. Whatever the text: it is read or refused with a line and a reason,
 * and what was read is consistent in itself.
 */
#include <errno.h>
#include <irqkit.h>
#include <string.h>

#include "fuzz.h"

static void check_counts(
	const struct irqkit_interrupt *row, const struct irqkit_cpuset *cpus)
{
	uint64_t sum = 0;
	int last = -1;
	size_t served = irqkit_interrupt_count_served(row);

	HOLDS(served <= irqkit_cpuset_count(cpus));
	for (size_t i = 0; i < served; i++) {
		unsigned int cpu = 0;
		uint64_t count = irqkit_interrupt_get_served(row, i, &cpu);

		HOLDS(count > 0);
		HOLDS((int)cpu > last);
		HOLDS(irqkit_cpuset_has(cpus, cpu));
		HOLDS(irqkit_interrupt_get_count(row, cpu) == count);
		last = (int)cpu;
		/* A sum above 64 bits may not wrap to something small. */
		sum = sum > UINT64_MAX - count ? UINT64_MAX : sum + count;
	}
	switch (irqkit_interrupt_get_counts(row)) {
	case IRQKIT_COUNTS_PER_CPU:
		HOLDS(irqkit_interrupt_get_total(row) == sum);
		break;
	case IRQKIT_COUNTS_SINGLE:
		HOLDS(served == 0);
		break;
	case IRQKIT_COUNTS_NONE:
		HOLDS(served == 0 && irqkit_interrupt_get_total(row) == 0);
		break;
	}
}

static void check_row(const struct irqkit_interrupt *row)
{
	int64_t hwirq;
	const char *label = irqkit_interrupt_get_label(row);
	const char *text;

	HOLDS(label && *label && !strchr(label, ':'));
	HOLDS(irqkit_interrupt_get_irq(row) >= -1);
	text = irqkit_interrupt_get_chip(row);
	HOLDS(!text || *text);
	text = irqkit_interrupt_get_trigger(row);
	HOLDS(!text || *text);
	text = irqkit_interrupt_get_description(row);
	HOLDS(!text || irqkit_interrupt_get_irq(row) < 0);
	irqkit_interrupt_get_hwirq(row, &hwirq);
	for (size_t i = 0; i < irqkit_interrupt_count_actions(row); i++) {
		text = irqkit_interrupt_get_action(row, i);
		HOLDS(text && *text && !strchr(text, '\n'));
	}
}

static void check(const char *text, size_t len, const struct irqkit_cpuset *columns)
{
	struct irqkit_snapshot *s = NULL;
	size_t line = 0;
	const char *reason = NULL;
	int r = irqkit_snapshot_parse(text, len, columns, &s, &line, &reason);

	if (r < 0) {
		HOLDS(!s);
		HOLDS(r == -ENODATA || r == -EAGAIN || r == -EBADMSG || r == -ERANGE);
		HOLDS(r == -ENODATA || (line >= 1 && reason && *reason));
		return;
	}
	const struct irqkit_cpuset *cpus = irqkit_snapshot_get_cpus(s);
	for (size_t i = 0; i < irqkit_snapshot_count(s); i++) {
		const struct irqkit_interrupt *row = irqkit_snapshot_get(s, i);

		check_row(row);
		check_counts(row, cpus);
		HOLDS(irqkit_snapshot_find(s, irqkit_interrupt_get_label(row)));
	}
	irqkit_snapshot_free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct irqkit_cpuset *columns = NULL;

	check((const char *)data, len, NULL);
	HOLDS(irqkit_cpuset_parse_list("0-3", 3, &columns, NULL) >= 0);
	check((const char *)data, len, columns);
	irqkit_cpuset_free(columns);
	return 0;
}
