/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * RTM_NEWLINK comes for every change of an interface, and does not say which: the kernel
 * leaves ifi_change 0 when the carrier changes (net/core/rtnetlink.c, rtmsg_ifinfo()). So
 * each message is compared with the one before it.
 *
 * In dom0 of Xen a guest that connects again is announced only here, by its carrier; and
 * drivers that request their interrupts when the interface is brought up, by IFF_UP.
 */
#include "events/links.h"
#include "base/array.h"
#include "devices/netlink_message.h"

#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <string.h>

/* include/uapi/linux/if_link.h: newer than some build machines. */
enum { LINK_CARRIER = 33, LINK_CARRIER_CHANGES = 35 };

struct reading {
	struct links *links;
	irqkit_event_fn *fn;
	void *data;
};

static int compare(const void *member, const void *key)
{
	const struct link_state *link = member;
	uint32_t index = *(const uint32_t *)key;

	return (link->index > index) - (link->index < index);
}

static int read_attribute(const struct nlattr *attribute, void *data)
{
	struct link_state *link = data;

	switch (mnl_attr_get_type(attribute)) {
	case IFLA_IFNAME:
		if (mnl_attr_validate(attribute, MNL_TYPE_NUL_STRING) < 0 ||
			mnl_attr_get_payload_len(attribute) > sizeof(link->name))
			return netlink_fail(EBADMSG);
		strcpy(link->name, mnl_attr_get_str(attribute));
		break;
	case LINK_CARRIER:
		if (mnl_attr_validate(attribute, MNL_TYPE_U8) < 0)
			return MNL_CB_ERROR;
		link->has_carrier = mnl_attr_get_u8(attribute) != 0;
		break;
	case LINK_CARRIER_CHANGES:
		if (mnl_attr_validate(attribute, MNL_TYPE_U32) < 0)
			return MNL_CB_ERROR;
		link->carrier_changes = mnl_attr_get_u32(attribute);
		break;
	}
	return MNL_CB_OK;
}

static void report(const struct reading *r, enum irqkit_event_kind kind, const char *name)
{
	const struct irqkit_event event = { .kind = kind, .name = name, .cpu = -1 };

	if (r->fn)
		r->fn(r->data, &event);
}

/* Going up, what is lost comes before what is there. */
static void report_changes(const struct reading *r, const struct link_state *before,
	const struct link_state *now)
{
	/* it was gone and came back between two messages, if the count says so */
	bool has_flapped = now->has_carrier &&
		(!before->has_carrier || before->carrier_changes != now->carrier_changes);

	if (before->is_up && !now->is_up)
		report(r, IRQKIT_EVENT_LINK_DOWN, now->name);
	if (!before->is_up && now->is_up)
		report(r, IRQKIT_EVENT_LINK_UP, now->name);
	if (before->has_carrier && !now->has_carrier)
		report(r, IRQKIT_EVENT_CARRIER_LOST, now->name);
	if (has_flapped)
		report(r, IRQKIT_EVENT_CARRIER_FOUND, now->name);
}

static int take_link(const struct reading *r, const struct link_state *now)
{
	struct links *links = r->links;
	size_t at = array_lower_bound(
		links->links, links->n, sizeof(*links->links), &now->index, compare);
	struct link_state none = { .carrier_changes = now->carrier_changes };

	if (at < links->n && links->links[at].index == now->index) {
		const struct link_state before = links->links[at];

		links->links[at] = *now;
		report_changes(r, &before, now);
		return MNL_CB_OK;
	}
	if (!GROW(links->links, links->n, links->room))
		return netlink_fail(ENOMEM);
	memmove(&links->links[at + 1], &links->links[at],
		(links->n - at) * sizeof(*links->links));
	links->links[at] = *now;
	links->n++;
	report_changes(r, &none, now);
	return MNL_CB_OK;
}

static void drop_link(struct links *links, uint32_t index)
{
	size_t at = array_lower_bound(
		links->links, links->n, sizeof(*links->links), &index, compare);

	if (at == links->n || links->links[at].index != index)
		return;
	links->n--;
	memmove(&links->links[at], &links->links[at + 1],
		(links->n - at) * sizeof(*links->links));
}

static int read_message(const struct nlmsghdr *message, void *data)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(message);
	struct link_state now = { 0 };

	if (message->nlmsg_type != RTM_NEWLINK && message->nlmsg_type != RTM_DELLINK)
		return MNL_CB_OK;
	if (mnl_nlmsg_get_payload_len(message) < sizeof(*info) || info->ifi_index <= 0)
		return netlink_fail(EBADMSG);
	/* a bridge reports its ports with messages of its own family, in another form */
	if (info->ifi_family != AF_UNSPEC)
		return MNL_CB_OK;
	now.index = (uint32_t)info->ifi_index;
	if (message->nlmsg_type == RTM_DELLINK) {
		drop_link(((struct reading *)data)->links, now.index);
		return MNL_CB_OK;
	}
	now.is_up = (info->ifi_flags & IFF_UP) != 0;
	now.has_carrier = (info->ifi_flags & IFF_LOWER_UP) != 0;
	if (mnl_attr_parse(message, sizeof(*info), read_attribute, &now) <= MNL_CB_ERROR)
		return MNL_CB_ERROR;
	return now.name[0] ? take_link(data, &now) : netlink_fail(EBADMSG);
}

int links_take(struct links *links, const void *bytes, size_t len, irqkit_event_fn *fn,
	void *data)
{
	struct reading reading = { .links = links, .fn = fn, .data = data };

	return netlink_parse(bytes, len, read_message, &reading);
}

void links_free(struct links *links)
{
	free(links->links);
	*links = (struct links){ 0 };
}
