/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packet steering and channels of all network interfaces of a machine. */
#include "measure/settings.h"
#include "base/basics.h"

#include <errno.h>
#include <string.h>

const char *channel_kind_key(size_t kind)
{
	static const char *const keys[N_CHANNEL_KINDS] = {
		[IRQKIT_CHANNEL_RX] = "rx",
		[IRQKIT_CHANNEL_TX] = "tx",
		[IRQKIT_CHANNEL_OTHER] = "other",
		[IRQKIT_CHANNEL_COMBINED] = "combined",
	};

	return keys[kind];
}

void settings_clear(struct settings *settings)
{
	for (size_t i = 0; i < settings->n_queues; i++) {
		free(settings->queues[i].device);
		free(settings->queues[i].queue);
		irqkit_cpuset_free(settings->queues[i].rps);
		irqkit_cpuset_free(settings->queues[i].xps);
	}
	free(settings->queues);
	for (size_t i = 0; i < settings->n_channels; i++)
		free(settings->channels[i].device);
	free(settings->channels);
	*settings = (struct settings){ 0 };
}

/* What cannot be read is not known; the context notes a failure. */
static int read_queue(struct irqkit_queue *queue, struct queue_setting *setting)
{
	const char *device = irqkit_device_get_name(irqkit_queue_get_device(queue));

	setting->device = strdup(device);
	if (!setting->device || irqkit_queue_format_name(queue, &setting->queue) < 0)
		return -ENOMEM;
	irqkit_queue_read_rps_cpus(queue, &setting->rps);
	irqkit_queue_read_xps_cpus(queue, &setting->xps);
	return 0;
}

static int read_queues(struct irqkit_device *device, struct settings *settings)
{
	size_t n = irqkit_device_count_queues(device);
	struct queue_setting *queues = reallocarray(
		settings->queues, settings->n_queues + n + 1, sizeof(*queues));
	int r = 0;

	if (!queues)
		return -ENOMEM;
	settings->queues = queues;
	for (size_t i = 0; i < n && r == 0; i++) {
		struct queue_setting *setting = &queues[settings->n_queues++];

		*setting = (struct queue_setting){ 0 };
		r = read_queue(irqkit_device_get_queue(device, i), setting);
	}
	return r;
}

static int read_channels(struct irqkit_device *device, struct settings *settings)
{
	struct channel_setting *setting = &settings->channels[settings->n_channels];
	bool has_any = false;

	*setting = (struct channel_setting){ 0 };
	for (size_t i = 0; i < N_CHANNEL_KINDS; i++) {
		if (irqkit_device_read_channels(device, (enum irqkit_channel_kind)i,
			    &setting->counts[i].now, &setting->counts[i].max) < 0)
			return 0;
		has_any |= setting->counts[i].max > 0;
	}
	if (!has_any)
		return 0;
	setting->device = strdup(irqkit_device_get_name(device));
	if (!setting->device)
		return -ENOMEM;
	settings->n_channels++;
	return 0;
}

int settings_read(struct irqkit_machine *machine, struct settings *settings)
{
	struct irqkit_devices *devices = irqkit_machine_get_devices(machine);
	size_t n = 0;
	int r;

	*settings = (struct settings){ 0 };
	r = irqkit_devices_count_net(devices, &n);
	if (r < 0)
		return r == -ENOMEM ? r : 0; /* -ENOENT, or noted by the context */
	settings->channels = calloc(n + 1, sizeof(*settings->channels));
	if (!settings->channels)
		return -ENOMEM;
	for (size_t i = 0; i < n && r == 0; i++) {
		struct irqkit_device *device = irqkit_devices_get_net(devices, i);

		r = read_queues(device, settings);
		if (r == 0)
			r = read_channels(device, settings);
	}
	return r;
}
