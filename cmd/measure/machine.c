/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The machine that a command works on, and the CPUs that its options name. */
#include "measure/machine.h"
#include "base/basics.h"
#include "base/say.h"

#include <errno.h>
#include <string.h>

enum status machine_open(const struct call *call, struct irqkit_ctx **ret_ctx)
{
	int r = irqkit_ctx_new(call->common.root, ret_ctx);

	if (r < 0) {
		say_error("cannot open the root '%s': %s",
			call->common.root ? call->common.root : "/", strerror(-r));
		return STATUS_REFUSED;
	}
	irqkit_ctx_set_log_fn(*ret_ctx, say_logged, (void *)&call->common);
	return STATUS_DONE;
}

enum status machine_read(struct irqkit_ctx *ctx, struct irqkit_snapshot **ret_snapshot)
{
	const char *root = irqkit_ctx_get_root(ctx), *reason = "";
	const char *slash = root[strlen(root) - 1] == '/' ? "" : "/";
	size_t line = 0;
	int r = irqkit_snapshot_read(ctx, ret_snapshot, &line, &reason);

	if (r == 0)
		return STATUS_DONE;
	if (r == -ENODATA)
		say_error("%s%sproc/interrupts is empty (a container may hide it), and "
			  "%s%ssys/kernel/irq has no counts either",
			root, slash, root, slash);
	else if (r == -ENOENT && strcmp(root, "/") == 0)
		say_error(
			"cannot read /proc/interrupts: /proc is not mounted, or only in "
			"part (subset=pid)");
	else if (line == 0 && r == -EBADMSG)
		say_error("cannot read %s%sproc/interrupts: %s", root, slash, reason);
	else if (r == -EBADMSG || r == -EAGAIN || r == -ERANGE)
		say_error("cannot parse %s%sproc/interrupts, line %zu: %s", root, slash,
			line, reason);
	else if (r != irqkit_ctx_get_error(ctx)) /* the library has said it */
		say_error(
			"cannot read %s%sproc/interrupts: %s", root, slash, strerror(-r));
	return STATUS_REFUSED;
}

enum status machine_judge(const struct irqkit_ctx *ctx, enum status status)
{
	int r = irqkit_ctx_get_error(ctx);

	if (r == 0)
		return status;
	if (!say_has_logged_failure())
		say_error("not everything could be read: %s", strerror(-r));
	return STATUS_REFUSED;
}

enum status machine_topology(struct irqkit_ctx *ctx,
	const struct irqkit_snapshot *snapshot, struct irqkit_topology **ret_topology)
{
	struct irqkit_topology *topology = NULL;
	int r = irqkit_topology_new(ctx, &topology);

	if (r == 0)
		r = irqkit_topology_set_online(
			topology, irqkit_snapshot_get_cpus(snapshot));
	if (r < 0) {
		say_error("out of memory");
		irqkit_topology_free(topology);
		return STATUS_REFUSED;
	}
	*ret_topology = topology;
	return STATUS_DONE;
}

enum status machine_devices(struct irqkit_ctx *ctx,
	const struct irqkit_snapshot *snapshot, struct irqkit_devices **ret_devices)
{
	if (irqkit_devices_new(ctx, snapshot, ret_devices) == 0)
		return STATUS_DONE;
	return say_no_memory();
}

/* Is it the word that is wrong, for this machine or at all? */
static bool is_about_word(int error)
{
	switch (error) {
	case -EINVAL:
	case -ERANGE:
	case -ENODEV:
	case -ENODATA:
	case -EBADMSG:
	case -EACCES:
	case -EPERM:
		return true;
	default:
		return false;
	}
}

bool machine_say_no_sys(const struct irqkit_devices *devices)
{
	bool has_no_sys = irqkit_devices_lack_sys(devices);

	if (has_no_sys)
		say_error("/sys is missing or not mounted: without it, no device or "
			  "queue can be "
			  "found");
	return has_no_sys;
}

enum status machine_read_cpus(const char *option, const char *word,
	struct irqkit_topology *topology, const struct irqkit_cpuset *local,
	struct irqkit_cpuset **ret_set)
{
	_cleanup_free_ char *message = NULL;
	int r = irqkit_topology_parse_set(
		topology, word, strlen(word), local, ret_set, NULL, &message);

	if (r == 0)
		return STATUS_DONE;
	say_error("%s: %s", option, message ? message : strerror(-r));
	return is_about_word(r) ? STATUS_MISUSE : STATUS_REFUSED;
}

/* Takes @set over. */
static enum status check_online(const char *option, struct irqkit_topology *topology,
	struct irqkit_cpuset *set, struct irqkit_cpuset **ret_set)
{
	const struct irqkit_cpuset *online = irqkit_topology_get_cpus(
		topology, IRQKIT_CPUS_ONLINE);
	const struct irqkit_cpuset *possible = irqkit_topology_get_cpus(
		topology, IRQKIT_CPUS_POSSIBLE);

	irqkit_cpuset_foreach (cpu, set) {
		_cleanup_free_ char *list = NULL;

		if (!online || irqkit_cpuset_has(online, cpu))
			continue;
		irqkit_cpuset_format_list(online, &list);
		say_error("%s: CPU %u %s (online CPUs: %s)", option, cpu,
			!possible || irqkit_cpuset_has(possible, cpu) ? "is offline"
								      : "does not exist",
			list ? list : "?");
		irqkit_cpuset_free(set);
		return STATUS_MISUSE;
	}
	*ret_set = set;
	return STATUS_DONE;
}

enum status machine_read_mask(const char *option, const char *word,
	struct irqkit_topology *topology, struct irqkit_cpuset **ret_set)
{
	struct irqkit_cpuset *set = NULL;
	size_t at = 0;
	int r = irqkit_cpuset_parse_mask(word, strlen(word), &set, &at);

	if (r == 0 && !irqkit_cpuset_is_empty(set))
		return check_online(option, topology, set, ret_set);
	if (r == 0)
		say_error("%s: '%s' contains no CPU", option, word);
	else if (at < strlen(word))
		say_error("%s: '%s' is not a mask, from '%s' on; write a mask as ff or "
			  "1,00000000",
			option, word, word + at);
	else
		say_error("%s: '%s' ends where a digit is expected; write a mask as ff "
			  "or 1,00000000",
			option, word);
	irqkit_cpuset_free(set);
	return STATUS_MISUSE;
}
