/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * /proc/interrupts -> snapshot.
 *
 *                CPU0       CPU2       CPU3                  the heading: online CPUs
 *      24:          1          0         17  IO-APIC   5-edge      ACPI:Ged
 *     NMI:          0          0          0   Non-maskable interrupts
 *     ERR:          0                                        one count for the machine
 *     FIQ:              pxa-ac97                             none (arm)
 *    IPI0:1234567890          0          0       Rescheduling interrupts    (arm64)
 *
 * The heading and the lines, which come in pieces of any length; see reader_row.c for a row.
 */
#include "interrupts/reader.h"
#include "base/macros.h"
#include "base/number.h"
#include "interrupts/line_kind.h"
#include "interrupts/reader_counts.h"
#include "interrupts/reader_row.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST_LINE ((size_t)16 << 20) /* as many CPUs as a set can hold have less */

/* ------------------------------------------------------------------------------- */
/* The heading                                                                     */

static int add_column(struct reader *reader, uint32_t cpu)
{
	if ((reader->n_columns & (reader->n_columns - 1)) == 0) {
		size_t room = reader->n_columns ? reader->n_columns * 2 : 1;
		void *column = reallocarray(
			reader->column, room, sizeof(*reader->column));

		if (!column)
			return -ENOMEM;
		reader->column = column;
	}
	reader->column[reader->n_columns++] = cpu;
	return irqkit_cpuset_add(reader->snapshot->cpus, cpu);
}

static int prepare_row(struct reader *reader)
{
	reader->low = calloc(reader->n_columns, sizeof(*reader->low));
	reader->high = calloc(reader->n_columns, sizeof(*reader->high));
	reader->cpu = calloc(reader->n_columns, sizeof(*reader->cpu));
	return reader->low && reader->high && reader->cpu
		? 0
		: reader_fail(reader, -ENOMEM, "no memory");
}

static bool is_cycles(const char *p, const char *end)
{
	static const char text[] = "[min/avg/max] (CPU cycle counts)";

	return (size_t)(end - p) == sizeof(text) - 1 &&
		memcmp(p, text, sizeof(text) - 1) == 0;
}

static int read_heading(struct reader *reader, const char *p, const char *end)
{
	for (;;) {
		const char *number;
		uint32_t cpu;

		while (p < end && is_blank(*p))
			p++;
		reader->has_cycles = is_cycles(p, end);
		if (p == end || reader->has_cycles)
			break;
		if (end - p < 4 || memcmp(p, "CPU", 3) != 0)
			return reader_fail(reader, -EBADMSG,
				"the heading names something "
				"other than CPUs");
		number = p += 3;
		while (p < end && !is_blank(*p))
			p++;
		if (parse_u32(number, (size_t)(p - number), &cpu) < 0 ||
			cpu > IRQKIT_CPU_MAX)
			return reader_fail(reader, -EBADMSG,
				"a CPU in the heading has an invalid number");
		if (reader->n_columns && cpu <= reader->column[reader->n_columns - 1])
			return reader_fail(reader, -EBADMSG,
				"the CPUs in the heading are not in ascending order");
		if (add_column(reader, cpu) < 0)
			return reader_fail(reader, -ENOMEM, "no memory");
	}
	return prepare_row(reader);
}

/* ------------------------------------------------------------------------------- */
/* Lines                                                                           */

static int read_first_line(struct reader *reader, const char *line, const char *end)
{
	const char *refused = line_find_refused_file(line, end);
	int r;

	if (line_is_heading(line, end))
		return refused ? reader_fail(reader, -EBADMSG, refused)
			       : read_heading(reader, line, end);

	reader->lacks_heading = true;
	if (refused)
		return reader_fail(reader, -EBADMSG, refused);
	if (!reader->columns || irqkit_cpuset_is_empty(reader->columns))
		return reader_fail(reader, -EBADMSG, "no heading that names CPUs");
	irqkit_cpuset_foreach (cpu, reader->columns)
		if (add_column(reader, cpu) < 0)
			return reader_fail(reader, -ENOMEM, "no memory");
	r = prepare_row(reader);
	return r < 0 ? r : reader_read_row(reader, line, end);
}

static int read_line(struct reader *reader, const char *line, const char *end)
{
	if (reader->error)
		return reader->error;
	reader->line++;
	if (reader->line == 1)
		return read_first_line(reader, line, end);
	return reader_read_row(reader, line, end);
}

