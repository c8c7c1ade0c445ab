/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What `irqkit spread` says beside its plan: warnings, and what more queues would do. */
#include "base/basics.h"
#include "base/say.h"
#include "base/text.h"
#include "measure/queue.h"
#include "spread/spread_run.h"

#include <stdio.h>
#include <string.h>

/* More devices than this with the same finding share a line. */
#define MAX_LINES 3u
#define LINE_WIDTH 80

void spread_add_note(struct spread *spread, const char *format, ...)
{
	struct notes *notes = &spread->notes;
	char **texts = reallocarray(notes->texts, notes->n + 2, sizeof(*texts));
	va_list args;

	if (!texts)
		return;
	notes->texts = texts;
	va_start(args, format);
	if (vasprintf(&texts[notes->n], format, args) >= 0)
		notes->n++;
	va_end(args);
	texts[notes->n] = NULL;
}

/* Is there no place for notes? */
static bool is_silent(const struct change *change)
{
	return change->call->common.is_quiet && !change->call->common.is_json;
}

void spread_note_irqbalance(struct spread *spread, const struct change *change)
{
	int pid = is_silent(change) ? 0
				    : irqkit_ctx_find_process(change->ctx, "irqbalance");

	if (pid > 0)
		spread_add_note(spread,
			"irqbalance (process %d) runs, and will move them again: "
			"'systemctl disable --now irqbalance' ends that",
			pid);
	spread->notes.n_warnings = spread->notes.n;
}

/* ------------------------------------------------------------------------------- */
/* As many queues as CPUs?                                                         */

enum finding {
	MORE_THAN_ON_NODE,
	MORE_THAN_CPUS,
	ONE_QUEUE,
	FEWER_THAN_CPUS,
	NOTHING_FOUND
};

static enum finding find(const struct placement *p, const struct placement_device *owner)
{
	size_t n_rx = owner->device ? queue_count(owner->device, IRQKIT_RX) : 0;

	/* where some were named, nothing is said about the others */
	if (n_rx == 0 || owner->n_queues < n_rx)
		return NOTHING_FOUND;
	if (owner->n_queues > owner->n_cpus)
		return owner->node >= 0 && owner->n_cpus < irqkit_cpuset_count(p->cpus)
			? MORE_THAN_ON_NODE
			: MORE_THAN_CPUS;
	if (owner->n_queues == owner->n_cpus || owner->has_rps)
		return NOTHING_FOUND;
	return n_rx == 1 ? ONE_QUEUE : FEWER_THAN_CPUS;
}

/* How a device gets more queues. NULL: no memory. */
static char *explain_more(
	const struct irqkit_device *device, const char *name, size_t n_cpus)
{
	const char *driver = irqkit_device_get_driver(device);
	char *text;
	int r;

	if (driver && strncmp(driver, "xen_net", strlen("xen_net")) == 0)
		r = asprintf(&text, "%s.max_queues=%zu", driver, n_cpus);
	else
		r = asprintf(&text, "'ethtool -L %s combined %zu'", name, n_cpus);
	return r < 0 ? NULL : text;
}

static void note_device(
	struct spread *spread, const struct placement_device *owner, enum finding finding)
{
	_cleanup_free_ char *name = text_escape(irqkit_device_get_name(owner->device));
	_cleanup_free_ char *more = name
		? explain_more(owner->device, name, owner->n_cpus)
		: NULL;

	if (!more)
		return;
	if (finding == MORE_THAN_ON_NODE)
		spread_add_note(spread,
			"%s has %zu queues, its node %d has %zu CPU%s: "
			"--node=any takes all.",
			name, owner->n_queues, owner->node, owner->n_cpus,
			owner->n_cpus == 1 ? "" : "s");
	else if (finding == MORE_THAN_CPUS)
		spread_add_note(spread,
			"%s has %zu queues for %zu CPU%s: fewer would do as well.", name,
			owner->n_queues, owner->n_cpus, owner->n_cpus == 1 ? "" : "s");
	else if (finding == ONE_QUEUE)
		spread_add_note(spread,
			"%s has one queue: spread cannot share it, "
			"'irqkit rps %s --auto' can.",
			name, name);
	else
		spread_add_note(spread,
			"%s has %zu queues for %zu CPUs: %s or 'irqkit rps %s'.", name,
			owner->n_queues, owner->n_cpus, more, name);
}

