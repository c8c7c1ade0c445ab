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
	struct number_list again = { 0 };
	char *text = NULL;

	buffer_add(&answer, "SLEEP 10 ");
	for (size_t i = 0; i < list->n; i++)
		buffer_add(&answer, "IRQ %u LOAD 7 DIFF -7 CLASS 3 ", list->numbers[i]);
	buffer_add(&answer, "BANNED 00000000,00000001");
	HOLDS(buffer_take(&answer, &text) == 0);
	HOLDS(irqbalance_parse_setup(text, strlen(text), &again) == 0);
	HOLDS(again.n == list->n && number_list_has_all(&again, list));
	free(text);
	number_list_clear(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct number_list list = { 0 };
	int r = irqbalance_parse_setup((const char *)data, len, &list);

	HOLDS(r == 0 || r == -EBADMSG);
	check_order(&list);
	if (r == 0)
		check_again(&list);
	number_list_clear(&list);
	return 0;
}
