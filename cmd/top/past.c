/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is remembered of interrupts from one sample to the next. */
#include "top/past.h"
#include "base/basics.h"

#include <string.h>

void past_free(struct past *past, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(past[i].key);
	free(past);
}

/* ------------------------------------------------------------------------------- */

/* Label and handlers: the number may belong to another interrupt next time. */
char *past_make_key(const struct irqkit_interrupt *interrupt)
{
	size_t n = irqkit_interrupt_count_actions(interrupt), len, at;
	const char *label = irqkit_interrupt_get_label(interrupt);
	char *key;

	len = strlen(label) + 1;
	for (size_t i = 0; i < n; i++)
		len += strlen(irqkit_interrupt_get_action(interrupt, i)) + 1;
	key = malloc(len);
	if (!key)
		return NULL;
	at = (size_t)(stpcpy(key, label) - key);
	for (size_t i = 0; i < n; i++) {
		key[at++] = '\n';
		at = (size_t)(stpcpy(key + at,
				      irqkit_interrupt_get_action(interrupt, i)) -
			key);
	}
	return key;
}

static int compare_past(const void *a, const void *b)
{
	return strcmp(((const struct past *)a)->key, ((const struct past *)b)->key);
}

struct past *past_find(struct past *list, size_t n, const char *key)
{
	struct past wanted = { .key = (char *)key };

	return n ? bsearch(&wanted, list, n, sizeof(*list), compare_past) : NULL;
}

void past_note_rate(struct past *past, double rate)
{
	memmove(&past->rates[1], &past->rates[0], sizeof(past->rates) - sizeof(float));
	past->rates[0] = (float)rate;
	if (past->n_rates < PAST_FRAMES)
		past->n_rates++;
}

double past_mean_rate(const struct past *past)
{
	unsigned int n = past->n_rates < 3 ? past->n_rates : 3;
	double sum = 0;

	for (unsigned int i = 0; i < n; i++)
		sum += (double)past->rates[i];
	return n ? sum / n : 0;
}

/* One for each row of @snapshot, sorted; those that were known keep their rates. */
static struct past *make_past(const struct watching *watching, size_t *ret_n)
{
	size_t n = irqkit_machine_count_irqs(watching->machine);
	struct past *list = calloc(n + 1, sizeof(*list));

	*ret_n = 0;
	for (size_t i = 0; list && i < n; i++) {
		struct past *old;
		char *key = past_make_key(
			irqkit_irq_get_row(irqkit_machine_get_irq(watching->machine, i)));

		if (!key) {
			past_free(list, *ret_n);
			return NULL;
		}
		old = past_find(watching->past, watching->n_past, key);
		if (old)
			list[*ret_n] = *old;
		list[*ret_n].is_known = old;
		list[(*ret_n)++].key = key;
	}
	if (list)
		qsort(list, *ret_n, sizeof(*list), compare_past);
	return list;
}

/* Labels of the rows that were there before, and are not now. */
static bool note_gone(
	const struct watching *watching, struct past *now, size_t n, struct frame *frame)
{
	size_t len = 0, n_gone = 0, at = 0;

	for (size_t i = 0; i < watching->n_past; i++)
		len += strcspn(watching->past[i].key, "\n") + 1;
	frame->gone = calloc(watching->n_past + 1, sizeof(*frame->gone));
	frame->gone_labels = malloc(len + 1);
	if (!frame->gone || !frame->gone_labels)
		return false;
	for (size_t i = 0; i < watching->n_past; i++) {
		const char *key = watching->past[i].key;
		size_t label = strcspn(key, "\n");

		if (!watching->past[i].is_chosen || past_find(now, n, key))
			continue;
		frame->gone[n_gone++] = frame->gone_labels + at;
		memcpy(frame->gone_labels + at, key, label);
		at += label;
		frame->gone_labels[at++] = '\0';
	}
	return true;
}

/* What was known before has its place in the new past. */
bool past_renew(struct watching *watching, struct frame *frame)
{
	size_t n;
	struct past *now = make_past(watching, &n);

	if (!now || !note_gone(watching, now, n, frame)) {
		past_free(now, now ? n : 0);
		return false;
	}
	past_free(watching->past, watching->n_past);
	watching->past = now;
	watching->n_past = n;
	return true;
}

bool past_start(struct watching *watching)
{
	size_t n;

	watching->past = make_past(watching, &n);
	watching->n_past = watching->past ? n : 0;
	return watching->past;
}
