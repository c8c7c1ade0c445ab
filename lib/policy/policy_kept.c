/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What was applied last, in /run/irqkit/policy:
 *
 *     irqkit-policy 1
 *     online	0-7
 *     setting	FILE	TEXT	1	/proc/irq/24/smp_affinity	xen-dyn	eth0	01
 *     end
 *
 * A line that decides by counts (1) is compared with the value here, not with a new one;
 * of the others (0), the file shows what has happened since: which settings no line has
 * any more (TEXT is empty), and which interfaces were created again. FILE is an absolute
 * path, so that all names of a file mean the same file. Fields are as in the journal.
 */
#include "base/array.h"
#include "base/buffer.h"
#include "base/macros.h"
#include "kernel/ctx.h"
#include "plan/journal.h"
#include "policy/policy.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define NAME "policy"
#define HEADING "irqkit-policy 1\n"

static void setting_clear(struct kept_setting *setting)
{
	for (size_t f = 0; f < N_KEPT_FIELDS; f++)
		free(setting->field[f]);
}

void kept_clear(struct kept *kept)
{
	for (size_t i = 0; i < kept->n; i++)
		setting_clear(&kept->settings[i]);
	free(kept->settings);
	path_index_clear(&kept->index);
	free(kept->left);
	irqkit_cpuset_free(kept->online);
	free(kept->raw);
	*kept = (struct kept){ 0 };
}

static int parse_setting(struct kept *kept, char *text)
{
	struct kept_setting *setting;

	if (!GROW(kept->settings, kept->n, kept->room))
		return -ENOMEM;
	setting = &kept->settings[kept->n++];
	*setting = (struct kept_setting){ 0 };
	for (size_t f = 0; f < N_KEPT_FIELDS; f++) {
		char *field = strsep(&text, "\t");

		if (!field || !journal_unescape(field))
			return -EBADMSG;
		setting->field[f] = strdup(field);
		if (!setting->field[f])
			return -ENOMEM;
	}
	return text
		? -EBADMSG
		: path_index_set(&kept->index, setting->field[KEPT_PATH], kept->n - 1);
}

static int parse_line(struct kept *kept, char *line, bool *is_complete)
{
	char *word = strsep(&line, "\t");

	if (*is_complete)
		return -EBADMSG;
	*is_complete = strcmp(word, "end") == 0 && !line;
	if (*is_complete)
		return 0;
	if (strcmp(word, "setting") == 0 && line)
		return parse_setting(kept, line);
	if (strcmp(word, "online") == 0 && line && !kept->online) {
		int r = irqkit_cpuset_parse_list(line, strlen(line), &kept->online, NULL);

		return r == -ENOMEM ? r : r < 0 ? -EBADMSG : 0;
	}
	return -EBADMSG;
}

static int parse(struct kept *kept, char *text)
{
	bool is_complete = false;
	int r = 0;

	if (strncmp(text, HEADING, strlen(HEADING)) != 0)
		return -EBADMSG;
	text += strlen(HEADING);
	while (r == 0 && text && *text) {
		char *line = strsep(&text, "\n");

		r = text ? parse_line(kept, line, &is_complete) : -EBADMSG;
	}
	return r == 0 && !is_complete ? -EBADMSG : r;
}

static int read_raw(struct irqkit_ctx *ctx, char **ret_text)
{
	int fd = run_dir_open(ctx, false), r;

	if (fd < 0)
		return fd;
	r = run_dir_read(fd, NAME, ret_text);
	close(fd);
	return r;
}

int kept_read(struct irqkit_ctx *ctx, struct kept *kept)
{
	_cleanup_free_ char *text = NULL;
	int r;

	kept_clear(kept);
	r = read_raw(ctx, &kept->raw);
	if (r == -ENOENT)
		return 0;
	if (r == 0)
		text = strdup(kept->raw);
	if (r == 0)
		r = text ? parse(kept, text) : -ENOMEM;
	if (r == -ENOMEM)
		return r;
	/* a file that is not complete says nothing */
	if (r < 0)
		kept_clear(kept);
	kept->error = r;
	return 0;
}

/* The key of the file of a line. */
static const char *get_key(
	const struct irqkit_policies *policy, const struct policy_line *line)
{
	size_t i = 0;

	while (policy->files[i].name != line->file)
		i++;
	return policy->files[i].key;
}

const struct kept_setting *kept_find(const struct irqkit_policies *policy,
	const struct policy_line *line, const struct irqkit_step *step)
{
	const struct kept *kept = &policy->kept;
	const char *identity = step->identity ? step->identity : "";
	char *const *field;
	size_t at;

	if (!path_index_find(&kept->index, step->path, &at))
		return NULL;
	field = kept->settings[at].field;
	return strcmp(field[KEPT_FILE], get_key(policy, line)) == 0 &&
			strcmp(field[KEPT_TEXT], line->text) == 0 &&
			strcmp(field[KEPT_TARGET], step->target) == 0 &&
			strcmp(field[KEPT_IDENTITY], identity) == 0
		? &kept->settings[at]
		: NULL;
}

