/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The journal: one file a change in /run/irqkit, named by its number; N.undone once it
 * has been undone. It is complete, under that name, before the first knob is written,
 * and says nothing of what was written after that: what a knob holds tells.
 *
 *     irqkit-journal 1
 *     time	1763760000
 *     command	irqkit set eth1 --cpus=0-3
 *     undoes	6                                   (of an undo only)
 *     knob	/proc/irq/283/smp_affinity	283	xen-dyn	eth1	01	0f
 *     knob	/sys/class/net/eth1/queues/rx-0/rps_cpus		2	eth1:rx-0	0	e
 *     knob	/proc/77/status		1234	napi/eth1-8193	0-3	2
 *     end
 *
 * A knob has its path, interrupt, what it belongs to by another sign (the chip of an
 * interrupt, the index of an interface, when a thread began) and by name, and its value
 * before and after.
 * Fields are separated by tabs; a byte that could be mistaken is written as \xNN.
 */
#include "private.h"

#include <errno.h>
#include <stdio.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#define HEADING "irqkit-journal 1\n"
#define UNDONE ".undone"
#define KEEP 200u /* changes */

struct irqkit_journal {
	struct irqkit_change *changes; /* owned; by number */
	size_t n_changes;
};

/* ------------------------------------------------------------------------------- */
/* Writing                                                                         */

static void add_field(struct buffer *file, const char *text)
{
	buffer_add_char(file, '\t');
	for (const unsigned char *p = (const unsigned char *)text; *p; p++)
		if (*p < ' ' || *p == '\\' || *p == 0x7f)
			buffer_add(file, "\\x%02x", *p);
		else
			buffer_add_char(file, (char)*p);
}

static void add_step(struct buffer *file, const struct irqkit_step *step)
{
	char irq[16] = "";

	if (step->irq >= 0)
		snprintf(irq, sizeof(irq), "%d", step->irq);
	buffer_add(file, "knob");
	add_field(file, step->path);
	add_field(file, irq);
	add_field(file, step->identity ? step->identity : "");
	add_field(file, step->target);
	add_field(file, step->old_value.text);
	add_field(file, step->new_value.text);
	buffer_add_char(file, '\n');
}

static void add_head(
	struct buffer *file, int64_t seconds, const char *command, unsigned int undoes)
{
	buffer_add(file, HEADING "time\t%lld\ncommand", (long long)seconds);
	add_field(file, command);
	buffer_add_char(file, '\n');
	if (undoes)
		buffer_add(file, "undoes\t%u\n", undoes);
}

static int format_change(
	const struct irqkit_plan *plan, const char *command, char **ret_text)
{
	struct buffer file = { 0 };

	add_head(&file, time(NULL), command, plan->undoes);
	for (size_t i = 0; i < plan->n_steps; i++)
		if (plan->steps[i].result == IRQKIT_PLANNED || plan->steps[i].is_written)
			add_step(&file, &plan->steps[i]);
	buffer_add(&file, "end\n");
	return buffer_take(&file, ret_text);
}

/* "12" or "12.undone" */
static bool parse_name(const char *name, unsigned int *ret_number, bool *ret_undone)
{
	size_t len = strspn(name, "0123456789");
	uint32_t number;

	if (parse_u32(name, len, &number) < 0 || number == 0 || number > INT32_MAX)
		return false;
	*ret_undone = strcmp(name + len, UNDONE) == 0;
	*ret_number = number;
	return *ret_undone || name[len] == '\0';
}

struct search {
	int dir_fd;
	unsigned int last; /* the highest number so far */
};

static int note_number(void *data, const char *name)
{
	struct search *search = data;
	unsigned int number;
	bool is_undone;

	if (parse_name(name, &number, &is_undone) && number > search->last)
		search->last = number;
	return 0;
}

static int remove_if_old(void *data, const char *name)
{
	struct search *search = data;
	unsigned int number;
	bool is_undone;

	if (parse_name(name, &number, &is_undone) && search->last - number >= KEEP)
		unlinkat(search->dir_fd, name, 0);
	return 0;
}

