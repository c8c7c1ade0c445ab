/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The file that one run of `irqkit metrics` leaves to the next. It has the shape of the JSON of
 * `irqkit show`, as far as compare reads it, and the keys "sums", "unhandled" and "sample".
 */
#include "metrics/metrics_state.h"
#include "base/basics.h"
#include "base/on_demand.h"
#include "base/replace_file.h"
#include "base/say.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define CALLS(X)                                                                         \
	X(json_delete)                                                                   \
	X(json_dumpf)                                                                    \
	X(json_integer_value)                                                            \
	X(json_load_file)                                                                \
	X(json_object_get)                                                               \
	X(json_object_iter)                                                              \
	X(json_object_iter_key)                                                          \
	X(json_object_iter_next)                                                         \
	X(json_object_iter_value)                                                        \
	X(json_string)                                                                   \
	X(json_string_value)
ON_DEMAND("libjansson.so.4", "reads and writes JSON", CALLS)

/* ------------------------------------------------------------------------------- */

void kept_state_clear(struct kept_state *kept)
{
	sums_clear(&kept->sums);
	sums_clear(&kept->unhandled);
	free(kept->sample);
	*kept = (struct kept_state){ 0 };
}

/* False: it is not an object of integers that are not negative. */
static bool read_sums(json_t *object, struct sums *sums)
{
	bool is_good = json_is_object(object);

	for (void *i = is_good ? do_json_object_iter(object) : NULL; i;
		i = do_json_object_iter_next(object, i)) {
		json_t *value = do_json_object_iter_value(i);

		is_good &= json_is_integer(value) && do_json_integer_value(value) >= 0;
		sums_add(sums, do_json_object_iter_key(i), NULL,
			(uint64_t)do_json_integer_value(value));
	}
	return is_good;
}

/* An earlier version has left no sample, and only "sums". */
static bool read_kept(const char *path, struct kept_state *kept)
{
	json_error_t error;
	json_t *root = do_json_load_file(path, JSON_REJECT_DUPLICATES, &error);
	json_t *unhandled = root ? do_json_object_get(root, "unhandled") : NULL;
	json_t *sample = root ? do_json_object_get(root, "sample") : NULL;
	const char *wrong = NULL;

	if (!root || !read_sums(do_json_object_get(root, "sums"), &kept->sums))
		wrong = "sums";
	else if (unhandled && !read_sums(unhandled, &kept->unhandled))
		wrong = "unhandled";
	else if (sample && !json_is_string(sample))
		wrong = "sample";
	if (sample && !wrong) {
		kept->sample = strdup(do_json_string_value(sample));
		kept->sums.has_failed |= !kept->sample;
	}
	if (root)
		do_json_delete(root);
	if (wrong)
		say_error("cannot use '%s': \"%s\" is missing or wrong", path, wrong);
	return !wrong;
}

enum status metrics_state_read(
	const char *path, struct state *state, struct kept_state *kept)
{
	enum status status;
	struct stat st = { 0 };

	if (stat(path, &st) < 0 && errno == ENOENT)
		return STATUS_NO_MATCH;
	if (S_ISFIFO(st.st_mode)) {
		say_error("cannot use '%s' for --state: a pipe cannot store the state",
			path);
		return STATUS_REFUSED;
	}
	status = state_read_json(path, state);
	if (status != STATUS_DONE)
		return status;
	if (!load_library() || !read_kept(path, kept))
		return STATUS_REFUSED;
	return STATUS_DONE;
}

/* ------------------------------------------------------------------------------- */

static void put_text(FILE *out, const char *text)
{
	json_t *json = do_json_string(text);

	if (!json || do_json_dumpf(json, out, JSON_ENCODE_ANY) < 0)
		fputs("\"\"", out);
	if (json)
		do_json_delete(json);
}

static void put_list(FILE *out, const char *key, const struct irqkit_cpuset *set)
{
	_cleanup_free_ char *list = NULL;

	if (set && irqkit_cpuset_format_list(set, &list) == 0)
		fprintf(out, ",\"%s\":\"%s\"", key, list);
}

/* "rx-0 tx-0" as an array */
static void put_queues(FILE *out, const char *queues)
{
	fputs(",\"queues\":[", out);
	for (const char *at = queues; *at;) {
		int len = (int)strcspn(at, " ");

		fprintf(out, "%s\"%.*s\"", at == queues ? "" : ",", len, at);
		at += len + (at[len] == ' ');
	}
	putc(']', out);
}

