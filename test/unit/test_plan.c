/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Plans whose writes fail: what the knobs hold afterwards, what the steps say, and what
 * is left in the journal. Linked with --wrap for the calls that are made to fail.
 */
#define TOP "/tmp/irqkit-plan-XXXXXX"
#include "made_root.h"

#include <errno.h>
#include <fcntl.h>
#include <irqkit.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/cpuset.h"
#include "kernel/knob.h"
#include "plan/run_dir.h"

#define MOST 6 /* knobs in a root */
#define FIRST_IRQ 24
#define OLD "f"
#define NEW "2"

/* ------------------------------------------------------------------------------- */
/* Writes that fail                                                                */

enum where { KNOB, JOURNAL };

enum way {
	TAKE_ALL,
	REFUSE, /* -1 and the errno */
	CUT, /* one byte is written, and one byte is what comes back */
	IGNORE, /* all is fine, and nothing is written: Linux up to 4.14 */
	DELAY, /* the old value is there until somebody has slept */
};

/* From write number @from to @to of one kind. */
struct fault {
	enum where where;
	enum way way;
	int error;
	int from, to;
};

static struct fault faults[2];
static int n_writes[2];

/* Of DELAY: what is not there yet. */
static int delayed_fd = -1;
static char delayed[16];

static bool format_fails; /* without memory */
static bool file_sync_fails, dir_sync_fails, rename_fails;

ssize_t __real_write(int fd, const void *bytes, size_t len);
ssize_t __wrap_write(int fd, const void *bytes, size_t len);
int __wrap_nanosleep(const struct timespec *pause, struct timespec *left);
/* Its name in glibc where a machine of 32 bits counts time with 64. */
int __wrap___nanosleep64(const struct timespec *pause, struct timespec *left)
	__attribute__((alias("__wrap_nanosleep")));
int __wrap_fdatasync(int fd);
int __wrap_fsync(int fd);
int __real_renameat(int from_fd, const char *from, int to_fd, const char *to);
int __wrap_renameat(int from_fd, const char *from, int to_fd, const char *to);
long __real_syscall(long number, ...);
long __wrap_syscall(long number, long a, long b, long c, long d, long e);

int __real_vasprintf(char **text, const char *format, va_list args);
int __wrap_vasprintf(char **text, const char *format, va_list args);
int __wrap___vasprintf_chk(char **text, int flag, const char *format, va_list args);

int __wrap_vasprintf(char **text, const char *format, va_list args)
{
	return format_fails ? -1 : __real_vasprintf(text, format, args);
}

/* Its name where the compiler watches the room of a text. */
int __wrap___vasprintf_chk(char **text, int flag, const char *format, va_list args)
{
	(void)flag;
	return format_fails ? -1 : __real_vasprintf(text, format, args);
}

static enum where where_is(int fd)
{
	char link[32], path[4096];
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof(path) - 1);
	path[len > 0 ? len : 0] = '\0';
	return strstr(path, "/proc/irq/") ? KNOB : JOURNAL;
}

ssize_t __wrap_write(int fd, const void *bytes, size_t len)
{
	enum where where = where_is(fd);
	int n = ++n_writes[where];

	for (size_t i = 0; i < LENGTH(faults); i++) {
		const struct fault *fault = &faults[i];

		if (fault->where != where || n < fault->from || n > fault->to)
			continue;
		switch (fault->way) {
		case TAKE_ALL:
			break;
		case REFUSE:
			errno = fault->error;
			return -1;
		case CUT:
			return __real_write(fd, bytes, 1);
		case IGNORE:
			return (ssize_t)len;
		case DELAY:
			delayed_fd = dup(fd);
			snprintf(delayed, sizeof(delayed), "%.*s", (int)len,
				(const char *)bytes);
			return (ssize_t)len;
		}
	}
	return __real_write(fd, bytes, len);
}

/* Tests do not wait. */
int __wrap_nanosleep(const struct timespec *pause, struct timespec *left)
{
	(void)pause;
	(void)left;
	if (delayed_fd >= 0) {
		__real_write(delayed_fd, delayed, strlen(delayed));
		close(delayed_fd);
		delayed_fd = -1;
	}
	return 0;
}

/* Nor for a disk. */
int __wrap_fdatasync(int fd)
{
	(void)fd;
	errno = EIO;
	return file_sync_fails ? -1 : 0;
}

int __wrap_fsync(int fd)
{
	(void)fd;
	errno = EIO;
	return dir_sync_fails ? -1 : 0;
}

int __wrap_renameat(int from_fd, const char *from, int to_fd, const char *to)
{
	errno = ENOSPC;
	return rename_fails ? -1 : __real_renameat(from_fd, from, to_fd, to);
}

/* The same, where nothing is to be replaced. */
long __wrap_syscall(long number, long a, long b, long c, long d, long e)
{
	errno = ENOSPC;
	return number == SYS_renameat2 && rename_fails
		? -1
		: __real_syscall(number, a, b, c, d, e);
}

static void fail_write(enum way way, int error, int from, int to)
{
	struct fault *fault = faults[0].from ? &faults[1] : &faults[0];

	*fault = (struct fault){ KNOB, way, error, from, to };
}

/* ------------------------------------------------------------------------------- */
/* A root                                                                          */

static const char *knob(int i)
{
	static char path[64];

	snprintf(path, sizeof(path), "proc/irq/%d/smp_affinity", FIRST_IRQ + i);
	return path;
}

