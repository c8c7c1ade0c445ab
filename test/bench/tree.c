/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tree CPUS INTERRUPTS sparse|dense: prints a /proc/interrupts of a large machine, in the
 * layout of Linux 4.14 to 7.1. Sparse: each interrupt was served by one to four CPUs, as
 * on a machine with a queue for each CPU. Dense: no count is 0.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Always the same numbers. */
static unsigned int next_random(void)
{
	static unsigned long long state = 88172645463325252ULL;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned int)(state >> 16);
}

static void print_row(const char *label, unsigned int cpus, const unsigned int *counts,
	const char *text)
{
	printf("%4s: ", label);
	for (unsigned int cpu = 0; cpu < cpus; cpu++)
		printf("%10u ", counts[cpu]);
	printf(" %s\n", text);
}

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	unsigned int cpus = (unsigned int)atoi(argv[1]);
	unsigned int interrupts = (unsigned int)atoi(argv[2]);
	int dense = strcmp(argv[3], "dense") == 0;
	unsigned int *counts = calloc(cpus, sizeof(*counts));

	if (!counts || cpus == 0)
		return 1;
	printf("%12s", "");
	for (unsigned int cpu = 0; cpu < cpus; cpu++)
		printf("CPU%-8u", cpu);
	putchar('\n');

	for (unsigned int i = 0; i < interrupts; i++) {
		char label[16], text[128];

		memset(counts, 0, cpus * sizeof(*counts));
		for (unsigned int cpu = 0; dense && cpu < cpus; cpu++)
			counts[cpu] = next_random() >> next_random() % 31 | 1;
		for (unsigned int k = 0; !dense && k <= next_random() % 4; k++)
			counts[next_random() % cpus] = next_random() >>
				next_random() % 31;
		snprintf(label, sizeof(label), "%u", 24 + i);
		snprintf(text, sizeof(text),
			"IR-PCI-MSIX-0000:%02x:00.%u %4u-edge      eth%u-TxRx-%u",
			i / 256 + 1, 0u, i % 256, i / 256, i % 256);
		print_row(label, cpus, counts, text);
	}
	for (unsigned int cpu = 0; cpu < cpus; cpu++)
		counts[cpu] = next_random();
	print_row("LOC", cpus, counts, " Local timer interrupts");
	printf(" ERR: %10u\n MIS: %10u\n", 0u, 0u);
	free(counts);
	return ferror(stdout) || fflush(stdout);
}
