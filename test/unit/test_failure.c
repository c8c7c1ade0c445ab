/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Folders and files that cannot be listed or read to their ends: that is an error, and never
 * means that nothing is there. Linked with --wrap for the calls that are made to fail.
 */
#define TOP "/tmp/irqkit-failure-XXXXXX"
#include "made_root.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <irqkit.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/macros.h"
#include "interrupts/irq.h"
#include "kernel/ctx.h"
#include "kernel/knob.h"
#include "plan/journal.h"

#define NET ROOTS "linux-7.3-4cpu"

/* ------------------------------------------------------------------------------- */
/* Calls that fail                                                                 */

/* The call from which on, or only which, one fails; 0: none. */
static struct {
	int at, error, so_far;
	bool only_once;
} listing, reading, renaming;

static const char *before_reading; /* a tree that goes then */
static bool ends_early; /* reading: the end comes instead of the error */
static size_t most = SIZE_MAX; /* that one read(2) gives */
static time_t now = 1700000000;

struct dirent *__real_readdir(DIR *dir);
struct dirent *__wrap_readdir(DIR *dir);
struct dirent *__real_readdir64(DIR *dir);
struct dirent *__wrap_readdir64(DIR *dir);
ssize_t __real_read(int fd, void *room, size_t size);
ssize_t __wrap_read(int fd, void *room, size_t size);
int __real_renameat(int from_fd, const char *from, int to_fd, const char *to);
int __wrap_renameat(int from_fd, const char *from, int to_fd, const char *to);
time_t __wrap_time(time_t *ret_now);

#define FAILS(call)                                                                      \
	(++(call).so_far && (call).at &&                                                 \
		((call).only_once ? (call).so_far == (call).at                           \
				  : (call).so_far >= (call).at))

struct dirent *__wrap_readdir(DIR *dir)
{
	if (FAILS(listing)) {
		errno = listing.error;
		return NULL;
	}
	return __real_readdir(dir);
}

#ifdef __GLIBC__
/* The same by the name that it has where files can be large; its entries may differ. */
struct dirent *__wrap_readdir64(DIR *dir)
{
	if (FAILS(listing)) {
		errno = listing.error;
		return NULL;
	}
	return __real_readdir64(dir);
}
#endif

ssize_t __wrap_read(int fd, void *room, size_t size)
{
	if (before_reading)
		remove_tree(before_reading);
	if (FAILS(reading)) {
		errno = reading.error;
		return ends_early ? 0 : -1;
	}
	return __real_read(fd, room, size < most ? size : most);
}

int __wrap_renameat(int from_fd, const char *from, int to_fd, const char *to)
{
	if (FAILS(renaming)) {
		errno = renaming.error;
		return -1;
	}
	return __real_renameat(from_fd, from, to_fd, to);
}

time_t __wrap_time(time_t *ret_now)
{
	(void)ret_now;
	return now;
}

/* Its name in glibc where a machine of 32 bits counts time with 64. */
time_t __wrap___time64(time_t *ret_now) __attribute__((alias("__wrap_time")));

static void nothing_fails(void)
{
	memset(&listing, 0, sizeof(listing));
	memset(&reading, 0, sizeof(reading));
	memset(&renaming, 0, sizeof(renaming));
	ends_early = false;
	most = SIZE_MAX;
}

static char said[512];

static void keep_message(void *data, int priority, const char *message)
{
	(void)data;
	assert_int_equal(priority, LOG_ERR);
	snprintf(said, sizeof(said), "%s", message);
}

/* ------------------------------------------------------------------------------- */
/* Folders                                                                         */

