/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The socket of irqbalance: /run/irqbalance/irqbalancePID.sock, or where that folder does
 * not exist, one whose name is 108 NUL bytes, which no file shows: init_socket() in its
 * irqbalance.c. It reads one command of a connection, answers and closes it.
 *
 * Whatever listens there may be hung, may send rubbish, or may never end: each question has
 * a time limit, and each answer a largest size.
 */
#include "base/buffer.h"
#include "base/macros.h"
#include "base/number.h"
#include "irqbalance/irqbalance.h"
#include "kernel/ctx.h"
#include "kernel/knob.h"
#include "kernel/knob_path.h"
#include "kernel/root.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define FOLDER "run/irqbalance"
#define NAME_FRONT "irqbalance"
#define NAME_END ".sock"
#define MAX_ANSWER ((size_t)1 << 22)

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The next call on the socket may take until then. */
static int set_limit(int fd, int option, int64_t end_ms)
{
	int64_t left = end_ms - now_ms();
	struct timeval limit = { .tv_sec = left / 1000, .tv_usec = (left % 1000) * 1000 };

	if (left <= 0)
		return -ETIMEDOUT;
	return setsockopt(fd, SOL_SOCKET, option, &limit, sizeof(limit)) < 0 ? -errno : 0;
}

/* EAGAIN: the time is over. */
static int error_of_call(void)
{
	return errno == EAGAIN || errno == EINPROGRESS ? -ETIMEDOUT : -errno;
}

static int connect_to(int fd, const struct sockaddr_un *address, int64_t end_ms)
{
	int r = set_limit(fd, SO_SNDTIMEO, end_ms);

	if (r < 0)
		return r;
	if (RETRY(connect(fd, (const struct sockaddr *)address, sizeof(*address))) == 0)
		return 0;
	return error_of_call();
}

/* The file itself is connected to: a link in its place may lead out of the root. */
static int connect_to_file(
	struct irqkit_ctx *ctx, int fd, const char *path, int64_t end_ms)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int file = root_open(ctx, path, O_PATH | O_NOFOLLOW);
	struct stat st;
	int r;

	if (file < 0)
		return file;
	snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d", file);
	if (fstat(file, &st) < 0)
		r = -errno;
	else if (!S_ISSOCK(st.st_mode))
		r = -ENOENT;
	else
		r = connect_to(fd, &address, end_ms);
	close(file);
	return r;
}

static bool has_folder(struct irqkit_ctx *ctx)
{
	mode_t mode;

	return knob_read_mode(ctx, FOLDER, &mode) != -ENOENT;
}

/* A name without a file belongs to the running system only. */
static bool may_be_abstract(struct irqkit_ctx *ctx)
{
	return ctx->is_live && !has_folder(ctx);
}

/* Anybody may listen on an abstract socket: only root, or this user, is believed. */
static int check_peer(int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
		return -errno;
	return peer.uid == 0 || peer.uid == geteuid() ? 0 : -EPERM;
}

static int open_connection(
	struct irqkit_ctx *ctx, unsigned int pid, int64_t end_ms, int *ret_fd)
{
	char path[PATH_MAX];
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int r;

	if (fd < 0)
		return -errno;
	if (may_be_abstract(ctx)) {
		r = connect_to(
			fd, &(struct sockaddr_un){ .sun_family = AF_UNIX }, end_ms);
	} else {
		r = format_path(path, FOLDER "/" NAME_FRONT "%u" NAME_END, pid);
		if (r == 0)
			r = connect_to_file(ctx, fd, path, end_ms);
	}
	if (r == 0)
		r = check_peer(fd);
	if (r < 0) {
		close(fd);
		return r;
	}
	*ret_fd = fd;
	return 0;
}

