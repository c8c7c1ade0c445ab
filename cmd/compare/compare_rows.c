/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What differs between two states, as the rows of a table for people. */
#include "compare/compare_rows.h"
#include "base/basics.h"

#include <stdio.h>
#include <string.h>

static const struct compare_row *of(const void *data)
{
	return data;
}

/* The interrupt as it is now, or as it was if it is gone. */
static const struct state_irq *irq_of(const struct compare_row *row)
{
	if (!row->pair)
		return NULL;
	return row->pair->after ? row->pair->after : row->pair->before;
}

static struct cell get_change(void *data)
{
	static const char *const words[] = {
		[CHANGE_NONE] = NULL,
		[CHANGE_MOVED] = "moved",
		[CHANGE_AFFINITY] = "affinity",
		[CHANGE_APPEARED] = "appeared",
		[CHANGE_GONE] = "gone",
		[CHANGE_RATE] = "rate",
	};
	const struct difference_of_setting *setting = of(data)->setting;

	if (of(data)->pair)
		return text_cell(words[of(data)->pair->kind]);
	if (strcmp(setting->key, "rps_cpus") == 0)
		return text_cell("rps");
	return text_cell(strcmp(setting->key, "xps_cpus") == 0 ? "xps" : "channels");
}

static struct cell get_irq(void *data)
{
	const struct state_irq *irq = irq_of(data);

	return irq ? number_cell(irq->number) : ABSENT;
}

static struct cell get_name(void *data)
{
	const struct state_irq *irq = irq_of(data);
	const struct difference_of_setting *setting = of(data)->setting;
	char *text;

	if (irq)
		return text_cell(irq->name[0] ? irq->name : NULL);
	if (!setting->queue)
		return text_cell(setting->device);
	return asprintf(&text, "%s:%s", setting->device, setting->queue) < 0
		? ABSENT
		: owned_cell(text);
}

static struct cell get_device(void *data)
{
	const struct state_irq *irq = irq_of(data);

	return text_cell(irq ? irq->device : of(data)->setting->device);
}

static struct cell get_queue(void *data)
{
	const struct state_irq *irq = irq_of(data);

	return text_cell(irq ? irq->queues : of(data)->setting->queue);
}

/* ------------------------------------------------------------------------------- */

static struct cell rate_cell(double rate)
{
	char *text;

	if (rate < 0 ||
		asprintf(&text, "%.*f/s", rate > 0 && rate < 10 ? 1 : 0, rate) < 0)
		return ABSENT;
	return owned_cell(text);
}

/* The CPUs that handle it, or will; if the kernel does not say which, those that may. */
static struct cell place_cell(const struct state *state, const struct state_irq *irq)
{
	const struct irqkit_cpuset *place = irq ? state_irq_place(state, irq) : NULL;

	if (!irq)
		return ABSENT;
	return cpus_cell(place ? place : irq->affinity);
}

/* One that moved has either come from another place, or has arrived where it should be. */
static struct cell moved_cell(const struct compare_row *row, bool is_after)
{
	const struct comparison *comparison = row->comparison;
	const struct state *state = is_after ? comparison->after : comparison->before;
	const struct irqkit_cpuset *old = state_irq_place(
		comparison->before, row->pair->before);
	const struct irqkit_cpuset *new = state_irq_place(
		comparison->after, row->pair->after);
	const struct state_irq *irq = is_after ? row->pair->after : row->pair->before;

	if (old && new &&irqkit_cpuset_is_equal(old, new))
		return cpus_cell(irq->effective);
	return place_cell(state, irq);
}

/* "off", "0-3", "combined 4"; a queue that is not there is absent */
static struct cell setting_cell(
	const struct difference_of_setting *setting, bool is_after)
{
	const char *value = is_after ? setting->after : setting->before;
	char *text;

	if (!value)
		return ABSENT;
	if (setting->queue)
		return text_cell(value[0] ? value : "off");
	return asprintf(&text, "%s %s", value, setting->key) < 0 ? ABSENT
								 : owned_cell(text);
}

static struct cell get_side(const struct compare_row *row, bool is_after)
{
	const struct pair *pair = row->pair;
	const struct state_irq *irq;

	if (!pair)
		return setting_cell(row->setting, is_after);
	irq = is_after ? pair->after : pair->before;
	if (pair->kind == CHANGE_RATE)
		return rate_cell(is_after ? pair->rate_after : pair->rate_before);
	if (pair->kind == CHANGE_AFFINITY)
		return cpus_cell(irq->affinity);
	if (pair->kind == CHANGE_MOVED)
		return moved_cell(row, is_after);
	return place_cell(
		is_after ? row->comparison->after : row->comparison->before, irq);
}

static struct cell get_before(void *data)
{
	return get_side(data, false);
}

static struct cell get_after(void *data)
{
	return get_side(data, true);
}

static struct cell get_rate_before(void *data)
{
	return of(data)->pair ? rate_cell(of(data)->pair->rate_before) : ABSENT;
}

static struct cell get_rate_after(void *data)
{
	return of(data)->pair ? rate_cell(of(data)->pair->rate_after) : ABSENT;
}

const struct column compare_columns[] = {
	{ "CHANGE", "change",
		"moved, affinity, appeared, gone, rate, rps, xps or channels",
		COLUMN_DEFAULT, get_change, 0 },
	{ "IRQ", "irq", "number of the interrupt now",
		COLUMN_DEFAULT | COLUMN_RIGHT | COLUMN_DROP(COLUMN_DROP_LAST), get_irq,
		0 },
	{ "NAME", "name", "handlers, queue or device", COLUMN_DEFAULT | COLUMN_NAME,
		get_name, 0 },
	{ "DEVICE", "device", "device that it belongs to", 0, get_device, 0 },
	{ "QUEUE", "queue", "queues that it serves", 0, get_queue, 0 },
	{ "BEFORE", "before", "CPUs, rate or setting in the first state",
		COLUMN_DEFAULT | COLUMN_TRUNCATE, get_before, 0 },
	{ "AFTER", "after", "the same in the second state",
		COLUMN_DEFAULT | COLUMN_TRUNCATE, get_after, 0 },
	{ "OLDRATE", "rate_before", "interrupts per second in the first state",
		COLUMN_RIGHT, get_rate_before, 0 },
	{ "NEWRATE", "rate_after", "interrupts per second in the second state",
		COLUMN_RIGHT, get_rate_after, 0 },
	{ 0 },
};

bool compare_rows_make(const struct comparison *comparison, struct table *table,
	struct compare_row **ret_rows)
{
	size_t n = comparison->n_pairs + comparison->n_settings;
	struct compare_row *rows = calloc(n + 1, sizeof(*rows));

	table->rows = calloc(n + 1, sizeof(*table->rows));
	*ret_rows = rows;
	if (!rows || !table->rows)
		return false;
	for (size_t i = 0; i < comparison->n_pairs; i++) {
		if (comparison->pairs[i].kind == CHANGE_NONE)
			continue;
		rows->comparison = comparison;
		rows->pair = &comparison->pairs[i];
		table->rows[table->n_rows++] = rows++;
	}
	for (size_t i = 0; i < comparison->n_settings; i++) {
		rows->comparison = comparison;
		rows->setting = &comparison->settings[i];
		table->rows[table->n_rows++] = rows++;
	}
	return true;
}
