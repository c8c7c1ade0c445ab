/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The order of findings: class, then cost. A cause hides its symptoms, which become its
 * evidence.
 */
#include "base/cpuset.h"
#include "base/macros.h"
#include "doctor/doctor.h"
#include "doctor/rule.h"

#include <string.h>

/* ------------------------------------------------------------------------------- */
/* Causes                                                                          */

static bool hides_rule(const struct irqkit_rule *cause, const struct irqkit_rule *symptom)
{
	for (size_t i = 0; cause->hides && cause->hides[i]; i++)
		if (strcmp(cause->hides[i], symptom->id) == 0)
			return true;
	return false;
}

/* A symptom of another device, or of other CPUs, has another cause. */
static bool is_same_place(
	const struct irqkit_finding *cause, const struct irqkit_finding *symptom)
{
	if (cause->device && symptom->device)
		return cause->device == symptom->device;
	if (cause->cpus && symptom->cpus)
		return irqkit_cpuset_has_common(cause->cpus, symptom->cpus);
	return true;
}

static struct irqkit_finding *find_cause(
	const struct irqkit_doctor *doctor, const struct irqkit_finding *symptom)
{
	for (size_t i = 0; i < doctor->n_findings; i++) {
		struct irqkit_finding *cause = doctor->findings[i];

		if (cause != symptom && !cause->is_ignored &&
			hides_rule(cause->rule, symptom->rule) &&
			is_same_place(cause, symptom))
			return cause;
	}
	return NULL;
}

/* A cause may be a symptom itself: the first of the chain is reported. */
static void hide_symptoms(struct irqkit_doctor *doctor)
{
	for (size_t i = 0; i < doctor->n_findings; i++)
		doctor->findings[i]->cause = find_cause(doctor, doctor->findings[i]);
	for (size_t i = 0; i < doctor->n_findings; i++) {
		struct irqkit_finding *finding = doctor->findings[i];

		for (size_t n = 0;
			finding->cause && finding->cause->cause && n < doctor->n_findings;
			n++)
			finding->cause = finding->cause->cause;
	}
}

/* ------------------------------------------------------------------------------- */
/* Order                                                                           */

/* From counts since boot, or from a placement alone, nothing is known to be urgent. */
static void limit_class(struct irqkit_finding *finding)
{
	if (finding->confidence == IRQKIT_CONFIDENCE_PLACEMENT &&
		finding->rule->class >= IRQKIT_CLASS_HIGH &&
		finding->class > IRQKIT_CLASS_MEDIUM && finding->share > 0)
		finding->class = IRQKIT_CLASS_MEDIUM;
}

static bool needs_more(const struct irqkit_finding *finding)
{
	return finding->fix.n == 0 && finding->needs != IRQKIT_NEEDS_NOTHING;
}

static int compare_findings(const void *a, const void *b)
{
	const struct irqkit_finding *x = *(struct irqkit_finding *const *)a;
	const struct irqkit_finding *y = *(struct irqkit_finding *const *)b;
	double cost_x = x->share * x->gain, cost_y = y->share * y->gain;

	if (x->class != y->class)
		return x->class > y->class ? -1 : 1;
	if (needs_more(x) != needs_more(y))
		return needs_more(x) ? 1 : -1;
	if (cost_x != cost_y)
		return cost_x > cost_y ? -1 : 1;
	return 0;
}

/* What compares equal stays in the order of the rules, which qsort() does not promise. */
static void sort(struct irqkit_finding **findings, size_t n)
{
	for (size_t i = 1; i < n; i++)
		for (size_t j = i;
			j > 0 && compare_findings(&findings[j - 1], &findings[j]) > 0;
			j--) {
			struct irqkit_finding *finding = findings[j];

			findings[j] = findings[j - 1];
			findings[j - 1] = finding;
		}
}

void doctor_order(struct irqkit_doctor *doctor)
{
	size_t n = 0;

	for (size_t i = 0; i < doctor->n_findings; i++) {
		limit_class(doctor->findings[i]);
		if (doctor->findings[i]->is_ignored)
			finding_free(doctor->findings[i]);
		else
			doctor->findings[n++] = doctor->findings[i];
	}
	doctor->n_findings = n;
	hide_symptoms(doctor);
	sort(doctor->findings, n);
}
