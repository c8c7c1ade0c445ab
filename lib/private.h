/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the library share, and nobody outside sees. */
#ifndef IRQKIT_PRIVATE_H
#define IRQKIT_PRIVATE_H

#include <dirent.h>
#include <errno.h>
#include <irqkit.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#define EXPORT __attribute__((visibility("default")))
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* What a function owns ends with its scope; TAKE() hands it over. */
#define CLEANUP(fn) __attribute__((cleanup(fn)))
#define TAKE(pointer)                                                                    \
	({                                                                               \
		__typeof__(pointer) taken_ = (pointer);                                  \
		(pointer) = NULL;                                                        \
		taken_;                                                                  \
	})

static inline void free_memory(void *pointer)
{
	free(*(void **)pointer);
}
#define _cleanup_free_ CLEANUP(free_memory)

static inline void free_cpuset(struct irqkit_cpuset **set)
{
	irqkit_cpuset_free(*set);
}
#define _cleanup_cpuset_ CLEANUP(free_cpuset)

/* ctx.c */
struct irqkit_ctx {
	char *root;
	int root_fd;
	bool is_live; /* the root is "/" */
	bool resolves_in_root; /* openat2() works here; cleared when it turns out not to */
	irqkit_log_fn *log;
	void *log_data;
	int error; /* negative: the first failure to read; 0: none */
	bool is_silent; /* who reads tells of a failure */
};

