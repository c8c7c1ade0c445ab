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
 * After the colon, nearly every kernel writes a count as a space and ten characters. With
 * 512 CPUs nearly all counts are 0: whole stretches of zeros are compared at once and
 * skipped. Other counts are read eight digits at a time. Any other spacing is read digit by
 * digit, with the same result.
 */
#include "interrupts/reader.h"
#include "base/arena.h"
#include "base/macros.h"
#include "base/number.h"
#include "interrupts/description.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELD_LEN 11u /* a space and ten characters */
#define STRETCH 64u /* zeros compared at once: then 16, 4 and 1 */
#define ZERO "          0"
#define ZERO_8 ZERO ZERO ZERO ZERO ZERO ZERO ZERO ZERO

static const char zeros[] = ZERO_8 ZERO_8 ZERO_8 ZERO_8 ZERO_8 ZERO_8 ZERO_8 ZERO_8;
_Static_assert(sizeof(zeros) - 1 == STRETCH * FIELD_LEN, "zeros[] is one stretch");

#define LONGEST_LINE ((size_t)16 << 20) /* as many CPUs as a set can hold have less */
#define NAME_MAX_LEN 8 /* the longest known names have five */
#define LABEL_MAX 32u /* the longest known are ten digits, and names of four letters */

/* ------------------------------------------------------------------------------- */
/* The snapshot                                                                    */

int snapshot_new(struct irqkit_snapshot **ret_snapshot)
{
	struct irqkit_snapshot *snapshot = calloc(1, sizeof(*snapshot));

	if (!snapshot)
		return -ENOMEM;
	if (irqkit_cpuset_new(&snapshot->cpus) < 0) {
		free(snapshot);
		return -ENOMEM;
	}
	*ret_snapshot = snapshot;
	return 0;
}

EXPORT void irqkit_snapshot_free(struct irqkit_snapshot *snapshot)
{
	if (!snapshot)
		return;
	arena_free(&snapshot->arena);
	irqkit_cpuset_free(snapshot->cpus);
	free(snapshot->rows);
	free(snapshot);
}

/* The rows move when one is added: a pointer is good until then. */
int snapshot_add_row(
	struct irqkit_snapshot *snapshot, struct irqkit_interrupt **ret_interrupt)
{
	struct irqkit_interrupt *row;

	if (snapshot->n_rows == snapshot->rows_room) {
		size_t room = snapshot->rows_room ? snapshot->rows_room * 2 : 64;
		void *rows = reallocarray(snapshot->rows, room, sizeof(*snapshot->rows));

		if (!rows)
			return -ENOMEM;
		snapshot->rows = rows;
		snapshot->rows_room = room;
	}
	row = &snapshot->rows[snapshot->n_rows++];
	memset(row, 0, sizeof(*row));
	row->irq = -1;
	*ret_interrupt = row;
	return 0;
}

int snapshot_set_actions(struct irqkit_snapshot *snapshot,
	struct irqkit_interrupt *interrupt, const char *text, size_t len,
	const char *separator)
{
	size_t sep_len = strlen(separator), n = 0;
	char *copy = arena_text(&snapshot->arena, text, len);
	char *next = copy;

	if (!copy)
		return -ENOMEM;
	while ((next = strstr(next, separator)))
		n++, next += sep_len;

	interrupt->actions = arena_alloc(
		&snapshot->arena, (n + 1) * sizeof(*interrupt->actions));
	if (!interrupt->actions)
		return -ENOMEM;
	interrupt->n_actions = 0;
	for (next = copy; next;) {
		char *name = next;

		next = strstr(next, separator);
		if (next) {
			*next = '\0';
			next += sep_len;
		}
		if (*name)
			interrupt->actions[interrupt->n_actions++] = name;
	}
	return 0;
}

/* ------------------------------------------------------------------------------- */
/* The heading                                                                     */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static int fail(struct reader *reader, int error, const char *reason)
{
	if (!reader->error) {
		reader->error = error;
		reader->reason = reason;
	}
	return reader->error;
}

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
	reader->count = calloc(reader->n_columns, sizeof(*reader->count));
	reader->cpu = calloc(reader->n_columns, sizeof(*reader->cpu));
	return reader->count && reader->cpu ? 0 : fail(reader, -ENOMEM, "no memory");
}

