/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TARGETs as other tools write them. */
#ifndef IRQKIT_TARGET_HABIT_H
#define IRQKIT_TARGET_HABIT_H

/*
 * Finds the TARGET that @word, which matches nothing, may mean: "24" for irq24, 0x18 and
 * /proc/irq/24/smp_affinity. The caller frees it.
 *
 * -ENOENT: not known.
 */
int target_find_habit(const char *word, char **ret_target);

/*
 * The SET that @word means, if it names CPUs: "3" for "cpu3", "node:0" for "node0". -ENOENT: it does
 * not. The caller frees it.
 */
int target_find_set(const char *word, char **ret_set);

#endif
