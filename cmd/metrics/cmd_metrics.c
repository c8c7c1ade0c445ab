/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* irqkit metrics: where interrupts are placed, for Prometheus. */
#include "base/basics.h"
#include "base/options.h"
#include "base/read_number.h"
#include "base/replace_file.h"
#include "base/say.h"
#include "measure/open_machine.h"
#include "metrics/metrics_state.h"
#include "metrics/series.h"
#include "metrics/since_last.h"
#include "policy/lines.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define MAX_SERIES 20000u
#define STATE_NAME "metrics.json"

struct metrics_options {
	const char *file;
	const char *state;
	const char *max_series;
	bool is_openmetrics;
	bool is_per_queue;
	bool is_full;
};

static const struct option options[] = {
	{ "file", 0, OPTION_TEXT, offsetof(struct metrics_options, file), "FILE",
		"replace this file (default: -, standard output)" },
	{ "openmetrics", 0, OPTION_FLAG, offsetof(struct metrics_options, is_openmetrics),
		NULL, "write OpenMetrics instead of Prometheus text 0.0.4" },
	{ "per-queue", 0, OPTION_FLAG, offsetof(struct metrics_options, is_per_queue),
		NULL, "add the interrupts and the CPU of each queue" },
	{ "full", 0, OPTION_FLAG, offsetof(struct metrics_options, is_full), NULL,
		"add each interrupt by name and CPU" },
	{ "max-series", 0, OPTION_TEXT, offsetof(struct metrics_options, max_series), "N",
		"fail if there are more series (default: 20000)" },
	{ "state", 0, OPTION_TEXT, offsetof(struct metrics_options, state), "FILE",
		"keep counters in this file between runs" },
	{ 0 },
};

struct metrics {
	const struct call *call;
	const struct metrics_options *options;
	uint64_t max_series;
	char *state_path; /* owned; NULL: none */
	struct irqkit_ctx *ctx; /* owned */
	struct irqkit_machine *machine; /* owned */
	struct state now, last;
	bool has_last; /* what the run before has left was read */
	struct since_last since;
	struct collected collected;
	struct other_figures others;
	struct exposition exposition;
};

static void metrics_clear(struct metrics *metrics)
{
	exposition_clear(&metrics->exposition);
	collected_clear(&metrics->collected);
	finding_counts_clear(&metrics->others.findings);
	since_last_clear(&metrics->since);
	state_clear(&metrics->now);
	state_clear(&metrics->last);
	irqkit_machine_free(metrics->machine);
	irqkit_ctx_free(metrics->ctx);
	free(metrics->state_path);
}

/* ------------------------------------------------------------------------------- */

/* Under systemd, StateDirectory= names a folder. Else there is no state. */
static enum status find_state(struct metrics *metrics)
{
	const char *dir = getenv("STATE_DIRECTORY");

	if (metrics->options->state)
		metrics->state_path = strdup(metrics->options->state);
	else if (!dir || metrics->call->common.root)
		return STATUS_DONE;
	else if (asprintf(&metrics->state_path, "%s/" STATE_NAME, dir) < 0)
		metrics->state_path = NULL;
	return metrics->state_path ? STATUS_DONE : say_no_memory();
}

static enum status check(struct metrics *metrics)
{
	const struct metrics_options *o = metrics->options;
	const char *most = o->max_series;

	metrics->max_series = MAX_SERIES;
	if (metrics->call->n_words) {
		say_error(
			"metrics takes no arguments, not '%s'", metrics->call->words[0]);
	} else if (metrics->call->common.is_json) {
		say_error("metrics writes the text of Prometheus: --json cannot be "
			  "combined with it; 'irqkit show --json' has the data");
	} else if (most &&
		(read_number(most, strlen(most), 1000000000, &metrics->max_series) < 0 ||
			metrics->max_series == 0)) {
		say_error("--max-series takes a number of at least 1, not '%s'", most);
	} else if ((o->file && !o->file[0]) || (o->state && !o->state[0])) {
		say_error("%s takes the name of a file",
			o->file && !o->file[0] ? "--file" : "--state");
	} else if (o->state && strcmp(o->state, "-") == 0) {
		say_error("--state takes a file that the next run can read, not '-' "
			  "(standard output); for a file named '-', use --state=./-");
	} else {
		return find_state(metrics);
	}
	return STATUS_MISUSE;
}

