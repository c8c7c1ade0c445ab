/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * limit [--keep-group] SECONDS COMMAND...: runs the command, and leaves nothing of it behind.
 *
 * After SECONDS (0: never) the command is ended, and limit exits with 124; else its own exit
 * status is passed on, 128 + N where signal N ended it. Whatever it has started and not waited
 * for is ended as well, in a process group or session of its own too. So it is when limit gets
 * a signal, or when the process that started limit dies, even by SIGKILL.
 *
 * The command is asked first (SIGTERM to its process group), killed two seconds later.
 * With --keep-group it stays in the process group of limit, so that keys of the terminal reach it.
 *
 *   make -> limit -> test/run -> limit -> test/golden.sh -> limit -> bash -> irqkit
 *           (ends with make)     (a program's limit)        (a golden test's limit)
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	OVER_LIMIT = 124,
	TROUBLE = 125,
	CANNOT_RUN = 126,
	GRACE_SECONDS = 2,
	POLL_MS = 20
};

static const int ending[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT };

#define N_ENDING (sizeof(ending) / sizeof(ending[0]))

static long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* The parent of a process, from "PID (NAME) STATE PARENT ..."; the name may hold anything. */
static pid_t read_parent(const char *pid)
{
	char path[64], text[512];
	const char *rest;
	pid_t parent = -1;
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%.20s/stat", pid);
	f = fopen(path, "re");
	if (!f)
		return -1;
	n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = '\0';
	rest = strrchr(text, ')');
	if (!rest || sscanf(rest + 1, " %*c %d", &parent) != 1)
		return -1;
	return parent;
}

/*
 * Kills all children of this process. As it is a subreaper, the children of a killed child
 * become its own, so that repeated calls reach every descendant.
 */
static void kill_children(void)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;

	if (!dir)
		return;
	while ((entry = readdir(dir)))
		if (isdigit((unsigned char)entry->d_name[0]) &&
			read_parent(entry->d_name) == getpid())
			kill((pid_t)atol(entry->d_name), SIGKILL);
	closedir(dir);
}

static void pause_ms(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

/* Waits for children that have ended; true once the command is among them. */
static bool reap(pid_t command, int *status)
{
	bool ended = false;
	pid_t pid;
	int s;

	while ((pid = waitpid(-1, &s, WNOHANG)) > 0)
		if (pid == command) {
			*status = s;
			ended = true;
		}
	return ended;
}

/* Until none is left; a process that never dies (in the kernel) is given up. */
static void kill_all(pid_t command, bool own_group)
{
	long long until = now_ms() + GRACE_SECONDS * 1000;
	int status;

	if (own_group)
		kill(-command, SIGKILL);
	for (;;) {
		pid_t pid;

		do
			pid = waitpid(-1, &status, WNOHANG);
		while (pid > 0);
		if (pid < 0 || now_ms() > until)
			return;
		kill_children();
		pause_ms(1);
	}
}

static void ask_to_end(pid_t command, bool own_group, int *status)
{
	long long until = now_ms() + GRACE_SECONDS * 1000;

	kill(own_group ? -command : command, SIGTERM);
	while (!reap(command, status) && now_ms() < until)
		pause_ms(POLL_MS);
}

static void run_command(char **command, bool own_group, const sigset_t *mask)
{
	if (own_group)
		setpgid(0, 0);
	for (size_t i = 0; i < N_ENDING; i++)
		signal(ending[i], SIG_DFL);
	sigprocmask(SIG_SETMASK, mask, NULL);
	execvp(command[0], command);
	fprintf(stderr, "limit: cannot run %s: %s\n", command[0], strerror(errno));
	_exit(errno == ENOENT ? CANNOT_RUN + 1 : CANNOT_RUN);
}

/*
 * Waits for the end of the command, for a signal, or for the end of the time, whichever comes
 * first. Returns 0, the signal's number, or OVER_LIMIT.
 */
static int wait_for(
	pid_t command, long long seconds, const sigset_t *signals, int *status)
{
	long long until = now_ms() + seconds * 1000;

	for (;;) {
		struct timespec rest = { 3600, 0 };
		int signal_number;

		if (reap(command, status))
			return 0;
		if (seconds) {
			long long ms = until - now_ms();

			if (ms <= 0)
				return OVER_LIMIT;
			rest.tv_sec = (time_t)(ms / 1000);
			rest.tv_nsec = (long)(ms % 1000 * 1000000);
		}
		signal_number = sigtimedwait(signals, NULL, &rest);
		if (signal_number > 0 && signal_number != SIGCHLD)
			return signal_number;
	}
}

static int usage(void)
{
	fputs("usage: limit [--keep-group] SECONDS COMMAND...\n", stderr);
	return TROUBLE;
}

/* Signals that end, and SIGCHLD, are waited for. One that was ignored stays so. */
static void block_signals(sigset_t *signals, sigset_t *mask)
{
	sigemptyset(signals);
	sigaddset(signals, SIGCHLD);
	for (size_t i = 0; i < N_ENDING; i++) {
		struct sigaction action;

		sigaction(ending[i], NULL, &action);
		if (action.sa_handler != SIG_IGN || ending[i] == SIGTERM)
			sigaddset(signals, ending[i]);
	}
	signal(SIGTERM, SIG_DFL);
	signal(SIGCHLD, SIG_DFL);
	sigprocmask(SIG_BLOCK, signals, mask);
}

/*
 * qemu-user does not know every request: then processes that the command has left to init live
 * on, and all else holds.
 */
static bool ask_kernel(int request, unsigned long value)
{
	if (prctl(request, value) == 0 || errno == EINVAL)
		return true;
	perror("limit: prctl");
	return false;
}

static int run(char **command, long long seconds, bool own_group)
{
	sigset_t signals, mask;
	int status = 0, why;
	pid_t parent = getppid(), pid;

	block_signals(&signals, &mask);
	if (!ask_kernel(PR_SET_CHILD_SUBREAPER, 1) ||
		!ask_kernel(PR_SET_PDEATHSIG, SIGTERM))
		return TROUBLE;
	if (getppid() != parent) /* it died before we asked to be told */
		return 128 + SIGTERM;
	pid = fork();
	if (pid < 0) {
		perror("limit: fork");
		return TROUBLE;
	}
	if (pid == 0)
		run_command(command, own_group, &mask);
	if (own_group)
		setpgid(pid, pid); /* here as well, as either process may be the first */
	why = wait_for(pid, seconds, &signals, &status);
	if (why)
		ask_to_end(pid, own_group, &status);
	kill_all(pid, own_group);
	if (why)
		return why == OVER_LIMIT ? OVER_LIMIT : 128 + why;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int main(int argc, char **argv)
{
	bool own_group = true;
	long long seconds;
	char *end;

	if (argc > 1 && strcmp(argv[1], "--keep-group") == 0) {
		own_group = false;
		argv++;
		argc--;
	}
	if (argc < 3 || !isdigit((unsigned char)argv[1][0]))
		return usage();
	errno = 0;
	seconds = strtoll(argv[1], &end, 10);
	if (*end || errno || seconds > 1000000000)
		return usage();
	return run(argv + 2, seconds, own_group);
}
