/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who changes settings: paths, processes, and records of fanotify. */
#include "unit.h"

#include <errno.h>
#include <irqkit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/macros.h"
#include "trace/pipe.h"
#include "trace/take_write.h"

/* ------------------------------------------------------------------------------- */
/* Paths                                                                           */

static void paths(void **state)
{
	/* as readlink(/proc/self/fd/N) gave them on Linux 5.10, 6.1, 6.12 and 7.3 */
	static const struct {
		const char *path, *canonical, *subject;
		bool is_list;
	} rows[] = {
		{ "/proc/irq/59/smp_affinity", "/proc/irq/59/smp_affinity", NULL, false },
		{ "/proc/irq/59/smp_affinity_list", "/proc/irq/59/smp_affinity", NULL,
			true },
		{ "/mnt/59/smp_affinity_list", "/proc/irq/59/smp_affinity", NULL, true },
		{ "/59/smp_affinity", "/proc/irq/59/smp_affinity", NULL, false },
		{ "/proc/irq/default_smp_affinity", "/proc/irq/default_smp_affinity",
			NULL, false },
		{ "/sys/devices/pci0000:40/0000:40:00.0/0000:41:00.0/virtio1/net/eth0/"
		  "queues/rx-0/rps_cpus",
			"/sys/class/net/eth0/queues/rx-0/rps_cpus", "eth0:rx-0", false },
		{ "/sys/devices/virtual/net/veth0/queues/rx-12/rps_flow_cnt",
			"/sys/class/net/veth0/queues/rx-12/rps_flow_cnt", "veth0:rx-12",
			false },
		{ "/sys/devices/vif-1-0/net/vif1.0/queues/tx-3/xps_cpus",
			"/sys/class/net/vif1.0/queues/tx-3/xps_cpus", "vif1.0:tx-3",
			false },
		{ "/sys/devices/vif-1-0/net/vif1.0/queues/tx-3/xps_rxqs",
			"/sys/class/net/vif1.0/queues/tx-3/xps_rxqs", "vif1.0:tx-3",
			false },
		{ "/proc/sys/net/core/rps_sock_flow_entries",
			"/proc/sys/net/core/rps_sock_flow_entries", NULL, false },
		{ "/proc/sys/net/core/rps_default_mask",
			"/proc/sys/net/core/rps_default_mask", NULL, false },
		{ "/sys/devices/system/cpu/cpu3/online",
			"/sys/devices/system/cpu/cpu3/online", "cpu3", false },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		char path[PATH_MAX];
		struct setting setting;
		char *subject;
		bool is_list;

		assert_true(setting_parse_path(rows[i].path, &setting, &is_list));
		setting_format_path(&setting, path);
		assert_string_equal(path, rows[i].canonical);
		assert_int_equal(is_list, rows[i].is_list);
		assert_int_equal(setting_format_subject(&setting, &subject), 0);
		assert_int_equal(!subject, !rows[i].subject);
		if (subject)
			assert_string_equal(subject, rows[i].subject);
		free(subject);
	}
}

static void other_paths(void **state)
{
	static const char *const rows[] = {
		"",
		"/",
		"smp_affinity",
		"/proc/irq/smp_affinity",
		"/proc/irq/59/smp_affinity (deleted)",
		"/proc/irq/59x/smp_affinity",
		"/proc/irq/99999999999/smp_affinity",
		"/proc/irq/59/effective_affinity",
		"/proc/self/oom_score_adj",
		"/sys/devices/system/memory/memory3/online",
		"/sys/devices/system/cpu/online",
		"/sys/devices/virtual/net/veth0/queues/tx-0/rps_cpus",
		"/sys/devices/virtual/net/a-name-that-is-too-long/queues/rx-0/rps_cpus",
		"/rx-0/rps_cpus",
		"/proc/sys/kernel/rps_default_mask",
	};
	struct setting setting;
	bool is_list;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		assert_false(setting_parse_path(rows[i], &setting, &is_list));
}

