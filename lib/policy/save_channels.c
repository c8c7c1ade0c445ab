/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The numbers of channels of an interface, where they are not the most that it allows. */
#include "base/macros.h"
#include "devices/device.h"
#include "policy/save.h"

#include <errno.h>

static const struct {
	enum irqkit_channel_kind kind;
	const char *option;
} kinds[] = {
	{ IRQKIT_CHANNEL_COMBINED, "--combined" },
	{ IRQKIT_CHANNEL_RX, "--rx" },
	{ IRQKIT_CHANNEL_TX, "--tx" },
};

/* Is the interface meant as a whole? */
static bool is_wanted(const struct save *save, const struct irqkit_device *device)
{
	for (size_t i = 0; i < device->n_queues; i++)
		if (!save_wants_queue(save, &device->queues[i]))
			return false;
	return device->n_queues > 0 && save_can_hold(device->name);
}

/* 0: they cannot be set, or are not known, and nothing is lost without them. */
static int can_be_set(struct irqkit_device *device)
{
	_cleanup_free_ char *why = NULL;
	unsigned int now, max;
	int r = irqkit_device_read_channels(device, IRQKIT_CHANNEL_RX, &now, &max);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	r = irqkit_device_explain_fixed_channels(device, 1, &why);
	return r == -ENOMEM ? r : r != 0 && r != -ENODATA;
}

/* A driver that has both kinds of channels uses one of them: the other has none. */
static bool is_most(const struct channels *channels)
{
	for (size_t i = 0; i < LENGTH(kinds); i++) {
		uint32_t now = channels->now[kinds[i].kind];

		if (now && now != channels->max[kinds[i].kind])
			return false;
	}
	return true;
}

int save_channels(struct save *save, struct irqkit_device *device)
{
	_cleanup_free_ char *text = NULL;
	struct buffer options = { 0 }, line = { 0 };
	int r = is_wanted(save, device) ? can_be_set(device) : 0;

	if (r <= 0 || (is_most(&device->channels) && !save->with_defaults))
		return r < 0 ? r : 0;
	for (size_t i = 0; i < LENGTH(kinds); i++)
		if (device->channels.max[kinds[i].kind])
			buffer_add(&options, "%s%s=%u", options.len ? " " : "",
				kinds[i].option, device->channels.now[kinds[i].kind]);
	r = buffer_take(&options, &text);
	if (r == 0)
		r = save_add_interface_words(&line, "channels", device->name, text);
	return r < 0 ? r : save_add_command(save, &line, 1);
}
