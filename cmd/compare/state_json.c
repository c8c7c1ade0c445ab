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
#include "compare/state.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define CALLS(X)                                                                         \
	X(json_array_get)                                                                \
	X(json_array_size)                                                               \
	X(json_delete)                                                                   \
	X(json_integer_value)                                                            \
	X(json_load_file)                                                                \
	X(json_loadf)                                                                    \
	X(json_number_value)                                                             \
	X(json_object_get)                                                               \
	X(json_object_iter)                                                              \
	X(json_object_iter_key)                                                          \
	X(json_object_iter_next)                                                         \
	X(json_object_iter_value)                                                        \
	X(json_string_value)
ON_DEMAND("libjansson.so.4", "reads JSON", CALLS)

#define STDIN_NAME "-"

/* A document that is read. The first mistake ends everything. */
struct reader {
	const char *path;
	json_t *root; /* owned */
	struct state *state;
	const char *array; /* where it is read now: "interrupts"; NULL: in the document */
	size_t index; /* in the array */
	bool has_failed; /* which has been reported */
};

static void reader_clear(struct reader *reader)
{
	if (reader->root)
		do_json_delete(reader->root); /* nobody else has it */
}

/*
 * Reports a mistake: '"total" of interrupts[3] is out of range'. @key: NULL means the
 * object itself; "it" is the document.
 */
static void fail(struct reader *reader, const char *key, const char *what)
{
	_cleanup_free_ char *path = text_escape(reader->path);
	_cleanup_free_ char *subject = NULL;
	int r = 0;

	if (reader->has_failed)
		return;
	reader->has_failed = true;
	if (key && reader->array)
		r = asprintf(
			&subject, "\"%s\" of %s[%zu]", key, reader->array, reader->index);
	else if (key)
		r = asprintf(&subject, "\"%s\"", key);
	else if (reader->array)
		r = asprintf(&subject, "%s[%zu]", reader->array, reader->index);
	else
		subject = strdup("it");
	if (r < 0)
		subject = NULL;
	if (!path || !subject)
		say_no_memory();
	else if (strcmp(path, STDIN_NAME) == 0)
		say_error("cannot use standard input: %s %s", subject, what);
	else
		say_error("cannot use '%s': %s %s", path, subject, what);
}

static void fail_memory(struct reader *reader)
{
	if (!reader->has_failed)
		say_no_memory();
	reader->has_failed = true;
}

/* ------------------------------------------------------------------------------- */
/* Members of an object                                                            */

static json_t *find(json_t *object, const char *key)
{
	return do_json_object_get(object, key);
}

static json_t *need(struct reader *reader, json_t *object, const char *key)
{
	json_t *value = find(object, key);

	if (!value)
		fail(reader, key,
			"is missing: save the whole state with 'irqkit show --json'");
	return value;
}

/* A copy of a text, or NULL where there is none. */
static char *get_text(struct reader *reader, json_t *object, const char *key)
{
	json_t *value = find(object, key);
	char *text;

	if (!value)
		return NULL;
	if (!json_is_string(value)) {
		fail(reader, key, "is not a text");
		return NULL;
	}
	text = strdup(do_json_string_value(value));
	if (!text)
		fail_memory(reader);
	return text;
}

static char *need_text(struct reader *reader, json_t *object, const char *key)
{
	return need(reader, object, key) ? get_text(reader, object, key) : NULL;
}

static bool get_integer(
	struct reader *reader, json_t *object, const char *key, int64_t *ret_value)
{
	json_t *value = find(object, key);

	if (!value)
		return false;
	if (!json_is_integer(value)) {
		fail(reader, key, "is not an integer");
		return false;
	}
	*ret_value = do_json_integer_value(value);
	return true;
}

/* A number that is not negative and fits an int. */
static bool get_number(
	struct reader *reader, json_t *object, const char *key, unsigned int *ret_value)
{
	int64_t value = 0;