/* ------------------------------------------------------------------------------- */
/* Processes                                                                       */

static void units(void **state)
{
	static const struct {
		const char *text, *unit;
	} rows[] = {
		{ "0::/system.slice/irqbalance.service\n", "irqbalance.service" },
		{ "0::/user.slice/user-0.slice/session-3.scope\n", "session-3.scope" },
		{ "0::/user.slice/user-1000.slice/user@1000.service/app.slice/"
		  "app-gnome-xterm-1.scope\n",
			"app-gnome-xterm-1.scope" },
		{ "0::/system.slice/tuned.service/worker\n", "tuned.service" },
		{ "12:cpuset:/\n1:name=systemd:/system.slice/cron.service\n0::/\n",
			"cron.service" },
		{ "0::/system.slice/docker-0123456789ab.scope",
			"docker-0123456789ab.scope" },
		{ "0::/\n", NULL },
		{ "0::/init.scope\n", "init.scope" },
		{ "0::/system.slice\n", NULL },
		{ "0::/.service\n", NULL },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		size_t len;
		const char *unit = process_find_unit(
			rows[i].text, strlen(rows[i].text), &len);

		assert_int_equal(!unit, !rows[i].unit);
		if (!unit)
			continue;
		assert_int_equal(len, strlen(rows[i].unit));
		assert_memory_equal(unit, rows[i].unit, len);
	}
}

static void stats(void **state)
{
	static const struct {
		const char *text, *comm;
		unsigned int parent;
	} rows[] = {
		{ "332 (irqbalance) S 1 332 332 0 -1 4194560 1 0\n", "irqbalance", 1 },
		{ "9 (a) (b c) R 8 9", "a) (b c", 8 },
		{ "9 (new\nline) Z 12345 9\n", "new\nline", 12345 },
		{ "9 () S 0\n", "", 0 },
	};
	static const char *const bad[] = { "", "9", "9 (sh", "9 (sh)", "9 (sh) S",
		"9 (sh) S x 1", ")(" };
	const char *comm;
	uint32_t parent;
	size_t len;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		assert_true(process_parse_stat(
			rows[i].text, strlen(rows[i].text), &comm, &len, &parent));
		assert_int_equal(len, strlen(rows[i].comm));
		assert_memory_equal(comm, rows[i].comm, len);
		assert_int_equal(parent, rows[i].parent);
	}
	for (size_t i = 0; i < LENGTH(bad); i++)
		assert_false(
			process_parse_stat(bad[i], strlen(bad[i]), &comm, &len, &parent));
}

/* ------------------------------------------------------------------------------- */
/* Records                                                                         */

static void records(void **state)
{
	/* little-endian, from Linux 6.1: event_len, vers, reserved, metadata_len, mask, fd, pid */
	static const unsigned char recorded[] = {
		24,
		0,
		0,
		0,
		3,
		0,
		24,
		0,
		10,
		0,
		0,
		0,
		0,
		0,
		0,
		0,
		7,
		0,
		0,
		0,
		64,
		1,
		0,
		0, /* */
		24,
		0,
		0,
		0,
		3,
		0,
		24,
		0,
		8,
		0,
		0,
		0,
		0,
		0,
		0,
		0,
		8,
		0,
		0,
		0,
		76,
		1,
		0,
		0, /* */
		24,
		0,
		0,
		0,
		3,
		0,
		24,
		0,
		0,
		64,
		0,
		0,
		0,
		0,
		0,
		0,
		255,
		255,
		255,
		255,
		0,
		0,
		0,
		0,
	};
	const char *bytes = (const char *)recorded;
	size_t len = sizeof(recorded);
	struct write_record record;

	(void)state;
	if (__BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__)
		skip();
	assert_int_equal(writes_parse(&bytes, &len, &record), 1);
	assert_true(record.is_written && record.is_closed && !record.is_overflow);
	assert_int_equal(record.fd, 7);
	assert_int_equal(record.pid, 320);
	assert_int_equal(writes_parse(&bytes, &len, &record), 1);
	assert_true(!record.is_written && record.is_closed && !record.is_overflow);
	assert_int_equal(record.pid, 332);
	assert_int_equal(writes_parse(&bytes, &len, &record), 1);
	assert_true(record.is_overflow);
	assert_int_equal(record.fd, FAN_NOFD);
	assert_int_equal(writes_parse(&bytes, &len, &record), 0);
}