static int fill_root(void **state)
{
	char rows[1024] = "           CPU0       CPU1       CPU2       CPU3\n";

	assert_int_equal(make_top(state), 0);
	for (int i = 0; i < MOST; i++)
		snprintf(rows + strlen(rows), sizeof(rows) - strlen(rows),
			" %d: 1 2 3 4 PCI-MSI %d-edge eth%d\n", FIRST_IRQ + i, 524288 + i,
			i);
	put("proc/interrupts", rows);
	return 0;
}

/* What one test works with. */
struct work {
	struct irqkit_ctx *ctx;
	struct irqkit_machine *machine;
	struct irqkit_lock *lock;
	struct irqkit_plan *plan;
};

/* No fault, no journal, every knob OLD. */
static void start_anew(void)
{
	char command[64];

	memset(faults, 0, sizeof(faults));
	memset(n_writes, 0, sizeof(n_writes));
	file_sync_fails = dir_sync_fails = rename_fails = false;
	for (int i = 0; i < MOST; i++)
		put(knob(i), OLD "\n");
	snprintf(command, sizeof(command), "rm -rf %s/run", top);
	assert_int_equal(system(command), 0);
}

static struct work begin_with(int n_steps, unsigned int flags)
{
	struct work w = { 0 };
	struct irqkit_cpuset *cpus;

	assert_int_equal(irqkit_ctx_new(top, &w.ctx), 0);
	assert_int_equal(irqkit_lock_new(w.ctx, 0, &w.lock), 0);
	assert_int_equal(irqkit_machine_new(w.ctx, &w.machine, NULL, NULL), 0);
	assert_int_equal(irqkit_plan_new(w.machine, &w.plan), 0);
	assert_int_equal(irqkit_cpuset_parse_mask(NEW, strlen(NEW), &cpus, NULL), 0);
	for (int i = 0; i < n_steps; i++)
		assert_int_equal(irqkit_plan_add_affinity(w.plan,
					 irqkit_machine_get_irq(w.machine, (size_t)i),
					 cpus, "asked for", flags),
			0);
	irqkit_cpuset_free(cpus);
	return w;
}

static struct work begin(int n_steps, unsigned int flags)
{
	start_anew();
	return begin_with(n_steps, flags);
}

static void plan_anew(struct work *w)
{
	irqkit_plan_free(w->plan);
	assert_int_equal(irqkit_plan_new(w->machine, &w->plan), 0);
}

static void end(struct work *w)
{
	irqkit_plan_free(w->plan);
	irqkit_machine_free(w->machine);
	irqkit_lock_free(w->lock);
	irqkit_ctx_free(w->ctx);
}

static int apply(struct work *w, unsigned int flags)
{
	return irqkit_plan_apply(w->plan, w->lock, "irqkit test", flags);
}

static enum irqkit_result result(const struct work *w, int i)
{
	return irqkit_step_get_result(irqkit_plan_get(w->plan, (size_t)i));
}

static int error_of(const struct work *w, int i)
{
	return irqkit_step_get_error(irqkit_plan_get(w->plan, (size_t)i));
}

static bool was_written(const struct work *w, int i)
{
	return irqkit_step_was_written(irqkit_plan_get(w->plan, (size_t)i));
}

static int count_written(const struct work *w)
{
	return (int)irqkit_plan_count_written(w->plan);
}

static void knob_holds(const struct work *w, int i, const char *expected)
{
	char *text;
	size_t len;

	assert_int_equal(knob_read_line(w->ctx, knob(i), &text, &len), 0);
	assert_string_equal(text, expected);
	free(text);
}

static void knobs_hold(const struct work *w, const char *expected)
{
	for (int i = 0; i < MOST; i++)
		knob_holds(w, i, expected);
}

static int note_name(void *data, const char *name)
{
	char(*names)[64] = data;

	if (name[0] != '.' && strcmp(name, "lock") != 0)
		snprintf(*names + strlen(*names), sizeof(*names) - strlen(*names), "%s ",
			name);
	return 0;
}

/* Everything in /run/irqkit but the lock. */
static void journal_is(const struct work *w, const char *expected)
{
	char names[64] = "";

	assert_int_equal(run_dir_list(w->lock->dir_fd, note_name, &names), 0);
	assert_string_equal(names, expected);
}

/* ------------------------------------------------------------------------------- */

static void all_is_fine(void **state)
{
	(void)state;
	for (int k = 1; k <= MOST; k++) {
		struct work w = begin(k, 0);

		assert_int_equal(apply(&w, 0), 0);
		assert_int_equal(n_writes[KNOB], k);
		for (int i = 0; i < MOST; i++)
			knob_holds(&w, i, i < k ? NEW : OLD);
		for (int i = 0; i < k; i++) {
			assert_int_equal(result(&w, i), IRQKIT_DONE);
			assert_true(was_written(&w, i));
		}
		assert_int_equal(count_written(&w), k);
		journal_is(&w, "1 ");

		/* once more: nothing is planned any more */
		assert_int_equal(apply(&w, 0), 0);
		assert_int_equal(n_writes[KNOB], k);
		end(&w);

		w = begin_with(k, 0);
		for (int i = 0; i < k; i++)
			assert_int_equal(result(&w, i), IRQKIT_UNCHANGED);
		assert_int_equal(apply(&w, 0), 0);
		assert_int_equal(n_writes[KNOB], k);
		assert_int_equal(count_written(&w), 0);
		journal_is(&w, "1 ");
		end(&w);
	}
}

