/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The machine that a command works on, and the CPUs that its options name. */
#include "base/command.h"

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
		say_error("%s%sproc/interrupts is empty, as where a container masks it, "
			  "and %s%ssys/kernel/irq has no counts either",
			root, slash, root, slash);
	else if (r == -ENOENT && strcmp(root, "/") == 0)
		say_error("cannot read /proc/interrupts: /proc is not mounted, or only in "
			  "part (subset=pid)");
	else if (line == 0 && r == -EBADMSG)
		say_error("cannot read %s%sproc/interrupts: %s", root, slash, reason);
	else if (r == -EBADMSG || r == -EAGAIN || r == -ERANGE)
		say_error("cannot understand %s%sproc/interrupts, line %zu: %s", root,
			slash, line, reason);
	else
		say_error("cannot read %s%sproc/interrupts: %s", root, slash,
			strerror(-r));
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

bool machine_say_no_sys(const struct irqkit_devices *devices)
{
	bool is_lacking = irqkit_devices_lack_sys(devices);

	if (is_lacking)
		say_error("/sys is not mounted: without it, no device or queue can be found");
	return is_lacking;
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
	return r == -ENOMEM ? STATUS_REFUSED : STATUS_MISUSE;
}

/* Takes @set over. */
static enum status check_online(const char *option, const struct irqkit_cpuset *online,
	struct irqkit_cpuset *set, struct irqkit_cpuset **ret_set)
{
	irqkit_cpuset_foreach(cpu, set) {
		_cleanup_free_ char *list = NULL;

		if (irqkit_cpuset_has(online, (unsigned int)cpu))
			continue;
		irqkit_cpuset_format_list(online, &list);
		say_error("%s: CPU %d is not online here: those that are: %s", option,
			cpu, list ? list : "?");
		irqkit_cpuset_free(set);
		return STATUS_MISUSE;
	}
	*ret_set = set;
	return STATUS_DONE;
}

enum status machine_read_mask(const char *option, const char *word,
	const struct irqkit_cpuset *online, struct irqkit_cpuset **ret_set)
{
	struct irqkit_cpuset *set = NULL;
	size_t at = 0;
	int r = irqkit_cpuset_parse_mask(word, strlen(word), &set, &at);

	if (r == 0 && !irqkit_cpuset_is_empty(set))
		return check_online(option, online, set, ret_set);
	if (r == 0)
		say_error("%s: '%s' holds no CPU", option, word);
	else if (at < strlen(word))
		say_error("%s: '%s' is no mask, from '%s' on: it should look like ff or "
			  "1,00000000", option, word, word + at);
	else
		say_error("%s: '%s' ends where a digit should stand: it should look like "
			  "ff or 1,00000000", option, word);
	irqkit_cpuset_free(set);
	return STATUS_MISUSE;
}
