/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What doctor finds, as texts: findings end with the frame that they were found in. */
#include "top/advice.h"
#include "base/basics.h"
#include "base/text.h"
#include "doctor/view.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define PERIOD 30.0 /* seconds */
#define PERIOD_CHANGED 5.0
/* And at most a two hundredth of a CPU's time. */
#define SHARE 200.0

static void item_free(struct advice_item *item)
{
	for (size_t i = 0; i < item->n_words; i++)
		free(item->words[i]);
	free(item->words);
	free(item->text);
	free(item->by_hand);
	free(item->command);
}

static void forget(struct advice *advice)
{
	for (size_t i = 0; i < advice->n; i++)
		item_free(&advice->items[i]);
	free(advice->items);
	advice->items = NULL;
	advice->n = 0;
}

void advice_free(struct advice *advice)
{
	forget(advice);
}

bool advice_is_due(const struct advice *advice, double now)
{
	double period = advice->is_outdated ? PERIOD_CHANGED : PERIOD;

	if (period < advice->cost * SHARE)
		period = advice->cost * SHARE;
	return !advice->has_looked || now >= advice->looked_at + period;
}

const struct advice_item *advice_get_first(const struct advice *advice)
{
	return advice->n && !advice->items[0].is_minor ? &advice->items[0] : NULL;
}

/* ------------------------------------------------------------------------------- */
/* From findings to texts                                                          */

/* Takes @text over. */
static char *make_printable(char *text)
{
	char *safe = text ? text_escape(text) : NULL;

	free(text);
	if (safe)
		text_straighten(safe);
	return safe;
}

static bool copy_words(struct advice_item *item, const struct irqkit_finding *finding)
{
	size_t n;
	const char *const *words = irqkit_finding_get_fix(finding, &n);

	item->words = calloc(n + 1, sizeof(*item->words));
	for (size_t i = 0; item->words && i < n; i++) {
		item->words[i] = strdup(words[i]);
		if (!item->words[i])
			return false;
		item->n_words++;
	}
	return item->words;
}

static bool fill_item(struct advice_item *item, const struct finding_group *group)
{
	const struct irqkit_finding *first = group->findings[0];
	const char *by_hand;
	enum irqkit_needs needs;
	char *text;

	item->class = class_word(irqkit_finding_get_class(first));
	item->is_minor = irqkit_finding_get_class(first) == IRQKIT_CLASS_INFO;
	item->is_fixable = group_is_fixable(group);
	item->text = make_printable(strdup(irqkit_finding_get_text(first)));
	if (group->fix) {
		if (asprintf(&text, "irqkit %s", group->fix) < 0)
			return false;
		item->command = make_printable(text);
		if (!item->command)
			return false;
	}
	by_hand = irqkit_finding_get_by_hand(first, &needs);
	if (by_hand) {
		item->by_hand = make_printable(strdup(by_hand));
		if (!item->by_hand)
			return false;
	}
	return item->text && copy_words(item, first);
}

static bool fill(struct advice *advice, const struct irqkit_doctor *doctor,
	const struct call *call)
{
	struct doctor_view view CLEANUP(view_free) = { 0 };

	if (view_new(&view, call, doctor) != STATUS_DONE)
		return false;
	advice->items = calloc(view.n + 1, sizeof(*advice->items));
	if (!advice->items)
		return false;
	for (size_t i = 0; i < view.n; i++)
		if (!fill_item(&advice->items[advice->n++], &view.groups[i]))
			return false;
	return true;
}

/* ------------------------------------------------------------------------------- */

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static bool has_device(
	const struct frame *frame, size_t n_rows, const struct irqkit_device *device)
{
	for (size_t i = 0; i < n_rows; i++)
		if (frame->rows[i].device == device)
			return true;
	return false;
}

/* Adds the devices of all rows. False: no row has a device. */
static bool add_devices(struct irqkit_doctor *doctor, const struct frame *frame)
{
	bool has_some = false;

	for (size_t i = 0; i < frame->n_rows; i++) {
		struct frame_row *row = &frame->rows[i];

		frame_read_row(row);
		if (row->device && !has_device(frame, i, row->device) &&
			irqkit_doctor_add_device(doctor, row->device) == 0)
			has_some = true;
	}
	return has_some;
}

static void free_doctor(struct irqkit_doctor **doctor)
{
	irqkit_doctor_free(*doctor);
}

bool advice_look(
	struct advice *advice, const struct frame *frame, const struct call *call)
{
	struct irqkit_doctor *doctor CLEANUP(free_doctor) = NULL;
	double start = now();
	bool is_done = true;
	int r;

	forget(advice);
	/* what was written meanwhile, here or by others */
	irqkit_machine_forget_settings(frame->machine);
	if (irqkit_doctor_new(frame->machine, &doctor) < 0)
		return false;
	/* the screen measures on and on */
	irqkit_doctor_ignore(doctor, "sample-too-short");
	if (call->n_words == 0 || add_devices(doctor, frame)) {
		r = irqkit_doctor_look(doctor, frame->load);
		is_done = r < 0 ? r != -ENOMEM : fill(advice, doctor, call);
	}
	advice->looked_at = now();
	advice->cost = advice->looked_at - start;
	advice->has_looked = true;
	advice->is_outdated = false;
	return is_done;
}
