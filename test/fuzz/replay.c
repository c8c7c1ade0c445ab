/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs every file of the folders named as arguments through the fuzz target that this is
 * linked with, so that the corpus is checked with any compiler, sanitizer or valgrind.
 * A property that doesn't hold aborts.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

static int replay(const char *dir, const char *name)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	FILE *f = fopen(path, "rb");
	if (!f)
		return -errno;

	/* As long as the file, so that a sanitizer sees a read past its end. */
	size_t len = 0;
	uint8_t *data = malloc(len);
	for (int c; (c = getc(f)) != EOF;) {
		uint8_t *more = realloc(data, len + 1);
		if (!more)
			abort();
		data = more;
		data[len++] = (uint8_t)c;
	}
	fclose(f);
	LLVMFuzzerTestOneInput(data, len);
	free(data);
	printf("ok replay %s\n", path);
	return 0;
}

int main(int argc, char **argv)
{
	int count = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 1; i < argc; i++) {
		DIR *d = opendir(argv[i]);
		if (!d) {
			fprintf(stderr, "replay: %s: %s\n", argv[i], strerror(errno));
			return 1;
		}
		for (struct dirent *e; (e = readdir(d));) {
			if (e->d_name[0] == '.')
				continue;
			int r = replay(argv[i], e->d_name);
			if (r < 0) {
				fprintf(stderr, "replay: %s/%s: %s\n", argv[i], e->d_name,
					strerror(-r));
				return 1;
			}
			count++;
		}
		closedir(d);
	}
	printf("1..%d\n", count);
	return count == 0;
}
