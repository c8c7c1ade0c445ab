/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The number of queues of a Xen interface in xenstore. When the two ends connect, the
 * backend offers a number and the frontend asks for one:
 *
 *	backend/vif/1/0/multi-queue-max-queues      backend/vif/1/0/frontend -> the other end
 *	device/vif/0/multi-queue-num-queues         device/vif/0/backend     -> the other end
 *
 * Each end may read both. xenstore is read through /dev/xen/xenbus, which Linux has for
 * programs: a message is four numbers (struct xsd_sockmsg of Xen's io/xs_wire.h) and a text,
 * and so is the answer. A path without a leading slash is one of the own domain:
 *
 *	READ, request, 0, length    device/vif/0/backend\0
 *	READ, request, 0, length    /local/domain/0/backend/vif/1/0
 *	ERROR, request, 0, length   ENOENT\0
 *
 * A saved root has a file sys/class/net/DEV/xenstore; the kernel has no such file:
 *
 *	multi-queue-num-queues 1
 *	multi-queue-max-queues 4
 */
#include "channels/xenstore.h"
#include "base/macros.h"
#include "base/number.h"
#include "kernel/ctx.h"
#include "kernel/knob_path.h"
#include "kernel/root.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ASKED "multi-queue-num-queues"
#define OFFERED "multi-queue-max-queues"

enum {
	XENSTORE_READ = 2,
	XENSTORE_ERROR = 16,
	MOST_BYTES = 4096, /* XENSTORE_PAYLOAD_MAX */
	ANSWER_MS = 1000, /* nobody may listen */
};

struct message {
	uint32_t type, request, transaction, len;
};

/* A message, and what follows it. */
struct packet {
	struct message message;
	char text[MOST_BYTES];
};

/* ------------------------------------------------------------------------------- */
/* Messages                                                                        */

static int parse_error(const char *text, size_t len)
{
	static const struct {
		const char *name;
		int error;
	} errors[] = { { "ENOENT", ENOENT }, { "EACCES", EACCES }, { "EINVAL", EINVAL } };

	for (size_t i = 0; i < LENGTH(errors); i++)
		if (strlen(errors[i].name) == len &&
			memcmp(errors[i].name, text, len) == 0)
			return -errors[i].error;
	return -EIO;
}

int xenstore_parse(const void *bytes, size_t len, uint32_t request, char **ret_text)
{
	const char *text = (const char *)bytes + sizeof(struct message);
	struct message message;

	if (len < sizeof(message))
		return -EBADMSG;
	memcpy(&message, bytes, sizeof(message));
	if (message.len != len - sizeof(message) || message.request != request)
		return -EBADMSG;
	if (message.type == XENSTORE_ERROR)
		return parse_error(text, strnlen(text, message.len));
	if (message.type != XENSTORE_READ)
		return -EBADMSG;
	/* without a NUL at its end */
	return asprintf(ret_text, "%.*s", (int)message.len, text) < 0 ? -ENOMEM : 0;
}

/* What comes next: the header, and then as much as that says. */
static int read_bytes(int fd, void *bytes, size_t len)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	size_t got = 0;

	while (got < len) {
		int r = RETRY(poll(&poll_fd, 1, ANSWER_MS));
		ssize_t n;

		if (r <= 0)
			return r < 0 ? -errno : -ETIMEDOUT;
		n = RETRY(read(fd, (char *)bytes + got, len - got));
		if (n <= 0)
			return n < 0 ? -errno : -EBADMSG;
		got += (size_t)n;
	}
	return 0;
}

static int read_packet(int fd, struct packet *packet)
{
	int r = read_bytes(fd, &packet->message, sizeof(packet->message));

	if (r == 0 && packet->message.len > sizeof(packet->text))
		r = -EBADMSG;
	return r < 0 ? r : read_bytes(fd, packet->text, packet->message.len);
}

/* A connection, and the number of its last request. */
struct xenstore {
	int fd;
	uint32_t request;
};

static int read_node(struct xenstore *xenstore, const char *path, char **ret_text)
{
	struct packet packet;
	size_t len = strlen(path) + 1;
	ssize_t n;
	int r;

	if (len > sizeof(packet.text))
		return -ENAMETOOLONG;
	packet.message = (struct message){
		.type = XENSTORE_READ,
		.request = ++xenstore->request,
		.len = (uint32_t)len,
	};
	memcpy(packet.text, path, len);
	n = RETRY(write(xenstore->fd, &packet, sizeof(packet.message) + len));
	if (n != (ssize_t)(sizeof(packet.message) + len))
		return n < 0 ? -errno : -EIO;
	r = read_packet(xenstore->fd, &packet);
	return r < 0
		? r
		: xenstore_parse(&packet, sizeof(packet.message) + packet.message.len,
			  xenstore->request, ret_text);
}

