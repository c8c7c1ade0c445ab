/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What follows the counts in a row of /proc/interrupts that has a number:
 *
 *     IO-APIC    5-edge      ACPI:Ged             chip  hwirq-trigger  actions
 *     PCI-MSIX-0000:00:03.0   0-edge      virtio2-input.0
 *     xen-dyn    -event     vif1.0-q0-tx          chip  -trigger  actions (from 4.14 on)
 *     xen-dyn-event     eth1                      chip-trigger  actions (up to 4.9)
 *     GICv3  27 Level     arch_timer              chip  hwirq trigger  actions (arm ...)
 *     GIC  27  arch_timer                         chip  hwirq  actions (old arm ...)
 *     PCI-MSI  mlx5_comp0                         chip  actions (s390)
 *     GSC-DINO tulip[20/100/900] st[9/9/9]        chip action[cycles] ... (parisc)
 *
 * The name of a chip may contain single spaces ("Hyper-V PCIe MSI") and begin with a digit
 * ("4b00000.gpio"); so may the name of an action. At least two spaces precede the actions.
 * Sources: kernel/irq/proc.c, show_interrupts() and irq_seq_show().
 */
#include "interrupts/description.h"
#include "base/macros.h"
#include "base/number.h"

#include <errno.h>
#include <string.h>

/* The names that flow handlers are registered with; longer ones before their endings. */
static const char *const triggers[] = {
	"ioapic-level",
	"ioapic-edge",
	"demux-level",
	"fasteoi",
	"handle-fasteoi",
	"percpu",
	"msi-x",
	"event",
	"level",
	"edge",
	"virq",
	"pirq",
	"ipi",
	"msi",
	"XT-PIC",
	/* arch/mips/alchemy/common/irq.c, au1x_ic_settype() */
	"hilevel",
	"lowlevel",
	"riseedge",
	"falledge",
	"bothedge",
	/* the same file, au1300_gpic_settype() */
	"posedge",
	"negedge",
	"high",
	"low",
	"disabled",
	/* arch/sparc/kernel/irq_64.c, build_irq() and sun4v_build_common() */
	"IVEC",
	/* arch/sparc/kernel/leon_pci_grpci2.c, grpci2_build_device_irq() */
	"pcilvl",
};

/* Where a word begins, how long it is, and how many spaces precede it. */
struct text_word {
	size_t at;
	size_t len;
	size_t blanks;
};

static bool next_word(const char *text, size_t len, size_t from, struct text_word *ret)
{
	size_t at = from;

	while (at < len && text[at] == ' ')
		at++;
	ret->blanks = at - from;
	ret->at = at;
	while (at < len && text[at] != ' ')
		at++;
	ret->len = at - ret->at;
	return ret->len > 0;
}

static bool equals(const char *text, size_t len, const char *word)
{
	return strlen(word) == len && memcmp(text, word, len) == 0;
}

static bool is_known_trigger(const char *text, size_t len)
{
	for (size_t i = 0; i < LENGTH(triggers); i++)
		if (equals(text, len, triggers[i]))
			return true;
	return false;
}

/* The column of architectures with CONFIG_GENERIC_IRQ_SHOW_LEVEL; None: Android's. */
static bool is_level(const char *text, size_t len)
{
	return equals(text, len, "Level") || equals(text, len, "Edge") ||
		equals(text, len, "None");
}

/* `5`, `-5` (a large number, printed with 32 bits), and then nothing or `-edge`. */
static bool parse_hwirq(const char *text, size_t len, int64_t *ret, size_t *ret_len)
{
	size_t sign = len > 1 && text[0] == '-';
	size_t end = sign;
	uint64_t number;

	while (end < len && text[end] >= '0' && text[end] <= '9')
		end++;
	if (end < len && (text[end] != '-' || end + 1 == len))
		return false;
	if (parse_u64(text + sign, end - sign, &number) < 0 || number > INT64_MAX)
		return false;
	*ret = sign ? -(int64_t)number : (int64_t)number;
	*ret_len = end;
	return true;
}

static void set_chip(struct description *d, const char *text, size_t end)
{
	while (end > 0 && text[end - 1] == ' ')
		end--;
	/* the kernel writes this for a chip without a name, and for no chip */
	if (equals(text, end, "-") || equals(text, end, "None"))
		end = 0;
	d->chip = end ? text : NULL;
	d->chip_len = end;
}

static void set_trigger(struct description *d, const char *text, size_t len)
{
	d->trigger = text;
	d->trigger_len = len;
	if (!is_known_trigger(text, len) && !is_level(text, len))
		d->is_ambiguous = true;
}

static void set_actions(struct description *d, const char *text, size_t len, size_t from)
{
	struct text_word w;

	if (next_word(text, len, from, &w)) {
		d->actions = text + w.at;
		d->actions_len = len - w.at;
	}
}

