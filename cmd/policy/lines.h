/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lines of policy files, parsed as command lines are. */
#ifndef CMD_LINES_H
#define CMD_LINES_H

#include "base/command.h"

#include <irqkit.h>

struct lines {
	struct irqkit_policies *policy; /* owned */
	struct call *calls; /* owned, and each; one for each line */
	size_t n;
	char *commands; /* owned; of lines_read_commands(), NULL: the lines are of files */
	bool *has_mistake; /* owned; by line: are its words wrong? */
	bool has_reported; /* missing TARGETs, which are reported once */
	bool is_silent; /* nothing is reported, since it was before */
	bool has_rest; /* after a barrier, all is planned again: they are reported then */
};

/*
 * Reads the files that the words of @call name, or those of the system, and parses every
 * line. Reports every mistake. If there is one, the other lines are planned too, and their
 * mistakes are reported, so that one run finds all.
 */
enum status lines_read(
	struct lines *lines, const struct call *call, struct irqkit_ctx *ctx);
/*
 * The same with commands that no file has, one a line. Messages name the command, not its
 * place in @text. @name: what stands for a file in what is kept
 */
enum status lines_read_commands(
	struct lines *lines, const struct call *call, const char *name, const char *text);
void lines_free(struct lines *lines);

/* Did no word of @call name a file, and have the files of the system no line? */
bool lines_are_absent(const struct lines *lines, const struct call *call);
void lines_warn_if_absent(const struct lines *lines, const struct call *call);

/* Do the words of @call name standard input or a pipe? */
bool lines_are_read_once(const struct call *call);

/* The next messages are about this line. Sorted messages come in the order of the lines. */
void lines_set_place(const char *place, size_t index);
/* The rank of a mistake, whose text begins with "FILE:LINE: ". */
size_t lines_rank_mistake(const struct lines *lines, const char *mistake);

/* "FILE:LINE" of a line, or "'irqkit COMMAND'" if there is no file; the caller frees it. NULL: no memory. */
char *lines_format_place(const struct lines *lines, size_t index);

/*
 * Makes the plan, and reports what is wrong with each line, and the TARGETs that are
 * missing. @add_remark: gets the remarks of the requests, or NULL
 */
enum status lines_plan(struct lines *lines, struct irqkit_machine *machine,
	struct irqkit_plan *plan, unsigned int flags,
	void (*add_remark)(void *data, char *remark), void *data);

/* How many TARGETs are missing in lines that need them. */
size_t lines_count_missing(const struct lines *lines);

/* Adds the key "missing" to a document. */
struct document;
void lines_add_missing(const struct lines *lines, struct document *document);

#endif
