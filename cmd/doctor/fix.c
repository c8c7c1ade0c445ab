/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* --fix: the fixes as lines of a policy, which become one plan and one journal entry. */
#include "base/basics.h"
#include "base/say.h"
#include "base/text.h"
#include "change/ban.h"
#include "doctor/view.h"
#include "policy/lines.h"
#include "table/render.h"

#include <stdio.h>
#include <string.h>

struct fix {
	const struct doctor_view *view;
	struct change change;
	struct lines lines;
	bool lacks_some; /* a fix could not be planned, which was reported */
};

static void fix_free(struct fix *fix)
{
	change_free(&fix->change);
	lines_free(&fix->lines);
}

/* The lines; NULL in *@ret_text: there are none. */
static enum status format_lines(const struct doctor_view *view, char **ret_text)
{
	*ret_text = NULL;
	for (size_t i = 0; i < view->n; i++)
		if (group_is_fixable(&view->groups[i]) &&
			!text_join(ret_text, "\n", view->groups[i].fix))
			return say_no_memory();
	return STATUS_DONE;
}

static void add_remark(void *data, char *remark)
{
	struct change *change = data;

	report_add_remark(&change->report, remark);
}

/* A fix that cannot be planned here does not keep the others from being applied. */
static enum status plan_lines(struct fix *fix, struct change *change, unsigned int flags)
{
	enum status status = lines_plan(&fix->lines, change->machine, change->plan,
		flags | IRQKIT_POLICIES_LEAVE, add_remark, change);

	fix->lacks_some = false;
	for (size_t i = 0; i < fix->lines.n; i++)
		if (irqkit_policies_get_error(fix->lines.policy, i) < 0)
			fix->lacks_some = true;
	return irqkit_ctx_get_error(change->ctx) ? status : STATUS_DONE;
}

static enum status plan(struct change *change, void *data)
{
	return plan_lines(data, change, 0);
}

static enum status plan_rest(struct change *change, void *data)
{
	enum status status = plan_lines(data, change, IRQKIT_POLICIES_REST);

	return status == STATUS_DONE ? ban_plan(change) : status;
}

static bool is_by_hand(const struct finding_group *group)
{
	enum irqkit_needs needs;
	size_t n;

	if (group_is_fixable(group) ||
		irqkit_finding_get_class(group->findings[0]) == IRQKIT_CLASS_INFO)
		return false;
	irqkit_finding_get_fix(group->findings[0], &n);
	return n || irqkit_finding_get_by_hand(group->findings[0], &needs);
}

static bool has_class(const struct finding_group *group, enum irqkit_class class)
{
	return irqkit_finding_get_class(group->findings[0]) >= class;
}

/* What remains for a person, under the report of the change. */
static bool show_remaining(const struct doctor_view *view, enum irqkit_class level)
{
	bool has_heading = false, remains = false;

	for (size_t i = 0; i < view->n; i++) {
		const struct finding_group *group = &view->groups[i];

		if (!group_is_fixable(group) && has_class(group, level))
			remains = true;
		if (!is_by_hand(group) || view->call->common.is_json ||
			view->call->common.is_quiet)
			continue;
		if (!has_heading)
			puts("By hand:");
		has_heading = true;
		show_group(view, group, 0);
	}
	return remains;
}

enum status fix_findings(const struct doctor_view *view, struct doctor_options *options,
	struct change_machine *machine, enum irqkit_class level)
{
	struct fix fix CLEANUP(fix_free) = { .view = view };
	_cleanup_free_ char *text = NULL;
	enum status status = format_lines(view, &text);

	if (status == STATUS_DONE)
		status = lines_read_commands(
			&fix.lines, view->call, "fix", text ? text : "");
	options->change.bans_by_default = true;
	fix.lines.has_rest = change_writes(&options->change);
	if (status == STATUS_DONE)
		status = change_run_on(&fix.change, view->call, &options->change, machine,
			plan, plan_rest, &fix);
	if (status != STATUS_DONE)
		return status;
	if (show_remaining(view, level) || fix.lacks_some ||
		(options->change.is_dry_run && view_has_class(view, level)))
		return STATUS_DRIFT;
	return STATUS_DONE;
}
