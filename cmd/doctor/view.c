/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Findings that have the same fix are shown together. */
#include "doctor/view.h"
#include "base/basics.h"
#include "base/say.h"
#include "base/text.h"

#include <string.h>

/* ------------------------------------------------------------------------------- */

void view_free(struct doctor_view *view)
{
	for (size_t i = 0; i < view->n; i++) {
		free(view->groups[i].findings);
		free(view->groups[i].fix);
	}
	free(view->groups);
}

/* The words of the fix in one text; NULL in *@ret_fix: there are none. */
static bool format_fix(const struct irqkit_finding *finding, char **ret_fix)
{
	size_t n;
	const char *const *words = irqkit_finding_get_fix(finding, &n);

	*ret_fix = NULL;
	for (size_t i = 0; i < n; i++) {
		_cleanup_free_ char *quoted = text_quote(words[i]);

		if (!quoted || !text_join(ret_fix, " ", quoted))
			return false;
	}
	return true;
}

static struct finding_group *find_group(const struct doctor_view *view, const char *fix)
{
	for (size_t i = 0; i < view->n && fix; i++)
		if (view->groups[i].fix && strcmp(view->groups[i].fix, fix) == 0)
			return &view->groups[i];
	return NULL;
}

static bool add_finding(struct doctor_view *view, const struct irqkit_finding *finding)
{
	_cleanup_free_ char *fix = NULL;
	size_t room = irqkit_doctor_count_findings(view->doctor);
	struct finding_group *group;

	if (!format_fix(finding, &fix))
		return false;
	group = find_group(view, fix);
	if (!group) {
		group = &view->groups[view->n];
		group->findings = calloc(room, sizeof(*group->findings));
		if (!group->findings)
			return false;
		group->fix = fix;
		fix = NULL;
		view->n++;
	}
	group->findings[group->n++] = finding;
	return true;
}

enum status view_new(struct doctor_view *view, const struct call *call,
	const struct irqkit_doctor *doctor)
{
	size_t n = irqkit_doctor_count_findings(doctor);

	view->call = call;
	view->doctor = doctor;
	view->groups = calloc(n + 1, sizeof(*view->groups));
	if (!view->groups)
		return say_no_memory();
	for (size_t i = 0; i < n; i++) {
		const struct irqkit_finding *finding = irqkit_doctor_get_finding(
			doctor, i);

		if (!irqkit_finding_get_cause(finding) && !add_finding(view, finding))
			return say_no_memory();
	}
	return STATUS_DONE;
}

bool view_has_class(const struct doctor_view *view, enum irqkit_class class)
{
	size_t n = irqkit_doctor_count_findings(view->doctor);

	for (size_t i = 0; i < n; i++)
		if (irqkit_finding_get_class(
			    irqkit_doctor_get_finding(view->doctor, i)) >= class)
			return true;
	return false;
}

/* ------------------------------------------------------------------------------- */

static bool is_setting(const char *command)
{
	static const char *const settings[] = { "set", "spread", "pin-queue", "rps",
		"xps", "isolate", "channels" };

	for (size_t i = 0; i < LENGTH(settings); i++)
		if (strcmp(settings[i], command) == 0)
			return true;
	return false;
}

/* --by=load measures, --every never ends. */
static bool measures(const char *word)
{
	return strncmp(word, "--by=load=", strlen("--by=load=")) == 0 ||
		strncmp(word, "--verify", strlen("--verify")) == 0 ||
		strncmp(word, "--every", strlen("--every")) == 0 ||
		strcmp(word, "--revert-if-worse") == 0 || strcmp(word, "--wait") == 0;
}

bool group_is_fixable(const struct finding_group *group)
{
	size_t n;
	const char *const *words = irqkit_finding_get_fix(group->findings[0], &n);

	if (n == 0 || !is_setting(words[0]))
		return false;
	for (size_t i = 1; i < n; i++)
		if (measures(words[i]))
			return false;
	return true;
}