/* A plan of k steps whose n-th write fails: as if nothing had been. */
static void check_failure(int k, int n, enum way way, int error)
{
	struct work w = begin(k, 0);

	fail_write(way, error, n, n);
	assert_int_equal(apply(&w, 0), -error);
	knobs_hold(&w, OLD);
	for (int i = 0; i < k; i++) {
		assert_int_equal(result(&w, i),
			i < n - 1	     ? IRQKIT_ROLLED_BACK
				: i == n - 1 ? IRQKIT_FAILED
					     : IRQKIT_PLANNED);
		assert_int_equal(error_of(&w, i), i == n - 1 ? error : 0);
		assert_false(was_written(&w, i));
	}
	/* n that were tried, and those that were taken put back; a cut one as well */
	assert_int_equal(n_writes[KNOB], n + n - 1 + (way != REFUSE));
	journal_is(&w, "");
	end(&w);
}

static void nth_write_fails(void **state)
{
	static const int errors[] = { EIO, EPERM, ENOSPC, EINVAL, EOVERFLOW, EBUSY };

	(void)state;
	for (int k = 1; k <= MOST; k++)
		for (int n = 1; n <= k; n++) {
			for (size_t e = 0; e < LENGTH(errors); e++)
				check_failure(k, n, REFUSE, errors[e]);
			check_failure(k, n, CUT, EPROTO);
			check_failure(k, n, IGNORE, EPROTO);
		}
}

/* Read back in the moment in which it moves, an interrupt has its old mask. */
static void value_comes_late(void **state)
{
	(void)state;
	for (int n = 1; n <= MOST; n++) {
		struct work w = begin(MOST, 0);

		fail_write(DELAY, 0, n, n);
		assert_int_equal(apply(&w, 0), 0);
		knobs_hold(&w, NEW);
		assert_int_equal(result(&w, n - 1), IRQKIT_DONE);
		assert_int_equal(n_writes[KNOB], MOST);
		end(&w);
	}
}

/* What the kernel does not move at all is left out, where nobody named it. */
static void optional_step_is_skipped(void **state)
{
	static const int errors[] = { EIO, EPERM, EINVAL, ENOSYS, EOPNOTSUPP };

	(void)state;
	for (int n = 1; n <= MOST; n++)
		for (size_t e = 0; e < LENGTH(errors); e++) {
			struct work w = begin(MOST, IRQKIT_STEP_OPTIONAL);

			fail_write(REFUSE, errors[e], n, n);
			assert_int_equal(apply(&w, 0), 0);
			for (int i = 0; i < MOST; i++) {
				knob_holds(&w, i, i == n - 1 ? OLD : NEW);
				assert_int_equal(result(&w, i),
					i == n - 1 ? IRQKIT_SKIPPED : IRQKIT_DONE);
			}
			assert_int_equal(error_of(&w, n - 1), errors[e]);
			journal_is(&w, "1 ");
			end(&w);
		}
}

static int refused(const struct work *w, int i)
{
	return irqkit_step_was_refused(irqkit_plan_get(w->plan, (size_t)i));
}

/* A named interrupt: everything is restored, and the step says that it can never be moved. */
static void named_step_is_refused(void **state)
{
	static const int errors[] = { EIO, EPERM, EINVAL, ENOSYS, EOPNOTSUPP };

	(void)state;
	for (size_t e = 0; e < LENGTH(errors); e++) {
		struct work w = begin(MOST, 0);

		fail_write(REFUSE, errors[e], 3, 3);
		assert_int_equal(apply(&w, 0), -errors[e]);
		knobs_hold(&w, OLD);
		for (int i = 0; i < MOST; i++)
			assert_int_equal(refused(&w, i), i == 2);
		end(&w);
	}
}

/* A step that is skipped without memory for the reason keeps the one that it had. */
static void reason_is_never_lost(void **state)
{
	struct work w = begin(MOST, IRQKIT_STEP_OPTIONAL);

	(void)state;
	fail_write(REFUSE, EIO, 1, 1);
	format_fails = true;
	assert_int_equal(apply(&w, 0), -ENOMEM);
	format_fails = false;
	assert_int_equal(result(&w, 0), IRQKIT_SKIPPED);
	assert_non_null(irqkit_step_get_why(irqkit_plan_get(w.plan, 0)));
	end(&w);
}

/* EINVAL because a CPU went offline says nothing about the interrupt. */
static void offline_cpu_is_no_refusal(void **state)
{
	static const char *const online[] = { "0,2-3\n", "1\n" }; /* NEW is CPU 1 */

	(void)state;
	for (size_t i = 0; i < LENGTH(online); i++) {
		struct work w = begin(MOST, IRQKIT_STEP_OPTIONAL);
		bool is_online = i == 1;

		put("sys/devices/system/cpu/online", online[i]);
		fail_write(REFUSE, EINVAL, 4, 4);
		assert_int_equal(apply(&w, 0), is_online ? 0 : -EINVAL);
		assert_int_equal(refused(&w, 3), is_online);
		assert_int_equal(
			result(&w, 3), is_online ? IRQKIT_SKIPPED : IRQKIT_FAILED);
		knob_holds(&w, 0, is_online ? NEW : OLD);
		end(&w);
	}
	put("sys/devices/system/cpu/online", "0-3\n");
}

