/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which settings of queues and channels differ between two states. */
#include "base/basics.h"
#include "compare/comparison.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int compare_queues(const void *a, const void *b)
{
	const struct queue_setting *one = *(const struct queue_setting *const *)a;
	const struct queue_setting *other = *(const struct queue_setting *const *)b;
	int r = strcmp(one->device, other->device);

	return r ? r : strverscmp(one->queue, other->queue);
}

static const struct queue_setting **sort_queues(const struct settings *settings)
{
	const struct queue_setting **sorted = calloc(
		settings->n_queues + 1, sizeof(*sorted));

	for (size_t i = 0; sorted && i < settings->n_queues; i++)
		sorted[i] = &settings->queues[i];
	if (sorted)
		qsort(sorted, settings->n_queues, sizeof(*sorted), compare_queues);
	return sorted;
}

static bool is_set(const struct irqkit_cpuset *set)
{
	return set && !irqkit_cpuset_is_empty(set);
}

/* Takes the texts over. */
static int add(struct comparison *comparison, struct difference_of_setting difference)
{
	struct difference_of_setting *more = reallocarray(
		comparison->settings, comparison->n_settings + 1, sizeof(*more));

	if (!more) {
		free(difference.before);
		free(difference.after);
		return -ENOMEM;
	}
	comparison->settings = more;
	more[comparison->n_settings++] = difference;
	return 0;
}

/*
 * A queue that is not there steers to no CPU. What only one state knows of a queue that both
 * have is no difference.
 */
static int compare_cpus(struct comparison *comparison, const char *key,
	const struct queue_setting *queue, bool have_both,
	const struct irqkit_cpuset *old, const struct irqkit_cpuset *new)
{
	struct difference_of_setting difference = {
		.device = queue->device,
		.queue = queue->queue,
		.key = key,
	};

	if (have_both && !old != !new) {
		comparison->n_unknown++;
		return 0;
	}
	if (is_set(old) == is_set(new) &&
		(!is_set(old) || irqkit_cpuset_is_equal(old, new)))
		return 0;
	if ((old && irqkit_cpuset_format_list(old, &difference.before) < 0) ||
		(new &&irqkit_cpuset_format_list(new, &difference.after) < 0)) {
		free(difference.before);
		return -ENOMEM;
	}
	return add(comparison, difference);
}

/* One of them may be NULL: that state does not have the queue. */
static int compare_queue(struct comparison *comparison,
	const struct queue_setting *before, const struct queue_setting *after)
{
	const struct queue_setting *queue = before ? before : after;
	bool have_both = before && after;
	int r = compare_cpus(comparison, "rps_cpus", queue, have_both,
		before ? before->rps : NULL, after ? after->rps : NULL);

	if (r < 0)
		return r;
	return compare_cpus(comparison, "xps_cpus", queue, have_both,
		before ? before->xps : NULL, after ? after->xps : NULL);
}

static int compare_all_queues(struct comparison *comparison)
{
	const struct settings *old = &comparison->before->settings;
	const struct settings *new = &comparison->after->settings;
	_cleanup_free_ const struct queue_setting **before = sort_queues(old);
	_cleanup_free_ const struct queue_setting **after = sort_queues(new);
	size_t b = 0, a = 0;
	int r = before && after ? 0 : -ENOMEM;

	while (r == 0 && (b < old->n_queues || a < new->n_queues)) {
		int order = b == old->n_queues ? 1
			: a == new->n_queues   ? -1
					       : compare_queues(&before[b], &after[a]);

		r = compare_queue(comparison, order <= 0 ? before[b] : NULL,
			order >= 0 ? after[a] : NULL);
		b += order <= 0;
		a += order >= 0;
	}
	return r;
}

/* ------------------------------------------------------------------------------- */

static const struct channel_setting *find_channels(
	const struct settings *settings, const char *device)
{
	for (size_t i = 0; i < settings->n_channels; i++)
		if (strcmp(settings->channels[i].device, device) == 0)
			return &settings->channels[i];
	return NULL;
}

static bool has_device(const struct settings *settings, const char *device)
{
	for (size_t i = 0; i < settings->n_queues; i++)
		if (strcmp(settings->queues[i].device, device) == 0)
			return true;
	return false;
}

static int compare_kind(struct comparison *comparison,
	const struct channel_setting *before, const struct channel_setting *after,
	size_t kind)
{
	unsigned int old = before->counts[kind].now, new = after->counts[kind].now;
	struct difference_of_setting difference = {
		.device = after->device,
		.key = channel_kind_key(kind),
	};

	if (old == new)
		return 0;
	if (asprintf(&difference.before, "%u", old) < 0)
		return -ENOMEM;
	if (asprintf(&difference.after, "%u", new) < 0) {
		free(difference.before);
		return -ENOMEM;
	}
	return add(comparison, difference);
}

/* Channels of an interface that only one state has are no difference: it has interrupts. */
static int compare_all_channels(struct comparison *comparison)
{
	const struct settings *old = &comparison->before->settings;
	const struct settings *new = &comparison->after->settings;
	int r = 0;

	for (size_t i = 0; i < new->n_channels &&r == 0; i++) {
		const struct channel_setting *after = &new->channels[i];
		const struct channel_setting *before = find_channels(old, after->device);

		comparison->n_unknown += !before && has_device(old, after->device);
		for (size_t kind = 0; before && kind < N_CHANNEL_KINDS && r == 0; kind++)
			r = compare_kind(comparison, before, after, kind);
	}
	for (size_t i = 0; i < old->n_channels; i++) {
		const char *device = old->channels[i].device;

		comparison->n_unknown += !find_channels(new, device) &&
			has_device(new, device);
	}
	return r;
}

int comparison_compare_settings(struct comparison *comparison)
{
	int r = compare_all_queues(comparison);

	return r < 0 ? r : compare_all_channels(comparison);
}
