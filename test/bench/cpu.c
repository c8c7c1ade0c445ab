/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cpu RUNS COMMAND... [:: COMMAND...]...: runs the commands in turn, RUNS times each, and
 * prints a line for each: the median of its user and system CPU time in microseconds, and
 * the most memory that a run held, in KB. In turn, because the speed of a shared machine
 * changes from second to second: only commands that ran side by side can be compared. What
 * they print goes into a pipe and is thrown away at the other end, which is not counted.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST_COMMANDS 8

struct command {
	char **words; /* ends with NULL */
	long *took; /* for each run */
	long rss;
};

static long run(struct command *command)
{
	static char drain[1 << 16];
	struct rusage usage;
	int status, fds[2];

	if (pipe(fds) < 0)
		return -1;
	pid_t pid = fork();
	if (pid < 0)
		return -1;
	if (pid == 0) {
		dup2(fds[1], STDOUT_FILENO);
		close(fds[0]);
		close(fds[1]);
		execvp(command->words[0], command->words);
		_exit(127);
	}
	close(fds[1]);
	while (read(fds[0], drain, sizeof(drain)) > 0)
		;
	close(fds[0]);
	if (wait4(pid, &status, 0, &usage) < 0 || !WIFEXITED(status) ||
		WEXITSTATUS(status))
		return -1;
	if (usage.ru_maxrss > command->rss)
		command->rss = usage.ru_maxrss;
	return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
		usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

static int compare(const void *a, const void *b)
{
	long x = *(const long *)a, y = *(const long *)b;

	return (x > y) - (x < y);
}

/* Ends each command where the next one begins. */
static int split(char **words, struct command *commands)
{
	int n = 0;

	for (commands[n++].words = words; *words; words++) {
		if (strcmp(*words, "::") != 0)
			continue;
		if (n == MOST_COMMANDS)
			return 0;
		*words = NULL;
		commands[n++].words = words + 1;
	}
	return n;
}

int main(int argc, char **argv)
{
	struct command commands[MOST_COMMANDS] = { 0 };
	int runs = argc > 2 ? atoi(argv[1]) : 0;
	int n = argc > 2 ? split(argv + 2, commands) : 0;

	if (runs <= 0 || n == 0)
		return 2;
	for (int c = 0; c < n; c++) {
		commands[c].took = calloc((size_t)runs, sizeof(*commands[c].took));
		if (!commands[c].took || !commands[c].words[0])
			return 2;
	}
	for (int i = 0; i < runs * n; i++) {
		struct command *command = &commands[i % n];
		long took = run(command);

		if (took < 0) {
			fprintf(stderr, "cpu: cannot run '%s', or it failed\n",
				command->words[0]);
			return 1;
		}
		command->took[i / n] = took;
	}
	for (int c = 0; c < n; c++) {
		qsort(commands[c].took, (size_t)runs, sizeof(long), compare);
		printf("%ld %ld\n", commands[c].took[runs / 2], commands[c].rss);
		free(commands[c].took);
	}
	return 0;
}