/* The kernel loses a new mask when it takes the old CPU offline: it is written again. */
static void mask_is_lost_with_a_cpu(void **state)
{
	(void)state;
	put("sys/devices/system/cpu/online", "0-2\n");
	for (int times = 1; times < 4; times++) {
		struct work w = begin(MOST, 0);

		fail_write(IGNORE, 0, 3, 2 + times);
		assert_int_equal(apply(&w, 0), 0);
		knobs_hold(&w, NEW);
		assert_int_equal(result(&w, 2), IRQKIT_DONE);
		assert_int_equal(n_writes[KNOB], MOST + times);
		end(&w);
	}
	put("sys/devices/system/cpu/online", "0-3\n");
}

static void optional_step_fails_otherwise(void **state)
{
	(void)state;
	for (int n = 1; n <= MOST; n++) {
		struct work w = begin(MOST, IRQKIT_STEP_OPTIONAL);

		fail_write(REFUSE, ENOSPC, n, n);
		assert_int_equal(apply(&w, 0), -ENOSPC);
		knobs_hold(&w, OLD);
		assert_int_equal(result(&w, n - 1), IRQKIT_FAILED);
		journal_is(&w, "");
		end(&w);
	}
}

/* a skipped step has the reason why it was skipped, not the requested one */
static void skipped_step_tells_why(void **state)
{
	struct work w = begin(1, IRQKIT_STEP_OPTIONAL);

	(void)state;
	fail_write(REFUSE, EIO, 1, 1);
	assert_int_equal(apply(&w, 0), 0);
	assert_string_not_equal(
		irqkit_step_get_why(irqkit_plan_get(w.plan, 0)), "asked for");
	end(&w);
}

static void keeps_going(void **state)
{
	(void)state;
	for (int n = 1; n <= MOST; n++) {
		struct work w = begin(MOST, 0);

		fail_write(REFUSE, EINVAL, n, n);
		assert_int_equal(apply(&w, IRQKIT_APPLY_KEEP_GOING), -EINVAL);
		assert_int_equal(n_writes[KNOB], MOST);
		for (int i = 0; i < MOST; i++) {
			knob_holds(&w, i, i == n - 1 ? OLD : NEW);
			assert_int_equal(
				result(&w, i), i == n - 1 ? IRQKIT_FAILED : IRQKIT_DONE);
			assert_int_equal(error_of(&w, i), i == n - 1 ? EINVAL : 0);
			assert_int_equal(was_written(&w, i), i != n - 1);
		}
		assert_int_equal(count_written(&w), MOST - 1);
		journal_is(&w, "1 "); /* the others can be undone */
		end(&w);
	}
}

/* The error is that of the first, also where another comes after it. */
static void first_error_counts(void **state)
{
	struct work w = begin(MOST, 0);

	(void)state;
	fail_write(REFUSE, ENOSPC, 2, 2);
	fail_write(REFUSE, EIO, 4, 5);
	assert_int_equal(apply(&w, IRQKIT_APPLY_KEEP_GOING), -ENOSPC);
	assert_int_equal(irqkit_plan_count_results(w.plan, IRQKIT_FAILED), 3);
	end(&w);
}

/* ------------------------------------------------------------------------------- */
/* No vector left                                                                  */

/* What is answered when a step's CPUs are full, one time after the other. */
struct answers {
	const char *mask[3]; /* NULL: none any more */
	size_t n_calls;
	size_t index; /* of the step, the last time */
};

static void answer(void *data, struct irqkit_plan *plan, size_t index)
{
	struct answers *answers = data;
	const char *mask = answers->mask[answers->n_calls++];
	struct irqkit_cpuset *cpus;

	answers->index = index;
	if (!mask)
		return;
	assert_int_equal(irqkit_cpuset_parse_mask(mask, strlen(mask), &cpus, NULL), 0);
	assert_int_equal(irqkit_plan_set_affinity(plan, index, cpus, "next best"), 0);
	irqkit_cpuset_free(cpus);
}

static void undo_the_one(const struct work *w)
{
	struct irqkit_journal *journal;
	struct irqkit_plan *plan;

	assert_int_equal(irqkit_journal_read(w->ctx, &journal), 0);
	assert_int_equal(irqkit_journal_count(journal), 1);
	assert_int_equal(irqkit_plan_new(w->machine, &plan), 0);
	assert_int_equal(
		irqkit_plan_add_undo(plan, irqkit_journal_get(journal, 0), 0), 0);
	assert_int_equal(irqkit_plan_apply(plan, w->lock, "irqkit undo", 0), 0);
	knobs_hold(w, OLD);
	irqkit_plan_free(plan);
	irqkit_journal_free(journal);
}

/* The second or the third set is taken; others are written once, and all can be undone. */
static void full_step_goes_elsewhere(void **state)
{
	(void)state;
	for (int n = 1; n <= MOST; n++) {
		for (int tries = 1; tries <= 2; tries++) {
			struct answers answers = { { "4", "8" }, 0, 0 };
			struct work w = begin(MOST, IRQKIT_STEP_OPTIONAL);
			int full = n - 1;

			fail_write(REFUSE, ENOSPC, n, n + tries - 1);
			irqkit_plan_set_full_fn(w.plan, answer, &answers);
			assert_int_equal(apply(&w, 0), 0);
			assert_int_equal(answers.n_calls, tries);
			assert_int_equal(answers.index, full);
			assert_int_equal(n_writes[KNOB], MOST + tries);
			for (int i = 0; i < MOST; i++) {
				knob_holds(&w, i,
					i != full	     ? NEW
						: tries == 1 ? "4"
							     : "8");
				assert_int_equal(result(&w, i), IRQKIT_DONE);
				assert_int_equal(error_of(&w, i), 0);
			}
			assert_string_equal(irqkit_step_get_why(irqkit_plan_get(
						    w.plan, (size_t)full)),
				"next best");
			journal_is(&w, "1 ");
			undo_the_one(&w);
			end(&w);
		}
	}
}

