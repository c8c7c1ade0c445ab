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
 *     end
 *
 * Fields are separated by tabs; a byte that could be mistaken is written as \xNN.
 */
#include "private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#define HEADING "irqkit-journal 1\n"
#define NEW_NAME "new"
#define UNDONE ".undone"
#define KEEP 200u /* changes */
#define MAX_SIZE ((size_t)64 << 20)

struct irqkit_journal {
	struct irqkit_change *changes; /* owned; by number */
	size_t n_changes;
};

/* ------------------------------------------------------------------------------- */
/* Writing                                                                         */

static void write_field(FILE *file, const char *text)
{
	fputc('\t', file);
	for (const unsigned char *p = (const unsigned char *)text; *p; p++)
		if (*p < ' ' || *p == '\\' || *p == 0x7f)
			fprintf(file, "\\x%02x", *p);
		else
			fputc(*p, file);
}

static void write_step(FILE *file, const struct irqkit_step *step)
{
	char irq[16] = "";

	if (step->irq >= 0)
		snprintf(irq, sizeof(irq), "%d", step->irq);
	fputs("knob", file);
	write_field(file, step->path);
	write_field(file, irq);
	write_field(file, step->chip ? step->chip : "");
	write_field(file, step->target);
	write_field(file, step->old_text);
	write_field(file, step->new_text);
	fputc('\n', file);
}

static int write_file(int fd, const struct irqkit_plan *plan, const char *command)
{
	FILE *file = fdopen(fd, "w");
	bool failed;

	if (!file) {
		close(fd);
		return -ENOMEM;
	}
	fprintf(file, HEADING "time\t%lld\ncommand", (long long)time(NULL));
	write_field(file, command);
	fputc('\n', file);
	if (plan->undoes)
		fprintf(file, "undoes\t%u\n", plan->undoes);
	for (size_t i = 0; i < plan->n_steps; i++)
		if (plan->steps[i].result == IRQKIT_PLANNED)
			write_step(file, &plan->steps[i]);
	fputs("end\n", file);

	errno = EIO;
	failed = fflush(file) != 0 || ferror(file) || fdatasync(fileno(file)) < 0;
	if (failed) {
		int error = -errno;

		fclose(file);
		return error;
	}
	return fclose(file) == 0 ? 0 : -errno;
}

/* "12" or "12.undone" */
static bool parse_name(const char *name, unsigned int *ret_number, bool *ret_undone)
{
	size_t len = strspn(name, "0123456789");
	uint32_t number;

	if (parse_u32(name, len, &number) < 0)
		return false;
	*ret_undone = strcmp(name + len, UNDONE) == 0;
	*ret_number = number;
	return *ret_undone || name[len] == '\0';
}

static void close_dir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

/* The caller's own: its place in the folder is not shared. */
static DIR *open_folder(int dir_fd)
{
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;

	if (fd >= 0 && !dir)
		close(fd);
	return dir;
}

/* The number for the next change; files of changes long ago are removed. */
static int find_next_number(int dir_fd, unsigned int *ret_number)
{
	DIR *dir CLEANUP(close_dir) = open_folder(dir_fd);
	unsigned int number, last = 0;
	bool is_undone;

	if (!dir)
		return -errno;
	for (struct dirent *entry; (entry = readdir(dir));)
		if (parse_name(entry->d_name, &number, &is_undone) && number > last)
			last = number;
	rewinddir(dir);
	for (struct dirent *entry; (entry = readdir(dir));)
		if (parse_name(entry->d_name, &number, &is_undone) &&
			number + KEEP <= last)
			unlinkat(dir_fd, entry->d_name, 0);
	*ret_number = last + 1;
	return 0;
}

