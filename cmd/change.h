/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What all commands that write have in common: a plan is built, shown or applied, and
 * reported.
 *
 *     change_run: [ read the rows -> the command adds its steps to change.plan ] -> report
 *                 [ the same under the lock -> apply ] -> report
 */
#ifndef CHANGE_H
#define CHANGE_H

#include "cmd.h"

#include <signal.h>
#include <stdint.h>

struct document;

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
	struct irqkit_devices *devices;	  /* owned */
	struct irqkit_plan *plan;	  /* owned */
	size_t n_gone; /* steps of the plan that are skipped, since they are gone */
	bool hides_unchanged; /* what stays is counted, not shown one by one */
	bool shows_skipped; /* what is left alone is shown one by one, not counted */
	const struct irqkit_change *undone; /* what the plan undoes, or NULL */
	/* the interfaces whose threads are in the plan; the command's array */
	struct irqkit_device *const *owners;
	size_t n_owners;
	char *remarks; /* owned, or NULL: the command's own closing remarks, a line each */
	unsigned int wait_ms;
	const char *not_done; /* what a dry run leaves out beside writing; NULL: nothing */
	/* What a command adds to the report, below the table or as keys; or NULL. */
	void (*add_remark)(const struct change *change);
	void (*add_keys)(const struct change *change, struct document *document);
	/* How often the interrupt of a step comes; false: not known. Or NULL. */
	bool (*get_load)(const struct change *change, const struct irqkit_step *step,
		uint64_t *ret_load);
	const void *data; /* for these three */
};

/* Adds the command's steps to the plan, by the rows that were read; says why not. */
typedef enum status change_plan_fn(struct change *change, void *data);

/*
 * Plans, and shows the plan or applies it; says what came of it. What is to be applied is
 * planned twice: without the lock, so that words which are wrong leave no trace and wait
 * for nobody, and then under it, since the old values of that plan are kept.
 */
enum status change_run(struct change *change, const struct call *call,
	const struct change_options *options, change_plan_fn *plan, void *data);
/*
 * @status of planning, unless something could not be read: a plan that may lack what was not
 * seen is neither shown nor applied. Says so.
 */
enum status change_judge(const struct change *change, enum status status);
/* Shows or applies the plan; says what came of it. */
enum status change_finish(struct change *change);
void change_free(struct change *change);

/* Was any of them given? */
bool change_options_are_given(const struct change_options *options);

/* The parts of these, for who needs them one by one. */
bool change_writes(const struct change_options *options);
enum status change_open(struct change *change, const struct call *call,
	const struct change_options *options);
enum status change_lock(struct change *change);
/* Says why /run/irqkit cannot be opened, or whatever @verb says. */
enum status change_say_state(const char *verb, int error);
/* The same without a word. -ETIMEDOUT, ...: see irqkit_lock_new(). */
int change_try_lock(struct change *change, unsigned int timeout_ms);
void change_unlock(struct change *change);
/* A new, empty plan, and the rows as they are now. */
enum status change_read(struct change *change);
enum status change_new_plan(struct change *change);
/* What asks the program to end is held back until the report is written. */
void change_ending_signals(sigset_t *ret_signals);
void change_hold_signals(sigset_t *ret_before);
/* After writing, of which @status came: waits for moves, reports, and lets signals in. */
enum status change_end(struct change *change, enum status status, const sigset_t *before);
bool change_is_all_gone(const struct change *change);
enum status change_say_failure(const struct change *change, int error);

/* Adds a closing remark of the command; takes it over. NULL adds nothing. */
void change_add_remark(struct change *change, char *remark);

/* Says why a step could not be added. */
enum status change_say_unreadable(const struct irqkit_interrupt *interrupt, int error);

/* Adds a step that is skipped, since /proc/irq has nothing of @interrupt. */
int change_add_gone(struct change *change, const struct irqkit_interrupt *interrupt);

/* None of the @n interrupts that were meant can be moved; returns STATUS_IMMOVABLE. */
enum status change_say_immovable(const struct change *change, size_t n);

/* Says so where the plan skips all that it has. */
enum status change_refuse_skipped(const struct change *change);

/* explain.c: why an interrupt cannot be moved, as a report says it; NULL: it can */
const char *immovable_word(enum irqkit_movable movable);

/* What the kernel means by refusing a write, and what to do; NULL: unknown */
const char *explain_error(int error);
/* The same for a step that failed. */
const char *explain_step(const struct irqkit_step *step);

/* report.c */
enum status report_plan(const struct change *change);
void report_failures(const struct change *change);

/* script.c */
enum status script_print(const struct change *change);

#endif
