/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Words that are typed wrong. */
#ifndef IRQKIT_TYPO_H
#define IRQKIT_TYPO_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Is @typed the word @meant with one mistake: a letter too many, too few or wrong, two that
 * are swapped, or any number of hyphens, underscores and capitals? Another digit is another
 * name, not a mistake: eth9 is not eth0.
 */
bool is_typo(const char *typed, size_t len, const char *meant);

#endif
