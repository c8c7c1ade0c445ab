/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What all commands that write have in common: a plan is built, shown or applied, and
 * reported.
 *
 *     change_run: [ read the rows -> the command adds its steps to change.plan ] -> report
 *                 [ lock -> the same again if another irqkit was faster -> apply ] -> report
 */
#ifndef CMD_CHANGE_H
#define CMD_CHANGE_H

#include "base/options.h"
#include "change/report.h"

#include <irqkit.h>
#include <signal.h>

struct change_options {
	bool is_dry_run;
	bool is_script;
	bool keeps_going;
	const char *wait; /* --wait[=SECONDS]; NULL: not given */
	bool bans; /* --ban */
	bool keeps_bans; /* --no-ban */
	bool bans_by_default; /* of a command that bans without --ban, but never fails by it */
};

#define WRITE_OPTIONS(type, member)                                                      \
	{ "dry-run", 'n', OPTION_FLAG, offsetof(type, member.is_dry_run), NULL,          \
		"show the plan, but write nothing" },                                    \
		{ "script", 0, OPTION_FLAG, offsetof(type, member.is_script), NULL,      \
			"print the plan as a shell script for rc.local" },               \
	{                                                                                \
		"keep-going", 0, OPTION_FLAG, offsetof(type, member.keeps_going), NULL,  \
			"after a failed write, continue and roll nothing back"           \
	}

/* For commands that move interrupts: all other settings are in force at once. */
#define CHANGE_OPTIONS(type, member)                                                     \
	WRITE_OPTIONS(type, member),                                                     \
	{                                                                                \
		"wait", 0, OPTION_OPTIONAL_TEXT, offsetof(type, member.wait), "SECONDS", \
			"wait for pending moves to take effect (default: 10)"            \
	}

/* For commands that place interrupts. */
#define BAN_OPTIONS(type, member)                                                        \
	{ "ban", 0, OPTION_FLAG, offsetof(type, member.bans), NULL,                      \
		"first make a running irqbalance leave these interrupts alone" },        \
	{                                                                                \
		"no-ban", 0, OPTION_FLAG, offsetof(type, member.keeps_bans), NULL,       \
			"send nothing to irqbalance"                                     \
	}

struct change;

/*
 * Adds the command's steps to the plan, using the rows that were read; reports why not.
 */
typedef enum status change_plan_fn(struct change *change, void *data);

struct change {
	const struct call *call;
	const struct change_options *options;
	struct irqkit_ctx *ctx; /* owned */
	struct irqkit_lock *lock; /* owned; NULL for a dry run */
	struct irqkit_machine *machine; /* owned */
	struct irqkit_plan *plan; /* owned */
	const struct irqkit_change *undone; /* what the plan undoes, or NULL */
	bool is_forced; /* it also restores what was changed since then */
	/* the command's, whose interfaces have threads in the plan; or NULL */
	const struct irqkit_request *request;
	change_plan_fn *plan_fn; /* of change_run() */
	change_plan_fn
		*rest_fn; /* what follows a barrier, once that was passed; or NULL */
	void *plan_data; /* for both */
	bool lacks_rest; /* the rest after a barrier could not be planned */
	bool is_unplanned; /* its CPUs went offline, and there is no plan without them */
	bool is_of_policy; /* the plan is what policy files say */
	bool needs_lock; /* even if no setting is to be written */
	bool is_read; /* the machine has been read, and nothing was planned on it yet */
	/* Called under the lock once the plan was applied; or NULL. */
	enum status (*applied_fn)(struct change *change, void *data);
	int ban_error; /* why irqbalance could not be asked for --ban; 0: it was */
	bool has_own_warnings; /* the command itself warns of irqbalance */
	/* What irqbalance will do, if not irqbalance_explain() says it; or NULL. */
	char *(*explain_irqbalance)(const struct change *change);
	unsigned int wait_ms;
	struct report report; /* of the plan */
};

/*
 * Plans, shows the plan or applies it, and reports. The old values of a plan are kept for
 * undo, so no other irqkit may write between reading them and writing. A mistake in the
 * words is found at once and leaves no trace, so nothing is created and nobody waits
 * before there is a plan. Therefore the lock is taken before the plan is made if it is
 * free and was taken before. Otherwise it is taken after that, and the plan is made again,
 * unless this is the first change.
 */
enum status change_run(struct change *change, const struct call *call,
	const struct change_options *options, change_plan_fn *plan, void *data);
/* The same after change_open(). */
enum status change_make(struct change *change, change_plan_fn *plan, void *data);
/* The same; after a barrier was applied, @rest adds what follows it. */
enum status change_run_with_rest(struct change *change, const struct call *call,
	const struct change_options *options, change_plan_fn *plan, change_plan_fn *rest,
	void *data);
/* A machine that was read; the lock was taken before that, or is NULL. All owned. */
struct change_machine {
	struct irqkit_ctx *ctx;
	struct irqkit_lock *lock;
	struct irqkit_machine *machine;
};
/*
 * The same on a machine that was just read, which becomes that of the change. It is read
 * again only if another irqkit may have written since then.
 */
enum status change_run_on(struct change *change, const struct call *call,
	const struct change_options *options, struct change_machine *read,
	change_plan_fn *plan, change_plan_fn *rest, void *data);
void change_free(struct change *change);
/*
 * Returns @status, the result of planning, unless something could not be read: a plan
 * that may lack a setting is neither shown nor applied. Reports this.
 */
enum status change_judge(const struct change *change, enum status status);

/* Was any of these options given? */
bool change_options_are_given(const struct change_options *options);
/* Will the plan be written, or only shown? */
bool change_writes(const struct change_options *options);

/* The parts of change_run(), for commands that need them one by one. */
enum status change_open(struct change *change, const struct call *call,
	const struct change_options *options);
/* On a machine that was just read; see change_run_on(). */
enum status change_open_on(struct change *change, const struct call *call,
	const struct change_options *options, struct change_machine *read);
/* Takes the lock if that needs no wait and leaves no trace; it is no failure if it does. */
void change_try_lock(struct change *change);
/*
 * Takes the lock unless the change has it already. @ret_is_current: may another irqkit not
 * have written since the machine was read?
 */
enum status change_lock(struct change *change, bool *ret_is_current);
void change_unlock(struct change *change);
/* Reads the machine as it is now, and makes the plan of change_run(). */
enum status change_plan_again(struct change *change);
/* Reads the machine as it is now, and begins a plan. */
enum status change_read_machine(struct change *change);
/* The same, but keeps what shows no sign of a change: for runs that last. */
enum status change_read_moved(struct change *change);
/* The rows that were read. */
const struct irqkit_snapshot *change_rows(const struct change *change);
/* A new, empty plan for the rows that were read. */
enum status change_new_plan(struct change *change);
/* Shows or applies the plan, and reports. */
enum status change_finish(struct change *change);
/*
 * After writing, which ended with @status: waits for moves, reports, and lets the
 * signals in again that were held back.
 */
enum status change_end(struct change *change, enum status status, const sigset_t *before);

/* Says what may undo the change soon: irqbalance, or a policy. Once. */
void change_warn(struct change *change);

/* Is a step skipped because what its knob belonged to is gone, or is something else now? */
bool change_lost_its_thing(const struct irqkit_step *step);
/* Says why the plan could not be applied. */
enum status change_say_failure(const struct change *change, int error);
/* Once the plan was applied: says it if the kernel has refused every move. */
enum status change_check_any_moved(const struct change *change);

#endif
