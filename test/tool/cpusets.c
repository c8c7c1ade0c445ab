/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cpusets N SEED: N random sets of up to 4,096 CPUs, one a line: as a user may write it,
 * the list and the mask that should come of it, and a mask as a user may write that.
 *
 *     0-6:2,9,9 <tab> 0,2,4,6,9 <tab> 255 <tab> 0x0255
 *
 * Plain arrays of truth values, to check irqkit against; nothing of irqkit is in here.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST 4096

static unsigned char has[MOST];
static unsigned long long seed;

static unsigned int below(unsigned int n)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned int)(seed >> 33) % n;
}

/* A part of a list: 7, 3-9, 0-30:3 */
static void write_part(unsigned int width)
{
	unsigned int first = below(width), last = first, stride = 1;

	if (below(3)) {
		last = first + below(below(4) ? (width - first + 7) / 8 : width - first);
		stride = below(3) ? 1 : 1 + below(40);
	}
	for (unsigned int cpu = first; cpu <= last; cpu += stride)
		has[cpu] = 1;
	if (first == last && stride == 1)
		printf("%u", first);
	else if (stride == 1 && below(4))
		printf("%u-%u", first, last);
	else
		printf("%u-%u:%u", first, last, stride);
}

static void write_as_a_user(unsigned int width)
{
	unsigned int n = 1 + below(below(10) ? 8 : 200);

	for (unsigned int i = 0; i < n; i++) {
		if (i)
			putchar(',');
		write_part(width);
	}
}

static void write_list(void)
{
	const char *comma = "";

	for (int cpu = 0; cpu < MOST; cpu++) {
		int last = cpu;

		if (!has[cpu])
			continue;
		while (last + 1 < MOST && has[last + 1])
			last++;
		if (last == cpu)
			printf("%s%d", comma, cpu);
		else
			printf("%s%d-%d", comma, cpu, last);
		comma = ",";
		cpu = last;
	}
}

static int digit_at(int digit)
{
	return has[4 * digit] | has[4 * digit + 1] << 1 | has[4 * digit + 2] << 2 |
		has[4 * digit + 3] << 3;
}

static void write_mask(int is_users)
{
	int digit = MOST / 4 - 1, is_upper = is_users && below(2);
	int has_commas = !is_users || below(2);

	while (digit > 0 && digit_at(digit) == 0)
		digit--;
	if (is_users) {
		printf("%s", below(2) ? "0x" : "");
		/* leading zeros: as many as fill the machine's own width, or a few */
		if (below(2))
			digit = has_commas ? digit / 8 * 8 + 7 : digit + (int)below(9);
		if (digit >= MOST / 4)
			digit = MOST / 4 - 1;
	}
	for (; digit >= 0; digit--) {
		char c = "0123456789abcdef"[digit_at(digit)];

		putchar(is_upper ? toupper(c) : c);
		if (has_commas && digit > 0 && digit % 8 == 0)
			putchar(',');
	}
}

int main(int argc, char **argv)
{
	unsigned int n = argc > 2 ? (unsigned int)strtoul(argv[1], NULL, 10) : 0;

	if (n == 0) {
		fprintf(stderr, "cpusets N SEED\n");
		return 2;
	}
	seed = strtoull(argv[2], NULL, 10) * 2 + 1;
	for (unsigned int i = 0; i < n; i++) {
		/* as many small machines as large ones */
		unsigned int width = 1 + below(1u << (1 + below(12)));

		memset(has, 0, sizeof(has));
		write_as_a_user(width);
		putchar('\t');
		write_list();
		putchar('\t');
		write_mask(0);
		putchar('\t');
		write_mask(1);
		putchar('\n');
	}
	return 0;
}
