/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * notified COMMAND...: runs the command as a service manager does, with a NOTIFY_SOCKET, and
 * prints what comes there, a line each, as it comes. Exits with the status of the command;
 * with 127 if it was killed or could not be run.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static int listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		perror("notified");
		exit(127);
	}
	return fd;
}

static void print_all(int fd)
{
	char text[256];
	ssize_t len;

	while ((len = recv(fd, text, sizeof(text), MSG_DONTWAIT)) > 0)
		printf("%.*s\n", (int)len, text);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	char path[64];
	struct pollfd wait_for = { .events = POLLIN };
	pid_t pid;
	int status;

	if (argc < 2)
		return 127;
	snprintf(path, sizeof(path), "/tmp/notified-%ld", (long)getpid());
	wait_for.fd = listen_at(path);
	setenv("NOTIFY_SOCKET", path, 1);
	pid = fork();
	if (pid == 0) {
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	while (waitpid(pid, &status, WNOHANG) == 0) {
		poll(&wait_for, 1, 50);
		print_all(wait_for.fd);
	}
	print_all(wait_for.fd);
	unlink(path);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 127;
}
