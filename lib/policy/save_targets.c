/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which interrupts and queues the TARGETs mean. */
#include "base/macros.h"
#include "policy/save.h"
#include "target/selection.h"
#include "target/unique.h"

#include <errno.h>
#include <stdlib.h>

static int compare_queues(const void *a, const void *b)
{
	const struct irqkit_queue *x = *(struct irqkit_queue *const *)a;
	const struct irqkit_queue *y = *(struct irqkit_queue *const *)b;

	return (x > y) - (x < y);
}

bool save_wants_queue(const struct save *save, const struct irqkit_queue *queue)
{
	return !save->has_targets ||
		(save->n_queues &&
			bsearch(&queue, save->queues, save->n_queues,
				sizeof(struct irqkit_queue *), compare_queues));
}

/* Adds the queues that a word means; 1: it means some. */
static int want_queues(struct save *save, const char *word, struct unique *queues)
{
	_cleanup_free_ struct irqkit_queue **found = NULL;
	size_t n = 0;
	int r = irqkit_machine_select_queues(save->machine, &word, 1, &found, &n, NULL);

	/* not every TARGET can mean queues */
	if (r == -EINVAL || r == -EDOM || r == -ESRCH)
		return 0;
	for (size_t i = 0; i < n && r == 0; i++)
		r = unique_add(queues, found[i]);
	return r < 0 ? r : n > 0;
}

static int want_word(
	struct save *save, const char *word, struct unique *queues, char **reterr_message)
{
	struct irqkit_selection *selection = NULL;
	_cleanup_free_ char *message = NULL;
	int has_queues = want_queues(save, word, queues);
	int r = has_queues < 0
		? has_queues
		: irqkit_machine_select(save->machine, &word, 1, 0, &selection, &message);

	for (size_t i = 0; r == 0 && i < selection->n_irqs; i++) {
		const struct irqkit_irq *irq = selection->irqs[i];

		if (irqkit_irq_get_number(irq) >= 0)
			save->rows[irqkit_irq_get_index(irq)].is_wanted = true;
	}
	irqkit_selection_free(selection);
	/* an interface without interrupts has RPS all the same */
	if (r == -ESRCH && has_queues > 0)
		return 0;
	if (r < 0 && reterr_message)
		*reterr_message = TAKE(message);
	return r;
}

int save_read_targets(struct save *save, const char *const *words, size_t n_words,
	char **reterr_message)
{
	struct unique queues = { 0 };
	int r = 0;

	save->has_targets = n_words > 0;
	for (size_t i = 0; i < irqkit_machine_count_irqs(save->machine); i++)
		save->rows[i].is_wanted = n_words == 0 &&
			irqkit_irq_get_number(irqkit_machine_get_irq(save->machine, i)) >=
				0;
	for (size_t i = 0; i < n_words && r == 0; i++)
		r = want_word(save, words[i], &queues, reterr_message);
	save->queues = calloc(queues.n + 1, sizeof(struct irqkit_queue *));
	if (!save->queues)
		r = r < 0 ? r : -ENOMEM;
	for (size_t i = 0; i < queues.n && save->queues; i++)
		save->queues[save->n_queues++] = queues.things[i];
	if (save->n_queues)
		qsort(save->queues, save->n_queues, sizeof(struct irqkit_queue *),
			compare_queues);
	unique_clear(&queues);
	return r;
}
