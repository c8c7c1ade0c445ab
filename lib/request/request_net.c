/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The network interface of a request, those below it, and the queues that are meant. */
#include "request/request_net.h"
#include "base/array.h"
#include "base/cpuset.h"
#include "base/join.h"
#include "base/macros.h"
#include "base/typo.h"
#include "devices/queues.h"
#include "kernel/ctx.h"
#include "target/no_match.h"
#include "target/target.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void request_drop_net(struct irqkit_request *request)
{
	free(TAKE(request->named));
	request->n_named = request->named_room = 0;
	free(TAKE(request->devices));
	request->n_devices = request->devices_room = 0;
	free(TAKE(request->queues));
	request->n_queues = 0;
}

/* ------------------------------------------------------------------------------- */
/* Interfaces                                                                      */

/* The names of all interfaces: "eth0, eth1, lo". */
static char *join_names(struct irqkit_devices *devices)
{
	char *joined = NULL;
	size_t n = 0;

	if (irqkit_devices_count_net(devices, &n) < 0)
		n = 0;
	for (size_t i = 0; i < n; i++)
		if (join_text(&joined, irqkit_devices_get_net(devices, i)->name) < 0)
			break;
	return joined;
}

int request_fail_list(
	struct irqkit_request *request, const struct irqkit_devices *devices, int error)
{
	const struct irqkit_ctx *ctx = devices->ctx;
	char *message = NULL;

	if (error == -ENOMEM)
		return error;
	if (irqkit_devices_lack_sys(devices)) {
		int r = refuse_no_sys(&message);

		return request_take_message(request, IRQKIT_PROBLEM_NO_MATCH, r, message);
	}
	if (error == -ENOENT)
		return request_fail(request, IRQKIT_PROBLEM_NO_MATCH,
			"there are no network interfaces: %.*s/sys/class/net does not "
			"exist",
			ctx_root_length(ctx), ctx->root);
	return request_fail_with(request, error, "cannot list the network interfaces: %s",
		strerror(-error));
}

/* Is it a queue such as eth0:rx-0, and is there an eth0? */
static bool is_queue(struct irqkit_devices *devices, const char *word)
{
	const char *colon = strchr(word, ':');
	_cleanup_free_ char *name = colon ? strndup(word, (size_t)(colon - word)) : NULL;
	struct irqkit_device *device;

	return name && irqkit_devices_find_net(devices, name, &device) == 0;
}

/* With a backslash before each such character, the word means one interface. */
static bool is_glob(const char *word)
{
	return strpbrk(word, "*?[") != NULL;
}

static bool has_option(const struct irqkit_request *request, const char *option)
{
	if (request->kind == REQUEST_CHANNELS)
		return strcmp(option, "--auto") == 0;
	return request->kind == REQUEST_RPS ||
		(request->kind == REQUEST_XPS && strcmp(option, "--default") != 0);
}

/* "combined=2" */
static bool is_count(const char *word)
{
	static const char *const kinds[] = { "combined=", "rx=", "tx=", "rss=" };

	for (size_t i = 0; i < LENGTH(kinds); i++)
		if (strncmp(word, kinds[i], strlen(kinds[i])) == 0)
			return true;
	return false;
}

/* `rps eth0 ff`, `channels eth0 combined=2`; NULL: another word, or no memory */
static char *format_option(const struct irqkit_request *request, const char *word)
{
	bool steers = request->kind == REQUEST_RPS || request->kind == REQUEST_XPS;
	bool is_list = *word && !word[strspn(word, "0123456789,-")];
	const char *hex = word + (strncmp(word, "0x", 2) == 0 ? 2 : 0);
	char *text = NULL;
	int r = -1;

	if (steers && *hex && (is_list || !hex[strspn(hex, "0123456789abcdefABCDEF,")]))
		r = asprintf(&text, "--%s=%s", is_list ? "cpus" : "mask", word);
	else if (request->kind == REQUEST_CHANNELS && is_count(word))
		r = asprintf(&text, "--%s", word);
	return r < 0 ? NULL : text;
}

/* `rps eth0 off`: the option of rps, xps or channels that is meant; NULL: another word */
static const char *find_option(const struct irqkit_request *request, const char *word)
{
	static const char *const words[][2] = {
		{ "auto", "--auto" },
		{ "on", "--auto" },
		{ "enable", "--auto" },
		{ "off", "--off" },
		{ "none", "--off" },
		{ "disable", "--off" },
		{ "default", "--default" },
	};

	for (size_t i = 0; i < LENGTH(words); i++)
		if (strcmp(word, words[i][0]) == 0)
			return has_option(request, words[i][1]) ? words[i][1] : NULL;
	return NULL;
}