int journal_write(struct irqkit_lock *lock, const struct irqkit_plan *plan,
	const char *command, unsigned int *ret_number)
{
	char name[16];
	int fd, r = find_next_number(lock->dir_fd, ret_number);

	if (r < 0)
		return r;
	/* what a killed run left behind */
	unlinkat(lock->dir_fd, NEW_NAME, 0);
	fd = openat(lock->dir_fd, NEW_NAME,
		O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	r = write_file(fd, plan, command);
	snprintf(name, sizeof(name), "%u", *ret_number);
	if (r == 0 && renameat(lock->dir_fd, NEW_NAME, lock->dir_fd, name) < 0)
		r = -errno;
	if (r == 0 && fsync(lock->dir_fd) < 0 && errno != EINVAL)
		r = -errno;
	if (r < 0)
		unlinkat(lock->dir_fd, NEW_NAME, 0);
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
	char from[16], to[32];

	if (change->is_undone)
		return 0;
	snprintf(from, sizeof(from), "%u", change->number);
	snprintf(to, sizeof(to), "%u" UNDONE, change->number);
	return renameat(lock->dir_fd, from, lock->dir_fd, to) == 0 ? 0 : -errno;
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
	char expected[64];
	uint32_t irq;

	if (strcmp(entry->field[FIELD_PATH], "/proc/irq/default_smp_affinity") == 0)
		return entry->field[FIELD_IRQ][0] == '\0';
	if (parse_u32(entry->field[FIELD_IRQ], strlen(entry->field[FIELD_IRQ]), &irq) < 0)
		return false;
	snprintf(expected, sizeof(expected), "/proc/irq/%u/smp_affinity", irq);
	return irq <= INT32_MAX && strcmp(entry->field[FIELD_PATH], expected) == 0;
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

static int read_file(int dir_fd, const char *name, char **ret_text)
{
	int fd = openat(dir_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	_cleanup_free_ char *text = NULL;
	struct stat st;
	size_t len = 0, size;
	ssize_t n = 1;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || (size_t)st.st_size > MAX_SIZE) {
		close(fd);
		return -EBADMSG;
	}
	size = (size_t)st.st_size;
	text = malloc(size + 1);
	while (text && len < size && n > 0) {
		n = read(fd, text + len, size - len);
		len += n > 0 ? (size_t)n : 0;
	}
	close(fd);
	if (!text)
		return -ENOMEM;
	text[len] = '\0';
	*ret_text = TAKE(text);
	return 0;
}

static int add_change(struct irqkit_journal *journal, int dir_fd, const char *name)
{
	struct irqkit_change change = { 0 };
	_cleanup_free_ char *text = NULL;
	void *changes;
	int r;

	if (!parse_name(name, &change.number, &change.is_undone))
		return 0;
	r = read_file(dir_fd, name, &text);
	if (r == 0)
		r = parse_change(&change, text);
	if (r == 0) {
		changes = reallocarray(journal->changes, journal->n_changes + 1,
			sizeof(*journal->changes));
		if (changes) {
			journal->changes = changes;
			journal->changes[journal->n_changes++] = change;
			return 0;
		}
		r = -ENOMEM;
	}
	change_clear(&change);
	return r;
}

static int compare_changes(const void *a, const void *b)
{
	const struct irqkit_change *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

static int read_folder(
	struct irqkit_ctx *ctx, struct irqkit_journal *journal, int dir_fd)
{
	DIR *dir CLEANUP(close_dir) = open_folder(dir_fd);

	if (!dir)
		return -errno;
	for (struct dirent *entry; (entry = readdir(dir));) {
		int r = add_change(journal, dir_fd, entry->d_name);

		if (r == -ENOMEM)
			return r;
		if (r < 0)
			ctx_log(ctx, LOG_WARNING,
				"/run/irqkit/%s is no change that can be undone: %s",
				entry->d_name, strerror(-r));
	}
	if (journal->n_changes)
		qsort(journal->changes, journal->n_changes, sizeof(*journal->changes),
			compare_changes);
	return 0;
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
		r = read_folder(ctx, journal, dir_fd);
		close(dir_fd);
	} else if (dir_fd != -ENOENT) {
		r = dir_fd;
	}
	if (r < 0) {
		irqkit_journal_free(journal);
		return r;
	}
	*ret_journal = journal;
	return 0;
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