static void full_step_stays(void **state)
{
	struct answers answers = { { OLD }, 0, 0 };
	struct work w = begin(3, 0);

	(void)state;
	fail_write(REFUSE, ENOSPC, 2, 2);
	irqkit_plan_set_full_fn(w.plan, answer, &answers);
	assert_int_equal(apply(&w, 0), 0);
	assert_int_equal(result(&w, 1), IRQKIT_UNCHANGED);
	assert_int_equal(error_of(&w, 1), 0);
	knob_holds(&w, 0, NEW);
	knob_holds(&w, 1, OLD);
	knob_holds(&w, 2, NEW);
	undo_the_one(&w);
	end(&w);
}

static void full_step_has_no_other(void **state)
{
	(void)state;
	for (int keeps_going = 0; keeps_going < 2; keeps_going++) {
		struct answers answers = { { "4" }, 0, 0 };
		struct work w = begin(MOST, 0);

		fail_write(REFUSE, ENOSPC, 2, 3);
		irqkit_plan_set_full_fn(w.plan, answer, &answers);
		assert_int_equal(
			apply(&w, keeps_going ? IRQKIT_APPLY_KEEP_GOING : 0), -ENOSPC);
		assert_int_equal(answers.n_calls, 2);
		assert_int_equal(result(&w, 1), IRQKIT_FAILED);
		assert_int_equal(error_of(&w, 1), ENOSPC);
		for (int i = 0; i < MOST; i++)
			knob_holds(&w, i, keeps_going && i != 1 ? NEW : OLD);
		journal_is(&w, keeps_going ? "1 " : "");
		end(&w);
	}
}

/* Values that the journal does not have are never written, and none is left. */
static void next_best_cannot_be_noted(void **state)
{
	(void)state;
	for (int keeps_going = 0; keeps_going < 2; keeps_going++) {
		struct answers answers = { { "4" }, 0, 0 };
		struct work w = begin(MOST, 0);

		fail_write(REFUSE, ENOSPC, 2, 2);
		faults[1] = (struct fault){ JOURNAL, REFUSE, ENOSPC, 2, 2 };
		irqkit_plan_set_full_fn(w.plan, answer, &answers);
		assert_int_equal(
			apply(&w, keeps_going ? IRQKIT_APPLY_KEEP_GOING : 0), -ENOSPC);
		assert_int_equal(answers.n_calls, 1);
		assert_int_equal(n_writes[KNOB], 3);
		assert_int_equal(result(&w, 0), IRQKIT_ROLLED_BACK);
		for (int i = 1; i < MOST; i++)
			assert_int_equal(result(&w, i), IRQKIT_PLANNED);
		knobs_hold(&w, OLD);
		journal_is(&w, "");
		end(&w);
	}
}

static void what_is_written_keeps_its_cpus(void **state)
{
	struct work w = begin(1, 0);
	const struct irqkit_cpuset *old = irqkit_step_get_old_cpus(
		irqkit_plan_get(w.plan, 0));

	(void)state;
	assert_int_equal(irqkit_plan_add_skipped(w.plan,
				 irqkit_machine_get_irq(w.machine, 1), "left alone"),
		0);
	assert_int_equal(irqkit_plan_set_affinity(w.plan, 1, old, "why not"), -EINVAL);
	assert_int_equal(apply(&w, 0), 0);
	assert_int_equal(irqkit_plan_set_affinity(w.plan, 0, old, "why not"), -EINVAL);
	assert_string_equal(irqkit_step_get_why(irqkit_plan_get(w.plan, 0)), "asked for");
	end(&w);
}

/* ------------------------------------------------------------------------------- */
/* Putting back                                                                    */

/* A setting that cannot be restored stays in the journal; all others are restored. */
static void roll_back_fails(void **state)
{
	static const enum way ways[] = { REFUSE, CUT };

	(void)state;
	for (size_t way = 0; way < LENGTH(ways); way++) {
		int stuck = 1; /* third from last: steps 4, 3, 2, 1, 0 are put back */
		struct work w = begin(MOST, 0);

		fail_write(REFUSE, ENOSPC, MOST, MOST);
		fail_write(ways[way], EIO, MOST + 4, MOST + 4);
		assert_int_equal(apply(&w, 0), -ENOSPC);
		for (int i = 0; i < MOST; i++) {
			if (i != stuck)
				knob_holds(&w, i, OLD);
			assert_int_equal(was_written(&w, i), i == stuck);
			assert_int_equal(result(&w, i),
				i == stuck || i == MOST - 1 ? IRQKIT_FAILED
							    : IRQKIT_ROLLED_BACK);
		}
		assert_int_equal(error_of(&w, stuck), ways[way] == CUT ? EPROTO : EIO);
		journal_is(&w, "1 ");
		end(&w);
	}
}

/* A knob that cannot be read back may hold anything: it is restored too. */
static void knob_goes_away(void **state)
{
	struct work w = begin(3, 0);
	char full[256];

	(void)state;
	snprintf(full, sizeof(full), "%s/%s", top, knob(1));
	assert_int_equal(unlink(full), 0);
	assert_int_equal(apply(&w, 0), -ENOENT);
	knob_holds(&w, 0, OLD);
	knob_holds(&w, 2, OLD);
	assert_int_equal(result(&w, 0), IRQKIT_ROLLED_BACK);
	assert_int_equal(result(&w, 1), IRQKIT_FAILED);
	assert_int_equal(result(&w, 2), IRQKIT_PLANNED);
	journal_is(&w, "");
	end(&w);
}