static void bad_records(void **state)
{
	struct fanotify_event_metadata data = {
		.event_len = sizeof(data),
		.vers = FANOTIFY_METADATA_VERSION,
		.metadata_len = sizeof(data),
	};
	struct write_record record;

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct fanotify_event_metadata bad = data;
		const char *bytes = (const char *)&bad;
		size_t len = sizeof(bad);

		if (i == 0)
			bad.vers++;
		else if (i == 1)
			bad.event_len--;
		else if (i == 2)
			bad.event_len++;
		else
			len--;
		assert_int_equal(writes_parse(&bytes, &len, &record), -EBADMSG);
	}
}

/* ------------------------------------------------------------------------------- */
/* Events                                                                          */

#define PATH "/proc/irq/59/smp_affinity"

struct script {
	unsigned int pid;
	const char *what; /* w: a write succeeded, c: the file was closed */
	const char *text;
	const char *expected; /* "written 0-3 -> 5", "refused 5 -> 5"; NULL: nothing */
};

static struct irqkit_watch *new_watch(struct irqkit_ctx *ctx)
{
	struct irqkit_watch *watch = calloc(1, sizeof(*watch));

	assert_non_null(watch);
	watch->ctx = ctx;
	watch->epoll_fd = watch->writes_fd = watch->timer_fd = -1;
	watch->kernel.probes.pipe_fd = -1;
	return watch;
}

static const char *list(const struct irqkit_cpuset *cpus, char text[static 64])
{
	char *list = NULL;

	if (cpus)
		assert_int_equal(irqkit_cpuset_format_list(cpus, &list), 0);
	snprintf(text, 64, "%s", list ? list : "?");
	free(list);
	return text;
}

static void check_event(const struct irqkit_watched *event, const char *expected)
{
	bool is_written = irqkit_watched_get_kind(event) == IRQKIT_WATCHED_WRITTEN;
	const struct irqkit_cpuset *old_cpus, *new_cpus;
	char old_text[64], new_text[64], text[160];

	irqkit_watched_get_old(event, &old_cpus);
	irqkit_watched_get_new(event, &new_cpus);
	snprintf(text, sizeof(text), "%s %s -> %s", is_written ? "written" : "refused",
		list(old_cpus, old_text), list(new_cpus, new_text));
	assert_string_equal(text, expected);
	assert_int_equal(irqkit_watched_get_irq(event), 59);
	assert_string_equal(irqkit_watched_get_path(event), PATH);
	assert_null(irqkit_watched_get_subject(event));
}

static void run_script(const struct script *rows, size_t n)
{
	struct irqkit_watch *watch;
	struct irqkit_ctx *ctx;

	assert_int_equal(irqkit_ctx_new(ROOTS "threads-xen-6.1-dom0", &ctx), 0);
	watch = new_watch(ctx);
	for (size_t i = 0; i < n; i++) {
		struct write_record record = {
			.is_written = strchr(rows[i].what, 'w'),
			.is_closed = strchr(rows[i].what, 'c'),
			.pid = rows[i].pid,
		};
		size_t before = watch->list.n;

		assert_int_equal(watch_take_write(watch, &record, PATH, rows[i].text,
					 strlen(rows[i].text)),
			0);
		assert_int_equal(watch->list.n - before, rows[i].expected != NULL);
		if (rows[i].expected)
			check_event(&watch->list.changes[before], rows[i].expected);
	}
	irqkit_watch_free(watch);
	irqkit_ctx_free(ctx);
}

