/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The state of a machine from the JSON of `irqkit show`, which jansson reads. The document
 * can be anybody's: whatever it holds, it is taken or its first mistake is reported.
 */
#include "base/basics.h"
#include "base/on_demand.h"
#include "base/read_number.h"
#include "base/say.h"
#include "base/text.h"
#include "compare/state_reader.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define CALLS(X)                                                                         \
	X(json_array_get)                                                                \
	X(json_integer_value)                                                            \
	X(json_load_file)                                                                \
	X(json_loadf)                                                                    \
	X(json_number_value)                                                             \
	X(json_object_iter)                                                              \
	X(json_object_iter_key)                                                          \
	X(json_object_iter_next)                                                         \
	X(json_object_iter_value)                                                        \
	X(json_string_value)
ON_DEMAND("libjansson.so.4", "reads JSON", CALLS)

/* ------------------------------------------------------------------------------- */
/* Interrupts                                                                      */

static int compare_counts(const void *a, const void *b)
{
	const struct state_count *one = a, *other = b;

	return (one->cpu > other->cpu) - (one->cpu < other->cpu);
}

static void add_count(
	struct reader *reader, struct state_irq *irq, const char *key, json_t *value)
{
	uint64_t cpu;

	if (read_number(key, strlen(key), IRQKIT_CPU_MAX, &cpu) < 0 ||
		!json_is_integer(value) || do_json_integer_value(value) < 0) {
		saved_fail(reader, "per_cpu", "is not an object of counts by CPU");
		return;
	}
	if (do_json_integer_value(value) == 0)
		return;
	irq->counts[irq->n_counts++] = (struct state_count){
		.cpu = (unsigned int)cpu,
		.count = (uint64_t)do_json_integer_value(value),
	};
}

static void read_counts(struct reader *reader, json_t *object, struct state_irq *irq)
{
	json_t *counts = saved_find(object, "per_cpu");
	size_t n = 0;

	if (!counts)
		return;
	if (!json_is_object(counts)) {
		saved_fail(reader, "per_cpu", "is not an object of counts by CPU");
		return;
	}
	for (void *i = do_json_object_iter(counts); i;
		i = do_json_object_iter_next(counts, i))
		n++;
	irq->counts = calloc(n + 1, sizeof(*irq->counts));
	if (!irq->counts) {
		saved_fail_memory(reader);
		return;
	}
	for (void *i = do_json_object_iter(counts); i;
		i = do_json_object_iter_next(counts, i))
		add_count(reader, irq, do_json_object_iter_key(i),
			do_json_object_iter_value(i));
	qsort(irq->counts, irq->n_counts, sizeof(*irq->counts), compare_counts);
}

/* Per-CPU interrupts are in no share: see irqkit_interrupt_is_background(). */
static bool is_background(struct reader *reader, json_t *object)
{
	_cleanup_free_ char *why = saved_get_text(reader, object, "immovable");

	return why && strcmp(why, "per-cpu") == 0;
}

static void read_total(struct reader *reader, json_t *object, struct state_irq *irq)
{
	int64_t total = 0;

	if (saved_get_integer(reader, object, "total", &total) && total < 0)
		saved_fail(reader, "total", "is out of range");
	irq->total = (uint64_t)total;
}

static void read_irq(struct reader *reader, json_t *object)
{
	struct state_irq *irq = &reader->state->irqs[reader->state->n_irqs];
	unsigned int node;

	if (!saved_get_number(reader, object, "irq", &irq->number))
		return; /* a row with a name: it belongs to its CPU */
	reader->state->n_irqs++;
	irq->node = saved_get_number(reader, object, "node", &node) ? (int)node : -1;
	irq->label = saved_need_text(reader, object, "label");
	irq->name = saved_get_texts(reader, object, "actions", ", ");
	if (!irq->name && !reader->has_failed && !(irq->name = strdup("")))
		saved_fail_memory(reader);
	irq->device = saved_get_text(reader, object, "device");
	irq->queues = saved_get_texts(reader, object, "queues", " ");
	irq->has_hwirq = saved_get_integer(reader, object, "hwirq", &irq->hwirq);
	irq->affinity = saved_get_list(reader, object, "affinity");
	irq->effective = saved_get_list(reader, object, "effective");
	if (irq->effective && irqkit_cpuset_is_empty(irq->effective)) {
		irqkit_cpuset_free(irq->effective);
		irq->effective = NULL;
	}
	irq->is_background = is_background(reader, object);
	read_total(reader, object, irq);
	read_counts(reader, object, irq);
}

