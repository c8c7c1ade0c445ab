/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From the state of a machine to lines of a policy file, section by section:
 *
 *	machine --interrupts, RPS, XPS, threads of each device--> irqkit_saved
 *	        --defaults of the whole system-------------/
 */
#ifndef IRQKIT_SAVE_H
#define IRQKIT_SAVE_H

#include "base/buffer.h"
#include "machine/machine.h"

#include <irqkit.h>

struct irqkit_saved_line {
	char *text; /* owned */
	char *device; /* owned; whose settings these are, or NULL */
	enum irqkit_saved_kind kind;
	size_t n_settings;
};

struct irqkit_saved {
	struct irqkit_saved_line *lines; /* owned, and their texts */
	size_t n_lines, lines_room;
};

/* A name by which a row can be found: that of a handler, or of the row itself. */
struct save_name {
	const char *text; /* the snapshot's */
	size_t row;
};

/* One row of /proc/interrupts. */
struct save_row {
	struct irqkit_device *owner; /* or NULL */
	bool is_wanted; /* the TARGETs mean it, and no line has it yet */
};

/* What cannot be saved for one reason. */
struct save_left {
	const char *what; /* "interrupt", of which the plural ends with s */
	char *reason; /* owned */
	struct buffer names; /* the first of them; each once */
	char *last_name; /* owned */
	size_t n_names, n;
};

struct save {
	struct irqkit_machine *machine;
	struct irqkit_saved *saved;
	bool with_defaults; /* also what holds the kernel's default */
	bool has_targets;
	struct save_row *rows; /* owned; by index of the record */
	struct irqkit_queue **queues; /* owned array; by address; those of the TARGETs */
	size_t n_queues;
	struct save_name *names; /* owned; by text */
	size_t n_names;
	bool has_flows; /* some line sets the flows of a queue */
	/* of the section */
	char *heading; /* owned; written before the first line, then NULL */
	const char *device; /* its name, or NULL */
	bool with_off; /* also queues of it whose RPS or XPS is off */
	struct save_left *left; /* owned */
	size_t n_left, left_room;
};

/* ------- save_lines.c */

/* Begins a section. @device: whose settings follow, or NULL */
int save_begin_section(struct save *save, const char *heading, const char *device);
/* Ends it: writes what was left out. */
int save_end_section(struct save *save);

/* Adds a line and takes @text over; NULL: there was no memory for it. */
int save_add_line(
	struct save *save, enum irqkit_saved_kind kind, char *text, size_t n_settings);
/* Adds a line of a command that sets @n_settings, and clears the buffer. */
int save_add_command(struct save *save, struct buffer *line, size_t n_settings);

/*
 * Notes what cannot be saved, for the end of the section.
 *
 * @what: "interrupt", "RPS of queue"; static text
 */
int save_leave_out(struct save *save, const char *what, const char *name,
	const char *format, ...) __attribute__((format(printf, 4, 5)));

/*
 * Leaves out what has offline CPUs, because a SET cannot name them. 1: it did
 * so; 0: all CPUs are online.
 */
int save_leave_out_offline(struct save *save, const char *what, const char *name,
	const struct irqkit_cpuset *cpus);

/* Adds a word, quoted for a shell and for popt's poptParseArgvString(). */
void save_add_quoted(struct buffer *line, const char *word);
/* False: no line can hold this word, because it contains a newline. */
bool save_can_hold(const char *word);
/* Adds @name with a backslash before each character that has a meaning in a pattern. */
void save_add_escaped(struct buffer *word, const char *name);
/*
 * Adds the words "COMMAND DEVICE OPTIONS", so that the name of the interface is neither an
 * option nor a pattern.
 */
int save_add_interface_words(
	struct buffer *line, const char *command, const char *name, const char *options);

/* ------- save_targets.c */

/* Marks the rows and queues that the TARGETs mean; without TARGETs, all of them. */
int save_read_targets(struct save *save, const char *const *words, size_t n_words,
	char **reterr_message);
/* Do the TARGETs mean this queue? */
bool save_wants_queue(const struct save *save, const struct irqkit_queue *queue);

/* ------- save_names.c */

int save_read_names(struct save *save);
/* The first name that is @text; *@ret_count: how many rows have it. */
const struct save_name *save_find_name(
	const struct save *save, const char *text, size_t *ret_count);
/* Sets *@ret_is if the bare word can mean nothing but the handlers of this name. */
int save_is_plain_name(struct save *save, const char *name, bool *ret_is);

/* ------- the sections; @device: NULL means rows without a device */

int save_channels(struct save *save, struct irqkit_device *device);
int save_interrupts(struct save *save, struct irqkit_device *device);
/* Chooses whether the next two also have what is off. */
int save_choose_off(struct save *save, struct irqkit_device *device);
int save_rps(struct save *save, struct irqkit_device *device);
int save_xps(struct save *save, struct irqkit_device *device);
int save_threads(struct save *save, struct irqkit_device *device);
int save_system(struct save *save);

#endif