static bool is_heading(const char *p, const char *end)
{
	while (p < end && is_blank(*p))
		p++;
	return end - p > 3 && memcmp(p, "CPU", 3) == 0 && p[3] >= '0' && p[3] <= '9';
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
			return fail(reader, -EBADMSG,
				"the heading names something "
				"other than CPUs");
		number = p += 3;
		while (p < end && !is_blank(*p))
			p++;
		if (parse_u32(number, (size_t)(p - number), &cpu) < 0 ||
			cpu > IRQKIT_CPU_MAX)
			return fail(reader, -EBADMSG,
				"a CPU in the heading has an invalid number");
		if (reader->n_columns && cpu <= reader->column[reader->n_columns - 1])
			return fail(reader, -EBADMSG,
				"the CPUs in the heading are not in ascending order");
		if (add_column(reader, cpu) < 0)
			return fail(reader, -ENOMEM, "no memory");
	}
	return prepare_row(reader);
}

/* ------------------------------------------------------------------------------- */
/* Rows                                                                            */

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
		fail(reader, -ERANGE, "a count of more than 64 bits");
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
		fail(reader, -ERANGE, "counts whose sum has more than 64 bits");
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
		return fail(reader, -ENOMEM, "no memory");
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
		return fail(reader, -EBADMSG, "a NUL byte");
	if (row->irq < 0) {
		row->description = arena_text(arena, text, len);
		return row->description ? 0 : fail(reader, -ENOMEM, "no memory");
	}

	if (reader->has_cycles) {
		char *plain = arena_alloc(arena, len + 1);

		if (!plain)
			return fail(reader, -ENOMEM, "no memory");
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
	return r < 0 ? fail(reader, -ENOMEM, "no memory") : 0;
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
		return fail(reader, -EBADMSG, damage);
	if (reader->n_damaged++ == 0) {
		reader->damaged_line = reader->line;
		reader->damage = damage;
	}
	return 0;
}

/* A number: the kernel writes no leading zeros, and a space after the colon. */
static bool is_number_label(const char *label, const char *colon, const char *end)
{
	for (const char *p = label; p < colon; p++)
		if (*p < '0' || *p > '9')
			return false;
	if (label[0] == '0' && colon - label > 1)
		return false;
	return colon + 1 == end || is_blank(colon[1]);
}

/* NMI, IPI12, I/O, VPMI, Err: short, of letters, digits and one slash in s390's I/O. */
static bool is_name_label(const char *label, const char *colon, const char *end)
{
	if (colon - label > NAME_MAX_LEN || (*label >= '0' && *label <= '9'))
		return false;
	for (const char *p = label; p < colon; p++) {
		bool is_letter = (*p >= 'A' && *p <= 'Z') || (*p >= 'a' && *p <= 'z');

		if (!is_letter && (*p < '0' || *p > '9') && *p != '/')
			return false;
	}
	/* a count of ten digits leaves no space: IPI0:1234567890 */
	return colon + 1 == end || is_blank(colon[1]) ||
		(colon[1] >= '0' && colon[1] <= '9');
}

#define QUOTED "the line begins with '>': a mail program has quoted the file"

static bool is_quoted(const char *line, const char *end)
{
	return line < end && *line == '>';
}

/*
 * A file that was converted or quoted as a whole is refused: its first line shows it. Later
 * lines may end in a carriage return because the name of a handler does.
 */
static const char *find_refused_file(const char *first, const char *end)
{
	if (first < end && end[-1] == '\r')
		return "the file has Windows line ends (CR LF)";
	return is_quoted(first, end) ? QUOTED : NULL;
}

/* Damage that is more than one odd line. */
static const char *find_refused(const char *line, const char *end)
{
	if (is_quoted(line, end))
		return QUOTED;
	if (is_heading(line, end))
		return "there is a second heading";
	if (memchr(line, '\0', (size_t)(end - line)))
		return "a NUL byte";
	return NULL;
}

static int pass_over_or_refuse(
	struct reader *reader, const char *line, const char *end, const char *damage)
{
	const char *refused = find_refused(line, end);

	return refused ? fail(reader, -EBADMSG, refused) : pass_over(reader, damage);
}

