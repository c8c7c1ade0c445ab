/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every subcommand of irqkit is made of. */
#ifndef CMD_H
#define CMD_H

#include <irqkit.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#define CLEANUP(fn) __attribute__((cleanup(fn)))

static inline void free_text(char **text)
{
	free(*text);
}
#define _cleanup_free_ CLEANUP(free_text)

static inline void free_cpuset(struct irqkit_cpuset **set)
{
	irqkit_cpuset_free(*set);
}
#define _cleanup_cpuset_ CLEANUP(free_cpuset)

static inline void free_topology(struct irqkit_topology **topology)
{
	irqkit_topology_free(*topology);
}
#define _cleanup_topology_ CLEANUP(free_topology)

static inline void free_devices(struct irqkit_devices **devices)
{
	irqkit_devices_free(*devices);
}
#define _cleanup_devices_ CLEANUP(free_devices)

/* Exit statuses: a promise to scripts, kept in irqkit(8). */
enum status {
	STATUS_DONE = 0,	/* done, or it was so already */
	STATUS_REFUSED = 1,	/* the machine said no */
	STATUS_MISUSE = 2,	/* misuse, nothing was done */
	STATUS_NO_MATCH = 3,	/* nothing matched */
	STATUS_IMMOVABLE = 4,	/* what was named cannot be moved, nothing was done */
	STATUS_DRIFT = 5,	/* `check` found drift */
};

/* ---- options.c ------------------------------------------------------------------- */

enum option_kind {
	OPTION_FLAG,  /* a bool */
	OPTION_COUNT, /* an int: how often it was given */
	OPTION_TEXT,  /* a const char *: its argument; the last one counts */
	OPTION_OPTIONAL_TEXT, /* the same; "" where it was given without one */
};

/* One option, and where in the command's own struct its value goes. */
struct option {
	const char *name;
	char letter; /* or 0 */
	enum option_kind kind;
	size_t offset;
	const char *arg; /* "LIST", for --help */
	const char *help;
};

enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/* What every subcommand takes. */
struct common {
	const char *root; /* NULL: the running machine */
	bool is_json;
	bool is_quiet;
	int verbosity;
	enum color color;
};

/*
 * A subcommand. To add one:
 * 1. write cmd/cmd_NAME.c, which ends in its `const struct command cmd_NAME`;
 * 2. add it to the table in main.c, which is sorted by name;
 * 3. write man/irqkit-NAME.8, a golden test in test/golden and a line in CHANGELOG.
 * The completions ask the program and need no change. `make check` fails without these.
 */
struct call;

struct command {
	const char *name;
	const char *args;	      /* "[TARGET...]" */
	const char *summary;	      /* one line, lower case, no full stop */
	const char *more;	      /* for --help, behind the options */
	const struct option *options; /* its own, ending with { 0 }; or NULL */
	size_t state_size;	      /* of the struct that they fill */
	enum status (*run)(const struct call *call);
};

struct call {
	const struct command *command;
	struct common common;
	void *state;	    /* the command's own options */
	const char **words; /* what is no option, ending with NULL */
	size_t n_words;
	char *line; /* owned; the command line, quoted for a shell */
};

/*
 * Reads a command line. True: run the command with it. False: *ret_status is how to exit
 * (--help, --version, a mistake that has been told).
 */
bool options_parse(const struct command *command, int argc, const char **argv,
	struct call *ret_call, enum status *ret_status);
void options_free(struct call *call);

/* ---- say.c: the only file that writes to stderr ---------------------------------- */

void say_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
enum status say_no_memory(void); /* STATUS_REFUSED */
void say_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Holds back what would only be said again and again. */
void say_silence(bool is_silent);
/* Holds back warnings and notes, which were said before. */
void say_only_errors(bool is_repeated);
/* An irqkit_log_fn; @data is the call's struct common. */
void say_logged(void *data, int priority, const char *message);

/* ---- machine.c: the machine a command works on ------------------------------------ */

/* Opens --root; says why not. */
/* Says so where no device can be found because /sys is not mounted. */
bool machine_say_no_sys(const struct irqkit_devices *devices);
enum status machine_open(const struct call *call, struct irqkit_ctx **ret_ctx);
/* Reads /proc/interrupts; says why not. */
enum status machine_read(struct irqkit_ctx *ctx, struct irqkit_snapshot **ret_snapshot);
/* A topology where those CPUs are online that the heading of @snapshot names. */
enum status machine_topology(struct irqkit_ctx *ctx,
	const struct irqkit_snapshot *snapshot, struct irqkit_topology **ret_topology);
/* What is known of its devices: nothing is read before it is asked for. */
enum status machine_devices(struct irqkit_ctx *ctx,
	const struct irqkit_snapshot *snapshot, struct irqkit_devices **ret_devices);
/*
 * Reads a SET from the word of an option; @local: what `local` means in it, or NULL.
 * Says why not.
 */
enum status machine_read_cpus(const char *option, const char *word,
	struct irqkit_topology *topology, const struct irqkit_cpuset *local,
	struct irqkit_cpuset **ret_set);
/* The same for a mask. */
enum status machine_read_mask(const char *option, const char *word,
	const struct irqkit_cpuset *online, struct irqkit_cpuset **ret_set);

/* ---- error_name.c ---------------------------------------------------------------- */

/* "EIO"; NULL: there is no such errno value. */
const char *error_name(int error);

/* ---- text.c: text that is safe where it goes --------------------------------------- */

/* Bytes that aren't printable UTF-8 as \xNN. NULL: no memory. */
char *text_escape(const char *text);
/* Bytes that aren't UTF-8 replaced by U+FFFD. NULL: no memory. */
char *text_repair(const char *text);

/* In place: characters that turn the direction of text become question marks. */
void text_straighten(char *text);
/* For a POSIX shell: as it is, or in single quotes. NULL: no memory. */
char *text_quote(const char *text);

/* ---- links.c ------------------------------------------------------------------------ */

enum status links_install(const char *dir, const struct command *const *commands);

#endif
