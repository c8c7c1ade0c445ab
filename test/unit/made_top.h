/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The folder that the tests of a file use, named after TOP, which the file defines first. */
#ifndef IRQKIT_UNIT_MADE_TOP_H
#define IRQKIT_UNIT_MADE_TOP_H

#include "root.h"

static char top[] = TOP;

/* Called before the first test and after the last one, or before and after each test. */
static inline int make_top(void **state)
{
	(void)state;
	strcpy(top, TOP); /* it may be made again for each test */
	return mkdtemp(top) ? 0 : -1;
}

static inline int remove_top(void **state)
{
	(void)state;
	return remove_tree(top);
}

#endif