/* The state has no larger numbers: a saved system can, and no kernel. */
static void limit_counts(struct state *state)
{
	for (size_t i = 0; i < state->n_irqs; i++) {
		struct state_irq *irq = &state->irqs[i];

		if (irq->total > SUM_MAX)
			irq->total = SUM_MAX;
		for (size_t k = 0; k < irq->n_counts; k++)
			if (irq->counts[k].count > SUM_MAX)
				irq->counts[k].count = SUM_MAX;
	}
}

static enum status open_machine(struct metrics *metrics)
{
	enum status status = machine_open(metrics->call, &metrics->ctx);

	if (status != STATUS_DONE)
		return status;
	status = machine_new(metrics->ctx, &metrics->machine);
	if (status == STATUS_DONE && !state_fill(&metrics->now, metrics->machine))
		status = say_no_memory();
	limit_counts(&metrics->now);
	return machine_judge(metrics->ctx, status);
}

/*
 * A state that is lost, or cannot be used, makes the counters start again at 0, which
 * Prometheus understands: it would take any other number for a jump.
 */
static enum status read_last(struct metrics *metrics)
{
	struct collected *collected = &metrics->collected;
	enum status status;

	collected->machine = metrics->machine;
	collected->now = &metrics->now;
	if (!metrics->state_path)
		return STATUS_DONE;
	status = metrics_state_read(
		metrics->state_path, &metrics->last, &collected->kept);
	metrics->has_last = status == STATUS_DONE;
	if (!metrics->has_last)
		kept_state_clear(&collected->kept);
	collected->unhandled = collected->kept.unhandled;
	collected->kept.unhandled = (struct sums){ 0 };
	if (status != STATUS_DONE && status != STATUS_NO_MATCH)
		say_warning("the counters start again at 0");
	collected->last = metrics->has_last ? &metrics->last : &metrics->now;
	return STATUS_DONE;
}

static enum irqkit_packets_source find_packets_source(const struct metrics *metrics)
{
	enum irqkit_packets_source best = IRQKIT_PACKETS_NOT_COUNTED;

	for (size_t i = 0; i < irqkit_machine_count_irqs(metrics->machine); i++) {
		enum irqkit_packets_source source = irqkit_load_get_packets_source(
			metrics->since.load, i);

		if (source != IRQKIT_PACKETS_NOT_COUNTED &&
			(best == IRQKIT_PACKETS_NOT_COUNTED || source < best))
			best = source;
	}
	return best;
}

/* The load since the last run, and the sample for the next one. */
static enum status measure(struct metrics *metrics)
{
	struct since_last *since = &metrics->since;
	struct collected *collected = &metrics->collected;
	char *text = NULL;

	if (!since_last_measure(since, metrics->machine, collected->kept.sample,
		    metrics->now.boot_id))
		return say_no_memory();
	/* with a state, there is no imbalance before its second run */
	if (!metrics->state_path || since->last)
		collected->load = since->load;
	metrics->others.has_softnet = since->now && irqkit_sample_has_softnet(since->now);
	if (since->load) {
		metrics->others.accounting = irqkit_load_get_accounting(since->load);
		metrics->others.packets = find_packets_source(metrics);
	}
	if (since->now && irqkit_sample_format(since->now, &text) < 0)
		return say_no_memory();
	free(collected->kept.sample);
	collected->kept.sample = text;
	return STATUS_DONE;
}

/* ------------------------------------------------------------------------------- */

/* As 'irqkit check' counts them. */
static enum status count_settings(
	struct metrics *metrics, struct lines *lines, struct irqkit_plan *plan)
{
	struct policy_figures *figures = &metrics->others.policy;
	enum status status = lines_plan(
		lines, metrics->machine, plan, IRQKIT_POLICIES_CHECK, NULL, NULL);
	size_t n = irqkit_plan_count(plan);
	int error;

	if (status != STATUS_DONE)
		return status;
	figures->missing = lines_count_missing(lines);
	for (size_t i = 0; i < n; i++) {
		bool is_undecided;
		int r = irqkit_policies_differs(lines->policy, plan, i, &is_undecided);

		if (r < 0)
			return say_no_memory();
		if (r > 0)
			figures->drifted++;
		else if (irqkit_step_get_result(irqkit_plan_get(plan, i)) !=
			IRQKIT_SKIPPED)
			figures->as_wanted++;
	}
	n = irqkit_policies_count_unchecked(lines->policy, &error);
	figures->as_wanted -= n < figures->as_wanted ? n : figures->as_wanted;
	figures->is_known = true;
	return STATUS_DONE;
}

static void free_plan(struct irqkit_plan **plan)
{
	irqkit_plan_free(*plan);
}

