/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the socket of irqbalance answers to `setup`. Whatever the bytes: an error, or a list in
 * ascending order; and the same list in a new answer is read as the same list.
 */
#include <errno.h>
#include <string.h>

#include "base/macros.h"
#include "fuzz.h"
#include "irqbalance/irqbalance.h"

static void check_order(const struct number_list *list)
{
	for (size_t i = 1; i < list->n; i++)
		HOLDS(list->numbers[i - 1] < list->numbers[i]);
}

static void check_again(const struct number_list *list)
{
	struct buffer answer = { 0 };
	struct irqbalance_setup again = { 0 };
	char *text = NULL;

	buffer_add(&answer, "SLEEP 10 ");
	for (size_t i = 0; i < list->n; i++)
		buffer_add(&answer, "IRQ %u LOAD 7 DIFF -7 CLASS 3 ", list->numbers[i]);
	buffer_add(&answer, "BANNED 00000000,00000001");
	HOLDS(buffer_take(&answer, &text) == 0);
	HOLDS(irqbalance_parse_setup(text, strlen(text), &again) == 0);
	HOLDS(again.bans.n == list->n && number_list_has_all(&again.bans, list));
	HOLDS(strcmp(again.banned_cpus, "00000000,00000001") == 0);
	free(text);
	irqbalance_setup_clear(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct irqbalance_setup setup = { 0 };
	int r = irqbalance_parse_setup((const char *)data, len, &setup);

	HOLDS(r == 0 || r == -EBADMSG);
	check_order(&setup.bans);
	HOLDS((r == 0) == (setup.banned_cpus != NULL));
	if (r == 0)
		check_again(&setup.bans);
	irqbalance_setup_clear(&setup);
	return 0;
}
