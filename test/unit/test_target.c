/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * TARGETs: what each word is, which interrupts and queues of a machine it means, and what
 * is said of a word that means nothing.
 *
 * Interrupts are written as numbers and ranges, with ! where the word names the interrupt
 * itself: "24 30-33!". Rows that have a name are written with it.
 */
#include "root.h"

#include <errno.h>
#include <limits.h>

#include "base/buffer.h"
#include "base/macros.h"
#include "machine/machine.h"
#include "target/target.h"

#define BOND "bond-bridge-6.1"
#define DISKS "disks-6.1"
#define NODES "linux-6.1-16cpu"
#define ODD "odd-names"
#define DOM0 "xen-6.1-dom0"

static void assert_same(const char *of, const char *expected, const char *got)
{
	if (!got || strcmp(expected, got) != 0)
		fail_msg("'%s' gives\n\t%s\nnot\n\t%s", of, got ? got : "NULL", expected);
}

/* ------------------------------------------------------------------------------- */
/* A word alone                                                                    */

static void words_are_split(void **state)
{
	static const struct {
		const char *word;
		enum target_kind kind;
		const char *name;
		int64_t first, last;
		bool is_glob;
	} rows[] = {
		{ "0", TARGET_IRQS, "0", 0, 0, false },
		{ "24", TARGET_IRQS, "24", 24, 24, false },
		{ "00024", TARGET_IRQS, "00024", 24, 24, false },
		{ "24-31", TARGET_IRQS, "24-31", 24, 31, false },
		/* an open range: all after it, too */
		{ "24-", TARGET_IRQS, "24-", 24, INT64_MAX, false },
		{ "irq:0-", TARGET_IRQS, "0-", 0, INT64_MAX, false },
		{ "24-24", TARGET_IRQS, "24-24", 24, 24, false },
		{ "irq:24", TARGET_IRQS, "24", 24, 24, false },
		{ "irq:24-31", TARGET_IRQS, "24-31", 24, 31, false },
		{ "9223372036854775806", TARGET_IRQS, "9223372036854775806",
			INT64_MAX - 1, INT64_MAX - 1, false },
		{ "9223372036854775808", TARGET_IRQS, "9223372036854775808", INT64_MAX,
			INT64_MAX, false },
		{ "24-99999999999999999999", TARGET_IRQS, "24-99999999999999999999", 24,
			INT64_MAX, false },
		/* almost numbers are names */
		{ "24--", TARGET_WORD, "24--", 0, 0, false },
		{ "-24", TARGET_WORD, "-24", 0, 0, false },
		{ "24-31-40", TARGET_WORD, "24-31-40", 0, 0, false },
		{ "24 ", TARGET_WORD, "24 ", 0, 0, false },
		{ "+24", TARGET_WORD, "+24", 0, 0, false },
		{ "0x18", TARGET_WORD, "0x18", 0, 0, false },
		{ "24,25", TARGET_WORD, "24,25", 0, 0, false },
		{ "24*", TARGET_WORD, "24*", 0, 0, true },
		/* names */
		{ "eth1", TARGET_WORD, "eth1", 0, 0, false },
		{ "eth1:rx-0", TARGET_WORD, "eth1:rx-0", 0, 0, false },
		{ "eth1:rx-*", TARGET_WORD, "eth1:rx-*", 0, 0, true },
		{ "nvme0q?", TARGET_WORD, "nvme0q?", 0, 0, true },
		{ "nvme0q[12]", TARGET_WORD, "nvme0q[12]", 0, 0, true },
		{ "nvme0q]", TARGET_WORD, "nvme0q]", 0, 0, false },
		{ "0000:00:03.0", TARGET_WORD, "0000:00:03.0", 0, 0, false },
		{ "a:b:c:d", TARGET_WORD, "a:b:c:d", 0, 0, false },
		{ ":", TARGET_WORD, ":", 0, 0, false },
		/* prefixes; the first colon ends one */
		{ "dev:eth1", TARGET_DEVICE, "eth1", 0, 0, false },
		{ "dev:eth*", TARGET_DEVICE, "eth*", 0, 0, true },
		{ "dev:eth1:rx-0", TARGET_DEVICE, "eth1:rx-0", 0, 0, false },
		{ "dev:24", TARGET_DEVICE, "24", 0, 0, false },
		{ "dev:dev:eth1", TARGET_DEVICE, "dev:eth1", 0, 0, false },
		{ "pci:0000:00:03.0", TARGET_PCI, "0000:00:03.0", 0, 0, false },
		{ "pci:0000:00:03.0/5", TARGET_VECTOR, "0000:00:03.0/5", 0, 0, false },
		{ "pci:03.0/0", TARGET_VECTOR, "03.0/0", 0, 0, false },
		{ "0000:00:03.0/5", TARGET_WORD, "0000:00:03.0/5", 0, 0, false },
		{ "name:a/5", TARGET_NAME, "a/5", 0, 0, false },
		{ "name:eth1", TARGET_NAME, "eth1", 0, 0, false },
		{ "name:all", TARGET_NAME, "all", 0, 0, false },
		{ "name:24", TARGET_NAME, "24", 0, 0, false },
		{ "chip:xen-dyn", TARGET_CHIP, "xen-dyn", 0, 0, false },
		{ "driver:virtio_*", TARGET_DRIVER, "virtio_*", 0, 0, true },
		/* prefixes and words have one spelling */
		{ "all", TARGET_ALL, "all", 0, 0, false },
		{ "ALL", TARGET_WORD, "ALL", 0, 0, false },
		{ "Dev:eth1", TARGET_WORD, "Dev:eth1", 0, 0, false },
		{ "IRQ:24", TARGET_WORD, "IRQ:24", 0, 0, false },
		{ "device:eth1", TARGET_WORD, "device:eth1", 0, 0, false },
		{ " dev:eth1", TARGET_WORD, " dev:eth1", 0, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct target target;
		char *message = NULL;

		if (target_parse(rows[i].word, &target, &message) != 0)
			fail_msg("'%s' is refused: %s", rows[i].word, message);
		if (target.kind != rows[i].kind || target.is_glob != rows[i].is_glob)
			fail_msg("'%s' has kind %d%s", rows[i].word, (int)target.kind,
				target.is_glob ? ", a pattern" : "");
		assert_same(rows[i].word, rows[i].name, target.name);
		assert_ptr_equal(target.word, rows[i].word);
		if (target.kind != TARGET_IRQS)
			continue;
		assert_true(target.first == rows[i].first);
		assert_true(target.last == rows[i].last);
	}
}

static void names_match_as_a_whole(void **state)
{
	static const struct {
		const char *word, *name;
		bool matches;
	} rows[] = {
		{ "eth1", "eth1", true },
		{ "eth1", "eth10", false },
		{ "eth1", "eth1-tx", false },
		{ "eth1", "xeth1", false },
		{ "eth1", "ETH1", false },
		{ "eth?", "eth1", true },
		/* a backslash takes the meaning of * ? [ and of itself away */
		{ "eth\\*", "eth*", true },
		{ "eth\\*", "eth1", false },
		{ "eth\\?", "eth?", true },
		{ "eth\\?", "eth1", false },
		{ "eth\\[1]", "eth[1]", true },
		{ "eth\\[1]", "eth1", false },
		{ "a\\\\\\*", "a\\*", true },
		{ "a\\b", "a\\b", true },
		{ "eth?", "eth10", false },
		{ "eth*", "eth", true },
		{ "*", "eth1", true },
		{ "*", ".hidden", true },
		{ "e*", "a/e", false },
		{ "a*", "a/b", true },
		{ "[ab]", "a", true },
		{ "[!ab]", "a", false },
		{ "[", "[", true },
		{ "[", "a", false },
		{ "a[b", "a[b", true },
		/* a name that holds a star can be written as it is, or with a backslash */
		{ "a*c", "a*c", true },
		{ "a\\*c", "a*c", true },
		{ "a\\*c", "abc", false },
		{ "ahci[0000:00:1f.2]", "ahci[0000:00:1f.2]", true },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct target target;
		char *message = NULL;

		assert_int_equal(target_parse(rows[i].word, &target, &message), 0);
		if (target_matches(&target, rows[i].name) != rows[i].matches)
			fail_msg("'%s' and '%s'", rows[i].word, rows[i].name);
	}
}

/* ------------------------------------------------------------------------------- */
/* Words and a machine                                                             */

static struct machine open_saved(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), ROOTS "%s", name);
	return open_machine(path);
}

