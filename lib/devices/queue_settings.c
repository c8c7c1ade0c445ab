/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The settings of a queue: files in its folder. */
#include "base/cpuset.h"
#include "base/macros.h"
#include "base/number.h"
#include "devices/queues.h"
#include "kernel/knob.h"
#include "kernel/knob_path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	enum irqkit_direction direction;
} files[N_QUEUE_FILES] = {
	[QUEUE_RPS_CPUS] = { "rps_cpus", IRQKIT_RX },
	[QUEUE_RPS_FLOW_CNT] = { "rps_flow_cnt", IRQKIT_RX },
	[QUEUE_XPS_CPUS] = { "xps_cpus", IRQKIT_TX },
	[QUEUE_XPS_RXQS] = { "xps_rxqs", IRQKIT_TX },
	[QUEUE_TRAFFIC_CLASS] = { "traffic_class", IRQKIT_TX },
};

const char *queue_file_name(enum queue_file file)
{
	return files[file].name;
}

enum queue_file queue_file_of(enum irqkit_knob knob)
{
	switch (knob) {
	case IRQKIT_KNOB_RPS_FLOW_CNT:
		return QUEUE_RPS_FLOW_CNT;
	case IRQKIT_KNOB_XPS_CPUS:
		return QUEUE_XPS_CPUS;
	case IRQKIT_KNOB_XPS_RXQS:
		return QUEUE_XPS_RXQS;
	default:
		return QUEUE_RPS_CPUS;
	}
}

/* The file, by the device's own folder. */
static int format_file(const struct irqkit_queue *queue, enum queue_file file,
	char path[static PATH_MAX])
{
	if (queue->direction != files[file].direction)
		return -EINVAL;
	if (!queue->device->path)
		return -ENOENT;
	return format_path(path, "%s/queues/%s-%u/%s", queue->device->path,
		direction_word(queue->direction), queue->number, files[file].name);
}

void queue_forget(struct irqkit_queue *queue, enum queue_file file)
{
	file_text_forget(&queue->files[file]);
}

void queue_forget_all(struct irqkit_queue *queue)
{
	for (enum queue_file file = 0; file < N_QUEUE_FILES; file++)
		queue_forget(queue, file);
}

int queue_pretend(struct irqkit_queue *queue, enum queue_file file, const char *text)
{
	return file_text_pretend(&queue->files[file], text);
}

void queue_end_pretending(struct irqkit_queue *queue, enum queue_file file)
{
	file_text_end_pretending(&queue->files[file]);
}

int queue_get_text(
	struct irqkit_queue *queue, enum queue_file file, const char **ret_text)
{
	char path[PATH_MAX];
	int r = format_file(queue, file, path);

	return r < 0 ? r
		     : file_text_get(&queue->files[file], queue->device->devices->ctx,
			       path, ret_text);
}

static int read_cpus(
	struct irqkit_queue *queue, enum queue_file file, struct irqkit_cpuset **ret_set)
{
	char path[PATH_MAX];
	const char *text;
	int r = queue_get_text(queue, file, &text);

	if (r == 0)
		r = format_file(queue, file, path);
	return r < 0 ? r
		     : knob_parse_cpus(queue->device->devices->ctx, path, text,
			       strlen(text), irqkit_cpuset_parse_mask, ret_set);
}

EXPORT int irqkit_queue_read_rps_cpus(
	struct irqkit_queue *queue, struct irqkit_cpuset **ret_set)
{
	return read_cpus(queue, QUEUE_RPS_CPUS, ret_set);
}

EXPORT int irqkit_queue_read_xps_cpus(
	struct irqkit_queue *queue, struct irqkit_cpuset **ret_set)
{
	return read_cpus(queue, QUEUE_XPS_CPUS, ret_set);
}

EXPORT int irqkit_queue_read_xps_rxqs(
	struct irqkit_queue *queue, struct irqkit_cpuset **ret_rxqs)
{
	return read_cpus(queue, QUEUE_XPS_RXQS, ret_rxqs);
}

/*
 * "1"; "1-2" if the interface is a subordinate of another one: net/core/net-sysfs.c,
 * traffic_class_show(). The kernel refuses to read the file of a queue that has no class.
 */
EXPORT int irqkit_queue_read_traffic_class(
	struct irqkit_queue *queue, unsigned int *ret_class)
{
	const char *text;
	uint32_t number;
	int r = queue->direction == IRQKIT_TX
		? queue_get_text(queue, QUEUE_TRAFFIC_CLASS, &text)
		: -EINVAL;

	if (r < 0)
		return r == -EINVAL && queue->direction == IRQKIT_TX ? -ENODATA : r;
	r = parse_u32(text, strcspn(text, "-"), &number);
	if (r < 0)
		return -EBADMSG;
	*ret_class = number;
	return 0;
}

EXPORT int irqkit_queue_read_rps_flow_cnt(struct irqkit_queue *queue, uint64_t *ret_count)
{
	const char *text;
	int r = queue_get_text(queue, QUEUE_RPS_FLOW_CNT, &text);

	if (r < 0)
		return r;
	return parse_u64(text, strlen(text), ret_count) < 0 ? -EBADMSG : 0;
}