/* irqbalance requires the credentials of the sender; the kernel checks them. */
static int send_command(int fd, const char *command, size_t len, int64_t end_ms)
{
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(sizeof(struct ucred))];
	} control = { 0 };
	struct iovec part = { .iov_base = (char *)command, .iov_len = len };
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);
	struct ucred self = { .pid = getpid(), .uid = geteuid(), .gid = getegid() };
	ssize_t n;
	int r = set_limit(fd, SO_SNDTIMEO, end_ms);

	if (r < 0)
		return r;
	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_CREDENTIALS;
	head->cmsg_len = CMSG_LEN(sizeof(self));
	memcpy(CMSG_DATA(head), &self, sizeof(self));
	n = RETRY(sendmsg(fd, &message, MSG_NOSIGNAL));
	if (n < 0)
		return errno == EPIPE ? -ECONNRESET : error_of_call();
	return (size_t)n == len ? 0 : -ECONNRESET;
}

/*
 * Until the other end closes the connection. If it has not read all that was sent, the
 * kernel says ECONNRESET instead of the end: unix_release_sock() in net/unix/af_unix.c.
 */
static int read_answer(int fd, int64_t end_ms, struct buffer *answer)
{
	char bytes[4096];
	ssize_t n;

	do {
		int r = set_limit(fd, SO_RCVTIMEO, end_ms);

		if (r < 0)
			return r;
		n = RETRY(recv(fd, bytes, sizeof(bytes), 0));
		if (n < 0)
			return error_of_call();
		for (ssize_t i = 0; i < n; i++)
			buffer_add_char(answer, bytes[i]);
	} while (n > 0 && answer->len <= MAX_ANSWER);
	return n > 0 ? -EFBIG : 0;
}

static int ask(int fd, const char *command, size_t len, int64_t end_ms, char **ret_answer,
	size_t *ret_len)
{
	struct buffer answer = { 0 };
	_cleanup_free_ char *text = NULL;
	int r = send_command(fd, command, len, end_ms), taken;

	if (r == 0)
		r = read_answer(fd, end_ms, &answer);
	*ret_len = answer.len;
	taken = buffer_take(&answer, &text);
	if (r == 0)
		r = taken;
	if (r == 0)
		*ret_answer = TAKE(text);
	return r;
}

int irqbalance_ask(struct irqkit_ctx *ctx, unsigned int pid, const char *command,
	size_t len, unsigned int timeout_ms, char **ret_answer, size_t *ret_len)
{
	int64_t end_ms = now_ms() + timeout_ms;
	int fd, r = open_connection(ctx, pid, end_ms, &fd);

	if (r < 0)
		return r;
	r = ask(fd, command, len, end_ms, ret_answer, ret_len);
	close(fd);
	return r;
}

/* ------------------------------------------------------------------------------- */

/* "irqbalance4711.sock" */
static bool parse_name(const char *name, unsigned int *ret_pid)
{
	const char *digits = name + strlen(NAME_FRONT);
	size_t len = strlen(digits);
	uint32_t pid;

	if (len <= strlen(NAME_END) ||
		strcmp(digits + len - strlen(NAME_END), NAME_END) != 0 ||
		parse_u32(digits, len - strlen(NAME_END), &pid) < 0)
		return false;
	*ret_pid = pid;
	return true;
}

/* A process that was killed leaves its file. */
static bool is_running(struct irqkit_ctx *ctx, unsigned int pid)
{
	mode_t mode;

	return knob_readf_mode(ctx, &mode, "proc/%u/stat", pid) == 0;
}

int irqbalance_list_sockets(
	struct irqkit_ctx *ctx, unsigned int known_pid, struct number_list *ret_pids)
{
	char **names = NULL;
	size_t n = 0;
	unsigned int pid;
	int r;

	if (may_be_abstract(ctx))
		return number_list_add(ret_pids, known_pid);
	r = knob_list_names(ctx, FOLDER, NAME_FRONT, &names, &n);
	for (size_t i = 0; i < n && r == 0; i++)
		if (parse_name(names[i], &pid) && is_running(ctx, pid))
			r = number_list_add(ret_pids, pid);
	free(names);
	return r < 0 && !is_failure(r) ? 0 : r;
}