/* Splits "eth0|24": the words are separated by |. */
static size_t split(char *text, const char *words[8])
{
	size_t n = 0;

	for (char *word; n < 8 && (word = strsep(&text, "|"));)
		words[n++] = word;
	return n;
}

static void add_irqs(struct buffer *text, const struct irqkit_selection *chosen,
	size_t first, size_t last)
{
	const struct irqkit_interrupt *row = irqkit_irq_get_row(
		irqkit_selection_get(chosen, first));

	buffer_add(text, "%s%s", text->len ? " " : "", irqkit_interrupt_get_label(row));
	if (last > first)
		buffer_add(text, "-%d",
			irqkit_irq_get_number(irqkit_selection_get(chosen, last)));
	if (irqkit_selection_is_named(chosen, first))
		buffer_add_char(text, '!');
}

/* Do both belong to one range of numbers? */
static bool is_next(const struct irqkit_selection *chosen, size_t i)
{
	int number = irqkit_irq_get_number(irqkit_selection_get(chosen, i));
	int before = irqkit_irq_get_number(irqkit_selection_get(chosen, i - 1));

	return number >= 0 && before >= 0 && number == before + 1 &&
		irqkit_selection_is_named(chosen, i) ==
		irqkit_selection_is_named(chosen, i - 1);
}

/* "24-28 30!" */
static char *format_irqs(const struct irqkit_selection *chosen)
{
	size_t n = irqkit_selection_count(chosen), first = 0;
	struct buffer text = { 0 };
	char *taken;

	for (size_t i = 1; i <= n; i++) {
		if (i < n && is_next(chosen, i))
			continue;
		add_irqs(&text, chosen, first, i - 1);
		first = i;
	}
	assert_int_equal(buffer_take(&text, &taken), 0);
	return taken;
}

/* "eth0 eth1 devices", with what the words are */
static char *format_devices(const struct irqkit_selection *chosen)
{
	struct buffer text = { 0 };
	char *taken;

	for (size_t i = 0; i < irqkit_selection_count_devices(chosen); i++)
		buffer_add(&text, "%s ",
			irqkit_device_get_name(irqkit_selection_get_device(chosen, i)));
	if (irqkit_selection_is_of_devices(chosen))
		buffer_add(&text, "devices ");
	if (irqkit_selection_is_of_numbers(chosen))
		buffer_add(&text, "numbers ");
	if (irqkit_selection_has_queues(chosen))
		buffer_add(&text, "queues ");
	assert_int_equal(buffer_take(&text, &taken), 0);
	if (*taken)
		taken[strlen(taken) - 1] = '\0';
	return taken;
}

