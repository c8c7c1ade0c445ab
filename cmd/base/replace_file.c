/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files that are replaced as a whole: a new file in the same folder takes the name over. */
#include "base/replace_file.h"
#include "base/basics.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int write_all(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		text += n;
		len -= (size_t)n;
	}
	return 0;
}

/* Ends with @fd closed. */
static int fill(int fd, const char *text, size_t len)
{
	int r = write_all(fd, text, len);

	if (r == 0 && (fchmod(fd, 0644) < 0 || fsync(fd) < 0))
		r = -errno;
	if (close(fd) < 0 && r == 0)
		r = -errno;
	return r;
}

/* A pipe or a device, such as /dev/null: no file may take its name over. */
static bool is_special(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

static int write_special(const char *path, const char *text, size_t len)
{
	/* otherwise open() would wait until a program reads the pipe, perhaps forever */
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK), flags, r;

	if (fd < 0)
		return -errno;
	flags = fcntl(fd, F_GETFL);
	r = flags < 0 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) < 0 ? -errno : 0;
	if (r == 0)
		r = write_all(fd, text, len);
	if (close(fd) < 0 && r == 0)
		r = -errno;
	return r;
}

int replace_file(const char *path, const char *text, size_t len)
{
	_cleanup_free_ char *name = NULL;
	const char *slash = strrchr(path, '/');
	int dir_len = slash ? (int)(slash + 1 - path) : 0;
	int fd, r;

	if (is_special(path))
		return write_special(path, text, len);
	/* a name with a dot is none that the collector of node_exporter reads */
	if (asprintf(&name, "%.*s.irqkit-XXXXXX", dir_len, path) < 0) {
		name = NULL;
		return -ENOMEM;
	}
	fd = mkstemp(name);
	if (fd < 0)
		return -errno;
	r = fill(fd, text, len);
	if (r == 0 && rename(name, path) < 0)
		r = -errno;
	if (r < 0)
		unlink(name);
	return r;
}

const char *replace_file_describe(int r)
{
	return r == -ENXIO ? "no program reads this pipe" : strerror(-r);
}
