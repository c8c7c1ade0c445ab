/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Members of JSON objects, for the state that `irqkit show --json` has written. */
#ifndef CMD_STATE_READER_H
#define CMD_STATE_READER_H

#include "compare/state.h"

#include <jansson.h>

/* A document that is read. The first mistake ends everything. */
struct reader {
	const char *path;
	json_t *root; /* owned */
	struct state *state;
	const char *array; /* where it is read now: "interrupts"; NULL: in the document */
	size_t index; /* in the array */
	bool has_failed; /* which has been reported */
};

#define STDIN_NAME "-"

/* Before any other call. False: there is no library that reads JSON, which has been reported. */
bool saved_load_library(void);
void saved_clear(struct reader *reader);

/*
 * Reports a mistake: '"total" of interrupts[3] is out of range'. @key: NULL means the
 * object itself; "it" is the document.
 */
void saved_fail(struct reader *reader, const char *key, const char *what);
void saved_fail_memory(struct reader *reader);

/*
 * Members of an object. One that is missing is NULL or false; saved_need...() reports that as
 * a mistake, and all of them report a value that cannot be.
 */
json_t *saved_find(json_t *object, const char *key);
json_t *saved_need(struct reader *reader, json_t *object, const char *key);
/* A copy of a text. */
char *saved_get_text(struct reader *reader, json_t *object, const char *key);
char *saved_need_text(struct reader *reader, json_t *object, const char *key);
/* A whole number that is not negative; the second one fits an int. */
bool saved_get_integer(
	struct reader *reader, json_t *object, const char *key, int64_t *ret_value);
bool saved_get_number(
	struct reader *reader, json_t *object, const char *key, unsigned int *ret_value);
/* A CPU list. */
struct irqkit_cpuset *saved_get_list(
	struct reader *reader, json_t *object, const char *key);
/* An array of texts as one text. */
char *saved_get_texts(
	struct reader *reader, json_t *object, const char *key, const char *separator);

/* An array; its objects are read one by one. 0: it is missing, or no array. */
size_t saved_need_array(struct reader *reader, const char *key, json_t **ret_array);
/* The object at @index of an array; mistakes in it are reported with its place. */
json_t *saved_enter(struct reader *reader, const char *key, json_t *array, size_t index);

#endif