/* A pin or channels need hardware; for RPS and XPS, what is below may be software too. */
static bool needs_hardware(const struct irqkit_request *request)
{
	return request->kind == REQUEST_PIN || request->kind == REQUEST_CHANNELS;
}

/* The only interface that is nearly typed, or is written as a TARGET; or NULL. */
static const char *find_nearly(struct irqkit_devices *devices, const char *word)
{
	const char *nearly = NULL;
	size_t n = 0;

	word += strncmp(word, "dev:", 4) == 0 ? 4 : 0;
	if (irqkit_devices_count_net(devices, &n) < 0)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		const char *name = irqkit_devices_get_net(devices, i)->name;

		if (!is_typo(word, strlen(word), name))
			continue;
		if (nearly)
			return NULL;
		nearly = name;
	}
	return nearly;
}

/* `rps show eth0`, as ip and ethtool have it */
static bool is_filler(const char *word)
{
	static const char *const words[] = { "show", "list", "ls", "get", "set", "status",
		"dev", "device", "interface" };

	for (size_t i = 0; i < LENGTH(words); i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	return false;
}

/* `rps eth0 rx-0`: "0"; NULL: another word */
static const char *queue_number(const char *word)
{
	if (strncmp(word, "rx-", 3) != 0 && strncmp(word, "tx-", 3) != 0)
		return NULL;
	return word[3] && !word[3 + strspn(word + 3, "0123456789")] ? word + 3 : NULL;
}

/* "eth0,eth1", "eth0 eth1": does it begin with an interface? */
static bool is_list(struct irqkit_devices *devices, const char *word)
{
	size_t len = strcspn(word, ", ");
	_cleanup_free_ char *name = word[len] ? strndup(word, len) : NULL;
	struct irqkit_device *device;

	return name && irqkit_devices_find_net(devices, name, &device) == 0;
}

static int fail_not_found(struct irqkit_request *request, struct irqkit_devices *devices,
	const char *name, int error)
{
	_cleanup_free_ char *names = NULL, *option = format_option(request, name);
	const char *nearly;
	char *message = NULL;

	if (error != -ENODEV && error != -EINVAL)
		return request_fail_with(request, error,
			"cannot read the interface '%s': %s", name, strerror(-error));
	if (is_queue(devices, name))
		return request_fail(request, IRQKIT_PROBLEM_WORDS,
			"'%s' is a queue; name only the interface", name);
	if (irqkit_devices_lack_sys(devices)) {
		int r = refuse_no_sys(&message);

		return request_take_message(request, IRQKIT_PROBLEM_NO_MATCH, r, message);
	}
	if (strcmp(name, "all") == 0)
		return request_fail(request, IRQKIT_PROBLEM_NO_MATCH,
			"no network interface 'all'; did you mean '*', which matches "
			"every interface?");
	if (queue_number(name) && !needs_hardware(request))
		return request_fail(request, IRQKIT_PROBLEM_NO_MATCH,
			"no network interface '%s'; did you mean the option "
			"'--queues=%s'?",
			name, queue_number(name));
	if (find_option(request, name))
		return request_fail(request, IRQKIT_PROBLEM_NO_MATCH,
			"no network interface '%s'; did you mean the option '%s'?", name,
			find_option(request, name));
	nearly = find_nearly(devices, name);
	if (nearly)
		return request_fail(request, IRQKIT_PROBLEM_NO_MATCH,
			"no network interface '%s'; did you mean '%s'?", name, nearly);
	if (option)
		return request_fail(request, IRQKIT_PROBLEM_NO_MATCH,
			"no network interface '%s'; did you mean the option '%s'?", name,
			option);
	if (is_filler(name))
		return request_fail(request, IRQKIT_PROBLEM_NO_MATCH,
			"no network interface '%s': write only the names of interfaces",
			name);
	if (is_list(devices, name))
		return request_fail(request, IRQKIT_PROBLEM_NO_MATCH,
			"no network interface '%s': separate interfaces with spaces, "
			"and quote none or each of them",
			name);
	names = join_names(devices);
	return request_fail(request, IRQKIT_PROBLEM_NO_MATCH,
		"no network interface %s'%s'%s%s", is_glob(name) ? "matches " : "", name,
		names ? "; the interfaces are " : "", names ? names : "");
}

static int add_named(
	struct irqkit_request *request, struct irqkit_device *device, bool is_optional)
{
	for (size_t i = 0; i < request->n_named; i++) {
		if (request->named[i].device != device)
			continue;
		request->named[i].is_optional &= is_optional;
		return 0;
	}
	if (!GROW(request->named, request->n_named, request->named_room))
		return -ENOMEM;
	request->named[request->n_named++] = (struct named_net){
		.device = device,
		.is_optional = is_optional,
	};
	return 0;
}

static int add_matching(
	struct irqkit_request *request, struct irqkit_devices *devices, const char *word)
{
	size_t n = 0, n_matches = 0;
	int r = irqkit_devices_count_net(devices, &n);

	if (r < 0)
		return fail_not_found(request, devices, word, r);
	for (size_t i = 0; i < n && r == 0; i++) {
		struct irqkit_device *device = irqkit_devices_get_net(devices, i);

		if (fnmatch(word, device->name, 0) != 0)
			continue;
		n_matches++;
		r = add_named(request, device, target_is_pattern(word));
	}
	return r == 0 && n_matches == 0 ? fail_not_found(request, devices, word, -ENODEV)
					: r;
}

static int add_word(
	struct irqkit_request *request, struct irqkit_devices *devices, const char *word)
{
	struct irqkit_device *device;
	int r;

	if (is_glob(word))
		return add_matching(request, devices, word);
	r = irqkit_devices_find_net(devices, word, &device);
	return r < 0 ? fail_not_found(request, devices, word, r)
		     : add_named(request, device, false);
}

int request_add_net(struct irqkit_request *request, struct irqkit_device *device)
{
	if (device->request_place < request->n_devices &&
		request->devices[device->request_place] == device)
		return 0;
	if (!GROW(request->devices, request->n_devices, request->devices_room))
		return -ENOMEM;
	device->request_place = request->n_devices;
	request->devices[request->n_devices++] = device;
	return 0;
}

static int count_lower(const struct irqkit_request *request, struct irqkit_device *named,
	size_t *ret_count)
{
	return needs_hardware(request) ? irqkit_device_count_lower(named, ret_count)
				       : irqkit_device_count_receiving(named, ret_count);
}

static struct irqkit_device *get_lower(const struct irqkit_request *request,
	const struct irqkit_device *named, size_t index)
{
	return needs_hardware(request) ? irqkit_device_get_lower(named, index)
				       : irqkit_device_get_receiving(named, index);
}

/* The interfaces below a named one. */
static int add_lower(struct irqkit_request *request, const struct named_net *named)
{
	const char *name = named->device->name;
	size_t n;
	int r = count_lower(request, named->device, &n);

	if (r < 0)
		return request_fail_with(request, r,
			"cannot list the lower interfaces of %s: %s", name, strerror(-r));
	if (n == 0 && !named->is_optional)
		return request_fail(request, IRQKIT_PROBLEM_NO_MATCH,
			"%s has no lower interfaces; leave out %s", name,
			request->lower_label);
	for (size_t i = 0; i < n && r == 0; i++)
		r = request_add_net(request, get_lower(request, named->device, i));
	return r;
}

int request_find_net(struct irqkit_request *request, struct irqkit_machine *machine)
{
	int r = 0;

	if (request->n_targets < 1 ||
		(request->n_targets > 1 && request->kind == REQUEST_PIN))
		return request_fail(request, IRQKIT_PROBLEM_WORDS,
			"one network interface is needed, and %zu are given",
			request->n_targets);
	for (size_t i = 0; i < request->n_targets && r == 0; i++)
		r = add_word(request, machine->devices, request->targets[i]);
	for (size_t i = 0; i < request->n_named && r == 0; i++)
		r = request->is_lower
			? add_lower(request, &request->named[i])
			: request_add_net(request, request->named[i].device);
	if (r == 0 && request->n_devices == 0)
		return request_fail(request, IRQKIT_PROBLEM_NO_MATCH,
			"none of these interfaces has lower interfaces; leave out %s",
			request->lower_label);
	return r;
}

bool request_is_optional(
	const struct irqkit_request *request, const struct irqkit_device *device)
{
	for (size_t i = 0; i < request->n_named; i++)
		if (request->named[i].device == device)
			return request->named[i].is_optional;
	return false;
}

char *request_explain_lower(
	const struct irqkit_request *request, struct irqkit_device *named)
{
	_cleanup_free_ char *names = NULL;
	size_t n = 0;
	char *text;

	if (request->is_lower || irqkit_device_get_bus_device(named) ||
		count_lower(request, named, &n) < 0 || n == 0)
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (join_text(&names, get_lower(request, named, i)->name) < 0)
			return NULL;
	if (asprintf(&text, "%s is built on %s; use %s to act on %s", named->name, names,
		    request->lower_label, n == 1 ? "it" : "them") < 0)
		return NULL;
	return text;
}

void request_remark_lower(struct irqkit_request *request)
{
	for (size_t i = 0; i < request->n_named; i++) {
		const struct named_net *named = &request->named[i];
		_cleanup_free_ char *text = named->is_optional
			? NULL
			: request_explain_lower(request, named->device);

		if (text)
			request_remark(request, "%s.", text);
	}
}

const struct irqkit_cpuset *request_find_local(
	struct irqkit_machine *machine, struct irqkit_device *device)
{
	int node;

	/* for a device without a node, every CPU is local */
	return irqkit_machine_find_node(machine, device, -1, &node) == 0
		? irqkit_topology_get_node_cpus(machine->topology, (unsigned int)node)
		: irqkit_topology_get_cpus(machine->topology, IRQKIT_CPUS_ONLINE);
}

/* ------------------------------------------------------------------------------- */
/* Queues                                                                          */

int request_read_numbers(struct irqkit_request *request, const char *list,
	const char *label, const struct irqkit_device *device,
	enum irqkit_direction direction, struct irqkit_cpuset **ret_numbers)
{
	_cleanup_cpuset_ struct irqkit_cpuset *numbers = NULL, *meant = NULL;
	const char *prefix = direction == IRQKIT_RX ? "rx-" : "tx-";

	if (strncmp(list, prefix, 3) == 0 &&
		irqkit_cpuset_parse_list(list + 3, strlen(list + 3), &meant, NULL) == 0)
		return request_fail(request, IRQKIT_PROBLEM_WORDS,
			"%s takes queue numbers, not '%s'; did you mean '%s=%s'?", label,
			list, label, list + 3);
	if (irqkit_cpuset_parse_list(list, strlen(list), &numbers, NULL) < 0 ||
		irqkit_cpuset_is_empty(numbers))
		return request_fail(request, IRQKIT_PROBLEM_WORDS,
			"%s takes queue numbers, as in 0,2 or 0-3, not '%s'", label,
			list);
	irqkit_cpuset_foreach (number, numbers) {
		if (irqkit_device_find_queue(device, direction, number))
			continue;
		return request_fail(request, IRQKIT_PROBLEM_NO_MATCH,
			"%s has no queue %s-%u; it has %zu", device->name,
			direction_word(direction), number,
			irqkit_device_count_direction(device, direction));
	}
	*ret_numbers = TAKE(numbers);
	return 0;
}

int request_choose_queues(struct irqkit_request *request, struct irqkit_device *device,
	enum irqkit_direction direction)
{
	_cleanup_cpuset_ struct irqkit_cpuset *numbers = NULL;
	size_t before = request->n_queues;
	struct irqkit_queue **queues;
	int r = request->queue_numbers
		? request_read_numbers(request, request->queue_numbers,
			  request->queues_label, device, direction, &numbers)
		: 0;

	if (r < 0)
		return r;
	queues = reallocarray(request->queues, before + device->n_queues + 1,
		sizeof(struct irqkit_queue *));
	if (!queues)
		return -ENOMEM;
	request->queues = queues;
	for (size_t i = 0; i < device->n_queues; i++) {
		struct irqkit_queue *queue = &device->queues[i];

		if (queue->direction == direction &&
			(!numbers || irqkit_cpuset_has(numbers, queue->number)))
			queues[request->n_queues++] = queue;
	}
	return request->n_queues > before
		? 0
		: request_fail(request, IRQKIT_PROBLEM_IMMOVABLE, "%s has no %s queues",
			  device->name, direction_word(direction));
}

int request_add_number(struct irqkit_request *request, const struct irqkit_queue *queue,
	struct irqkit_cpuset *numbers)
{
	int r = irqkit_cpuset_add(numbers, queue->number);
	_cleanup_free_ char *name = NULL;

	if (r == 0)
		return 0;
	if (r != -ERANGE || irqkit_queue_format_full_name(queue, &name) < 0)
		return -ENOMEM;
	return request_fail_with(
		request, r, "%s has a queue number that no kernel assigns", name);
}