/* Policy files that are wrong are reported, and all other metrics are written. */
static void read_policy(struct metrics *metrics)
{
	struct lines lines CLEANUP(lines_free) = { 0 };
	struct irqkit_plan *plan CLEANUP(free_plan) = NULL;
	enum status status = lines_read(&lines, metrics->call, metrics->ctx);

	/* a timer would log the same line each time */
	lines.is_silent = metrics->call->common.is_quiet;
	if (status == STATUS_DONE && lines_are_absent(&lines, metrics->call))
		return;
	if (status == STATUS_DONE && irqkit_plan_new(metrics->machine, &plan) < 0)
		status = say_no_memory();
	if (status == STATUS_DONE)
		status = count_settings(metrics, &lines, plan);
	metrics->others.policy.is_unreadable = status != STATUS_DONE;
}

/* ------------------------------------------------------------------------------- */

static double now_seconds(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static enum status format(struct metrics *metrics, double start)
{
	const struct metrics_options *o = metrics->options;
	struct exposition *e = &metrics->exposition;
	bool is_done = true;

	if (!exposition_start(e, o->is_openmetrics))
		return say_no_memory();
	series_add_default(e, &metrics->collected, &metrics->others);
	if (o->is_per_queue)
		series_add_queues(e, &metrics->collected);
	if (o->is_full)
		is_done = series_add_interrupts(e, &metrics->collected);
	exposition_begin(e, "irqkit_collect_duration_seconds", METRIC_GAUGE,
		"Time that it took to read all this.");
	exposition_add(e, "irqkit_collect_duration_seconds", now_seconds() - start, NULL);
	if (!exposition_end(e) || !is_done)
		return say_no_memory();
	if (e->n_series <= metrics->max_series)
		return STATUS_DONE;
	say_error(
		"there are %zu series, more than --max-series=%llu; nothing was written",
		e->n_series, (unsigned long long)metrics->max_series);
	return STATUS_REFUSED;
}

static enum status write_text(const struct metrics *metrics)
{
	const struct exposition *e = &metrics->exposition;
	int r;

	if (!metrics->options->file || strcmp(metrics->options->file, "-") == 0) {
		fwrite(e->text, 1, e->len, stdout);
		return STATUS_DONE; /* what could not be written is seen at the end */
	}
	r = replace_file(metrics->options->file, e->text, e->len);
	if (r == 0)
		return STATUS_DONE;
	say_error("cannot write '%s': %s", metrics->options->file,
		replace_file_describe(r));
	return STATUS_REFUSED;
}

static enum status write_state(const struct metrics *metrics)
{
	bool keeps = metrics->has_last && !collected_has_booted(&metrics->collected);

	if (!metrics->state_path)
		return STATUS_DONE;
	return metrics_state_write(metrics->state_path, &metrics->now,
		keeps ? &metrics->last : NULL, &metrics->collected.kept);
}

static enum status run(const struct call *call)
{
	struct metrics metrics CLEANUP(metrics_clear) = {
		.call = call,
		.options = call->state,
		.now = { .uptime = -1 },
		.last = { .uptime = -1 },
	};
	double start = now_seconds();
	enum status status = check(&metrics);

	if (status == STATUS_DONE)
		status = open_machine(&metrics);
	if (status == STATUS_DONE)
		status = read_last(&metrics);
	if (status != STATUS_DONE)
		return status;
	status = measure(&metrics);
	if (status != STATUS_DONE)
		return status;
	read_policy(&metrics);
	if (!collect(&metrics.collected) ||
		!findings_count(
			metrics.machine, metrics.since.load, &metrics.others.findings))
		return say_no_memory();
	status = format(&metrics, start);
	/* what was counted is kept before it is shown: it is shown once, or never */
	if (status == STATUS_DONE)
		status = write_state(&metrics);
	if (status == STATUS_DONE)
		status = write_text(&metrics);
	return status;
}

const struct command cmd_metrics = {
	.name = "metrics",
	.args = "[OPTION...]",
	.summary = "write metrics for Prometheus",
	.more = "For the textfile collector of node_exporter, which has no metrics about "
		"the\n"
		"placement of interrupts. Nothing is changed, and no root is needed.\n"
		"\n"
		"  irqkit metrics | promtool check metrics\n"
		"  irqkit metrics --state=/var/lib/irqkit/metrics.json \\\n"
		"      --file=/var/lib/prometheus/node-exporter/irqkit.prom\n",
	.lacks = "json",
	.options = options,
	.state_size = sizeof(struct metrics_options),
	.run = run,
};
