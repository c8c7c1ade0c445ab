/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What `irqkit doctor` finds, counted by rule and class. */
#include "metrics/findings_count.h"
#include "base/basics.h"
#include "base/grow.h"

#include <errno.h>
#include <string.h>

void finding_counts_clear(struct finding_counts *counts)
{
	free(counts->counts);
}

static bool add(struct finding_counts *counts, const struct irqkit_finding *finding)
{
	const char *rule = irqkit_rule_get_id(irqkit_finding_get_rule(finding));
	enum irqkit_class class = irqkit_finding_get_class(finding);

	for (size_t i = 0; i < counts->n; i++) {
		struct finding_count *count = &counts->counts[i];

		if (count->class == class && strcmp(count->rule, rule) == 0) {
			count->n++;
			return true;
		}
	}
	if (!MAKE_ROOM(counts->counts, counts->n, counts->room))
		return false;
	counts->counts[counts->n++] = (struct finding_count){ rule, class, 1 };
	return true;
}

static void free_doctor(struct irqkit_doctor **doctor)
{
	irqkit_doctor_free(*doctor);
}

bool findings_count(struct irqkit_machine *machine, const struct irqkit_load *load,
	struct finding_counts *counts)
{
	struct irqkit_doctor *doctor CLEANUP(free_doctor) = NULL;
	int r = irqkit_doctor_new(machine, &doctor);

	if (r == 0)
		r = irqkit_doctor_look(doctor, load);
	if (r < 0)
		return r != -ENOMEM;
	counts->is_known = true;
	for (size_t i = 0; i < irqkit_doctor_count_findings(doctor); i++)
		if (!add(counts, irqkit_doctor_get_finding(doctor, i)))
			return false;
	return true;
}
