/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The counts of a row of /proc/interrupts.
 *
 * Nearly every kernel writes a count as a space and ten places: a row in which all counts
 * are written that way is read by places, without a look for where a number begins. With
 * 512 CPUs nearly all counts are 0: whole stretches of zeros are compared at once and
 * skipped. Any other spacing is read digit by digit, with the same result.
 */
#include "interrupts/reader_counts.h"
#include "base/number.h"
#include "interrupts/line_kind.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

#define FIELD_LEN 11u /* a space and ten characters */
#define STRETCH 64u /* zeros compared at once; then a block */
#define BLOCK 16u
#define ZERO "          0"
#define ZERO_8 ZERO ZERO ZERO ZERO ZERO ZERO ZERO ZERO

static const char zeros[] = ZERO_8 ZERO_8 ZERO_8 ZERO_8 ZERO_8 ZERO_8 ZERO_8 ZERO_8;
_Static_assert(sizeof(zeros) - 1 == STRETCH * FIELD_LEN, "zeros[] is one stretch");

int reader_fail(struct reader *reader, int error, const char *reason)
{
	if (!reader->error) {
		reader->error = error;
		reader->reason = reason;
	}
	return reader->error;
}

static void add_total(struct reader *reader, struct counts *to, uint64_t count)
{
	if (__builtin_add_overflow(to->total, count, &to->total))
		reader_fail(reader, -ERANGE, "counts whose sum has more than 64 bits");
}

/* ------------------------------------------------------------------------------- */
/* By places                                                                       */

#define EACH(byte) (0x0101010101010101u * (byte))

/*
 * The digits of eight places, as bytes of a word, the first in the lowest. Bits that are
 * set in *odd: the places are not spaces, and then digits.
 */
static inline uint64_t find_digits(const char *places, uint64_t *odd)
{
	uint64_t word, is_digit, digits;

	memcpy(&word, places, sizeof(word));
	word = le64toh(word) ^ EACH(' '); /* a space is 0 now, digits 0x10 to 0x19 */
	is_digit = word & EACH(0x10);
	is_digit = (is_digit | -is_digit) & EACH(0x10); /* from the first digit on, all */
	digits = word ^ is_digit;
	*odd |= digits & ~(is_digit - (is_digit >> 4));
	*odd |= (digits + EACH(6)) & EACH(0x10); /* above 9, or a space after a digit */
	return digits;
}

/* The first two of ten places. */
static inline uint64_t read_high(const char *p, uint64_t *odd)
{
	uint64_t high = find_digits(
		p, odd); /* it has five places in common with the rest */

	*odd |= (unsigned char)(p[0] ^ ' ');
	return (high >> 8 & 0xff) * 10 + (high >> 16 & 0xff);
}

static inline bool has_high(const char *p)
{
	return memcmp(p, "   ", FIELD_LEN - 8) != 0;
}

/*
 * The number whose eight digits are in the bytes of a word; or the sum of up to 28 numbers,
 * whose digits were added up place by place.
 */
static inline uint64_t join_digits(uint64_t digits)
{
	uint64_t pairs = (digits & 0x00ff00ff00ff00ff) * 10 +
		(digits >> 8 & 0x00ff00ff00ff00ff);
	uint64_t fours = (pairs & 0x0000ffff0000ffff) * 100 +
		(pairs >> 16 & 0x0000ffff0000ffff);

	return (fours & 0xffffffff) * 10000 + (fours >> 32);
}

/* A space and ten places; bits that are set in *odd: they are not a number. */
static inline uint64_t read_field(const char *p, uint64_t *odd)
{
	uint64_t low = find_digits(p + FIELD_LEN - 8, odd), high = 0;

	*odd |= (unsigned char)(~p[FIELD_LEN - 1] & 0x10); /* a space at the end */
	if (has_high(p))
		high = read_high(p, odd);
	return high * 100000000 + join_digits(low);
}

_Static_assert(BLOCK * 9 <= UINT8_MAX, "the digits of a block add up in a byte");

/* The sum of at most BLOCK counts; adds to *odd. */
static uint64_t sum_block(const char *p, size_t n, uint64_t *odd)
{
	uint64_t digits = 0, high = 0;
	unsigned char last = 0x10;

	for (size_t i = 0; i < n; i++, p += FIELD_LEN) {
		digits += find_digits(p + FIELD_LEN - 8, odd);
		last &= (unsigned char)p[FIELD_LEN - 1];
		if (has_high(p))
			high += read_high(p, odd);
	}
	*odd |= last ^ 0x10u; /* a space at the end */
	return high * 100000000 + join_digits(digits);
}

