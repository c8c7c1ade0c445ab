/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kprobe events in an instance of tracefs of their own, so that the trace of others does
 * not contain them. Instance and group are named irqkit_PID_START: a process with this
 * number that began at another time is not the one that made them, so they are left over.
 *
 *	sys/kernel/tracing/instances/irqkit_312_15122/trace_pipe
 *	                  /kprobe_events            p:irqkit_312_15122/set irq_set_affinity_locked ...
 *
 * The kernel removes nothing of this when the process ends. An instance cannot be removed
 * while somebody reads its trace_pipe, which also protects those of other runs.
 */
#include "trace/probes.h"
#include "base/macros.h"
#include "base/number.h"
#include "kernel/ctx.h"
#include "kernel/knob.h"
#include "kernel/knob_path.h"
#include "kernel/root.h"
#include "trace/process.h"
#include "trace/trace_line.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <syslog.h>
#include <unistd.h>

#define PREFIX "irqkit_"
#define WORDS_MAX 64u /* MAX_ARRAY_LEN of kernel/trace/trace_probe.h */

#ifndef TRACEFS_MAGIC
#define TRACEFS_MAGIC 0x74726163
#endif

FORMAT_ARGUMENT(3)
static int write_file(struct irqkit_ctx *ctx, const char *text, const char *format, ...);

static int write_file(struct irqkit_ctx *ctx, const char *text, const char *format, ...)
{
	char path[PATH_MAX];
	bool is_refused;
	va_list args;

	va_start(args, format);
	vsnprintf(path, sizeof(path), format, args);
	va_end(args);
	return knob_write(ctx, path, text, &is_refused);
}

/* ------------------------------------------------------------------------------- */
/* Removing                                                                        */

static int remove_instance(struct irqkit_ctx *ctx, const char *folder, const char *name)
{
	char path[PATH_MAX];
	int dir, r = 0;

	format_path(path, "%s/instances", folder);
	dir = root_open(ctx, path, O_RDONLY | O_DIRECTORY);
	if (dir < 0)
		return dir;
	if (unlinkat(dir, name, AT_REMOVEDIR) < 0)
		r = -errno;
	close(dir);
	return r;
}

/* Its run is over: no process has this number and this start. */
static bool is_left_over(struct irqkit_ctx *ctx, const char *name, size_t len)
{
	const char *pid = name + strlen(PREFIX);
	const char *end = memchr(name, '/', len) ?: name + len;
	const char *start = memchr(pid, '_', (size_t)(end - pid));
	uint64_t began, begins;
	uint32_t number;
	int r;

	if (!start || parse_u32(pid, (size_t)(start - pid), &number) < 0 ||
		parse_u64(start + 1, (size_t)(end - start - 1), &began) < 0)
		return false;
	r = process_read_start(ctx, number, &begins);
	return r == -ENOENT || (r == 0 && begins != began);
}

/* @text: a group and a name, "irqkit_312_15122/set" */
static void remove_probe(
	struct irqkit_ctx *ctx, const char *folder, const char *text, size_t len)
{
	char line[128];

	snprintf(line, sizeof(line), "-:%.*s", (int)len, text);
	write_file(ctx, line, "%s/kprobe_events", folder);
}

/* All probes of a group; NULL: of all groups that are left over. */
static void remove_probes(struct irqkit_ctx *ctx, const char *folder, const char *group)
{
	_cleanup_free_ char *text = NULL;
	char prefix[80];
	size_t len;

	snprintf(
		prefix, sizeof(prefix), "%s%s", group ? group : PREFIX, group ? "/" : "");
	if (knob_readf(ctx, &text, &len, "%s/kprobe_events", folder) < 0)
		return;
	for (const char *line = text; *line;) {
		size_t line_len = strcspn(line, "\n"), n;
		const char *probe = probe_find_group(line, line_len, prefix, &n);

		if (probe && (group || is_left_over(ctx, probe, n)))
			remove_probe(ctx, folder, probe, n);
		line += line_len + (line[line_len] == '\n');
	}
}

static void remove_left_over(struct irqkit_ctx *ctx, const char *folder)
{
	_cleanup_free_ char **names = NULL;
	size_t n = 0;

	if (knob_listf_names(ctx, PREFIX, &names, &n, "%s/instances", folder) < 0)
		return;
	for (size_t i = 0; i < n; i++)
		if (is_left_over(ctx, names[i], strlen(names[i])))
			remove_instance(ctx, folder, names[i]);
	remove_probes(ctx, folder, NULL);
}

void probes_close(struct probes *probes)
{
	if (probes->pipe_fd >= 0)
		close(probes->pipe_fd);
	probes->pipe_fd = -1;
	if (!probes->folder)
		return;
	write_file(probes->ctx, "0", "%s/instances/%s/events/%s/enable", probes->folder,
		probes->name, probes->name);
	remove_instance(probes->ctx, probes->folder, probes->name);
	remove_probes(probes->ctx, probes->folder, probes->name);
	probes->folder = NULL;
}

/* ------------------------------------------------------------------------------- */
/* Starting                                                                        */

