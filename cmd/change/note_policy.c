/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is changed by hand stays only until the policy is applied again. */
#include "change/note_policy.h"
#include "base/basics.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

/* More lines than this are not named one by one. */
#define MAX_NAMED 4u
/* What is in such a folder needs no name. */
#define SYSTEM_FOLDER "/irqkit.d/"

static void free_applied(struct irqkit_applied **applied)
{
	irqkit_applied_free(*applied);
}

struct places {
	size_t n_settings;
	size_t n; /* different lines */
	bool has_more; /* lines than are named */
	const char *
		file; /* of all of them; NULL: there are several, or those of the system */
	char *names[MAX_NAMED]; /* owned: "/etc/irqkit.d/50-network.conf:3" */
};

static void places_free(struct places *places)
{
	for (size_t i = 0; i < places->n; i++)
		free(places->names[i]);
}

static bool has_name(const struct places *places, const char *name)
{
	for (size_t i = 0; i < places->n; i++)
		if (strcmp(places->names[i], name) == 0)
			return true;
	return false;
}

static void add_place(struct places *places, const char *file, unsigned int number)
{
	_cleanup_free_ char *escaped = text_escape(file), *name = NULL;

	if (places->n_settings++ == 0 && !strstr(file, SYSTEM_FOLDER))
		places->file = file;
	else if (places->file && strcmp(places->file, file) != 0)
		places->file = NULL;
	if (!escaped || asprintf(&name, "%s:%u", escaped, number) < 0)
		name = NULL;
	if (!name || has_name(places, name))
		return;
	if (places->n == MAX_NAMED) {
		places->has_more = true;
		return;
	}
	places->names[places->n++] = name;
	name = NULL;
}

static bool is_change(const struct irqkit_step *step)
{
	return irqkit_step_was_written(step) ||
		irqkit_step_get_result(step) == IRQKIT_PLANNED;
}

static void find_places(struct places *places, const struct irqkit_plan *plan,
	struct irqkit_applied *applied)
{
	for (size_t i = 0; i < irqkit_plan_count(plan); i++) {
		const struct irqkit_step *step = irqkit_plan_get(plan, i);
		const char *file;
		unsigned int number;

		/* what no line sets any more is not restored */
		if (is_change(step) &&
			irqkit_applied_find(applied, step, &file, &number) > 0 && number)
			add_place(places, file, number);
	}
}

/* "A:1, A:2 and B:7", "A:1, A:2, A:3, A:4 and other lines"; NULL: no memory */
static char *join_places(const struct places *places)
{
	char *list = NULL;

	for (size_t i = 0; i < places->n; i++) {
		bool is_last = i > 0 && i + 1 == places->n && !places->has_more;

		if (!text_join(&list, is_last ? " and " : ", ", places->names[i]))
			return NULL;
	}
	return places->has_more && !text_join(&list, " and ", "other lines") ? NULL
									     : list;
}

/* "'irqkit apply' restores them"; NULL: no memory */
static char *explain_restoring(const struct change *change, const struct places *places)
{
	_cleanup_free_ char *file = places->file ? text_escape(places->file) : NULL;
	bool is_one = places->n_settings == 1;
	const char *them = is_one ? "it" : "them";
	unsigned int number;
	char *text;
	int pid, r;

	if (irqkit_stay_find(change->ctx, &pid, &number) == 0)
		r = asprintf(&text,
			"'irqkit apply --stay' (pid %d) will restore %s at the next "
			"event of %s",
			pid, them, is_one ? "its device" : "their devices");
	else if (!file)
		r = asprintf(&text, "'irqkit apply' restores %s", them);
	else if (strcmp(file, "-") == 0)
		r = asprintf(&text, "applying the policy again restores %s", them);
	else
		r = asprintf(&text, "'irqkit apply %s' restores %s", file, them);
	return r < 0 ? NULL : text;
}

static char *explain(const struct change *change, const struct places *places)
{
	_cleanup_free_ char *list = join_places(places);
	_cleanup_free_ char *restoring = explain_restoring(change, places);
	char *text;

	if (!list || !restoring ||
		asprintf(&text, "%zu setting%s placed by %s: %s", places->n_settings,
			places->n_settings == 1 ? " is" : "s are", list, restoring) < 0)
		return NULL;
	return text;
}

char *policy_explain(const struct change *change)
{
	struct irqkit_applied *applied CLEANUP(free_applied) = NULL;
	struct places places CLEANUP(places_free) = { 0 };
	const struct common *common = &change->call->common;

	if (change->is_of_policy || change->undone ||
		(common->is_quiet && !common->is_json) ||
		irqkit_applied_new(change->ctx, &applied) < 0)
		return NULL;
	find_places(&places, change->plan, applied);
	return places.n > 0 ? explain(change, &places) : NULL;
}