static void words_mean_interrupts(void **state)
{
	static const struct {
		const char *root, *words, *irqs, *devices;
	} rows[] = {
		/* numbers */
		{ BOND, "24", "24!", "numbers" },
		{ BOND, "irq:24", "24!", "numbers" },
		{ BOND, "24-24", "24!", "numbers" },
		{ BOND, "24-26", "24-26", "numbers" },
		{ BOND, "0-9999999999999999999999", "24-44", "numbers" },
		{ BOND, "26|24|25|24", "24-26!", "numbers" },
		{ BOND, "24-26|25", "24 25! 26", "numbers" },
		{ BOND, "25|24-26", "24 25! 26", "numbers" },
		{ BOND, "40-100|0-25", "24-25 40-44", "numbers" },
		{ DISKS, "28-30", "28 30", "numbers" },
		/* devices */
		{ BOND, "eth1", "29-33", "eth1 devices" },
		{ BOND, "dev:eth1", "29-33", "eth1 devices" },
		{ BOND, "eth10|eth1", "29-38", "eth10 eth1 devices" },
		{ BOND, "eth1|eth1", "29-33", "eth1 devices" },
		{ BOND, "eth1-tx", "39-41", "eth1-tx devices" },
		{ BOND, "dev:eth*", "24-41", "eth0 eth1 eth1-tx eth10 devices" },
		{ BOND, "dev:eth?", "24-33", "eth0 eth1 devices" },
		{ BOND, "wan", "42-44", "wan devices" },
		{ BOND, "bond0", "24-33", "eth0 eth1 devices" },
		{ BOND, "br0", "24-33", "eth0 eth1 devices" },
		{ BOND, "bond0.5", "24-33", "eth0 eth1 devices" },
		{ BOND, "mv0", "34-38", "eth10 devices" },
		{ BOND, "dev:bond*", "24-33", "eth0 eth1 devices" },
		{ BOND, "0000:00:03.0", "34-38", "0000:00:03.0 devices" },
		{ BOND, "pci:0000:00:03.0", "34-38", "0000:00:03.0 devices" },
		{ BOND, "00:03.0", "34-38", "0000:00:03.0 devices" },
		{ BOND, "pci:*:03.0", "34-38", "eth10 devices" },
		/* vectors of a function */
		{ BOND, "pci:0000:00:03.0/0", "34!", "0000:00:03.0 devices" },
		{ BOND, "pci:00:03.0/4", "38!", "0000:00:03.0 devices" },
		{ BOND, "pci:00:03.0/4|eth10", "34-37 38!",
			"0000:00:03.0 eth10 devices" },
		{ BOND, "driver:igb", "24-33 42-44", "eth0 eth1 wan devices" },
		{ BOND, "driver:ix*", "34-41", "eth10 eth1-tx devices" },
		{ DISKS, "nvme0n1", "24-28", "nvme0n1 devices" },
		{ DISKS, "vda|xvda", "40-42 50", "vda xvda devices" },
		{ DISKS, "driver:nvme", "24-28", "nvme0n1 devices" },
		/* queues */
		{ BOND, "eth1:rx-0", "30!", "eth1 devices queues" },
		{ BOND, "dev:eth1:rx-0", "30!", "eth1 devices queues" },
		{ BOND, "eth1:0", "30!", "eth1 devices queues" },
		{ BOND, "eth1:rx-*", "30-33", "eth1 devices queues" },
		{ BOND, "eth1:*", "30-33", "eth1 devices queues" },
		{ BOND, "eth1:[02]", "30 32", "eth1 devices queues" },
		{ BOND, "eth1-tx:tx-1", "41!", "eth1-tx devices queues" },
		{ BOND, "eth1|eth1:rx-2", "29-31 32! 33", "eth1 devices queues" },
		{ BOND, "eth1:rx-2|eth1", "29-31 32! 33", "eth1 devices queues" },
		{ NODES, "eth0:tx-1", "34!", "eth0 devices queues" },
		{ NODES, "eth0:1", "33-34!", "eth0 devices queues" },
		/* names of handlers and rows */
		{ BOND, "eth1-TxRx-0", "30!", "" },
		{ BOND, "name:eth1", "29!", "" },
		{ BOND, "name:eth*", "24-44", "" },
		{ BOND, "eth1-*", "30-33 39-41", "" },
		{ BOND, "eth5-TxRx-[01]", "43-44", "" },
		{ BOND, "ERR", "ERR!", "" },
		{ BOND, "E*", "ERR", "" },
		{ BOND, "*", "24-44 ERR", "" },
		{ DISKS, "nvme0q1", "25!", "" },
		{ DISKS, "nvme0q*", "24-28", "" },
		{ DISKS, "ehci_hcd:usb1", "16!", "" },
		{ NODES, "aerdrv", "24-29!", "" },
		{ NODES, "i8042", "1! 12!", "" },
		{ ODD, "eth0", "1!", "" },
		{ ODD, "two  blanks", "16!", "" },
		{ ODD, "tab\there", "18!", "" },
		{ ODD, "caf\xe9-nic", "5!", "" },
		{ ODD, "quote'\"$(x)`", "17!", "" },
		{ ODD, "name:8250", "7!", "" },
		{ ODD, "ahci[0000:00:1f.2]", "9!", "" },
		{ ODD, "NMI", "NMI!", "" },
		{ ODD, "name:MI?", "MIS", "" },
		/* controllers */
		{ DISKS, "chip:IO-APIC", "16", "" },
		{ DISKS, "chip:PCI*", "24-28 30-31 40-42", "" },
		{ ODD, "chip:Turris Omnia MCU interrupts", "19", "" },
		{ ODD, "chip:AR*", "11", "" },
		/* all */
		{ BOND, "all", "24-44", "" },
		{ BOND, "all|ERR", "24-44 ERR!", "" },
		{ BOND, "all|24", "24! 25-44", "" },
		/* words of several kinds */
		{ BOND, "eth1|24", "24! 29-33", "eth1" },
		{ BOND, "24|eth1-TxRx-0", "24! 30!", "" },
		{ BOND, "eth5|wan", "42-44", "eth5 wan devices" },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct machine m = open_saved(rows[i].root);
		struct irqkit_selection *chosen = NULL;
		_cleanup_free_ char *text = strdup(rows[i].words), *irqs = NULL;
		_cleanup_free_ char *devices = NULL, *message = NULL;
		const char *words[8];
		size_t n = split(text, words);

		if (irqkit_machine_select(m.machine, words, n, 0, &chosen, &message) < 0)
			fail_msg("'%s': %s", rows[i].words, message);
		assert_null(message);
		irqs = format_irqs(chosen);
		devices = format_devices(chosen);
		assert_same(rows[i].words, rows[i].irqs, irqs);
		assert_same(rows[i].words, rows[i].devices, devices);
		irqkit_selection_free(chosen);
		close_machine(&m);
	}
}

