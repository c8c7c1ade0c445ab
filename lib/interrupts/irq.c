/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The files of /proc/irq/N, and what they say of whether an interrupt can be moved. */
#include "interrupts/irq.h"
#include "base/macros.h"
#include "base/number.h"
#include "interrupts/handler_names.h"
#include "interrupts/snapshot.h"
#include "kernel/ctx.h"
#include "kernel/knob.h"
#include "kernel/knob_path.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define IRQ_PATH_ROOM 64u /* ten digits, and the longest name */

/* Five times as fast as printf; thousands of interrupts have two such paths each. */
static void format_irq_path(
	char path[static IRQ_PATH_ROOM], unsigned int irq, const char *name)
{
	char digits[16], *first = digits + sizeof(digits);

	*--first = '\0';
	do
		*--first = (char)('0' + irq % 10);
	while (irq /= 10);
	stpcpy(stpcpy(stpcpy(stpcpy(path, "proc/irq/"), first), "/"), name);
}

/*
 * The mask file, which is also the one that is written, or the list file in a root that
 * was saved without it. @ret_mode: may be NULL, which costs less
 */
static int read_set(struct irqkit_ctx *ctx, unsigned int irq, const char *mask,
	const char *list, struct irq_affinity *affinity, mode_t *ret_mode)
{
	char path[IRQ_PATH_ROOM];
	size_t len;
	int r;

	format_irq_path(path, irq, mask);
	r = knob_read_line_and_mode(ctx, path, &affinity->text, &len, ret_mode);
	if (r == -ENOENT) {
		affinity->is_from_list = true;
		format_irq_path(path, irq, list);
		r = knob_read_line_and_mode(ctx, path, &affinity->text, &len, ret_mode);
	}
	return r < 0 ? r
		     : knob_parse_cpus(ctx, path, affinity->text, len,
			       affinity->is_from_list ? irqkit_cpuset_parse_list
						      : irqkit_cpuset_parse_mask,
			       &affinity->set);
}

int irq_read_affinity(
	struct irqkit_ctx *ctx, unsigned int irq, struct irq_affinity *affinity)
{
	int r = read_set(
		ctx, irq, "smp_affinity", "smp_affinity_list", affinity, &affinity->mode);
	/* it is kept, perhaps thousands of times: without the room that it was read into */
	char *fitting = affinity->text
		? realloc(affinity->text, strlen(affinity->text) + 1)
		: NULL;

	if (fitting)
		affinity->text = fitting;
	return r;
}

int irq_read_effective(
	struct irqkit_ctx *ctx, unsigned int irq, struct irqkit_cpuset **ret_set)
{
	struct irq_affinity effective = { 0 };
	int r = read_set(ctx, irq, "effective_affinity", "effective_affinity_list",
		&effective, NULL);

	free(effective.text);
	if (r == 0)
		*ret_set = effective.set;
	return r;
}

int irq_read_hint(struct irqkit_ctx *ctx, unsigned int irq, char **ret_text,
	struct irqkit_cpuset **ret_set)
{
	_cleanup_free_ char *text = NULL;
	char path[PATH_MAX];
	size_t len;
	int r = format_path(path, "proc/irq/%u/affinity_hint", irq);

	if (r == 0)
		r = knob_read_line(ctx, path, &text, &len);
	if (r == 0)
		r = knob_parse_cpus(
			ctx, path, text, len, irqkit_cpuset_parse_mask, ret_set);
	if (r == 0)
		*ret_text = TAKE(text);
	return r;
}

int irq_read_node(struct irqkit_ctx *ctx, unsigned int irq, int *ret_node)
{
	_cleanup_free_ char *text = NULL;
	uint32_t node;
	size_t len;
	int r = knob_readf_line(ctx, &text, &len, "proc/irq/%u/node", irq);

	if (r < 0)
		return r;
	if (strcmp(text, "-1") == 0)
		return -ENODATA;
	if (parse_u32(text, len, &node) < 0 || node > INT32_MAX)
		return -EBADMSG;
	*ret_node = (int)node;
	return 0;
}

/* ------------------------------------------------------------------------------- */
/* Movable?                                                                        */

/*
 * Do the names of handlers matter on this kernel? Before 4.8 no interrupt was managed;
 * since 6.11 the file of an interrupt that the kernel never moves is read-only.
 */
bool irq_names_tell(const char *release)
{
	unsigned int major, minor;

	if (!release || sscanf(release, "%u.%u", &major, &minor) != 2)
		return true;
	return (major > 4 || (major == 4 && minor >= 8)) &&
		(major < 6 || (major == 6 && minor < 11));
}

