/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The files of /run/irqkit. */
#ifndef IRQKIT_RUN_DIR_H
#define IRQKIT_RUN_DIR_H

#include <irqkit.h>

struct irqkit_lock {
	int dir_fd; /* /run/irqkit */
	int lock_fd;
};

/* Opens the folder; with @make, creates it. -ENOENT: it does not exist. */
int run_dir_open(struct irqkit_ctx *ctx, bool make);

/*
 * A file gets its name when it is complete. If another file has that name, it is replaced
 * if @replaces; otherwise -EEXIST.
 */
int run_dir_write(
	int dir_fd, const char *name, const char *text, size_t len, bool replaces);
/* -ENOENT: there is no such file. */
int run_dir_find(int dir_fd, const char *name);
int run_dir_rename(int dir_fd, const char *from, const char *to);

/* Opens a file, which is never a link; with O_CREAT, nobody else may read it. */
int run_dir_open_file(int dir_fd, const char *name, int flags);

/* Brings the names of the files to the disk. */
int run_dir_sync(int dir_fd);

/* The whole file, with a NUL after it. -EBADMSG: not a regular file. -EFBIG: too large. */
int run_dir_read(int dir_fd, const char *name, char **ret_text);

/* Calls @each with every name in the folder, until it returns something negative. */
int run_dir_list(int dir_fd, int (*each)(void *data, const char *name), void *data);

#endif
