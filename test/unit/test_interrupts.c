/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /proc/interrupts: one row of every kind, what is refused and where. */
#include "unit.h"

#include <errno.h>
#include <irqkit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "interrupts/reader.h"

#define HEADING "           CPU0       CPU1       \n"

static struct irqkit_snapshot *parse(const char *text)
{
	struct irqkit_snapshot *s = NULL;
	size_t line = 0;
	const char *reason = "";
	int r = irqkit_snapshot_parse(text, strlen(text), NULL, &s, &line, &reason);

	if (r < 0)
		fail_msg("line %zu: %s (%d) in:\n%s", line, reason, r, text);
	return s;
}

static void assert_text(const char *expected, const char *actual)
{
	if (!expected || !actual)
		assert_ptr_equal(expected, actual);
	else
		assert_string_equal(expected, actual);
}

struct described {
	const char *row;
	const char *chip;
	const char *trigger;
	int64_t hwirq; /* -1: none */
	const char *actions[4];
};

/* The part after the counts, in the layouts of the kernels. */
static const struct described descriptions[] = {
	{ "  IO-APIC   5-edge      ACPI:Ged", "IO-APIC", "edge", 5, { "ACPI:Ged" } },
	{ "  IO-APIC   9-fasteoi   acpi", "IO-APIC", "fasteoi", 9, { "acpi" } },
	{ " PCI-MSIX-0000:00:03.0   0-edge      virtio2-input.0", "PCI-MSIX-0000:00:03.0",
		"edge", 0, { "virtio2-input.0" } },
	{ "   PCI-MSI 524288-edge      PCIe PME, aerdrv, pciehp", "PCI-MSI", "edge",
		524288, { "PCIe PME", "aerdrv", "pciehp" } },
	{ "   IO-APIC  16-fasteoi   ehci_hcd:usb1, eth1", "IO-APIC", "fasteoi", 16,
		{ "ehci_hcd:usb1", "eth1" } },
	{ "   PCI-MSI 16384-edge    ", "PCI-MSI", "edge", 16384, { NULL } },
	/* Xen: up to 4.9, from 4.14 on, with 1000 interrupts and more, from 7.2 on */
	{ "   xen-dyn-event     eth1", "xen-dyn", "event", -1, { "eth1" } },
	{ "  xen-percpu-virq      timer0", "xen-percpu", "virq", -1, { "timer0" } },
	{ "  xen-dyn    -event     eth1", "xen-dyn", "event", -1, { "eth1" } },
	{ " xen-dyn-lateeoi    -event     vif1.0-q0-tx", "xen-dyn-lateeoi", "event", -1,
		{ "vif1.0-q0-tx" } },
	{ " xen-dyn-lateeoi     -event     vif13.0-q1-tx", "xen-dyn-lateeoi", "event", -1,
		{ "vif13.0-q1-tx" } },
	{ " xen-percpu    -ipi       resched0", "xen-percpu", "ipi", -1, { "resched0" } },
	{ "  xen-pirq    -ioapic-edge  i8042", "xen-pirq", "ioapic-edge", -1,
		{ "i8042" } },
	{ "  xen-pirq    -msi-x     eth0-rx-0", "xen-pirq", "msi-x", -1,
		{ "eth0-rx-0" } },
	{ "  xen-dyn              -event     xenbus", "xen-dyn", "event", -1,
		{ "xenbus" } },
	{ "  IO-APIC                  4-edge      ttyS0", "IO-APIC", "edge", 4,
		{ "ttyS0" } },
	/* 2.6: no number, glued */
	{ "  IO-APIC-fasteoi   acpi", "IO-APIC", "fasteoi", -1, { "acpi" } },
	{ "  PCI-MSI-edge      eth0", "PCI-MSI", "edge", -1, { "eth0" } },
	/* arm and others, with a column for the level */
	{ "    GICv3  27 Level     arch_timer", "GICv3", "Level", 27, { "arch_timer" } },
	{ " SiFive PLIC  10 Edge      ttyS0", "SiFive PLIC", "Edge", 10, { "ttyS0" } },
	{ " 4b00000.gpio  12 Edge      485c0100.dma-controller chan6", "4b00000.gpio",
		"Edge", 12, { "485c0100.dma-controller chan6" } },
	{ "    GICv3  27 Level -fasteoi   arch_timer", "GICv3", "fasteoi", 27,
		{ "arch_timer" } },
	{ "    GICv3  27 Level -strange   arch_timer", "GICv3", "Level", 27,
		{ "-strange   arch_timer" } },
	/* chips with spaces, with a digit first, with a space at the end */
	{ " Hyper-V PCIe MSI 4203159552-edge      mlx5_async@pci:8101:00:02.0",
		"Hyper-V PCIe MSI", "edge", 4203159552,
		{ "mlx5_async@pci:8101:00:02.0" } },
	{ " 88pm860x   2-edge      8250", "88pm860x", "edge", 2, { "8250" } },
	{ " AR724X PCI   11-level     ath9k", "AR724X PCI", "level", 11, { "ath9k" } },
	{ " MIPS GIC Local   1  watchdog", "MIPS GIC Local", NULL, 1, { "watchdog" } },
	{ "     GICv3  23 Level     arm-pmu", "GICv3", "Level", 23, { "arm-pmu" } },
	{ " gpio-mxc   6 None      2198000.mmc cd", "gpio-mxc", "None", 6,
		{ "2198000.mmc cd" } },
	{ "   ITS-MSI -2147483136 Edge      nvme0q1", "ITS-MSI", "Edge", -2147483136,
		{ "nvme0q1" } },
	{ " GICv2m-PCI-MSIX-0000:00:02.0   0 Edge      nvme0q0",
		"GICv2m-PCI-MSIX-0000:00:02.0", "Edge", 0, { "nvme0q0" } },
	{ "  GIC-0      27 Level     arch_timer", "GIC-0", "Level", 27,
		{ "arch_timer" } }, /* from 7.2 on */
	{ " RISC-V INTC   5 Edge      riscv-timer", "RISC-V INTC", "Edge", 5,
		{ "riscv-timer" } },
	{ " XIVE-IRQ 2097154 Level     PCIe PME, aerdrv", "XIVE-IRQ", "Level", 2097154,
		{ "PCIe PME", "aerdrv" } },
	{ " OPAL EVT  10 Edge      opal-power", "OPAL EVT", "Edge", 10,
		{ "opal-power" } },
	/* Dovetail: out of band or not, with the column for the level or without */
	{ "  IR-PCI-MSI-0000:00:19.0      0 oob-edge      eth0",
		"IR-PCI-MSI-0000:00:19.0", "edge", 0, { "eth0" } },
	{ "  IR-IO-APIC     18    -fasteoi   i801_smbus", "IR-IO-APIC", "fasteoi", 18,
		{ "i801_smbus" } },
	{ "     GICv3  27 Level     oob  arch_timer", "GICv3", "Level", 27,
		{ "arch_timer" } },
	{ "     GICv3  27 Level     oob-fasteoi  arch_timer", "GICv3", "fasteoi", 27,
		{ "arch_timer" } },
	{ "     GICv3  30 Level     oobleck", "GICv3", "Level", 30, { "oobleck" } },
	/* glued: mips, sparc */
	{ "  Alchemy-IC0-hilevel   serial", "Alchemy-IC0", "hilevel", -1, { "serial" } },
	{ "  Alchemy-IC1-riseedge  rtc-match2", "Alchemy-IC1", "riseedge", -1,
		{ "rtc-match2" } },
	{ "   GPIOINT-high      au1xxx-mmc", "GPIOINT", "high", -1, { "au1xxx-mmc" } },
	{ "   GPIOINT-negedge   pcmcia_insert", "GPIOINT", "negedge", -1,
		{ "pcmcia_insert" } },
	{ "         sun4u-IVEC     eth0", "sun4u", "IVEC", -1, { "eth0" } },
	{ "   grpci2-pcilvl   eth0", "grpci2", "pcilvl", -1, { "eth0" } },
	/* without that column: old arm, loongarch, ia64, sparc, parisc */
	{ "       GIC  27  arch_timer", "GIC", NULL, 27, { "arch_timer" } },
	{ "   PCH MSI   3  xhci_hcd", "PCH MSI", NULL, 3, { "xhci_hcd" } },
	{ "  IO-SAPIC-level  acpi", "IO-SAPIC", "level", -1, { "acpi" } },
	{ "   sun4v    -IVEC     eth0", "sun4v", "IVEC", -1, { "eth0" } },
	{ "       IOSAPIC-L  tulip, sym53c8xx", "IOSAPIC-L", NULL, -1,
		{ "tulip", "sym53c8xx" } },
	{ "             CPU  timer[20/100/900]", "CPU", NULL, -1,
		{ "timer[20/100/900]" } },
	/* s390: only chip and action, or only the chip */
	{ "  PCI-MSI  virtio0-config", "PCI-MSI", NULL, -1, { "virtio0-config" } },
	{ "  PCI-MSI", "PCI-MSI", NULL, -1, { NULL } },
	/* nothing at all */
	{ "", NULL, NULL, -1, { NULL } },
};

