/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* By netlink: the NAPIs and queues of network devices, and their alternative names. */
#ifndef IRQKIT_NETLINK_H
#define IRQKIT_NETLINK_H

#include "base/number.h"

struct netlink_napi {
	uint32_t ifindex;
	uint32_t id;
	uint32_t irq; /* NO_NUMBER: the driver does not say */
	uint32_t pid; /* NO_NUMBER: no thread */
};

struct netlink_queue {
	uint32_t ifindex;
	uint32_t number;
	bool is_tx;
	uint32_t napi_id; /* NO_NUMBER: the driver does not say */
};

struct netlink_answers {
	struct netlink_napi *napis; /* owned */
	size_t n_napis, napis_room;
	struct netlink_queue *queues; /* owned */
	size_t n_queues, queues_room;
};

/* A network interface, and the name that it has in /sys. */
struct netlink_link {
	uint32_t ifindex;
	char name[16]; /* IFNAMSIZ */
};

/*
 * Takes one or more complete messages of a dump. 1: more will follow, 0: that was the
 * end. -EBADMSG: not messages; any other error: the answer of the kernel.
 */
int netlink_parse_napis(struct netlink_answers *answers, const void *bytes, size_t len);
int netlink_parse_queues(struct netlink_answers *answers, const void *bytes, size_t len);
int netlink_parse_family(const void *bytes, size_t len, uint16_t *ret_family);
int netlink_parse_link(const void *bytes, size_t len, struct netlink_link *ret_link);

/* Call it after the last answer was parsed, and before netlink_find_*(). */
void netlink_sort(struct netlink_answers *answers);
/* Returns the index of the first NAPI or queue of an interface; its others follow. */
size_t netlink_find_first_napi(const struct netlink_answers *answers, uint32_t ifindex);
size_t netlink_find_first_queue(const struct netlink_answers *answers, uint32_t ifindex);
const struct netlink_napi *netlink_find_napi(
	const struct netlink_answers *answers, uint32_t ifindex, uint32_t id);

/*
 * Asks the kernel for the NAPIs and queues of all devices: all of them, or an error.
 * -ENOENT: no such family. is_failure(): the family is there, and the answer is incomplete.
 */
int netlink_ask(struct netlink_answers *answers);

/*
 * Asks which interface has this alternative name. -ENODEV: none; -EINVAL: the kernel knows
 * of no such names. is_failure(): it was asked, and did not answer as it should.
 */
int netlink_ask_link(const char *alternative, struct netlink_link *ret_link);

void netlink_free(struct netlink_answers *answers);

#endif
