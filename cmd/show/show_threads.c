/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel threads of a queue: as one text, and as objects of JSON. */
#include "show/show_threads.h"
#include "base/basics.h"
#include "base/text.h"

#include <stdio.h>

struct thread_row {
	struct irqkit_thread *thread;
	struct irqkit_cpuset *cpus; /* owned; NULL: it has ended */
};

struct show_threads {
	struct table table;
	struct thread_row rows[];
};

static struct cell get_pid(void *data)
{
	struct thread_row *row = data;

	return number_cell(irqkit_thread_get_pid(row->thread));
}

static struct cell get_name(void *data)
{
	struct thread_row *row = data;

	return text_cell(irqkit_thread_get_name(row->thread));
}

static struct cell get_cpus(void *data)
{
	struct thread_row *row = data;

	return cpus_cell(row->cpus);
}

static struct cell get_fixed(void *data)
{
	struct thread_row *row = data;

	return bool_cell(irqkit_thread_is_fixed(row->thread));
}

static const struct column columns[] = {
	{ "PID", "pid", NULL, 0, get_pid, 0 },
	{ "NAME", "name", NULL, 0, get_name, 0 },
	{ "CPUS", "cpus", NULL, 0, get_cpus, 0 },
	{ "FIXED", "fixed", NULL, 0, get_fixed, 0 },
};

void show_threads_free(struct show_threads *threads)
{
	if (!threads)
		return;
	for (size_t i = 0; i < threads->table.n_rows; i++)
		irqkit_cpuset_free(threads->rows[i].cpus);
	table_free(&threads->table);
	free(threads);
}

static bool allocate(struct table *table, size_t n)
{
	table->columns = calloc(LENGTH(columns) + 1, sizeof(*table->columns));
	table->rows = calloc(n + 1, sizeof(*table->rows));
	if (!table->columns || !table->rows)
		return false;
	for (size_t i = 0; i < LENGTH(columns); i++)
		table->columns[i] = &columns[i];
	return true;
}

struct show_threads *show_threads_new(struct irqkit_queue *queue)
{
	struct show_threads *threads;
	size_t n;

	if (irqkit_queue_count_threads(queue, &n) < 0)
		n = 0;
	threads = calloc(1, sizeof(*threads) + n * sizeof(threads->rows[0]));
	if (!threads || !allocate(&threads->table, n)) {
		show_threads_free(threads);
		return NULL;
	}
	for (size_t i = 0; i < n; i++) {
		struct thread_row *row = &threads->rows[i];

		row->thread = irqkit_queue_get_thread(queue, i);
		irqkit_thread_read_affinity(row->thread, &row->cpus);
		threads->table.rows[threads->table.n_rows++] = row;
	}
	return threads;
}

const struct table *show_threads_get_table(const struct show_threads *threads)
{
	return &threads->table;
}

/* "napi/eth0-8193 (0-3)"; the caller's to free */
static char *format_thread(const struct thread_row *row)
{
	const char *name = irqkit_thread_get_name(row->thread);
	_cleanup_free_ char *list = NULL;
	char *text;
	int r;

	if (row->cpus)
		irqkit_cpuset_format_list(row->cpus, &list);
	r = list ? asprintf(&text, "%s (%s)", name, list) : asprintf(&text, "%s", name);
	return r < 0 ? NULL : text;
}

char *show_threads_format(const struct show_threads *threads)
{
	char *all = NULL;

	for (size_t i = 0; i < threads->table.n_rows; i++) {
		_cleanup_free_ char *one = format_thread(&threads->rows[i]);

		if (!one || !text_join(&all, ", ", one)) {
			free(all);
			return NULL;
		}
	}
	return all;
}
