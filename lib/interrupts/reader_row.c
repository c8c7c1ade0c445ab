/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One row of /proc/interrupts: label, counts, description.
 *
 * After the colon, nearly every kernel writes a count as a space and ten characters. With
 * 512 CPUs nearly all counts are 0: whole stretches of zeros are compared at once and
 * skipped. Other counts are read eight digits at a time. Any other spacing is read digit by
 * digit, with the same result.
 */
#include "interrupts/reader_row.h"
#include "base/arena.h"
#include "base/number.h"
#include "interrupts/description.h"
#include "interrupts/line_kind.h"

#include <errno.h>
#include <string.h>

#define FIELD_LEN 11u /* a space and ten characters */
#define STRETCH 64u /* zeros compared at once: then 16, 4 and 1 */
#define ZERO "          0"
#define ZERO_8 ZERO ZERO ZERO ZERO ZERO ZERO ZERO ZERO

static const char zeros[] = ZERO_8 ZERO_8 ZERO_8 ZERO_8 ZERO_8 ZERO_8 ZERO_8 ZERO_8;
_Static_assert(sizeof(zeros) - 1 == STRETCH * FIELD_LEN, "zeros[] is one stretch");

#define LABEL_MAX 32u /* the longest known are ten digits, and names of four letters */

int reader_fail(struct reader *reader, int error, const char *reason)
{
	if (!reader->error) {
		reader->error = error;
		reader->reason = reason;
	}
	return reader->error;
}

/* How many of the next @max columns are zeros in their usual places. */
static size_t count_zeros(const char *p, const char *end, size_t max)
{
	size_t n = 0;

	if ((size_t)(end - p) / FIELD_LEN < max)
		max = (size_t)(end - p) / FIELD_LEN;
	for (size_t stretch = STRETCH; stretch > 0; stretch /= 4) {
		while (max - n >= stretch && memcmp(p, zeros, stretch * FIELD_LEN) == 0) {
			n += stretch;
			p += stretch * FIELD_LEN;
		}
	}
	/* the last number may begin with the first digit of the description */
	if (n && p < end && !is_blank(*p))
		n--;
	return n;
}

/* A count below 10^8 in its usual places. */
static bool read_field(const char *p, const char *end, uint64_t *ret_count)
{
	static const char blanks[FIELD_LEN - 8] = { ' ', ' ', ' ' };

	if (end - p < (ptrdiff_t)FIELD_LEN || memcmp(p, blanks, sizeof(blanks)) != 0)
		return false;
	/* not where a longer one begins */
	if (end - p > (ptrdiff_t)FIELD_LEN && !is_blank(p[FIELD_LEN]))
		return false;
	return parse_eight_places(p + sizeof(blanks), ret_count);
}

/* A number that ends at a space or at the end of the line; NULL: there is none. */
static const char *read_count(
	struct reader *reader, const char *p, const char *end, uint64_t *ret_count)
{
	const char *start;

	while (p < end && is_blank(*p))
		p++;
	start = p;
	while (p < end && *p >= '0' && *p <= '9')
		p++;
	if (p == start || (p < end && !is_blank(*p)))
		return NULL;
	if (parse_u64(start, (size_t)(p - start), ret_count) < 0) {
		reader_fail(reader, -ERANGE, "a count of more than 64 bits");
		return NULL;
	}
	return p;
}

static void add_count(struct reader *reader, struct irqkit_interrupt *row, size_t column,
	uint64_t count)
{
	reader->count[row->n_served] = count;
	reader->cpu[row->n_served++] = reader->column[column];
	if (__builtin_add_overflow(row->total, count, &row->total))
		reader_fail(reader, -ERANGE, "counts whose sum has more than 64 bits");
}

/* Reads up to one count for each column; *ret_n says how many there were. */
static const char *read_counts(struct reader *reader, const char *p, const char *end,
	struct irqkit_interrupt *row, size_t *ret_n)
{
	size_t column = 0;

	while (column < reader->n_columns) {
		const char *after = p + FIELD_LEN;
		uint64_t count;

		if (!read_field(p, end, &count))
			after = read_count(reader, p, end, &count);
		if (!after)
			break;
		p = after;
		if (count) {
			add_count(reader, row, column++, count);
		} else { /* seldom alone */
			size_t n = count_zeros(p, end, reader->n_columns - ++column);

			p += n * FIELD_LEN;
			column += n;
		}
	}
	*ret_n = column;
	return p;
}

