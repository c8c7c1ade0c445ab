/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which changes are shown. The words are looked up again while the program runs: a device
 * that is created again has the same name and other interrupts.
 */
#include "who/filter.h"
#include "base/basics.h"
#include "base/grow.h"
#include "base/say.h"
#include "base/text.h"
#include "target/select.h"

#include <errno.h>
#include <string.h>

static void clear_queues(struct queue_names *queues)
{
	for (size_t i = 0; i < queues->n; i++)
		free(queues->names[i]);
	queues->n = 0;
}

void filter_free(struct filter *filter)
{
	irqkit_cpuset_free(filter->irqs);
	clear_queues(&filter->queues);
	free(filter->queues.names);
	*filter = (struct filter){ 0 };
}

static int add_queue(struct queue_names *queues, const struct irqkit_queue *queue)
{
	if (!MAKE_ROOM(queues->names, queues->n, queues->room))
		return -ENOMEM;
	return irqkit_queue_format_full_name(queue, &queues->names[queues->n]) < 0
		? -ENOMEM
		: (int)++queues->n;
}

/* A word that means no queues is no mistake: it may mean interrupts. */
static int add_queues(struct filter *filter, const char *word)
{
	_cleanup_free_ struct irqkit_queue **queues = NULL;
	_cleanup_free_ char *message = NULL;
	size_t n = 0;
	int r = irqkit_machine_select_queues(
		filter->machine, &word, 1, &queues, &n, &message);

	for (size_t i = 0; r >= 0 && i < n; i++)
		r = add_queue(&filter->queues, queues[i]);
	return r == -ENOMEM ? r : 0;
}

static int add_irqs(struct filter *filter, const struct irqkit_selection *selection)
{
	for (size_t i = 0; i < irqkit_selection_count(selection); i++) {
		int irq = irqkit_irq_get_number(irqkit_selection_get(selection, i));

		/* more than a set can hold: no system has that many */
		if (irq >= 0 &&
			irqkit_cpuset_add(filter->irqs, (unsigned int)irq) == -ENOMEM)
			return -ENOMEM;
	}
	return 0;
}

/* A word that matches nothing now is not a mistake. */
static int add_word(struct filter *filter, const char *word)
{
	_cleanup_selection_ struct irqkit_selection *selection = NULL;
	_cleanup_free_ char *message = NULL;
	int r = irqkit_machine_select(filter->machine, &word, 1, 0, &selection, &message);

	if (r == 0)
		r = add_irqs(filter, selection);
	return r == -ENOMEM ? r : add_queues(filter, word);
}

static int look_up(struct filter *filter)
{
	int r;

	irqkit_cpuset_free(filter->irqs);
	filter->irqs = NULL;
	clear_queues(&filter->queues);
	clock_gettime(CLOCK_MONOTONIC, &filter->read_at);
	r = irqkit_cpuset_new(&filter->irqs);
	for (size_t i = 0; r == 0 && i < filter->n_words; i++)
		r = add_word(filter, filter->words[i]);
	return r;
}

/*
 * At the start, a word that matches nothing is a mistake, unless it means queues: an
 * interface may have no interrupts.
 */
static enum status check_word(struct filter *filter, const char *word)
{
	_cleanup_selection_ struct irqkit_selection *selection = NULL;
	_cleanup_free_ struct irqkit_queue **queues = NULL;
	_cleanup_free_ char *message = NULL;
	size_t n;

	if (irqkit_machine_select_queues(
		    filter->machine, &word, 1, &queues, &n, &message) == 0)
		return STATUS_DONE;
	return select_interrupts(filter->machine, &word, 1, 0, &selection);
}

enum status filter_start(
	struct filter *filter, struct irqkit_machine *machine, const struct call *call)
{
	enum status status = STATUS_DONE;

	*filter = (struct filter){
		.machine = machine,
		.words = call->words,
		.n_words = call->n_words,
	};
	for (size_t i = 0; status == STATUS_DONE && i < call->n_words; i++)
		status = check_word(filter, call->words[i]);
	if (status == STATUS_DONE && look_up(filter) < 0)
		status = say_no_memory();
	return status;
}

/* ------------------------------------------------------------------------------- */

/* The machine was read in this second. */
static bool is_fresh(const struct filter *filter)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec == filter->read_at.tv_sec ||
		(now.tv_sec == filter->read_at.tv_sec + 1 &&
			now.tv_nsec < filter->read_at.tv_nsec);
}

/* If it cannot be read now, what was known is used on. */
static void refresh(struct filter *filter)
{
	if (irqkit_machine_refresh(filter->machine, 0, NULL, NULL) == 0)
		look_up(filter);
}

static bool has_queue(const struct filter *filter, const char *name)
{
	for (size_t i = 0; i < filter->queues.n; i++)
		if (strcmp(filter->queues.names[i], name) == 0)
			return true;
	return false;
}

static bool has_now(const struct filter *filter, const struct irqkit_watched *watched)
{
	const char *subject = irqkit_watched_get_subject(watched);
	int irq = irqkit_watched_get_irq(watched);

	if (filter->n_words == 0 ||
		irqkit_watched_get_kind(watched) == IRQKIT_WATCHED_LOST)
		return true;
	if (irq >= 0)
		return filter->irqs && irqkit_cpuset_has(filter->irqs, (unsigned int)irq);
	return subject && has_queue(filter, subject);
}

bool filter_has(struct filter *filter, const struct irqkit_watched *watched)
{
	int irq = irqkit_watched_get_irq(watched);

	if (!is_fresh(filter) ||
		(irq >= 0 &&
			!irqkit_machine_find_irq(filter->machine, (unsigned int)irq) &&
			irqkit_watched_get_kind(watched) == IRQKIT_WATCHED_KERNEL))
		refresh(filter);
	return has_now(filter, watched);
}

char *filter_name_irq(const struct filter *filter, int irq)
{
	const struct irqkit_irq *record = irqkit_machine_find_irq(
		filter->machine, (unsigned int)irq);
	const struct irqkit_interrupt *row = record ? irqkit_irq_get_row(record) : NULL;
	char *name = NULL;

	for (size_t i = 0; row && i < irqkit_interrupt_count_actions(row); i++)
		if (!text_join(&name, ", ", irqkit_interrupt_get_action(row, i)))
			return NULL;
	return name;
}
