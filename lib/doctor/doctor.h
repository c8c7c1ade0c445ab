/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The doctor: runs the rules, and puts what they find in order.
 *
 *	rules --> findings --hide symptoms--> --order--> irqkit_doctor_get_finding()
 */
#ifndef IRQKIT_DOCTOR_H
#define IRQKIT_DOCTOR_H

#include "doctor/facts.h"
#include "doctor/findings.h"

/* A rule that could not look, or did. */
struct rule_state {
	const struct irqkit_rule *rule;
	char *lacks; /* owned; or NULL: it has looked */
};

struct irqkit_doctor {
	struct irqkit_machine *machine; /* not owned */
	const struct irqkit_affinities *earlier; /* not owned; or NULL */
	struct irqkit_device **devices; /* owned array; findings of others are left out */
	size_t n_devices, devices_room;
	const struct irqkit_rule **ignored; /* owned array */
	size_t n_ignored, ignored_room;
	struct irqkit_finding **findings; /* owned, and each; in order after the look */
	size_t n_findings, findings_room;
	struct irqkit_finding
		*spare; /* owned; is used, and not reported, without memory */
	struct rule_state *states; /* owned, and their texts */
	size_t n_states, states_room;
	struct facts *facts; /* owned */
	bool has_failed; /* memory ran out */
};

/* doctor_order.c: hides symptoms of causes, and sorts. */
void doctor_order(struct irqkit_doctor *doctor);

#endif
