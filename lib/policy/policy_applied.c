/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which line of a policy file has placed a setting:
 *
 *	/run/irqkit/policy --path--> FILE, TEXT of the line --FILE--> number of the line
 *
 * A file is read when a setting that its line has placed is asked for: where nothing was
 * applied, nothing else is read.
 */
#include "base/macros.h"
#include "policy/policy.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

struct irqkit_applied {
	struct kept kept; /* owned */
	struct irqkit_policies *files; /* owned; those that were asked for */
};

EXPORT void irqkit_applied_free(struct irqkit_applied *applied)
{
	if (!applied)
		return;
	kept_clear(&applied->kept);
	irqkit_policies_free(applied->files);
	free(applied);
}

EXPORT int irqkit_applied_new(struct irqkit_ctx *ctx, struct irqkit_applied **ret_applied)
{
	struct irqkit_applied *applied = calloc(1, sizeof(*applied));
	int r = applied ? kept_read(ctx, &applied->kept) : -ENOMEM;

	if (r == 0 && applied->kept.n == 0)
		r = applied->kept.error ? applied->kept.error : -ENOENT;
	if (r == 0)
		r = irqkit_policies_new(&applied->files);
	if (r < 0) {
		irqkit_applied_free(applied);
		return r;
	}
	*ret_applied = applied;
	return 0;
}

/* What a line has placed, if it belongs to the same thing now. */
static const struct kept_setting *find_setting(
	const struct irqkit_applied *applied, const struct irqkit_step *step)
{
	const char *identity = step->identity ? step->identity : "";
	char *const *field;
	size_t at;

	if (!path_index_find(&applied->kept.index, step->path, &at))
		return NULL;
	field = applied->kept.settings[at].field;
	return *field[KEPT_TEXT] && strcmp(field[KEPT_TARGET], step->target) == 0 &&
			strcmp(field[KEPT_IDENTITY], identity) == 0
		? &applied->kept.settings[at]
		: NULL;
}

static int has_other_value(
	const struct kept_setting *setting, const struct irqkit_step *step)
{
	struct knob_value value = { 0 };
	int r = knob_value_parse(step->knob, setting->field[KEPT_VALUE], &value);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	r = !knob_value_is_equal(step->knob, &value, &step->new_value);
	knob_value_clear(&value);
	return r;
}

static bool has_file(const struct irqkit_policies *files, const char *file)
{
	for (size_t i = 0; i < files->n_files; i++)
		if (strcmp(files->files[i].name, file) == 0)
			return true;
	return false;
}

/*
 * Is it a file that can be read later? The name of a pipe, as /dev/stdin, is another one in each
 * program, and may never end.
 */
static bool is_lasting(const char *file)
{
	struct stat st;

	return stat(file, &st) == 0 && S_ISREG(st.st_mode);
}

/* 0: the line is not there any more. */
static int find_number(struct irqkit_applied *applied, const struct kept_setting *setting,
	unsigned int *ret_number)
{
	const char *file = setting->field[KEPT_FILE];
	int r = has_file(applied->files, file) || !is_lasting(file)
		? 0
		: irqkit_policies_read(applied->files, file);

	*ret_number = 0;
	for (size_t i = 0; r == 0 && i < applied->files->n_lines; i++) {
		const struct policy_line *line = &applied->files->lines[i];

		if (strcmp(line->file, file) == 0 &&
			strcmp(line->text, setting->field[KEPT_TEXT]) == 0)
			*ret_number = line->number; /* the last one wins */
	}
	return r;
}

EXPORT int irqkit_applied_find(struct irqkit_applied *applied,
	const struct irqkit_step *step, const char **ret_file, unsigned int *ret_number)
{
	const struct kept_setting *setting = find_setting(applied, step);
	int r = setting ? has_other_value(setting, step) : 0;

	if (r <= 0)
		return r;
	r = find_number(applied, setting, ret_number);
	if (r < 0)
		return r;
	*ret_file = setting->field[KEPT_FILE];
	return 1;
}
