/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The socket of irqbalance: answers of all kinds, and none at all. */
#define TOP "/tmp/irqkit-socket-XXXXXX"
#include "made_top.h"

#include <errno.h>
#include <irqkit.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/macros.h"
#include "irqbalance/irqbalance.h"

#define PID 4711u

/* What the other end does with a connection. */
struct behaviour {
	const char *answer; /* NULL: none */
	size_t times; /* how often the answer is sent */
	unsigned int pause_ms; /* after each byte */
	size_t reads; /* of the command; 0: nothing */
	bool hangs; /* keeps the connection open */
};

static void send_slowly(int fd, const struct behaviour *b)
{
	for (const char *p = b->answer; b->pause_ms && *p; p++) {
		if (send(fd, p, 1, MSG_NOSIGNAL) < 0)
			return;
		usleep(b->pause_ms * 1000);
	}
}

static void serve(int listener, const struct behaviour *b)
{
	char command[32768];

	for (;;) {
		int fd = accept(listener, NULL, NULL);

		if (b->reads && recv(fd, command, b->reads, 0) < 0)
			_exit(1);
		if (b->answer)
			send_slowly(fd, b);
		for (size_t i = 0; b->answer && !b->pause_ms && i < b->times; i++)
			if (send(fd, b->answer, strlen(b->answer), MSG_NOSIGNAL) < 0)
				break;
		while (b->hangs)
			pause();
		close(fd);
	}
}

static pid_t start_fake(const struct behaviour *b)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	pid_t pid;

	snprintf(address.sun_path, sizeof(address.sun_path),
		"%s/run/irqbalance/irqbalance%u.sock", top, PID);
	unlink(address.sun_path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 1), 0);
	pid = fork();
	if (pid == 0)
		serve(fd, b);
	close(fd);
	return pid;
}

static void end_fake(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* What reading the bans returns, within about the time that it may take. */
static int read_bans(const struct behaviour *b, unsigned int ms, struct number_list *bans)
{
	struct irqkit_ctx *ctx;
	pid_t pid = start_fake(b);
	int64_t begin = now_ms();
	int r;

	assert_int_equal(irqkit_ctx_new(top, &ctx), 0);
	r = irqbalance_read_bans(ctx, PID, ms, bans);
	assert_true(now_ms() - begin < ms + 5000);
	irqkit_ctx_free(ctx);
	end_fake(pid);
	return r;
}

static const char two[] =
	"SLEEP 3 IRQ 61 LOAD 0 DIFF 0 CLASS 0 IRQ 62 LOAD 0 DIFF 0 CLASS "
	"0 BANNED 0000003f";

static void answers(void **state)
{
	static const struct {
		struct behaviour behaviour;
		unsigned int ms;
		int result;
	} tests[] = {
		{ { .reads = 500, .answer = two, .times = 1 }, 5000, 0 },
		{ { .reads = 500, .answer = two, .times = 1, .pause_ms = 1 }, 5000, 0 },
		{ { .reads = 500, .answer = two, .times = 1, .pause_ms = 50 }, 300,
			-ETIMEDOUT },
		{ { .reads = 500, .answer = two, .times = 1, .hangs = true }, 300,
			-ETIMEDOUT },
		{ { .hangs = true }, 300, -ETIMEDOUT },
		{ { .reads = 500 }, 5000, -EBADMSG },
		{ { .reads = 500, .answer = two, .times = 2 }, 5000, -EBADMSG },
		{ { .reads = 500, .answer = "SLEEP 3 ", .times = 1 }, 5000, -EBADMSG },
		{ { .reads = 500, .answer = two, .times = 1000000000 }, 30000, -EFBIG },
		/* it has not read all of the command */
		{ { .reads = 2, .answer = two, .times = 1 }, 5000, -ECONNRESET },
	};

	for (size_t i = 0; i < LENGTH(tests); i++) {
		struct number_list bans = { 0 };
		int r = read_bans(&tests[i].behaviour, tests[i].ms, &bans);

		if (r != tests[i].result)
			fail_msg("test %zu: %d", i, r);
		if (r == 0)
			assert_true(bans.n == 2 && number_list_has(&bans, 61) &&
				number_list_has(&bans, 62));
		number_list_clear(&bans);
	}
	(void)state;
}

/* Each waiting connection takes a place of the two that listen(1) leaves. */
static void full_queue(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct number_list bans = { 0 };
	struct irqkit_ctx *ctx;
	int fds[4], listener = socket(AF_UNIX, SOCK_STREAM, 0);
	int64_t begin;

	snprintf(address.sun_path, sizeof(address.sun_path),
		"%s/run/irqbalance/irqbalance%u.sock", top, PID);
	unlink(address.sun_path);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 1), 0);
	for (size_t i = 0; i < LENGTH(fds); i++) {
		fds[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
		connect(fds[i], (struct sockaddr *)&address, sizeof(address));
	}
	assert_int_equal(irqkit_ctx_new(top, &ctx), 0);
	begin = now_ms();
	assert_int_equal(irqbalance_read_bans(ctx, PID, 300, &bans), -ETIMEDOUT);
	assert_true(now_ms() - begin < 5300);
	irqkit_ctx_free(ctx);
	for (size_t i = 0; i < LENGTH(fds); i++)
		close(fds[i]);
	close(listener);
	(void)state;
}

