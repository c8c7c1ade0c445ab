/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A write of a knob that fails, or that leaves other text. For tests linked with --wrap=write. */
#ifndef IRQKIT_FAULTY_WRITE_H
#define IRQKIT_FAULTY_WRITE_H

#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/*
 * Changes the next write to a file whose path ends with @end. NULL: no write is changed.
 */
static struct {
	const char *end;
	const char *text; /* what is written instead; NULL: refused */
	int error;
} fault;

ssize_t __real_write(int fd, const void *bytes, size_t len);
ssize_t __wrap_write(int fd, const void *bytes, size_t len);

static inline bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

ssize_t __wrap_write(int fd, const void *bytes, size_t len)
{
	char link[32], path[4096];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	path[n > 0 ? n : 0] = '\0';
	if (!fault.end || !ends_with(path, fault.end))
		return __real_write(fd, bytes, len);
	fault.end = NULL;
	if (!fault.text) {
		errno = fault.error;
		return -1;
	}
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_true(__real_write(fd, fault.text, strlen(fault.text)) > 0);
	return (ssize_t)len;
}

#endif
