/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * CPU lists and masks. Whatever the text: a reader takes it or says where it is wrong,
 * inside the text; what was taken comes back the same from either notation.
 */
#include <errno.h>
#include <irqkit.h>
#include <string.h>

#include "fuzz.h"

typedef int parse_fn(const char *, size_t, struct irqkit_cpuset **, size_t *);
typedef int format_fn(const struct irqkit_cpuset *, char **);

/* Written and read again, it is the same set, and is written the same again. */
static void round_trip(
	const struct irqkit_cpuset *set, format_fn *format, parse_fn *parse)
{
	struct irqkit_cpuset *again = NULL;
	char *text = NULL, *text_again = NULL;

	HOLDS(format(set, &text) >= 0);
	HOLDS(parse(text, strlen(text), &again, NULL) >= 0);
	HOLDS(irqkit_cpuset_is_equal(set, again));
	HOLDS(format(again, &text_again) >= 0);
	HOLDS(strcmp(text, text_again) == 0);
	irqkit_cpuset_free(again);
	free(text);
	free(text_again);
}

static void check(const char *text, size_t len, parse_fn *parse)
{
	struct irqkit_cpuset *set = NULL;
	size_t at = SIZE_MAX;
	int r = parse(text, len, &set, &at);

	if (r < 0) {
		HOLDS(r == -EINVAL || r == -ERANGE);
		HOLDS(!set);
		HOLDS(at <= len);
		return;
	}
	HOLDS(at == SIZE_MAX);

	unsigned int count = 0;
	int last = -1;
	irqkit_cpuset_foreach (cpu, set) {
		HOLDS((int)cpu > last);
		HOLDS(irqkit_cpuset_has(set, cpu));
		last = (int)cpu;
		count++;
	}
	HOLDS(irqkit_cpuset_next(set, last) == -1);
	HOLDS(count == irqkit_cpuset_count(set));
	HOLDS((count == 0) == irqkit_cpuset_is_empty(set));
	round_trip(set, irqkit_cpuset_format_list, irqkit_cpuset_parse_list);
	round_trip(set, irqkit_cpuset_format_mask, irqkit_cpuset_parse_mask);
	irqkit_cpuset_free(set);
}

/* Sets of two texts, divided at a newline, obey the rules of sets. */
static void check_pair(const char *text, size_t len)
{
	const char *newline = memchr(text, '\n', len);
	struct irqkit_cpuset *a = NULL, *b = NULL, *both = NULL, *only = NULL;

	if (!newline)
		return;
	size_t first = (size_t)(newline - text);
	if (irqkit_cpuset_parse_list(text, first, &a, NULL) >= 0 &&
		irqkit_cpuset_parse_list(newline + 1, len - first - 1, &b, NULL) >= 0) {
		HOLDS(irqkit_cpuset_copy(a, &both) >= 0);
		HOLDS(irqkit_cpuset_copy(a, &only) >= 0);
		HOLDS(irqkit_cpuset_add_set(both, b) >= 0);
		HOLDS(irqkit_cpuset_is_subset(a, both) &&
			irqkit_cpuset_is_subset(b, both));
		irqkit_cpuset_remove_set(only, b);
		HOLDS(!irqkit_cpuset_has_common(only, b));
		HOLDS(irqkit_cpuset_count(only) + irqkit_cpuset_count(b) ==
			irqkit_cpuset_count(both));
		irqkit_cpuset_keep_set(both, a);
		HOLDS(irqkit_cpuset_is_equal(both, a));
	}
	irqkit_cpuset_free(a);
	irqkit_cpuset_free(b);
	irqkit_cpuset_free(both);
	irqkit_cpuset_free(only);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *text = (const char *)data;

	check(text, len, irqkit_cpuset_parse_list);
	check(text, len, irqkit_cpuset_parse_mask);
	check_pair(text, len);
	return 0;
}
