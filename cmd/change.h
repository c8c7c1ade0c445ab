/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What all commands that write have in common: a plan is built under the lock, shown or
 * applied, and reported.
 *
 *     change_begin -> the command adds its steps to change.plan -> change_finish
 */
#ifndef CHANGE_H
#define CHANGE_H

#include "cmd.h"

struct change_options {
	bool is_dry_run;
	bool is_script;
	bool keeps_going;
	const char *wait; /* --wait[=SECONDS]; NULL: not given */
};

#define CHANGE_OPTIONS(type, member)                                                     \
	{ "dry-run", 'n', OPTION_FLAG, offsetof(type, member.is_dry_run), NULL,          \
		"show the plan, write nothing" },                                        \
	{ "script", 0, OPTION_FLAG, offsetof(type, member.is_script), NULL,              \
		"show the plan as a shell script, fit for rc.local" },                   \
	{ "keep-going", 0, OPTION_FLAG, offsetof(type, member.keeps_going), NULL,        \
		"when a write fails, go on and put nothing back" },                      \
	{ "wait", 0, OPTION_OPTIONAL_TEXT, offsetof(type, member.wait), "SECONDS",       \
		"wait (10) until pending moves are in force" }

struct change {
	const struct call *call;
	const struct change_options *options;
	struct irqkit_ctx *ctx;		  /* owned */
	struct irqkit_lock *lock;	  /* owned; NULL for a dry run */
	struct irqkit_snapshot *snapshot; /* owned */
	struct irqkit_plan *plan;	  /* owned */
	bool shows_skipped; /* what is left alone is shown one by one, not counted */
	const struct irqkit_change *undone; /* what the plan undoes, or NULL */
	/* the interfaces whose threads are in the plan; the command's array */
	struct irqkit_device *const *devices;
	size_t n_devices;
	char *remarks; /* owned, or NULL: the command's own closing remarks, a line each */
	unsigned int wait_ms;
};

/* Opens the machine, takes the lock unless nothing is to be written, reads the rows. */
enum status change_begin(struct change *change, const struct call *call,
	const struct change_options *options);
/* Shows or applies the plan; says what came of it. */
enum status change_finish(struct change *change);
void change_free(struct change *change);

/* Adds a closing remark of the command; takes it over. NULL adds nothing. */
void change_add_remark(struct change *change, char *remark);

/* Says why a step could not be added. */
enum status change_say_unreadable(const struct irqkit_interrupt *interrupt, int error);

/* explain.c: what the kernel means by refusing a write of an affinity, and what to do; NULL: unknown */
const char *explain_error(int error);
/* The same for a step that failed. */
const char *explain_step(const struct irqkit_step *step);

/* report.c */
enum status report_plan(const struct change *change);
void report_failures(const struct change *change);

/* script.c */
enum status script_print(const struct change *change);

#endif
