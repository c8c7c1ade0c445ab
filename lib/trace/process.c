/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who a process is:
 *
 *	/proc/332/stat     332 (irqbalance) S 1 ...          name, parent, start
 *	/proc/332/cgroup   0::/system.slice/irqbalance.service
 *
 * Both can still be read when the process has ended and its parent has not asked for its
 * exit status.
 */
#include "trace/process.h"
#include "base/macros.h"
#include "base/number.h"
#include "kernel/knob_path.h"

#include <errno.h>
#include <string.h>

#define START_FIELD 22 /* proc(5); the state, after the name, is field 3 */

/* The fields after the name, which may itself contain spaces and parentheses. */
static const char *find_fields(const char *text, size_t len, const char **ret_comm)
{
	const char *begin = memchr(text, '(', len);
	const char *end = memrchr(text, ')', len);

	if (!begin || !end || end < begin)
		return NULL;
	*ret_comm = begin + 1;
	return end;
}

/* Field @number, from 3 on. */
static bool parse_field(
	const char *fields, const char *end, unsigned int number, uint64_t *ret_value)
{
	const char *at = fields + 1;

	for (unsigned int i = 3;; i++) {
		size_t len;

		while (at < end && *at == ' ')
			at++;
		len = 0;
		while (at + len < end && at[len] != ' ' && at[len] != '\n')
			len++;
		if (len == 0)
			return false;
		if (i == number)
			return parse_u64(at, len, ret_value) == 0;
		at += len;
	}
}

bool process_parse_stat(const char *text, size_t len, const char **ret_comm,
	size_t *ret_comm_len, uint32_t *ret_parent)
{
	const char *comm;
	const char *end = find_fields(text, len, &comm);
	uint64_t parent;

	if (!end || !parse_field(end, text + len, 4, &parent) || parent > UINT32_MAX)
		return false;
	*ret_comm = comm;
	*ret_comm_len = (size_t)(end - comm);
	*ret_parent = (uint32_t)parent;
	return true;
}

static bool is_unit(const char *name, size_t len)
{
	static const char *const types[] = { ".service", ".scope", ".socket", ".mount",
		".swap" };

	for (size_t i = 0; i < LENGTH(types); i++) {
		size_t n = strlen(types[i]);

		if (len > n && memcmp(name + len - n, types[i], n) == 0)
			return true;
	}
	return false;
}

/* In one line, "0::/system.slice/irqbalance.service". */
static const char *find_in_line(const char *line, size_t len, size_t *ret_len)
{
	while (len) {
		const char *slash = memrchr(line, '/', len);
		const char *name = slash ? slash + 1 : line;
		size_t name_len = (size_t)(line + len - name);

		if (slash && is_unit(name, name_len)) {
			*ret_len = name_len;
			return name;
		}
		len = slash ? (size_t)(slash - line) : 0;
	}
	return NULL;
}

const char *process_find_unit(const char *text, size_t len, size_t *ret_len)
{
	while (len) {
		const char *newline = memchr(text, '\n', len);
		size_t line_len = newline ? (size_t)(newline - text) : len;
		const char *unit = find_in_line(text, line_len, ret_len);

		if (unit)
			return unit;
		line_len += newline != NULL;
		text += line_len;
		len -= line_len;
	}
	return NULL;
}

/* ------------------------------------------------------------------------------- */

/* 0: there is no such process, or it may not be asked. */
static int read_stat(
	struct irqkit_ctx *ctx, uint32_t pid, char **ret_comm, uint32_t *ret_parent)
{
	_cleanup_free_ char *text = NULL;
	const char *comm;
	size_t len, comm_len;
	int r = knob_readf(ctx, &text, &len, "proc/%u/stat", pid);

	if (r == -ENOMEM)
		return r;
	if (r < 0 || !process_parse_stat(text, len, &comm, &comm_len, ret_parent))
		return 0;
	*ret_comm = strndup(comm, comm_len);
	return *ret_comm ? 0 : -ENOMEM;
}

static int read_unit(struct irqkit_ctx *ctx, uint32_t pid, char **ret_unit)
{
	_cleanup_free_ char *text = NULL;
	const char *unit;
	size_t len, unit_len;
	int r = knob_readf(ctx, &text, &len, "proc/%u/cgroup", pid);

	if (r == -ENOMEM)
		return r;
	unit = r < 0 ? NULL : process_find_unit(text, len, &unit_len);
	if (!unit)
		return 0;
	*ret_unit = strndup(unit, unit_len);
	return *ret_unit ? 0 : -ENOMEM;
}

int process_read(struct irqkit_ctx *ctx, uint32_t pid, struct process *ret_process)
{
	struct process process = { .pid = pid };
	uint32_t grandparent;
	int r = 0;

	if (pid)
		r = read_stat(ctx, pid, &process.comm, &process.parent);
	if (r == 0 && process.comm)
		r = read_unit(ctx, pid, &process.unit);
	if (r == 0 && process.parent)
		r = read_stat(ctx, process.parent, &process.parent_comm, &grandparent);
	if (r < 0) {
		process_clear(&process);
		return r;
	}
	*ret_process = process;
	return 0;
}

void process_clear(struct process *process)
{
	free(process->comm);
	free(process->unit);
	free(process->parent_comm);
	*process = (struct process){ 0 };
}
int process_read_start(struct irqkit_ctx *ctx, uint32_t pid, uint64_t *ret_start)
{
	_cleanup_free_ char *text = NULL;
	const char *comm, *fields;
	size_t len;
	int r = knob_readf(ctx, &text, &len, "proc/%u/stat", pid);

	if (r < 0)
		return r == -ESRCH ? -ENOENT : r;
	fields = find_fields(text, len, &comm);
	return fields && parse_field(fields, text + len, START_FIELD, ret_start)
		? 0
		: -EBADMSG;
}
