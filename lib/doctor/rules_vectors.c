/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Vectors of x86 CPUs, and CPUs that devices cannot interrupt. */
#include "base/cpuset.h"
#include "base/macros.h"
#include "doctor/facts_kernel.h"
#include "doctor/rule.h"
#include "doctor/thresholds.h"

#include <errno.h>
#include <string.h>

static void add_full(struct look *look, const struct vectors *vectors)
{
	struct irqkit_finding *finding = finding_add(look, NULL, "cpu%u", vectors->cpu);

	finding_does(finding, "has %u of %u interrupt vectors left", vectors->available,
		vectors->available + vectors->allocated);
	finding_fact(finding, "/sys/kernel/debug/irq/domains/VECTOR", "%u: %u %u",
		vectors->cpu, vectors->available, vectors->allocated);
	finding_add_cpu(finding, vectors->cpu);
	finding_by_hand(finding, IRQKIT_NEEDS_NOTHING,
		"'irqkit spread all' uses the vectors of other CPUs; fewer queues "
		"('irqkit channels DEV --auto') need fewer");
}

static bool is_x86(const struct facts *facts)
{
	for (size_t i = 0; i < irqkit_machine_count_irqs(facts->machine); i++) {
		const char *chip = irqkit_interrupt_get_chip(
			irqkit_irq_get_row(irqkit_machine_get_irq(facts->machine, i)));

		if (chip &&
			(strstr(chip, "IO-APIC") || strncmp(chip, "PCI-MSI", 7) == 0 ||
				strncmp(chip, "IR-", 3) == 0))
			return true;
	}
	return false;
}

/* The interrupts on each CPU, by its number up to @last. NULL: no memory. */
static size_t *count_placed(const struct facts *facts, int last)
{
	size_t *n_on = calloc((size_t)(last + 1), sizeof(*n_on));

	for (size_t i = 0; i < facts->n_units && n_on; i++)
		for (size_t j = 0; j < facts->units[i].n_irqs; j++) {
			int cpu = facts_find_cpu(facts, facts->units[i].irqs[j]);

			if (cpu >= 0 && cpu <= last)
				n_on[cpu]++;
		}
	return n_on;
}

static size_t count_irqs(const struct facts *facts)
{
	size_t n = 0;

	for (size_t i = 0; i < facts->n_units; i++)
		n += facts->units[i].n_irqs;
	return n;
}

static int look_placed(struct look *look)
{
	struct facts *facts = look->facts;
	_cleanup_free_ size_t *n_on = NULL;
	int last = -1;

	if (!is_x86(facts))
		return look_lacks(look, "not an x86 system");
	if (count_irqs(facts) <= VECTORS_PLACED)
		return 0;
	irqkit_cpuset_foreach (cpu, facts->online)
		last = (int)cpu;
	n_on = count_placed(facts, last);
	if (!n_on)
		return -ENOMEM;
	irqkit_cpuset_foreach (cpu, facts->online) {
		struct irqkit_finding *finding;

		if (n_on[cpu] <= VECTORS_PLACED)
			continue;
		finding = finding_add(look, NULL, "cpu%u", cpu);
		finding_does(finding,
			"handles %zu interrupts; a CPU has about 200 vectors", n_on[cpu]);
		finding_add_cpu(finding, cpu);
		finding_fix(finding, "spread", "all", NULL);
	}
	return 0;
}

static int look_vectors(struct look *look)
{
	_cleanup_free_ struct vectors *vectors = NULL;
	size_t n = 0;
	int r = facts_read_vectors(look->facts, &vectors, &n);

	if (r == -ENOENT)
		return look_placed(look);
	for (size_t i = 0; i < n && r == 0; i++)
		if (vectors[i].available * 100 <
			(vectors[i].available + vectors[i].allocated) * VECTORS_PERCENT)
			add_full(look, &vectors[i]);
	return r;
}

static bool has_remapping(const struct facts *facts)
{
	for (size_t i = 0; i < irqkit_machine_count_irqs(facts->machine); i++) {
		const char *chip = irqkit_interrupt_get_chip(
			irqkit_irq_get_row(irqkit_machine_get_irq(facts->machine, i)));

		if (chip &&
			(strncmp(chip, "IR-", 3) == 0 || strstr(chip, "-IR-") ||
				strstr(chip, "AMD-Vi")))
			return true;
	}
	return false;
}

static int look_remapping(struct look *look)
{
	int last = -1;
	struct irqkit_finding *finding;

	if (!is_x86(look->facts))
		return look_lacks(look, "not an x86 system");
	irqkit_cpuset_foreach (cpu, look->facts->online)
		last = (int)cpu;
	if (last < APIC_IDS || has_remapping(look->facts) || facts_is_guest(look->facts))
		return 0;
	finding = finding_add(look, NULL, NULL);
	finding_say(finding, "CPU %d is online, but interrupts are not remapped", last);
	finding_fact_read(finding, look->facts, "sys/devices/system/cpu/online");
	finding_by_hand(finding, IRQKIT_NEEDS_REBOOT,
		"turn VT-d or AMD IOMMU on in the firmware, boot with intel_iommu=on, "
		"and "
		"without intremap=off");
	return 0;
}

/* ------------------------------------------------------------------------------- */

static const struct irqkit_rule rules[] = {
	{
		.id = "vectors-nearly-used-up",
		.class = IRQKIT_CLASS_MEDIUM,
		.title = "a CPU has hardly any interrupt vectors left",
		.why = "The next interrupt that moves to this CPU is refused with 'no "
		       "space left'.",
		.explain =
			"Reported on x86 if fewer than 10 % of the vectors of a CPU are "
			"available in debugfs. Without debugfs, if a CPU handles more "
			"than 160 interrupts.",
		.look = look_vectors,
	},
	{
		.id = "no-remapping-many-cpus",
		.class = IRQKIT_CLASS_INFO,
		.title = "devices cannot interrupt CPUs beyond the first 255",
		.why = "Without interrupt remapping, devices reach only the first 255 "
		       "APIC "
		       "numbers.",
		.explain =
			"Reported on x86 if a CPU above 255 is online and no interrupt "
			"is remapped. Not reported in a guest.",
		.look = look_remapping,
	},
};

const struct irqkit_rule *rules_vectors(size_t *ret_count)
{
	*ret_count = LENGTH(rules);
	return rules;
}
