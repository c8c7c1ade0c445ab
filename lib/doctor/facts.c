/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The facts: files, CPUs, counts. */
#include "doctor/facts.h"
#include "base/array.h"
#include "base/cpuset.h"
#include "base/macros.h"
#include "base/number.h"
#include "doctor/facts_units.h"
#include "kernel/knob.h"
#include "topology/topology.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Isolated or without ticks: what is online and not housekeeping. */
static int find_isolated(struct facts *facts)
{
	int r = irqkit_cpuset_copy(facts->online, &facts->isolated);

	if (r == 0)
		irqkit_cpuset_remove_set(facts->isolated, facts->housekeeping);
	return r;
}

static int facts_fill(struct facts *facts)
{
	facts->online = irqkit_topology_get_cpus(facts->topology, IRQKIT_CPUS_ONLINE);
	facts->housekeeping = irqkit_topology_get_cpus(
		facts->topology, IRQKIT_CPUS_HOUSEKEEPING);
	if (!facts->online || !facts->housekeeping)
		return -ENOMEM;
	if (irqkit_ctx_read_uptime(facts->ctx, &facts->uptime) < 0)
		facts->uptime = -1;
	return find_isolated(facts);
}

int facts_new(struct irqkit_machine *machine, struct facts **ret_facts)
{
	struct facts *facts = calloc(1, sizeof(*facts));
	int r;

	if (!facts)
		return -ENOMEM;
	facts->machine = machine;
	facts->ctx = irqkit_machine_get_ctx(machine);
	facts->topology = irqkit_machine_get_topology(machine);
	facts->devices = irqkit_machine_get_devices(machine);
	r = facts_fill(facts);
	if (r == 0)
		r = facts_find_units(facts);
	if (r < 0)
		facts_free(facts);
	else
		*ret_facts = facts;
	return r;
}

void facts_free(struct facts *facts)
{
	if (!facts)
		return;
	facts_free_units(facts);
	for (size_t i = 0; i < facts->n_files; i++) {
		free(facts->files[i].path);
		free(facts->files[i].text);
	}
	free(facts->files);
	irqkit_cpuset_free(facts->isolated);
	free(facts);
}

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

struct irqkit_cpuset *facts_read_mask(struct facts *facts, const char *format, ...)
{
	const struct fact_file *file;
	va_list args;

	va_start(args, format);
	file = find_formatted(facts, format, args);
	va_end(args);
	return parse_file(file, irqkit_cpuset_parse_mask);
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
	return facts->uptime > 0 ? IRQKIT_CONFIDENCE_MEAN : IRQKIT_CONFIDENCE_PLACEMENT;
}

const struct irqkit_snapshot *facts_counts(const struct facts *facts)
{
	return facts->machine->snapshot;
}

double facts_seconds(const struct facts *facts)
{
	return facts->uptime;
}

double facts_rate(const struct facts *facts, uint64_t count)
{
	double seconds = facts_seconds(facts);

	return seconds > 0 ? (double)count / seconds : -1;
}

uint64_t facts_count(const struct facts *facts, const struct irqkit_irq *irq)
{
	int number = irqkit_irq_get_number(irq);
	const struct irqkit_snapshot *counts = facts_counts(facts);
	const struct irqkit_interrupt *row = counts == facts->machine->snapshot
		? irq->row
		: irqkit_snapshot_find_irq(counts, (unsigned int)number);

	return row ? irqkit_interrupt_get_total(row) : 0;
}

double facts_busy(const struct facts *facts, unsigned int cpu)
{
	(void)facts;
	(void)cpu;
	return -1;
}

double facts_steal(const struct facts *facts, unsigned int cpu)
{
	(void)facts;
	(void)cpu;
	return -1;
}

/* ------------------------------------------------------------------------------- */

char *facts_format_cpus(const struct irqkit_cpuset *cpus)
{
	char *text;

	return irqkit_cpuset_format_list(cpus, &text) < 0 ? NULL : text;
}
