/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Findings for programs: all of them, also those that others explain. */
#include "base/basics.h"
#include "base/say.h"
#include "doctor/view.h"
#include "table/render.h"

struct json_finding {
	const struct doctor_view *view;
	const struct irqkit_finding *finding;
	struct table facts; /* owned rows: fact_rows */
	struct json_fact *fact_rows; /* owned */
	const char **hides; /* owned; ids, ending with NULL */
};

struct json_fact {
	const struct irqkit_finding *finding;
	size_t index;
};

static const struct irqkit_finding *of(const void *data)
{
	return ((const struct json_finding *)data)->finding;
}

static struct cell get_fact_file(void *data)
{
	const struct json_fact *row = data;
	const char *value;

	return text_cell(irqkit_finding_get_fact(row->finding, row->index, &value));
}

static struct cell get_fact_value(void *data)
{
	const struct json_fact *row = data;
	const char *value;

	irqkit_finding_get_fact(row->finding, row->index, &value);
	return text_cell(value);
}

static const struct column fact_columns[] = {
	{ "FILE", "file", "file", 0, get_fact_file, 0 },
	{ "VALUE", "value", "what it holds", 0, get_fact_value, 0 },
	{ 0 },
};

static struct cell get_id(void *data)
{
	return text_cell(irqkit_rule_get_id(irqkit_finding_get_rule(of(data))));
}

static struct cell get_class(void *data)
{
	return text_cell(class_word(irqkit_finding_get_class(of(data))));
}

static struct cell get_subject(void *data)
{
	return text_cell(irqkit_finding_get_subject(of(data)));
}

static struct cell get_device(void *data)
{
	const struct irqkit_device *device = irqkit_finding_get_device(of(data));

	return text_cell(device ? irqkit_device_get_name(device) : NULL);
}

static struct cell get_text(void *data)
{
	return text_cell(irqkit_finding_get_text(of(data)));
}

static struct cell get_why(void *data)
{
	return text_cell(irqkit_rule_get_why(irqkit_finding_get_rule(of(data))));
}

static struct cell share_cell(double share)
{
	return (struct cell){ .kind = CELL_SHARE, .share = share };
}

static struct cell get_share(void *data)
{
	return share_cell(irqkit_finding_get_share(of(data)));
}

static struct cell get_share_of(void *data)
{
	return text_cell(irqkit_finding_is_of_time(of(data)) ? "time" : "interrupts");
}

static struct cell get_gain(void *data)
{
	return share_cell(irqkit_finding_get_gain(of(data)));
}

static struct cell get_cost(void *data)
{
	return share_cell(
		irqkit_finding_get_share(of(data)) * irqkit_finding_get_gain(of(data)));
}

static const char *confidence_word(enum irqkit_confidence confidence)
{
	static const char *const words[] = {
		[IRQKIT_CONFIDENCE_PLACEMENT] = "placement",
		[IRQKIT_CONFIDENCE_MEAN] = "mean",
		[IRQKIT_CONFIDENCE_MEASURED] = "measured",
	};

	return words[confidence];
}

static struct cell get_confidence(void *data)
{
	return text_cell(confidence_word(irqkit_finding_get_confidence(of(data))));
}

static struct cell get_facts(void *data)
{
	const struct json_finding *row = data;

	return (struct cell){ .kind = CELL_ROWS, .table = &row->facts };
}

static struct cell get_fix(void *data)
{
	size_t n;
	const char *const *words = irqkit_finding_get_fix(of(data), &n);

	return n ? (struct cell){ .kind = CELL_TEXTS, .texts = words } : ABSENT;
}

static struct cell get_by_hand(void *data)
{
	enum irqkit_needs needs;

	return text_cell(irqkit_finding_get_by_hand(of(data), &needs));
}

static struct cell get_needs(void *data)
{
	static const char *const words[] = {
		[IRQKIT_NEEDS_NOTHING] = NULL,
		[IRQKIT_NEEDS_REBOOT] = "reboot",
		[IRQKIT_NEEDS_HOST] = "host",
		[IRQKIT_NEEDS_RECONNECT] = "reconnect",
	};
	enum irqkit_needs needs;

	irqkit_finding_get_by_hand(of(data), &needs);
	return text_cell(words[needs]);
}

static struct cell get_hides(void *data)
{
	const struct json_finding *row = data;

	return row->hides[0] ? (struct cell){ .kind = CELL_TEXTS, .texts = row->hides }
			     : ABSENT;
}

static struct cell get_hidden_by(void *data)
{
	const struct irqkit_finding *cause = irqkit_finding_get_cause(of(data));

	return text_cell(
		cause ? irqkit_rule_get_id(irqkit_finding_get_rule(cause)) : NULL);
}