/* Whichever entry it is at which the listing fails, the end as well. */
static void listing_fails(void **state)
{
	struct irqkit_ctx *ctx = open_root(NET);
	unsigned int *numbers = NULL;
	char **names = NULL;
	size_t n = 77, n_calls;
	char expected[256];

	(void)state;
	snprintf(expected, sizeof(expected), "cannot read " NET "/proc/irq: %s",
		strerror(EIO));
	irqkit_ctx_set_log_fn(ctx, keep_message, NULL);
	nothing_fails();
	assert_int_equal(knob_list_numbers(ctx, "proc/irq", &numbers, &n), 0);
	assert_true(n > 0 && n != 77);
	n_calls = (size_t)listing.so_far;
	assert_true(n_calls > n);
	free(numbers);
	numbers = NULL;
	n = 77;

	for (size_t at = 1; at <= n_calls; at++) {
		nothing_fails();
		listing.at = (int)at;
		listing.error = EIO;
		assert_int_equal(knob_list_numbers(ctx, "proc/irq", &numbers, &n), -EIO);
		assert_int_equal(irqkit_ctx_get_error(ctx), -EIO);
		assert_string_equal(said, expected);
		irqkit_ctx_clear_error(ctx);
		nothing_fails();
		listing.at = (int)at;
		listing.error = ENOMEM;
		assert_int_equal(
			knob_list_names(ctx, "proc/irq", "", &names, &n), -ENOMEM);
		assert_int_equal(irqkit_ctx_get_error(ctx), -ENOMEM);
		irqkit_ctx_clear_error(ctx);
		assert_null(numbers);
		assert_null(names);
		assert_int_equal(n, 77);
	}
	nothing_fails();
	irqkit_ctx_free(ctx);
}

/* A signal is not a failure. */
static void listing_is_interrupted(void **state)
{
	struct irqkit_ctx *ctx = open_root(NET);
	unsigned int *all = NULL, *numbers = NULL;
	size_t n_all, n;

	(void)state;
	nothing_fails();
	assert_int_equal(knob_list_numbers(ctx, "proc/irq", &all, &n_all), 0);
	nothing_fails();
	listing.at = 3;
	listing.error = EINTR;
	listing.only_once = true;
	assert_int_equal(knob_list_numbers(ctx, "proc/irq", &numbers, &n), 0);
	assert_int_equal(n, n_all);
	assert_memory_equal(all, numbers, n * sizeof(*all));
	assert_int_equal(irqkit_ctx_get_error(ctx), 0);
	free(all);
	free(numbers);
	irqkit_ctx_free(ctx);
}

/* A missing file, or one that is not a folder, is not a failure either. */
static void nothing_is_there(void **state)
{
	struct irqkit_ctx *ctx = open_root(NET);
	unsigned int *numbers;
	char *text;
	size_t n;

	(void)state;
	nothing_fails();
	assert_int_equal(knob_list_numbers(ctx, "proc/none", &numbers, &n), -ENOENT);
	assert_int_equal(
		knob_list_numbers(ctx, "proc/interrupts", &numbers, &n), -ENOTDIR);
	assert_int_equal(knob_read(ctx, "proc/none", &text, &n), -ENOENT);
	assert_int_equal(irqkit_ctx_get_error(ctx), 0);
	irqkit_ctx_free(ctx);
}

/* ------------------------------------------------------------------------------- */
/* Files                                                                           */

static void reading_fails(void **state)
{
	struct irqkit_ctx *ctx = open_root(NET);
	char *text = NULL, *whole = NULL;
	size_t len = 77, whole_len;

	(void)state;
	irqkit_ctx_set_log_fn(ctx, keep_message, NULL);
	nothing_fails();
	assert_int_equal(knob_read(ctx, "proc/interrupts", &whole, &whole_len), 0);
	for (int at = 1; at <= 3; at++) {
		nothing_fails();
		most = 100;
		reading.at = at;
		reading.error = EIO;
		assert_int_equal(knob_read(ctx, "proc/interrupts", &text, &len), -EIO);
		assert_null(text);
		assert_int_equal(irqkit_ctx_get_error(ctx), -EIO);
		irqkit_ctx_clear_error(ctx);
		/* a signal is not a failure */
		nothing_fails();
		reading.at = at;
		reading.error = EINTR;
		reading.only_once = true;
		most = 100;
		assert_int_equal(knob_read(ctx, "proc/interrupts", &text, &len), 0);
		assert_string_equal(text, whole);
		assert_int_equal(irqkit_ctx_get_error(ctx), 0);
		free(text);
		text = NULL;
	}
	free(whole);
	nothing_fails();
	irqkit_ctx_free(ctx);
}

