/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the loads to a placement, and to the steps of a plan. */
#include "spread/decision.h"
#include "base/say.h"
#include "change/check_words.h"
#include "change/say_request.h"

void spread_free(struct spread *spread)
{
	placed_clear(&spread->placed);
	notes_free(&spread->notes);
	irqkit_cpuset_free(spread->full);
	irqkit_cpuset_free(spread->lost);
	irqkit_load_free(spread->after);
	irqkit_machine_free(spread->after_machine);
}

enum status spread_check(struct change *change, const struct wish *wish)
{
	enum status status = change_read_machine(change);
	int r;

	if (status != STATUS_DONE)
		return status;
	status = check_number_words(change->call, change->machine, wish->has_cpus);
	if (status != STATUS_DONE)
		return status;
	r = irqkit_request_check(wish->request, change->machine);
	return change_judge(change, request_say(wish->request, r));
}

enum status spread_decide(struct spread *spread, struct change *change,
	const struct wish *wish, struct irqkit_load *load, unsigned int seconds)
{
	enum status status;

	*spread = (struct spread){ .wish = wish,
		.seconds = seconds,
		.load = load,
		.rows = change_rows(change) };
	irqkit_request_set_counts(wish->request, NULL);
	irqkit_request_set_load(wish->request, load);
	status = check_number_words(change->call, change->machine, wish->has_cpus);
	if (status != STATUS_DONE)
		return status;
	status = change_judge(change, request_plan(wish->request, change));
	if (status != STATUS_DONE)
		return status;
	if (!placed_init(&spread->placed, irqkit_request_get_placement(wish->request),
		    change->machine))
		return say_no_memory();
	spread->placed.is_time = load && irqkit_load_get_weigh(load) == IRQKIT_WEIGH_TIME;
	/*
	 * as the library counts: the whole load of an interrupt is on the CPU that
	 * handles it now
	 */
	spread->before = irqkit_spread_get_imbalance_before(spread->placed.spread);
	return STATUS_DONE;
}

uint64_t spread_get_row_load(const struct spread *spread, size_t index)
{
	return spread->load
		? irqkit_load_get_weight(spread->load, index)
		: irqkit_interrupt_get_total(irqkit_snapshot_get(spread->rows, index));
}
