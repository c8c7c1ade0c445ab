/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files of /proc and /sys by a formatted path. */
#include "kernel/knob_path.h"
#include "kernel/knob.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

static int format_arguments(char path[static PATH_MAX], const char *format, va_list args)
{
	int len = vsnprintf(path, PATH_MAX, format, args);

	return len >= 0 && len < PATH_MAX ? 0 : -ENAMETOOLONG;
}

/* In a function whose last named parameter is @format. */
#define FORMAT_PATH(path, format)                                                        \
	({                                                                               \
		va_list args_;                                                           \
		int r_;                                                                  \
                                                                                         \
		va_start(args_, format);                                                 \
		r_ = format_arguments(path, format, args_);                              \
		va_end(args_);                                                           \
		r_;                                                                      \
	})

int format_path(char path[static PATH_MAX], const char *format, ...)
{
	return FORMAT_PATH(path, format);
}

int knob_readf(
	struct irqkit_ctx *ctx, char **ret_text, size_t *ret_len, const char *format, ...)
{
	char path[PATH_MAX];
	int r = FORMAT_PATH(path, format);

	return r < 0 ? r : knob_read(ctx, path, ret_text, ret_len);
}

int knob_readf_line(
	struct irqkit_ctx *ctx, char **ret_text, size_t *ret_len, const char *format, ...)
{
	char path[PATH_MAX];
	int r = FORMAT_PATH(path, format);

	return r < 0 ? r : knob_read_line(ctx, path, ret_text, ret_len);
}

int knob_readf_cpulist(
	struct irqkit_ctx *ctx, struct irqkit_cpuset **ret_set, const char *format, ...)
{
	char path[PATH_MAX];
	int r = FORMAT_PATH(path, format);

	return r < 0 ? r : knob_read_cpulist(ctx, path, ret_set);
}

int knob_readf_cpumask(
	struct irqkit_ctx *ctx, struct irqkit_cpuset **ret_set, const char *format, ...)
{
	char path[PATH_MAX];
	int r = FORMAT_PATH(path, format);

	return r < 0 ? r : knob_read_cpumask(ctx, path, ret_set);
}

int knob_readf_mode(struct irqkit_ctx *ctx, mode_t *ret_mode, const char *format, ...)
{
	char path[PATH_MAX];
	int r = FORMAT_PATH(path, format);

	return r < 0 ? r : knob_read_mode(ctx, path, ret_mode);
}

int knob_readf_link(struct irqkit_ctx *ctx, char **ret_target, const char *format, ...)
{
	char path[PATH_MAX];
	int r = FORMAT_PATH(path, format);

	return r < 0 ? r : knob_readlink(ctx, path, ret_target);
}

int knob_listf_numbers(struct irqkit_ctx *ctx, unsigned int **ret_numbers,
	size_t *ret_count, const char *format, ...)
{
	char path[PATH_MAX];
	int r = FORMAT_PATH(path, format);

	return r < 0 ? r : knob_list_numbers(ctx, path, ret_numbers, ret_count);
}

int knob_listf_names(struct irqkit_ctx *ctx, const char *prefix, char ***ret_names,
	size_t *ret_count, const char *format, ...)
{
	char path[PATH_MAX];
	int r = FORMAT_PATH(path, format);

	return r < 0 ? r : knob_list_names(ctx, path, prefix, ret_names, ret_count);
}