static void refused_words_have_a_message(void **state)
{
	static const struct {
		const char *root, *words;
		int error;
		const char *message;
	} rows[] = {
		/* no TARGETs */
		{ BOND, "", -EINVAL, "a TARGET is empty" },
		{ BOND, "24|", -EINVAL, "a TARGET is empty" },
		{ BOND, "irq:", -EINVAL,
			"'irq:' is not a TARGET: irq: takes a number or a range, as in "
			"irq:24, irq:24-31 or irq:24-" },
		{ BOND, "irq:eth1", -EINVAL,
			"'irq:eth1' is not a TARGET: irq: takes a number or a range, as "
			"in "
			"irq:24, irq:24-31 or irq:24-" },
		{ BOND, "irq:all", -EINVAL,
			"'irq:all' is not a TARGET: irq: takes a number or a range, as "
			"in "
			"irq:24, irq:24-31 or irq:24-" },
		{ BOND, "irq:24--", -EINVAL,
			"'irq:24--' is not a TARGET: irq: takes a number or a range, as "
			"in "
			"irq:24, irq:24-31 or irq:24-" },
		{ BOND, "irq:*", -EINVAL,
			"'irq:*' is not a TARGET: irq: takes a number or a range, as in "
			"irq:24, irq:24-31 or irq:24-" },
		{ BOND, "dev:", -EINVAL,
			"'dev:' is not a TARGET: a name is missing after the colon" },
		{ BOND, "pci:0000:00:03.0/", -EINVAL,
			"'pci:0000:00:03.0/' is not a TARGET: a / is followed by the "
			"index of a vector, as in pci:0000:00:03.0/5" },
		{ BOND, "pci:0000:00:03.0/rx-0", -EINVAL,
			"'pci:0000:00:03.0/rx-0' is not a TARGET: a / is followed by the "
			"index of a vector, as in pci:0000:00:03.0/5" },
		{ BOND, "pci:", -EINVAL,
			"'pci:' is not a TARGET: a name is missing after the colon" },
		{ BOND, "name:", -EINVAL,
			"'name:' is not a TARGET: a name is missing after the colon" },
		{ BOND, "chip:", -EINVAL,
			"'chip:' is not a TARGET: a name is missing after the colon" },
		{ BOND, "driver:", -EINVAL,
			"'driver:' is not a TARGET: a name is missing after the colon" },
		{ BOND, "31-24", -EINVAL, "the range '31-24' ends before it starts" },
		{ BOND, "irq:31-24", -EINVAL,
			"the range 'irq:31-24' ends before it starts" },
		{ BOND, "99999999999999999999-24", -EINVAL,
			"the range '99999999999999999999-24' ends before it starts" },
		/* the first wrong word is the one that is named */
		{ BOND, "24|31-24|nope", -EINVAL,
			"the range '31-24' ends before it starts" },
		{ BOND, "24|99|31-24", -ESRCH,
			"nothing matches '99': no interrupt has this number" },
		/* numbers */
		{ BOND, "99", -ESRCH,
			"nothing matches '99': no interrupt has this number" },
		{ BOND, "irq:4294967320", -ESRCH,
			"nothing matches 'irq:4294967320': no interrupt has this "
			"number" },
		{ BOND, "99999999999999999999", -ESRCH,
			"nothing matches '99999999999999999999': no interrupt has this "
			"number" },
		{ BOND, "0-23", -ESRCH,
			"nothing matches '0-23': no interrupt has a number in this "
			"range" },
		{ BOND, "45-99999999999999999999", -ESRCH,
			"nothing matches '45-99999999999999999999': no interrupt has a "
			"number in this range" },
		{ DISKS, "29", -ESRCH,
			"nothing matches '29': no interrupt has this number" },
		/* names */
		{ BOND, "eth2", -ESRCH,
			"nothing matches 'eth2': no device or interrupt has this name; "
			"'irqkit show' lists the interrupts" },
		{ BOND, "eth", -ESRCH,
			"nothing matches 'eth': no device or interrupt has exactly this "
			"name; try '*eth*'" },
		{ BOND, "name:eth1-TxRx", -ESRCH,
			"nothing matches 'name:eth1-TxRx': no interrupt has exactly this "
			"name; try '*eth1-TxRx*'" },
		{ BOND, "bond*", -ESRCH,
			"nothing matches 'bond*': no interrupt has such a name; use "
			"'dev:bond*' for names of interfaces" },
		{ BOND, "name:bond*", -ESRCH,
			"nothing matches 'name:bond*': no interrupt has such a name; "
			"'irqkit show' lists the interrupts" },
		{ BOND, "24,25", -ESRCH,
			"nothing matches '24,25': separate TARGETs with spaces, not "
			"commas" },
		{ BOND, "eth0,eth1", -ESRCH,
			"nothing matches 'eth0,eth1': separate TARGETs with spaces, not "
			"commas" },
		{ BOND, "ETH1", -ESRCH, "nothing matches 'ETH1'; did you mean 'eth1'?" },
		{ BOND, "Bond0.5", -ESRCH,
			"nothing matches 'Bond0.5'; did you mean 'bond0.5'?" },
		{ BOND, "name:Bond0.5", -ESRCH,
			"nothing matches 'name:Bond0.5': no interrupt has this name; "
			"'irqkit show' lists the interrupts" },
		{ BOND, "err", -ESRCH, "nothing matches 'err'; did you mean 'ERR'?" },
		{ BOND, "name:ETH1-txrx-3", -ESRCH,
			"nothing matches 'name:ETH1-txrx-3'; did you mean "
			"'eth1-TxRx-3'?" },
		{ BOND, "ALL", -ESRCH, "nothing matches 'ALL'; did you mean 'all'?" },
		{ BOND, "a:b:c:d", -ESRCH,
			"nothing matches 'a:b:c:d': no device or interrupt has this "
			"name; 'irqkit show' lists the interrupts" },
		{ BOND, ":", -ESRCH,
			"nothing matches ':': no device or interrupt has this name; "
			"'irqkit show' lists the interrupts" },
		{ BOND, "../eth1", -ESRCH,
			"nothing matches '../eth1': no device or interrupt has this "
			"name; 'irqkit show' lists the interrupts" },
		{ BOND, "a\nb\033c", -ESRCH,
			"nothing matches 'a\nb\033c': no device or interrupt has this "
			"name; 'irqkit show' lists the interrupts" },
		/* devices */
		{ BOND, "dev:eth2", -ESRCH,
			"nothing matches 'dev:eth2': there is no such device" },
		{ BOND, "dev:ETH1", -ESRCH,
			"nothing matches 'dev:ETH1': there is no such device" },
		{ BOND, "dev:zz*", -ESRCH,
			"nothing matches 'dev:zz*': there is no such device" },
		{ BOND, "dev:..", -ESRCH,
			"nothing matches 'dev:..': there is no such device" },
		{ BOND, "dev:eth1-TxRx-0", -ESRCH,
			"nothing matches 'dev:eth1-TxRx-0': there is no such device" },
		{ BOND, "pci:0000:00:1f.0", -ESRCH,
			"nothing matches 'pci:0000:00:1f.0': there is no such device" },
		{ BOND, "pci:0000:00:1f.0/0", -ESRCH,
			"nothing matches 'pci:0000:00:1f.0/0': there is no such device" },
		{ BOND, "pci:0000:00:03.0/5", -ESRCH,
			"nothing matches 'pci:0000:00:03.0/5': 0000:00:03.0 has 5 MSI "
			"vectors, and the last is 4" },
		{ BOND, "pci:0000:00:03.0/99999999999", -ESRCH,
			"nothing matches 'pci:0000:00:03.0/99999999999': 0000:00:03.0 "
			"has "
			"5 MSI vectors, and the last is 4" },
		{ BOND, "pci:eth1", -ESRCH,
			"nothing matches 'pci:eth1': there is no such device" },
		{ BOND, "lo", -ESRCH,
			"nothing matches 'lo': the software interface lo has no "
			"interrupts; 'irqkit rps lo' shows whether RPS can share its "
			"work" },
		{ BOND, "driver:e1000e", -ESRCH,
			"nothing matches 'driver:e1000e': no interrupt found for a "
			"device with this driver" },
		{ BOND, "driver:IGB", -ESRCH,
			"nothing matches 'driver:IGB': no interrupt found for a device "
			"with this driver" },
		/* queues */
		{ BOND, "eth1:rx-4", -ESRCH,
			"nothing matches 'eth1:rx-4': eth1 has rx-0 to rx-3, tx-0 to "
			"tx-3" },
		{ BOND, "eth1:", -ESRCH,
			"nothing matches 'eth1:'; did you mean 'eth1'?" },
		{ BOND, "eth1:rx-00", -ESRCH,
			"nothing matches 'eth1:rx-00'; did you mean 'eth1:rx-0'?" },
		{ BOND, "eth1:RX-0", -ESRCH,
			"nothing matches 'eth1:RX-0'; did you mean 'eth1:rx-0'?" },
		{ BOND, "eth1:rx-0:1", -ESRCH,
			"nothing matches 'eth1:rx-0:1': eth1 has rx-0 to rx-3, tx-0 to "
			"tx-3" },
		{ BOND, "eth2:rx-0", -ESRCH,
			"nothing matches 'eth2:rx-0': no device or interrupt has this "
			"name; 'irqkit show' lists the interrupts" },
		{ BOND, "bond0:rx-0", -ESRCH,
			"nothing matches 'bond0:rx-0': bond0 is built on other "
			"interfaces; name a queue of one of them, as in 'eth0:rx-0'" },
		{ DISKS, "vda:rx-0", -ESRCH,
			"nothing matches 'vda:rx-0': no device or interrupt has this "
			"name; 'irqkit show' lists the interrupts" },
		/* controllers */
		{ DISKS, "chip:pci-msi", -ESRCH,
			"nothing matches 'chip:pci-msi': no interrupt uses this chip" },
		{ DISKS, "chip:APIC", -ESRCH,
			"nothing matches 'chip:APIC': no interrupt uses this chip" },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct machine m = open_saved(rows[i].root);
		struct irqkit_selection *untouched = (void *)&m, *chosen = untouched;
		_cleanup_free_ char *text = strdup(rows[i].words), *message = NULL;
		const char *words[8];
		size_t n = split(text, words);
		int r = irqkit_machine_select(m.machine, words, n, 0, &chosen, &message);

		if (r != rows[i].error)
			fail_msg("'%s' gives %d: %s", rows[i].words, r, message);
		assert_same(rows[i].words, rows[i].message, message);
		assert_ptr_equal(chosen, untouched);
		assert_int_equal(
			irqkit_machine_select(m.machine, words, n, 0, &chosen, NULL), r);
		close_machine(&m);
	}
}

