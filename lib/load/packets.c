/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A list of queues with their packets, which is sorted, and searched. */
#include "load/packets.h"
#include "base/array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void packets_free(struct packets *packets)
{
	free(packets->queues);
	*packets = (struct packets){ 0 };
}

int packets_add(struct packets *packets, const struct queue_packets *queue)
{
	if (!GROW(packets->queues, packets->n, packets->room))
		return -ENOMEM;
	packets->queues[packets->n++] = *queue;
	return 0;
}

static int compare(const void *left, const void *right)
{
	const struct queue_packets *a = left, *b = right;
	int r = strcmp(a->device, b->device);

	if (r == 0)
		r = (a->is_tx > b->is_tx) - (a->is_tx < b->is_tx);
	return r ? r : (a->queue > b->queue) - (a->queue < b->queue);
}

void packets_sort(struct packets *packets)
{
	if (packets->n)
		qsort(packets->queues, packets->n, sizeof(*packets->queues), compare);
}

const struct queue_packets *packets_find(
	const struct packets *packets, const char *device, bool is_tx, uint32_t queue)
{
	struct queue_packets key = { .is_tx = is_tx, .queue = queue };

	if (packets->n == 0 || strlen(device) >= sizeof(key.device))
		return NULL;
	strcpy(key.device, device);
	return bsearch(&key, packets->queues, packets->n, sizeof(key), compare);
}

static int compare_ifindex(const void *key, const void *member)
{
	uint32_t ifindex = *(const uint32_t *)key;
	const struct packets_device *device = member;

	return (ifindex > device->ifindex) - (ifindex < device->ifindex);
}

struct packets_device *packets_find_device(
	const struct packets_devices *devices, uint32_t ifindex)
{
	return devices->n ? bsearch(&ifindex, devices->devices, devices->n,
				    sizeof(*devices->devices), compare_ifindex)
			  : NULL;
}