/* Keeps those of @n counts that are not 0, from @column on, and returns the sum. */
static uint64_t keep_block(struct reader *reader, const char *p, size_t column, size_t n,
	struct counts *to, uint64_t *odd)
{
	uint32_t *low = reader->low, *high = reader->high, *cpu = reader->cpu;
	const uint32_t *cpus = reader->column + column;
	uint64_t total = 0, any_high = 0;
	size_t kept = to->n;

	for (size_t i = 0; i < n; i++) {
		uint64_t count = read_field(p + i * FIELD_LEN, odd);

		low[kept] = (uint32_t)count;
		high[kept] = (uint32_t)(count >> 32);
		cpu[kept] = cpus[i];
		any_high |= count >> 32;
		kept += count != 0;
		total += count;
	}
	to->n = kept;
	to->has_high |= any_high != 0;
	return total;
}

/* The counts of @n columns; false: one of them is written in another way. */
static bool read_block(
	struct reader *reader, const char *p, size_t column, size_t n, struct counts *to)
{
	uint64_t odd = 0;

	/* ten digits each: the sum cannot overflow */
	to->total += reader->only_totals ? sum_block(p, n, &odd)
					 : keep_block(reader, p, column, n, to, &odd);
	return odd == 0;
}

/*
 * All columns from @column on, if their counts are in the usual places; adds nothing
 * otherwise. Returns where the counts end, or NULL.
 */
static const char *read_places(struct reader *reader, const char *p, const char *end,
	size_t column, struct counts *to)
{
	struct counts counts = { .n = to->n, .has_high = to->has_high };
	size_t left = reader->n_columns - column;

	if ((size_t)(end - p) / FIELD_LEN < left)
		return NULL;
	/* the last number may go on: then it is one of another width */
	if (p + left * FIELD_LEN < end && !is_blank(p[left * FIELD_LEN]))
		return NULL;
	while (left > 0) {
		size_t n = left < BLOCK ? left : BLOCK;

		if (left >= STRETCH && memcmp(p, zeros, STRETCH * FIELD_LEN) == 0)
			n = STRETCH;
		else if (memcmp(p, zeros, n * FIELD_LEN) != 0 &&
			!read_block(reader, p, reader->n_columns - left, n, &counts))
			return NULL;
		p += n * FIELD_LEN;
		left -= n;
	}
	add_total(reader, to, counts.total);
	to->n = counts.n;
	to->has_high = counts.has_high;
	return p;
}

/* ------------------------------------------------------------------------------- */
/* Digit by digit                                                                  */

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

static void add_count(
	struct reader *reader, struct counts *to, size_t column, uint64_t count)
{
	add_total(reader, to, count);
	if (reader->only_totals || count == 0)
		return;
	reader->low[to->n] = (uint32_t)count;
	reader->high[to->n] = (uint32_t)(count >> 32);
	reader->cpu[to->n++] = reader->column[column];
	to->has_high |= count >> 32 != 0;
}

/*
 * Reads up to one count for each column; *ret_n says how many there were. Where the first
 * is the only one in another place, as in IPI0:1234567890, the others are read by places.
 */
const char *reader_read_counts(struct reader *reader, const char *p, const char *end,
	struct counts *counts, size_t *ret_n)
{
	size_t column = 0;

	while (column < reader->n_columns) {
		const char *after = column < 2
			? read_places(reader, p, end, column, counts)
			: NULL;
		uint64_t count;

		if (after) {
			column = reader->n_columns;
			p = after;
			break;
		}
		after = read_count(reader, p, end, &count);
		if (!after)
			break;
		p = after;
		add_count(reader, counts, column++, count);
	}
	*ret_n = column;
	return p;
}

bool reader_is_wide(const char *counts, const char *p, const char *end, size_t n_columns)
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

const char *reader_read_present(
	struct reader *reader, const char *p, const char *end, struct counts *counts)
{
	const char *after;
	uint64_t count;
	size_t column = 0, n = 0;

	*counts = (struct counts){ 0 };
	for (; (after = read_count(reader, p, end, &count)); p = after, n++) {
		if (column == reader->n_columns || reader->column[column] != n)
			continue;
		add_count(reader, counts, column++, count);
	}
	return p;
}

bool reader_has_further_count(struct reader *reader, const char *p, const char *end)
{
	uint64_t count;

	return read_count(reader, p, end, &count) != NULL;
}