static void rows_with_a_name_are_meant_on_request(void **state)
{
	static const char *const all[] = { "all" };
	static const struct {
		const char *const *words;
		size_t n;
		unsigned int flags;
		const char *irqs;
	} rows[] = {
		{ NULL, 0, 0, "24-44" },
		{ NULL, 0, IRQKIT_SELECT_NAMED, "24-44 ERR" },
		{ all, 1, 0, "24-44" },
		{ all, 1, IRQKIT_SELECT_NAMED, "24-44 ERR" },
	};
	struct machine m = open_saved(BOND);

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct irqkit_selection *chosen = NULL;
		_cleanup_free_ char *irqs = NULL, *devices = NULL;

		assert_int_equal(irqkit_machine_select(m.machine, rows[i].words,
					 rows[i].n, rows[i].flags, &chosen, NULL),
			0);
		irqs = format_irqs(chosen);
		devices = format_devices(chosen);
		assert_same("all", rows[i].irqs, irqs);
		assert_same("all", "", devices);
		irqkit_selection_free(chosen);
	}
	close_machine(&m);
	irqkit_selection_free(NULL);
}

/* No rows: no words are no mistake, and `all` is one. */
static void without_rows_only_no_words_are_accepted(void **state)
{
	static const char *const all[] = { "all" };
	struct machine m = open_saved("heading-only");
	struct irqkit_selection *chosen = NULL;
	_cleanup_free_ char *message = NULL;

	(void)state;
	assert_int_equal(
		irqkit_machine_select(m.machine, NULL, 0, 0, &chosen, &message), 0);
	assert_int_equal(irqkit_selection_count(chosen), 0);
	irqkit_selection_free(chosen);
	assert_int_equal(
		irqkit_machine_select(m.machine, all, 1, 0, &chosen, &message), -ESRCH);
	assert_same("all", "nothing matches 'all': there are no interrupts", message);
	close_machine(&m);
}