int journal_write(struct irqkit_lock *lock, const struct irqkit_plan *plan,
	const char *command, unsigned int *number)
{
	struct search search = { .dir_fd = lock->dir_fd };
	_cleanup_free_ char *text = NULL;
	char name[16];
	int r = state_list(lock->dir_fd, note_number, &search);

	if (r == 0)
		r = state_list(lock->dir_fd, remove_if_old, &search);
	if (r == 0)
		r = format_change(plan, command, &text);
	if (r < 0)
		return r;
	snprintf(name, sizeof(name), "%u", *number ? *number : search.last + 1);
	r = state_write(lock->dir_fd, name, text, strlen(text));
	if (r == 0 && !*number)
		*number = search.last + 1;
	return r;
}

void journal_remove(struct irqkit_lock *lock, unsigned int number)
{
	char name[16];

	snprintf(name, sizeof(name), "%u", number);
	unlinkat(lock->dir_fd, name, 0);
}

EXPORT int irqkit_change_mark_undone(
	const struct irqkit_change *change, struct irqkit_lock *lock)
{
	char plain[16], undone[32];

	if (change->is_undone)
		return 0;
	/* without its undo, the change before is in force again */
	snprintf(plain, sizeof(plain), "%u", change->undoes);
	snprintf(undone, sizeof(undone), "%u" UNDONE, change->undoes);
	if (change->undoes && renameat(lock->dir_fd, undone, lock->dir_fd, plain) < 0 &&
		errno != ENOENT)
		return -errno;

	snprintf(plain, sizeof(plain), "%u", change->number);
	snprintf(undone, sizeof(undone), "%u" UNDONE, change->number);
	return renameat(lock->dir_fd, plain, lock->dir_fd, undone) == 0 ? 0 : -errno;
}

/* ------------------------------------------------------------------------------- */
/* Reading                                                                         */

static void change_clear(struct irqkit_change *change)
{
	for (size_t i = 0; i < change->n_entries; i++)
		for (size_t f = 0; f < N_FIELDS; f++)
			free(change->entries[i].field[f]);
	free(change->entries);
	free(change->command);
}

EXPORT void irqkit_journal_free(struct irqkit_journal *journal)
{
	if (!journal)
		return;
	for (size_t i = 0; i < journal->n_changes; i++)
		change_clear(&journal->changes[i]);
	free(journal->changes);
	free(journal);
}

