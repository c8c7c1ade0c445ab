/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Findings: made by rules, read by programs. */
#include "doctor/findings.h"
#include "base/cpuset.h"
#include "base/macros.h"
#include "devices/threads.h"
#include "doctor/doctor.h"
#include "doctor/rule.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void words_free(struct finding_words *words)
{
	for (size_t i = 0; i < words->n; i++)
		free(words->words[i]);
	free(words->words);
}

void finding_clear(struct irqkit_finding *finding)
{
	for (size_t i = 0; i < finding->n_facts; i++) {
		free(finding->facts[i].file);
		free(finding->facts[i].value);
	}
	free(finding->facts);
	words_free(&finding->fix);
	irqkit_cpuset_free(finding->cpus);
	free(finding->subject);
	free(finding->text);
	free(finding->by_hand);
	*finding = (struct irqkit_finding){ 0 };
}

void finding_free(struct irqkit_finding *finding)
{
	if (!finding)
		return;
	finding_clear(finding);
	free(finding);
}

/* ------------------------------------------------------------------------------- */
/* Rules write                                                                     */

static void set_text(
	struct irqkit_finding *finding, char **text, const char *format, va_list args)
{
	char *new;

	if (vasprintf(&new, format, args) < 0) {
		finding->has_failed = true;
		return;
	}
	free(*text);
	*text = new;
}

/* A new finding; the spare one without memory. */
static struct irqkit_finding *new_finding(struct irqkit_doctor *doctor)
{
	struct irqkit_finding *finding = calloc(1, sizeof(*finding));

	if (!finding ||
		!GROW(doctor->findings, doctor->n_findings, doctor->findings_room)) {
		free(finding);
		finding_clear(doctor->spare);
		doctor->has_failed = true;
		return doctor->spare;
	}
	doctor->findings[doctor->n_findings++] = finding;
	return finding;
}

struct irqkit_finding *finding_add(
	struct look *look, struct irqkit_device *device, const char *subject, ...)
{
	struct irqkit_finding *finding = new_finding(look->doctor);
	va_list args;

	finding->rule = look->rule;
	finding->class = look->rule->class;
	finding->device = device;
	finding->confidence = facts_confidence(look->facts);
	va_start(args, subject);
	if (subject)
		set_text(finding, &finding->subject, subject, args);
	va_end(args);
	if (!subject) {
		finding->subject = strdup(
			device ? irqkit_device_get_name(device) : "the machine");
		finding->has_failed |= !finding->subject;
	}
	return finding;
}

/* Puts the subject before the text. */
static void add_subject(struct irqkit_finding *finding, const char *between)
{
	char *text = NULL;

	if (!finding->text || !finding->subject ||
		asprintf(&text, "%s%s%s", finding->subject, between, finding->text) < 0) {
		finding->has_failed = true;
		return;
	}
	free(finding->text);
	finding->text = text;
}

void finding_say(struct irqkit_finding *finding, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	set_text(finding, &finding->text, format, args);
	va_end(args);
	add_subject(finding, ": ");
}

void finding_does(struct irqkit_finding *finding, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	set_text(finding, &finding->text, format, args);
	va_end(args);
	add_subject(finding, " ");
}

void finding_fact(
	struct irqkit_finding *finding, const char *file, const char *format, ...)
{
	struct finding_fact *fact;
	va_list args;

	if (!GROW(finding->facts, finding->n_facts, finding->facts_room)) {
		finding->has_failed = true;
		return;
	}
	fact = &finding->facts[finding->n_facts++];
	*fact = (struct finding_fact){ .file = strdup(file) };
	finding->has_failed |= !fact->file;
	va_start(args, format);
	set_text(finding, &fact->value, format, args);
	va_end(args);
}

void finding_fact_read(
	struct irqkit_finding *finding, struct facts *facts, const char *file, ...)
{
	_cleanup_free_ char *path = NULL, *shown = NULL;
	const char *text;
	va_list args;

	va_start(args, file);
	set_text(finding, &path, file, args);
	va_end(args);
	text = path ? facts_read(facts, NULL, "%s", path) : NULL;
	if (!text)
		return;
	if (asprintf(&shown, "/%s", path) < 0) {
		shown = NULL;
		finding->has_failed = true;
		return;
	}
	finding_fact(finding, shown, "%s", text);
}

void finding_fact_file(
	struct irqkit_finding *finding, struct facts *facts, enum machine_file file)
{
	const char *text;

	if (machine_get_file(facts->machine, file, &text, NULL) == 0)
		finding_fact(finding, machine_file_path(file), "%s", text);
}

/* @name: the file that has these CPUs as a list; the record may come from another file */
static void add_cpus(struct irqkit_finding *finding, const struct irqkit_irq *irq,
	const char *name, const struct irqkit_cpuset *cpus)
{
	_cleanup_free_ char *list = facts_format_cpus(cpus);
	char file[64];

	snprintf(file, sizeof(file), "/proc/irq/%d/%s", irqkit_irq_get_number(irq), name);
	if (list)
		finding_fact(finding, file, "%s", list);
	else
		finding->has_failed = true;
}

void finding_fact_affinity(struct irqkit_finding *finding, struct irqkit_irq *irq)
{
	const struct irqkit_cpuset *cpus;

	if (irqkit_irq_get_affinity(irq, &cpus) == 0)
		add_cpus(finding, irq, "smp_affinity_list", cpus);
}

