/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * irqkit policy: answers irqbalance, which runs its --policyscript for each interrupt.
 *
 * The exit status is what irqbalance expects of a script in a folder of scripts: 0 if the
 * answer counts, 1 if another script is to be asked, 2 or more for an error; see
 * get_irq_user_policy() in its classify.c. If the script is not in a folder, no other script
 * is asked: 1 then means that there is no answer.
 */
#include "base/basics.h"
#include "base/options.h"
#include "base/read_number.h"
#include "base/say.h"
#include "measure/open_machine.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#define STATUS_NOT_MINE ((enum status)1)
#define STATUS_NO_ANSWER ((enum status)2)

/* irqbalance asks for thousands: what is wrong is said once each, and in few words. */
static enum status say_failure(int error)
{
	if (error == -EACCES)
		say_error("needs root to read /run/irqkit/placed: try sudo");
	else if (error == -EPERM)
		say_error("/run/irqkit is unsafe: others can write to it; check it, then "
			  "remove it");
	else if (error == -EBADMSG)
		say_error(
			"/run/irqkit/placed is damaged: 'irqkit apply' writes it again");
	else
		say_error("cannot read /run/irqkit/placed: %s", strerror(-error));
	return STATUS_NO_ANSWER;
}

static enum status run(const struct call *call)
{
	const char *word = call->n_words == 2 ? call->words[1] : "";
	struct irqkit_ctx *ctx = NULL;
	enum status status;
	struct irqkit_placed *placed = NULL;
	uint64_t irq;
	int r;

	if (read_number(word, strlen(word), INT_MAX, &irq) < 0) {
		say_error("policy takes the directory of a device in /sys and the number "
			  "of "
			  "an interrupt, as irqbalance calls it");
		return STATUS_MISUSE;
	}
	status = machine_open(call, &ctx);
	if (status != STATUS_DONE)
		return STATUS_NO_ANSWER;
	r = irqkit_placed_read(ctx, &placed);
	if (r == 0)
		r = irqkit_placed_has(placed, (unsigned int)irq);
	irqkit_placed_free(placed);
	irqkit_ctx_free(ctx);
	if (r < 0)
		return say_failure(r);
	if (r == 0)
		return STATUS_NOT_MINE;
	puts("ban=true");
	return STATUS_DONE;
}

const struct command cmd_policy = {
	.name = "policy",
	.args = "[OPTION...] DEVPATH IRQ",
	.summary = "answer irqbalance: which interrupts policy files place",
	.needs_root_to = "read which interrupts are placed",
	.more = "A policy script for irqbalance, as the link irq-policy. Prints ban=true "
		"and\n"
		"exits with 0 if policy files place the interrupt: irqbalance then "
		"leaves "
		"it\n"
		"alone. Otherwise prints nothing and exits with 1: irqbalance then asks "
		"the next\n"
		"script.\n",
	.run = run,
};