	if (!get_integer(reader, object, key, &value))
		return false;
	if (value < 0 || value > INT32_MAX) {
		fail(reader, key, "is out of range");
		return false;
	}
	*ret_value = (unsigned int)value;
	return true;
}

/* A CPU list; NULL where there is none. */
static struct irqkit_cpuset *get_list(
	struct reader *reader, json_t *object, const char *key)
{
	_cleanup_free_ char *text = get_text(reader, object, key);
	struct irqkit_cpuset *set = NULL;
	int r = text ? irqkit_cpuset_parse_list(text, strlen(text), &set, NULL) : 0;

	if (r == -ENOMEM)
		fail_memory(reader);
	else if (r < 0)
		fail(reader, key, "is not a CPU list");
	return set;
}

/* An array; its objects are read one by one. 0: it is missing, or no array. */
static size_t need_array(struct reader *reader, const char *key, json_t **ret_array)
{
	json_t *array = need(reader, reader->root, key);

	if (array && !json_is_array(array))
		fail(reader, key, "is not an array");
	if (reader->has_failed)
		return 0;
	*ret_array = array;
	return do_json_array_size(array);
}

/* The object at @index of an array; mistakes in it are reported with its place. */
static json_t *enter(struct reader *reader, const char *key, json_t *array, size_t index)
{
	json_t *object = do_json_array_get(array, index);

	reader->array = key;
	reader->index = index;
	if (!json_is_object(object)) {
		fail(reader, NULL, "is not an object");
		return NULL;
	}
	return object;
}

/* An array of texts as one text; NULL where there is none. */
static char *get_texts(
	struct reader *reader, json_t *object, const char *key, const char *separator)
{
	json_t *array = find(object, key);
	char *text = NULL;

	if (!array)
		return NULL;
	if (!json_is_array(array)) {
		fail(reader, key, "is not an array");
		return NULL;
	}
	for (size_t i = 0; i < do_json_array_size(array); i++) {
		const char *each = do_json_string_value(do_json_array_get(array, i));

		if (!each)
			fail(reader, key, "is not an array of texts");
		else if (!text_join(&text, separator, each))
			fail_memory(reader);
		if (reader->has_failed)
			break;
	}
	return text;
}

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
		fail(reader, "per_cpu", "is not an object of counts by CPU");
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
	json_t *counts = find(object, "per_cpu");
	size_t n = 0;

	if (!counts)
		return;
	if (!json_is_object(counts)) {
		fail(reader, "per_cpu", "is not an object of counts by CPU");
		return;
	}
	for (void *i = do_json_object_iter(counts); i;
		i = do_json_object_iter_next(counts, i))
		n++;
	irq->counts = calloc(n + 1, sizeof(*irq->counts));
	if (!irq->counts) {
		fail_memory(reader);
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
	_cleanup_free_ char *why = get_text(reader, object, "immovable");

	return why && strcmp(why, "per-cpu") == 0;
}

static void read_total(struct reader *reader, json_t *object, struct state_irq *irq)
{
	int64_t total = 0;

	if (get_integer(reader, object, "total", &total) && total < 0)
		fail(reader, "total", "is out of range");
	irq->total = (uint64_t)total;
}

static void read_irq(struct reader *reader, json_t *object)
{
	struct state_irq *irq = &reader->state->irqs[reader->state->n_irqs];
	unsigned int node;

	if (!get_number(reader, object, "irq", &irq->number))
		return; /* a row with a name: it belongs to its CPU */
	reader->state->n_irqs++;
	irq->node = get_number(reader, object, "node", &node) ? (int)node : -1;
	irq->label = need_text(reader, object, "label");
	irq->name = get_texts(reader, object, "actions", ", ");
	if (!irq->name && !reader->has_failed && !(irq->name = strdup("")))
		fail_memory(reader);
	irq->device = get_text(reader, object, "device");
	irq->queues = get_texts(reader, object, "queues", " ");
	irq->has_hwirq = get_integer(reader, object, "hwirq", &irq->hwirq);
	irq->affinity = get_list(reader, object, "affinity");
	irq->effective = get_list(reader, object, "effective");
	if (irq->effective && irqkit_cpuset_is_empty(irq->effective)) {
		irqkit_cpuset_free(irq->effective);
		irq->effective = NULL;
	}
	irq->is_background = is_background(reader, object);
	read_total(reader, object, irq);
	read_counts(reader, object, irq);
}

