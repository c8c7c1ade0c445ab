/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Policy files: lines of words, the requests that a program makes of them, and one plan.
 *
 *	files --policy_read.c--> text --policy_words.c--> lines --the program--> requests
 *	requests --policy_plan.c--> settings --> one plan
 *	settings <--policy_kept.c--> /run/irqkit/policy
 */
#ifndef IRQKIT_POLICY_H
#define IRQKIT_POLICY_H

#include "machine/machine.h"
#include "plan/plan.h"
#include "policy/policy_index.h"

#include <irqkit.h>

/* One command, which may go over several lines of its file. */
struct policy_line {
	const char *file; /* the policy's */
	unsigned int number; /* where it begins, from 1 */
	bool is_optional; /* it began with "-" */
	char **words; /* owned, and each; ending with NULL */
	size_t n_words, words_room;
	char *text; /* owned; the words, each escaped: the same text means the same line */
	struct irqkit_request *request; /* owned, or NULL */
	int error; /* of the last plan: negative, or 0 */
	bool is_kept; /* its settings are decided once, when it is applied */
	bool was_kept; /* they were, and the last plan has them as they were applied */
	bool is_due; /* it is decided again, even where others are only compared */
};

/* Something that is wrong with a file. */
struct policy_mistake {
	char *text; /* owned; "FILE:LINE: what is wrong" */
	bool is_failure; /* a file could not be read */
};

/* What a line wants a file of the kernel, or a thread, to have. */
struct policy_setting {
	size_t line; /* index */
	struct irqkit_step step; /* owned; without an old value */
	bool is_unchecked; /* what its line decided cannot be read */
	bool is_overridden; /* by a later line of the same look */
	bool is_undecided; /* its line decides when it is applied, and was not yet */
};

/* A setting as it was applied last: policy_kept.c */
enum {
	KEPT_FILE, /* of the line: its key */
	KEPT_TEXT, /* of the line; "": no line has the setting any more */
	KEPT_DECIDED, /* "1": check compares with the value; "0": it plans again */
	KEPT_PATH,
	KEPT_IDENTITY,
	KEPT_TARGET,
	KEPT_VALUE,
	N_KEPT_FIELDS
};

struct kept_setting {
	char *field[N_KEPT_FIELDS]; /* owned */
};

struct kept {
	char *raw; /* owned; the whole file, or NULL: there is none */
	struct irqkit_cpuset *online; /* owned, or NULL; those of then */
	struct kept_setting *settings; /* owned */
	size_t n, room;
	struct path_index index; /* of the settings */
	/* owned; indexes of settings of these files that no line has any more */
	size_t *left;
	size_t n_left;
	int error; /* it cannot be read: negative, or 0 */
};

/* A TARGET that matched nothing. */
struct policy_missing {
	size_t line;
	char *target; /* owned; "" if the line names none */
	char *message; /* owned; why */
};

/* A file that was read. */
struct policy_file {
	char *name; /* owned; for messages: as it was given */
	char *key; /* owned; its absolute path: the same file however it is named */
};

struct irqkit_policies {
	struct policy_file *files; /* owned, and each: those that were read */
	size_t n_files, files_room;
	struct policy_line *lines; /* owned */
	size_t n_lines, lines_room;
	struct policy_mistake *mistakes; /* owned */
	size_t n_mistakes, mistakes_room;
	struct irqkit_cpuset
		*isolated; /* owned, or NULL: by irqkit_policies_add_isolated() */

	bool is_of_system; /* irqkit_policies_read_system() */
	char *real_root; /* owned, or NULL: then the absolute path of the root, "" for / */
	size_t root_len; /* how much of the name of a file is the root */

	/* of the last plan */
	bool was_compared; /* with what was applied: IRQKIT_POLICIES_CHECK */
	struct policy_setting *settings; /* owned; one for each step */
	size_t n_settings, settings_room;
	struct path_index index; /* of the settings */
	struct policy_missing *missing; /* owned */
	size_t n_missing, missing_room;
	struct irqkit_cpuset *online; /* owned, or NULL */
	struct irqkit_cpuset *all_isolated; /* owned, or NULL; also by its lines */
	bool is_as_applied; /* nothing was decided again */
	struct kept kept;
};

/* policy_words.c */

/* Splits @text into lines; @file: the policy's name. Mistakes are kept in the policy. */
int policy_split(
	struct irqkit_policies *policy, const char *file, const char *text, size_t len);

/* policy.c */

/* "FILE:LINE: ..."; @number: 0 leaves the line out. */
int policy_add_mistake(struct irqkit_policies *policy, const char *file,
	unsigned int number, bool is_failure, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
/* Keeps the name and the key of a file. */
int policy_add_file(struct irqkit_policies *policy, const char *name, const char *key,
	const char **ret_name);
void policy_line_clear(struct policy_line *line);

void policy_drop_settings(struct irqkit_policies *policy);

/* policy_pretend.c */

/* The records of the machine then hold the value, as if it had been written. */
int policy_pretend(struct irqkit_machine *machine, const struct irqkit_step *step);
/* They hold what the kernel says again. */
void policy_end_pretending(
	struct irqkit_machine *machine, const struct irqkit_step *step);

/* policy_full.c: an irqkit_full_fn; @data: the policy */
void policy_place_again(void *data, struct irqkit_plan *plan, size_t index);

/* policy_kept.c */

void kept_clear(struct kept *kept);
/* A missing file is an empty one; otherwise kept.error. */
int kept_read(struct irqkit_ctx *ctx, struct kept *kept);
/* Once the settings of the plan are known. */
int kept_find_left(struct irqkit_policies *policy);
/* What was applied for a setting of the line; NULL: nothing was. */
const struct kept_setting *kept_find(const struct irqkit_policies *policy,
	const struct policy_line *line, const struct irqkit_step *step);

#endif
