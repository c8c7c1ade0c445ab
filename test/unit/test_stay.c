/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The file that names the program which keeps settings in force. */
#include "root.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

struct world {
	char top[64];
	struct irqkit_ctx *ctx;
	struct irqkit_lock *lock;
};

static void start(struct world *w)
{
	snprintf(w->top, sizeof(w->top), "/tmp/test_stay.XXXXXX");
	assert_non_null(mkdtemp(w->top));
	assert_int_equal(irqkit_ctx_new(w->top, &w->ctx), 0);
	assert_int_equal(irqkit_lock_new(w->ctx, 0, &w->lock), 0);
}

static void end(struct world *w)
{
	irqkit_lock_free(w->lock);
	irqkit_ctx_free(w->ctx);
	remove_tree(w->top);
}

static void is_found_while_it_lasts(void **state)
{
	struct irqkit_stay *stay, *second;
	unsigned int number = 99;
	int pid = -1;
	struct world w;

	(void)state;
	start(&w);
	assert_int_equal(irqkit_stay_find(w.ctx, &pid, &number), -ENOENT);
	assert_int_equal(irqkit_stay_new(w.lock, &stay), 0);
	assert_int_equal(irqkit_stay_find(w.ctx, &pid, &number), 0);
	assert_int_equal(pid, getpid());
	assert_int_equal(number, 0);
	assert_int_equal(irqkit_stay_set_number(stay, 1234567890), 0);
	assert_int_equal(irqkit_stay_set_number(stay, 7), 0);
	assert_int_equal(irqkit_stay_find(w.ctx, &pid, &number), 0);
	assert_int_equal(number, 7);
	assert_int_equal(irqkit_stay_new(w.lock, &second), -EBUSY);
	assert_int_equal(irqkit_stay_get_number(stay), 7);
	irqkit_stay_free(stay);
	assert_int_equal(irqkit_stay_find(w.ctx, &pid, &number), -ENOENT);
	/* the next one continues */
	assert_int_equal(irqkit_stay_new(w.lock, &stay), 0);
	assert_int_equal(irqkit_stay_get_number(stay), 7);
	irqkit_stay_free(stay);
	irqkit_stay_free(NULL);
	end(&w);
}

/* After kill -9 nothing is left that would be taken for a running program. */
static void ends_with_the_process(void **state)
{
	struct irqkit_stay *stay;
	unsigned int number;
	int ready[2], pid, found, status;
	struct world w;
	char byte;

	(void)state;
	start(&w);
	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (irqkit_stay_new(w.lock, &stay) == 0)
			(void)!write(ready[1], "x", 1);
		pause();
		_exit(0);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(irqkit_stay_find(w.ctx, &found, &number), 0);
	assert_int_equal(found, pid);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(irqkit_stay_find(w.ctx, &found, &number), -ENOENT);
	close(ready[0]);
	close(ready[1]);
	end(&w);
}

/* Whatever is in the file. */
static void damage_is_no_process(void **state)
{
	static const char *const texts[] = { "", "7", "7 ", "7 8", "x 8\n", "7 x\n", "\n",
		"99999999999 1\n", "7\n8 ", "4294967295 1\n" };
	unsigned int number;
	int pid;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct irqkit_stay *stay;
		char path[128];
		struct world w;
		FILE *file;

		start(&w);
		assert_int_equal(irqkit_stay_new(w.lock, &stay), 0);
		snprintf(path, sizeof(path), "%s/run/irqkit/stay", w.top);
		file = fopen(path, "w");
		assert_non_null(file);
		fputs(texts[i], file);
		fclose(file);
		assert_int_equal(irqkit_stay_find(w.ctx, &pid, &number), -EBADMSG);
		irqkit_stay_free(stay);
		end(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_found_while_it_lasts),
		cmocka_unit_test(ends_with_the_process),
		cmocka_unit_test(damage_is_no_process),
	};

	return cmocka_run_group_tests_name("stay", tests, NULL, NULL);
}
