/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * irqbalanced ROOT PID [OPTION...] -- COMMAND...
 *
 * Runs COMMAND while an irqbalance seems to run below ROOT: its files in ROOT/proc/PID, and
 * its socket, which answers as irqbalance 1.9.4 does. Each command that changes it is
 * printed. ROOT/proc/PID must not exist, and is removed afterwards, like the socket.
 *
 *   --ban=24,25      it leaves these alone from the start
 *   --cpus=MASK      it does not use these CPUs by itself (00000000)
 *   --start=NUMBER   when the process began (1)
 *   --buffer=BYTES   it reads no more than that of a command (500; 16384: as 1.9.5)
 *   --many=N         its list also has N interrupts from 100000 on
 *   --script=FILE    its policy script, of which it takes no notice
 *   --fault=WORD     hang (it does not answer), hang-on-ban, garbage, cut (the answer ends
 *                    early), empty, endless, drip (a byte now and then), deaf (it does not
 *                    obey), end-on-ban (it ends instead of obeying), end-unread (it ends
 *                    before it reads a command), end-on-long (only one of more than
 *                    499 bytes), refuse (it does not listen)
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *pid_word, *start = "1", *fault = "";
static const char *script; /* its policy script, or NULL */
static char list[1 << 20];
static unsigned long own_cpus, banned_cpus;
static size_t buffer_size = 500;
static unsigned int many;

static void fail(const char *what)
{
	perror(what);
	exit(125);
}

static bool has_fault(const char *word)
{
	return strcmp(fault, word) == 0;
}

static void write_file(const char *name, const char *format, const char *a, const char *b)
{
	FILE *file = fopen(name, "w");

	if (!file)
		fail(name);
	fprintf(file, format, a, b);
	fclose(file);
}

static void make_process(const char *root)
{
	static const char words[] = "irqbalance\0--interval=1";
	FILE *file;

	if (chdir(root) < 0 || chdir("proc") < 0 || mkdir(pid_word, 0755) < 0 ||
		chdir(pid_word) < 0)
		fail(pid_word);
	write_file("comm", "%s%s", "irqbalance\n", "");
	write_file("stat",
		"%s (irqbalance) S 1 1 1 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 %s 0 0\n",
		pid_word, start);
	file = fopen("cmdline", "w");
	if (!file)
		fail("cmdline");
	fwrite(words, 1, sizeof(words), file);
	if (script)
		fprintf(file, "--policyscript=%s%c", script, '\0');
	fclose(file);
}

static int make_socket(const char *root)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), on = 1;

	if (chdir(root) < 0)
		fail(root);
	mkdir("run", 0755);
	mkdir("run/irqbalance", 0755);
	if (chdir("run/irqbalance") < 0)
		fail("run/irqbalance");
	snprintf(address.sun_path, sizeof(address.sun_path), "irqbalance%s.sock",
		pid_word);
	unlink(address.sun_path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		fail("bind");
	setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on));
	if (!has_fault("refuse") && listen(fd, 1) < 0)
		fail("listen");
	return fd;
}

static void remove_all(const char *root)
{
	static const char *const names[] = { "comm", "stat", "cmdline" };
	char path[4096];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/proc/%s/%s", root, pid_word, names[i]);
		unlink(path);
	}
	snprintf(path, sizeof(path), "%s/proc/%s", root, pid_word);
	rmdir(path);
	snprintf(path, sizeof(path), "%s/run/irqbalance/irqbalance%s.sock", root,
		pid_word);
	unlink(path);
	snprintf(path, sizeof(path), "%s/run/irqbalance", root);
	rmdir(path);
}

static void add_record(FILE *answer, const char *irq)
{
	fprintf(answer, "IRQ %s LOAD 0 DIFF 0 CLASS 0 ", irq);
}

static char *format_setup(void)
{
	char *text = NULL, *copy = strdup(list), *rest = copy, *word;
	size_t size;
	FILE *answer = open_memstream(&text, &size);

	fprintf(answer, "SLEEP 1 ");
	while ((word = strsep(&rest, " ,")))
		if (*word)
			add_record(answer, word);
	for (unsigned int i = 0; i < many; i++) {
		char irq[16];

		snprintf(irq, sizeof(irq), "%u", 100000 + i);
		add_record(answer, irq);
	}
	fprintf(answer, "BANNED %08lx", banned_cpus);
	fclose(answer);
	free(copy);
	return text;
}

static void send_all(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, text, len, MSG_NOSIGNAL);

		if (n <= 0)
			return;
		text += n;
		len -= (size_t)n;
	}
}

/*
 * Until the other end has enough. In large parts: with one record each, a busy machine needs
 * longer for the largest answer than the other end waits for any.
 */
static void answer_without_end(int fd)
{
	static const char record[] = "IRQ 1 ";
	static char part[10000 * (sizeof(record) - 1)];

	for (size_t i = 0; i < sizeof(part); i++)
		part[i] = record[i % strlen(record)];
	while (send(fd, part, sizeof(part), MSG_NOSIGNAL) >= 0)
		;
}