void finding_fact_effective(struct irqkit_finding *finding, struct irqkit_irq *irq)
{
	const struct irqkit_cpuset *cpus;

	if (irqkit_irq_get_effective(irq, &cpus) == 0)
		add_cpus(finding, irq, "effective_affinity_list", cpus);
}

void finding_fact_hint(struct irqkit_finding *finding, struct irqkit_irq *irq)
{
	const char *text;
	char file[64];

	snprintf(file, sizeof(file), "/proc/irq/%d/affinity_hint",
		irqkit_irq_get_number(irq));
	if (irq_get_hint_text(irq, &text) == 0)
		finding_fact(finding, file, "%s", text);
}

void finding_fact_thread(struct irqkit_finding *finding, struct irqkit_thread *thread)
{
	const char *list;
	char file[64];

	snprintf(file, sizeof(file), "/proc/%u/status", irqkit_thread_get_pid(thread));
	if (thread_get_text(thread, &list) == 0)
		finding_fact(finding, file, "%s", list);
}

static double clamp(double share)
{
	return share < 0 ? 0 : share > 1 ? 1 : share;
}

void finding_weigh(
	struct irqkit_finding *finding, double share, double gain, bool is_of_time)
{
	finding->share = clamp(share);
	finding->gain = clamp(gain);
	finding->is_of_time = is_of_time;
}

void finding_set_class(struct irqkit_finding *finding, enum irqkit_class class)
{
	finding->class = class;
}

void finding_set_confidence(
	struct irqkit_finding *finding, enum irqkit_confidence confidence)
{
	finding->confidence = confidence;
}

void finding_add_cpus(struct irqkit_finding *finding, const struct irqkit_cpuset *cpus)
{
	if (!finding->cpus && irqkit_cpuset_new(&finding->cpus) < 0) {
		finding->has_failed = true;
		return;
	}
	if (irqkit_cpuset_add_set(finding->cpus, cpus) < 0)
		finding->has_failed = true;
}

void finding_add_cpu(struct irqkit_finding *finding, unsigned int cpu)
{
	if (!finding->cpus && irqkit_cpuset_new(&finding->cpus) < 0) {
		finding->has_failed = true;
		return;
	}
	/* an odd file may name a CPU that cannot exist */
	if (irqkit_cpuset_add(finding->cpus, cpu) == -ENOMEM)
		finding->has_failed = true;
}

/* Takes @word over; NULL: there was no memory for it. */
static void add_word(struct irqkit_finding *finding, char *word)
{
	struct finding_words *fix = &finding->fix;
	char **words = word ? realloc(fix->words, (fix->n + 2) * sizeof(*fix->words))
			    : NULL;

	if (!words) {
		free(word);
		finding->has_failed = true;
		return;
	}
	fix->words = words;
	words[fix->n++] = word;
	words[fix->n] = NULL;
}

void finding_fix_words(struct irqkit_finding *finding, const char *const *words)
{
	for (size_t i = 0; words[i]; i++)
		add_word(finding, strdup(words[i]));
}

void finding_fix_word(struct irqkit_finding *finding, const char *format, ...)
{
	char *word = NULL;
	va_list args;

	va_start(args, format);
	set_text(finding, &word, format, args);
	va_end(args);
	add_word(finding, word);
}

void finding_by_hand(
	struct irqkit_finding *finding, enum irqkit_needs needs, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	set_text(finding, &finding->by_hand, format, args);
	va_end(args);
	finding->needs = needs;
}

/* ------------------------------------------------------------------------------- */
/* Programs read                                                                   */

EXPORT const struct irqkit_rule *irqkit_finding_get_rule(
	const struct irqkit_finding *finding)
{
	return finding->rule;
}

EXPORT enum irqkit_class irqkit_finding_get_class(const struct irqkit_finding *finding)
{
	return finding->class;
}

EXPORT const char *irqkit_finding_get_subject(const struct irqkit_finding *finding)
{
	return finding->subject;
}

EXPORT struct irqkit_device *irqkit_finding_get_device(
	const struct irqkit_finding *finding)
{
	return finding->device;
}

EXPORT const char *irqkit_finding_get_text(const struct irqkit_finding *finding)
{
	return finding->text;
}

EXPORT double irqkit_finding_get_share(const struct irqkit_finding *finding)
{
	return finding->share;
}

EXPORT double irqkit_finding_get_gain(const struct irqkit_finding *finding)
{
	return finding->gain;
}

EXPORT bool irqkit_finding_is_of_time(const struct irqkit_finding *finding)
{
	return finding->is_of_time;
}

EXPORT enum irqkit_confidence irqkit_finding_get_confidence(
	const struct irqkit_finding *finding)
{
	return finding->confidence;
}

EXPORT size_t irqkit_finding_count_facts(const struct irqkit_finding *finding)
{
	return finding->n_facts;
}

EXPORT const char *irqkit_finding_get_fact(
	const struct irqkit_finding *finding, size_t index, const char **ret_value)
{
	*ret_value = finding->facts[index].value;
	return finding->facts[index].file;
}

EXPORT const char *const *irqkit_finding_get_fix(
	const struct irqkit_finding *finding, size_t *ret_count)
{
	*ret_count = finding->fix.n;
	return (const char *const *)finding->fix.words;
}

EXPORT const char *irqkit_finding_get_by_hand(
	const struct irqkit_finding *finding, enum irqkit_needs *ret_needs)
{
	*ret_needs = finding->needs;
	return finding->by_hand;
}

EXPORT const struct irqkit_finding *irqkit_finding_get_cause(
	const struct irqkit_finding *finding)
{
	return finding->cause;
}
