/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What `apply` does with the lines of a policy, once and with --stay. */
#include "policy/apply.h"
#include "base/basics.h"
#include "base/say.h"
#include "base/text.h"
#include "measure/open_machine.h"
#include "measure/period.h"

#include <string.h>

void apply_free(struct apply *apply)
{
	balance_free(&apply->balance);
	lines_free(&apply->lines);
	irqkit_sample_free(apply->before);
	irqkit_load_free(apply->load);
}

static unsigned int find_seconds(const struct lines *lines)
{
	unsigned int most = 0;

	for (size_t i = 0; i < lines->n; i++) {
		unsigned int seconds = irqkit_request_get_seconds(
			irqkit_policies_get_request(lines->policy, i));

		most = seconds > most ? seconds : most;
	}
	return most;
}

enum status apply_count(struct apply *apply, const struct change *change)
{
	struct irqkit_load *load;
	enum status status = period_end(change->machine, apply->before, &load);

	if (status != STATUS_DONE)
		return status;
	irqkit_load_free(apply->load);
	apply->load = load;
	for (size_t i = 0; i < apply->lines.n; i++) {
		struct irqkit_request *request = irqkit_policies_get_request(
			apply->lines.policy, i);

		if (irqkit_request_get_seconds(request))
			irqkit_request_set_load(request, load);
	}
	return STATUS_DONE;
}

enum status apply_save_placed(const struct change *change)
{
	int r = !change->lock ? 0
		: change->options->keeps_bans
		? irqkit_placed_clear(change->lock)
		: irqkit_plan_save_placed(change->plan, change->lock);
	_cleanup_free_ char *path = r < 0
		? text_below_root(irqkit_ctx_get_root(change->ctx), "/run/irqkit/placed")
		: NULL;

	if (r < 0)
		say_error("the policy was applied, but cannot be noted in %s: %s",
			path ? path : "/run/irqkit/placed", strerror(-r));
	return r < 0 ? STATUS_REFUSED : STATUS_DONE;
}

enum status apply_keep(struct change *change, void *data)
{
	struct apply *apply = data;
	_cleanup_free_ char *path = NULL;
	int r = 0;

	/* without a write, there is nothing to read back */
	if (irqkit_plan_count_written(change->plan) > 0 ||
		irqkit_policies_is_kept(apply->lines.policy) == 0)
		r = irqkit_policies_settle(apply->lines.policy, change->ctx);
	if (r == 0)
		r = irqkit_policies_keep(apply->lines.policy, change->lock);
	if (r < 0)
		path = text_below_root(
			irqkit_ctx_get_root(change->ctx), "/run/irqkit/policy");
	if (r < 0)
		say_error("the policy was applied, but cannot be noted in %s: %s",
			path ? path : "/run/irqkit/policy", strerror(-r));
	return r < 0 ? STATUS_REFUSED : apply_save_placed(change);
}

enum status apply_read_lines(struct apply *apply, const struct call *call)
{
	struct irqkit_ctx *ctx = NULL;
	enum status status = machine_open(call, &ctx);

	if (status == STATUS_DONE)
		status = lines_read(&apply->lines, call, ctx);
	irqkit_ctx_free(ctx);
	if (status == STATUS_MISUSE)
		say_error("nothing was changed");
	if (status == STATUS_DONE)
		lines_warn_if_absent(&apply->lines, call);
	if (status == STATUS_DONE && apply->lines.n == 0 && call->n_words > 0 &&
		!call->common.is_quiet)
		say_warning("the policy has no line");
	if (status == STATUS_DONE)
		apply->seconds = find_seconds(&apply->lines);
	return status;
}