/* An interrupt goes while its file is open: then it isn't there. */
static void interrupt_goes(void **state)
{
	static char gone[] = "/tmp/irqkit-gone-XXXXXX";
	struct irqkit_ctx *ctx;
	struct irq_affinity affinity = { 0 };

	(void)state;
	nothing_fails();
	assert_non_null(mkdtemp(gone));
	put_file(gone, "proc/irq/24/smp_affinity", "f\n");
	ctx = open_root(gone);
	reading.at = 1;
	reading.error = EIO;
	assert_int_equal(irq_read_affinity(ctx, 24, &affinity), -EIO);
	assert_int_equal(irqkit_ctx_get_error(ctx), -EIO);
	irqkit_ctx_clear_error(ctx);
	nothing_fails();
	reading.at = 1;
	reading.error = EIO;
	before_reading = gone;
	assert_int_equal(irq_read_affinity(ctx, 24, &affinity), -ENOENT);
	assert_int_equal(irqkit_ctx_get_error(ctx), 0);
	before_reading = NULL;
	nothing_fails();
	irqkit_ctx_free(ctx);
	remove_tree(gone);
}

/* Reads that give little are read on, of a knob and of the journal. */
static void reads_are_short(void **state)
{
	struct irqkit_ctx *ctx = open_root(NET);
	struct irqkit_cpuset *set = NULL;

	(void)state;
	nothing_fails();
	most = 1;
	assert_int_equal(
		knob_read_cpulist(ctx, "sys/devices/system/cpu/online", &set), 0);
	assert_int_equal(irqkit_cpuset_count(set), 4);
	irqkit_cpuset_free(set);
	nothing_fails();
	irqkit_ctx_free(ctx);
}

/* ------------------------------------------------------------------------------- */
/* The journal                                                                     */

struct work {
	struct irqkit_ctx *ctx;
	struct irqkit_machine *machine;
	struct irqkit_lock *lock;
};

static void set_knob(int irq, const char *mask)
{
	char path[64];

	snprintf(path, sizeof(path), "proc/irq/%d/smp_affinity", irq);
	put_file(top, path, mask);
}

static struct work begin(void)
{
	struct work w = { 0 };

	nothing_fails();
	now = 1700000000;
	remove_tree(top);
	assert_int_equal(mkdir(top, 0755), 0);
	put_file(top, "proc/interrupts",
		"           CPU0       CPU1       CPU2       CPU3\n"
		" 24: 1 2 3 4 PCI-MSI 524288-edge eth0\n"
		" 25: 1 2 3 4 PCI-MSI 524289-edge eth1\n");
	set_knob(24, "f\n");
	set_knob(25, "f\n");
	w.ctx = open_root(top);
	assert_int_equal(irqkit_lock_new(w.ctx, 0, &w.lock), 0);
	assert_int_equal(irqkit_machine_new(w.ctx, &w.machine, NULL, NULL), 0);
	return w;
}

static void end(struct work *w)
{
	irqkit_machine_free(w->machine);
	irqkit_lock_free(w->lock);
	irqkit_ctx_free(w->ctx);
	nothing_fails();
	remove_tree(top);
}

/* Returns the number of the change, or the error. */
static int change(struct work *w, const char *label, const char *mask)
{
	struct irqkit_irq *irq = irqkit_machine_find_irq(
		w->machine, (unsigned int)atoi(label));
	struct irqkit_cpuset *cpus = NULL;
	struct irqkit_plan *plan;
	int r;

	assert_int_equal(irqkit_plan_new(w->machine, &plan), 0);
	assert_int_equal(irqkit_cpuset_parse_mask(mask, strlen(mask), &cpus, NULL), 0);
	assert_int_equal(irqkit_plan_add_affinity(plan, irq, cpus, "test", 0), 0);
	irqkit_cpuset_free(cpus);
	listing.so_far = reading.so_far = 0;
	r = irqkit_plan_apply(plan, w->lock, "test", 0);
	r = r < 0 ? r : (int)irqkit_plan_get_number(plan);
	irqkit_plan_free(plan);
	return r;
}

