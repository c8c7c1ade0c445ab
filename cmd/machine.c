/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The machine that a command works on, and the CPUs that its options name. */
#include "cmd.h"

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
	else if (r == -EBADMSG || r == -EAGAIN || r == -ERANGE)
		say_error("cannot understand %s%sproc/interrupts, line %zu: %s", root,
			slash, line, reason);
	else
		say_error("cannot read %s%sproc/interrupts: %s", root, slash,
			strerror(-r));
	return STATUS_REFUSED;
}

enum status machine_read_cpus(const char *option, const char *word,
	const struct irqkit_cpuset *online, struct irqkit_cpuset **ret_set)
{
	struct irqkit_cpuset *set = NULL;
	size_t at = 0;
	int r = irqkit_cpuset_parse_list(word, strlen(word), &set, &at);

	if (r == -ERANGE)
		say_error("%s: no machine has the CPU at '%s'", option, word + at);
	else if (r < 0 && at < strlen(word))
		say_error("%s: '%s' is no list of CPUs, from '%s' on: it should look "
			  "like 0-3,8", option, word, word + at);
	else if (r < 0 || irqkit_cpuset_is_empty(set))
		say_error("%s: '%s' ends where a CPU should stand: it should look like "
			  "0-3,8", option, word);
	if (r < 0 || irqkit_cpuset_is_empty(set)) {
		irqkit_cpuset_free(set);
		return STATUS_MISUSE;
	}

	irqkit_cpuset_foreach(cpu, set) {
		if (!irqkit_cpuset_has(online, (unsigned int)cpu)) {
			_cleanup_free_ char *list = NULL;

			irqkit_cpuset_format_list(online, &list);
			say_error("%s: CPU %d is not online here: those that are: %s",
				option, cpu, list ? list : "?");
			irqkit_cpuset_free(set);
			return STATUS_MISUSE;
		}
	}
	*ret_set = set;
	return STATUS_DONE;
}
