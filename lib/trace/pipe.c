/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the probes write: lines become hits. */
#include "trace/pipe.h"
#include "base/macros.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define READS_MAX 256 /* then the others get their turn */

static int take_line(struct irqkit_watch *watch, const char *line, size_t len)
{
	struct kernel *kernel = &watch->kernel;
	struct hit hit;
	int r = hit_parse(line, len, &hit);

	if (r == -ENOMEM)
		return r;
	if (r < 0) {
		/* events were lost, or it is a line of another kind: look at all settings */
		kernel->is_scan_due = true;
		return 0;
	}
	if (hit.probe == PROBE_START || hit.probe == PROBE_XPS) {
		kernel->is_scan_due = true;
		kernel->thread = hit.thread;
		memcpy(kernel->comm, hit.comm, sizeof(kernel->comm));
	}
	return hits_add(&kernel->hits, &watch->known, &hit);
}

int pipe_take(struct irqkit_watch *watch, const char *bytes, size_t len)
{
	int n = 0;

	while (len) {
		const char *newline = memchr(bytes, '\n', len);
		int r;

		if (!newline)
			break;
		r = take_line(watch, bytes, (size_t)(newline - bytes));
		if (r < 0)
			return r;
		n += r;
		len -= (size_t)(newline + 1 - bytes);
		bytes = newline + 1;
	}
	if (watch->kernel.bytes && len < PIPE_BYTES) {
		memmove(watch->kernel.bytes, bytes, len);
		watch->kernel.n_bytes = len;
	}
	return n;
}

int pipe_read(struct irqkit_watch *watch)
{
	struct kernel *kernel = &watch->kernel;
	int n_held = 0;

	if (kernel->probes.pipe_fd < 0)
		return 0;
	if (!kernel->bytes)
		kernel->bytes = malloc(PIPE_BYTES);
	if (!kernel->bytes)
		return -ENOMEM;
	for (int i = 0; i < READS_MAX; i++) {
		ssize_t n = RETRY(read(kernel->probes.pipe_fd,
			kernel->bytes + kernel->n_bytes, PIPE_BYTES - kernel->n_bytes));
		int r;

		if (n <= 0)
			return n == 0 || errno == EAGAIN ? n_held : -errno;
		n += (ssize_t)kernel->n_bytes;
		kernel->n_bytes = 0;
		r = pipe_take(watch, kernel->bytes, (size_t)n);
		if (r < 0)
			return r;
		n_held += r;
	}
	return n_held;
}