/* ------------------------------------------------------------------------------- */
/* Writing                                                                         */

static void format_setting(struct buffer *file, const char *const field[N_KEPT_FIELDS])
{
	buffer_add(file, "setting");
	for (size_t f = 0; f < N_KEPT_FIELDS; f++)
		journal_format_field(file, field[f]);
	buffer_add_char(file, '\n');
}

static void format_now(struct buffer *file, const struct irqkit_policies *policy,
	const struct policy_setting *setting)
{
	const struct policy_line *line = &policy->lines[setting->line];
	const struct irqkit_step *step = &setting->step;
	size_t at;

	/* what was written before a barrier may have been written again after it */
	if (path_index_find(&policy->index, step->path, &at) &&
		&policy->settings[at] != setting)
		return;
	if (step->result == IRQKIT_SKIPPED || !step->new_value.text)
		return;
	format_setting(file,
		(const char *const[N_KEPT_FIELDS]){
			[KEPT_FILE] = get_key(policy, line),
			[KEPT_TEXT] = line->text,
			[KEPT_DECIDED] = line->is_kept || line->was_kept ? "1" : "0",
			[KEPT_PATH] = step->path,
			[KEPT_IDENTITY] = step->identity ? step->identity : "",
			[KEPT_TARGET] = step->target,
			[KEPT_VALUE] = step->new_value.text,
		});
}

static bool has_path(const struct irqkit_policies *policy, const char *path)
{
	size_t at;

	return path_index_find(&policy->index, path, &at);
}

/* Is the file one of those that were read, or would it have been read if it existed? */
static bool is_ours(const struct irqkit_policies *policy, const char *file)
{
	for (size_t i = 0; i < policy->n_files; i++)
		if (strcmp(policy->files[i].key, file) == 0)
			return true;
	return policy->is_of_system && strstr(file, "/irqkit.d/");
}

/* Settings of other files stay; those of these files that no line has now are left. */
static void format_before(
	struct buffer *file, const struct irqkit_policies *policy, char *const *field)
{
	const char *copy[N_KEPT_FIELDS];

	if (has_path(policy, field[KEPT_PATH]))
		return;
	memcpy(copy, field, sizeof(copy));
	if (is_ours(policy, field[KEPT_FILE]))
		copy[KEPT_TEXT] = "";
	format_setting(file, copy);
}

static int format(const struct irqkit_policies *policy, char **ret_text)
{
	struct buffer file = { 0 };
	_cleanup_free_ char *online = NULL;

	if (policy->online && irqkit_cpuset_format_list(policy->online, &online) < 0)
		return -ENOMEM;
	buffer_add(&file, HEADING);
	if (online && *online)
		buffer_add(&file, "online\t%s\n", online);
	for (size_t i = 0; i < policy->n_settings; i++)
		format_now(&file, policy, &policy->settings[i]);
	for (size_t i = 0; i < policy->kept.n; i++)
		format_before(&file, policy, policy->kept.settings[i].field);
	buffer_add(&file, "end\n");
	return buffer_take(&file, ret_text);
}

EXPORT int irqkit_policies_is_kept(const struct irqkit_policies *policy)
{
	_cleanup_free_ char *text = NULL;
	int r = format(policy, &text);

	if (r < 0)
		return r;
	/* nothing was applied, and there is nothing to apply */
	if (!policy->kept.raw && policy->n_settings == 0)
		return 1;
	return policy->kept.raw && strcmp(policy->kept.raw, text) == 0;
}

EXPORT int irqkit_policies_keep(struct irqkit_policies *policy, struct irqkit_lock *lock)
{
	_cleanup_free_ char *text = NULL;
	int r = irqkit_policies_is_kept(policy);

	if (r != 0)
		return r < 0 ? r : 0;
	r = format(policy, &text);
	if (r == 0)
		r = run_dir_write(lock->dir_fd, NAME, text, strlen(text), true);
	return r < 0 ? r : run_dir_sync(lock->dir_fd);
}

int kept_find_left(struct irqkit_policies *policy)
{
	struct kept *kept = &policy->kept;

	free(kept->left);
	kept->n_left = 0;
	kept->left = calloc(kept->n + 1, sizeof(*kept->left));
	if (!kept->left)
		return -ENOMEM;
	for (size_t i = 0; i < kept->n; i++) {
		char *const *field = kept->settings[i].field;

		if (is_ours(policy, field[KEPT_FILE]) &&
			!has_path(policy, field[KEPT_PATH]))
			kept->left[kept->n_left++] = i;
	}
	return 0;
}

EXPORT size_t irqkit_policies_count_left(const struct irqkit_policies *policy)
{
	return policy->kept.n_left;
}

EXPORT const char *irqkit_policies_get_left(
	const struct irqkit_policies *policy, size_t index, const char **ret_target)
{
	const struct kept *kept = &policy->kept;
	char *const *field = kept->settings[kept->left[index]].field;

	*ret_target = field[KEPT_TARGET];
	return field[KEPT_PATH];
}
