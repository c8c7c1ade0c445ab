/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * killat [-s SIGNAL] N COMMAND...: runs the command, and sends it SIGKILL (or the signal
 * of that number) when it is about to make its N-th system call.
 *
 * Counted from its first openat2() on, which is where irqkit opens its first file: what
 * the dynamic loader does before is left out. Exits with 0 when the signal was sent, with
 * 3 when the command ended by itself before, with 77 where nothing may be traced.
 */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../lib/kernel/openat2.h"

enum { SENT = 0, TROUBLE = 2, ENDED_BEFORE = 3, MAY_NOT = 77 };

/* Since Linux 5.3; not in every libc's headers. */
#define GET_SYSCALL_INFO 0x420e
struct syscall_info {
	uint8_t op; /* 1: entry */
	uint8_t pad[3];
	uint32_t arch;
	uint64_t instruction_pointer;
	uint64_t stack_pointer;
	uint64_t number;
	uint64_t rest[8];
};

static void run(char **command)
{
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
		_exit(MAY_NOT);
	raise(SIGSTOP);
	execvp(command[0], command);
	perror(command[0]);
	_exit(TROUBLE);
}

/* True where the kernel cannot tell: then all are counted. */
static int is_openat2(pid_t pid)
{
	struct syscall_info info = { 0 };
	void *size = (void *)sizeof(info);

	if (ptrace(GET_SYSCALL_INFO, pid, size, &info) <= 0)
		return 1;
	return info.op == 1 && info.number == CALL_OPENAT2;
}

static int is_gone(int status)
{
	return WIFEXITED(status) || WIFSIGNALED(status);
}

/* From one stop to the next; 0 when there is none any more. */
static int go_on(pid_t pid, int with_signal, int *status)
{
	void *signal_word = (void *)(intptr_t)with_signal;

	return ptrace(PTRACE_SYSCALL, pid, NULL, signal_word) == 0 &&
		waitpid(pid, status, 0) == pid && !is_gone(*status);
}

static int trace(pid_t pid, unsigned long at, int signal_number)
{
	unsigned long count = 0;
	int status, is_entry = 0, has_begun = 0, was_sent = 0, pass = 0;

	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
		return MAY_NOT;
	if (ptrace(PTRACE_SETOPTIONS, pid, NULL,
		    (void *)(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC |
			    PTRACE_O_EXITKILL)) < 0)
		return MAY_NOT;

	while (go_on(pid, pass, &status)) {
		int is_syscall = WSTOPSIG(status) == (SIGTRAP | 0x80);
		int is_event = status >> 16;

		pass = is_syscall || is_event ? 0 : WSTOPSIG(status);
		if (!is_syscall)
			continue;
		is_entry = !is_entry;
		if (!is_entry)
			continue;
		has_begun = has_begun || is_openat2(pid);
		if (!has_begun || ++count != at)
			continue;
		kill(pid, signal_number);
		was_sent = 1;
	}
	return was_sent ? SENT : ENDED_BEFORE;
}

int main(int argc, char **argv)
{
	int signal_number = SIGKILL, first = 1;
	pid_t pid;

	if (argc > 3 && strcmp(argv[1], "-s") == 0) {
		signal_number = atoi(argv[2]);
		first = 3;
	}
	if (argc < first + 2) {
		fprintf(stderr, "killat [-s SIGNAL] N COMMAND...\n");
		return TROUBLE;
	}
	pid = fork();
	if (pid < 0)
		return TROUBLE;
	if (pid == 0) {
		/* where the tests run in the background, it is ignored */
		signal(signal_number, SIG_DFL);
		run(argv + first + 1);
	}
	return trace(pid, strtoul(argv[first], NULL, 10), signal_number);
}