/* ------------------------------------------------------------------------------- */
/* The journal                                                                     */

static void check_no_journal(struct work *w, int error)
{
	assert_int_equal(apply(w, 0), -error);
	assert_int_equal(n_writes[KNOB], 0);
	knobs_hold(w, OLD);
	for (int i = 0; i < MOST; i++)
		assert_int_equal(result(w, i), IRQKIT_PLANNED);
	journal_is(w, "");
	end(w);
}

static void without_journal_nothing_is_written(void **state)
{
	struct work w = begin(MOST, 0);

	(void)state;
	faults[0] = (struct fault){ JOURNAL, REFUSE, ENOSPC, 1, 1 };
	check_no_journal(&w, ENOSPC);

	w = begin(MOST, 0);
	faults[0] = (struct fault){ JOURNAL, REFUSE, EROFS, 1, 1 };
	check_no_journal(&w, EROFS);

	/* half of it, and then the disk is full */
	w = begin(MOST, 0);
	faults[0] = (struct fault){ JOURNAL, CUT, 0, 1, 1 };
	faults[1] = (struct fault){ JOURNAL, REFUSE, ENOSPC, 2, 2 };
	check_no_journal(&w, ENOSPC);

	w = begin(MOST, 0);
	file_sync_fails = true;
	check_no_journal(&w, EIO);

	w = begin(MOST, 0);
	dir_sync_fails = true;
	check_no_journal(&w, EIO);

	w = begin(MOST, 0);
	rename_fails = true;
	check_no_journal(&w, ENOSPC);
}

/* A file of the journal, unlike a knob, is written on after a short write. */
static void journal_is_written_on(void **state)
{
	struct work w = begin(MOST, 0);
	struct irqkit_journal *journal;

	(void)state;
	faults[0] = (struct fault){ JOURNAL, CUT, 0, 1, 20 };
	assert_int_equal(apply(&w, 0), 0);
	assert_int_equal(irqkit_journal_read(w.ctx, &journal), 0);
	assert_int_equal(irqkit_journal_count(journal), 1);
	assert_int_equal(irqkit_change_count_knobs(irqkit_journal_get(journal, 0)), MOST);
	irqkit_journal_free(journal);
	end(&w);
}

/* Undoing is a plan like any other: when it fails, all is as it was before the undo. */
static void undo_that_fails(void **state)
{
	(void)state;
	for (int n = 1; n <= MOST; n++) {
		struct work w = begin(MOST, 0);
		struct irqkit_journal *journal;
		const struct irqkit_change *change;

		assert_int_equal(apply(&w, 0), 0);
		plan_anew(&w);
		assert_int_equal(irqkit_journal_read(w.ctx, &journal), 0);
		change = irqkit_journal_get(journal, 0);
		assert_int_equal(irqkit_plan_add_undo(w.plan, change, false), 0);
		assert_int_equal(irqkit_plan_count_results(w.plan, IRQKIT_PLANNED), MOST);

		n_writes[KNOB] = 0;
		fail_write(REFUSE, ENOSPC, n, n);
		assert_int_equal(apply(&w, 0), -ENOSPC);
		knobs_hold(&w, NEW);
		journal_is(&w, "1 ");
		irqkit_journal_free(journal);
		end(&w);
	}
}

/* ------------------------------------------------------------------------------- */
/* Two changes into one                                                            */

static void add_and_apply(struct work *w, int from, int to, const char *mask)
{
	struct irqkit_cpuset *cpus;

	plan_anew(w);
	assert_int_equal(irqkit_cpuset_parse_mask(mask, strlen(mask), &cpus, NULL), 0);
	for (int i = from; i <= to; i++)
		assert_int_equal(irqkit_plan_add_affinity(w->plan,
					 irqkit_machine_get_irq(w->machine, (size_t)i),
					 cpus, "asked for", 0),
			0);
	irqkit_cpuset_free(cpus);
	assert_int_equal(apply(w, 0), 0);
}

/* Undoes all changes of the journal, the last one first; returns their number. */
static size_t undo_all(struct work *w)
{
	struct irqkit_journal *journal;
	size_t n;

	assert_int_equal(irqkit_journal_read(w->ctx, &journal), 0);
	n = irqkit_journal_count(journal);
	for (size_t i = n; i-- > 0;) {
		plan_anew(w);
		assert_int_equal(irqkit_plan_add_undo(
					 w->plan, irqkit_journal_get(journal, i), false),
			0);
		assert_int_equal(apply(w, 0), 0);
	}
	irqkit_journal_free(journal);
	return n;
}

/* Knobs of only the first change, of both, and of only the second; then all are undone. */
static void check_merge(bool *what_fails, int error, size_t n_left)
{
	struct work w = begin(0, 0);

	add_and_apply(&w, 0, 2, "2");
	add_and_apply(&w, 1, 4, "4");
	if (what_fails)
		*what_fails = true;
	assert_int_equal(irqkit_journal_merge(w.lock, 1, 2), error);
	if (what_fails)
		*what_fails = false;
	assert_int_equal(undo_all(&w), n_left);
	knobs_hold(&w, OLD);
	end(&w);
}