/* "eth0, eth1, eth2": of those with this finding the first. NULL: no memory. */
static char *join_names(const struct placement *p, enum finding finding)
{
	char *joined = strdup("");
	size_t n = 0;

	for (size_t i = 0; i < p->n_owners && joined && n < MAX_LINES; i++) {
		_cleanup_free_ char *before = NULL;

		if (find(p, &p->owners[i]) != finding)
			continue;
		before = joined;
		if (asprintf(&joined, "%s%s%s", before, n++ ? ", " : "",
			    irqkit_device_get_name(p->owners[i].device)) < 0)
			joined = NULL;
	}
	return joined;
}

static void note_devices(struct spread *spread, enum finding finding, size_t n)
{
	static const char *const phrases[] = {
		[MORE_THAN_ON_NODE] = "more queues than their nodes have CPUs: "
				      "--node=any takes all.",
		[MORE_THAN_CPUS] = "more queues than CPUs: fewer would do as well.",
		[ONE_QUEUE] = "one queue each: spread cannot share these, "
			      "'irqkit rps DEV --auto' can.",
		[FEWER_THAN_CPUS] = "fewer queues than CPUs: 'ethtool -L DEV combined N' "
				    "or 'irqkit rps DEV'.",
	};
	_cleanup_free_ char *names = join_names(&spread->placement, finding);
	_cleanup_free_ char *safe = names ? text_escape(names) : NULL;

	if (safe)
		spread_add_note(spread, "%s and %zu more have %s", safe, n - MAX_LINES,
			phrases[finding]);
}

static void note_queues(struct spread *spread)
{
	const struct placement *p = &spread->placement;

	for (enum finding finding = 0; finding < NOTHING_FOUND; finding++) {
		size_t n = 0;

		for (size_t i = 0; i < p->n_owners; i++)
			n += find(p, &p->owners[i]) == finding;
		if (n > MAX_LINES)
			note_devices(spread, finding, n);
		for (size_t i = 0; i < p->n_owners && n <= MAX_LINES; i++)
			if (find(p, &p->owners[i]) == finding)
				note_device(spread, &p->owners[i], finding);
	}
}

/* ------------------------------------------------------------------------------- */

/* Once it is written, the report tells which CPU the kernel chose. */
static void note_width(struct spread *spread, const struct change *change)
{
	size_t n = spread->placement.n_on_one_of_many;

	if (n > 0 && !change_writes(change->options))
		spread_add_note(spread,
			"Each of %zu will be served by one CPU, which the kernel "
			"chooses of its set: a width of %u shares the load of none, "
			"only more queues, or RPS, do.",
			n, spread->wish->placement.width);
}

void spread_find_notes(struct spread *spread, const struct change *change)
{
	if (is_silent(change))
		return;
	spread_note_irqbalance(spread, change);
	spread_note_steering(spread);
	spread->notes.n_warnings = spread->notes.n;
	note_queues(spread);
	note_width(spread, change);
}

void spread_say_warnings(const struct spread *spread, const struct change *change)
{
	for (size_t i = 0; i < spread->notes.n_warnings; i++)
		if (!change->call->common.is_quiet)
			say_warning("%s", spread->notes.texts[i]);
}

/* In lines that fit a terminal; what is to be typed is not torn apart. */
static void print_folded(const char *text)
{
	const char *line = text, *blank = NULL;
	bool is_quoted = false;

	for (const char *p = text; *p; p++) {
		is_quoted ^= *p == '\'';
		if (*p == ' ' && !is_quoted)
			blank = p;
		if (p - line < LINE_WIDTH || !blank)
			continue;
		printf("%.*s\n", (int)(blank - line), line);
		line = blank + 1;
		blank = NULL;
	}
	puts(line);
}

void spread_print_advice(const struct spread *spread)
{
	for (size_t i = spread->notes.n_warnings; i < spread->notes.n; i++)
		print_folded(spread->notes.texts[i]);
}
