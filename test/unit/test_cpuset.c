/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets of CPUs: what is read, what is refused and where, what is written. */
#include "sets.h"

#include <errno.h>
#include <irqkit.h>
#include <stdlib.h>
#include <string.h>

struct good {
	const char *text;
	const char *list;
	const char *mask;
};

struct bad {
	const char *text;
	int error;
	size_t at;
};

typedef int parse_fn(const char *, size_t, struct irqkit_cpuset **, size_t *);

static void reads(parse_fn *parse, const struct good *good, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct irqkit_cpuset *set = NULL;
		char *list = NULL, *mask = NULL;

		if (parse(good[i].text, strlen(good[i].text), &set, NULL) < 0)
			fail_msg("'%s' is refused", good[i].text);
		assert_int_equal(irqkit_cpuset_format_list(set, &list), 0);
		assert_int_equal(irqkit_cpuset_format_mask(set, &mask), 0);
		assert_string_equal(list, good[i].list);
		assert_string_equal(mask, good[i].mask);
		irqkit_cpuset_free(set);
		free(list);
		free(mask);
	}
}

static void refuses(parse_fn *parse, const struct bad *bad, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct irqkit_cpuset *untouched = (void *)1, *set = untouched;
		size_t at = 12345;
		int r = parse(bad[i].text, strlen(bad[i].text), &set, &at);

		if (r != bad[i].error || at != bad[i].at)
			fail_msg("'%s': %d at %zu, not %d at %zu", bad[i].text, r, at,
				bad[i].error, bad[i].at);
		assert_ptr_equal(set, untouched);
		assert_int_equal(parse(bad[i].text, strlen(bad[i].text), &set, NULL), r);
	}
}

static void lists_are_read(void **state)
{
	static const struct good good[] = {
		{ "", "", "0" },
		{ "0", "0", "1" },
		{ "0-3,8", "0-3,8", "10f" },
		{ "8,0-3", "0-3,8", "10f" },
		{ "3,3,3", "3", "8" },
		{ "7-7", "7", "80" },
		{ "0-6:2", "0,2,4,6", "55" },
		{ "1-3:5", "1", "2" },
		{ "0-31:2", "0,2,4,6,8,10,12,14,16,18,20,22,24,26,28,30", "55555555" },
		{ "31-32", "31-32", "1,80000000" },
		{ "63-64", "63-64", "1,80000000,00000000" },
		{ "0000000002", "2", "4" },
		{ "0,1,2,5,6,7", "0-2,5-7", "e7" },
	};

	(void)state;
	reads(irqkit_cpuset_parse_list, good, sizeof(good) / sizeof(*good));
}

static void lists_are_refused(void **state)
{
	static const struct bad bad[] = {
		{ ",", -EINVAL, 0 },
		{ "1,", -EINVAL, 2 },
		{ ",1", -EINVAL, 0 },
		{ "1,,2", -EINVAL, 2 },
		{ "3-1", -EINVAL, 2 },
		{ "1-", -EINVAL, 2 },
		{ "1-3:0", -EINVAL, 4 },
		{ "1-3:", -EINVAL, 4 },
		{ "1:2", -EINVAL, 1 },
		{ " 1", -EINVAL, 0 },
		{ "1 ", -EINVAL, 1 },
		{ "1\n", -EINVAL, 1 },
		{ "-1", -EINVAL, 0 },
		{ "+1", -EINVAL, 0 },
		{ "0x1", -EINVAL, 1 },
		{ "1-2-3", -EINVAL, 3 },
		{ "all", -EINVAL, 0 },
		{ "0-3,abc", -EINVAL, 4 },
		{ "4294967296", -ERANGE, 0 },
		{ "0,18446744073709551617", -ERANGE, 2 },
		{ "0,1048576", -ERANGE, 2 },
		{ "1-99999999999999999999999", -ERANGE, 2 },
	};

	(void)state;
	refuses(irqkit_cpuset_parse_list, bad, sizeof(bad) / sizeof(*bad));
}

static void masks_are_read(void **state)
{
	static const struct good good[] = {
		{ "0", "", "0" },
		{ "1", "0", "1" },
		{ "0f", "0-3", "f" },
		{ "FF", "0-7", "ff" },
		{ "0xff", "0-7", "ff" },
		{ "0XfF", "0-7", "ff" },
		{ "ff,00000000", "32-39", "ff,00000000" },
		{ "ffffffff,00000000", "32-63", "ffffffff,00000000" },
		{ "0,3", "0-1", "3" },
		{ "00000000,00000003", "0-1", "3" },
		{ "1,0,0", "64", "1,00000000,00000000" },
		{ "10000000000000000", "64", "1,00000000,00000000" },
		{ "0x100000000", "32", "1,00000000" },
	};

	(void)state;
	reads(irqkit_cpuset_parse_mask, good, sizeof(good) / sizeof(*good));
}

