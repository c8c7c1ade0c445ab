/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "change/ban.h"
#include "base/basics.h"
#include "base/say.h"

#include <errno.h>
#include <string.h>

static void free_irqbalance(struct irqkit_irqbalance **irqbalance)
{
	irqkit_irqbalance_free(*irqbalance);
}

enum status ban_check(const struct change_options *options)
{
	if (!options->bans || !options->keeps_bans)
		return STATUS_DONE;
	say_error("--ban and --no-ban cannot be combined");
	return STATUS_MISUSE;
}

const char *ban_explain(int error)
{
	switch (error) {
	case -ENOENT:
		return "it has no socket in /run/irqbalance";
	case -ECONNREFUSED:
		return "it does not listen on its socket";
	case -ECONNRESET:
		return "it ended before it answered";
	case -ETIMEDOUT:
		return "it does not answer";
	case -EBADMSG:
	case -EFBIG:
		return "its answer cannot be understood";
	case -EPROTO:
		return "it did not accept the list of interrupts";
	case -E2BIG:
		return "its list of banned interrupts would be too long: "
		       "irqkit-policy(8) "
		       "has no such limit";
	case -EPERM:
		return "another user listens on its socket";
	case -EACCES:
		return "only root may ask it";
	default:
		return strerror(-error);
	}
}

static bool is_wanted(const struct change_options *o)
{
	return !o->keeps_bans && (o->bans || o->bans_by_default);
}

static enum status say_cannot_ban(const struct irqkit_irqbalance *irqbalance, int error)
{
	say_error("cannot ban the interrupts from irqbalance (pid %u): %s; nothing was "
		  "changed: without --ban, irqbalance may move them again",
		irqkit_irqbalance_get_pid(irqbalance), ban_explain(error));
	return STATUS_REFUSED;
}

/* irqbalance runs, and could not be asked. */
static enum status judge_failure(
	struct change *change, const struct irqkit_irqbalance *irqbalance, int error)
{
	const struct change_options *o = change->options;

	if (error == -ENOMEM)
		return say_no_memory();
	change->ban_error = error;
	return o->bans && !o->is_dry_run && !o->is_script
		? say_cannot_ban(irqbalance, error)
		: STATUS_DONE;
}

enum status ban_plan(struct change *change)
{
	struct irqkit_irqbalance *irqbalance CLEANUP(free_irqbalance) = NULL;
	const struct change_options *o = change->options;
	struct irqkit_devices *devices = irqkit_machine_get_devices(change->machine);
	int r;

	change->ban_error = 0;
	change->report.bans = is_wanted(o) && !change->undone;
	change->report.lacks_irqbalance = false;
	if (o->keeps_bans && irqkit_plan_keep_bans(change->plan) < 0)
		return say_no_memory();
	if (!change->report.bans)
		return STATUS_DONE;
	r = irqkit_irqbalance_new(devices, &irqbalance);
	if (r == -ESRCH)
		change->report.lacks_irqbalance = o->bans;
	if (r < 0)
		return STATUS_DONE;
	r = irqkit_plan_set_bans(
		change->plan, irqbalance, o->bans ? 0 : IRQKIT_BAN_OPTIONAL);
	return r < 0 ? judge_failure(change, irqbalance, r) : STATUS_DONE;
}

bool ban_say_failure(const struct change *change, int error)
{
	if (error != irqkit_plan_get_ban_error(change->plan))
		return false;
	if (irqkit_plan_takes_bans_back(change->plan))
		say_error("cannot take the bans back from irqbalance: %s; nothing was "
			  "changed: with --no-ban, they stay and the rest is restored",
			ban_explain(error));
	else
		say_error("cannot ban the interrupts from irqbalance: %s; nothing was "
			  "changed: without --ban, irqbalance may move them again",
			ban_explain(error));
	if (irqkit_plan_get_number(change->plan))
		say_error("irqbalance may have changed its bans: once it answers, "
			  "'irqkit undo' restores them");
	return true;
}
