/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `irqkit top -b`: a table for each period. */
#include "base/basics.h"
#include "base/fold.h"
#include "base/say.h"
#include "base/text.h"
#include "measure/period.h"
#include "table/render.h"
#include "top/top.h"

#include <stdio.h>
#include <string.h>

void top_format_headline(const struct frame *frame, bool has_date, char *out, size_t room)
{
	char when[32], rate[16];
	struct tm tm;
	size_t at;

	localtime_r(&frame->time.tv_sec, &tm);
	strftime(when, sizeof(when), has_date ? "%F %T" : "%T", &tm);
	at = (size_t)snprintf(out, room, "%s  %zu CPU%s  %s int/s", when, frame->n_cpus,
		frame->n_cpus == 1 ? "" : "s", text_format_rate(frame->rate, rate));
	if (frame->imbalance > 0 && at < room)
		at += (size_t)snprintf(out + at, room - at, "  busiest/mean %.1f by %s",
			frame->imbalance, period_name_weigh(frame->load));
	if (frame->steal >= 0.005 && at < room)
		snprintf(out + at, room - at, "  steal %.0f%%", frame->steal * 100);
}

static void print_remark(const struct frame *frame, bool shows_all)
{
	const char *why = irqkit_load_explain_weigh(frame->load);
	size_t n_idle = frame->n_rows - frame->n_active;

	if (n_idle && !shows_all)
		print_sentence("%zu of %zu interrupts fired in %.1f s; --all shows the "
			       "others.\n",
			frame->n_active, frame->n_rows, frame->seconds);
	if (why)
		print_sentence(
			"Weighed by %s: %s.\n", period_name_weigh(frame->load), why);
}

enum status top_print_batch(const struct frame *frame, const struct call *call)
{
	const struct top_options *o = call->state;
	bool is_plain = table_options_are_plain(&o->table, &call->common);
	struct table table CLEANUP(table_free) = { 0 };
	enum status status;
	char headline[160];

	table.rows = (void **)top_sort_rows(frame, o->shows_all, &table.n_rows);
	if (!table.rows)
		return say_no_memory();
	status = table_prepare(&table, top_columns, &o->table, &call->common);
	if (status != STATUS_DONE)
		return status;
	if (is_plain) {
		top_format_headline(frame, true, headline, sizeof(headline));
		printf("%s\n", headline);
	}
	if (table.n_rows)
		status = table_print(&table, &o->table, &call->common);
	if (is_plain)
		print_remark(frame, o->shows_all);
	return status;
}