static int keep_counts(struct reader *reader, struct irqkit_interrupt *row)
{
	struct arena *arena = &reader->snapshot->arena;
	size_t n = row->n_served;

	if (n == 0)
		return 0;
	row->served_count = arena_alloc(arena, n * sizeof(*row->served_count));
	row->served_cpu = arena_alloc(arena, n * sizeof(*row->served_cpu));
	if (!row->served_count || !row->served_cpu)
		return reader_fail(reader, -ENOMEM, "no memory");
	memcpy(row->served_count, reader->count, n * sizeof(*row->served_count));
	memcpy(row->served_cpu, reader->cpu, n * sizeof(*row->served_cpu));
	return 0;
}

/* What follows the counts: chip, trigger, actions; or a text. */
static int read_description(
	struct reader *reader, const char *text, size_t len, struct irqkit_interrupt *row)
{
	struct arena *arena = &reader->snapshot->arena;
	struct description d;
	int r = 0;

	while (len > 0 && is_blank(*text))
		text++, len--;
	while (len > 0 && is_blank(text[len - 1]))
		len--;
	if (len == 0)
		return 0;
	if (memchr(text, '\0', len))
		return reader_fail(reader, -EBADMSG, "a NUL byte");
	if (row->irq < 0) {
		row->description = arena_text(arena, text, len);
		return row->description ? 0 : reader_fail(reader, -ENOMEM, "no memory");
	}

	if (reader->has_cycles) {
		char *plain = arena_alloc(arena, len + 1);

		if (!plain)
			return reader_fail(reader, -ENOMEM, "no memory");
		len = description_drop_cycles(text, len, plain);
		text = plain;
	}
	description_parse(text, len, &d);
	row->is_ambiguous = d.is_ambiguous;
	row->has_hwirq = d.has_hwirq;
	row->hwirq = d.hwirq;
	if (d.chip && !(row->chip = arena_text(arena, d.chip, d.chip_len)))
		r = -ENOMEM;
	if (d.trigger && !(row->trigger = arena_text(arena, d.trigger, d.trigger_len)))
		r = -ENOMEM;
	if (r == 0 && d.actions)
		r = snapshot_set_actions(
			reader->snapshot, row, d.actions, d.actions_len, ", ");
	return r < 0 ? reader_fail(reader, -ENOMEM, "no memory") : 0;
}

/* Is there another count in the place of the next column? */
static bool is_wide(const char *counts, const char *p, const char *end, size_t n_columns)
{
	const char *next = counts + (n_columns + 1) * FIELD_LEN;
	uint64_t count;

	if (p != counts + n_columns * FIELD_LEN || next > end)
		return false;
	if (next < end && !is_blank(*next))
		return false;
	while (p < next && is_blank(*p))
		p++;
	return parse_u64(p, (size_t)(next - p), &count) == 0;
}

/*
 * Ignores a line that is not a row: the name of a handler may end in a newline, old MIPS
 * kernels write an empty line before ERR, and mail programs wrap lines.
 */
static int pass_over(struct reader *reader, const char *damage)
{
	if (reader->lacks_heading && reader->line == 1)
		return reader_fail(reader, -EBADMSG, damage);
	if (reader->n_damaged++ == 0) {
		reader->damaged_line = reader->line;
		reader->damage = damage;
	}
	return 0;
}

static int pass_over_or_refuse(
	struct reader *reader, const char *line, const char *end, const char *damage)
{
	const char *refused = line_find_refused(line, end);

	return refused ? reader_fail(reader, -EBADMSG, refused)
		       : pass_over(reader, damage);
}

/*
 * Old arm kernels count IPIs for all CPUs that are present, under a heading of those
 * online: then a count's place is the number of its CPU. Returns where the counts end.
 * Source: arch/arm/kernel/smp.c, show_ipi_list() up to 3.x.
 */
static const char *read_present(struct reader *reader, const char *p, const char *end,
	struct irqkit_interrupt *row)
{
	const char *after;
	uint64_t count;
	size_t column = 0, n = row->n_served = 0;

