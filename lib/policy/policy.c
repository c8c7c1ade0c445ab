/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Policies: their lines, and what is wrong with their files. */
#include "policy/policy.h"
#include "base/array.h"
#include "base/macros.h"
#include "request/request.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

EXPORT int irqkit_policies_new(struct irqkit_policies **ret_policy)
{
	struct irqkit_policies *policy = calloc(1, sizeof(*policy));

	if (!policy)
		return -ENOMEM;
	*ret_policy = policy;
	return 0;
}

void policy_line_clear(struct policy_line *line)
{
	for (size_t i = 0; i < line->n_words; i++)
		free(line->words[i]);
	free(line->words);
	free(line->text);
	irqkit_request_free(line->request);
	*line = (struct policy_line){ 0 };
}

void policy_drop_settings(struct irqkit_policies *policy)
{
	for (size_t i = 0; i < policy->n_settings; i++)
		step_clear(&policy->settings[i].step);
	policy->n_settings = 0;
	path_index_clear(&policy->index);
	for (size_t i = 0; i < policy->n_missing; i++) {
		free(policy->missing[i].target);
		free(policy->missing[i].message);
	}
	policy->n_missing = 0;
	irqkit_cpuset_free(TAKE(policy->online));
	for (size_t i = 0; i < policy->n_lines; i++)
		if (policy->lines[i].request)
			policy->lines[i].request->all_isolated = NULL;
	irqkit_cpuset_free(TAKE(policy->all_isolated));
}

EXPORT void irqkit_policies_free(struct irqkit_policies *policy)
{
	if (!policy)
		return;
	policy_drop_settings(policy);
	free(policy->settings);
	free(policy->missing);
	kept_clear(&policy->kept);
	for (size_t i = 0; i < policy->n_lines; i++)
		policy_line_clear(&policy->lines[i]);
	free(policy->lines);
	for (size_t i = 0; i < policy->n_mistakes; i++)
		free(policy->mistakes[i].text);
	free(policy->mistakes);
	for (size_t i = 0; i < policy->n_files; i++) {
		free(policy->files[i].name);
		free(policy->files[i].key);
	}
	free(policy->files);
	free(policy->real_root);
	irqkit_cpuset_free(policy->isolated);
	free(policy);
}

int policy_add_file(struct irqkit_policies *policy, const char *name, const char *key,
	const char **ret_name)
{
	struct policy_file *file;

	if (!GROW(policy->files, policy->n_files, policy->files_room))
		return -ENOMEM;
	file = &policy->files[policy->n_files++];
	*file = (struct policy_file){ .name = strdup(name), .key = strdup(key) };
	if (!file->name || !file->key)
		return -ENOMEM;
	*ret_name = file->name;
	return 0;
}

static char *format_mistake(
	const char *file, unsigned int number, const char *format, va_list args)
{
	_cleanup_free_ char *what = NULL;
	char place[16] = "", *text;

	if (vasprintf(&what, format, args) < 0) {
		what = NULL;
		return NULL;
	}
	if (number)
		snprintf(place, sizeof(place), ":%u", number);
	return asprintf(&text, "%s%s: %s", file, place, what) < 0 ? NULL : text;
}

int policy_add_mistake(struct irqkit_policies *policy, const char *file,
	unsigned int number, bool is_failure, const char *format, ...)
{
	struct policy_mistake mistake = { .is_failure = is_failure };
	va_list args;

	va_start(args, format);
	mistake.text = format_mistake(file, number, format, args);
	va_end(args);
	if (!mistake.text ||
		!GROW(policy->mistakes, policy->n_mistakes, policy->mistakes_room)) {
		free(mistake.text);
		return -ENOMEM;
	}
	policy->mistakes[policy->n_mistakes++] = mistake;
	return 0;
}

EXPORT int irqkit_policies_add_isolated(
	struct irqkit_policies *policy, const struct irqkit_cpuset *cpus)
{
	return policy->isolated ? irqkit_cpuset_add_set(policy->isolated, cpus)
				: irqkit_cpuset_copy(cpus, &policy->isolated);
}

/* ------------------------------------------------------------------------------- */

EXPORT size_t irqkit_policies_count_mistakes(const struct irqkit_policies *policy)
{
	return policy->n_mistakes;
}

EXPORT const char *irqkit_policies_get_mistake(
	const struct irqkit_policies *policy, size_t index, bool *ret_is_failure)
{
	*ret_is_failure = policy->mistakes[index].is_failure;
	return policy->mistakes[index].text;
}

EXPORT size_t irqkit_policies_count_files(const struct irqkit_policies *policy)
{
	return policy->n_files;
}

EXPORT size_t irqkit_policies_count_lines(const struct irqkit_policies *policy)
{
	return policy->n_lines;
}

EXPORT const char *irqkit_policies_get_file(
	const struct irqkit_policies *policy, size_t index, unsigned int *ret_number)
{
	*ret_number = policy->lines[index].number;
	return policy->lines[index].file;
}

EXPORT const char *const *irqkit_policies_get_words(
	const struct irqkit_policies *policy, size_t index, size_t *ret_count)
{
	*ret_count = policy->lines[index].n_words;
	return (const char *const *)policy->lines[index].words;
}

EXPORT void irqkit_policies_set_due(
	struct irqkit_policies *policy, size_t index, bool is_due)
{
	policy->lines[index].is_due = is_due;
}

EXPORT bool irqkit_policies_is_optional(
	const struct irqkit_policies *policy, size_t index)
{
	return policy->lines[index].is_optional;
}

EXPORT void irqkit_policies_set_request(
	struct irqkit_policies *policy, size_t index, struct irqkit_request *request)
{
	irqkit_request_free(policy->lines[index].request);
	policy->lines[index].request = request;
	if (request)
		request->is_of_policy = true;
}

EXPORT struct irqkit_request *irqkit_policies_get_request(
	const struct irqkit_policies *policy, size_t index)
{
	return policy->lines[index].request;
}

EXPORT int irqkit_policies_get_error(const struct irqkit_policies *policy, size_t index)
{
	return policy->lines[index].error;
}