static void writes(void **state)
{
	static const struct script rows[] = {
		{ 320, "wc", "0000000f\n", "written ? -> 0-3" },
		{ 332, "wc", "20", "written 0-3 -> 5" },
		{ 332, "c", "20",
			"refused 5 -> 5" }, /* a managed interrupt, a bad list */
		/* one that keeps the file open: its close says nothing new */
		{ 340, "w", "40", "written 5 -> 6" },
		{ 340, "w", "80", "written 6 -> 7" },
		{ 340, "c", "80", NULL },
		{ 340, "c", "80", "refused 7 -> 7" },
	};

	(void)state;
	run_script(rows, LENGTH(rows));
}

/* `cat mask >smp_affinity`: the shell opens, its child writes. */
static void shared_file(void **state)
{
	static const struct script rows[] = {
		{ 401, "w", "1", "written ? -> 0" },
		{ 400, "c", "1", NULL },
		{ 400, "c", "1", "refused 0 -> 0" },
		{ 401, "c", "1", NULL }, /* the child had it open, too */
		{ 401, "c", "1", "refused 0 -> 0" },
	};

	(void)state;
	run_script(rows, LENGTH(rows));
}

static void ended_process(void **state)
{
	struct write_record record = { .is_written = true, .is_closed = true };
	struct irqkit_watch *watch;
	struct irqkit_watched *event;
	struct irqkit_ctx *ctx;
	char own_name[16]; /* valgrind gives it another one */
	const char *comm;

	(void)state;
	assert_int_equal(irqkit_ctx_new(NULL, &ctx), 0);
	watch = new_watch(ctx);
	record.pid = (uint32_t)getpid();
	assert_int_equal(watch_take_write(watch, &record, PATH, NULL, 0), 0);
	record.pid = 4194305; /* more than any kernel allows */
	assert_int_equal(watch_take_write(watch, &record, PATH, NULL, 0), 0);
	assert_int_equal(watch->list.n, 2);
	event = &watch->list.changes[0];
	assert_true(irqkit_watched_is_own(event));
	assert_int_equal(prctl(PR_GET_NAME, own_name), 0);
	assert_string_equal(irqkit_watched_get_comm(event), own_name);
	assert_int_equal(irqkit_watched_get_parent(event, &comm), getppid());
	event = &watch->list.changes[1];
	assert_false(irqkit_watched_is_own(event));
	assert_null(irqkit_watched_get_comm(event));
	assert_int_equal(irqkit_watched_get_pid(event), 4194305);
	assert_int_equal(irqkit_watched_get_parent(event, &comm), 0);
	irqkit_watch_free(watch);
	irqkit_ctx_free(ctx);
}

/* ------------------------------------------------------------------------------- */
/* Probes                                                                          */

static const char *const lines[] = {
	/* Linux 5.10 has four flags, later kernels have five */
	"              sh-352     [006] d...    15.122954: set: "
	"(irq_set_affinity_locked+0x0/0x1f0) irq=59 mask=0x40 comm=\"sh\"",
	"           <...>-352     [006] d..1.    15.122954: set: "
	"(irq_set_affinity_locked+0x0/0x1f0) irq=59 mask=0x40 comm=\"sh\"",
	/* with names that look like other parts of the line */
	"         a [1] b-352     [006] d..1.    15.122954: set: "
	"(irq_set_affinity_locked+0x0/0x1f0) irq=59 mask=0x40 comm=\"sh\"",
};

static void set_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(lines); i++) {
		char text[64];
		struct hit hit;

		assert_int_equal(hit_parse(lines[i], strlen(lines[i]), &hit), 0);
		assert_int_equal(hit.probe, PROBE_SET);
		assert_int_equal(hit.thread, 352);
		assert_int_equal(hit.time, 15122954);
		assert_int_equal(hit.irq, 59);
		assert_string_equal(list(hit.cpus, text), "6");
		assert_string_equal(hit.comm, "sh");
		hit_clear(&hit);
	}
}

