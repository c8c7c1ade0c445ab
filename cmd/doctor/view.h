/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is shown of the findings:
 *
 *	findings --view.c: equal fixes together--> groups --show_findings.c--> text
 *	                                              \---fix.c--> one plan
 *	findings --findings_json.c--> JSON
 */
#ifndef CMD_VIEW_H
#define CMD_VIEW_H

#include "base/command.h"
#include "change/change.h"
#include "measure/class_words.h"

#include <irqkit.h>

struct doctor_options {
	const char *seconds; /* --for */
	const char *ignored; /* --ignore: ids with commas */
	const char *level;
	const char *explained; /* --explain: an id */
	bool is_list, is_all, fixes;
	struct change_options change; /* for --fix */
};

/* Findings that have one fix, or a single finding without one. */
struct finding_group {
	const struct irqkit_finding **findings; /* owned array; the worst first */
	size_t n;
	char *fix; /* owned; "rps eth1 --auto", quoted for a shell; NULL: none */
};

struct doctor_view {
	const struct call *call;
	const struct irqkit_doctor *doctor; /* not owned */
	struct finding_group *groups; /* owned; without symptoms */
	size_t n;
};

enum status view_new(struct doctor_view *view, const struct call *call,
	const struct irqkit_doctor *doctor);
void view_free(struct doctor_view *view);

/* Can --fix apply it: is it a setting that needs no measurement? */
bool group_is_fixable(const struct finding_group *group);

/* Is a finding at or above this class? */
bool view_has_class(const struct doctor_view *view, enum irqkit_class class);

/* show_findings.c */
void show_findings(const struct doctor_view *view, bool shows_all);
/* A group with what a person must do; @number: 0, it gets none */
void show_group(
	const struct doctor_view *view, const struct finding_group *group, size_t number);

/* findings_json.c */
enum status print_findings_json(const struct doctor_view *view, bool is_ok);

/* show_rules.c: --list and --explain */
enum status show_rules(const struct call *call);
enum status explain_rule(const struct call *call, const char *id);
/* Reports that there is no such rule. */
enum status say_unknown_rule(const char *id, size_t len);

/*
 * fix.c: applies the fixes, or with --dry-run shows the plan. @machine: where the findings
 * were found; it is taken over
 */
enum status fix_findings(const struct doctor_view *view, struct doctor_options *options,
	struct change_machine *machine, enum irqkit_class level);

#endif
