/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SIGINT, SIGTERM and similar signals: blocks them, waits for them, asks for them. */
#include "measure/signals.h"
#include "base/basics.h"

#include <errno.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

/* All of them, except signals that the program was started to ignore (nohup, a job). */
static void find_ending(sigset_t *ret_ending)
{
	sigemptyset(ret_ending);
	for (size_t i = 0; i < LENGTH(signals); i++) {
		struct sigaction action;

		if (sigaction(signals[i], NULL, &action) == 0 &&
			action.sa_handler != SIG_IGN)
			sigaddset(ret_ending, signals[i]);
	}
}

void signals_hold(sigset_t *ret_before)
{
	sigset_t ending;

	find_ending(&ending);
	sigprocmask(SIG_BLOCK, &ending, ret_before);
}

int signals_open(void)
{
	sigset_t ending;
	int fd;

	find_ending(&ending);
	sigprocmask(SIG_BLOCK, &ending, NULL);
	fd = signalfd(-1, &ending, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

void signals_let_in(const sigset_t *before)
{
	sigprocmask(SIG_SETMASK, before, NULL);
}

bool signals_ask_to_end(void)
{
	sigset_t ending, waiting;

	find_ending(&ending);
	sigpending(&waiting);
	for (size_t i = 0; i < LENGTH(signals); i++)
		if (sigismember(&ending, signals[i]) && sigismember(&waiting, signals[i]))
			return true;
	return false;
}

/* False: it is over. */
static bool get_time_left(const struct timespec *end, struct timespec *ret_left)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	ret_left->tv_sec = end->tv_sec - now.tv_sec;
	ret_left->tv_nsec = end->tv_nsec - now.tv_nsec;
	if (ret_left->tv_nsec < 0) {
		ret_left->tv_nsec += 1000000000L;
		ret_left->tv_sec--;
	}
	return ret_left->tv_sec >= 0;
}

static void find_end(unsigned int seconds, struct timespec *ret_end)
{
	clock_gettime(CLOCK_MONOTONIC, ret_end);
	ret_end->tv_sec += seconds;
}

bool signals_wait(unsigned int seconds)
{
	struct timespec end, left;
	struct pollfd ending = { .fd = signals_open(), .events = POLLIN };
	bool ends = false;

	find_end(seconds, &end);
	/* without a descriptor, the time passes all the same */
	while (!ends && get_time_left(&end, &left))
		ends = ppoll(&ending, 1, &left, NULL) > 0;
	if (ending.fd >= 0)
		close(ending.fd);
	return !ends;
}

bool signals_sleep(unsigned int seconds)
{
	struct timespec end, left;
	sigset_t ending;

	find_ending(&ending);
	find_end(seconds, &end);
	while (get_time_left(&end, &left))
		if (sigtimedwait(&ending, NULL, &left) >= 0)
			return false;
	/* after a failure: the time is over, or the process was stopped and goes on */
	return true;
}
