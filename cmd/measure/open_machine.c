/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The machine that a command works on, and the CPUs that its options name. */
#include "measure/open_machine.h"
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

enum status machine_say_no_rows(
	const struct irqkit_ctx *ctx, int r, size_t line, const char *reason)
{
	const char *root = irqkit_ctx_get_root(ctx);
	const char *slash = root[strlen(root) - 1] == '/' ? "" : "/";

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

enum status machine_read_counts(
	struct irqkit_ctx *ctx, struct irqkit_snapshot **ret_snapshot)
{
	const char *reason = "";
	size_t line = 0;
	int r = irqkit_snapshot_read(ctx, ret_snapshot, &line, &reason);

	return r < 0 ? machine_say_no_rows(ctx, r, line, reason) : STATUS_DONE;
}

enum status machine_new(struct irqkit_ctx *ctx, struct irqkit_machine **ret_machine)
{
	const char *reason = "";
	size_t line = 0;
	int r = irqkit_machine_new(ctx, ret_machine, &line, &reason);

	return r < 0 ? machine_say_no_rows(ctx, r, line, reason) : STATUS_DONE;
}

enum status machine_new_totals(
	struct irqkit_ctx *ctx, struct irqkit_machine **ret_machine)
{
	const char *reason = "";
	size_t line = 0;
	int r = irqkit_machine_new_totals(ctx, ret_machine, &line, &reason);

	return r < 0 ? machine_say_no_rows(ctx, r, line, reason) : STATUS_DONE;
}

enum status machine_refresh(struct irqkit_machine *machine, unsigned int flags)
{
	const char *reason = "";
	size_t line = 0;
	int r = irqkit_machine_refresh(machine, flags, &line, &reason);

	return r < 0
		? machine_say_no_rows(irqkit_machine_get_ctx(machine), r, line, reason)
		: STATUS_DONE;
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

enum status machine_say_bad_set(const char *option, const char *message, int error)
{
	if (error == 0)
		return STATUS_DONE;
	say_error("%s: %s", option, message ? message : strerror(-error));
	return irqkit_set_error_is_about_word(error) ? STATUS_MISUSE : STATUS_REFUSED;
}

enum status machine_read_cpus(struct irqkit_machine *machine, const char *option,
	const char *word, const struct irqkit_cpuset *local,
	struct irqkit_cpuset **ret_set)
{
	_cleanup_free_ char *message = NULL;
	int r = irqkit_machine_parse_set(
		machine, word, strlen(word), local, ret_set, NULL, &message);

	return machine_say_bad_set(option, message, r);
}

enum status machine_read_set(struct irqkit_topology *topology, const char *option,
	const char *word, struct irqkit_cpuset **ret_set)
{
	_cleanup_free_ char *message = NULL;
	int r = irqkit_topology_parse_set(
		topology, word, strlen(word), NULL, ret_set, NULL, &message);

	return machine_say_bad_set(option, message, r);
}
