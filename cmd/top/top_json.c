/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `irqkit top --json`: a document on one line for each period. */
#include "base/basics.h"
#include "base/say.h"
#include "measure/period.h"
#include "table/render.h"
#include "top/top.h"

#include <stdio.h>

/* ------------------------------------------------------------------------------- */
/* CPUs                                                                            */

struct cpu_row {
	const struct frame *frame;
	const struct frame_cpu *cpu;
};

static struct cell real_cell(double real)
{
	if (real < 0)
		return ABSENT;
	return (struct cell){ .kind = CELL_SHARE, .share = real };
}

static struct cell get_cpu(void *data)
{
	return number_cell(((struct cpu_row *)data)->cpu->number);
}

static struct cell get_irq_time(void *data)
{
	return real_cell(((struct cpu_row *)data)->cpu->irq);
}

static struct cell get_softirq_time(void *data)
{
	return real_cell(((struct cpu_row *)data)->cpu->softirq);
}

static struct cell get_steal(void *data)
{
	return real_cell(((struct cpu_row *)data)->cpu->steal);
}

static struct cell get_rate(void *data)
{
	return (struct cell){
		.kind = CELL_RATE,
		.rate = ((struct cpu_row *)data)->cpu->rate,
	};
}

static struct cell get_isolated(void *data)
{
	return ((struct cpu_row *)data)->cpu->is_isolated ? bool_cell(true) : ABSENT;
}

static struct cell get_counter(void *data, unsigned int counter)
{
	struct cpu_row *row = data;
	double rate;

	if (irqkit_load_cpu_get_rate(
		    row->cpu->load, (enum irqkit_counter)counter, &rate) < 0)
		return ABSENT;
	return (struct cell){ .kind = CELL_RATE, .rate = rate };
}

#define COUNTER(key, counter)                                                            \
	{                                                                                \
		key, key, NULL, COLUMN_JSON_ONLY, NULL, &(const struct column_of_many)   \
		{                                                                        \
			.get = get_counter, .number = (counter)                          \
		}                                                                        \
	}
static const struct column softnet_columns[] = {
	COUNTER("processed", IRQKIT_COUNTER_PROCESSED),
	COUNTER("dropped", IRQKIT_COUNTER_DROPPED),
	COUNTER("squeezed", IRQKIT_COUNTER_SQUEEZED),
	COUNTER("received_rps", IRQKIT_COUNTER_RECEIVED_RPS),
	{ 0 },
};

static struct cell get_softirq(void *data, unsigned int kind)
{
	struct cpu_row *row = data;
	uint64_t count = irqkit_load_cpu_get_softirqs(row->cpu->load, kind);

	if (count == 0)
		return ABSENT;
	return (struct cell){
		.kind = CELL_RATE,
		.rate = (double)count / row->frame->seconds,
	};
}

/* An object in a row: the table of one row, which the cell owns. */
static struct cell object_cell(const struct column **columns, void *row)
{
	struct {
		struct table table;
		void *rows[1];
	} *object = calloc(1, sizeof(*object));

	if (!object)
		return ABSENT;
	object->rows[0] = row;
	object->table = (struct table){
		.columns = columns,
		.rows = object->rows,
		.n_rows = 1,
	};
	return (struct cell){
		.kind = CELL_ROW,
		.table = &object->table,
		.owned = object,
	};
}

/* What the objects in the rows of one document have. */
static struct {
	const struct column **softirqs; /* NULL: they are not known */
	const struct column *softnet[LENGTH(softnet_columns)];
} parts;

static struct cell get_softirqs(void *data)
{
	return parts.softirqs ? object_cell(parts.softirqs, data) : ABSENT;
}

static struct cell get_softnet(void *data)
{
	uint64_t count;

	if (irqkit_load_cpu_get_count(((struct cpu_row *)data)->cpu->load,
		    IRQKIT_COUNTER_PROCESSED, &count) < 0)
		return ABSENT;
	return object_cell(parts.softnet, data);
}

static const struct column cpu_columns[] = {
	{ "CPU", "cpu", NULL, COLUMN_JSON_ONLY, get_cpu, 0 },
	{ "IRQ", "irq", NULL, COLUMN_JSON_ONLY, get_irq_time, 0 },
	{ "SOFTIRQ", "softirq", NULL, COLUMN_JSON_ONLY, get_softirq_time, 0 },
	{ "STEAL", "steal", NULL, COLUMN_JSON_ONLY, get_steal, 0 },
	{ "ISOLATED", "isolated", NULL, COLUMN_JSON_ONLY, get_isolated, 0 },
	{ "RATE", "interrupts_per_second", NULL, COLUMN_JSON_ONLY, get_rate, 0 },
	{ "SOFTIRQS", "softirqs", NULL, COLUMN_JSON_ONLY, get_softirqs, 0 },
	{ "SOFTNET", "softnet", NULL, COLUMN_JSON_ONLY, get_softnet, 0 },
	{ 0 },
};