void ctx_log(struct irqkit_ctx *ctx, int priority, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Some errors say what is there: nothing, nothing of that kind, nothing for this user.
 * All others are failures: what could not be read may well be there.
 */
bool is_failure(int r);

/* Keeps a failure to read @path, which has no leading slash. Returns @r, whatever it is. */
int ctx_note(struct irqkit_ctx *ctx, const char *path, int r);
/* The same of something that is no file. */
int ctx_note_thing(struct irqkit_ctx *ctx, const char *thing, int r);
/* The same without a word: what failed has said so, or memory ran out. */
int ctx_keep(struct irqkit_ctx *ctx, int r);

/* A system call again, for as long as a signal interrupts it. */
#define RETRY(call)                                                                      \
	({                                                                               \
		__typeof__(call) result_;                                                \
		do                                                                       \
			result_ = (call);                                                \
		while (result_ == -1 && errno == EINTR);                                 \
		result_;                                                                 \
	})

/* The next entry of a folder; NULL: the end, or *ret_error says why not. */
struct dirent *next_entry(DIR *dir, int *ret_error);

/* root.c: the only file that opens what lies below the root */

/* As open(); of @path, which has no leading slash, nothing leads out. */
int root_open(struct irqkit_ctx *ctx, const char *path, int flags);

/* knob.c: files of /proc and /sys, read, written and listed */

/* The whole file; @ret_text has a NUL after @ret_len bytes. */
int knob_read(struct irqkit_ctx *ctx, const char *path, char **ret_text, size_t *ret_len);

/* A file of one line, without its newline. */
int knob_read_line(
	struct irqkit_ctx *ctx, const char *path, char **ret_text, size_t *ret_len);

/* A file that holds a number. -EBADMSG: it doesn't. */
int knob_read_u64(struct irqkit_ctx *ctx, const char *path, uint64_t *ret_number);

/* A file that holds a set of CPUs in list notation, or as a mask. */
int knob_read_cpulist(
	struct irqkit_ctx *ctx, const char *path, struct irqkit_cpuset **ret_set);
int knob_read_cpumask(
	struct irqkit_ctx *ctx, const char *path, struct irqkit_cpuset **ret_set);

/*
 * Writes @text and a newline by one write(2): the kernel takes each as a whole value.
 * -EPROTO where it was not taken whole: the knob may hold anything then. @ret_is_refused: the
 * error is the answer to the value; else it could not be given.
 */
int knob_write(struct irqkit_ctx *ctx, const char *path, const char *text,
	bool *ret_is_refused);


int knob_read_mode(struct irqkit_ctx *ctx, const char *path, mode_t *ret_mode);

/*
 * Hands a file to @feed piece by piece, as read(2) gives it, until it ends or @feed
 * returns something negative, which is then returned.
 */
int knob_stream(struct irqkit_ctx *ctx, const char *path,
	int (*feed)(void *data, const char *bytes, size_t len), void *data);

/* The names in a folder that are numbers, ascending. */
int knob_list_numbers(struct irqkit_ctx *ctx, const char *path, unsigned int **ret_numbers,
	size_t *ret_count);

/* What a link holds, unresolved. -EINVAL: it is none. */
int knob_readlink(struct irqkit_ctx *ctx, const char *path, char **ret_target);

/*
 * The names in a folder that begin with @prefix, numbers in them in their order. One
 * block: the end of the array is NULL, and the texts lie behind it.
 */
int knob_list_names(struct irqkit_ctx *ctx, const char *path, const char *prefix,
	char ***ret_names, size_t *ret_count);

/* cpuset.c: a mask in as many digits and groups as @like has, where they are enough. */
int cpuset_format_mask_like(
	const struct irqkit_cpuset *set, const char *like, char **ret_text);

/* number.c: digits by hand, nothing but digits. -EINVAL, -ERANGE. */
int parse_u64(const char *text, size_t len, uint64_t *ret_number);
int parse_u32(const char *text, size_t len, uint32_t *ret_number);

/* A number that ends in the last of eight places, with blanks before it; or false. */
bool parse_eight_places(const char *text, uint64_t *ret_number);

/* buffer.c: a text that grows. */
struct buffer {
	char *text; /* owned, until it is taken */
	size_t len;
	size_t room;
	bool has_failed;
};
void buffer_add_char(struct buffer *buffer, char c);
void buffer_add(struct buffer *buffer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* -ENOMEM: something could not be added. */
int buffer_take(struct buffer *buffer, char **ret_text);

/* topology.c */
struct irqkit_topology;

/*
 * One of the files below /sys/devices/system/cpu: online, present or possible. -ENOENT:
 * there is no such file. -EBADMSG: it holds something else.
 */
int topology_read_cpus(
	struct irqkit_ctx *ctx, enum irqkit_cpus which, struct irqkit_cpuset **ret_set);

struct irqkit_ctx *topology_get_ctx(struct irqkit_topology *topology);

/* Negative where something could not be read: then "not told" may be wrong. */
int topology_get_error(const struct irqkit_topology *topology);

/* arena.c: memory that is freed all at once. */
struct arena {
	struct arena_block *blocks; /* owned */
};
void *arena_alloc(struct arena *arena, size_t size);
char *arena_text(struct arena *arena, const char *text, size_t len);
void arena_free(struct arena *arena);

/* description.c: what follows the counts in a row. */
struct description {
	const char *chip; /* NULL: none */
	size_t chip_len;
	const char *trigger; /* NULL: none */
	size_t trigger_len;
	const char *actions; /* "a, b" */
	size_t actions_len;
	int64_t hwirq;
	bool has_hwirq;
	bool is_ambiguous; /* the text can be read in another way */
};
void description_parse(const char *text, size_t len, struct description *ret);
/*
 * What stands in `CPU timer[20/100/900] x[1/2/3]` as other kernels write it, `CPU  timer, x`:
 * returns its length. @to has room for len + 1.
 */
size_t description_drop_cycles(const char *text, size_t len, char *to);

/* interrupts.c */
struct irqkit_interrupt {
	const char *label; /* strings and arrays: in the snapshot's arena */
	int irq;
	enum irqkit_counts counts;
	uint64_t total;
	size_t n_served;
	uint64_t *served_count;
	uint32_t *served_cpu;
	const char *chip;
	const char *trigger;
	const char *description;
	const char **actions;
	size_t n_actions;
	int64_t hwirq;
	bool has_hwirq;
	bool is_ambiguous;
};

struct irqkit_snapshot {
	struct arena arena;
	struct irqkit_cpuset *cpus; /* owned; the members of column[] */
	struct irqkit_interrupt *rows; /* owned */
	size_t n_rows;
	size_t rows_room;
};

/*
 * A snapshot that is being read: bytes go in by pieces of any length. The first error
 * stays, with its line and reason.
 */
struct reader {
	struct irqkit_snapshot *snapshot; /* owned */
	const struct irqkit_cpuset *columns; /* for a text without heading, or NULL */
	uint32_t *column; /* owned; the CPU of each column */
	size_t n_columns;
	uint64_t *count; /* owned; a row's counts before they are kept: n_columns */
	uint32_t *cpu; /* owned; their CPUs */
	char *rest; /* owned; the beginning of a line whose end is still to come */
	size_t rest_len;
	size_t rest_room;
	size_t line;
	int error;
	const char *reason;
	/* A row was wider than the heading, as when a CPU came while it was written. */
	bool saw_wide_row;
	bool lacks_heading;
	bool has_cycles; /* behind each action: description_drop_cycles() */
};
int reader_init(struct reader *reader, const struct irqkit_cpuset *columns);
int reader_feed(void *reader, const char *bytes, size_t len);
int reader_finish(struct reader *reader);
void reader_tell(
	const struct reader *reader, size_t *reterr_line, const char **reterr_reason);
void reader_free(struct reader *reader);

int snapshot_new(struct irqkit_snapshot **ret_snapshot);
int snapshot_add_row(
	struct irqkit_snapshot *snapshot, struct irqkit_interrupt **ret_interrupt);
/* @separator stands between two names: ", " in /proc/interrupts, "," in /sys/kernel/irq */
int snapshot_set_actions(struct irqkit_snapshot *snapshot,
	struct irqkit_interrupt *interrupt, const char *text, size_t len,
	const char *separator);

/* state.c: the files of /run/irqkit */
struct irqkit_lock {
	int dir_fd; /* /run/irqkit */
	int lock_fd;
};
/* Opens the folder, and makes it where @make. -ENOENT: it isn't there. */
int state_open(struct irqkit_ctx *ctx, bool make);
/*
 * A file has its name when it is complete. Where another has this name, that is replaced if
 * @replaces; else -EEXIST.
 */
int state_write(
	int dir_fd, const char *name, const char *text, size_t len, bool replaces);
/* -ENOENT: there is no such file. */
int state_find(int dir_fd, const char *name);
int state_rename(int dir_fd, const char *from, const char *to);
/* Brings the names of the files to the disk. */
int state_sync(int dir_fd);
/* The whole file, with a NUL behind it. -EBADMSG: it is no such file. */
int state_read(int dir_fd, const char *name, char **ret_text);
/* Calls @each with every name in the folder, until it returns something negative. */
int state_list(int dir_fd, int (*each)(void *data, const char *name), void *data);

/* knob_kind.c: which knobs a plan may write, and what they hold */
#define DEFAULT_AFFINITY_PATH "/proc/irq/default_smp_affinity"
#define SOCK_FLOW_ENTRIES_PATH "/proc/sys/net/core/rps_sock_flow_entries"

/* What a knob holds, or is to hold. */
struct value {
	char *text; /* owned, or NULL: nothing */
	struct irqkit_cpuset *cpus; /* owned; of a number NULL. Of xps_rxqs: rx queues */
	uint64_t number;
};
void value_clear(struct value *value);
/* -EBADMSG: no such value. */
int value_parse(enum irqkit_knob knob, const char *text, struct value *ret_value);
/* A mask gets as many digits as @like. */
int value_set_cpus(enum irqkit_knob knob, const struct irqkit_cpuset *cpus,
	const char *like, struct value *ret_value);
int value_set_number(uint64_t number, struct value *ret_value);
bool value_is_equal(
	enum irqkit_knob knob, const struct value *a, const struct value *b);
/*
 * Is @now what the kernel makes of @given by right? 1: yes, 0: no. It leaves out CPUs of
 * rps_cpus, xps_cpus and threads that are offline, and numbers of flows become powers of
 * two.
 */
int value_is_kept(struct irqkit_ctx *ctx, enum irqkit_knob knob,
	const struct value *given, const struct value *now);
uint64_t round_up_to_power(uint64_t number);

/* False: no knob that is ever written. @ret_number: the interrupt, or the process. */
bool knob_parse_path(const char *path, enum irqkit_knob *ret_knob, uint32_t *ret_number);
/* Of the interface of a queue's knob; "" where it isn't told. */
int knob_read_ifindex(struct irqkit_ctx *ctx, const char *path, char **ret_text);

/* thread_knob.c. -ENOENT: there is no such process. */
int thread_read_cpus(struct irqkit_ctx *ctx, unsigned int pid, char **ret_list);
/* Its name, and when it began; "" where a saved root doesn't tell. */
int thread_read_identity(
	struct irqkit_ctx *ctx, unsigned int pid, char **ret_name, char **ret_start);
/* 1: it is, 0: it has ended, or its number is another's. */
int thread_is_same(
	struct irqkit_ctx *ctx, unsigned int pid, const char *name, const char *start);
int thread_write_cpus(unsigned int pid, const struct irqkit_cpuset *cpus);

/* plan.c */
struct irqkit_step {
	enum irqkit_knob knob;
	char *path;   /* owned; with its leading slash */
	int irq;      /* -1: none */
	unsigned int pid; /* of a thread */
	char *target; /* owned */
	/* What the number or name belonged to: chip, ifindex, start of a process. */
	char *identity; /* owned, or NULL */
	char *why;    /* owned */
	struct value old_value;
	struct value new_value;
	/* owned, or NULL: the CPUs that serve an interrupt, or that the kernel kept */
	struct irqkit_cpuset *effective;
	enum irqkit_result result;
	int error; /* positive */
	bool is_optional;
	bool is_written;
};

struct irqkit_plan {
	struct irqkit_ctx *ctx;
	struct irqkit_step *steps; /* owned */
	size_t n_steps;
	size_t steps_room;
	unsigned int undoes; /* the change that this plan undoes, or 0 */
	unsigned int journal_number; /* of the change that applying it made, or 0 */
	irqkit_full_fn *full_fn; /* NULL: none */
	void *full_data;
};

/* A new step with result planned; what it owns is still NULL. */
int plan_add_step(struct irqkit_plan *plan, struct irqkit_step **ret_step);
/* Drops the last step. */
void plan_drop_step(struct irqkit_plan *plan);
/* A new step for a knob that there is once in a machine. */
int plan_add_machine_step(struct irqkit_plan *plan, enum irqkit_knob knob,
	const char *path, const char *target, const char *why,
	struct irqkit_step **ret_step);
/* Reads what the knob holds now. */
int step_read_old(struct irqkit_ctx *ctx, struct irqkit_step *step);
/* The old value is read, the new one set; unchanged where it is so already. */
int step_set_cpus(struct irqkit_ctx *ctx, struct irqkit_step *step,
	const struct irqkit_cpuset *cpus);
int step_set_number(struct irqkit_ctx *ctx, struct irqkit_step *step, uint64_t number);
/* Reads where the interrupt is served: in force, or pending. */
void step_read_effective(struct irqkit_ctx *ctx, struct irqkit_step *step);
int step_set_why(struct irqkit_step *step, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* The names of an interrupt's handlers, "a, b"; NULL: no memory. */
char *interrupt_join_actions(const struct irqkit_interrupt *interrupt);

#endif
