/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Members of JSON objects, for the state that `irqkit show --json` has written. */
#include "compare/state_reader.h"
#include "base/basics.h"
#include "base/on_demand.h"
#include "base/read_number.h"
#include "base/say.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define CALLS(X)                                                                         \
	X(json_array_get)                                                                \
	X(json_array_size)                                                               \
	X(json_delete)                                                                   \
	X(json_integer_value)                                                            \
	X(json_object_get)                                                               \
	X(json_string_value)
ON_DEMAND("libjansson.so.4", "reads JSON", CALLS)

bool saved_load_library(void)
{
	return load_library();
}

void saved_clear(struct reader *reader)
{
	if (reader->root)
		do_json_delete(reader->root); /* nobody else has it */
}

void saved_fail(struct reader *reader, const char *key, const char *what)
{
	_cleanup_free_ char *path = text_escape(reader->path);
	_cleanup_free_ char *subject = NULL;
	int r = 0;

	if (reader->has_failed)
		return;
	reader->has_failed = true;
	if (key && reader->array)
		r = asprintf(
			&subject, "\"%s\" of %s[%zu]", key, reader->array, reader->index);
	else if (key)
		r = asprintf(&subject, "\"%s\"", key);
	else if (reader->array)
		r = asprintf(&subject, "%s[%zu]", reader->array, reader->index);
	else
		subject = strdup("it");
	if (r < 0)
		subject = NULL;
	if (!path || !subject)
		say_no_memory();
	else if (strcmp(path, STDIN_NAME) == 0)
		say_error("cannot use standard input: %s %s", subject, what);
	else
		say_error("cannot use '%s': %s %s", path, subject, what);
}

void saved_fail_memory(struct reader *reader)
{
	if (!reader->has_failed)
		say_no_memory();
	reader->has_failed = true;
}

/* ------------------------------------------------------------------------------- */
/* Members of an object                                                            */

json_t *saved_find(json_t *object, const char *key)
{
	return do_json_object_get(object, key);
}

json_t *saved_need(struct reader *reader, json_t *object, const char *key)
{
	json_t *value = saved_find(object, key);

	if (!value)
		saved_fail(reader, key,
			"is missing: save the whole state with 'irqkit show --json'");
	return value;
}

char *saved_get_text(struct reader *reader, json_t *object, const char *key)
{
	json_t *value = saved_find(object, key);
	char *text;

	if (!value)
		return NULL;
	if (!json_is_string(value)) {
		saved_fail(reader, key, "is not a text");
		return NULL;
	}
	text = strdup(do_json_string_value(value));
	if (!text)
		saved_fail_memory(reader);
	return text;
}

char *saved_need_text(struct reader *reader, json_t *object, const char *key)
{
	return saved_need(reader, object, key) ? saved_get_text(reader, object, key)
					       : NULL;
}

bool saved_get_integer(
	struct reader *reader, json_t *object, const char *key, int64_t *ret_value)
{
	json_t *value = saved_find(object, key);

	if (!value)
		return false;
	if (!json_is_integer(value)) {
		saved_fail(reader, key, "is not an integer");
		return false;
	}
	*ret_value = do_json_integer_value(value);
	return true;
}

bool saved_get_number(
	struct reader *reader, json_t *object, const char *key, unsigned int *ret_value)
{
	int64_t value = 0;

	if (!saved_get_integer(reader, object, key, &value))
		return false;
	if (value < 0 || value > INT32_MAX) {
		saved_fail(reader, key, "is out of range");
		return false;
	}
	*ret_value = (unsigned int)value;
	return true;
}

struct irqkit_cpuset *saved_get_list(
	struct reader *reader, json_t *object, const char *key)
{
	_cleanup_free_ char *text = saved_get_text(reader, object, key);
	struct irqkit_cpuset *set = NULL;
	int r = text ? irqkit_cpuset_parse_list(text, strlen(text), &set, NULL) : 0;

	if (r == -ENOMEM)
		saved_fail_memory(reader);
	else if (r < 0)
		saved_fail(reader, key, "is not a CPU list");
	return set;
}

size_t saved_need_array(struct reader *reader, const char *key, json_t **ret_array)
{
	json_t *array = saved_need(reader, reader->root, key);

	if (array && !json_is_array(array))
		saved_fail(reader, key, "is not an array");
	if (reader->has_failed)
		return 0;
	*ret_array = array;
	return do_json_array_size(array);
}

json_t *saved_enter(struct reader *reader, const char *key, json_t *array, size_t index)
{
	json_t *object = do_json_array_get(array, index);

	reader->array = key;
	reader->index = index;
	if (!json_is_object(object)) {
		saved_fail(reader, NULL, "is not an object");
		return NULL;
	}
	return object;
}

char *saved_get_texts(
	struct reader *reader, json_t *object, const char *key, const char *separator)
{
	json_t *array = saved_find(object, key);
	char *text = NULL;

	if (!array)
		return NULL;
	if (!json_is_array(array)) {
		saved_fail(reader, key, "is not an array");
		return NULL;
	}
	for (size_t i = 0; i < do_json_array_size(array); i++) {
		const char *each = do_json_string_value(do_json_array_get(array, i));

		if (!each)
			saved_fail(reader, key, "is not an array of texts");
		else if (!text_join(&text, separator, each))
			saved_fail_memory(reader);
		if (reader->has_failed)
			break;
	}
	return text;
}