static void put_count(FILE *out, bool *is_first, const struct state_count *count)
{
	fprintf(out, "%s\"%u\":%" PRIu64, *is_first ? "" : ",", count->cpu, count->count);
	*is_first = false;
}

/* A CPU that went offline has no count now: its last one is kept until it is online again. */
static void put_counts(FILE *out, const struct state *state, const struct state_irq *irq,
	const struct state_irq *last)
{
	bool is_first = true;

	fputs(",\"per_cpu\":{", out);
	for (size_t i = 0; i < irq->n_counts; i++)
		put_count(out, &is_first, &irq->counts[i]);
	for (size_t i = 0; last && i < last->n_counts; i++)
		if (!irqkit_cpuset_has(state->cpus, last->counts[i].cpu))
			put_count(out, &is_first, &last->counts[i]);
	putc('}', out);
}

/* The same number and name: good enough for a CPU that is offline for a while. */
static const struct state_irq *find_last(
	const struct state *last, const struct state_irq *irq)
{
	const struct state_irq *found = last ? state_find_irq(last, (int)irq->number)
					     : NULL;

	return found && strcmp(found->name, irq->name) == 0 ? found : NULL;
}

static void put_irq(FILE *out, const struct state *state, const struct state_irq *irq,
	const struct state *last)
{
	fprintf(out, "{\"irq\":%u,\"label\":", irq->number);
	put_text(out, irq->label);
	fputs(",\"actions\":[", out);
	put_text(out, irq->name);
	fprintf(out, "],\"total\":%" PRIu64, irq->total);
	if (irq->device) {
		fputs(",\"device\":", out);
		put_text(out, irq->device);
	}
	if (irq->queues)
		put_queues(out, irq->queues);
	if (irq->has_hwirq)
		fprintf(out, ",\"hwirq\":%" PRId64, irq->hwirq);
	if (irq->is_background)
		fputs(",\"immovable\":\"per-cpu\"", out);
	put_list(out, "affinity", irq->affinity);
	put_list(out, "effective", irq->effective);
	put_counts(out, state, irq, find_last(last, irq));
	fputs("}", out);
}

static void put_sums(FILE *out, const char *key, const struct sums *sums)
{
	fprintf(out, ",\n\"%s\":{", key);
	for (size_t i = 0; i < sums->n; i++) {
		fputs(i ? "," : "", out);
		put_text(out, sums->sums[i].key);
		fprintf(out, ":%" PRIu64, sums->sums[i].value);
	}
	putc('}', out);
}

static void put_state(FILE *out, const struct state *state, const struct state *last,
	const struct kept_state *kept)
{
	bool is_first = true;

	fprintf(out, "{\"irqkit\":\"%s\"", irqkit_version());
	if (state->boot_id) {
		fputs(",\"boot_id\":", out);
		put_text(out, state->boot_id);
	}
	if (state->uptime >= 0)
		fprintf(out, ",\"uptime\":%.2f", state->uptime);
	fputs(",\"cpus\":[", out);
	irqkit_cpuset_foreach (cpu, state->cpus) {
		fprintf(out, "%s%u", is_first ? "" : ",", cpu);
		is_first = false;
	}
	fputs("],\"interrupts\":[", out);
	for (size_t i = 0; i < state->n_irqs; i++) {
		fputs(i ? ",\n" : "\n", out);
		put_irq(out, state, &state->irqs[i], last);
	}
	fputs("],\n\"queues\":[],\"devices\":[]", out);
	put_sums(out, "sums", &kept->sums);
	put_sums(out, "unhandled", &kept->unhandled);
	if (kept->sample) {
		fputs(",\n\"sample\":", out);
		put_text(out, kept->sample);
	}
	fputs("}\n", out);
}

enum status metrics_state_write(const char *path, const struct state *state,
	const struct state *last, const struct kept_state *kept)
{
	_cleanup_free_ char *text = NULL;
	size_t len = 0;
	FILE *out;
	int r;

	if (!load_library())
		return STATUS_REFUSED;
	out = open_memstream(&text, &len);
	if (!out)
		return say_no_memory();
	put_state(out, state, last, kept);
	if (fclose(out) != 0)
		return say_no_memory();
	r = replace_file(path, text, len);
	if (r == 0)
		return STATUS_DONE;
	say_error("cannot write '%s': %s", path, replace_file_describe(r));
	return STATUS_REFUSED;
}