static int add_name(void *data, const char *name)
{
	char *names = data;

	if (name[0] != '.' && strcmp(name, "lock") != 0)
		sprintf(names + strlen(names), "%s ", name);
	return 0;
}

static void journal_is(const struct work *w, const char *expected)
{
	char names[256] = "", words[256];

	nothing_fails();
	assert_int_equal(run_dir_list(w->lock->dir_fd, add_name, names), 0);
	/* in the order of the folder, of which there are few */
	assert_int_equal(strlen(names), strlen(expected));
	snprintf(words, sizeof(words), "%s", expected);
	for (char *word = strtok(words, " "); word; word = strtok(NULL, " "))
		assert_int_equal(run_dir_find(w->lock->dir_fd, word), 0);
}

static void knob_holds(const char *irq, const char *expected)
{
	struct irqkit_ctx *ctx = open_root(top);
	char path[64], *text;
	size_t len;

	snprintf(path, sizeof(path), "proc/irq/%s/smp_affinity", irq);
	assert_int_equal(knob_read_line(ctx, path, &text, &len), 0);
	assert_string_equal(text, expected);
	free(text);
	irqkit_ctx_free(ctx);
}

/* Undoes the last change that is left; how many of its steps are to be written. */
static size_t undo(struct work *w, size_t *ret_skipped)
{
	const struct irqkit_change *last = NULL;
	struct irqkit_journal *journal;
	struct irqkit_plan *plan;
	size_t n;

	assert_int_equal(irqkit_journal_read(w->ctx, &journal), 0);
	for (size_t i = 0; i < irqkit_journal_count(journal); i++) {
		const struct irqkit_change *c = irqkit_journal_get(journal, i);

		if (irqkit_change_get_state(c) == IRQKIT_CHANGE_MADE &&
			!irqkit_change_get_undoes(c))
			last = c;
	}
	assert_non_null(last);
	assert_int_equal(irqkit_plan_new(w->machine, &plan), 0);
	assert_int_equal(irqkit_plan_add_undo(plan, last, false), 0);
	n = irqkit_plan_count_results(plan, IRQKIT_PLANNED);
	*ret_skipped = irqkit_plan_count_results(plan, IRQKIT_SKIPPED);
	assert_int_equal(irqkit_plan_apply(plan, w->lock, "undo", 0), 0);
	assert_int_equal(irqkit_change_set_state(last, w->lock, IRQKIT_CHANGE_UNDONE), 0);
	irqkit_plan_free(plan);
	irqkit_journal_free(journal);
	return n;
}

/* At whichever entry listing it fails: all changes stay, and nothing is written. */
static void journal_is_not_listed(void **state)
{
	struct work w = begin();
	int at = 0, r = -EIO;

	(void)state;
	assert_int_equal(change(&w, "24", "1"), 1);
	assert_int_equal(change(&w, "24", "2"), 2);
	while (r < 0) {
		nothing_fails();
		listing.at = ++at;
		listing.error = EIO;
		r = change(&w, "24", "4");
		if (r >= 0)
			break;
		assert_int_equal(r, -EIO);
		knob_holds("24", "2");
		journal_is(&w, "1 2 ");
	}
	assert_int_equal(r, 3);
	assert_true(at > 5); /* ., .., lock, 1, 2 and the end */
	journal_is(&w, "1 2 3 ");
	end(&w);
}