/* A link in place of the socket may lead out of the root. */
static void no_socket(void **state)
{
	struct number_list bans = { 0 };
	struct irqkit_ctx *ctx;
	char path[128], other[128];

	snprintf(path, sizeof(path), "%s/run/irqbalance/irqbalance%u.sock", top, PID);
	snprintf(other, sizeof(other), "%s/other", top);
	unlink(path);
	assert_int_equal(irqkit_ctx_new(top, &ctx), 0);
	assert_int_equal(irqbalance_read_bans(ctx, PID, 300, &bans), -ENOENT);
	put_file(top, "run/irqbalance/irqbalance4711.sock", "");
	assert_int_equal(irqbalance_read_bans(ctx, PID, 300, &bans), -ENOENT);
	unlink(path);
	assert_int_equal(symlink(other, path), 0);
	assert_true(irqbalance_read_bans(ctx, PID, 300, &bans) < 0);
	irqkit_ctx_free(ctx);
	(void)state;
}

static void number_lists(void **state)
{
	struct number_list a = { 0 }, b = { 0 };

	assert_int_equal(number_list_parse(&a, "7,3,3,4294967295,0"), 0);
	assert_true(a.n == 4 && a.numbers[0] == 0 && a.numbers[3] == 4294967295u);
	assert_int_equal(number_list_parse(&b, "3,8"), 0);
	assert_true(number_list_has_common(&a, &b) && !number_list_has_all(&a, &b));
	number_list_remove_all(&a, &b);
	assert_true(a.n == 3 && !number_list_has(&a, 3) && number_list_has(&a, 7));
	assert_int_equal(number_list_add_all(&a, &b), 0);
	assert_true(a.n == 5 && number_list_has_all(&a, &b));
	number_list_clear(&a);
	assert_true(number_list_parse(&a, "1,,2") < 0);
	assert_true(number_list_parse(&a, "") < 0);
	assert_true(number_list_parse(&a, "4294967296") < 0);
	number_list_clear(&a);
	number_list_clear(&b);
	(void)state;
}

static int make_folder(void **state)
{
	int r = make_top(state);

	if (r == 0)
		put_file(top, "run/irqbalance/x", "");
	return r;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(number_lists),
		cmocka_unit_test_setup_teardown(answers, make_folder, remove_top),
		cmocka_unit_test_setup_teardown(full_queue, make_folder, remove_top),
		cmocka_unit_test_setup_teardown(no_socket, make_folder, remove_top),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
