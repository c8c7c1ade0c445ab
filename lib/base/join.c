/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists in messages: "eth0, eth1". */
#include "base/join.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

int join_text(char **list, const char *text)
{
	char *before = *list;
	int r = asprintf(list, "%s%s%s", before ? before : "", before ? ", " : "", text);

	free(before);
	if (r >= 0)
		return 0;
	*list = NULL;
	return -ENOMEM;
}