static void descriptions_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(descriptions) / sizeof(*descriptions); i++) {
		const struct described *d = &descriptions[i];
		char text[512];
		int64_t hwirq = -1;

		snprintf(text, sizeof(text), HEADING " 24:         10 4294967295 %s\n",
			d->row);
		struct irqkit_snapshot *s = parse(text);
		const struct irqkit_interrupt *row = irqkit_snapshot_find(s, "24");

		print_message("# %s\n", d->row);
		assert_non_null(row);
		assert_int_equal(irqkit_interrupt_get_total(row), 4294967305);
		assert_text(d->chip, irqkit_interrupt_get_chip(row));
		assert_text(d->trigger, irqkit_interrupt_get_trigger(row));
		assert_int_equal(irqkit_interrupt_get_hwirq(row, &hwirq), d->hwirq != -1);
		assert_int_equal(hwirq, d->hwirq);
		size_t n = 0;
		while (d->actions[n]) {
			assert_true(n < irqkit_interrupt_count_actions(row));
			assert_text(d->actions[n], irqkit_interrupt_get_action(row, n));
			n++;
		}
		assert_int_equal(irqkit_interrupt_count_actions(row), n);
		assert_null(irqkit_interrupt_get_description(row));
		irqkit_snapshot_free(s);
	}
}

