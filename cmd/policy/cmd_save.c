/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* irqkit save: the present settings as lines of a policy file. */
#include "base/basics.h"
#include "base/options.h"
#include "base/say.h"
#include "measure/open_machine.h"
#include "table/render.h"
#include "target/select.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct save_options {
	bool is_all;
};

static const struct option options[] = {
	{ "all", 'a', OPTION_FLAG, offsetof(struct save_options, is_all), NULL,
		"also what is as the kernel sets it, such as defaults, and RPS and XPS "
		"of interfaces that need no other line" },
	{ 0 },
};

static void free_ctx(struct irqkit_ctx **ctx)
{
	irqkit_ctx_free(*ctx);
}

static void free_machine(struct irqkit_machine **machine)
{
	irqkit_machine_free(*machine);
}

static void free_saved(struct irqkit_saved **saved)
{
	irqkit_saved_free(*saved);
}

static enum status say_refused(
	const struct irqkit_ctx *ctx, int error, const char *message)
{
	if (error == -ENOMEM)
		return say_no_memory();
	if (message)
		say_error("%s", message);
	else if (error != irqkit_ctx_get_error(ctx)) /* otherwise it was logged */
		say_error("cannot read the settings: %s", strerror(-error));
	if (message && error == -ESRCH)
		return STATUS_NO_MATCH;
	return message && error == -EINVAL ? STATUS_MISUSE : STATUS_REFUSED;
}

/* ------------------------------------------------------------------------------- */

static struct cell get_line(void *row)
{
	return text_cell(irqkit_saved_line_get_text(row));
}

static struct cell get_device(void *row)
{
	const char *device = irqkit_saved_line_get_device(row);

	return device ? text_cell(device) : ABSENT;
}

static struct cell get_settings(void *row)
{
	return number_cell(irqkit_saved_line_count_settings(row));
}

static const struct column columns[] = {
	{ "LINE", "line", "line of the policy file", COLUMN_DEFAULT, get_line, 0 },
	{ "DEVICE", "device", "device that it is about", COLUMN_DEFAULT, get_device, 0 },
	{ "SETTINGS", "settings", "number of settings", COLUMN_DEFAULT, get_settings, 0 },
	{ 0 },
};

static enum status add_table(struct document *document, const char *key,
	const struct irqkit_saved *saved, enum irqkit_saved_kind kind,
	const struct common *common)
{
	static const struct table_options none;
	struct table table CLEANUP(table_free) = { 0 };
	size_t n = irqkit_saved_count(saved);
	enum status status = table_prepare(&table, columns, &none, common);

	table.rows = calloc(n + 1, sizeof(void *));
	if (!table.rows)
		return say_no_memory();
	for (size_t i = 0; i < n; i++) {
		const struct irqkit_saved_line *line = irqkit_saved_get(saved, i);

		if (irqkit_saved_line_get_kind(line) == kind)
			table.rows[table.n_rows++] = (void *)line;
	}
	document_add_table(document, key, &table);
	return status;
}

static enum status print_json(
	const struct irqkit_saved *saved, const struct common *common)
{
	struct document *document = document_new();
	enum status status, ending;

	document_add_text(document, "command", "save");
	status = add_table(document, "lines", saved, IRQKIT_SAVED_COMMAND, common);
	if (status == STATUS_DONE)
		status = add_table(
			document, "left_out", saved, IRQKIT_SAVED_LEFT_OUT, common);
	ending = document_finish(document);
	return status == STATUS_DONE ? ending : status;
}

static enum status print(const struct irqkit_saved *saved, const struct common *common)
{
	if (common->is_json)
		return print_json(saved, common);
	for (size_t i = 0; i < irqkit_saved_count(saved); i++)
		puts(irqkit_saved_line_get_text(irqkit_saved_get(saved, i)));
	return STATUS_DONE;
}

static enum status run(const struct call *call)
{
	const struct save_options *o = call->state;
	struct irqkit_ctx *ctx CLEANUP(free_ctx) = NULL;
	struct irqkit_machine *machine CLEANUP(free_machine) = NULL;
	struct irqkit_saved *saved CLEANUP(free_saved) = NULL;
	_cleanup_free_ char *message = NULL;
	enum status status = machine_open(call, &ctx);
	int r;

	if (status == STATUS_DONE)
		status = machine_new_totals(ctx, &machine);
	if (status != STATUS_DONE)
		return status;
	r = irqkit_saved_new(machine, call->words, call->n_words,
		o->is_all ? IRQKIT_SAVE_ALL : 0, &saved, &message);
	if (r < 0)
		return say_refused(ctx, r, message);
	/* half of the settings would look like all of them */
	status = machine_judge(ctx, STATUS_DONE);
	return status == STATUS_DONE ? print(saved, &call->common) : status;
}

const struct command cmd_save = {
	.name = "save",
	.args = "[OPTION...] [TARGET...]",
	.summary = "print the present settings as lines of a policy file",
	.more = SELECT_HELP
	"Without TARGET: all interrupts, interfaces and defaults.\n"
	"\n"
	"  irqkit save                              all settings\n"
	"  irqkit save eth0 >/etc/irqkit.d/eth0.conf   only those of eth0\n"
	"  irqkit save --all | irqkit apply -       nothing changes\n",
	.options = options,
	.state_size = sizeof(struct save_options),
	.run = run,
};
