/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files that are replaced as a whole. replace_file.c is the only file of cmd that opens one. */
#ifndef CMD_REPLACE_FILE_H
#define CMD_REPLACE_FILE_H

#include <stddef.h>

/*
 * Replaces a file, which need not exist, by @len bytes of @text, with the mode 0644. Who reads
 * it at that moment sees the old or the new text. If it fails, the old file stays.
 * A pipe or a device is not replaced: the text is written to it.
 *
 * Returns 0, or a negative errno. -ENXIO: no program reads the pipe.
 */
int replace_file(const char *path, const char *text, size_t len);

/* The message for an error of replace_file(). */
const char *replace_file_describe(int r);

#endif
