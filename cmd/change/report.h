/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plan, or its result -> a table and closing remarks, or JSON. */
#ifndef CMD_REPORT_H
#define CMD_REPORT_H

#include "base/command.h"

#include <irqkit.h>
#include <stdint.h>

struct document;

struct report {
	const struct call *call;
	const struct irqkit_plan *plan;
	struct irqkit_machine *machine; /* that it is for; not owned */
	bool is_dry_run;
	bool keeps_going; /* after a failure: nothing is put back */
	bool is_undo;
	bool has_waited; /* for moves that are still pending */
	bool hides_unchanged; /* what stays is counted, not shown one by one */
	bool is_not_for_load; /* nobody expects that several CPUs share an interrupt */
	bool keeps_unchanged; /* these are not what was asked for: no remark about them */
	bool bans; /* interrupts, from irqbalance */
	bool lacks_irqbalance; /* which does not run */
	bool shows_skipped; /* what is skipped is shown one by one, not counted */
	const char
		*not_done; /* what a dry run leaves out beside writing; NULL: nothing */
	char *remarks; /* owned, or NULL: the command's own closing remarks, a line each */
	/* owned, or NULL: for JSON, written elsewhere for people */
	char *warning;
	char *policy_warning;
	char **request_warnings; /* of the request; ending with NULL */
	size_t n_request_warnings;
	bool has_own_warnings; /* add_keys() adds all of them */
	/* What a command adds to the report, below the table or as keys; or NULL. */
	void (*add_remark)(const struct report *report);
	void (*add_keys)(const struct report *report, struct document *document);
	/* How often the interrupt of a step fires; false: not known. Or NULL. */
	bool (*get_load)(const struct report *report, const struct irqkit_step *step,
		uint64_t *ret_load);
	/* The file and line that a step comes from; NULL: the command line has all. */
	const char *(*get_source)(
		const struct report *report, size_t index, unsigned int *ret_line);
	const void *data; /* for these four */
};

/* Adds a closing remark of the command; takes it over. NULL adds nothing. */
void report_add_remark(struct report *report, char *remark);
void report_drop_remarks(struct report *report);

/*
 * Adds a warning of the request, unless the report has it: a request may be planned
 * twice.
 */
void report_add_warning(struct report *report, const char *warning);
void report_drop_warnings(struct report *report);

enum status report_print(const struct report *report);

/* On standard error: each step that failed, and that nothing was changed by it. */
void report_failures(const struct report *report);

#endif