static int find_folder(struct irqkit_ctx *ctx, const char **ret_folder)
{
	static const char *const folders[] = {
		"sys/kernel/tracing",
		"sys/kernel/debug/tracing",
	};
	int r = -ENOENT;

	for (size_t i = 0; i < LENGTH(folders); i++) {
		int dir = root_open(ctx, folders[i], O_RDONLY | O_DIRECTORY);
		struct statfs fs;
		bool is_there;

		if (dir == -EACCES || dir == -EPERM)
			r = dir;
		if (dir < 0)
			continue;
		is_there = fstatfs(dir, &fs) == 0 && fs.f_type == TRACEFS_MAGIC;
		close(dir);
		if (!is_there)
			continue;
		*ret_folder = folders[i];
		return 0;
	}
	return r;
}

/* A kernel can have tracefs without kprobe events. */
static int check_events(const struct probes *probes)
{
	char path[PATH_MAX];
	int fd;

	format_path(path, "%s/kprobe_events", probes->folder);
	fd = root_open(probes->ctx, path, O_WRONLY);
	if (fd >= 0)
		close(fd);
	return fd >= 0 ? 0 : fd == -ENOENT ? -EOPNOTSUPP : fd;
}

static int make_instance(struct probes *probes)
{
	char path[PATH_MAX];
	int dir, r = check_events(probes);

	if (r < 0)
		return r;

	format_path(path, "%s/instances", probes->folder);
	dir = root_open(probes->ctx, path, O_RDONLY | O_DIRECTORY);
	if (dir < 0)
		return dir;
	if (mkdirat(dir, probes->name, 0700) < 0)
		r = errno == EINVAL ? -EPERM : -errno; /* EINVAL: lockdown */
	close(dir);
	return r;
}

/* The kernel allocates a bit for each possible CPU, in words of 64. */
static int count_words(struct irqkit_ctx *ctx, unsigned int *ret_words)
{
	struct irqkit_cpuset *possible;
	int last = -1, r;

	r = knob_read_cpulist(ctx, "sys/devices/system/cpu/possible", &possible);
	if (r < 0)
		return r;
	for (int cpu = -1; (cpu = irqkit_cpuset_next(possible, cpu)) >= 0;)
		last = cpu;
	irqkit_cpuset_free(possible);
	*ret_words = (unsigned int)last / 64 + 1;
	return last < 0 || *ret_words > WORDS_MAX ? -ERANGE : 0;
}

/*
 * A probe that this kernel does not have is left out, unless it is the first. An unknown
 * function is ENOENT up to Linux 6.1, and EINVAL later.
 */
static int start_probe(struct probes *probes, size_t index, unsigned int words)
{
	_cleanup_free_ char *definition = NULL;
	int r = probe_format(index, probes->name, words, &definition);

	if (r == 0)
		r = write_file(
			probes->ctx, definition, "%s/kprobe_events", probes->folder);
	if (r == 0)
		r = write_file(probes->ctx, "1", "%s/instances/%s/events/%s/%s/enable",
			probes->folder, probes->name, probes->name,
			probe_get_name(index));
	if (r < 0 && r != -ENOMEM)
		ctx_log(probes->ctx, LOG_DEBUG, "no kprobe '%s': %s",
			definition ? definition : "", strerror(-r));
	if (r == -ENOENT || r == -EINVAL)
		r = -EOPNOTSUPP;
	return index > 0 && r != -ENOMEM ? 0 : r;
}

static int open_pipe(struct probes *probes)
{
	char path[PATH_MAX];
	int fd;

	format_path(path, "%s/instances/%s/trace_pipe", probes->folder, probes->name);
	fd = root_open(probes->ctx, path, O_RDONLY | O_NONBLOCK);
	if (fd < 0)
		return fd;
	probes->pipe_fd = fd;
	return 0;
}

static int start(struct probes *probes)
{
	static const struct {
		const char *name, *text;
	} settings[] = {
		{ "trace_clock", "mono" },
		/* poll(2) returns at the first event (since Linux 4.21) */
		{ "buffer_percent", "0" },
		/* the name comes from the probe: the scheduler need not record names */
		{ "options/record-cmd", "0" },
	};
	unsigned int words;
	int r = open_pipe(probes);

	for (size_t i = 0; r == 0 && i < LENGTH(settings); i++)
		write_file(probes->ctx, settings[i].text, "%s/instances/%s/%s",
			probes->folder, probes->name, settings[i].name);
	if (r == 0)
		r = count_words(probes->ctx, &words);
	for (size_t i = 0; r == 0 && probe_get_name(i); i++)
		r = start_probe(probes, i, words);
	return r;
}

int probes_open(struct irqkit_ctx *ctx, struct probes *ret_probes)
{
	struct probes probes = { .ctx = ctx, .pipe_fd = -1 };
	uint32_t pid = (uint32_t)getpid();
	const char *folder = NULL;
	uint64_t began;
	int r = find_folder(ctx, &folder);

	if (r == 0)
		r = process_read_start(ctx, pid, &began);
	if (r < 0)
		return r;
	remove_left_over(ctx, folder);
	probes.folder = folder;
	snprintf(probes.name, sizeof(probes.name), PREFIX "%u_%llu", pid,
		(unsigned long long)began);
	r = make_instance(&probes);
	if (r < 0)
		return r;
	r = start(&probes);
	if (r < 0) {
		probes_close(&probes);
		return r;
	}
	*ret_probes = probes;
	return 0;
}
