/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * floor totals|show|json|per-cpu ROOT: the least that a program must do to print what
 * `irqkit show` prints. It reads the same files of a saved root of test/bench/machine, and
 * prints the same facts: no options, no checks of odd input, and no device is looked up.
 *
 *	totals   /proc/interrupts: number, total and name of each interrupt
 *	show     and the two CPUs with most; from /proc/irq, affinity and effective affinity
 *	json     the same, and the count of each CPU that has one, as a stream
 *	per-cpu  the count of each CPU as a column
 */
#include <endian.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIELD 11u /* a space and ten characters */
#define STRETCH 64u /* columns that are compared with zeros at once */
#define PIECE ((size_t)256 << 10) /* what is read at once */

#define EACH(byte) (0x0101010101010101u * (byte))

struct row {
	uint64_t total;
	char irq[12];
	char *name;
	char *rest; /* show: what stands between the total and the name */
};

enum what { TOTALS, SHOW, JSON, PER_CPU };

static enum what what;
static size_t n_cpus;
static char zeros[STRETCH * FIELD];
static uint64_t *count; /* of the row that is read */
static struct row *rows;
static size_t n_rows, room;
static int irq_folder;

/* Ten places after a space: blanks, which count as 0, and digits. */
static inline uint64_t read_field(const char *p)
{
	uint64_t word, high = (uint64_t)(p[1] & 15) * 10 + (uint64_t)(p[2] & 15);

	memcpy(&word, p + 3, sizeof(word));
	word = le64toh(word) & EACH(15);
	word = (word * 10 + (word >> 8)) & 0x00ff00ff00ff00ff;
	word = (word * 100 + (word >> 16)) & 0x0000ffff0000ffff;
	word = (word * 10000 + (word >> 32)) & 0xffffffff;
	return high * 100000000 + word;
}

/* Adds up the counts of a row, and keeps them where they are needed. */
static uint64_t read_counts(const char *p)
{
	uint64_t total = 0;

	for (size_t at = 0; at < n_cpus; at += STRETCH, p += sizeof(zeros)) {
		size_t n = n_cpus - at < STRETCH ? n_cpus - at : STRETCH;

		if (memcmp(p, zeros, n * FIELD) == 0) {
			if (what != TOTALS)
				memset(count + at, 0, n * sizeof(*count));
			continue;
		}
		for (size_t i = 0; i < n; i++) {
			uint64_t number = read_field(p + i * FIELD);

			total += number;
			if (what != TOTALS)
				count[at + i] = number;
		}
	}
	return total;
}

static void *must(void *memory)
{
	if (!memory)
		exit(1);
	return memory;
}

/* A mask, 000000ff,00000000, as a list: 32-39 */
static void format_list(const char *mask, FILE *to)
{
	size_t words = 1, cpu = 0, start = 0;
	int inside = 0;
	const char *comma = "";

	for (const char *c = mask; *c; c++)
		words += *c == ',';
	for (size_t w = words; w-- > 0;) {
		unsigned long bits = strtoul(mask + w * 9, NULL, 16);

		for (size_t bit = 0; bit < 33 && (bit < 32 || w == 0); bit++, cpu++) {
			int is_set = bit < 32 && bits >> bit & 1;

			if (is_set && !inside)
				start = cpu;
			if (!is_set && inside) {
				fprintf(to, start + 1 == cpu ? "%s%zu" : "%s%zu-%zu",
					comma, start, cpu - 1);
				comma = ",";
			}
			inside = is_set;
		}
	}
}

static void read_mask(const char *irq, const char *name, FILE *to)
{
	char path[64], text[4096];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", irq, name);
	fd = openat(irq_folder, path, O_RDONLY | O_CLOEXEC);
	len = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		close(fd);
	text[len > 0 ? len : 0] = '\0';
	format_list(text, to);
}

static void print_busiest(uint64_t total, FILE *to)
{
	uint64_t most = 0, second = 0;
	size_t cpu = 0, cpu_of_second = 0, others = 0;

	for (size_t i = 0; i < n_cpus; i++) {
		others += count[i] != 0;
		if (count[i] > most) {
			second = most;
			cpu_of_second = cpu;
			most = count[i];
			cpu = i;
		} else if (count[i] > second) {
			second = count[i];
			cpu_of_second = i;
		}
	}
	if (others > 0)
		fprintf(to, "cpu%zu %.0f%%", cpu, (double)most * 100 / (double)total);
	if (others > 1)
		fprintf(to, " cpu%zu %.0f%%", cpu_of_second,
			(double)second * 100 / (double)total);
	if (others > 2)
		fprintf(to, " +%zu", others - 2);
}

/* In JSON a row is printed as it comes; a table is printed when its widths are known. */
static void print_json(const char *irq, uint64_t total, const char *name)
{
	const char *comma = "";

	printf("%s\n{\"label\": \"%s\", \"irq\": %s, \"total\": %llu, \"per_cpu\": {",
		n_rows++ ? "," : "", irq, irq, (unsigned long long)total);
	for (size_t i = 0; i < n_cpus; i++) {
		char digits[48], *p = digits + sizeof(digits);
		size_t cpu = i;

		if (!count[i])
			continue;
		for (uint64_t n = count[i]; n; n /= 10)
			*--p = (char)('0' + n % 10);
		p -= 3;
		memcpy(p, "\": ", 3);
		do
			*--p = (char)('0' + cpu % 10);
		while (cpu /= 10);
		*--p = '"';
		fputs(comma, stdout);
		fwrite(p, 1, (size_t)(digits + sizeof(digits) - p), stdout);
		comma = ", ";
	}
	fputs("}, \"affinity\": \"", stdout);
	read_mask(irq, "smp_affinity", stdout);
	fputs("\", \"effective\": \"", stdout);
	read_mask(irq, "effective_affinity", stdout);
	printf("\", \"actions\": [\"%s\"]}", name);
}