/* parisc, where the kernel times its handlers: the heading says so. */
static void cycles_are_no_name(void **state)
{
	static const struct {
		const char *row, *chip;
		const char *actions[4];
	} rows[] = {
		{ "             CPU timer[20/100/900]", "CPU", { "timer" } },
		{ "       IOSAPIC-L tulip[20/100/900] sym53c8xx[1/2/-3]", "IOSAPIC-L",
			{ "tulip", "sym53c8xx" } },
		{ "       GSC-DINO PCIe PME[1/2/3] a[0][1/2/3]", "GSC-DINO",
			{ "PCIe PME", "a[0]" } },
		/* not as the kernel writes it: left as it is */
		{ "             CPU a[1/2] b[1/2/3]c", "CPU", { "a[1/2] b[1/2/3]c" } },
		{ "             CPU", "CPU", { NULL } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char text[512];
		size_t n = 0;

		snprintf(text, sizeof(text),
			"           CPU0       CPU1 [min/avg/max] (CPU cycle counts)\n"
			" 24:          1          2 %s\n"
			"TLB:          3          4   TLB shootdowns[1/2/3]\n",
			rows[i].row);
		struct irqkit_snapshot *s = parse(text);
		const struct irqkit_interrupt *row = irqkit_snapshot_find(s, "24");

		print_message("# %s\n", rows[i].row);
		assert_text(rows[i].chip, irqkit_interrupt_get_chip(row));
		for (; rows[i].actions[n]; n++)
			assert_text(
				rows[i].actions[n], irqkit_interrupt_get_action(row, n));
		assert_int_equal(irqkit_interrupt_count_actions(row), n);
		assert_string_equal(
			irqkit_interrupt_get_description(irqkit_snapshot_find(s, "TLB")),
			"TLB shootdowns[1/2/3]");
		irqkit_snapshot_free(s);
	}
}

static void rows_with_a_name(void **state)
{
	static const struct {
		const char *row, *label;
		enum irqkit_counts counts;
		uint64_t total;
		const char *text;
	} rows[] = {
		{ "NMI:          1          2   Non-maskable interrupts", "NMI",
			IRQKIT_COUNTS_PER_CPU, 3, "Non-maskable interrupts" },
		{ "VPMI:          1          2  Perf", "VPMI", IRQKIT_COUNTS_PER_CPU, 3,
			"Perf" },
		{ "ERR:          7", "ERR", IRQKIT_COUNTS_SINGLE, 7, NULL },
		{ "Err: 98765432101", "Err", IRQKIT_COUNTS_SINGLE, 98765432101, NULL },
		{ "IPI0:1234567890 4294967295       Rescheduling interrupts", "IPI0",
			IRQKIT_COUNTS_PER_CPU, 5529535185, "Rescheduling interrupts" },
		{ "IPI1:        12         12  LoongArch  2  Function call interrupts",
			"IPI1", IRQKIT_COUNTS_PER_CPU, 24,
			"LoongArch  2  Function call interrupts" },
		{ "I/O:       9012       8123 ", "I/O", IRQKIT_COUNTS_PER_CPU, 17135,
			NULL },
		{ "CLK:      76012      65012   [EXT] Clock Comparator", "CLK",
			IRQKIT_COUNTS_PER_CPU, 141024, "[EXT] Clock Comparator" },
		/* old arm: a count for each CPU that is present */
		{ "IPI1:         12         13        900          0  Rescheduling",
			"IPI1", IRQKIT_COUNTS_PER_CPU, 25, "Rescheduling" },
		{ "FIQ:              usb_fiq", "FIQ", IRQKIT_COUNTS_NONE, 0, "usb_fiq" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char text[512];

		snprintf(text, sizeof(text), HEADING "%s\n", rows[i].row);
		struct irqkit_snapshot *s = parse(text);
		const struct irqkit_interrupt *row = irqkit_snapshot_get(s, 0);

		print_message("# %s\n", rows[i].row);
		assert_int_equal(irqkit_snapshot_count(s), 1);
		assert_string_equal(irqkit_interrupt_get_label(row), rows[i].label);
		assert_int_equal(irqkit_interrupt_get_irq(row), -1);
		assert_int_equal(irqkit_interrupt_get_counts(row), rows[i].counts);
		assert_int_equal(irqkit_interrupt_get_total(row), rows[i].total);
		assert_text(rows[i].text, irqkit_interrupt_get_description(row));
		irqkit_snapshot_free(s);
	}
}

/* A column is the CPU that the heading names. */
static void columns_are_named(void **state)
{
	struct irqkit_snapshot *s = parse(
		"           CPU0       CPU2       CPU130     \n"
		" 24:          0          5          7   PCI-MSI 1-edge      a\n");
	const struct irqkit_interrupt *row = irqkit_snapshot_get(s, 0);
	char *cpus = NULL;
	unsigned int cpu;

	(void)state;
	assert_int_equal(
		irqkit_cpuset_format_list(irqkit_snapshot_get_cpus(s), &cpus), 0);
	assert_string_equal(cpus, "0,2,130");
	free(cpus);
	assert_int_equal(irqkit_interrupt_get_count(row, 0), 0);
	assert_int_equal(irqkit_interrupt_get_count(row, 1), 0);
	assert_int_equal(irqkit_interrupt_get_count(row, 2), 5);
	assert_int_equal(irqkit_interrupt_get_count(row, 130), 7);
	assert_int_equal(irqkit_interrupt_get_count(row, 4000000000u), 0);
	assert_int_equal(irqkit_interrupt_count_served(row), 2);
	assert_int_equal(irqkit_interrupt_get_served(row, 0, &cpu), 5);
	assert_int_equal(cpu, 2);
	assert_int_equal(irqkit_interrupt_get_served(row, 1, &cpu), 7);
	assert_int_equal(cpu, 130);
	irqkit_snapshot_free(s);
}

/* Zeros are compared in stretches: any number of CPUs, a count in any place. */
static void every_width_and_place(void **state)
{
	static char text[200 * 12 * 2 + 100];

	(void)state;
	for (unsigned int n = 1; n <= 140; n++) {
		for (unsigned int busy = 0; busy < n; busy += n < 40 ? 1 : 7) {
			int len = sprintf(text, "%11s", "");

			for (unsigned int cpu = 0; cpu < n; cpu++)
				len += sprintf(text + len, "CPU%-8u", cpu);
			len += sprintf(text + len, "\n 24: ");
			for (unsigned int cpu = 0; cpu < n; cpu++)
				len += sprintf(text + len, "%10u ",
					cpu == busy ? 4000000000u : 0);
			sprintf(text + len, "  PCI-MSI 1-edge      0 0 0\n");

			struct irqkit_snapshot *s = parse(text);
			const struct irqkit_interrupt *row = irqkit_snapshot_get(s, 0);
			assert_int_equal(
				irqkit_interrupt_get_count(row, busy), 4000000000u);
			assert_int_equal(irqkit_interrupt_get_total(row), 4000000000u);
			assert_string_equal(irqkit_interrupt_get_action(row, 0), "0 0 0");
			irqkit_snapshot_free(s);
		}
	}
}

#define SIZED(text) text, sizeof(text) - 1

static void texts_are_refused(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		int error;
		size_t line;
	} bad[] = {
		{ SIZED(""), -ENODATA, 0 },
		{ SIZED("MemTotal:       16303212 kB\n"), -EBADMSG, 1 },
		{ SIZED(" 24:          1          2   PCI-MSI 1-edge      a\n"), -EBADMSG,
			1 },
		{ SIZED("           CPU0       MEM1       \n"), -EBADMSG, 1 },
		{ SIZED("           CPU0       CPU0       \n"), -EBADMSG, 1 },
		{ SIZED("           CPU0 [min/avg/max]\n"), -EBADMSG, 1 },
		{ SIZED("           CPU1       CPU0       \n"), -EBADMSG, 1 },
		{ SIZED("           CPU0       CPU4294967296       \n"), -EBADMSG, 1 },
		{ SIZED(HEADING HEADING), -EBADMSG, 2 },
		{ SIZED("           CPU0       CPU1\r\n"), -EBADMSG, 1 },
		{ SIZED(">            CPU0\n"), -EBADMSG, 1 },
		{ SIZED(HEADING "> 24:          1          2   a\n"), -EBADMSG, 2 },
		{ SIZED(HEADING " 24:          1          2   a\n 25:          1\n"),
			-EAGAIN, 3 },
		{ SIZED(HEADING " 24:          1   PCI-MSI 1-edge      a\n"), -EAGAIN,
			2 },
		{ SIZED(HEADING " 24: 18446744073709551616          1   a\n"), -ERANGE,
			2 },
		{ SIZED(HEADING " 24: 18446744073709551615          1   a\n"), -ERANGE,
			2 },
		{ SIZED(HEADING " 24:          1          2   a\0b\n"), -EBADMSG, 2 },
		{ SIZED(HEADING "NMI:          1          2   a\0b\n"), -EBADMSG, 2 },
		{ SIZED(HEADING "ERR:          1\0\n"), -EBADMSG, 2 },
		{ SIZED(HEADING " 24:          0          0edge  a\n"), -EAGAIN, 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct irqkit_snapshot *untouched = (void *)1, *s = untouched;
		size_t line = 12345;
		const char *reason = NULL;
		int r = irqkit_snapshot_parse(
			bad[i].text, bad[i].len, NULL, &s, &line, &reason);

		if (r != bad[i].error || (bad[i].line && line != bad[i].line))
			fail_msg("%d at line %zu, not %d at %zu, for:\n%s", r, line,
				bad[i].error, bad[i].line, bad[i].text);
		assert_ptr_equal(s, untouched);
		if (bad[i].line)
			assert_non_null(reason);
	}
}

/* A line that is not a row is ignored and reported; the rows around it stay. */
static void damaged_lines(void **state)
{
	static const char *const lines[] = { "", "   ", "no label",
		"mlx5_comp0@pci:0000:08:00.0", "uhci_hcd:usb2", "  0000:08:00.4",
		"root@host:~# ", "host:~ # cat x", "usb2: hello", ":", ", eth1",
		"2\t4:          1          2   a", "C:\\> ", "eth0:" };

	(void)state;
	for (size_t i = 0; i < LENGTH(lines); i++) {
		struct reader reader;
		char text[512], damage[256];

		snprintf(text, sizeof(text),
			HEADING " 24:          1          2   PCI-MSI 5-edge      \n%s\n"
				"LOC:          3          4   Local timer interrupts\n",
			lines[i]);
		print_message("# '%s'\n", lines[i]);
		assert_int_equal(reader_init(&reader, NULL), 0);
		assert_int_equal(reader_feed(&reader, text, strlen(text)), 0);
		assert_int_equal(reader_finish(&reader), 0);
		assert_int_equal(irqkit_snapshot_count(reader.snapshot), 2);
		assert_int_equal(irqkit_interrupt_count_actions(
					 irqkit_snapshot_get(reader.snapshot, 0)),
			0);
		assert_int_equal(reader.n_damaged, 1);
		assert_true(reader_tell_damage(&reader, damage, sizeof(damage)));
		assert_non_null(strstr(damage, "line 3: "));
		reader_free(&reader);
	}
}

/* Old arm with CPU1 offline: the place of a count is the number of its CPU. */
static void ipis_of_present_cpus(void **state)
{
	struct irqkit_snapshot *s = parse(
		"           CPU0       CPU2       \n"
		"IPI1:         12        900         13          0  Rescheduling\n");
	const struct irqkit_interrupt *row = irqkit_snapshot_get(s, 0);

	(void)state;
	assert_int_equal(irqkit_interrupt_get_count(row, 0), 12);
	assert_int_equal(irqkit_interrupt_get_count(row, 2), 13);
	assert_int_equal(irqkit_interrupt_get_total(row), 25);
	irqkit_snapshot_free(s);
}

/* Cut off anywhere, a text is read or refused, and nothing past its end is looked at. */
static void every_beginning(void **state)
{
	static const char text[] = HEADING
		" 24:          1          2   PCI-MSI 524288-edge      eth0, eth1\n"
		"LOC:          3          4   Local timer interrupts\nERR:          0\n";

	(void)state;
	for (size_t len = 0; len < sizeof(text); len++) {
		char *exact = malloc(len + 1);
		struct irqkit_snapshot *s = NULL;

		assert_non_null(exact);
		memcpy(exact, text, len);
		exact[len] = '9'; /* would change a number */
		if (irqkit_snapshot_parse(exact, len, NULL, &s, NULL, NULL) == 0 &&
			irqkit_snapshot_count(s) > 0) {
			uint64_t total = irqkit_interrupt_get_total(
				irqkit_snapshot_get(s, 0));
			assert_true(total <= 3);
		}
		irqkit_snapshot_free(s);
		free(exact);
	}
}

/* A further count could be that of a CPU which came while the file was read. */
static void rows_that_may_be_wide(void **state)
{
	static const struct {
		const char *text;
		bool is_wide;
	} rows[] = {
		{ HEADING " 24:          1          2          3   a\n", true },
		{ HEADING " 24:          1          2          3\n", true },
		{ HEADING " 24:          1          2          3x  a\n", false },
		{ HEADING " 24:          1          2         3   a\n", false },
		{ HEADING " 24:          1          2   3  a\n", false },
		{ HEADING " 24:          1          2   PCI-MSI 1-edge      3\n", false },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct reader reader;

		assert_int_equal(reader_init(&reader, NULL), 0);
		assert_int_equal(
			reader_feed(&reader, rows[i].text, strlen(rows[i].text)), 0);
		assert_int_equal(reader_finish(&reader), 0);
		assert_int_equal(reader.saw_wide_row, rows[i].is_wide);
		reader_free(&reader);
	}
}

/* A saved root can hold a file of any size: it isn't gathered up for ever. */
static void line_without_end(void **state)
{
	static const char zeros[1 << 20];
	struct reader reader;
	size_t line = 0;
	const char *reason = NULL;
	int r = reader_init(&reader, NULL), fed = 0;

	(void)state;
	for (; r == 0 && fed < 64; fed++)
		r = reader_feed(&reader, zeros, sizeof(zeros));
	assert_int_equal(r, -EBADMSG);
	assert_true(fed <= 17);
	reader_tell(&reader, &line, &reason);
	assert_int_equal(line, 1);
	assert_string_equal(reason, "the line is too long");
	reader_free(&reader);
}

/* Without a heading, as some kernels of 7.2 lose it. */
static void heading_from_elsewhere(void **state)
{
	static const char text[] =
		"  24:          1          2  PCI-MSI    1-edge      a\n";
	struct irqkit_cpuset *columns = NULL;
	struct irqkit_snapshot *s = NULL;

	(void)state;
	assert_int_equal(irqkit_cpuset_parse_list("3,7", 3, &columns, NULL), 0);
	assert_int_equal(
		irqkit_snapshot_parse(text, strlen(text), columns, &s, NULL, NULL), 0);
	assert_int_equal(irqkit_interrupt_get_count(irqkit_snapshot_get(s, 0), 7), 2);
	irqkit_snapshot_free(s);
	irqkit_cpuset_free(columns);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(descriptions_are_read),
		cmocka_unit_test(cycles_are_no_name),
		cmocka_unit_test(rows_with_a_name),
		cmocka_unit_test(columns_are_named),
		cmocka_unit_test(every_width_and_place),
		cmocka_unit_test(texts_are_refused),
		cmocka_unit_test(damaged_lines),
		cmocka_unit_test(ipis_of_present_cpus),
		cmocka_unit_test(every_beginning),
		cmocka_unit_test(rows_that_may_be_wide),
		cmocka_unit_test(line_without_end),
		cmocka_unit_test(heading_from_elsewhere),
	};

	return cmocka_run_group_tests_name("interrupts", tests, NULL, NULL);
}