static void read_irqs(struct reader *reader)
{
	struct state *state = reader->state;
	json_t *array = NULL;
	size_t n = saved_need_array(reader, "interrupts", &array);

	if (!state_new_irqs(state, n))
		saved_fail_memory(reader);
	for (size_t i = 0; i < n && !reader->has_failed; i++) {
		json_t *object = saved_enter(reader, "interrupts", array, i);

		if (object)
			read_irq(reader, object);
	}
	reader->array = NULL;
	if (reader->has_failed)
		return;
	state_sort_irqs(state);
	for (size_t i = 1; i < state->n_irqs; i++)
		if (state->irqs[i].number == state->irqs[i - 1].number)
			saved_fail(reader, "interrupts", "has a number twice");
}

/* ------------------------------------------------------------------------------- */
/* Settings                                                                        */

static void read_queue(struct reader *reader, json_t *object)
{
	struct settings *settings = &reader->state->settings;
	struct queue_setting *setting = &settings->queues[settings->n_queues++];

	setting->device = saved_need_text(reader, object, "device");
	setting->queue = saved_need_text(reader, object, "queue");
	setting->rps = saved_get_list(reader, object, "rps_cpus");
	setting->xps = saved_get_list(reader, object, "xps_cpus");
}

static void read_queues(struct reader *reader)
{
	struct settings *settings = &reader->state->settings;
	json_t *array = NULL;
	size_t n = saved_need_array(reader, "queues", &array);

	settings->queues = calloc(n + 1, sizeof(*settings->queues));
	if (!settings->queues)
		saved_fail_memory(reader);
	for (size_t i = 0; i < n && !reader->has_failed; i++) {
		json_t *object = saved_enter(reader, "queues", array, i);

		if (object)
			read_queue(reader, object);
	}
	reader->array = NULL;
}

static void read_channels(struct reader *reader, json_t *object)
{
	struct settings *settings = &reader->state->settings;
	struct channel_setting *setting = &settings->channels[settings->n_channels++];

	setting->device = saved_need_text(reader, object, "device");
	for (size_t i = 0; i < N_CHANNEL_KINDS && !reader->has_failed; i++) {
		json_t *count = saved_find(object, channel_kind_key(i));

		if (!count)
			continue;
		if (!json_is_object(count)) {
			saved_fail(reader, channel_kind_key(i), "is not an object");
			return;
		}
		if (saved_need(reader, count, "now") &&
			saved_need(reader, count, "max")) {
			saved_get_number(reader, count, "now", &setting->counts[i].now);
			saved_get_number(reader, count, "max", &setting->counts[i].max);
		}
	}
}

static void read_devices(struct reader *reader)
{
	struct settings *settings = &reader->state->settings;
	json_t *array = NULL;
	size_t n = saved_need_array(reader, "devices", &array);

	settings->channels = calloc(n + 1, sizeof(*settings->channels));
	if (!settings->channels)
		saved_fail_memory(reader);
	for (size_t i = 0; i < n && !reader->has_failed; i++) {
		json_t *object = saved_enter(reader, "devices", array, i);

		if (object)
			read_channels(reader, object);
	}
	reader->array = NULL;
}

/* ------------------------------------------------------------------------------- */
/* CPUs and times                                                                  */

static void read_cpus(struct reader *reader)
{
	struct state *state = reader->state;
	json_t *array = NULL;
	size_t n = saved_need_array(reader, "cpus", &array);

	if (irqkit_cpuset_new(&state->cpus) < 0)
		saved_fail_memory(reader);
	for (size_t i = 0; i < n && !reader->has_failed; i++) {
		json_t *cpu = do_json_array_get(array, i);
		json_int_t number = do_json_integer_value(cpu);

		if (!json_is_integer(cpu) || number < 0 || number > IRQKIT_CPU_MAX)
			saved_fail(reader, "cpus", "is not an array of CPU numbers");
		else if (irqkit_cpuset_add(state->cpus, (unsigned int)number) < 0)
			saved_fail_memory(reader);
	}
	if (!reader->has_failed && irqkit_cpuset_is_empty(state->cpus))
		saved_fail(reader, "cpus", "is empty");
	state->isolated = saved_get_list(reader, reader->root, "isolated");
}