static int keep_rest(struct reader *reader, const char *bytes, size_t len)
{
	size_t needed = reader->rest_len + len;

	if (len == 0)
		return 0;
	if (needed > LONGEST_LINE) {
		reader->line++;
		return reader_fail(reader, -EBADMSG, "the line is too long");
	}
	if (needed > reader->rest_room) {
		char *rest = realloc(reader->rest, needed * 2);

		if (!rest)
			return reader_fail(reader, -ENOMEM, "no memory");
		reader->rest = rest;
		reader->rest_room = needed * 2;
	}
	memcpy(reader->rest + reader->rest_len, bytes, len);
	reader->rest_len = needed;
	return 0;
}

int reader_feed(void *data, const char *bytes, size_t len)
{
	struct reader *reader = data;
	const char *end = bytes + len;
	const char *newline = memchr(bytes, '\n', len);

	if (newline && reader->rest_len > 0) {
		keep_rest(reader, bytes, (size_t)(newline - bytes));
		read_line(reader, reader->rest, reader->rest + reader->rest_len);
		reader->rest_len = 0;
		bytes = newline + 1;
		newline = memchr(bytes, '\n', (size_t)(end - bytes));
	}
	while (newline && !reader->error) {
		read_line(reader, bytes, newline);
		bytes = newline + 1;
		newline = memchr(bytes, '\n', (size_t)(end - bytes));
	}
	return reader->error ? reader->error
			     : keep_rest(reader, bytes, (size_t)(end - bytes));
}

/* Where reading stopped, and why. */
void reader_tell(
	const struct reader *reader, size_t *reterr_line, const char **reterr_reason)
{
	if (reterr_line)
		*reterr_line = reader->line;
	if (reterr_reason)
		*reterr_reason = reader->reason ? reader->reason : "not a regular file";
}

bool reader_tell_damage(const struct reader *reader, char *text, size_t size)
{
	if (reader->n_damaged == 0)
		return false;
	if (reader->n_damaged == 1)
		snprintf(text, size,
			"proc/interrupts, line %zu: %s; this line is ignored",
			reader->damaged_line, reader->damage);
	else
		snprintf(text, size,
			"proc/interrupts, line %zu: %s; this line and %zu more are "
			"ignored",
			reader->damaged_line, reader->damage, reader->n_damaged - 1);
	return true;
}

int reader_finish(struct reader *reader)
{
	if (reader->rest_len > 0)
		read_line(reader, reader->rest, reader->rest + reader->rest_len);
	reader->rest_len = 0;
	if (reader->line == 0)
		return reader_fail(reader, -ENODATA, "the file is empty");
	return reader->error < 0 ? reader->error : snapshot_index(reader->snapshot);
}

int reader_init(struct reader *reader, const struct irqkit_cpuset *columns)
{
	memset(reader, 0, sizeof(*reader));
	reader->columns = columns;
	return snapshot_new(&reader->snapshot);
}

void reader_free(struct reader *reader)
{
	irqkit_snapshot_free(reader->snapshot);
	free(reader->column);
	free(reader->low);
	free(reader->high);
	free(reader->cpu);
	free(reader->rest);
}

int snapshot_parse(const char *text, size_t len, const struct irqkit_cpuset *columns,
	enum snapshot_counts keep, struct irqkit_snapshot **ret_snapshot,
	size_t *reterr_line, const char **reterr_reason)
{
	struct reader reader CLEANUP(reader_free) = { 0 };
	int r = reader_init(&reader, columns);

	reader.only_totals = keep == SNAPSHOT_TOTALS;
	if (r == 0)
		r = reader_feed(&reader, text, len);
	if (r == 0)
		r = reader_finish(&reader);
	if (r < 0) {
		reader_tell(&reader, reterr_line, reterr_reason);
		return r;
	}

	*ret_snapshot = TAKE(reader.snapshot);
	return 0;
}

EXPORT int irqkit_snapshot_parse(const char *text, size_t len,
	const struct irqkit_cpuset *columns, struct irqkit_snapshot **ret_snapshot,
	size_t *reterr_line, const char **reterr_reason)
{
	return snapshot_parse(text, len, columns, SNAPSHOT_PER_CPU, ret_snapshot,
		reterr_line, reterr_reason);
}
