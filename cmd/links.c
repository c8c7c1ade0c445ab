/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `irqkit --install DIR`: links irq-show, irq-set, ... to this program. */
#include "links.h"
#include "base/basics.h"
#include "base/say.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A link that already points here is kept; any other file is not replaced. */
static int make_link(const char *target, const char *path)
{
	char there[PATH_MAX];
	ssize_t len;

	if (symlink(target, path) == 0)
		return 0;
	if (errno != EEXIST)
		return -errno;
	len = readlink(path, there, sizeof(there));
	if (len == (ssize_t)strlen(target) && memcmp(there, target, (size_t)len) == 0)
		return 0;
	return -EEXIST;
}

enum status links_install(const char *dir, const struct command *const *commands)
{
	char self[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (len < 0) {
		say_error("cannot find the path of this program: %s", strerror(errno));
		return STATUS_REFUSED;
	}
	self[len] = '\0';

	for (size_t i = 0; commands[i]; i++) {
		_cleanup_free_ char *path = NULL;
		int r;

		if (asprintf(&path, "%s/irq-%s", dir, commands[i]->name) < 0)
			return STATUS_REFUSED;
		r = make_link(self, path);
		if (r < 0) {
			say_error("cannot create the link '%s': %s", path, strerror(-r));
			return STATUS_REFUSED;
		}
	}
	return STATUS_DONE;
}
