/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * TARGETs, one a line, against a machine whose names begin alike. Whatever the words: each
 * is refused, matches nothing or matches something; a plain word never matches by a part
 * of a name; the same words always choose the same rows; a refused word has a message.
 */
#include <errno.h>
#include <string.h>

#include "fuzz.h"
#include "machine/machine.h"
#include "target/target.h"

#define MAX_WORDS 4

static const char rows[] =
	"           CPU0       CPU1\n"
	"  1:          9          0   IO-APIC   1-edge      i8042\n"
	" 16:          9          0   IO-APIC  16-fasteoi   ehci_hcd:usb1, eth1\n"
	" 24:          0          1   PCI-MSI 524288-edge      eth1-rx-0\n"
	" 25:          0          1   PCI-MSI 524289-edge      eth1-tx-0\n"
	" 26:          0          1   PCI-MSI 524290-edge      eth10-rx-0\n"
	" 27:          0          1   PCI-MSI 524291-edge      virtio1-config\n"
	" 28:          0          1   PCI-MSI 524292-edge      virtio10-input.0\n"
	" 29:          0          1   xen-dyn-lateeoi     -event     vif1.0-q0-tx\n"
	" 30:          0          1   xen-dyn-lateeoi     -event     vif1.0-q0-rx\n"
	" 31:          0          1   xen-dyn-lateeoi     -event     vif1.0-q10-rx\n"
	" 32:          0          1   PCI-MSI 524293-edge      *\n"
	"283:         99          0   xen-dyn   -event     eth2\n"
	"NMI:          0          0   Non-maskable interrupts\n"
	"MIS:          0\n";

static bool is_part_of_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* @name is @word, or a device's name that something follows which is set off. */
static bool is_whole(const char *name, const char *word, size_t len)
{
	return strncmp(name, word, len) == 0 && !is_part_of_word(name[len]);
}

/* Of a word without any pattern: why it may have chosen this row. */
static bool may_mean(const struct irqkit_interrupt *row, const char *word)
{
	size_t len = strcspn(word, ":"), n = irqkit_interrupt_count_actions(row);

	if (strcmp(irqkit_interrupt_get_label(row), word) == 0)
		return true;
	for (size_t i = 0; i < n; i++) {
		const char *name = irqkit_interrupt_get_action(row, i);

		if (strcmp(name, word) == 0 || is_whole(name, word, len))
			return true;
	}
	return false;
}

static void check_whole(const struct irqkit_selection *chosen, const char *word)
{
	size_t n = irqkit_selection_count(chosen);
	struct target target;
	char *message = NULL;

	HOLDS(target_parse(word, &target, &message) == 0);
	for (size_t i = 0; i < n; i++) {
		struct irqkit_irq *irq = irqkit_selection_get(chosen, i);

		if (target.kind == TARGET_WORD && !target.is_glob)
			HOLDS(may_mean(irqkit_irq_get_row(irq), word));
		if (target.kind == TARGET_IRQS) {
			HOLDS(irqkit_irq_get_number(irq) >= target.first);
			HOLDS(irqkit_irq_get_number(irq) <= target.last);
		}
	}
}

static void check_order(const struct irqkit_selection *chosen)
{
	for (size_t i = 1; i < irqkit_selection_count(chosen); i++)
		HOLDS(irqkit_selection_get(chosen, i - 1) <
			irqkit_selection_get(chosen, i));
}

/* Success has no message, and every other result has one. */
static void check_result(int r, char *message)
{
	HOLDS(r == 0 || r == -EINVAL || r == -ESRCH || r == -EDOM);
	HOLDS((r < 0) == (message && *message));
	free(message);
}

/* Returns the number of interrupts, or an error. */
static int check_irqs(struct irqkit_machine *machine, const char *const *words, size_t n)
{
	struct irqkit_selection *chosen = NULL;
	char *message = NULL;
	int r = irqkit_machine_select(machine, words, n, 0, &chosen, &message);

	check_result(r, message);
	HOLDS(r != -EDOM);
	HOLDS((r == 0) == (chosen != NULL));
	if (r < 0)
		return r;
	r = (int)irqkit_selection_count(chosen);
	HOLDS(r > 0);
	check_order(chosen);
	if (n == 1)
		check_whole(chosen, words[0]);
	irqkit_selection_free(chosen);
	return r;
}

static void check_queues(
	struct irqkit_machine *machine, const char *const *words, size_t n)
{
	struct irqkit_queue **queues = NULL;
	char *message = NULL;
	size_t n_queues = 0;
	int r = irqkit_machine_select_queues(
		machine, words, n, &queues, &n_queues, &message);

	check_result(r, message);
	HOLDS((r == 0) == (n_queues > 0));
	HOLDS((r == 0) == (queues != NULL));
	free(queues);
}

static void check(struct irqkit_ctx *ctx, struct irqkit_snapshot *snapshot,
	const char *const *words, size_t n)
{
	struct irqkit_machine *machine = NULL;

	HOLDS(machine_new_from(ctx, snapshot, &machine) == 0);
	HOLDS(check_irqs(machine, words, n) == check_irqs(machine, words, n));
	check_queues(machine, words, n);
	irqkit_machine_free(machine);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct irqkit_ctx *ctx;
	struct irqkit_snapshot *snapshot;
	char *text = malloc(len + 1), *rest = text; /* strndup() would want a NUL */
	const char *words[MAX_WORDS];
	size_t n = 0;

	HOLDS(text);
	memcpy(text, data, len);
	text[len] = '\0';
	if (!ctx) {
		/* a folder without /proc and /sys */
		HOLDS(irqkit_ctx_new("test/fuzz", &ctx) == 0);
	}
	HOLDS(irqkit_snapshot_parse(rows, strlen(rows), NULL, &snapshot, NULL, NULL) ==
		0);
	while (rest && n < MAX_WORDS)
		words[n++] = strsep(&rest, "\n");
	check(ctx, snapshot, words, n);
	free(text);
	return 0;
}