static int compare_irqs(const void *a, const void *b)
{
	const struct state_irq *one = a, *other = b;

	return (one->number > other->number) - (one->number < other->number);
}

static void read_irqs(struct reader *reader)
{
	struct state *state = reader->state;
	json_t *array = NULL;
	size_t n = need_array(reader, "interrupts", &array);

	if (!state_new_irqs(state, n))
		fail_memory(reader);
	for (size_t i = 0; i < n && !reader->has_failed; i++) {
		json_t *object = enter(reader, "interrupts", array, i);

		if (object)
			read_irq(reader, object);
	}
	reader->array = NULL;
	if (reader->has_failed)
		return;
	qsort(state->irqs, state->n_irqs, sizeof(*state->irqs), compare_irqs);
	for (size_t i = 1; i < state->n_irqs; i++)
		if (state->irqs[i].number == state->irqs[i - 1].number)
			fail(reader, "interrupts", "has a number twice");
}

/* ------------------------------------------------------------------------------- */
/* Settings                                                                        */

static void read_queue(struct reader *reader, json_t *object)
{
	struct settings *settings = &reader->state->settings;
	struct queue_setting *setting = &settings->queues[settings->n_queues++];

	setting->device = need_text(reader, object, "device");
	setting->queue = need_text(reader, object, "queue");
	setting->rps = get_list(reader, object, "rps_cpus");
	setting->xps = get_list(reader, object, "xps_cpus");
}

static void read_queues(struct reader *reader)
{
	struct settings *settings = &reader->state->settings;
	json_t *array = NULL;
	size_t n = need_array(reader, "queues", &array);

	settings->queues = calloc(n + 1, sizeof(*settings->queues));
	if (!settings->queues)
		fail_memory(reader);
	for (size_t i = 0; i < n && !reader->has_failed; i++) {
		json_t *object = enter(reader, "queues", array, i);

		if (object)
			read_queue(reader, object);
	}
	reader->array = NULL;
}

static void read_channels(struct reader *reader, json_t *object)
{
	struct settings *settings = &reader->state->settings;
	struct channel_setting *setting = &settings->channels[settings->n_channels++];

	setting->device = need_text(reader, object, "device");
	for (size_t i = 0; i < N_CHANNEL_KINDS && !reader->has_failed; i++) {
		json_t *count = find(object, channel_kind_key(i));

		if (!count)
			continue;
		if (!json_is_object(count)) {
			fail(reader, channel_kind_key(i), "is not an object");
			return;
		}
		if (need(reader, count, "now") && need(reader, count, "max")) {
			get_number(reader, count, "now", &setting->counts[i].now);
			get_number(reader, count, "max", &setting->counts[i].max);
		}
	}
}

