/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * /proc/interrupts. Whatever the text: it is read or refused with a line and a reason,
 * what was read is consistent in itself, and a plain reader reads the same counts.
 */
#include <errno.h>
#include <irqkit.h>
#include <string.h>

#include "fuzz.h"
#include "interrupts/snapshot.h"

/* ------------------------------------------------------------------------------- */
/* The plain reader                                                                */

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

/*
 * A number that ends at a space or at the end of the line, a character at a time. It moves
 * *p on; false: there is none, or it has more than 64 bits.
 */
static bool read_plainly(const char **p, const char *end, uint64_t *ret_number)
{
	const char *at = *p;
	uint64_t number = 0;
	bool fits = true;

	while (at < end && is_space(*at))
		at++;
	if (at == end || *at < '0' || *at > '9')
		return false;
	for (; at < end && *at >= '0' && *at <= '9'; at++) {
		fits = fits && !__builtin_mul_overflow(number, 10, &number) &&
			!__builtin_add_overflow(number, *at - '0', &number);
	}
	if (!fits || (at < end && !is_space(*at)))
		return false;
	*p = at;
	*ret_number = number;
	return true;
}

/* The next line of the text whose label is this; *next moves on. NULL: there is none. */
static const char *find_line(
	const char **next, const char *end, const char *label, const char **ret_end)
{
	size_t len = strlen(label);

	while (*next < end) {
		const char *line = *next;
		const char *newline = memchr(line, '\n', (size_t)(end - line));

		*ret_end = newline ? newline : end;
		*next = newline ? newline + 1 : end;
		while (line < *ret_end && is_space(*line))
			line++;
		if ((size_t)(*ret_end - line) > len && memcmp(line, label, len) == 0 &&
			line[len] == ':')
			return line + len + 1;
	}
	return NULL;
}

/* How many counts a line has, up to one for each CPU, and are they those of the row? */
static bool has_counts(const char *p, const char *end, const struct irqkit_interrupt *row,
	const struct irqkit_cpuset *cpus)
{
	uint64_t total = 0, count;
	size_t n = 0;

	irqkit_cpuset_foreach (cpu, cpus) {
		if (!read_plainly(&p, end, &count))
			break;
		if (irqkit_interrupt_get_counts(row) == IRQKIT_COUNTS_PER_CPU &&
			irqkit_interrupt_get_count(row, cpu) != count)
			return false;
		total += count;
		n++;
	}
	if (total != irqkit_interrupt_get_total(row))
		return false;
	if (irqkit_interrupt_get_counts(row) == IRQKIT_COUNTS_PER_CPU)
		return n == irqkit_cpuset_count(cpus);
	return n <= 1;
}

/* Rows are in the order of their lines, and a line that is odd may be ignored. */
static void compare_with_plain(const struct irqkit_snapshot *snapshot, const char *text,
	size_t len, const struct irqkit_cpuset *cpus)
{
	const char *next = text, *end = text + len;

	for (size_t i = 0; i < irqkit_snapshot_count(snapshot); i++) {
		const struct irqkit_interrupt *row = irqkit_snapshot_get(snapshot, i);
		const char *label = irqkit_interrupt_get_label(row), *line, *line_end;

		/* old arm kernels count IPIs for all CPUs that are present */
		if (strncmp(label, "IPI", 3) == 0)
			continue;
		do {
			line = find_line(&next, end, label, &line_end);
			HOLDS(line);
		} while (!has_counts(line, line_end, row, cpus));
	}
}

/* ------------------------------------------------------------------------------- */

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

/* Without the counts of single CPUs, everything else is the same. */
static void check_totals(const char *text, size_t len,
	const struct irqkit_cpuset *columns, const struct irqkit_snapshot *full)
{
	struct irqkit_snapshot *s = NULL;

	HOLDS(snapshot_parse(text, len, columns, SNAPSHOT_TOTALS, &s, NULL, NULL) == 0);
	HOLDS(irqkit_snapshot_count(s) == irqkit_snapshot_count(full));
	for (size_t i = 0; i < irqkit_snapshot_count(s); i++) {
		const struct irqkit_interrupt *row = irqkit_snapshot_get(s, i);
		const struct irqkit_interrupt *other = irqkit_snapshot_get(full, i);

		HOLDS(interrupt_is_same(row, other));
		HOLDS(irqkit_interrupt_count_served(row) == 0);
		HOLDS(irqkit_interrupt_get_total(row) ==
			irqkit_interrupt_get_total(other));
		HOLDS(irqkit_interrupt_get_counts(row) ==
			irqkit_interrupt_get_counts(other));
	}
	irqkit_snapshot_free(s);
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
	compare_with_plain(s, text, len, cpus);
	check_totals(text, len, columns, s);
	for (size_t i = 0; i < irqkit_snapshot_count(s); i++) {
		const struct irqkit_interrupt *row = irqkit_snapshot_get(s, i);

		check_row(row);
		check_counts(row, cpus);
		HOLDS(irqkit_snapshot_find(s, irqkit_interrupt_get_label(row)));
	}
	irqkit_snapshot_free(s);
}

/*
 * Two rows as the kernel writes them, for as many CPUs as the first byte says, and with a
 * few other characters in them: what a fuzzer does not find by itself.
 */
static void check_made(const uint8_t *data, size_t len)
{
	static const char *const forms[] = { " %10u", "%11u", " %-10u", "  %9u", "\t%10u",
		" %010u", " %10x", " 1%10u" };
	unsigned int cpus = data[0], at = 1;
	size_t text_len;
	char *text;
	FILE *to = open_memstream(&text, &text_len);

	HOLDS(to);
	for (unsigned int cpu = 0; cpu < cpus; cpu++)
		fprintf(to, " CPU%u", cpu);
	for (unsigned int row = 0; row < 2; row++) {
		fprintf(to, "\n%u:", row);
		for (unsigned int cpu = 0; cpu < cpus; cpu++) {
			/* as long as there are bytes, each says what comes next */
			unsigned int byte = at < len ? data[at++] : 0;
			unsigned int number = byte < 0x80 ? 0 : ~0u >> (byte & 31);

			fprintf(to, forms[byte < 0xe0 ? 0 : byte & 7], number);
		}
		fputs(at & 1 ? " PCI-MSI 1-edge eth0" : "7", to);
	}
	HOLDS(fclose(to) == 0);
	if (cpus)
		check(text, text_len, NULL);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct irqkit_cpuset *columns = NULL;

	check((const char *)data, len, NULL);
	HOLDS(irqkit_cpuset_parse_list("0-3", 3, &columns, NULL) >= 0);
	check((const char *)data, len, columns);
	irqkit_cpuset_free(columns);
	if (len > 0)
		check_made(data, len);
	return 0;
}
