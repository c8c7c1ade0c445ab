/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The example of libirqkit(3), which shows it without this comment. */
#include <irqkit.h>
#include <stdio.h>
#include <string.h>

static void print(struct irqkit_request *r, struct irqkit_plan *p)
{
	enum irqkit_message_kind kind;

	for (size_t i = 0; i < irqkit_request_count_messages(r); i++)
		puts(irqkit_request_get_message(r, i, &kind));
	for (size_t i = 0; i < irqkit_plan_count(p); i++) {
		const struct irqkit_step *s = irqkit_plan_get(p, i);

		if (irqkit_step_was_written(s))
			printf("%d: %s\n", irqkit_step_get_irq(s),
				irqkit_step_get_new(s));
	}
}

int main(int argc, char **argv)
{
	struct irqkit_ctx *ctx;
	struct irqkit_lock *lock;
	struct irqkit_machine *machine;
	struct irqkit_request *request;
	struct irqkit_plan *plan;
	int r;

	if (irqkit_ctx_new(argc > 1 ? argv[1] : NULL, &ctx) < 0 ||
		irqkit_lock_new(ctx, 10000, &lock) < 0 ||
		irqkit_machine_new(ctx, &machine, NULL, NULL) < 0 ||
		irqkit_plan_new(machine, &plan) < 0 ||
		irqkit_request_new_spread(&request) < 0 ||
		irqkit_request_add_target(request, "eth0") < 0)
		return 2;
	r = irqkit_request_plan(request, machine, plan);
	if (r == 0)
		r = irqkit_plan_apply(plan, lock, "spread eth0", 0);
	print(request, plan);
	if (r < 0)
		printf("cannot spread eth0: %s\n", strerror(-r));
	irqkit_request_free(request);
	irqkit_plan_free(plan);
	irqkit_machine_free(machine);
	irqkit_lock_free(lock);
	irqkit_ctx_free(ctx);
	return r < 0;
}