static void add_row(const char *irq, size_t irq_len, uint64_t total, const char *name,
	size_t name_len)
{
	struct row *row;
	size_t len;
	FILE *rest;

	if (n_rows == room)
		rows = must(realloc(rows, (room = room * 2 + 64) * sizeof(*rows)));
	row = &rows[n_rows];
	snprintf(row->irq, sizeof(row->irq), "%.*s", (int)irq_len, irq);
	row->total = total;
	row->name = must(strndup(name, name_len));
	row->rest = NULL;
	if (what == JSON) {
		print_json(row->irq, total, row->name);
		free(row->name);
		return;
	}
	n_rows++;
	if (what == PER_CPU)
		row->rest = must(memcpy(must(malloc(n_cpus * sizeof(*count))), count,
			n_cpus * sizeof(*count)));
	if (what != SHOW)
		return;
	rest = must(open_memstream(&row->rest, &len));
	print_busiest(total, rest);
	fputc('\t', rest);
	read_mask(row->irq, "smp_affinity", rest);
	fputc('\t', rest);
	read_mask(row->irq, "effective_affinity", rest);
	fclose(rest);
}

static void read_row(const char *line, const char *end)
{
	const char *colon, *name, *p;
	uint64_t total;

	while (*line == ' ')
		line++;
	colon = memchr(line, ':', (size_t)(end - line));
	if (!colon || *line < '0' || *line > '9')
		return;
	p = colon + 1;
	total = read_counts(p);
	p += n_cpus * FIELD;
	for (name = end; name > p && name[-1] != ' '; name--)
		;
	add_row(line, (size_t)(colon - line), total, name, (size_t)(end - name));
}

static void read_heading(const char *line, const char *end)
{
	for (; line < end; line++)
		n_cpus += *line == 'C';
	count = must(calloc(n_cpus, sizeof(*count)));
	for (size_t i = 0; i < sizeof(zeros); i++)
		zeros[i] = i % FIELD == FIELD - 1 ? '0' : ' ';
}

static void read_file(int fd)
{
	char *text = must(malloc(2 * PIECE));
	size_t len = 0;
	ssize_t got;

	while ((got = read(fd, text + len, PIECE)) > 0) {
		char *line = text, *end = text + len + got, *newline;

		for (; (newline = memchr(line, '\n', (size_t)(end - line)));
			line = newline + 1) {
			if (n_cpus)
				read_row(line, newline);
			else
				read_heading(line, newline);
		}
		len = (size_t)(end - line);
		memmove(text, line, len);
	}
	free(text);
}

/* The width of a number in a column. */
static int width_of(uint64_t number)
{
	int width = 1;

	while (number /= 10)
		width++;
	return width;
}

static void print_rows(void)
{
	int total = 5;

	for (size_t i = 0; i < n_rows; i++)
		if (width_of(rows[i].total) > total)
			total = width_of(rows[i].total);
	for (size_t i = 0; i < n_rows; i++)
		printf("%4s %*llu %-40s %s\n", rows[i].irq, total,
			(unsigned long long)rows[i].total,
			what == SHOW ? rows[i].rest : "", rows[i].name);
}

static void print_cpus(void)
{
	int *width = must(calloc(n_cpus, sizeof(*width)));
	size_t len = 0;
	char *line;

	for (size_t c = 0; c < n_cpus; c++) {
		width[c] = 4;
		for (size_t i = 0; i < n_rows; i++)
			if (width_of(((uint64_t *)(void *)rows[i].rest)[c]) > width[c])
				width[c] = width_of(
					((uint64_t *)(void *)rows[i].rest)[c]);
	}
	for (size_t c = 0; c < n_cpus; c++)
		len += (size_t)width[c] + 1;
	line = must(malloc(len + 1));
	for (size_t i = 0; i < n_rows; i++) {
		const uint64_t *of_row = (const uint64_t *)(void *)rows[i].rest;
		char *out = line;

		printf("%4s %10llu", rows[i].irq, (unsigned long long)rows[i].total);
		memset(line, ' ', len);
		for (size_t c = 0; c < n_cpus; c++) {
			uint64_t number = of_row[c];
			char *to = out += width[c] + 1;

			do
				*--to = (char)('0' + number % 10);
			while (number /= 10);
		}
		fwrite(line, 1, len, stdout);
		printf(" %s\n", rows[i].name);
	}
	free(line);
	free(width);
}

int main(int argc, char **argv)
{
	static const char *const words[] = { "totals", "show", "json", "per-cpu" };
	char path[4096];
	int fd;

	if (argc != 3)
		return 2;
	while (what < 4 && strcmp(argv[1], words[what]) != 0)
		what++;
	snprintf(path, sizeof(path), "%s/proc/irq", argv[2]);
	irq_folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	snprintf(path, sizeof(path), "%s/proc/interrupts", argv[2]);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (what > PER_CPU || fd < 0)
		return 2;
	if (what == JSON)
		printf("{\"interrupts\": [");
	read_file(fd);
	if (what == JSON)
		printf("]}\n");
	else if (what == PER_CPU)
		print_cpus();
	else
		print_rows();
	return ferror(stdout) || fflush(stdout);
}