	row->total = 0;
	for (; (after = read_count(reader, p, end, &count)); p = after, n++) {
		if (column == reader->n_columns || reader->column[column] != n)
			continue;
		if (count)
			add_count(reader, row, column, count);
		column++;
	}
	return p;
}

static bool has_further_count(struct reader *reader, const char *p, const char *end)
{
	uint64_t count;

	return read_count(reader, p, end, &count) != NULL;
}

/* Adds the row. */
static int add_row(struct reader *reader, const char *label, size_t len,
	struct irqkit_interrupt **ret_row)
{
	struct irqkit_interrupt *row;
	uint32_t irq;

	if (snapshot_add_row(reader->snapshot, &row) < 0)
		return reader_fail(reader, -ENOMEM, "no memory");
	row->label = arena_text(&reader->snapshot->arena, label, len);
	if (!row->label)
		return reader_fail(reader, -ENOMEM, "no memory");
	if (parse_u32(label, len, &irq) == 0 && irq <= INT32_MAX)
		row->irq = (int)irq;
	*ret_row = row;
	return 0;
}

/* A count for each CPU, from @counts to *p, which moves on if there are more. */
static int take_counts(struct reader *reader, const char *counts, const char **p,
	const char *end, struct irqkit_interrupt *row)
{
	if (strncmp(row->label, "IPI", 3) == 0 && row->label[3] &&
		has_further_count(reader, *p, end))
		*p = read_present(reader, counts, end, row);
	if (reader->error)
		return reader->error;
	row->counts = IRQKIT_COUNTS_PER_CPU;
	reader->saw_wide_row |= is_wide(counts, *p, end, reader->n_columns);
	return keep_counts(reader, row);
}

/* One count for all CPUs, or none: *ret_has_row says whether that is a row. */
static int take_few_counts(struct reader *reader, size_t n, const char *p,
	const char *end, bool is_number, struct irqkit_interrupt *row, bool *ret_has_row)
{
	bool is_fiq = strcmp(row->label, "FIQ") == 0; /* arm: no counts */
	const char *text = p;

	while (text < end && is_blank(*text))
		text++;
	if (memchr(p, '\0', (size_t)(end - p)))
		return reader_fail(reader, -EBADMSG, "a NUL byte");
	*ret_has_row = is_number || n > 0 || is_fiq;
	if (!*ret_has_row) {
		reader->snapshot->n_rows--;
		return pass_over(reader, "the line has no counts");
	}
	if (n > 1 || is_number || (n == 1 && text < end))
		return reader_fail(
			reader, -EAGAIN, "fewer counts than CPUs in the heading");
	row->counts = n ? IRQKIT_COUNTS_SINGLE : IRQKIT_COUNTS_NONE;
	row->n_served = 0;
	return 0;
}

/* The row whose label ends at @colon. */
static int read_labelled(struct reader *reader, const char *label, const char *colon,
	const char *end, bool is_number)
{
	struct irqkit_interrupt *row = NULL;
	bool has_row = true;
	const char *p;
	size_t n;
	int r = add_row(reader, label, (size_t)(colon - label), &row);

	if (r < 0)
		return r;
	p = read_counts(reader, colon + 1, end, row, &n);
	if (reader->error)
		return reader->error;
	if (n == reader->n_columns)
		r = take_counts(reader, colon + 1, &p, end, row);
	else
		r = take_few_counts(reader, n, p, end, is_number, row, &has_row);
	if (r < 0 || !has_row)
		return r;
	return read_description(reader, p, (size_t)(end - p), row);
}

int reader_read_row(struct reader *reader, const char *line, const char *end)
{
	const char *colon, *label = line;
	bool is_number;

	while (label < end && is_blank(*label))
		label++;
	if (label == end)
		return pass_over(reader, "the line is empty");
	colon = memchr(label, ':',
		(size_t)(end - label) < LABEL_MAX ? (size_t)(end - label) : LABEL_MAX);
	if (!colon || colon == label)
		return pass_over_or_refuse(
			reader, line, end, "the line has no label with a colon in front");
	is_number = label_is_number(label, colon, end);
	if (!is_number && !label_is_name(label, colon, end))
		return pass_over_or_refuse(reader, line, end,
			"the line does not begin with the label of an interrupt");
	return read_labelled(reader, label, colon, end, is_number);
}