/* A column for each kind of softirq. */
struct softirq_columns {
	struct column_of_many *many;
	struct column *columns;
	const struct column **pointers;
};

static void free_softirq_columns(struct softirq_columns *columns)
{
	free(columns->many);
	free(columns->columns);
	free(columns->pointers);
}

static bool make_softirq_columns(const struct frame *frame, struct softirq_columns *made)
{
	size_t n = irqkit_load_count_softirqs(frame->load);

	made->many = calloc(n + 1, sizeof(*made->many));
	made->columns = calloc(n + 1, sizeof(*made->columns));
	made->pointers = calloc(n + 1, sizeof(*made->pointers));
	if (!made->many || !made->columns || !made->pointers)
		return false;
	for (size_t i = 0; i < n; i++) {
		const char *name = irqkit_load_get_softirq(frame->load, i);

		made->many[i] = (struct column_of_many){
			.get = get_softirq,
			.number = (unsigned int)i,
		};
		made->columns[i] = (struct column){
			.name = name,
			.key = name,
			.many = &made->many[i],
		};
		made->pointers[i] = &made->columns[i];
	}
	return true;
}

static bool add_cpus(struct document *document, const struct frame *frame)
{
	struct softirq_columns softirqs CLEANUP(free_softirq_columns) = { 0 };
	struct table table CLEANUP(table_free) = { 0 };
	_cleanup_free_ struct cpu_row *rows = calloc(frame->n_cpus + 1, sizeof(*rows));

	table.rows = calloc(frame->n_cpus + 1, sizeof(*table.rows));
	if (!rows || !table.rows || !table_choose_keys(&table, cpu_columns) ||
		!make_softirq_columns(frame, &softirqs))
		return false;
	parts.softirqs = softirqs.pointers[0] ? softirqs.pointers : NULL;
	for (size_t i = 0; softnet_columns[i].name; i++)
		parts.softnet[i] = &softnet_columns[i];
	for (size_t i = 0; i < frame->n_cpus; i++) {
		rows[i] = (struct cpu_row){ .frame = frame, .cpu = &frame->cpus[i] };
		table.rows[table.n_rows++] = &rows[i];
	}
	document_add_table(document, "by_cpu", &table);
	return true;
}

/* ------------------------------------------------------------------------------- */

static bool add_interrupts(
	struct document *document, const struct frame *frame, bool shows_all)
{
	struct table table CLEANUP(table_free) = { 0 };

	table.rows = (void **)top_sort_rows(frame, shows_all, &table.n_rows);
	if (!table.rows || !table_choose_keys(&table, top_columns))
		return false;
	document_add_table(document, "interrupts", &table);
	return true;
}

static void add_time(struct document *document, const struct frame *frame)
{
	char text[64], whole[32];
	struct tm tm;

	gmtime_r(&frame->time.tv_sec, &tm);
	strftime(whole, sizeof(whole), "%FT%T", &tm);
	snprintf(text, sizeof(text), "%s.%03ldZ", whole, frame->time.tv_nsec / 1000000);
	document_add_text(document, "time", text);
}

static bool has_irqbalance(const struct frame *frame)
{
	struct irqkit_irqbalance *irqbalance = NULL;
	bool runs = irqkit_irqbalance_new(
			    irqkit_machine_get_devices(frame->machine), &irqbalance) == 0;

	irqkit_irqbalance_free(irqbalance);
	return runs;
}

enum status top_print_json(const struct frame *frame, const struct call *call)
{
	const struct top_options *o = call->state;
	struct document *document;

	if (document_load() != STATUS_DONE)
		return STATUS_REFUSED;
	document = document_new_line();
	if (!document)
		return say_no_memory();
	document_add_text(document, "irqkit", irqkit_version());
	document_add_text(document, "command", "top");
	add_time(document, frame);
	document_add_real(document, "seconds", frame->seconds);
	document_add_number(document, "cpu_count", frame->n_cpus);
	document_add_real(document, "interrupts_per_second", frame->rate);
	if (frame->imbalance > 0)
		document_add_real(document, "imbalance", frame->imbalance);
	document_add_text(document, "weigh", period_name_weigh(frame->load));
	document_add_text(document, "source", frame_source_word(frame));
	document_add_bool(document, "irqbalance", has_irqbalance(frame));
	document_add_bool(document, "complete", frame->is_complete);
	if (!add_cpus(document, frame) || !add_interrupts(document, frame, o->shows_all))
		document_fail(document);
	if (frame->gone && frame->gone[0])
		document_add_texts(document, "gone", frame->gone);
	if (frame->appeared && frame->appeared[0])
		document_add_texts(document, "appeared", frame->appeared);
	return document_finish(document);
}