static void masks(void **state)
{
	static const struct {
		const char *mask, *list; /* NULL: no mask */
	} rows[] = {
		{ "0x0", "" },
		{ "0xffffffffffffffff", "0-63" },
		{ "{0x40,0x0}", "6" },
		{ "{0x1,0x3,0x0,0x8000000000000000}", "0,64-65,255" },
		{ "{0x40,0x0", NULL },
		{ "0x", NULL },
		{ "(fault)", NULL },
		{ "0x11111111111111111", NULL },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		char line[256], text[64];
		struct hit hit;
		int r;

		snprintf(line, sizeof(line),
			"           <...>-9       [000] d..1.     1.000001: set: "
			"(f+0x0/0x1) "
			"irq=7 mask=%s comm=\"a \"b\"\"",
			rows[i].mask);
		r = hit_parse(line, strlen(line), &hit);
		assert_int_equal(r, rows[i].list ? 0 : -EINVAL);
		if (r < 0)
			continue;
		assert_string_equal(list(hit.cpus, text), rows[i].list);
		assert_string_equal(hit.comm, "a \"b\"");
		hit_clear(&hit);
	}
}

static void other_lines(void **state)
{
	static const char *const bad[] = {
		"",
		"CPU:3 [LOST 23 EVENTS]",
		"           <...>-352     [006] d..1.    15.122954: other: (f+0x0/0x1) "
		"comm=\"a\"",
		"           <...>-352     [006] d..1.    15: set: (f+0x0/0x1) irq=59 "
		"mask=0x40",
		"           <...>-352     [006] d..1.    15.122954: set: (f+0x0/0x1) "
		"irq=x mask=1",
	};
	const char *start = "              ip-401     [002] d..1.    21.000007: start: "
			    "(irq_setup_affinity+0x0/0x1a0) comm=\"ip\"";
	char nul[256];
	struct hit hit;

	(void)state;
	snprintf(nul, sizeof(nul), "%s", lines[0]);
	*(strstr(nul, "40 comm") + 1) = '\0'; /* which ends no mask */
	assert_int_equal(hit_parse(nul, strlen(lines[0]), &hit), -EINVAL);
	for (size_t i = 0; i < LENGTH(bad); i++)
		assert_int_equal(hit_parse(bad[i], strlen(bad[i]), &hit), -EINVAL);
	for (size_t len = 0; len < strlen(lines[0]); len++)
		assert_int_equal(hit_parse(lines[0], len, &hit), -EINVAL);
	assert_int_equal(hit_parse(start, strlen(start), &hit), 0);
	assert_int_equal(hit.probe, PROBE_START);
	assert_string_equal(hit.comm, "ip");
}

/* A mask of exactly the kernel's words: what follows belongs to others. */
static void definitions(void **state)
{
	char *text;

	(void)state;
	assert_int_equal(probe_format(0, "irqkit_312_15122", 1, &text), 0);
	assert_string_equal(text,
		"p:irqkit_312_15122/set irq_set_affinity_locked "
		"irq=+4($arg1):u32 mask=+0($arg2):x64 comm=$comm");
	free(text);
	assert_int_equal(probe_format(0, "g", 2, &text), 0);
	assert_non_null(strstr(text, "mask=+0($arg2):x64[2] comm="));
	free(text);
}

/* Probes of others are never named. */
static void groups(void **state)
{
	static const struct {
		const char *line, *group;
	} rows[] = {
		{ "p:irqkit_312_15122/set irq_set_affinity_locked irq=+4($arg1):u32",
			"irqkit_312_15122/set" },
		{ "p:mine/irqkit_312_15122 f", NULL },
		{ "p:irqkitx/set f", NULL },
		{ "r4:irqkit_312_15122/set f", NULL },
		{ "p:irqkit_312_15122", NULL },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		size_t len;
		const char *group = probe_find_group(
			rows[i].line, strlen(rows[i].line), "irqkit_", &len);

		assert_int_equal(!group, !rows[i].group);
		if (group)
			assert_memory_equal(group, rows[i].group, len);
	}
}