/*
 * After the hwirq or the chip: `Level` or `Edge`, and perhaps `-trigger` after it. The
 * kernels of Dovetail (Xenomai 4, EVL) write `oob` or spaces before `-trigger`, for
 * interrupts that are handled out of band.
 */
static size_t take_level(struct description *d, const char *text, size_t len, size_t from)
{
	struct text_word w;

	if (next_word(text, len, from, &w) && is_level(text + w.at, w.len)) {
		set_trigger(d, text + w.at, w.len);
		from = w.at + w.len;
	}
	if (next_word(text, len, from, &w) && equals(text + w.at, w.len, "oob"))
		return w.at + w.len;
	if (next_word(text, len, from, &w) && w.len > 4 &&
		memcmp(text + w.at, "oob-", 4) == 0) {
		set_trigger(d, text + w.at + 4, w.len - 4);
		return w.at + w.len;
	}
	if (next_word(text, len, from, &w) && w.len > 1 && text[w.at] == '-' &&
		is_known_trigger(text + w.at + 1, w.len - 1)) {
		set_trigger(d, text + w.at + 1, w.len - 1);
		from = w.at + w.len;
	}
	return from;
}

/* Does the chip end before this word, which is not the first? If so, reads the rest. */
static bool ends_chip(
	struct description *d, const char *text, size_t len, const struct text_word *w)
{
	const char *word = text + w->at;
	size_t end = w->at + w->len;
	size_t digits;

	if (parse_hwirq(word, w->len, &d->hwirq, &digits)) {
		d->has_hwirq = true;
		if (digits < w->len) {
			set_trigger(d, word + digits + 1, w->len - digits - 1);
		} else {
			size_t after = take_level(d, text, len, end);

			d->is_ambiguous |= after == end;
			end = after;
		}
	} else if (word[0] == '-' && w->len > 1) {
		set_trigger(d, word + 1, w->len - 1);
	} else if (w->blanks >= 2) {
		end = take_level(d, text, len, w->at);
		d->is_ambiguous |= end != w->at;
	} else {
		return false;
	}

	set_chip(d, text, w->at);
	set_actions(d, text, len, end);
	return true;
}

/* `xen-dyn-event` is the chip xen-dyn with the trigger event. */
static void split_glued(struct description *d)
{
	if (!d->chip || d->trigger || d->has_hwirq)
		return;

	for (size_t i = 0; i < LENGTH(triggers); i++) {
		size_t len = strlen(triggers[i]);
		const char *start = d->chip + d->chip_len - len;

		if (d->chip_len > len + 1 && start[-1] == '-' &&
			memcmp(start, triggers[i], len) == 0) {
			set_trigger(d, start, len);
			d->chip_len -= len + 1;
			return;
		}
	}
	if (memchr(d->chip, '-', d->chip_len))
		d->is_ambiguous = true;
}

void description_parse(const char *text, size_t len, struct description *ret)
{
	struct text_word w;
	size_t from;

	memset(ret, 0, sizeof(*ret));
	while (len > 0 && text[0] == ' ')
		text++, len--;
	while (len > 0 && text[len - 1] == ' ')
		len--;

	if (!next_word(text, len, 0, &w))
		return;
	for (from = w.len; next_word(text, len, from, &w); from = w.at + w.len)
		if (ends_chip(ret, text, len, &w))
			break;
	if (from >= len)
		set_chip(ret, text, len);
	split_glued(ret);
}

/* ------------------------------------------------------------------------------- */
/* parisc, built with PARISC_IRQ_CR16_COUNTS                                         */

static size_t count_digits(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && text[n] >= '0' && text[n] <= '9')
		n++;
	return n;
}

/* How long is the `[min/avg/max]` that ends an action here? 0: there is none. */
static size_t cycles_length(const char *text, size_t len)
{
	static const char before[] = "[//";
	size_t at = 0;

	for (size_t i = 0; i < sizeof(before) - 1; i++) {
		size_t digits;

		if (at == len || text[at++] != before[i])
			return 0;
		at += at < len && text[at] == '-';
		digits = count_digits(text + at, len - at);
		if (digits == 0)
			return 0;
		at += digits;
	}
	if (at == len || text[at++] != ']')
		return 0;
	return at == len || text[at] == ' ' ? at : 0;
}

size_t description_drop_cycles(const char *text, size_t len, char *to)
{
	size_t from = 0, n = 0;

	while (from < len && text[from] != ' ')
		to[n++] = text[from++];
	if (from < len)
		to[n++] = ' '; /* two blanks stand before the actions */
	while (from < len) {
		size_t cycles = cycles_length(text + from, len - from);

		if (cycles == 0) {
			to[n++] = text[from++];
			continue;
		}
		from += cycles;
		if (from < len)
			to[n++] = ',';
	}
	return n;
}