static void refuse_long_word(struct irqkit_machine *machine, const char *before,
	int error, const char *message_start, const char *message_end)
{
	const size_t len = 1000000;
	_cleanup_free_ char *word = NULL, *expected = NULL, *message = NULL;
	_cleanup_free_ char *long_part = malloc(len + 1);
	struct irqkit_selection *chosen = NULL;

	memset(long_part, 'e', len);
	long_part[len] = '\0';
	assert_true(asprintf(&word, "%s%s", before, long_part) > 0);
	assert_true(asprintf(&expected, "%s%s%s", message_start, word, message_end) > 0);
	assert_int_equal(irqkit_machine_select(machine, (const char *const *)&word, 1, 0,
				 &chosen, &message),
		error);
	assert_non_null(message);
	assert_string_equal(message, expected);
}

static void long_words_are_kept_whole(void **state)
{
	struct machine m = open_saved(BOND);

	(void)state;
	refuse_long_word(m.machine, "chip:", -ESRCH, "nothing matches '",
		"': no interrupt uses this chip");
	refuse_long_word(m.machine, "irq:", -EINVAL, "'",
		"' is not a TARGET: irq: takes a number or a range, as in irq:24, "
		"irq:24-31 or irq:24-");
	/* too long for the name of a file */
	refuse_long_word(m.machine, "eth1:", -ESRCH, "nothing matches '",
		"': eth1 has rx-0 to rx-3, tx-0 to tx-3");
	close_machine(&m);
}