static void read_devices(struct reader *reader)
{
	struct settings *settings = &reader->state->settings;
	json_t *array = NULL;
	size_t n = need_array(reader, "devices", &array);

	settings->channels = calloc(n + 1, sizeof(*settings->channels));
	if (!settings->channels)
		fail_memory(reader);
	for (size_t i = 0; i < n && !reader->has_failed; i++) {
		json_t *object = enter(reader, "devices", array, i);

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
	size_t n = need_array(reader, "cpus", &array);

	if (irqkit_cpuset_new(&state->cpus) < 0)
		fail_memory(reader);
	for (size_t i = 0; i < n && !reader->has_failed; i++) {
		json_t *cpu = do_json_array_get(array, i);
		json_int_t number = do_json_integer_value(cpu);

		if (!json_is_integer(cpu) || number < 0 || number > IRQKIT_CPU_MAX)
			fail(reader, "cpus", "is not an array of CPU numbers");
		else if (irqkit_cpuset_add(state->cpus, (unsigned int)number) < 0)
			fail_memory(reader);
	}
	if (!reader->has_failed && irqkit_cpuset_is_empty(state->cpus))
		fail(reader, "cpus", "is empty");
	state->isolated = get_list(reader, reader->root, "isolated");
}

/* Nodes have a number, cores only CPUs. Some machines have neither. */
static void read_groups(struct reader *reader, const char *key,
	struct state_groups *groups, bool is_numbered)
{
	json_t *array = NULL;
	size_t n = find(reader->root, key) ? need_array(reader, key, &array) : 0;

	for (size_t i = 0; i < n && !reader->has_failed; i++) {
		json_t *object = enter(reader, key, array, i);
		struct irqkit_cpuset *cpus = NULL;
		unsigned int number = (unsigned int)i;

		if (!object)
			break;
		if (need(reader, object, "cpus"))
			cpus = get_list(reader, object, "cpus");
		if (is_numbered && need(reader, object, "node"))
			get_number(reader, object, "node", &number);
		if (cpus && !state_add_group(groups, number, cpus))
			fail_memory(reader);
	}
	reader->array = NULL;
}

static void read_times(struct reader *reader)
{
	struct state *state = reader->state;
	json_t *uptime = find(reader->root, "uptime");

	state->time = get_text(reader, reader->root, "time");
	state->boot_id = get_text(reader, reader->root, "boot_id");
	state->uptime = -1;
	if (!uptime)
		return;
	if (!json_is_number(uptime) || do_json_number_value(uptime) < 0)
		fail(reader, "uptime", "is not a number of seconds");
	else
		state->uptime = do_json_number_value(uptime);
}

/* ------------------------------------------------------------------------------- */

/* Is it of another command, or of another program? */
static void check_kind(struct reader *reader)
{
	json_t *command;

	if (!json_is_object(reader->root) || !find(reader->root, "irqkit")) {
		fail(reader, NULL,
			"is not the JSON of irqkit: save the state with 'irqkit show "
			"--json'");
		return;
	}
	command = find(reader->root, "command");
	if (command && json_is_string(command)) {
		_cleanup_free_ char *name = text_escape(do_json_string_value(command));
		_cleanup_free_ char *what = NULL;

		if (!name ||
			asprintf(&what,
				"is the JSON of 'irqkit %s': save the state with 'irqkit "
				"show --json'",
				name) < 0) {
			what = NULL;
			fail_memory(reader);
			return;
		}
		fail(reader, NULL, what);
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
		fail_memory(reader);
	} else {
		_cleanup_free_ char *why = text_escape(error.text);
		_cleanup_free_ char *what = NULL;

		if (!why ||
			asprintf(&what, "is not JSON, line %d: %s", error.line, why) <
				0) {
			what = NULL;
			fail_memory(reader);
			return;
		}
		fail(reader, NULL, what);
	}
}

enum status state_read_json(const char *path, struct state *state)
{
	struct reader reader CLEANUP(reader_clear) = { .path = path, .state = state };
	static void (*const steps[])(struct reader *) = {
		load,
		check_kind,
		read_times,
		read_cpus,
		read_irqs,
		read_queues,
		read_devices,
	};

	if (!load_library())
		return STATUS_REFUSED;
	for (size_t i = 0; i < LENGTH(steps) && !reader.has_failed; i++)
		steps[i](&reader);
	if (!reader.has_failed)
		read_groups(&reader, "nodes", &state->nodes, true);
	if (!reader.has_failed)
		read_groups(&reader, "cores", &state->cores, false);
	return reader.has_failed ? STATUS_REFUSED : STATUS_DONE;
}