static const struct column columns[] = {
	{ "ID", "id", "rule", 0, get_id, 0 },
	{ "CLASS", "class", "how bad it is", 0, get_class, 0 },
	{ "SUBJECT", "subject", "what it is about", 0, get_subject, 0 },
	{ "DEVICE", "device", "device", 0, get_device, 0 },
	{ "TEXT", "text", "what was found", 0, get_text, 0 },
	{ "WHY", "why", "why it matters", 0, get_why, 0 },
	{ "SHARE", "share", "how much it concerns", 0, get_share, 0 },
	{ "SHARE_OF", "share_of", "of what", 0, get_share_of, 0 },
	{ "GAIN", "gain", "what the fix removes of that", 0, get_gain, 0 },
	{ "COST", "cost", "share x gain", 0, get_cost, 0 },
	{ "CONFIDENCE", "confidence", "what the numbers are", 0, get_confidence, 0 },
	{ "FACTS", "facts", "files and what they hold", 0, get_facts, 0 },
	{ "FIX", "fix", "words of the irqkit command", 0, get_fix, 0 },
	{ "BY_HAND", "by_hand", "what a person can do", 0, get_by_hand, 0 },
	{ "NEEDS", "needs", "what that needs", 0, get_needs, 0 },
	{ "HIDES", "hides", "rules whose findings it explains", 0, get_hides, 0 },
	{ "HIDDEN_BY", "hidden_by", "rule that explains it", 0, get_hidden_by, 0 },
	{ 0 },
};

/* ------------------------------------------------------------------------------- */

static bool fill_facts(struct json_finding *row)
{
	size_t n = irqkit_finding_count_facts(row->finding);

	row->fact_rows = calloc(n + 1, sizeof(*row->fact_rows));
	row->facts.rows = calloc(n + 1, sizeof(*row->facts.rows));
	if (!row->fact_rows || !row->facts.rows)
		return false;
	for (size_t i = 0; i < n; i++) {
		row->fact_rows[i] = (struct json_fact){ row->finding, i };
		row->facts.rows[row->facts.n_rows++] = &row->fact_rows[i];
	}
	return table_choose_keys(&row->facts, fact_columns);
}

static bool fill_hides(struct json_finding *row)
{
	const struct irqkit_doctor *doctor = row->view->doctor;
	size_t n = irqkit_doctor_count_findings(doctor), n_hidden = 0;

	row->hides = calloc(n + 1, sizeof(*row->hides));
	for (size_t i = 0; i < n && row->hides; i++) {
		const struct irqkit_finding *other = irqkit_doctor_get_finding(doctor, i);

		if (irqkit_finding_get_cause(other) == row->finding)
			row->hides[n_hidden++] = irqkit_rule_get_id(
				irqkit_finding_get_rule(other));
	}
	return row->hides;
}

static void free_rows(struct json_finding *rows, size_t n)
{
	for (size_t i = 0; rows && i < n; i++) {
		table_free(&rows[i].facts);
		free(rows[i].fact_rows);
		free(rows[i].hides);
	}
	free(rows);
}

static void add_findings(struct document *document, const struct doctor_view *view)
{
	size_t n = irqkit_doctor_count_findings(view->doctor);
	struct json_finding *rows = calloc(n + 1, sizeof(*rows));
	struct table table CLEANUP(table_free) = {
		.rows = calloc(n + 1, sizeof(*table.rows)),
	};
	bool is_filled = rows && table.rows && table_choose_keys(&table, columns);

	for (size_t i = 0; i < n && is_filled; i++) {
		rows[i].view = view;
		rows[i].finding = irqkit_doctor_get_finding(view->doctor, i);
		table.rows[table.n_rows++] = &rows[i];
		is_filled = fill_facts(&rows[i]) && fill_hides(&rows[i]);
	}
	if (is_filled)
		document_add_table(document, "findings", &table);
	else
		document_fail(document);
	free_rows(rows, n);
}

/* ------------------------------------------------------------------------------- */
/* Rules that could not look                                                       */

struct json_rule {
	const struct irqkit_rule *rule;
	const char *lacks;
};

static struct cell get_rule_id(void *data)
{
	return text_cell(irqkit_rule_get_id(((struct json_rule *)data)->rule));
}

static struct cell get_lacks(void *data)
{
	return text_cell(((struct json_rule *)data)->lacks);
}

static const struct column rule_columns[] = {
	{ "ID", "id", "rule", 0, get_rule_id, 0 },
	{ "LACKS", "lacks", "what the system does not have", 0, get_lacks, 0 },
	{ 0 },
};

static void add_rules(struct document *document, const struct doctor_view *view)
{
	size_t n = irqkit_doctor_count_rules(view->doctor);
	struct json_rule *rows = calloc(n + 1, sizeof(*rows));
	struct table table CLEANUP(table_free) = {
		.rows = calloc(n + 1, sizeof(*table.rows)),
	};

	for (size_t i = 0; i < n && rows && table.rows; i++) {
		rows[i].rule = irqkit_doctor_get_rule(view->doctor, i, &rows[i].lacks);
		if (rows[i].lacks)
			table.rows[table.n_rows++] = &rows[i];
	}
	if (rows && table.rows && table_choose_keys(&table, rule_columns)) {
		document_add_number(document, "looked_at", n - table.n_rows);
		document_add_table(document, "not_looked_at", &table);
	} else {
		document_fail(document);
	}
	free(rows);
}

enum status print_findings_json(const struct doctor_view *view, bool is_ok)
{
	double seconds = irqkit_doctor_get_seconds(view->doctor);
	struct document *document = document_new();

	document_add_text(document, "command", "doctor");
	document_add_bool(document, "ok", is_ok);
	document_add_text(document, "confidence",
		confidence_word(irqkit_doctor_get_confidence(view->doctor)));
	if (seconds >= 0)
		document_add_real(document, "seconds", seconds);
	add_findings(document, view);
	add_rules(document, view);
	return document_finish(document);
}