/* Names that hold what a pattern is made of, and rows that have one number. */
static void odd_rows_are_found(void **state)
{
	static const char text[] = "           CPU0\n"
				   " 24:          1   PCI-MSI 1-edge      *\n"
				   " 25:          1   PCI-MSI 2-edge      a*c\n"
				   " 26:          1   PCI-MSI 3-edge      abc\n"
				   " 27:          1   PCI-MSI 4-edge      all\n"
				   " 28:          1   PCI-MSI 5-edge      dev:abc\n"
				   " 29:          1   PCI-MSI 6-edge      24\n"
				   " 30:          1   PCI-MSI 7-edge      first, abc\n"
				   " 24:          1   PCI-MSI 8-edge      twice\n"
				   "NMI:          0   Non-maskable interrupts\n";
	static const struct {
		const char *words, *irqs;
	} rows[] = {
		{ "*", "24! 25-30 24 NMI" },
		{ "name:*", "24! 25-30 24 NMI" },
		{ "a*c", "25! 26 30" },
		{ "a\\*c", "25!" },
		{ "abc", "26! 30!" },
		{ "all", "24-30 24" },
		{ "name:all", "27!" },
		{ "name:dev:abc", "28!" },
		{ "24", "24! 24!" },
		{ "name:24", "29!" },
		{ "24-25", "24-25 24" },
		{ "twice", "24!" },
		{ "a??", "25-27 30" },
	};
	struct irqkit_snapshot *snapshot = NULL;
	struct irqkit_machine *machine = NULL;
	struct irqkit_ctx *ctx = NULL;

	(void)state;
	assert_int_equal(irqkit_ctx_new(ROOTS "interrupts-only", &ctx), 0);
	assert_int_equal(
		irqkit_snapshot_parse(text, strlen(text), NULL, &snapshot, NULL, NULL),
		0);
	assert_int_equal(machine_new_from(ctx, snapshot, &machine), 0);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct irqkit_selection *chosen = NULL;
		_cleanup_free_ char *message = NULL, *irqs = NULL;

		if (irqkit_machine_select(
			    machine, &rows[i].words, 1, 0, &chosen, &message) < 0)
			fail_msg("'%s': %s", rows[i].words, message);
		irqs = format_irqs(chosen);
		assert_same(rows[i].words, rows[i].irqs, irqs);
		irqkit_selection_free(chosen);
	}
	irqkit_machine_free(machine);
	irqkit_ctx_free(ctx);
}

/* ------------------------------------------------------------------------------- */
/* Queues                                                                          */

static char *join_queues(struct irqkit_queue *const *queues, size_t n)
{
	struct buffer text = { 0 };
	char *taken;

	for (size_t i = 0; i < n; i++) {
		_cleanup_free_ char *name = NULL;

		assert_int_equal(irqkit_queue_format_full_name(queues[i], &name), 0);
		buffer_add(&text, "%s%s", i ? " " : "", name);
	}
	assert_int_equal(buffer_take(&text, &taken), 0);
	return taken;
}

static void words_mean_queues(void **state)
{
	static const struct {
		const char *root, *words;
		int error;
		const char *expected; /* queues, or the message */
	} rows[] = {
		{ BOND, "wan", 0, "wan:rx-0 wan:rx-1 wan:tx-0 wan:tx-1" },
		{ BOND, "dev:wan", 0, "wan:rx-0 wan:rx-1 wan:tx-0 wan:tx-1" },
		{ BOND, "eth1:rx-2", 0, "eth1:rx-2" },
		{ BOND, "eth1:1", 0, "eth1:rx-1 eth1:tx-1" },
		{ BOND, "eth1:tx-[13]", 0, "eth1:tx-1 eth1:tx-3" },
		{ BOND, "eth1-tx:0|wan:0", 0,
			"eth1-tx:rx-0 eth1-tx:tx-0 wan:rx-0 wan:tx-0" },
		/* each once, where it comes first */
		{ BOND, "wan:tx-1|wan", 0, "wan:tx-1 wan:rx-0 wan:rx-1 wan:tx-0" },
		{ BOND, "eth1:rx-*|eth1:*-0", 0,
			"eth1:rx-0 eth1:rx-1 eth1:rx-2 eth1:rx-3 eth1:tx-0" },
		{ BOND, "circle0", 0, "wan:rx-0 wan:rx-1 wan:tx-0 wan:tx-1" },
		{ BOND, "pci:00:05.0", 0, "wan:rx-0 wan:rx-1 wan:tx-0 wan:tx-1" },
		{ BOND, "pci:*:05.0", 0, "wan:rx-0 wan:rx-1 wan:tx-0 wan:tx-1" },
		{ BOND, "dev:w*", 0, "wan:rx-0 wan:rx-1 wan:tx-0 wan:tx-1" },
		{ BOND, "w?n", 0, "wan:rx-0 wan:rx-1 wan:tx-0 wan:tx-1" },
		/* a word with a queue means the bond itself */
		{ BOND, "bond0:0", 0, "bond0:rx-0 bond0:tx-0" },
		/* refused */
		{ BOND, "", -EINVAL, "a TARGET is empty" },
		{ BOND, "dev:", -EINVAL,
			"'dev:' is not a TARGET: a name is missing after the colon" },
		{ BOND, "24", -EDOM, "'24' names interrupts" },
		{ BOND, "wan|24-31", -EDOM, "'24-31' names interrupts" },
		{ BOND, "name:eth1", -EDOM, "'name:eth1' names interrupts" },
		{ BOND, "pci:00:03.0/0", -EDOM, "'pci:00:03.0/0' names interrupts" },
		{ BOND, "chip:*", -EDOM, "'chip:*' names interrupts" },
		{ BOND, "31-24", -EINVAL, "the range '31-24' ends before it starts" },
		{ BOND, "wan|eth9", -ESRCH,
			"nothing matches 'eth9': there is no such network interface" },
		{ BOND, "driver:none", -ESRCH,
			"nothing matches 'driver:none': there is no such network "
			"interface" },
		{ BOND, "eth1:rx-4", -ESRCH,
			"nothing matches 'eth1:rx-4': eth1 has rx-0 to rx-3, tx-0 to "
			"tx-3" },
		{ BOND, "lo:rx-1", -ESRCH,
			"nothing matches 'lo:rx-1': lo has rx-0, tx-0" },
		{ DISKS, "vda", -ESRCH,
			"nothing matches 'vda': there is no such network interface" },
		{ DISKS, "all", -ESRCH,
			"nothing matches 'all': there is no hardware-backed network "
			"interface" },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct machine m = open_saved(rows[i].root);
		_cleanup_free_ char *text = strdup(rows[i].words), *got = NULL;
		struct irqkit_queue **queues = NULL;
		const char *words[8];
		size_t n_words = split(text, words), n = 99;
		int r = irqkit_machine_select_queues(
			m.machine, words, n_words, &queues, &n, &got);

		if (r != rows[i].error)
			fail_msg("'%s' gives %d: %s", rows[i].words, r, got);
		assert_true((r == 0) == (queues != NULL));
		if (r == 0)
			got = join_queues(queues, n);
		else
			assert_int_equal(n, 99);
		assert_same(rows[i].words, rows[i].expected, got);
		free(queues);
		close_machine(&m);
	}
}

