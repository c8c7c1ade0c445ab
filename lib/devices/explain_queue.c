/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Why a setting of a queue cannot be read. */
#include "base/cpuset.h"
#include "base/error_text.h"
#include "base/join.h"
#include "base/macros.h"
#include "devices/queues.h"
#include "kernel/ctx.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static bool has_file(struct irqkit_queue *queue, enum queue_file file)
{
	const char *text;

	return queue_get_text(queue, file, &text) != -ENOENT;
}

/* Why a file is missing: the kernel has rps_cpus and rps_flow_cnt, or neither of them. */
static const char *explain_missing(struct irqkit_queue *queue, enum queue_file file)
{
	bool is_xps = file == QUEUE_XPS_CPUS || file == QUEUE_XPS_RXQS;

	if (file == QUEUE_XPS_RXQS && has_file(queue, QUEUE_XPS_CPUS))
		return "the kernel is older than Linux 4.18, or the saved root lacks "
		       "the file";
	if (file == QUEUE_RPS_FLOW_CNT && has_file(queue, QUEUE_RPS_CPUS))
		return "the saved root lacks the file, or the interface is gone";
	return is_xps ? "the kernel was built without XPS, or the interface is gone"
		      : "the kernel was built without RPS, or the interface is gone";
}

static int format_reason(
	struct irqkit_queue *queue, enum queue_file file, int error, char **text)
{
	const struct irqkit_device *device = queue->device;
	const struct irqkit_ctx *ctx = device->devices->ctx;
	_cleanup_free_ char *folder = NULL;
	int r = irqkit_queue_format_path(queue, &folder);

	if (r < 0)
		return r;
	if (error == -ENOENT)
		return asprintf(text, "there is no %.*s%s/%s: %s", ctx_root_length(ctx),
			ctx->root, folder, queue_file_name(file),
			explain_missing(queue, file));
	return asprintf(text, "cannot read %.*s%s/%s: %s", ctx_root_length(ctx),
		ctx->root, folder, queue_file_name(file), error_text(-error));
}

/* The tx queues of the interfaces below are used instead. */
static int format_only_queue(struct irqkit_device *device, char **text)
{
	_cleanup_free_ char *names = NULL;
	size_t n = 0;

	if (irqkit_device_count_lower(device, &n) < 0)
		n = 0;
	for (size_t i = 0; i < n; i++)
		if (irqkit_device_get_lower(device, i) != device &&
			join_text(&names, irqkit_device_get_lower(device, i)->name) < 0)
			return -ENOMEM;
	return asprintf(text,
		"%s has only one tx queue, which all CPUs use; XPS does not apply%s%s",
		device->name, names ? ", but may apply to " : "", names ? names : "");
}

EXPORT int irqkit_queue_explain_error(
	struct irqkit_queue *queue, enum irqkit_knob knob, int error, char **ret_text)
{
	enum queue_file file = queue_file_of(knob);
	bool is_xps = file == QUEUE_XPS_CPUS || file == QUEUE_XPS_RXQS;
	char *text = NULL;
	int r;

	if (error == -ENOENT && is_xps &&
		irqkit_device_count_direction(queue->device, IRQKIT_TX) == 1)
		r = format_only_queue(queue->device, &text);
	else
		r = format_reason(queue, file, error, &text);
	if (r < 0)
		return -ENOMEM;
	*ret_text = text;
	return 0;
}