/* ------------------------------------------------------------------------------- */

static uint32_t read_number(struct xenstore *xenstore, const char *end, const char *name)
{
	_cleanup_free_ char *path = NULL, *text = NULL;
	uint32_t number = 0;

	if (asprintf(&path, "%s/%s", end, name) < 0) {
		path = NULL;
		return 0;
	}
	if (read_node(xenstore, path, &text) < 0 ||
		parse_u32(text, strlen(text), &number) < 0)
		return 0;
	return number;
}

static int ask(struct xenstore *xenstore, const char *own, bool is_front,
	struct xen_queues *ret_queues)
{
	_cleanup_free_ char *path = NULL, *other = NULL;
	int r;

	if (asprintf(&path, "%s/%s", own, is_front ? "backend" : "frontend") < 0) {
		path = NULL;
		return -ENOMEM;
	}
	r = read_node(xenstore, path, &other);
	if (r < 0)
		return r;
	ret_queues->asked = read_number(xenstore, is_front ? own : other, ASKED);
	ret_queues->offered = read_number(xenstore, is_front ? other : own, OFFERED);
	return 0;
}

static int read_live(
	const struct irqkit_device *device, bool is_front, struct xen_queues *ret_queues)
{
	struct irqkit_ctx *ctx = device->devices->ctx;
	struct xenstore xenstore = { 0 };
	_cleanup_free_ char *own = NULL;
	size_t len;
	int r = knob_readf_line(
		ctx, &own, &len, "sys/class/net/%s/device/nodename", device->name);

	if (r < 0)
		return r;
	xenstore.fd = root_open(ctx, "dev/xen/xenbus", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (xenstore.fd < 0)
		return xenstore.fd;
	r = ask(&xenstore, own, is_front, ret_queues);
	close(xenstore.fd);
	return r;
}

/* The number after the name, at the start of a line; 0: there is none. */
static uint32_t find_number(const char *text, const char *name)
{
	size_t len = strlen(name);
	uint32_t number = 0;

	for (; *text; text += strcspn(text, "\n"), text += *text != '\0')
		if (strncmp(text, name, len) == 0 && text[len] == ' ' &&
			parse_u32(text + len + 1, strcspn(text + len + 1, "\n"),
				&number) == 0)
			return number;
	return 0;
}

static int read_saved(const struct irqkit_device *device, struct xen_queues *ret_queues)
{
	_cleanup_free_ char *text = NULL;
	size_t len;
	int r = knob_readf(device->devices->ctx, &text, &len, "sys/class/net/%s/xenstore",
		device->name);

	if (r < 0)
		return r;
	ret_queues->asked = find_number(text, ASKED);
	ret_queues->offered = find_number(text, OFFERED);
	return 0;
}

const char *xen_find_module(const struct irqkit_device *device)
{
	const char *driver = irqkit_device_get_driver(device);

	return driver && strncmp(driver, "xen_net", strlen("xen_net")) == 0 ? driver
									    : NULL;
}

int xen_queues_read(const struct irqkit_device *device, struct xen_queues *ret_queues)
{
	const char *module = xen_find_module(device);
	bool is_front = module && strcmp(module, "xen_netfront") == 0;
	int r;

	*ret_queues = (struct xen_queues){ 0 };
	if (!module)
		return -EOPNOTSUPP;
	r = device->devices->ctx->is_live ? read_live(device, is_front, ret_queues)
					  : read_saved(device, ret_queues);
	if (r == -ENOMEM)
		return r;
	return r < 0 || (!ret_queues->asked && !ret_queues->offered) ? -ENODATA : 0;
}

EXPORT int irqkit_device_read_xen_queues(
	struct irqkit_device *device, unsigned int *ret_asked, unsigned int *ret_offered)
{
	struct xen_queues queues;
	int r = xen_queues_read(device, &queues);

	if (r < 0)
		return r;
	*ret_asked = queues.asked;
	*ret_offered = queues.offered;
	return 0;
}