static void masks_are_refused(void **state)
{
	static const struct bad bad[] = {
		{ "", -EINVAL, 0 },
		{ ",", -EINVAL, 0 },
		{ "1,", -EINVAL, 2 },
		{ ",1", -EINVAL, 0 },
		{ "1,,1", -EINVAL, 2 },
		{ "g", -EINVAL, 0 },
		{ "3;", -EINVAL, 1 },
		{ " 3", -EINVAL, 0 },
		{ "3\n", -EINVAL, 1 },
		{ "0x", -EINVAL, 2 },
		{ "1,0x1", -EINVAL, 3 },
		{ "-1", -EINVAL, 0 },
		{ "000000003,0", -EINVAL, 8 },
		{ "0,100000000", -EINVAL, 10 },
		{ "00000001,0000000g,00000001", -EINVAL, 16 },
		{ "00000001,00000000;00000001", -EINVAL, 17 },
		{ "00000000,000000000,0000001", -EINVAL, 17 },
	};

	(void)state;
	refuses(irqkit_cpuset_parse_mask, bad, sizeof(bad) / sizeof(*bad));
}

static void highest_cpu(void **state)
{
	struct irqkit_cpuset *set = NULL;
	unsigned int n_visited = 0;

	(void)state;
	assert_int_equal(irqkit_cpuset_new(&set), 0);
	assert_int_equal(irqkit_cpuset_add(set, IRQKIT_CPU_MAX), 0);
	assert_int_equal(irqkit_cpuset_add(set, IRQKIT_CPU_MAX + 1), -ERANGE);
	assert_int_equal(irqkit_cpuset_count(set), 1);
	assert_int_equal(irqkit_cpuset_next(set, -1), IRQKIT_CPU_MAX);
	assert_int_equal(irqkit_cpuset_next(set, IRQKIT_CPU_MAX), -1);
	irqkit_cpuset_foreach (cpu, set) {
		unsigned int *number = &cpu; /* no other type compiles */

		assert_int_equal(*number, IRQKIT_CPU_MAX);
		n_visited++;
	}
	assert_int_equal(n_visited, 1);
	assert_false(irqkit_cpuset_has(set, UINT32_MAX));
	irqkit_cpuset_remove(set, UINT32_MAX);
	irqkit_cpuset_remove(set, IRQKIT_CPU_MAX);
	assert_true(irqkit_cpuset_is_empty(set));
	irqkit_cpuset_free(set);
	irqkit_cpuset_free(NULL);
}

/* Sets of different lengths, either way round. */
static void sets_combine(void **state)
{
	static const struct {
		const char *a, *b, *both, *without, *common;
		bool is_subset;
	} cases[] = {
		{ "0-3", "2-5", "0-5", "0-1", "2-3", false },
		{ "0-3", "200", "0-3,200", "0-3", "", false },
		{ "200", "0-3", "0-3,200", "200", "", false },
		{ "1", "0-300", "0-300", "", "1", true },
		{ "0-300", "1", "0-300", "0,2-300", "1", false },
		{ "", "5", "5", "", "", true },
		{ "", "", "", "", "", true },
		{ "7", "", "7", "7", "", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct irqkit_cpuset *a = set_of(cases[i].a), *b = set_of(cases[i].b);
		struct irqkit_cpuset *both = set_of(cases[i].both);
		struct irqkit_cpuset *without = set_of(cases[i].without);
		struct irqkit_cpuset *common = set_of(cases[i].common), *set = NULL;

		assert_int_equal(irqkit_cpuset_copy(a, &set), 0);
		assert_int_equal(irqkit_cpuset_add_set(set, b), 0);
		assert_true(irqkit_cpuset_is_equal(set, both));
		irqkit_cpuset_remove_set(set, b);
		assert_true(irqkit_cpuset_is_equal(set, without));
		assert_true(irqkit_cpuset_is_equal(without, set));
		irqkit_cpuset_free(set);
		assert_int_equal(irqkit_cpuset_copy(a, &set), 0);
		irqkit_cpuset_keep_set(set, b);
		assert_true(irqkit_cpuset_is_equal(set, common));
		assert_int_equal(
			irqkit_cpuset_has_common(a, b), *cases[i].common != '\0');
		assert_int_equal(irqkit_cpuset_is_subset(a, b), cases[i].is_subset);
		irqkit_cpuset_free(set);
		irqkit_cpuset_free(a);
		irqkit_cpuset_free(b);
		irqkit_cpuset_free(both);
		irqkit_cpuset_free(without);
		irqkit_cpuset_free(common);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_are_read),
		cmocka_unit_test(lists_are_refused),
		cmocka_unit_test(masks_are_read),
		cmocka_unit_test(masks_are_refused),
		cmocka_unit_test(highest_cpu),
		cmocka_unit_test(sets_combine),
	};

	return cmocka_run_group_tests_name("cpuset", tests, NULL, NULL);
}
