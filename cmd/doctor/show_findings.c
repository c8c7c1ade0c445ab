/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Findings for people: what is wrong, why it matters, what to type. */
#include "base/basics.h"
#include "base/fold.h"
#include "base/text.h"
#include "doctor/view.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* More than these are shown only with --all. */
#define GROUPS_SHOWN 7
/* "medium  " */
#define CLASS_WIDTH 8

/* One sentence in the column of the texts; takes @text over. */
static void print_text(char *text, size_t indent)
{
	_cleanup_free_ char *safe = text ? text_escape(text) : NULL;

	if (safe) {
		printf("%*s", (int)indent, "");
		print_indented(safe, indent);
	}
	free(text);
}

static void print_line(size_t indent, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void print_line(size_t indent, const char *format, ...)
{
	va_list args;
	char *text;
	int r;

	va_start(args, format);
	r = vasprintf(&text, format, args);
	va_end(args);
	print_text(r < 0 ? NULL : text, indent);
}

/* " (93% of the busiest CPU's time)", or "" */
static void format_share(const struct irqkit_finding *finding, char *text, size_t size)
{
	double percent = irqkit_finding_get_share(finding) * 100;

	*text = '\0';
	/* one percentage in a sentence is enough */
	if (percent >= 1 && !strstr(irqkit_finding_get_text(finding), "% of "))
		snprintf(text, size, " (%.0f%% of %s)", percent,
			irqkit_finding_is_of_time(finding) ? "a CPU's time"
							   : "all interrupts");
}

/* What its numbers are, if that is not what the last line says of all. */
static const char *name_confidence(
	const struct doctor_view *view, const struct irqkit_finding *finding)
{
	static const char *const words[] = {
		[IRQKIT_CONFIDENCE_PLACEMENT] = ", by the placement alone",
		[IRQKIT_CONFIDENCE_MEAN] = ", as the mean since boot",
		[IRQKIT_CONFIDENCE_MEASURED] = ", as measured",
	};
	enum irqkit_confidence confidence = irqkit_finding_get_confidence(finding);

	return confidence == irqkit_doctor_get_confidence(view->doctor)
		? ""
		: words[confidence];
}

static char *format_finding(
	const struct doctor_view *view, const struct irqkit_finding *finding)
{
	char share[64], *text;

	format_share(finding, share, sizeof(share));
	return asprintf(&text, "%s%s%s.", irqkit_finding_get_text(finding), share,
		       name_confidence(view, finding)) < 0
		? NULL
		: text;
}

static void show_facts(const struct irqkit_finding *finding, size_t indent)
{
	for (size_t i = 0; i < irqkit_finding_count_facts(finding); i++) {
		const char *value;
		const char *file = irqkit_finding_get_fact(finding, i, &value);

		print_line(indent, "%s: %s", file, value);
	}
}

/* What else is there because of it. */
static void show_symptoms(
	const struct doctor_view *view, const struct irqkit_finding *cause, size_t indent)
{
	size_t n = irqkit_doctor_count_findings(view->doctor);

	for (size_t i = 0; i < n; i++) {
		const struct irqkit_finding *finding = irqkit_doctor_get_finding(
			view->doctor, i);

		if (irqkit_finding_get_cause(finding) == cause)
			print_line(indent, "It also explains: %s.",
				irqkit_finding_get_text(finding));
	}
}

static bool was_explained(const struct finding_group *group, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (irqkit_finding_get_rule(group->findings[i]) ==
			irqkit_finding_get_rule(group->findings[index]))
			return true;
	return false;
}

static const char *name_needs(enum irqkit_needs needs)
{
	static const char *const words[] = {
		[IRQKIT_NEEDS_NOTHING] = "",
		[IRQKIT_NEEDS_REBOOT] = ". This needs a reboot",
		[IRQKIT_NEEDS_HOST] = ". This is done on the host",
		[IRQKIT_NEEDS_RECONNECT] =
			". It takes effect when the device connects again",
	};

	return words[needs];
}

static void show_by_hand(const struct finding_group *group, size_t indent)
{
	static const char nothing[] = "nothing to do, ";
	const char *last = NULL;

	for (size_t i = 0; i < group->n; i++) {
		enum irqkit_needs needs;
		const char *text = irqkit_finding_get_by_hand(group->findings[i], &needs);

		if (!text || (last && strcmp(last, text) == 0))
			continue;
		if (strncmp(text, nothing, strlen(nothing)) == 0)
			print_line(indent, "N%s.", text + 1);
		else
			print_line(indent, "By hand: %s%s.", text, name_needs(needs));
		last = text;
	}
}

/* A command is never broken over two lines, so that it can be copied. */
static void show_fix(const struct finding_group *group, size_t indent)
{
	_cleanup_free_ char *safe = group->fix ? text_escape(group->fix) : NULL;

	if (safe)
		printf("%*sirqkit %s\n", (int)indent, "", safe);
}

void show_group(
	const struct doctor_view *view, const struct finding_group *group, size_t number)
{
	size_t indent = CLASS_WIDTH + (number > 9 ? 3 : 2);

	for (size_t i = 0; i < group->n; i++) {
		const struct irqkit_finding *finding = group->findings[i];
		char *text = format_finding(view, finding);
		_cleanup_free_ char *safe = text ? text_escape(text) : NULL;

		free(text);
		if (i == 0 && number)
			printf("%zu ", number);
		else
			printf("%*s", (int)indent - CLASS_WIDTH, "");
		printf("%-*s", CLASS_WIDTH,
			class_word(irqkit_finding_get_class(finding)));
		print_indented(safe ? safe : "", indent);
		if (!was_explained(group, i))
			print_line(indent, "%s",
				irqkit_rule_get_why(irqkit_finding_get_rule(finding)));
		show_symptoms(view, finding, indent);
		if (view->call->common.verbosity > 0) {
			print_line(indent, "Rule: %s.",
				irqkit_rule_get_id(irqkit_finding_get_rule(finding)));
			show_facts(finding, indent);
		}
	}
	show_fix(group, indent);
	show_by_hand(group, indent);
}

/* ------------------------------------------------------------------------------- */
/* The last line: a doctor that says nothing is not believed                       */

/* More reasons than these are left to -v. */
#define REASONS_SHOWN 4

/* What some rules lack, and how many of them do. */
struct reason {
	const char *text;
	size_t n;
};

struct counted {
	size_t n, n_not;
	char *reasons; /* owned; "one NUMA node, no isolated CPU": the most frequent */
};

static void count_reason(struct reason *reasons, size_t *n, const char *text)
{
	size_t i = 0;

	while (i < *n && strcmp(reasons[i].text, text) != 0)
		i++;
	if (i == *n)
		reasons[(*n)++].text = text;
	reasons[i].n++;
}

/* The most frequent one that was not taken yet; equal ones in the order of the rules. */
static struct reason *find_most(struct reason *reasons, size_t n)
{
	struct reason *most = NULL;

	for (size_t i = 0; i < n; i++)
		if (reasons[i].n && (!most || reasons[i].n > most->n))
			most = &reasons[i];
	return most;
}

static void list_reasons(struct reason *reasons, size_t n, struct counted *counted)
{
	struct reason *most;

	for (size_t i = 0; i < REASONS_SHOWN && (most = find_most(reasons, n)); i++) {
		text_join(&counted->reasons, ", ", most->text);
		most->n = 0;
	}
	if (n > REASONS_SHOWN)
		text_join(&counted->reasons, ", ", "...; -v shows all");
}

static void count_rules(const struct irqkit_doctor *doctor, struct counted *counted)
{
	_cleanup_free_ struct reason *reasons = NULL;
	size_t n = 0;

	counted->n = irqkit_doctor_count_rules(doctor);
	reasons = calloc(counted->n + 1, sizeof(*reasons));
	for (size_t i = 0; i < counted->n && reasons; i++) {
		const char *lacks;

		irqkit_doctor_get_rule(doctor, i, &lacks);
		if (!lacks)
			continue;
		counted->n_not++;
		count_reason(reasons, &n, lacks);
	}
	if (reasons)
		list_reasons(reasons, n, counted);
}

/* " over 2 s" */
static void format_time(const struct irqkit_doctor *doctor, char *text, size_t size)
{
	switch (irqkit_doctor_get_confidence(doctor)) {
	case IRQKIT_CONFIDENCE_MEASURED:
		snprintf(text, size, " over %.0f s", irqkit_doctor_get_seconds(doctor));
		break;
	case IRQKIT_CONFIDENCE_MEAN:
		snprintf(text, size, ", by the mean since boot");
		break;
	default:
		snprintf(text, size, ", by counts since boot (uptime not known)");
	}
}

static void show_summary(const struct doctor_view *view, size_t n_fixable)
{
	struct counted counted = { 0 };
	char time[64], *text;
	int r;

	count_rules(view->doctor, &counted);
	format_time(view->doctor, time, sizeof(time));
	r = asprintf(&text, "%zu finding%s; %zu rules checked%s%s", view->n,
		view->n == 1 ? "" : "s", counted.n - counted.n_not, time,
		counted.n_not ? "" : ".");
	if (r >= 0 && counted.n_not) {
		char *all;

		r = asprintf(&all, "%s; %zu could not be checked (%s).", text,
			counted.n_not, counted.reasons ? counted.reasons : "");
		free(text);
		text = r < 0 ? NULL : all;
	}
	print_text(r < 0 ? NULL : text, 0);
	free(counted.reasons);
	if (n_fixable)
		print_line(0,
			"'irqkit doctor --fix -n' shows what would fix %zu of them.",
			n_fixable);
}

static void show_rules_not_looked_at(const struct doctor_view *view)
{
	size_t n = irqkit_doctor_count_rules(view->doctor);

	for (size_t i = 0; i < n; i++) {
		const char *lacks;
		const struct irqkit_rule *rule = irqkit_doctor_get_rule(
			view->doctor, i, &lacks);

		if (lacks)
			print_line(0, "Not checked: %s: %s.", irqkit_rule_get_id(rule),
				lacks);
	}
}

void show_findings(const struct doctor_view *view, bool shows_all)
{
	size_t n = shows_all || view->n <= GROUPS_SHOWN ? view->n : GROUPS_SHOWN;
	size_t n_fixable = 0;

	for (size_t i = 0; i < view->n; i++)
		n_fixable += group_is_fixable(&view->groups[i]);
	for (size_t i = 0; i < n; i++)
		show_group(view, &view->groups[i], i + 1);
	if (n < view->n)
		print_line(0, "And %zu more, which matter less: --all shows them.",
			view->n - n);
	if (view->call->common.verbosity > 0)
		show_rules_not_looked_at(view);
	show_summary(view, n_fixable);
}
