/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which boot of a system it is, and how long ago that was:
 *
 *	/proc/uptime                      12345.67 98765.43
 *	/proc/stat                        cpu  ...
 *	                                  btime 1763760000
 *	/proc/sys/kernel/random/boot_id   6f6f1f0e-....
 */
#include "kernel/boot.h"
#include "base/macros.h"
#include "base/number.h"
#include "kernel/ctx.h"
#include "kernel/knob.h"
#include "kernel/knob_path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* "12345.67": the kernel writes two decimal places. */
static int parse_uptime(const char *text, double *ret_seconds)
{
	size_t whole = strcspn(text, "."), places;
	uint64_t seconds, part;
	double scale = 1;

	if (!text[whole] || parse_u64(text, whole, &seconds) < 0)
		return -EBADMSG;
	text += whole + 1;
	places = strcspn(text, " ");
	if (places > 9 || parse_u64(text, places, &part) < 0)
		return -EBADMSG;
	for (size_t i = 0; i < places; i++)
		scale *= 10;
	*ret_seconds = (double)seconds + (double)part / scale;
	return 0;
}

int boot_read_uptime(struct irqkit_ctx *ctx, const char *proc, double *ret_seconds)
{
	_cleanup_free_ char *text = NULL;
	size_t len;
	int r = knob_readf_line(ctx, &text, &len, "%s/uptime", proc);

	return r < 0 ? r : parse_uptime(text, ret_seconds);
}

EXPORT int irqkit_ctx_read_uptime(struct irqkit_ctx *ctx, double *ret_seconds)
{
	return boot_read_uptime(ctx, "proc", ret_seconds);
}

/* The line "btime N"; a saved root may have no other one. */
static int parse_boot_time(const char *text, uint64_t *ret_seconds)
{
	static const char word[] = "btime ";
	const char *line = text;

	while (line && strncmp(line, word, strlen(word)) != 0) {
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	if (!line)
		return -EBADMSG;
	line += strlen(word);
	if (parse_u64(line, strcspn(line, "\n"), ret_seconds) < 0 ||
		*ret_seconds > INT64_MAX / 2)
		return -EBADMSG;
	return 0;
}

static int read_boot_time(struct irqkit_ctx *ctx, uint64_t *ret_seconds)
{
	_cleanup_free_ char *text = NULL;
	size_t len;
	int r = knob_read(ctx, "proc/stat", &text, &len);

	return r < 0 ? r : parse_boot_time(text, ret_seconds);
}

EXPORT int irqkit_ctx_read_time(
	struct irqkit_ctx *ctx, double uptime, int64_t *ret_seconds)
{
	uint64_t boot = 0;
	int r;

	if (ctx->is_live) {
		*ret_seconds = time(NULL);
		return 0;
	}
	if (!(uptime >= 0 && uptime < 1e12))
		return -EINVAL;
	r = read_boot_time(ctx, &boot);
	if (r == 0)
		*ret_seconds = (int64_t)boot + (int64_t)uptime;
	return r;
}

EXPORT int irqkit_ctx_read_boot_id(struct irqkit_ctx *ctx, char **ret_id)
{
	size_t len;

	return knob_read_line(ctx, "proc/sys/kernel/random/boot_id", ret_id, &len);
}