static void answer_setup(int fd)
{
	char *text = format_setup();

	if (has_fault("garbage"))
		strcpy(text, "what do ");
	if (has_fault("cut"))
		text[strlen(text) / 2] = '\0';
	if (has_fault("endless"))
		answer_without_end(fd);
	for (size_t i = 0; has_fault("drip") && text[i]; i++) {
		send_all(fd, text + i, 1);
		usleep(300000);
	}
	if (!has_fault("empty") && !has_fault("drip"))
		send_all(fd, text, strlen(text));
	free(text);
}

static void hang(void)
{
	for (;;)
		pause();
}

/* Nobody can connect any more when the connection ends. */
static void end(int listener)
{
	close(listener);
	_exit(0);
}

static void obey(const char *irqs)
{
	char line[1 << 15];

	if (has_fault("hang-on-ban"))
		hang();
	snprintf(line, sizeof(line), "irqbalance %s: ban %s\n", pid_word, irqs);
	if (write(STDOUT_FILENO, line, strlen(line)) < 0)
		_exit(1);
	if (!has_fault("deaf"))
		snprintf(list, sizeof(list), "%s", strcmp(irqs, "NONE") ? irqs : "");
}

/* A list without strides; irqbalance ends if there is none. */
static unsigned long parse_cpus(const char *list_of_cpus)
{
	unsigned long mask = 0;

	do {
		char *end;
		unsigned long first = strtoul(list_of_cpus, &end, 10);
		unsigned long last = *end == '-' ? strtoul(end + 1, &end, 10) : first;

		if (end == list_of_cpus || last > 31)
			_exit(1);
		for (unsigned long cpu = first; cpu <= last; cpu++)
			mask |= 1ul << cpu;
		list_of_cpus = *end ? end + 1 : end;
	} while (*list_of_cpus);
	return mask;
}

static void obey_cpus(const char *cpus)
{
	char line[1 << 12];

	snprintf(line, sizeof(line), "irqbalance %s: cpus %s\n", pid_word, cpus);
	if (write(STDOUT_FILENO, line, strlen(line)) < 0)
		_exit(1);
	if (!has_fault("deaf"))
		banned_cpus = strcmp(cpus, "NULL") ? parse_cpus(cpus) : own_cpus;
}

/* The command stays unread, so that the other end gets ECONNRESET. */
static bool ends_before(int fd)
{
	char bytes[500];
	ssize_t n = recv(fd, bytes, sizeof(bytes), MSG_PEEK);

	return has_fault("end-unread") ||
		(has_fault("end-on-long") && n == sizeof(bytes));
}

static void serve(int listener)
{
	static const char cpus[] = "settings cpus ";
	static const char ban[] = "settings ban irqs ";
	char *command = calloc(1, buffer_size + 1);

	for (;;) {
		int fd = accept(listener, NULL, NULL);
		ssize_t n;

		if (fd < 0)
			_exit(1);
		if (has_fault("hang"))
			hang();
		if (ends_before(fd))
			end(listener);
		memset(command, 0, buffer_size + 1);
		n = recv(fd, command, buffer_size, 0);
		/* as 1.9.5: what may have been cut is not obeyed */
		if (n > 0 && (buffer_size <= 500 || (size_t)n < buffer_size)) {
			if (has_fault("end-on-ban") && strncmp(command, "setup", 5) != 0)
				end(listener);
			if (strncmp(command, "setup", 5) == 0)
				answer_setup(fd);
			else if (strncmp(command, ban, strlen(ban)) == 0)
				obey(command + strlen(ban));
			else if (strncmp(command, cpus, strlen(cpus)) == 0)
				obey_cpus(command + strlen(cpus));
		}
		close(fd);
	}
}

static void read_option(const char *word)
{
	const char *value = strchr(word, '=');

	if (!value)
		fail(word);
	value++;
	if (strncmp(word, "--ban=", 6) == 0)
		snprintf(list, sizeof(list), "%s", value);
	else if (strncmp(word, "--cpus=", 7) == 0)
		own_cpus = banned_cpus = strtoul(value, NULL, 16);
	else if (strncmp(word, "--start=", 8) == 0)
		start = value;
	else if (strncmp(word, "--buffer=", 9) == 0)
		buffer_size = strtoul(value, NULL, 10);
	else if (strncmp(word, "--many=", 7) == 0)
		many = (unsigned int)strtoul(value, NULL, 10);
	else if (strncmp(word, "--script=", 9) == 0)
		script = value;
	else if (strncmp(word, "--fault=", 8) == 0)
		fault = value;
	else
		fail(word);
}

static int run(char **words)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		execvp(words[0], words);
		fail(words[0]);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 126;
}

int main(int argc, char **argv)
{
	char cwd[4096], *root = argc > 4 ? realpath(argv[1], NULL) : NULL;
	int i = 3, listener, status;
	pid_t daemon;

	if (!root || !getcwd(cwd, sizeof(cwd)))
		fail("usage");
	pid_word = argv[2];
	while (i < argc && strcmp(argv[i], "--") != 0)
		read_option(argv[i++]);
	make_process(root);
	listener = make_socket(root);
	daemon = fork();
	if (daemon == 0)
		serve(listener);
	close(listener);
	if (chdir(cwd) < 0)
		fail(cwd);
	status = run(argv + i + 1);
	kill(daemon, SIGKILL);
	waitpid(daemon, NULL, 0);
	remove_all(root);
	free(root);
	return status;
}
