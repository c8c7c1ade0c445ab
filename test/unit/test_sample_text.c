/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A sample that was formatted and read again is the same one. */
#include "root.h"

#include <dirent.h>
#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <unistd.h>

static struct irqkit_sample *parse(const char *text)
{
	struct irqkit_sample *sample = NULL;

	assert_int_equal(irqkit_sample_parse(text, strlen(text), &sample), 0);
	return sample;
}

static char *format(const struct irqkit_sample *sample)
{
	char *text = NULL;

	assert_int_equal(irqkit_sample_format(sample, &text), 0);
	for (const char *p = text; *p; p++)
		assert_true(*p == '\n' || (*p >= ' ' && *p < 0x7f));
	return text;
}

static void check_root(const char *path)
{
	struct irqkit_ctx *ctx;
	struct irqkit_sample *sample, *again;
	char *text, *second;

	assert_int_equal(irqkit_ctx_new(path, &ctx), 0);
	if (irqkit_sample_new(ctx, NULL, &sample, NULL, NULL) == 0) {
		text = format(sample);
		again = parse(text);
		second = format(again);
		assert_string_equal(text, second);
		irqkit_sample_free(sample);
		irqkit_sample_free(again);
		free(text);
		free(second);
	}
	irqkit_ctx_free(ctx);
}

static void test_roots(void **state)
{
	DIR *dir = opendir(ROOTS);
	struct dirent *entry;
	size_t n = 0;

	(void)state;
	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		char path[512];

		snprintf(path, sizeof(path), "%s%s", ROOTS, entry->d_name);
		if (entry->d_name[0] == '.')
			continue;
		check_root(path);
		n++;
	}
	closedir(dir);
	assert_true(n > 80);
}

/* The load from a sample that was read from text is that from the sample itself. */
static void loads_are_equal(struct machine *m, const struct irqkit_sample *before,
	const struct irqkit_sample *after, enum irqkit_weigh weigh)
{
	struct irqkit_load *load, *again;
	char *text = format(before);
	struct irqkit_sample *parsed = parse(text);
	uint64_t sum = 0;

	free(text);
	assert_int_equal(irqkit_load_new(m->machine, before, after, &load), 0);
	assert_int_equal(irqkit_load_new(m->machine, parsed, after, &again), 0);
	irqkit_load_weigh(load, weigh);
	irqkit_load_weigh(again, weigh);
	assert_int_equal(irqkit_load_get_weigh(load), weigh);
	assert_int_equal(irqkit_load_get_weigh(again), weigh);
	assert_int_equal(irqkit_load_get_ticks(load), irqkit_load_get_ticks(again));
	assert_true(irqkit_load_get_seconds(load) == irqkit_load_get_seconds(again));
	for (size_t i = 0; i < irqkit_machine_count_irqs(m->machine); i++) {
		assert_int_equal(
			irqkit_load_get_count(load, i), irqkit_load_get_count(again, i));
		assert_int_equal(irqkit_load_get_weight(load, i),
			irqkit_load_get_weight(again, i));
		sum += irqkit_load_get_weight(load, i);
	}
	assert_true(sum > 0);
	assert_int_equal(
		irqkit_load_count_softirqs(load), irqkit_load_count_softirqs(again));
	irqkit_load_free(load);
	irqkit_load_free(again);
	irqkit_sample_free(parsed);
}

static void test_load(void **state)
{
	struct machine m = open_machine(ROOTS "two-samples-2cpu");
	struct irqkit_sample *before, *after;

	(void)state;
	assert_int_equal(irqkit_sample_new_of(m.machine, NULL, &before), 0);
	assert_int_equal(irqkit_sample_new_second(m.ctx, before, &after, NULL, NULL), 0);
	loads_are_equal(&m, before, after, IRQKIT_WEIGH_TIME);
	loads_are_equal(&m, before, after, IRQKIT_WEIGH_PACKETS);
	loads_are_equal(&m, before, after, IRQKIT_WEIGH_INTERRUPTS);
	irqkit_sample_free(before);
	irqkit_sample_free(after);
	close_machine(&m);
}

static double seconds_between(struct machine *m, const struct irqkit_sample *before,
	const struct irqkit_sample *after)
{
	struct irqkit_load *load;
	double seconds;

	assert_int_equal(irqkit_load_new(m->machine, before, after, &load), 0);
	seconds = irqkit_load_get_seconds(load);
	irqkit_load_free(load);
	return seconds;
}

/*
 * In a root whose /proc/uptime stands still, two samples of one program are as far apart as
 * they were taken; a sample of an earlier run is as far away as the uptimes say.
 */
static void test_seconds(void **state)
{
	struct machine m = open_machine(ROOTS "two-samples-2cpu");
	struct irqkit_sample *before, *after, *earlier;
	char text[200];
	double uptime;

	(void)state;
	assert_int_equal(irqkit_machine_read_uptime(m.machine, &uptime), 0);
	assert_int_equal(irqkit_sample_new_of(m.machine, NULL, &before), 0);
	usleep(120000);
	assert_int_equal(irqkit_machine_refresh(m.machine, 0, NULL, NULL), 0);
	assert_int_equal(irqkit_sample_new_of(m.machine, before, &after), 0);
	assert_true(seconds_between(&m, before, after) >= 0.12);

	snprintf(text, sizeof(text),
		"irqkit sample 1\n@clocks\ntime 0.5\nuptime %.2f\n@interrupts\n"
		"cpus 0-1\nread 7\n",
		uptime - 20);
	earlier = parse(text);
	assert_true(seconds_between(&m, earlier, after) > 19.9);
	assert_true(seconds_between(&m, earlier, after) < 20.1);
	irqkit_sample_free(earlier);
	irqkit_sample_free(before);
	irqkit_sample_free(after);
	close_machine(&m);
}

