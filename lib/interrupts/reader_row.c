/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One row of /proc/interrupts: label, counts, description. */
#include "interrupts/reader_row.h"
#include "base/number.h"
#include "interrupts/description.h"
#include "interrupts/line_kind.h"
#include "interrupts/reader_counts.h"

#include <errno.h>
#include <string.h>

#define LABEL_MAX 32u /* the longest known are ten digits, and names of four letters */

/* Of rows with a count for each CPU there may be thousands: they share the CPUs. */
static uint32_t *share_columns(struct reader *reader)
{
	size_t size = reader->n_columns * sizeof(*reader->column);
	uint32_t *copy;

	if (!reader->shared && (copy = arena_alloc(&reader->snapshot->arena, size))) {
		memcpy(copy, reader->column, size);
		reader->shared = copy;
	}
	return reader->shared;
}

static int keep_counts(
	struct reader *reader, const struct counts *counts, struct irqkit_interrupt *row)
{
	size_t size;

	row->total = counts->total;
	if (counts->n == 0)
		return 0;
	if (interrupt_make_room(reader->snapshot, row, counts->n, counts->has_high,
		    counts->n == reader->n_columns ? share_columns(reader) : NULL) < 0)
		return reader_fail(reader, -ENOMEM, "no memory");
	row->n_served = counts->n;
	size = counts->n * sizeof(uint32_t);
	memcpy(row->served_low, reader->low, size);
	if (row->served_high)
		memcpy(row->served_high, reader->high, size);
	memcpy(row->served_cpu, reader->cpu, size);
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

/*
 * Ignores a line that is not a row: the name of a handler may end in a newline, old MIPS
 * kernels write an empty line before ERR, and mail programs wrap lines.
 */
static int skip_row(struct reader *reader, const char *damage)
{
	if (reader->lacks_heading && reader->line == 1)
		return reader_fail(reader, -EBADMSG, damage);
	if (reader->n_damaged++ == 0) {
		reader->damaged_line = reader->line;
		reader->damage = damage;
	}
	return 0;
}

static int skip_or_refuse(
	struct reader *reader, const char *line, const char *end, const char *damage)
{
	const char *refused = line_find_refused(line, end);

	return refused ? reader_fail(reader, -EBADMSG, refused)
		       : skip_row(reader, damage);
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

/* A count for each CPU, from @start to *p, which moves on if there are more. */
static int take_counts(struct reader *reader, const char *start, const char **p,
	const char *end, struct counts *counts, struct irqkit_interrupt *row)
{
	if (strncmp(row->label, "IPI", 3) == 0 && row->label[3] &&
		reader_has_further_count(reader, *p, end))
		*p = reader_read_present(reader, start, end, counts);
	if (reader->error)
		return reader->error;
	row->counts = IRQKIT_COUNTS_PER_CPU;
	reader->saw_wide_row |= reader_is_wide(start, *p, end, reader->n_columns);
	return keep_counts(reader, counts, row);
}

/* One count for all CPUs, or none: *ret_has_row says whether that is a row. */
static int take_few_counts(struct reader *reader, size_t n, const char *p,
	const char *end, bool is_number, uint64_t total, struct irqkit_interrupt *row,
	bool *ret_has_row)
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
		return skip_row(reader, "the line has no counts");
	}
	if (n > 1 || is_number || (n == 1 && text < end))
		return reader_fail(
			reader, -EAGAIN, "fewer counts than CPUs in the heading");
	row->counts = n ? IRQKIT_COUNTS_SINGLE : IRQKIT_COUNTS_NONE;
	row->total = total;
	return 0;
}

/* The row whose label ends at @colon. */
static int read_labelled(struct reader *reader, const char *label, const char *colon,
	const char *end, bool is_number)
{
	struct irqkit_interrupt *row = NULL;
	struct counts counts = { 0 };
	bool has_row = true;
	const char *p;
	size_t n;
	int r = add_row(reader, label, (size_t)(colon - label), &row);

	if (r < 0)
		return r;
	p = reader_read_counts(reader, colon + 1, end, &counts, &n);
	if (reader->error)
		return reader->error;
	if (n == reader->n_columns)
		r = take_counts(reader, colon + 1, &p, end, &counts, row);
	else
		r = take_few_counts(
			reader, n, p, end, is_number, counts.total, row, &has_row);
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
		return skip_row(reader, "the line is empty");
	colon = memchr(label, ':',
		(size_t)(end - label) < LABEL_MAX ? (size_t)(end - label) : LABEL_MAX);
	if (!colon || colon == label)
		return skip_or_refuse(
			reader, line, end, "the line has no label with a colon in front");
	is_number = label_is_number(label, colon, end);
	if (!is_number && !label_is_name(label, colon, end))
		return skip_or_refuse(reader, line, end,
			"the line does not begin with the label of an interrupt");
	return read_labelled(reader, label, colon, end, is_number);
}
