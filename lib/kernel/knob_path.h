/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The readers of knob.h for a path that is formatted as printf() does it:
 *
 *	knob_readf_line(ctx, &text, &len, "%s/numa_node", folder)
 *
 * -ENAMETOOLONG: no path is that long.
 */
#ifndef IRQKIT_KNOB_PATH_H
#define IRQKIT_KNOB_PATH_H

#include <irqkit.h>
#include <limits.h>
#include <sys/types.h>

#define FORMAT_ARGUMENT(n) __attribute__((format(printf, n, (n) + 1)))

/* The path itself. */
FORMAT_ARGUMENT(2)
int format_path(char path[static PATH_MAX], const char *format, ...);

FORMAT_ARGUMENT(4)
int knob_readf(struct irqkit_ctx *ctx, char **ret_text, size_t *ret_len,
	const char *format, ...);
FORMAT_ARGUMENT(4)
int knob_readf_line(struct irqkit_ctx *ctx, char **ret_text, size_t *ret_len,
	const char *format, ...);
FORMAT_ARGUMENT(3)
int knob_readf_cpulist(
	struct irqkit_ctx *ctx, struct irqkit_cpuset **ret_set, const char *format, ...);
FORMAT_ARGUMENT(3)
int knob_readf_cpumask(
	struct irqkit_ctx *ctx, struct irqkit_cpuset **ret_set, const char *format, ...);
FORMAT_ARGUMENT(3)
int knob_readf_mode(struct irqkit_ctx *ctx, mode_t *ret_mode, const char *format, ...);
FORMAT_ARGUMENT(3)
int knob_readf_link(struct irqkit_ctx *ctx, char **ret_target, const char *format, ...);
FORMAT_ARGUMENT(4)
int knob_listf_numbers(struct irqkit_ctx *ctx, unsigned int **ret_numbers,
	size_t *ret_count, const char *format, ...);
FORMAT_ARGUMENT(5)
int knob_listf_names(struct irqkit_ctx *ctx, const char *prefix, char ***ret_names,
	size_t *ret_count, const char *format, ...);

#endif