/* A program may have set a locale with a decimal comma. */
static void test_decimal_comma(void **state)
{
	static const char definition[] =
		"comment_char %\nescape_char /\nLC_NUMERIC\ndecimal_point \",\"\n"
		"thousands_sep \"\"\ngrouping -1\nEND LC_NUMERIC\n";
	char dir[] = "/tmp/irqkit-locale-XXXXXX", command[400];
	struct machine m = open_machine(ROOTS "two-samples-2cpu");
	struct irqkit_sample *sample;
	char *text;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(command, sizeof(command),
		"cd %s && printf '%%s' '%s' >source && "
		"localedef -c -i ./source ./comma >/dev/null 2>&1; "
		"test -e comma/LC_NUMERIC",
		dir, definition);
	setenv("LOCPATH", dir, 1);
	/* There may be no localedef, or that of a machine with another byte order. */
	if (system(command) == 0 && setlocale(LC_NUMERIC, "comma")) {
		assert_string_equal(localeconv()->decimal_point, ",");
		assert_int_equal(irqkit_sample_new_of(m.machine, NULL, &sample), 0);
		text = format(sample);
		irqkit_sample_free(sample);
		sample = parse(text);
		assert_non_null(strstr(text, "uptime "));
		irqkit_sample_free(sample);
		free(text);
		setlocale(LC_NUMERIC, "C");
	} else {
		print_message("skipped: no locale with a comma can be made\n");
	}
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	assert_int_equal(system(command), 0);
	close_machine(&m);
}

/* Wherever the text ends or one of its characters is another, there is no crash. */
static void test_damage(void **state)
{
	struct machine m = open_machine(ROOTS "two-samples-2cpu");
	struct irqkit_sample *sample;
	size_t len, n_refused = 0;
	char *text;

	(void)state;
	assert_int_equal(irqkit_sample_new_of(m.machine, NULL, &sample), 0);
	text = format(sample);
	irqkit_sample_free(sample);
	len = strlen(text);
	for (size_t i = 0; i < len; i++) {
		static const char others[] = "%=-:@9 \n";

		for (size_t k = 0; k < sizeof(others); k++) {
			char *copy = malloc(
				len); /* so that nothing past its end is there */
			size_t size = k ? len : i;
			int r;

			assert_non_null(copy);
			memcpy(copy, text, len);
			copy[i] = k ? others[k - 1] : copy[i];
			r = irqkit_sample_parse(copy, size, &sample);
			assert_true(r == 0 || r == -EBADMSG);
			if (r == 0)
				irqkit_sample_free(sample);
			n_refused += r < 0;
			free(copy);
		}
	}
	assert_true(n_refused > 100);
	free(text);
	close_machine(&m);
}

static void is_refused(const char *text)
{
	struct irqkit_sample *sample;

	if (irqkit_sample_parse(text, strlen(text), &sample) != -EBADMSG)
		fail_msg("taken: %s", text);
}

#define START "irqkit sample 1\n@clocks\ntime 1.5\n@interrupts\ncpus 0-1,4\nread 7\n"

static void test_wrong(void **state)
{
	struct irqkit_sample *sample;

	(void)state;
	is_refused("");
	is_refused("irqkit sample 2\n@clocks\ntime 1.5\n@interrupts\ncpus 0\nread 1\n");
	is_refused("irqkit sample 1\n@clocks\ntime 1.5\n");
	is_refused("irqkit sample 1\n@interrupts\ncpus 0\nread 1\n");
	is_refused(START "24 2 5 =24 - - = 1:5 0:5\n");
	is_refused(START "24 2 5 =24 - - = 0:5 0:5\n");
	is_refused(START "24 2 5 =24 - - = 2:5\n");
	is_refused(START "24 2 5 =24 - - = 99999999:5\n");
	is_refused(START "24 2 5 =24 - - -\n");
	is_refused(START "24 2 5 - - - =\n");
	is_refused(START "24 9 5 =24 - - =\n");
	is_refused(START "24 2 5 =2%004 - - =\n");
	is_refused(START "24 2 5 =24% - - =\n");
	is_refused(START "-2 2 5 =24 - - =\n");
	is_refused(START "@interrupts\ncpus 0\n");
	is_refused(START "@packets\n=a-name-of-16-chars 1 0 0 5\n");
	is_refused(START "@packets\n=eth0 1 2 0 5\n");
	sample = parse(START "24 2 5 =24 - =a%20b =x,%20y 0:2 4:3\n@later\nwhat\n");
	assert_int_equal(irqkit_snapshot_count(irqkit_sample_get_rows(sample)), 1);
	assert_int_equal(
		irqkit_interrupt_get_count(
			irqkit_snapshot_get(irqkit_sample_get_rows(sample), 0), 4),
		3);
	assert_false(irqkit_sample_has_softnet(sample));
	assert_null(irqkit_sample_get_boot_id(sample));
	irqkit_sample_free(sample);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_roots),
		cmocka_unit_test(test_load),
		cmocka_unit_test(test_seconds),
		cmocka_unit_test(test_decimal_comma),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
