/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* parser FILE: how many GB of /proc/interrupts a second of CPU time parses. */
#include <irqkit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static char *read_file(const char *path, size_t *ret_len)
{
	FILE *f = fopen(path, "rb");
	size_t room = 64 << 20;
	char *text = malloc(room);

	if (!f || !text)
		exit(1);
	*ret_len = fread(text, 1, room, f);
	fclose(f);
	return text;
}

int main(int argc, char **argv)
{
	size_t len, bytes = 0, line = 0;
	const char *reason = "";
	clock_t start, now;

	if (argc != 2)
		return 2;
	char *text = read_file(argv[1], &len);

	start = clock();
	do {
		struct irqkit_snapshot *snapshot = NULL;
		int r = irqkit_snapshot_parse(text, len, NULL, &snapshot, &line, &reason);

		if (r < 0) {
			fprintf(stderr, "parser: line %zu: %s: %s\n", line, reason,
				strerror(-r));
			return 1;
		}
		irqkit_snapshot_free(snapshot);
		bytes += len;
		now = clock();
	} while (now - start < CLOCKS_PER_SEC);
	printf("%.2f\n", (double)bytes / 1e9 / ((double)(now - start) / CLOCKS_PER_SEC));
	free(text);
	return 0;
}