/* What a probe saw, as lines of trace_pipe: thread, time, and the mask of interrupt 59. */
static void see(struct irqkit_watch *watch, unsigned int thread, unsigned int time,
	const char *probe, const char *mask)
{
	char line[256];
	int len = snprintf(line, sizeof(line),
		"           <...>-%-7u [000] d..1.     1.%06u: %s: (f+0x0/0x1)%s%s "
		"comm=\"sh\"\n",
		thread, time, probe, mask ? " irq=59 mask=" : "", mask ? mask : "");

	assert_true(pipe_take(watch, line, (size_t)len) >= 0);
}

/*
 * The probes saw two writes of one process, one of another, and the kernel in between. Each
 * has the right value before it, in whatever order the records come.
 */
static void probed_writes(void **state)
{
	struct write_record record = { .is_written = true, .is_closed = true };
	struct irqkit_watch *watch;
	struct irqkit_ctx *ctx;

	(void)state;
	assert_int_equal(irqkit_ctx_new(ROOTS "threads-xen-6.1-dom0", &ctx), 0);
	watch = new_watch(ctx);
	see(watch, 4194400, 10, "file", NULL);
	see(watch, 4194400, 11, "set", "0x1");
	see(watch, 4194400, 12, "file", NULL);
	see(watch, 4194400, 13, "set", "0x2");
	see(watch, 4194401, 20, "set", "0x4");
	see(watch, 4194402, 30, "list", NULL);
	see(watch, 4194402, 31, "set", "0x8");
	see(watch, 4194403, 40, "set", "0x8"); /* it has this already */
	assert_int_equal(watch->kernel.hits.n, 4);

	record.pid = 4194402;
	assert_int_equal(watch_take_write(watch, &record, PATH, "08", 2), 0);
	record.pid = 4194400;
	assert_int_equal(watch_take_write(watch, &record, PATH, "08", 2), 0);
	assert_int_equal(watch->list.n, 2);
	check_event(&watch->list.changes[0], "written 2 -> 3");
	assert_string_equal(irqkit_watched_get_comm(&watch->list.changes[0]), "sh");
	check_event(&watch->list.changes[1], "written ? -> 1");
	assert_int_equal(irqkit_watched_count_writes(&watch->list.changes[1]), 2);
	assert_int_equal(watch->kernel.hits.n, 1); /* the kernel's own */
	assert_int_equal(watch->kernel.hits.held[0].hit.thread, 4194401);
	assert_false(watch->kernel.hits.held[0].is_by_file);
	irqkit_watch_free(watch);
	irqkit_ctx_free(ctx);
}

/* A write that is refused leaves no mark on what the kernel does later for the thread. */
static void refused_then_kernel(void **state)
{
	struct irqkit_watch *watch;
	struct irqkit_ctx *ctx;

	(void)state;
	assert_int_equal(irqkit_ctx_new(ROOTS "threads-xen-6.1-dom0", &ctx), 0);
	watch = new_watch(ctx);
	see(watch, 197, 0, "list", NULL);
	see(watch, 197, 500000, "set", "0x1");
	see(watch, 197, 600000, "list", NULL);
	see(watch, 197, 600100, "set", "0x2");
	assert_int_equal(watch->kernel.hits.n, 2);
	assert_false(watch->kernel.hits.held[0].is_by_file);
	assert_true(watch->kernel.hits.held[1].is_by_file);
	irqkit_watch_free(watch);
	irqkit_ctx_free(ctx);
}

/* ------------------------------------------------------------------------------- */
/* Causes                                                                          */

#define SECOND 1000000

static void add_cause(struct causes *causes, enum irqkit_event_kind kind,
	const char *name, int64_t time)
{
	const struct irqkit_event event = { .kind = kind, .name = name, .cpu = 3 };

	assert_int_equal(causes_add(causes, &event, true, time), 1);
}