static void merges(void **state)
{
	(void)state;
	check_merge(NULL, 0, 1);
}

/* Both stay as they were. */
static void merging_fails(void **state)
{
	(void)state;
	check_merge(&file_sync_fails, -EIO, 2);
	check_merge(&rename_fails, -ENOSPC, 2);
}

/* The old values are in the folder by then, and stay there. */
static void merged_is_not_synced(void **state)
{
	(void)state;
	check_merge(&dir_sync_fails, 0, 1);
}

#define ENTRY(irq, target, old, new)                                                     \
	"knob\t/proc/irq/" irq "/smp_affinity\t" irq "\tchip\t" target "\t" old          \
	"\t" new "\n"
#define HEAD "irqkit-journal 1\ntime\t1\ncommand\tx\n"

/* In any order; what has become another thing loses the old value of the first. */
static void merges_by_path(void **state)
{
	static const char first[] = HEAD ENTRY("30", "a", "1", "2")
		ENTRY("4", "b", "1", "2") ENTRY("25", "c", "1", "2") "end\n";
	static const char second[] = HEAD ENTRY("25", "c", "2", "4") ENTRY("4", "other",
		"8", "4") ENTRY("100", "d", "8", "4") ENTRY("30", "a", "2", "4") "end\n";
	static const char both[] = HEAD ENTRY("30", "a", "1", "4") ENTRY("4", "other",
		"8", "4") ENTRY("25", "c", "1", "4") ENTRY("100", "d", "8", "4") "end\n";
	struct work w = begin(0, 0);
	char *text = NULL;

	(void)state;
	assert_int_equal(
		run_dir_write(w.lock->dir_fd, "1", first, strlen(first), false), 0);
	assert_int_equal(
		run_dir_write(w.lock->dir_fd, "2", second, strlen(second), false), 0);
	assert_int_equal(irqkit_journal_merge(w.lock, 1, 2), 0);
	assert_int_equal(run_dir_read(w.lock->dir_fd, "1", &text), 0);
	assert_string_equal(text, both);
	free(text);
	end(&w);
}

static void merges_what_is_there(void **state)
{
	struct work w = begin(0, 0);

	(void)state;
	add_and_apply(&w, 0, 2, "2");
	assert_int_equal(irqkit_journal_merge(w.lock, 1, 2), -ENOENT);
	assert_int_equal(irqkit_journal_merge(w.lock, 2, 1), -ENOENT);
	journal_is(&w, "1 ");
	assert_int_equal(undo_all(&w), 1);
	knobs_hold(&w, OLD);
	end(&w);
}

/* ------------------------------------------------------------------------------- */
/* What is put back later, and what stays                                          */

/* As if nothing had been, and a later change has that number again. */
static void rolls_back_later(void **state)
{
	struct work w = begin(MOST - 1, 0);

	(void)state;
	assert_int_equal(apply(&w, 0), 0);
	journal_is(&w, "1 ");
	n_writes[KNOB] = 0;
	assert_int_equal(irqkit_plan_roll_back(w.plan, w.lock), 0);
	assert_int_equal(n_writes[KNOB], MOST - 1);
	knobs_hold(&w, OLD);
	journal_is(&w, "");
	for (int i = 0; i < MOST - 1; i++) {
		assert_int_equal(result(&w, i), IRQKIT_ROLLED_BACK);
		assert_false(was_written(&w, i));
	}
	assert_int_equal(count_written(&w), 0);

	/* again: there is nothing to restore */
	assert_int_equal(irqkit_plan_roll_back(w.plan, w.lock), 0);
	assert_int_equal(n_writes[KNOB], MOST - 1);
	end(&w);

	w = begin_with(1, 0);
	assert_int_equal(apply(&w, 0), 0);
	journal_is(&w, "1 ");
	end(&w);
}

/* A setting that cannot be restored: the others are, and the change can still be undone. */
static void rolls_back_but_for_one(void **state)
{
	(void)state;
	for (int n = 1; n <= MOST; n++) {
		struct work w = begin(MOST, 0);

		assert_int_equal(apply(&w, 0), 0);
		n_writes[KNOB] = 0;
		fail_write(REFUSE, EIO, n, n);
		assert_int_equal(irqkit_plan_roll_back(w.plan, w.lock), -EIO);
		for (int i = 0; i < MOST; i++) {
			bool is_left = i == MOST - n; /* last first */

			knob_holds(&w, i, is_left ? NEW : OLD);
			assert_int_equal(was_written(&w, i), is_left);
			assert_int_equal(result(&w, i),
				is_left ? IRQKIT_FAILED : IRQKIT_ROLLED_BACK);
			assert_int_equal(error_of(&w, i), is_left ? EIO : 0);
		}
		assert_int_equal(count_written(&w), 1);
		journal_is(&w, "1 ");
		end(&w);
	}
}

static void rolls_back_nothing(void **state)
{
	struct work w = begin(2, 0);

	(void)state;
	assert_int_equal(irqkit_plan_roll_back(w.plan, w.lock), 0);
	assert_int_equal(n_writes[KNOB], 0);
	assert_int_equal(result(&w, 0), IRQKIT_PLANNED);
	journal_is(&w, "");
	end(&w);
}

