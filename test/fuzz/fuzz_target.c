/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * TARGETs, one a line, against a machine whose names begin alike. Whatever the words: each
 * is refused, matches nothing or matches something; a plain word never matches by a part
 * of a name; the same words always choose the same rows.
 *
 * The program's sources are part of this one: they are no library.
 */
#include <string.h>

#include "../../cmd/base/read_number.c"
#include "../../cmd/measure/explain.c"
#include "../../cmd/measure/queue.c"
#include "../../cmd/target/mark_device.c"
#include "../../cmd/target/marks.c"
#include "../../cmd/target/say_no_match.c"
#include "../../cmd/target/select.c"
#include "../../cmd/target/select_queues.c"
#include "../../cmd/target/target.c"
#include "fuzz.h"
#include "machine/machine.h"

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

bool machine_say_no_sys(const struct irqkit_devices *devices)
{
	(void)devices;
	return false;
}

void say_error(const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	HOLDS(vsnprintf(text, sizeof(text), format, args) > 0);
	va_end(args);
}

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

static void check_whole(const struct selection *chosen, const char *word)
{
	struct target target;

	HOLDS(target_parse(word, &target) == STATUS_DONE);
	for (size_t i = 0; i < chosen->n && target.kind == TARGET_WORD && !target.is_glob;
		i++)
		HOLDS(may_mean(irqkit_irq_get_row(chosen->irqs[i]), word));
	for (size_t i = 0; i < chosen->n && target.kind == TARGET_IRQS; i++) {
		HOLDS(irqkit_irq_get_number(chosen->irqs[i]) >= target.first);
		HOLDS(irqkit_irq_get_number(chosen->irqs[i]) <= target.last);
	}
}

static void check_order(const struct selection *chosen)
{
	for (size_t i = 1; i < chosen->n; i++)
		HOLDS(chosen->irqs[i - 1] < chosen->irqs[i]);
}

static void check(struct irqkit_ctx *ctx, struct irqkit_snapshot *snapshot,
	const char *const *words, size_t n)
{
	struct irqkit_machine *machine = NULL;
	struct selection chosen = { 0 }, again = { 0 };
	struct queue_selection queues = { 0 };
	enum status status;

	HOLDS(machine_new_from(ctx, snapshot, &machine) == 0);
	status = select_interrupts(machine, words, n, false, &chosen);
	HOLDS(status == STATUS_DONE || status == STATUS_MISUSE ||
		status == STATUS_NO_MATCH);
	HOLDS((status == STATUS_DONE) == (chosen.n > 0));
	check_order(&chosen);
	if (status == STATUS_DONE && n == 1)
		check_whole(&chosen, words[0]);
	HOLDS(select_interrupts(machine, words, n, false, &again) == status);
	HOLDS(again.n == chosen.n);
	selection_free(&chosen);
	selection_free(&again);

	status = select_queues(irqkit_machine_get_devices(machine), words, n, &queues);
	HOLDS(status == STATUS_DONE || status == STATUS_MISUSE ||
		status == STATUS_NO_MATCH);
	HOLDS((status == STATUS_DONE) == (queues.n > 0));
	queue_selection_free(&queues);
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
