/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes of processes to files of /proc and /sys, as fanotify(7) reports them. */
#ifndef IRQKIT_WRITES_H
#define IRQKIT_WRITES_H

#include <irqkit.h>
#include <sys/types.h>

/* One record of fanotify. */
struct write_record {
	bool is_overflow; /* the kernel dropped records; nothing else is set */
	bool is_written; /* a write succeeded */
	bool is_closed; /* the file, which was open for writing, was closed */
	int fd; /* the file, open for reading; the caller closes it */
	uint32_t pid;
};

/*
 * Opens a queue of such records. -EPERM: only root may. -ENOSYS, -EINVAL, -EOPNOTSUPP: the
 * kernel or the sandbox has no fanotify, or not for whole file systems (before Linux 4.20).
 */
int writes_open(struct irqkit_ctx *ctx);

/* Takes the first record off @*bytes. 1: there was one; 0: the end; -EBADMSG: no record. */
int writes_parse(const char **bytes, size_t *len, struct write_record *ret_record);

/*
 * Reads what is there now. Returns its length; 0: nothing. A record whose file cannot be
 * opened (it may be read by nobody, or is gone) is dropped by the kernel, and skipped.
 */
ssize_t writes_read(int fd, char *bytes, size_t room);

#endif
