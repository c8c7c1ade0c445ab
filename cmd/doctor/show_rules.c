/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rules themselves: all of them, or one with what it means. */
#include "base/alike.h"
#include "base/basics.h"
#include "base/fold.h"
#include "base/say.h"
#include "doctor/view.h"
#include "table/render.h"

#include <stdio.h>
#include <string.h>

static struct cell get_id(void *data)
{
	return text_cell(irqkit_rule_get_id(data));
}

static struct cell get_class(void *data)
{
	return text_cell(class_word(irqkit_rule_get_class(data)));
}

static struct cell get_title(void *data)
{
	return text_cell(irqkit_rule_get_title(data));
}

static struct cell get_why(void *data)
{
	return text_cell(irqkit_rule_get_why(data));
}

static struct cell get_explanation(void *data)
{
	return text_cell(irqkit_rule_get_explanation(data));
}

static const struct column columns[] = {
	{ "ID", "id", "rule", 0, get_id, 0 },
	{ "CLASS", "class", "how bad its findings are", 0, get_class, 0 },
	{ "TITLE", "title", "what it looks for", 0, get_title, 0 },
	{ "WHY", "why", "why that matters", 0, get_why, 0 },
	{ "EXPLANATION", "explanation", "when it reports something", 0, get_explanation,
		0 },
	{ 0 },
};

static size_t count_rules(void)
{
	size_t n = 0;

	while (irqkit_rule_get(n))
		n++;
	return n;
}

static enum status print_json(void)
{
	size_t n = count_rules();
	struct table table CLEANUP(table_free) = {
		.rows = calloc(n + 1, sizeof(*table.rows)),
	};
	struct document *document;

	if (!table.rows || !table_choose_keys(&table, columns))
		return say_no_memory();
	while (table.n_rows < n) {
		/* a row is only read */
		table.rows[table.n_rows] = (void *)irqkit_rule_get(table.n_rows);
		table.n_rows++;
	}
	document = document_new();
	document_add_text(document, "command", "doctor");
	document_add_table(document, "rules", &table);
	return document_finish(document);
}

enum status show_rules(const struct call *call)
{
	const struct irqkit_rule *rule;

	if (call->common.is_json)
		return print_json();
	for (size_t i = 0; (rule = irqkit_rule_get(i)); i++)
		printf("%-28s %-7s %s\n", irqkit_rule_get_id(rule),
			class_word(irqkit_rule_get_class(rule)),
			irqkit_rule_get_title(rule));
	return STATUS_DONE;
}

enum status say_unknown_rule(const char *id, size_t len)
{
	struct alike alike = { .word = id, .len = len };
	const struct irqkit_rule *rule;

	for (size_t i = 0; (rule = irqkit_rule_get(i)); i++)
		alike_offer(&alike, irqkit_rule_get_id(rule));
	if (alike_count(&alike))
		say_error("there is no rule '%.*s'; did you mean '%s'?", (int)len, id,
			alike.names[0]);
	else
		say_error("there is no rule '%.*s': 'irqkit doctor --list' shows them",
			(int)len, id);
	return STATUS_MISUSE;
}

enum status explain_rule(const struct call *call, const char *id)
{
	const struct irqkit_rule *rule = irqkit_rule_find(id);

	if (!rule)
		return say_unknown_rule(id, strlen(id));
	if (call->common.is_json) {
		struct document *document = document_new();

		document_add_text(document, "command", "doctor");
		document_add_text(document, "id", irqkit_rule_get_id(rule));
		document_add_text(
			document, "class", class_word(irqkit_rule_get_class(rule)));
		document_add_text(document, "title", irqkit_rule_get_title(rule));
		document_add_text(document, "why", irqkit_rule_get_why(rule));
		document_add_text(
			document, "explanation", irqkit_rule_get_explanation(rule));
		return document_finish(document);
	}
	printf("%s (%s): %s\n\n", irqkit_rule_get_id(rule),
		class_word(irqkit_rule_get_class(rule)), irqkit_rule_get_title(rule));
	print_indented(irqkit_rule_get_why(rule), 0);
	putchar('\n');
	print_indented(irqkit_rule_get_explanation(rule), 0);
	return STATUS_DONE;
}