static void list_fails(void **state)
{
	struct work w = begin();
	char names[256] = "";

	(void)state;
	for (listing.at = 1; listing.at <= 4; listing.at++) {
		listing.error = EMFILE;
		listing.so_far = 0;
		assert_int_equal(run_dir_list(w.lock->dir_fd, add_name, names), -EMFILE);
	}
	end(&w);
}

/* An entry that cannot be read is not skipped: it may be the last. */
static void journal_is_not_read(void **state)
{
	static const int errors[] = { EIO, EMFILE, ENOMEM };
	struct irqkit_journal *journal = NULL;
	struct work w = begin();

	(void)state;
	assert_int_equal(change(&w, "24", "1"), 1);
	assert_int_equal(change(&w, "24", "2"), 2);
	for (size_t i = 0; i < LENGTH(errors); i++)
		for (int at = 1; at <= 2; at++) {
			nothing_fails();
			reading.at = at;
			reading.error = errors[i];
			assert_int_equal(
				irqkit_journal_read(w.ctx, &journal), -errors[i]);
			assert_null(journal);
			assert_int_equal(irqkit_ctx_get_error(w.ctx), -errors[i]);
			irqkit_ctx_clear_error(w.ctx);
		}

	/* the end comes before the length that the file has */
	nothing_fails();
	most = 20;
	reading.at = 2;
	ends_early = true;
	assert_int_equal(irqkit_journal_read(w.ctx, &journal), -EIO);
	irqkit_ctx_clear_error(w.ctx);

	nothing_fails();
	most = 1;
	assert_int_equal(irqkit_journal_read(w.ctx, &journal), 0);
	assert_int_equal(irqkit_journal_count(journal), 2);
	irqkit_journal_free(journal);
	end(&w);
}

/* A file that has the name which the next change would have. */
static void names_are_never_taken_over(void **state)
{
	struct work w = begin();
	char *text;

	(void)state;
	assert_int_equal(run_dir_write(w.lock->dir_fd, "1", "mine", 4, false), 0);
	assert_int_equal(run_dir_write(w.lock->dir_fd, "1", "other", 5, false), -EEXIST);
	assert_int_equal(run_dir_read(w.lock->dir_fd, "1", &text), 0);
	assert_string_equal(text, "mine");
	free(text);
	journal_is(&w, "1 ");
	assert_int_equal(run_dir_write(w.lock->dir_fd, "1", "other", 5, true), 0);
	assert_int_equal(run_dir_read(w.lock->dir_fd, "1", &text), 0);
	assert_string_equal(text, "other");
	free(text);
	end(&w);
}

/* The last number, and others that no change would have come to: numbering goes on. */
static void last_number_is_taken(void **state)
{
	static const char *const names[] = { "2147483647", "2147483647.undone",
		"2147483646", "999999999" };
	static const int first[] = { 3, 3, 2147483647, 1000000000 };

	(void)state;
	for (size_t i = 0; i < LENGTH(names); i++) {
		struct work w = begin();
		size_t skipped;

		assert_int_equal(change(&w, "24", "1"), 1);
		assert_int_equal(change(&w, "24", "2"), 2);
		assert_int_equal(
			run_dir_write(w.lock->dir_fd, names[i], "", 0, false), 0);
		assert_int_equal(change(&w, "24", "4"), first[i]);
		assert_true(change(&w, "24", "8") > 0);
		assert_int_equal(run_dir_find(w.lock->dir_fd, "1"), 0);
		assert_int_equal(run_dir_find(w.lock->dir_fd, "2"), 0);
		if (i < 2) {
			assert_int_equal(undo(&w, &skipped), 1);
			knob_holds("24", "4");
		}
		end(&w);
	}
}

