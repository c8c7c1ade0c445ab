/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs the rules. */
#include "doctor/doctor.h"
#include "base/macros.h"
#include "doctor/rule.h"

#include <errno.h>
#include <string.h>

EXPORT int irqkit_doctor_new(
	struct irqkit_machine *machine, struct irqkit_doctor **ret_doctor)
{
	struct irqkit_doctor *doctor = calloc(1, sizeof(*doctor));

	if (!doctor)
		return -ENOMEM;
	doctor->machine = machine;
	doctor->spare = calloc(1, sizeof(*doctor->spare));
	if (!doctor->spare) {
		free(doctor);
		return -ENOMEM;
	}
	*ret_doctor = doctor;
	return 0;
}

static void forget(struct irqkit_doctor *doctor)
{
	for (size_t i = 0; i < doctor->n_findings; i++)
		finding_free(doctor->findings[i]);
	for (size_t i = 0; i < doctor->n_states; i++)
		free(doctor->states[i].lacks);
	doctor->n_findings = doctor->n_states = 0;
	facts_free(doctor->facts);
	doctor->facts = NULL;
	doctor->has_failed = false;
}

EXPORT void irqkit_doctor_free(struct irqkit_doctor *doctor)
{
	if (!doctor)
		return;
	forget(doctor);
	finding_free(doctor->spare);
	free(doctor->findings);
	free(doctor->states);
	free(doctor->devices);
	free(doctor->ignored);
	free(doctor);
}

EXPORT int irqkit_doctor_add_device(
	struct irqkit_doctor *doctor, struct irqkit_device *device)
{
	if (!GROW(doctor->devices, doctor->n_devices, doctor->devices_room))
		return -ENOMEM;
	doctor->devices[doctor->n_devices++] = device;
	return 0;
}

EXPORT int irqkit_doctor_ignore(struct irqkit_doctor *doctor, const char *id)
{
	const struct irqkit_rule *rule = rule_find(id);

	if (!rule)
		return -ENOENT;
	if (!GROW(doctor->ignored, doctor->n_ignored, doctor->ignored_room))
		return -ENOMEM;
	doctor->ignored[doctor->n_ignored++] = rule;
	return 0;
}

EXPORT void irqkit_doctor_set_earlier(
	struct irqkit_doctor *doctor, const struct irqkit_affinities *affinities)
{
	doctor->earlier = affinities;
}

/* ------------------------------------------------------------------------------- */

static bool is_ignored(const struct irqkit_doctor *doctor, const struct irqkit_rule *rule)
{
	for (size_t i = 0; i < doctor->n_ignored; i++)
		if (doctor->ignored[i] == rule)
			return true;
	return false;
}

static bool wants_device(
	const struct irqkit_doctor *doctor, const struct irqkit_device *device)
{
	for (size_t i = 0; i < doctor->n_devices; i++)
		if (doctor->devices[i] == device)
			return true;
	return doctor->n_devices == 0;
}

static int run_rule(struct irqkit_doctor *doctor, const struct irqkit_rule *rule)
{
	struct look look = { .facts = doctor->facts, .rule = rule, .doctor = doctor };
	size_t first = doctor->n_findings;
	int r = rule->look(&look);

	/* one odd file does not take the findings of all other rules away */
	if (r < 0 && r != -ENOMEM)
		r = look_lacks(&look, "a file cannot be read: %s", strerror(-r));
	for (size_t i = first; i < doctor->n_findings && r == 0; i++) {
		struct irqkit_finding *finding = doctor->findings[i];

		if (finding->has_failed || !finding->text)
			r = -ENOMEM;
		finding->is_ignored = !wants_device(doctor, finding->device);
	}
	if (r == 0 && doctor->has_failed)
		r = -ENOMEM;
	if (r == 0 && !GROW(doctor->states, doctor->n_states, doctor->states_room))
		r = -ENOMEM;
	if (r < 0)
		free(look.lacks);
	else
		doctor->states[doctor->n_states++] = (struct rule_state){ .rule = rule,
			.lacks = look.lacks };
	return r;
}

EXPORT int irqkit_doctor_look(
	struct irqkit_doctor *doctor, const struct irqkit_load *load)
{
	const struct irqkit_rule *rule;
	int r;

	forget(doctor);
	r = facts_new(doctor->machine, load, &doctor->facts);
	if (r == 0)
		doctor->facts->earlier = doctor->earlier;
	for (size_t i = 0; r == 0 && (rule = rule_get(i)); i++)
		if (!is_ignored(doctor, rule))
			r = run_rule(doctor, rule);
	if (r == 0)
		doctor_order(doctor);
	return r;
}

/* ------------------------------------------------------------------------------- */

EXPORT size_t irqkit_doctor_count_findings(const struct irqkit_doctor *doctor)
{
	return doctor->n_findings;
}

EXPORT const struct irqkit_finding *irqkit_doctor_get_finding(
	const struct irqkit_doctor *doctor, size_t index)
{
	return doctor->findings[index];
}

EXPORT size_t irqkit_doctor_count_rules(const struct irqkit_doctor *doctor)
{
	return doctor->n_states;
}

EXPORT const struct irqkit_rule *irqkit_doctor_get_rule(
	const struct irqkit_doctor *doctor, size_t index, const char **ret_lacks)
{
	*ret_lacks = doctor->states[index].lacks;
	return doctor->states[index].rule;
}

EXPORT double irqkit_doctor_get_seconds(const struct irqkit_doctor *doctor)
{
	return doctor->facts ? facts_seconds(doctor->facts) : -1;
}

EXPORT enum irqkit_confidence irqkit_doctor_get_confidence(
	const struct irqkit_doctor *doctor)
{
	return doctor->facts ? facts_confidence(doctor->facts)
			     : IRQKIT_CONFIDENCE_PLACEMENT;
}
