/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What /proc/PID/status says:
 *
 *	Name:	kthreadd
 *	...
 *	Cpus_allowed_list:	0-7
 */
#include "kernel/process.h"
#include "base/macros.h"
#include "kernel/knob_path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool has_name(const char *status, const char *name)
{
	static const char word[] = "Name:\t";
	size_t len = strlen(name);

	if (strncmp(status, word, strlen(word)) != 0)
		return false;
	status += strlen(word);
	return strncmp(status, name, len) == 0 && status[len] == '\n';
}

int process_read_cpus(
	struct irqkit_ctx *ctx, unsigned int pid, const char *name, char **ret_list)
{
	static const char word[] = "\nCpus_allowed_list:";
	_cleanup_free_ char *text = NULL;
	const char *list;
	size_t len;
	int r = knob_readf(ctx, &text, &len, "proc/%u/status", pid);

	if (r < 0)
		return r == -ESRCH ? -ENOENT : r;
	if (name && !has_name(text, name))
		return -ENOENT;
	list = strstr(text, word);
	if (!list)
		return -EBADMSG;
	list += strlen(word);
	list += strspn(list, " \t");
	*ret_list = strndup(list, strcspn(list, "\n"));
	return *ret_list ? 0 : -ENOMEM;
}
