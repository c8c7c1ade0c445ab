/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cpu RUNS COMMAND...: runs the command so often and prints the median of its user and
 * system CPU time in microseconds, and the most memory that a run held, in KB. What it
 * prints goes into a pipe and is thrown away at the other end, which isn't counted.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static long run(char **command, long *rss)
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
		execvp(command[0], command);
		_exit(127);
	}
	close(fds[1]);
	while (read(fds[0], drain, sizeof(drain)) > 0)
		;
	close(fds[0]);
	if (wait4(pid, &status, 0, &usage) < 0 || !WIFEXITED(status) ||
		WEXITSTATUS(status))
		return -1;
	if (usage.ru_maxrss > *rss)
		*rss = usage.ru_maxrss;
	return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
		usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

static int compare(const void *a, const void *b)
{
	long x = *(const long *)a, y = *(const long *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	int runs = argc > 2 ? atoi(argv[1]) : 0;
	long rss = 0;

	if (runs <= 0)
		return 2;
	long *took = calloc((size_t)runs, sizeof(*took));
	if (!took)
		return 1;
	for (int i = 0; i < runs; i++) {
		took[i] = run(argv + 2, &rss);
		if (took[i] < 0) {
			fprintf(stderr, "cpu: cannot run '%s', or it failed\n", argv[2]);
			return 1;
		}
	}
	qsort(took, (size_t)runs, sizeof(*took), compare);
	printf("%ld %ld\n", took[runs / 2], rss);
	free(took);
	return 0;
}