static void reasons(void **state)
{
	const struct setting queue = {
		.kind = SETTING_XPS_CPUS,
		.device = "eth0",
	};
	static const struct {
		const char *comm;
		int64_t time;
		const char *reason;
	} rows[] = {
		/* of a burst, the most specific one */
		{ "ethtool", 1 * SECOND, "ethtool -L eth0" },
		{ NULL, 1 * SECOND, "ethtool -L eth0" },
		/* another burst: who asks tells which it was */
		{ "ethtool", 3 * SECOND, "ethtool -L eth0" },
		{ "kworker/0:1-events", 3 * SECOND, "CPU 3 went offline" },
		/* after its event, but not for long */
		{ "cpuhp/3", 3 * SECOND + 200000, "CPU 3 went offline" },
		{ "cpuhp/3", 5 * SECOND, "eth0 was brought up" },
		{ "cpuhp/3", 9 * SECOND, NULL },
	};
	struct causes causes = { 0 };
	struct irqkit_ctx *ctx;

	(void)state;
	assert_int_equal(irqkit_ctx_new(ROOTS "threads-xen-6.1-dom0", &ctx), 0);
	add_cause(&causes, IRQKIT_EVENT_QUEUES, "eth0", 1 * SECOND + 10000);
	add_cause(&causes, IRQKIT_EVENT_RINGS, "eth1", 1 * SECOND + 10000);
	add_cause(&causes, IRQKIT_EVENT_CHANNELS, "eth0", 1 * SECOND + 20000);
	add_cause(&causes, IRQKIT_EVENT_CPU_OFFLINE, "cpu3", 3 * SECOND + 10000);
	add_cause(&causes, IRQKIT_EVENT_CHANNELS, "eth0", 3 * SECOND + 10000);
	add_cause(&causes, IRQKIT_EVENT_LINK_UP, "eth0", 5 * SECOND + 10000);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const char *reason = causes_find(
			&causes, ctx, &queue, rows[i].comm, rows[i].time);

		assert_int_equal(!reason, !rows[i].reason);
		if (reason)
			assert_string_equal(reason, rows[i].reason);
	}
	causes_forget(&causes, 4 * SECOND);
	assert_int_equal(causes.n, 1);
	causes_free(&causes);
	irqkit_ctx_free(ctx);
}

/* Only the end of a Xen guest gets its interrupts with the carrier. */
static void carriers(void **state)
{
	const struct irqkit_event found = {
		.kind = IRQKIT_EVENT_CARRIER_FOUND,
		.name = "vif2.0",
	};
	const struct irqkit_event lost = {
		.kind = IRQKIT_EVENT_CARRIER_LOST,
		.name = "vif2.0",
	};
	struct causes causes = { 0 };

	(void)state;
	assert_int_equal(causes_add(&causes, &found, false, 1), 0);
	assert_int_equal(causes_add(&causes, &lost, true, 1), 0);
	assert_int_equal(causes_add(&causes, &found, true, 1), 1);
	assert_string_equal(causes.causes[0].reason, "vif2.0 connected");
	causes_free(&causes);
}

static void saved_root(void **state)
{
	struct irqkit_watch *watch;
	struct irqkit_ctx *ctx;

	(void)state;
	assert_int_equal(irqkit_ctx_new(ROOTS "threads-xen-6.1-dom0", &ctx), 0);
	assert_int_equal(irqkit_watch_new(ctx, 0, &watch), -EINVAL);
	irqkit_ctx_free(ctx);
	irqkit_watch_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths),
		cmocka_unit_test(other_paths),
		cmocka_unit_test(units),
		cmocka_unit_test(stats),
		cmocka_unit_test(records),
		cmocka_unit_test(bad_records),
		cmocka_unit_test(writes),
		cmocka_unit_test(shared_file),
		cmocka_unit_test(ended_process),
		cmocka_unit_test(set_lines),
		cmocka_unit_test(masks),
		cmocka_unit_test(other_lines),
		cmocka_unit_test(definitions),
		cmocka_unit_test(groups),
		cmocka_unit_test(probed_writes),
		cmocka_unit_test(refused_then_kernel),
		cmocka_unit_test(reasons),
		cmocka_unit_test(carriers),
		cmocka_unit_test(saved_root),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