/* Without words, those of the interfaces that have hardware. */
static void no_words_mean_all_queues(void **state)
{
	static const char *const words[] = { "all" };
	struct machine m = open_saved(BOND);
	struct irqkit_queue **queues[2] = { NULL };
	size_t n[2] = { 0 };
	_cleanup_free_ char *name = NULL, *full = NULL;

	(void)state;
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(irqkit_machine_select_queues(
					 m.machine, words, i, &queues[i], &n[i], NULL),
			0);
	/* eth0, eth1, eth10: 4 rx and 4 tx; eth1-tx, wan: 2 and 2 */
	assert_int_equal(n[0], 32);
	assert_int_equal(n[1], 32);
	assert_memory_equal(queues[0], queues[1], 32 * sizeof(queues[0][0]));
	assert_int_equal(irqkit_queue_format_name(queues[0][31], &name), 0);
	assert_int_equal(irqkit_queue_format_full_name(queues[0][31], &full), 0);
	assert_string_equal(name, "tx-1");
	assert_string_equal(full, "wan:tx-1");
	free(queues[0]);
	free(queues[1]);
	close_machine(&m);
}

/* ------------------------------------------------------------------------------- */
/* SETs                                                                            */

static void local_means_the_node_of_the_selection(void **state)
{
	static const struct {
		const char *root, *words, *set;
		int error;
		const char *expected; /* CPUs, or the message */
		size_t at;
	} rows[] = {
		{ NODES, "eth1", "local", 0, "8-15", 0 },
		{ NODES, "eth1", "local,^8", 0, "9-15", 0 },
		{ NODES, "eth1", "0,local", 0, "0,8-15", 0 },
		{ NODES, "eth1:rx-1|44", "local", 0, "8-15", 0 },
		{ NODES, "i8042", "local", 0, "0-7", 0 },
		/* `local` is not needed */
		{ NODES, "all", "0-3", 0, "0-3", 0 },
		{ NODES, "24", "3,^irq:40", -ENODATA, "'3,^irq:40' contains no CPU", 0 },
		/* a machine with one node has no other */
		{ DOM0, "NMI", "local", 0, "0-3", 0 },
		/* refused */
		{ NODES, "eth1|i8042", "local", -EINVAL,
			"cannot use 'local': these interrupts belong to NUMA nodes 0 and "
			"1",
			0 },
		{ NODES, "eth1|i8042", "3,local", -EINVAL,
			"cannot use 'local': these interrupts belong to NUMA nodes 0 and "
			"1",
			2 },
		{ NODES, "eth0", "local", -ENODATA,
			"cannot use 'local': the kernel reports no NUMA node for 30", 0 },
		{ NODES, "eth1", "local,99", -ENODEV,
			"CPU 99 does not exist (online CPUs: 0-15)", 6 },
		{ NODES, "eth1", "localhost", -EINVAL,
			"'localhost' is not a set of CPUs: use numbers, as in 0-3,8, or "
			"the "
			"words all, node:0, package:0, llc:8, siblings:4, "
			"first-threads, other-threads, fast, slow, isolated, "
			"housekeeping, local, irq:24, current",
			0 },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct machine m = open_saved(rows[i].root);
		struct irqkit_selection *chosen = NULL;
		_cleanup_free_ char *text = strdup(rows[i].words), *got = NULL;
		struct irqkit_cpuset *set = NULL;
		const char *words[8];
		size_t n = split(text, words), at = 0;
		int r;

		assert_int_equal(
			irqkit_machine_select(m.machine, words, n, 0, &chosen, NULL), 0);
		r = irqkit_selection_parse_set(
			chosen, rows[i].set, strlen(rows[i].set), &set, &at, &got);
		if (r != rows[i].error)
			fail_msg("'%s' for '%s' gives %d: %s", rows[i].set, rows[i].words,
				r, got);
		if (r == 0)
			assert_int_equal(irqkit_cpuset_format_list(set, &got), 0);
		assert_same(rows[i].set, rows[i].expected, got);
		assert_int_equal(at, rows[i].at);
		irqkit_cpuset_free(set);
		irqkit_selection_free(chosen);
		close_machine(&m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_split),
		cmocka_unit_test(names_match_as_a_whole),
		cmocka_unit_test(words_mean_interrupts),
		cmocka_unit_test(refused_words_have_a_message),
		cmocka_unit_test(rows_with_a_name_are_meant_on_request),
		cmocka_unit_test(without_rows_only_no_words_are_accepted),
		cmocka_unit_test(long_words_are_kept_whole),
		cmocka_unit_test(odd_rows_are_found),
		cmocka_unit_test(words_mean_queues),
		cmocka_unit_test(no_words_mean_all_queues),
		cmocka_unit_test(local_means_the_node_of_the_selection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