/* It is in the plan, but is neither written nor restored. */
static void kept_step_stays(void **state)
{
	struct work w = begin(2, 0);
	const struct irqkit_step *step;

	(void)state;
	assert_int_equal(irqkit_plan_add_kept(w.plan,
				 irqkit_machine_get_irq(w.machine, 2), "stays: no gain"),
		0);
	step = irqkit_plan_get(w.plan, 2);
	assert_int_equal(result(&w, 2), IRQKIT_UNCHANGED);
	assert_int_equal(irqkit_step_get_irq(step), FIRST_IRQ + 2);
	assert_string_equal(irqkit_step_get_why(step), "stays: no gain");
	assert_string_equal(irqkit_step_get_target(step), "eth2");
	assert_string_equal(irqkit_step_get_old(step), OLD);
	assert_true(irqkit_cpuset_is_equal(
		irqkit_step_get_old_cpus(step), irqkit_step_get_new_cpus(step)));

	assert_int_equal(apply(&w, 0), 0);
	assert_int_equal(n_writes[KNOB], 2);
	assert_int_equal(result(&w, 2), IRQKIT_UNCHANGED);
	assert_false(was_written(&w, 2));
	assert_int_equal(irqkit_plan_roll_back(w.plan, w.lock), 0);
	assert_int_equal(n_writes[KNOB], 4);
	assert_int_equal(result(&w, 2), IRQKIT_UNCHANGED);
	knobs_hold(&w, OLD);
	end(&w);
}

/* ------------------------------------------------------------------------------- */
/* The lock                                                                        */

static void lock_is_held_by_one(void **state)
{
	struct work w = begin(0, 0);
	struct irqkit_lock *second = NULL;

	(void)state;
	assert_int_equal(irqkit_lock_new(w.ctx, 0, &second), -ETIMEDOUT);
	assert_int_equal(irqkit_lock_new(w.ctx, 50, &second), -ETIMEDOUT);
	assert_null(second);
	irqkit_lock_free(w.lock);
	w.lock = NULL;
	assert_int_equal(irqkit_lock_new(w.ctx, 0, &second), 0);
	irqkit_lock_free(second);
	end(&w);
}

/* ------------------------------------------------------------------------------- */
/* A mask in the form of the one that was there                                    */

static void mask_like(void **state)
{
	static const struct {
		const char *cpus, *like, *expected;
	} table[] = {
		{ "1", "f", "2" },
		{ "1", "0f", "02" },
		{ "0-3", "ff", "0f" },
		{ "7", "ff", "80" },
		{ "8", "ff", "100" }, /* wider than the one that was there */
		{ "0", "ffffffff", "00000001" },
		{ "31", "ffffffff", "80000000" },
		{ "32", "ffffffff", "1,00000000" },
		{ "0", "ff,ffffffff", "00,00000001" },
		{ "32", "ff,ffffffff", "01,00000000" },
		{ "39", "ff,ffffffff", "80,00000000" },
		{ "40", "ff,ffffffff", "100,00000000" },
		{ "0-39", "00,0000000f", "ff,ffffffff" },
		{ "0,32,64", "1,00000000,00000000", "1,00000001,00000001" },
		{ "64", "f,ffffffff,ffffffff", "1,00000000,00000000" },
		{ "127", "ffffffff,ffffffff,ffffffff,ffffffff",
			"80000000,00000000,00000000,00000000" },
		{ "", "ff", "00" },
		{ "", "ff,ffffffff", "00,00000000" },
		{ "3", "", "8" },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(table); i++) {
		struct irqkit_cpuset *set;
		char *text = NULL;

		assert_int_equal(irqkit_cpuset_parse_list(table[i].cpus,
					 strlen(table[i].cpus), &set, NULL),
			0);
		assert_int_equal(cpuset_format_mask_like(set, table[i].like, &text), 0);
		assert_string_equal(text, table[i].expected);
		free(text);
		irqkit_cpuset_free(set);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_is_fine),
		cmocka_unit_test(nth_write_fails),
		cmocka_unit_test(value_comes_late),
		cmocka_unit_test(optional_step_is_skipped),
		cmocka_unit_test(named_step_is_refused),
		cmocka_unit_test(reason_is_never_lost),
		cmocka_unit_test(offline_cpu_is_no_refusal),
		cmocka_unit_test(mask_is_lost_with_a_cpu),
		cmocka_unit_test(optional_step_fails_otherwise),
		cmocka_unit_test(skipped_step_tells_why),
		cmocka_unit_test(keeps_going),
		cmocka_unit_test(first_error_counts),
		cmocka_unit_test(full_step_goes_elsewhere),
		cmocka_unit_test(full_step_stays),
		cmocka_unit_test(full_step_has_no_other),
		cmocka_unit_test(next_best_cannot_be_noted),
		cmocka_unit_test(what_is_written_keeps_its_cpus),
		cmocka_unit_test(roll_back_fails),
		cmocka_unit_test(knob_goes_away),
		cmocka_unit_test(without_journal_nothing_is_written),
		cmocka_unit_test(journal_is_written_on),
		cmocka_unit_test(undo_that_fails),
		cmocka_unit_test(merges),
		cmocka_unit_test(merges_by_path),
		cmocka_unit_test(merging_fails),
		cmocka_unit_test(merged_is_not_synced),
		cmocka_unit_test(merges_what_is_there),
		cmocka_unit_test(rolls_back_later),
		cmocka_unit_test(rolls_back_but_for_one),
		cmocka_unit_test(rolls_back_nothing),
		cmocka_unit_test(kept_step_stays),
		cmocka_unit_test(lock_is_held_by_one),
		cmocka_unit_test(mask_like),
	};

	return cmocka_run_group_tests_name("plan", tests, fill_root, remove_top);
}