/* More than are kept: the oldest go, and no more than that, wherever their numbers are. */
static void oldest_go(void **state)
{
	struct work w = begin();
	char name[16];

	(void)state;
	for (int i = 0; i < 198; i++) {
		snprintf(name, sizeof(name), "%d", 5 + i * 1000);
		assert_int_equal(run_dir_write(w.lock->dir_fd, name, "x", 1, false), 0);
	}
	assert_true(change(&w, "24", "1") > 0);
	assert_true(change(&w, "24", "2") > 0);
	assert_true(change(&w, "24", "4") > 0);
	assert_int_equal(run_dir_find(w.lock->dir_fd, "5"), 0);
	assert_true(change(&w, "24", "8") > 0);
	assert_int_equal(run_dir_find(w.lock->dir_fd, "5"), -ENOENT);
	assert_int_equal(run_dir_find(w.lock->dir_fd, "1005"), 0);
	end(&w);
}

/* The clock of a machine without a battery, or one that was set back. */
static void clock_is_before_1970(void **state)
{
	static const time_t times[] = { -1, -86400, 0, INT32_MIN };

	(void)state;
	for (size_t i = 0; i < LENGTH(times); i++) {
		struct work w = begin();
		struct irqkit_journal *journal;
		size_t skipped;

		assert_int_equal(change(&w, "24", "1"), 1);
		now = times[i];
		assert_int_equal(change(&w, "24", "2"), 2);
		assert_int_equal(irqkit_journal_read(w.ctx, &journal), 0);
		assert_int_equal(irqkit_journal_count(journal), 2);
		assert_int_equal(
			irqkit_change_get_time(irqkit_journal_get(journal, 1)), times[i]);
		irqkit_journal_free(journal);
		assert_int_equal(undo(&w, &skipped), 1);
		knob_holds("24", "1");
		end(&w);
	}
}

/* Two changes become one in two steps; after the first one, as if it was killed then. */
static void merging_is_half_done(void **state)
{
	struct work w = begin();
	size_t skipped;

	(void)state;
	assert_int_equal(change(&w, "24", "1"), 1);
	assert_int_equal(change(&w, "24", "2"), 2);
	assert_int_equal(change(&w, "25", "2"), 3);
	nothing_fails();
	assert_int_equal(irqkit_journal_merge(w.lock, 2, 3), 0);
	journal_is(&w, "1 2 ");
	renaming.at = 2;
	renaming.error = EIO;
	assert_int_equal(irqkit_journal_merge(w.lock, 1, 2), -EIO);
	journal_is(&w, "1 2 ");
	/* the last one undoes all of it */
	assert_int_equal(undo(&w, &skipped), 2);
	assert_int_equal(skipped, 0);
	knob_holds("24", "f");
	knob_holds("25", "f");
	/* and the one before finds it so already */
	assert_int_equal(undo(&w, &skipped), 0);
	assert_int_equal(skipped, 0);
	knob_holds("24", "f");
	end(&w);
}

/* A plan is not applied when something that it was made from could not be read. */
static void plan_is_refused(void **state)
{
	struct work w = begin();
	struct irq_affinity affinity = { 0 };

	(void)state;
	reading.at = 1;
	reading.error = EIO;
	assert_int_equal(irq_read_affinity(w.ctx, 25, &affinity), -EIO);
	nothing_fails();
	assert_int_equal(change(&w, "24", "1"), -EIO);
	knob_holds("24", "f");
	journal_is(&w, "");
	irqkit_ctx_clear_error(w.ctx);
	assert_int_equal(change(&w, "24", "1"), 1);
	end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(listing_fails),
		cmocka_unit_test(listing_is_interrupted),
		cmocka_unit_test(nothing_is_there),
		cmocka_unit_test(reading_fails),
		cmocka_unit_test(interrupt_goes),
		cmocka_unit_test(reads_are_short),
		cmocka_unit_test(plan_is_refused),
		cmocka_unit_test(journal_is_not_listed),
		cmocka_unit_test(list_fails),
		cmocka_unit_test(journal_is_not_read),
		cmocka_unit_test(names_are_never_taken_over),
		cmocka_unit_test(last_number_is_taken),
		cmocka_unit_test(oldest_go),
		cmocka_unit_test(clock_is_before_1970),
		cmocka_unit_test(merging_is_half_done),
	};

	return cmocka_run_group_tests_name("failure", tests, make_top, remove_top);
}
