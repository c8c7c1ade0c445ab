/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The facts that several rules need: files, counts, time. */
#include "doctor/facts.h"
#include "base/array.h"
#include "base/cpuset.h"
#include "base/macros.h"
#include "base/number.h"
#include "kernel/knob.h"
#include "load/load_record.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* ------------------------------------------------------------------------------- */
/* Files                                                                           */

static int compare_path(const void *member, const void *key)
{
	return strcmp(((const struct fact_file *)member)->path, key);
}

static void read_file(struct facts *facts, struct fact_file *file)
{
	file->error = knob_read(facts->ctx, file->path, &file->text, &file->len);
	while (file->text && file->len > 0 && file->text[file->len - 1] == '\n')
		file->text[--file->len] = '\0';
}

/* Takes @path over. NULL: no memory. */
static const struct fact_file *find_file(struct facts *facts, char *path)
{
	size_t at = array_lower_bound(
		facts->files, facts->n_files, sizeof(*facts->files), path, compare_path);
	struct fact_file *file = facts->files + at;

	if (at < facts->n_files && strcmp(file->path, path) == 0) {
		free(path);
		return file;
	}
	if (!GROW(facts->files, facts->n_files, facts->files_room)) {
		free(path);
		return NULL;
	}
	file = facts->files + at;
	memmove(file + 1, file, (facts->n_files - at) * sizeof(*file));
	facts->n_files++;
	*file = (struct fact_file){ .path = path };
	read_file(facts, file);
	return file;
}

static const struct fact_file *find_formatted(
	struct facts *facts, const char *format, va_list args)
{
	char *path;

	return vasprintf(&path, format, args) < 0 ? NULL : find_file(facts, path);
}

const char *facts_read(struct facts *facts, int *ret_error, const char *format, ...)
{
	const struct fact_file *file;
	va_list args;

	va_start(args, format);
	file = find_formatted(facts, format, args);
	va_end(args);
	if (ret_error)
		*ret_error = file ? file->error : -ENOMEM;
	return file ? file->text : NULL;
}

bool facts_read_number(struct facts *facts, uint64_t *ret_number, const char *format, ...)
{
	const struct fact_file *file;
	va_list args;

	va_start(args, format);
	file = find_formatted(facts, format, args);
	va_end(args);
	return file && file->text && parse_u64(file->text, file->len, ret_number) == 0;
}

static struct irqkit_cpuset *parse_file(
	const struct fact_file *file, knob_parse_fn *parse)
{
	struct irqkit_cpuset *set = NULL;

	return file && file->text && parse(file->text, file->len, &set, NULL) == 0 ? set
										   : NULL;
}

struct irqkit_cpuset *facts_read_list(struct facts *facts, const char *format, ...)
{
	const struct fact_file *file;
	va_list args;

	va_start(args, format);
	file = find_formatted(facts, format, args);
	va_end(args);
	return parse_file(file, irqkit_cpuset_parse_list);
}

struct irqkit_cpuset *facts_copy_mask(struct facts *facts, enum machine_file file)
{
	struct irqkit_cpuset *set = NULL;

	return machine_read_mask(facts->machine, file, &set) == 0 ? set : NULL;
}

bool facts_has_file(struct facts *facts, enum machine_file file)
{
	const char *text;

	return machine_get_file(facts->machine, file, &text, NULL) == 0;
}

char *facts_find_parameter(struct facts *facts, const char *name)
{
	const char *text = facts_read(facts, NULL, "proc/cmdline");
	size_t len = strlen(name);

	while (text && *text) {
		size_t word = strcspn(text, " \n");

		if (word >= len && strncmp(text, name, len) == 0)
			return strndup(text + len, word - len);
		text += word;
		text += strspn(text, " \n");
	}
	return NULL;
}

/* ------------------------------------------------------------------------------- */
/* Counts and time                                                                 */

enum irqkit_confidence facts_confidence(const struct facts *facts)
{
	if (!facts->load)
		return IRQKIT_CONFIDENCE_PLACEMENT;
	return irqkit_load_is_since_boot(facts->load) ? IRQKIT_CONFIDENCE_MEAN
						      : IRQKIT_CONFIDENCE_MEASURED;
}

/* The planner takes counts row by row. */
static bool has_same_rows(
	const struct irqkit_snapshot *a, const struct irqkit_snapshot *b)
{
	bool is_same = irqkit_snapshot_count(a) == irqkit_snapshot_count(b);

	for (size_t i = 0; is_same && i < irqkit_snapshot_count(a); i++)
		is_same = strcmp(irqkit_interrupt_get_label(irqkit_snapshot_get(a, i)),
				  irqkit_interrupt_get_label(
					  irqkit_snapshot_get(b, i))) == 0;
	return is_same;
}

const struct irqkit_snapshot *facts_counts(const struct facts *facts)
{
	const struct irqkit_snapshot *rows = facts->machine->snapshot;
	const struct irqkit_snapshot *counts = facts->load ? facts->load->difference
							   : NULL;

	return counts && has_same_rows(counts, rows) ? counts : rows;
}

double facts_seconds(const struct facts *facts)
{
	return facts->load ? irqkit_load_get_seconds(facts->load) : -1;
}

double facts_rate(const struct facts *facts, uint64_t count)
{
	double seconds = facts_seconds(facts);

	return seconds > 0 ? (double)count / seconds : -1;
}

uint64_t facts_count(const struct facts *facts, const struct irqkit_irq *irq)
{
	return facts->load ? irqkit_load_get_count(facts->load, irqkit_irq_get_index(irq))
			   : irqkit_interrupt_get_total(irq->row);
}

double facts_busy(const struct facts *facts, unsigned int cpu)
{
	const struct irqkit_load_cpu *own = facts->load
		? irqkit_load_find_cpu(facts->load, cpu)
		: NULL;
	double share;

	if (!own || irqkit_load_get_accounting(facts->load) != IRQKIT_ACCOUNTED)
		return -1;
	return irqkit_load_cpu_get_time(own, &share) < 0 ? -1 : share;
}

double facts_steal(const struct facts *facts, unsigned int cpu)
{
	const struct irqkit_load_cpu *own = facts->load
		? irqkit_load_find_cpu(facts->load, cpu)
		: NULL;
	double share;

	return !own || irqkit_load_cpu_get_steal(own, &share) < 0 ? -1 : share;
}

/* ------------------------------------------------------------------------------- */

char *facts_format_cpus(const struct irqkit_cpuset *cpus)
{
	char *text;

	return irqkit_cpuset_format_list(cpus, &text) < 0 ? NULL : text;
}

const char *facts_get_fast_word(const struct facts *facts)
{
	const struct irqkit_cpuset *fast = irqkit_topology_get_fast_cores(
		facts->topology);

	return fast && irqkit_cpuset_has_common(fast, facts->isolated)
		? "housekeeping,^slow"
		: "fast";
}