/*
 * Old arm kernels count IPIs for all present CPUs, under a heading of the online ones:
 * the place of a count is then the number of its CPU. Returns where the counts end.
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

static int read_row(struct reader *reader, const char *line, const char *end)
{
	const char *colon, *label = line, *p;
	struct irqkit_interrupt *row;
	bool is_number, is_fiq;
	uint32_t irq;
	size_t n, label_len;

	while (label < end && is_blank(*label))
		label++;
	if (label == end)
		return pass_over(reader, "the line is empty");
	colon = memchr(label, ':',
		(size_t)(end - label) < LABEL_MAX ? (size_t)(end - label) : LABEL_MAX);
	if (!colon || colon == label)
		return pass_over_or_refuse(reader, line, end,
			"the line does not begin with a label and a colon");
	is_number = is_number_label(label, colon, end);
	if (!is_number && !is_name_label(label, colon, end))
		return pass_over_or_refuse(reader, line, end,
			"the line does not begin with the label of an interrupt");
	label_len = (size_t)(colon - label);
	is_fiq = label_len == 3 && memcmp(label, "FIQ", 3) == 0; /* arm: no counts */

	if (snapshot_add_row(reader->snapshot, &row) < 0)
		return fail(reader, -ENOMEM, "no memory");
	row->label = arena_text(&reader->snapshot->arena, label, label_len);
	if (!row->label)
		return fail(reader, -ENOMEM, "no memory");
	if (parse_u32(label, label_len, &irq) == 0 && irq <= INT32_MAX)
		row->irq = (int)irq;

	p = read_counts(reader, colon + 1, end, row, &n);
	if (reader->error)
		return reader->error;
	if (n == reader->n_columns) {
		if (label_len > 3 && memcmp(label, "IPI", 3) == 0 &&
			has_further_count(reader, p, end))
			p = read_present(reader, colon + 1, end, row);
		if (reader->error)
			return reader->error;
		row->counts = IRQKIT_COUNTS_PER_CPU;
		reader->saw_wide_row |= is_wide(colon + 1, p, end, n);
		if (keep_counts(reader, row) < 0)
			return reader->error;
	} else {
		const char *text = p;

		while (text < end && is_blank(*text))
			text++;
		if (memchr(p, '\0', (size_t)(end - p)))
			return fail(reader, -EBADMSG, "a NUL byte");
		if (!is_number && n == 0 && !is_fiq) {
			reader->snapshot->n_rows--;
			return pass_over(reader, "the line has no counts");
		}
		if (n > 1 || is_number || (n == 1 && text < end))
			return fail(
				reader, -EAGAIN, "fewer counts than CPUs in the heading");
		row->counts = n ? IRQKIT_COUNTS_SINGLE : IRQKIT_COUNTS_NONE;
		row->n_served = 0;
	}
	return read_description(reader, p, (size_t)(end - p), row);
}

/* ------------------------------------------------------------------------------- */
/* Lines                                                                           */

static int read_first_line(struct reader *reader, const char *line, const char *end)
{
	const char *refused = find_refused_file(line, end);
	int r;

	if (is_heading(line, end))
		return refused ? fail(reader, -EBADMSG, refused)
			       : read_heading(reader, line, end);

	reader->lacks_heading = true;
	if (refused)
		return fail(reader, -EBADMSG, refused);
	if (!reader->columns || irqkit_cpuset_is_empty(reader->columns))
		return fail(reader, -EBADMSG, "no heading that names CPUs");
	irqkit_cpuset_foreach (cpu, reader->columns)
		if (add_column(reader, cpu) < 0)
			return fail(reader, -ENOMEM, "no memory");
	r = prepare_row(reader);
	return r < 0 ? r : read_row(reader, line, end);
}

static int read_line(struct reader *reader, const char *line, const char *end)
{
	if (reader->error)
		return reader->error;
	reader->line++;
	if (reader->line == 1)
		return read_first_line(reader, line, end);
	return read_row(reader, line, end);
}

static int keep_rest(struct reader *reader, const char *bytes, size_t len)
{
	size_t needed = reader->rest_len + len;

	if (len == 0)
		return 0;
	if (needed > LONGEST_LINE) {
		reader->line++;
		return fail(reader, -EBADMSG, "the line is too long");
	}
	if (needed > reader->rest_room) {
		char *rest = realloc(reader->rest, needed * 2);

		if (!rest)
			return fail(reader, -ENOMEM, "no memory");
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
		return fail(reader, -ENODATA, "the file is empty");
	return reader->error;
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
	free(reader->count);
	free(reader->cpu);
	free(reader->rest);
}

EXPORT int irqkit_snapshot_parse(const char *text, size_t len,
	const struct irqkit_cpuset *columns, struct irqkit_snapshot **ret_snapshot,
	size_t *reterr_line, const char **reterr_reason)
{
	struct reader reader CLEANUP(reader_free) = { 0 };
	int r = reader_init(&reader, columns);

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