/* Nodes have a number, cores only CPUs. Some machines have neither. */
static void read_groups(struct reader *reader, const char *key,
	struct state_groups *groups, bool is_numbered)
{
	json_t *array = NULL;
	size_t n = saved_find(reader->root, key) ? saved_need_array(reader, key, &array)
						 : 0;

	for (size_t i = 0; i < n && !reader->has_failed; i++) {
		json_t *object = saved_enter(reader, key, array, i);
		struct irqkit_cpuset *cpus = NULL;
		unsigned int number = (unsigned int)i;

		if (!object)
			break;
		if (saved_need(reader, object, "cpus"))
			cpus = saved_get_list(reader, object, "cpus");
		if (is_numbered && saved_need(reader, object, "node"))
			saved_get_number(reader, object, "node", &number);
		if (cpus && !state_add_group(groups, number, cpus))
			saved_fail_memory(reader);
	}
	reader->array = NULL;
}

static void read_times(struct reader *reader)
{
	struct state *state = reader->state;
	json_t *uptime = saved_find(reader->root, "uptime");

	state->time = saved_get_text(reader, reader->root, "time");
	state->boot_id = saved_get_text(reader, reader->root, "boot_id");
	state->uptime = -1;
	if (!uptime)
		return;
	if (!json_is_number(uptime) || do_json_number_value(uptime) < 0)
		saved_fail(reader, "uptime", "is not a number of seconds");
	else
		state->uptime = do_json_number_value(uptime);
}

/* ------------------------------------------------------------------------------- */

/* Is it of another command, or of another program? */
static void check_kind(struct reader *reader)
{
	json_t *command;

	if (!json_is_object(reader->root) || !saved_find(reader->root, "irqkit")) {
		saved_fail(reader, NULL,
			"is not the JSON of irqkit: save the state with 'irqkit show "
			"--json'");
		return;
	}
	command = saved_find(reader->root, "command");
	if (command && json_is_string(command)) {
		_cleanup_free_ char *name = text_escape(do_json_string_value(command));
		_cleanup_free_ char *what = NULL;

		if (!name ||
			asprintf(&what,
				"is the JSON of 'irqkit %s': save the state with 'irqkit "
				"show --json'",
				name) < 0) {
			what = NULL;
			saved_fail_memory(reader);
			return;
		}
		saved_fail(reader, NULL, what);
	}
}

static void load(struct reader *reader)
{
	json_error_t error;
	bool is_stdin = strcmp(reader->path, STDIN_NAME) == 0;

	errno = 0;
	reader->root = is_stdin
		? do_json_loadf(stdin, JSON_REJECT_DUPLICATES, &error)
		: do_json_load_file(reader->path, JSON_REJECT_DUPLICATES, &error);
	if (reader->root)
		return;
	if (json_error_code(&error) == json_error_cannot_open_file || ferror(stdin)) {
		_cleanup_free_ char *path = text_escape(reader->path);

		say_error("cannot read '%s': %s", path ? path : "?", strerror(errno));
		reader->has_failed = true;
	} else if (json_error_code(&error) == json_error_out_of_memory) {
		saved_fail_memory(reader);
	} else {
		_cleanup_free_ char *why = text_escape(error.text);
		_cleanup_free_ char *what = NULL;

		if (!why ||
			asprintf(&what, "is not JSON, line %d: %s", error.line, why) <
				0) {
			what = NULL;
			saved_fail_memory(reader);
			return;
		}
		saved_fail(reader, NULL, what);
	}
}

enum status state_read_json(const char *path, struct state *state)
{
	struct reader reader CLEANUP(saved_clear) = { .path = path, .state = state };
	static void (*const steps[])(struct reader *) = {
		load,
		check_kind,
		read_times,
		read_cpus,
		read_irqs,
		read_queues,
		read_devices,
	};

	if (!load_library() || !saved_load_library())
		return STATUS_REFUSED;
	for (size_t i = 0; i < LENGTH(steps) && !reader.has_failed; i++)
		steps[i](&reader);
	if (!reader.has_failed)
		read_groups(&reader, "nodes", &state->nodes, true);
	if (!reader.has_failed)
		read_groups(&reader, "cores", &state->cores, false);
	return reader.has_failed ? STATUS_REFUSED : STATUS_DONE;
}