static int hex_value(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* In place: it only gets shorter. */
static bool unescape(char *text)
{
	char *out = text;

	while (*text) {
		if (*text != '\\') {
			*out++ = *text++;
			continue;
		}
		if (text[1] != 'x' || hex_value(text[2]) < 0 || hex_value(text[3]) < 0)
			return false;
		*out++ = (char)(hex_value(text[2]) << 4 | hex_value(text[3]));
		text += 4;
	}
	*out = '\0';
	return true;
}

/* A path that this library writes, and the interrupt that goes with it. */
static bool is_knob(const struct entry *entry)
{
	const char *text = entry->field[FIELD_IRQ];
	enum irqkit_knob knob;
	uint32_t number, irq;

	if (!knob_parse_path(entry->field[FIELD_PATH], &knob, &number))
		return false;
	if (knob != IRQKIT_KNOB_AFFINITY)
		return text[0] == '\0';
	return parse_u32(text, strlen(text), &irq) == 0 && irq == number;
}

static int parse_knob(struct irqkit_change *change, char *text)
{
	struct entry *entry;
	void *entries = reallocarray(
		change->entries, change->n_entries + 1, sizeof(*change->entries));

	if (!entries)
		return -ENOMEM;
	change->entries = entries;
	entry = &change->entries[change->n_entries++];
	memset(entry, 0, sizeof(*entry));

	for (size_t f = 0; f < N_FIELDS; f++) {
		char *field = strsep(&text, "\t");

		if (!field || !unescape(field))
			return -EBADMSG;
		entry->field[f] = strdup(field);
		if (!entry->field[f])
			return -ENOMEM;
	}
	return !text && is_knob(entry) ? 0 : -EBADMSG;
}

static int parse_line(struct irqkit_change *change, char *line)
{
	char *word = strsep(&line, "\t");
	uint64_t number;

	if (change->is_complete)
		return -EBADMSG;
	if (strcmp(word, "end") == 0 && !line) {
		change->is_complete = true;
		return 0;
	}
	if (!line)
		return -EBADMSG;
	if (strcmp(word, "knob") == 0)
		return parse_knob(change, line);
	if (strcmp(word, "command") == 0 && !change->command) {
		change->command = strdup(line);
		if (!change->command)
			return -ENOMEM;
		return unescape(change->command) ? 0 : -EBADMSG;
	}
	if (parse_u64(line, strlen(line), &number) < 0 || number > INT64_MAX)
		return -EBADMSG;
	if (strcmp(word, "time") == 0)
		change->time = (int64_t)number;
	else if (strcmp(word, "undoes") == 0 && number <= UINT32_MAX)
		change->undoes = (unsigned int)number;
	else
		return -EBADMSG;
	return 0;
}

static int parse_change(struct irqkit_change *change, char *text)
{
	if (strncmp(text, HEADING, strlen(HEADING)) != 0)
		return -EBADMSG;
	text += strlen(HEADING);
	while (text && *text) {
		char *line = strsep(&text, "\n");
		int r = text ? parse_line(change, line) : -EBADMSG;

		if (r < 0)
			return r;
	}
	return change->is_complete && change->command ? 0 : -EBADMSG;
}

/* The folder that is being read. */
struct reading {
	struct irqkit_ctx *ctx;
	struct irqkit_journal *journal;
	int dir_fd;
};

static int keep_change(struct irqkit_journal *journal, const struct irqkit_change *change)
{
	void *changes = reallocarray(
		journal->changes, journal->n_changes + 1, sizeof(*journal->changes));

	if (!changes)
		return -ENOMEM;
	journal->changes = changes;
	journal->changes[journal->n_changes++] = *change;
	return 0;
}

static int add_change(void *data, const char *name)
{
	struct reading *reading = data;
	struct irqkit_change change = { 0 };
	_cleanup_free_ char *text = NULL;
	int r;

	if (!parse_name(name, &change.number, &change.is_undone))
		return 0;
	r = state_read(reading->dir_fd, name, &text);
	if (r == 0)
		r = parse_change(&change, text);
	if (r == 0)
		r = keep_change(reading->journal, &change);
	if (r == 0)
		return 0;
	change_clear(&change);
	if (r == -ENOMEM)
		return r;
	ctx_log(reading->ctx, LOG_WARNING,
		"/run/irqkit/%s is no change that can be undone: %s", name, strerror(-r));
	return 0;
}

static int compare_changes(const void *a, const void *b)
{
	const struct irqkit_change *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

EXPORT int irqkit_journal_read(
	struct irqkit_ctx *ctx, struct irqkit_journal **ret_journal)
{
	struct irqkit_journal *journal = calloc(1, sizeof(*journal));
	int dir_fd, r = 0;

	if (!journal)
		return -ENOMEM;
	dir_fd = state_open(ctx, false);
	if (dir_fd >= 0) {
		r = state_list(dir_fd, add_change,
			&(struct reading){ ctx, journal, dir_fd });
		close(dir_fd);
	} else if (dir_fd != -ENOENT) {
		r = dir_fd;
	}
	if (r < 0) {
		irqkit_journal_free(journal);
		return r;
	}
	if (journal->n_changes)
		qsort(journal->changes, journal->n_changes, sizeof(*journal->changes),
			compare_changes);
	*ret_journal = journal;
	return 0;
}

/* ------------------------------------------------------------------------------- */
/* Two changes into one                                                            */

static int read_change(int dir_fd, unsigned int number, struct irqkit_change *change)
{
	_cleanup_free_ char *text = NULL;
	char name[16];
	int r;

	snprintf(name, sizeof(name), "%u", number);
	r = state_read(dir_fd, name, &text);
	return r == 0 ? parse_change(change, text) : r;
}

static struct entry *find_entry(struct irqkit_change *change, const char *path)
{
	for (size_t i = 0; i < change->n_entries; i++)
		if (strcmp(change->entries[i].field[FIELD_PATH], path) == 0)
			return &change->entries[i];
	return NULL;
}

/* Is it the same thing that the knob belongs to? Numbers are given anew. */
static bool is_same_thing(const struct entry *a, const struct entry *b)
{
	return strcmp(a->field[FIELD_TARGET], b->field[FIELD_TARGET]) == 0 &&
	       strcmp(a->field[FIELD_IDENTITY], b->field[FIELD_IDENTITY]) == 0;
}

/* The knobs of @from join those of @into; what is left in @from has another owner. */
static int merge_entries(struct irqkit_change *into, struct irqkit_change *from)
{
	for (size_t i = 0; i < from->n_entries; i++) {
		struct entry *newer = &from->entries[i];
		struct entry *older = find_entry(into, newer->field[FIELD_PATH]);
		void *entries;

		if (older && is_same_thing(older, newer)) {
			free(older->field[FIELD_NEW]);
			older->field[FIELD_NEW] = TAKE(newer->field[FIELD_NEW]);
			continue;
		}
		if (older) { /* what it was for is gone, and its old value with it */
			for (size_t f = 0; f < N_FIELDS; f++)
				free(older->field[f]);
			*older = *newer;
			memset(newer, 0, sizeof(*newer));
			continue;
		}
		entries = reallocarray(
			into->entries, into->n_entries + 1, sizeof(*into->entries));
		if (!entries)
			return -ENOMEM;
		into->entries = entries;
		into->entries[into->n_entries++] = *newer;
		memset(newer, 0, sizeof(*newer));
	}
	return 0;
}

static int format_entries(const struct irqkit_change *change, char **ret_text)
{
	struct buffer file = { 0 };

	add_head(&file, change->time, change->command, change->undoes);
	for (size_t i = 0; i < change->n_entries; i++) {
		buffer_add(&file, "knob");
		for (size_t f = 0; f < N_FIELDS; f++)
			add_field(&file, change->entries[i].field[f]);
		buffer_add_char(&file, '\n');
	}
	buffer_add(&file, "end\n");
	return buffer_take(&file, ret_text);
}

EXPORT int irqkit_journal_merge(
	struct irqkit_lock *lock, unsigned int into, unsigned int number)
{
	struct irqkit_change older CLEANUP(change_clear) = { 0 };
	struct irqkit_change newer CLEANUP(change_clear) = { 0 };
	_cleanup_free_ char *text = NULL;
	char name[16];
	int r = read_change(lock->dir_fd, into, &older);

	if (r == 0)
		r = read_change(lock->dir_fd, number, &newer);
	if (r == 0)
		r = merge_entries(&older, &newer);
	if (r == 0)
		r = format_entries(&older, &text);
	if (r < 0)
		return r;
	snprintf(name, sizeof(name), "%u", into);
	r = state_write(lock->dir_fd, name, text, strlen(text));
	if (r == 0)
		journal_remove(lock, number);
	return r;
}

EXPORT size_t irqkit_journal_count(const struct irqkit_journal *journal)
{
	return journal->n_changes;
}

EXPORT const struct irqkit_change *irqkit_journal_get(
	const struct irqkit_journal *journal, size_t index)
{
	return &journal->changes[index];
}

EXPORT unsigned int irqkit_change_get_number(const struct irqkit_change *change)
{
	return change->number;
}

EXPORT int64_t irqkit_change_get_time(const struct irqkit_change *change)
{
	return change->time;
}

EXPORT const char *irqkit_change_get_command(const struct irqkit_change *change)
{
	return change->command;
}

EXPORT size_t irqkit_change_count_knobs(const struct irqkit_change *change)
{
	return change->n_entries;
}

EXPORT bool irqkit_change_is_undone(const struct irqkit_change *change)
{
	return change->is_undone;
}

EXPORT unsigned int irqkit_change_get_undoes(const struct irqkit_change *change)
{
	return change->undoes;
}