static bool is_msi(const struct irqkit_interrupt *interrupt)
{
	return interrupt->chip &&
		(strstr(interrupt->chip, "MSI") || strstr(interrupt->chip, "ITS"));
}

/* A vector that also has the admin queue (nvme0q0, nvme0q1) is not managed. */
static bool has_managed_name(
	const struct irqkit_interrupt *interrupt, const struct name_index *names)
{
	for (size_t a = 0; a < interrupt->n_actions; a++)
		if (!name_may_be_managed(names, interrupt->actions[a]))
			return false;
	return interrupt->n_actions > 0;
}

/* Chips all of whose interrupts belong to one CPU. */
static const char *const per_cpu_chips[] = {
	"xen-percpu", /* drivers/xen/events/events_base.c, bind_virq_to_irq() */
	"RISC-V INTC", /* drivers/irqchip/irq-riscv-intc.c, riscv_intc_domain_map() */
	"MIPS", /* drivers/irqchip/irq-mips-cpu.c, mips_cpu_intc_map() */
	"MIPS GIC Local", /* drivers/irqchip/irq-mips-gic.c, gic_irq_domain_map() */
	"CPUINTC", /* drivers/irqchip/irq-loongarch-cpu.c, loongarch_cpu_intc_map() */
	"XIVE-IPI", /* arch/powerpc/sysdev/xive/common.c, xive_init_ipis() */
	"CPU", /* arch/parisc/kernel/irq.c, claim_cpu_irqs() */
	"LSAPIC", /* arch/ia64/kernel/irq_ia64.c, register_percpu_irq() */
	"GICv5-PPI", /* drivers/irqchip/irq-gic-v5.c, gicv5_irq_ppi_domain_alloc() */
	"AIC-FIQ", /* drivers/irqchip/irq-apple-aic.c, aic_irq_domain_map() */
	"bcm2836-timer", /* drivers/irqchip/irq-bcm2836.c, bcm2836_map() */
	"bcm2836-pmu",
	"bcm2836-gpu",
};

/* Handlers of interrupts that each CPU has for itself. */
static const char *const per_cpu_names[] = {
	/* drivers/clocksource/timer-armada-370-xp.c, armada_370_xp_timer_common_init() */
	"armada_370_xp_per_cpu_tick",
};

static bool is_one_of(const char *text, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(text, list[i]) == 0)
			return true;
	return false;
}

/* By the row: interrupts that belong to one CPU on every kernel. */
bool irq_is_per_cpu(const struct irqkit_interrupt *interrupt)
{
	const char *chip = interrupt->chip ? interrupt->chip : "";

	if (is_one_of(chip, per_cpu_chips, LENGTH(per_cpu_chips)))
		return true;
	if (interrupt->n_actions == 1 &&
		is_one_of(interrupt->actions[0], per_cpu_names, LENGTH(per_cpu_names)))
		return true;
	/* x86: the timer, IRQF_NOBALANCING */
	if (interrupt->irq == 0 && interrupt->n_actions == 1 &&
		strcmp(interrupt->actions[0], "timer") == 0)
		return true;
	/* arm: the GIC's private peripheral interrupts; GICv2m and GICv5 count otherwise */
	return strncmp(chip, "GIC", 3) == 0 && strncmp(chip, "GICv2m", 6) != 0 &&
		strncmp(chip, "GICv5", 5) != 0 && interrupt->has_hwirq &&
		interrupt->hwirq >= 16 && interrupt->hwirq < 32;
}

EXPORT bool irqkit_interrupt_is_background(const struct irqkit_interrupt *interrupt)
{
	return interrupt->irq < 0 || irq_is_per_cpu(interrupt);
}

int irq_read_mode(struct irqkit_ctx *ctx, unsigned int irq, mode_t *ret_mode)
{
	int r = knob_readf_mode(ctx, ret_mode, "proc/irq/%u/smp_affinity", irq);

	if (r != -ENOENT)
		return r;
	return knob_readf_mode(ctx, ret_mode, "proc/irq/%u/smp_affinity_list", irq);
}

bool irq_has_managed_name(
	const struct irqkit_interrupt *interrupt, const struct name_index *names)
{
	return is_msi(interrupt) && has_managed_name(interrupt, names);
}

enum irqkit_movable irq_judge_mode(const struct irqkit_interrupt *interrupt, mode_t mode)
{
	if (mode & S_IWUSR)
		return IRQKIT_MOVABLE;
	return is_msi(interrupt) ? IRQKIT_MANAGED : IRQKIT_READ_ONLY;
}
