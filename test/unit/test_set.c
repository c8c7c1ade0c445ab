/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SETs: every word, and every mistake with its place and its message. */
#include "unit.h"

#include <errno.h>
#include <irqkit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"

struct machine {
	struct irqkit_ctx *ctx;
	struct irqkit_topology *topology;
	struct irqkit_cpuset *local;
};

/* @local: a list, or NULL */
static struct machine open_machine(const char *root, const char *local)
{
	struct machine m = { 0 };
	char path[256];

	snprintf(path, sizeof(path), ROOTS "%s", root);
	assert_int_equal(irqkit_ctx_new(path, &m.ctx), 0);
	assert_int_equal(irqkit_topology_new(m.ctx, &m.topology), 0);
	if (local)
		assert_int_equal(
			irqkit_cpuset_parse_list(local, strlen(local), &m.local, NULL),
			0);
	return m;
}

static void close_machine(struct machine *m)
{
	irqkit_cpuset_free(m->local);
	irqkit_topology_free(m->topology);
	irqkit_ctx_free(m->ctx);
}

struct good {
	const char *root, *text, *list;
	const char *local;
};

static void sets_are_read(void **state)
{
	static const struct good good[] = {
		/* numbers */
		{ "linux-6.1-16cpu", "0", "0", NULL },
		{ "linux-6.1-16cpu", "0-3,8", "0-3,8", NULL },
		{ "linux-6.1-16cpu", "8,0-3", "0-3,8", NULL },
		{ "linux-6.1-16cpu", "0-15:4", "0,4,8,12", NULL },
		{ "linux-6.1-16cpu", "0-7,^2-3", "0-1,4-7", NULL },
		{ "linux-6.1-16cpu", "0-7,^0-7:2", "1,3,5,7", NULL },
		/* from left to right */
		{ "linux-6.1-16cpu", "0-3,^1,1", "0-3", NULL },
		{ "linux-6.1-16cpu", "0-3,1,^1", "0,2-3", NULL },
		/* what is taken away need not be there */
		{ "linux-6.1-16cpu", "0-3,^8", "0-3", NULL },
		{ "linux-6.1-16cpu", "0-3,^99", "0-3", NULL },
		{ "linux-6.1-16cpu", "0-99,^16-99", "0-15", NULL },
		{ "gap-8cpu", "0-9,^3,^5", "0-2,4,6-9", NULL },
		/* all */
		{ "linux-6.1-16cpu", "all", "0-15", NULL },
		{ "linux-6.1-16cpu", "all,^0", "1-15", NULL },
		{ "gap-8cpu", "all", "0-2,4,6-9", NULL },
		{ "gap-8cpu", "all,^5", "0-2,4,6-9", NULL },
		/* node */
		{ "linux-6.1-16cpu", "node:0", "0-7", NULL },
		{ "linux-6.1-16cpu", "node:0-1", "0-15", NULL },
		{ "linux-6.1-16cpu", "all,^node:0", "8-15", NULL },
		{ "linux-6.1-16cpu", "node:0,node:1,^15", "0-14", NULL },
		{ "memory-node-4cpu", "node:5", "2-3", NULL },
		{ "memory-node-4cpu", "node:0-5:5", "0-3", NULL },
		{ "memory-node-4cpu", "node:3,1", "1", NULL },
		{ "linux-6.1-16cpu-2offline", "node:0", "0-2,4-6", NULL },
		/* package */
		{ "linux-6.1-16cpu", "package:1", "8-15", NULL },
		{ "arm64-clusters-8cpu", "package:36", "0-7", NULL },
		{ "mlx5-64queues", "package:1,^48-63", "16-31", NULL },
		/* llc */
		{ "linux-6.1-16cpu", "llc:8", "8-15", NULL },
		{ "hybrid-14cpu", "llc:12", "12-13", NULL },
		{ "hybrid-14cpu", "llc:0-13:12", "0-13", NULL },
		{ "arm64-clusters-8cpu", "llc:5", "4-7", NULL },
		/* siblings */
		{ "linux-6.1-16cpu", "siblings:4", "4-5", NULL },
		{ "linux-6.1-16cpu", "siblings:0-3", "0-3", NULL },
		{ "smt-apart-8cpu", "siblings:5", "1,5", NULL },
		{ "linux-6.1-16cpu-2offline", "siblings:2", "2", NULL },
		{ "one-cpu", "siblings:0", "0", NULL },
		/* threads */
		{ "linux-6.1-16cpu", "first-threads", "0,2,4,6,8,10,12,14", NULL },
		{ "linux-6.1-16cpu", "other-threads", "1,3,5,7,9,11,13,15", NULL },
		{ "linux-6.1-16cpu", "node:1,^other-threads", "8,10,12,14", NULL },
		{ "smt-apart-8cpu", "first-threads", "0-3", NULL },
		{ "one-cpu", "first-threads", "0", NULL },
		/* core classes */
		{ "hybrid-14cpu", "fast", "0-7", NULL },
		{ "hybrid-14cpu", "slow", "8-13", NULL },
		{ "arm64-clusters-8cpu", "fast", "4-7", NULL },
		{ "arm64-clusters-8cpu", "all,^fast", "0-3", NULL },
		{ "arm64-clusters-8cpu", "slow,7", "0-3,7", NULL },
		/* isolated, housekeeping */
		{ "isolcpus-8cpu", "isolated", "2-3,5", NULL },
		{ "isolcpus-8cpu", "housekeeping", "0-1,6-7", NULL },
		{ "isolcpus-8cpu", "all,^isolated", "0-1,4,6-7", NULL },
		{ "linux-6.1-16cpu", "housekeeping", "0-15", NULL },
		{ "linux-6.1-16cpu", "all,^isolated", "0-15", NULL },
		{ "linux-6.1-16cpu", "isolated,3", "3", NULL },
		/* local, less what is offline */
		{ "linux-6.1-16cpu", "local", "8-15", "8-15" },
		{ "linux-6.1-16cpu", "local,^other-threads", "8,10", "8-11" },
		{ "gap-8cpu", "local", "2,4", "2-5" },
		/* irq */
		{ "linux-6.1-16cpu-2offline", "irq:24", "0-2,4-6,8-15", NULL },
		{ "mlx5-64queues", "irq:121", "16", NULL },
		{ "mlx5-64queues", "irq:121-123", "16-18", NULL },
		{ "mlx5-64queues", "16-19,^irq:121-122", "18-19", NULL },
		/* nothing is known of the machine */
		{ "interrupts-only", "0-3,9", "0-3,9", NULL },
		{ "interrupts-only", "local", "1", "1" },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(good); i++) {
		struct machine m = open_machine(good[i].root, good[i].local);
		struct irqkit_cpuset *set = NULL;
		char *list = NULL, *message = NULL;
		size_t at = 12345;
		int r = irqkit_topology_parse_set(m.topology, good[i].text,
			strlen(good[i].text), m.local, &set, &at, &message);

		if (r < 0)
			fail_msg("%s: '%s' is refused: %s", good[i].root, good[i].text,
				message ? message : strerror(-r));
		assert_null(message);
		assert_int_equal(at, 12345);
		assert_int_equal(irqkit_cpuset_format_list(set, &list), 0);
		if (strcmp(list, good[i].list) != 0)
			fail_msg("%s: '%s' is '%s', not '%s'", good[i].root, good[i].text,
				list, good[i].list);
		free(list);
		irqkit_cpuset_free(set);
		close_machine(&m);
	}
}

struct bad {
	const char *root, *text;
	int error;
	size_t at;
	const char *message;
	const char *local;
};

#define WORDS                                                                            \
	"use numbers, as in 0-3,8, or the words all, node:0, package:0, llc:8, "         \
	"siblings:4, first-threads, other-threads, fast, slow, isolated, housekeeping, " \
	"local, irq:24, current"
#define NOT_A_SET(text, meant)                                                           \
	"'" text "' is not a set of CPUs; did you mean '" meant "'?"
#define NOT_A_PART(text, whole, meant)                                                   \
	"'" text "' in '" whole "' is not a set of CPUs; did you mean '" meant "'?"
#define NOT_A_MASK(text, meant)                                                          \
	"'" text "' is a mask, not a set of CPUs; did you mean '" meant "'?"
#define NOT_HERE(text, meant, why)                                                       \
	"'" text "' is not a set of CPUs, and '" meant "' would not work here: " why
#define SMT "linux-6.1-16cpu"
#define GAP "gap-8cpu"
#define ONLINE_GAP " (online CPUs: 0-2,4,6-9)"

static void check_bad(const struct bad *bad)
{
	struct machine m = open_machine(bad->root, bad->local);
	struct irqkit_cpuset *untouched = (void *)1, *set = untouched;
	size_t at = 12345, len = strlen(bad->text);
	char *message = NULL;
	char *text = copy_of(bad->text, len);
	int r;

	r = irqkit_topology_parse_set(
		m.topology, text, len, m.local, &set, &at, &message);
	if (r != bad->error || at != bad->at || !message ||
		strcmp(message, bad->message) != 0)
		fail_msg("%s: '%s': %d at %zu: \"%s\", not %d at %zu: \"%s\"", bad->root,
			bad->text, r, at, message ? message : "", bad->error, bad->at,
			bad->message);
	assert_ptr_equal(set, untouched);
	assert_int_equal(irqkit_topology_parse_set(
				 m.topology, text, len, m.local, &set, NULL, NULL),
		r);
	free(message);
	free(text);
	close_machine(&m);
}

static void mistakes_of_form(void **state)
{
	static const struct bad bad[] = {
		/* parts that are missing */
		{ SMT, "", -EINVAL, 0, "no CPU is given; write the set as 0-3,8", NULL },
		{ SMT, "1,", -EINVAL, 2,
			"'1,' ends where a CPU is expected; write it as 0-3,8", NULL },
		{ SMT, ",", -EINVAL, 0, "in ',' a CPU is missing before ','", NULL },
		{ SMT, ",1", -EINVAL, 0, "in ',1' a CPU is missing before ',1'", NULL },
		{ SMT, "1,,2", -EINVAL, 2, "in '1,,2' a CPU is missing before ',2'",
			NULL },
		{ SMT, "^", -EINVAL, 1, "a CPU is missing after '^'; write it as all,^0",
			NULL },
		{ SMT, "all,^", -EINVAL, 5,
			"a CPU is missing after '^'; write it as all,^0", NULL },
		{ SMT, "all,^,1", -EINVAL, 5,
			"a CPU is missing after '^'; write it as all,^0", NULL },
		/* numbers */
		{ SMT, "3-1", -EINVAL, 2, "the range in '3-1' ends before it starts",
			NULL },
		{ SMT, "0,3-1", -EINVAL, 4, "the range in '3-1' ends before it starts",
			NULL },
		{ SMT, "1-", -EINVAL, 2,
			"'1-' ends where a number is expected; "
			"write it as 0-3,8",
			NULL },
		{ SMT, "1-3:0", -EINVAL, 4, "the stride in '1-3:0' is 0", NULL },
		{ SMT, "1-3:", -EINVAL, 4,
			"'1-3:' ends where a number is expected; "
			"write it as 0-3,8",
			NULL },
		{ SMT, "1:2", -EINVAL, 1,
			"'1:2' is wrong from ':2' on; write it as 0-3,8", NULL },
		{ SMT, "1-2-3", -EINVAL, 3,
			"'1-2-3' is wrong from '-3' on; write it as 0-3,8", NULL },
		{ SMT, "0x", -EINVAL, 1, "'0x' is wrong from 'x' on; write it as 0-3,8",
			NULL },
		{ SMT, "1 ", -EINVAL, 0, "'1 ' is not a set of CPUs; did you mean '1'?",
			NULL },
		{ SMT, "0-3,1\n", -EINVAL, 0,
			"'0-3,1\n' is not a set of CPUs; did you mean '0-3,1'?", NULL },
		{ SMT, "4294967296", -ERANGE, 0,
			"in '4294967296' the number at '4294967296' is too large", NULL },
		{ SMT, "0,1-1048576", -ERANGE, 4,
			"in '1-1048576' the number at '1048576' is too large", NULL },
		/* words */
		{ SMT, "nod:1", -EINVAL, 0,
			"'nod:1' is not a set of CPUs; did you mean 'node:1'?", NULL },
		{ SMT, "0,nodes:1", -EINVAL, 2,
			NOT_A_PART("nodes:1", "0,nodes:1", "0,node:1"), NULL },
		{ SMT, "ALLES", -EINVAL, 0, "'ALLES' is not a set of CPUs: " WORDS,
			NULL },
		{ SMT, " 1", -EINVAL, 0, "' 1' is not a set of CPUs; did you mean '1'?",
			NULL },
		{ SMT, "-1", -EINVAL, 0, "'-1' is not a set of CPUs: " WORDS, NULL },
		{ SMT, "fg", -EINVAL, 0, "'fg' is not a set of CPUs: " WORDS, NULL },
		{ SMT, ":", -EINVAL, 0, "':' is not a set of CPUs: " WORDS, NULL },
		{ SMT, "all,^^0", -EINVAL, 5, "'^0' is not a set of CPUs: " WORDS, NULL },
		{ SMT, "all,!", -EINVAL, 4, "'!' is not a set of CPUs: " WORDS, NULL },
		/* as other tools write it */
		{ SMT, "ALL", -EINVAL, 0, NOT_A_SET("ALL", "all"), NULL },
		{ SMT, "0,Local", -EINVAL, 2,
			"'Local' in '0,Local' is not a set of CPUs, and '0,local' "
			"would not work here: 'local' means the CPUs near a device, "
			"but there is no device here",
			NULL },
		{ SMT, "all,!0", -EINVAL, 4, NOT_A_PART("!0", "all,!0", "all,^0"), NULL },
		{ SMT, "!0", -EINVAL, 0, NOT_A_SET("!0", "all,^0"), NULL },
		{ SMT, "all,^node0", -EINVAL, 5,
			NOT_A_PART("node0", "all,^node0", "all,^node:0"), NULL },
		{ SMT, "cpu0,cpu1", -EINVAL, 0, NOT_A_PART("cpu0", "cpu0,cpu1", "0,1"),
			NULL },
		{ SMT, "cpu16", -EINVAL, 0,
			NOT_HERE("cpu16", "16",
				"CPU 16 does not exist (online CPUs: 0-15)"),
			NULL },
		{ SMT, "node2", -EINVAL, 0,
			NOT_HERE(
				"node2", "node:2", "no NUMA node 2: this system has 0-1"),
			NULL },
		{ SMT, "0b11", -EINVAL, 0, NOT_A_MASK("0b11", "0-1"), NULL },
		{ SMT, "0B1000", -EINVAL, 0, NOT_A_MASK("0B1000", "3"), NULL },
		{ SMT, "0b12", -EINVAL, 0, NOT_A_MASK("0b12", "1,4,8-9,11"), NULL },
		{ SMT, "0o17", -EINVAL, 0, NOT_A_MASK("0o17", "0-3"), NULL },
		{ SMT, "Node1", -EINVAL, 0, NOT_A_SET("Node1", "node:1"), NULL },
		{ SMT, "node0x", -EINVAL, 0, "'node0x' is not a set of CPUs: " WORDS,
			NULL },
		{ SMT, "cpu3", -EINVAL, 0, NOT_A_SET("cpu3", "3"), NULL },
		{ SMT, "0-3/2", -EINVAL, 0, NOT_A_SET("0-3/2", "0-3:2"), NULL },
		{ SMT, "8,0..3", -EINVAL, 2, NOT_A_PART("0..3", "8,0..3", "8,0-3"),
			NULL },
		{ SMT, "ff", -EINVAL, 0, NOT_A_MASK("ff", "0-7"), NULL },
		{ SMT, "0x1", -EINVAL, 0, NOT_A_MASK("0x1", "0"), NULL },
		{ SMT, "1,0000000f", -EINVAL, 0,
			"'1,0000000f' is a mask, not a set of CPUs, and '0-3,32' would "
			"not work here: CPU 32 does not exist (online CPUs: 0-15)",
			NULL },
		{ SMT, "\xff\x1b", -EINVAL, 0, "'\xff\x1b' is not a set of CPUs: " WORDS,
			NULL },
		{ SMT, "node", -EINVAL, 4, "'node' needs a number, as in node:0", NULL },
		{ SMT, "all,^llc", -EINVAL, 8, "'llc' needs a number, as in llc:8",
			NULL },
		{ SMT, "node:", -EINVAL, 5,
			"'node:' ends where a number is expected; "
			"write it as node:0",
			NULL },
		{ SMT, "package:x", -EINVAL, 8,
			"'package:x' is wrong from 'x' on; write it as package:0", NULL },
		{ SMT, "siblings:4x", -EINVAL, 10,
			"'siblings:4x' is wrong from 'x' on; write it as "
			"siblings:4",
			NULL },
		{ SMT, "irq:eth0", -EINVAL, 4,
			"'irq:eth0' is wrong from 'eth0' on; write it as irq:24", NULL },
		{ SMT, "node:1-0", -EINVAL, 7,
			"the range in 'node:1-0' ends before it starts", NULL },
		{ SMT, "node:0-1:0", -EINVAL, 9, "the stride in 'node:0-1:0' is 0",
			NULL },
		{ SMT, "irq:99999999999", -ERANGE, 4,
			"in 'irq:99999999999' the number at '99999999999' is too large",
			NULL },
		{ SMT, "all:", -EINVAL, 3,
			"'all:' is not a set of CPUs: 'all' takes no number", NULL },
		{ SMT, "0,isolated:1", -EINVAL, 10,
			"'isolated:1' is not a set of CPUs: 'isolated' takes no number",
			NULL },
		/* what is it taken away from? */
		{ SMT, "^0", -EINVAL, 0,
			"'^0' has no CPUs to remove from; for all other CPUs write "
			"'all,^0'",
			NULL },
		{ SMT, "^node:0,8", -EINVAL, 0,
			"'^node:0' has no CPUs to remove from; for all other CPUs "
			"write 'all,^node:0'",
			NULL },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(bad); i++)
		check_bad(&bad[i]);
}

static void what_the_machine_has_not(void **state)
{
	static const struct bad bad[] = {
		/* CPUs */
		{ GAP, "3", -ENODEV, 0, "CPU 3 is offline" ONLINE_GAP, NULL },
		{ GAP, "0,3", -ENODEV, 2, "CPU 3 is offline" ONLINE_GAP, NULL },
		{ GAP, "0-4", -ENODEV, 0, "CPU 3 in '0-4' is offline" ONLINE_GAP, NULL },
		{ GAP, "all,^3,3", -ENODEV, 7, "CPU 3 is offline" ONLINE_GAP, NULL },
		{ GAP, "0-4,^3,2-3", -ENODEV, 7, "CPU 3 in '2-3' is offline" ONLINE_GAP,
			NULL },
		{ GAP, "10", -ENODEV, 0, "CPU 10 does not exist" ONLINE_GAP, NULL },
		{ GAP, "0-1048575,^0-9", -ENODEV, 0,
			"CPU 10 in '0-1048575' does not exist" ONLINE_GAP, NULL },
		{ "one-cpu", "0-1", -ENODEV, 0,
			"CPU 1 in '0-1' does not exist (online CPUs: 0)", NULL },
		/* of which a word is asked */
		{ GAP, "llc:3", -ENODEV, 0, "CPU 3 in 'llc:3' is offline" ONLINE_GAP,
			NULL },
		{ GAP, "0,siblings:4-5", -ENODEV, 2,
			"CPU 5 in 'siblings:4-5' is offline" ONLINE_GAP, NULL },
		{ GAP, "all,^siblings:99", -ENODEV, 5,
			"CPU 99 in 'siblings:99' does not exist" ONLINE_GAP, NULL },
		{ "one-cpu", "llc:0", -ENODATA, 0,
			"'llc:0' is unknown: the kernel reports no caches of CPU 0",
			NULL },
		/* nodes and packages */
		{ SMT, "node:7", -ENODEV, 0, "no NUMA node 7: this system has 0-1",
			NULL },
		{ SMT, "0,^node:0-2", -ENODEV, 3, "no NUMA node 2: this system has 0-1",
			NULL },
		{ GAP, "node:1", -ENODEV, 0, "no NUMA node 1: this system has only 0",
			NULL },
		{ "memory-node-4cpu", "node:0-5", -ENODEV, 0,
			"no NUMA node 1: this system has 0,3,5", NULL },
		{ "one-cpu", "node:0", -ENODATA, 0,
			"'node:0' is unknown: the kernel reports no NUMA nodes", NULL },
		{ SMT, "package:2", -ENODEV, 0, "no package 2: this system has 0-1",
			NULL },
		{ "arm64-clusters-8cpu", "package:0", -ENODEV, 0,
			"no package 0: this system has only 36", NULL },
		{ "one-cpu", "package:0", -ENODATA, 0,
			"'package:0' is unknown: the kernel reports no packages", NULL },
		/* interrupts */
		{ SMT, "irq:9999", -ENODEV, 0,
			"'irq:9999' is unknown: interrupt 9999 does not exist or has no "
			"affinity",
			NULL },
		{ "odd-affinity", "0,irq:25", -EBADMSG, 2,
			"'irq:25' is unknown: the affinity of interrupt 25 is not a set "
			"of CPUs",
			NULL },
		/* a device */
		{ SMT, "0,local", -EINVAL, 2,
			"'local' means the CPUs near a device, but "
			"there is no device here",
			NULL },
		/* nothing is known */
		{ "interrupts-only", "all", -ENODATA, 0,
			"'all' is unknown: the kernel does not report these CPUs", NULL },
		{ "interrupts-only", "0,^first-threads", -ENODATA, 3,
			"'first-threads' is unknown: the kernel does not report these "
			"CPUs",
			NULL },
		{ "interrupts-only", "housekeeping", -ENODATA, 0,
			"'housekeeping' is unknown: the kernel does not report these "
			"CPUs",
			NULL },
		{ "interrupts-only", "siblings:0-1048575", -ENODATA, 0,
			"'siblings:0-1048575' is unknown: the kernel does not report "
			"these CPUs",
			NULL },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(bad); i++)
		check_bad(&bad[i]);
}

static void empty_sets(void **state)
{
	static const struct bad bad[] = {
		{ SMT, "all,^all", -ENODATA, 0, "'all,^all' contains no CPU", NULL },
		{ SMT, "0-3,^0-7", -ENODATA, 0, "'0-3,^0-7' contains no CPU", NULL },
		{ SMT, "isolated", -ENODATA, 0,
			"'isolated' contains no CPU: no online CPU is isolated", NULL },
		{ GAP, "other-threads", -ENODATA, 0,
			"'other-threads' contains no CPU: no "
			"core has a second thread online",
			NULL },
		{ "memory-node-4cpu", "node:3", -ENODATA, 0,
			"'node:3' contains no CPU: the node has only memory", NULL },
		{ "mlx5-64queues", "all,^irq:120", -ENODATA, 0,
			"'all,^irq:120' contains no CPU", NULL },
		{ GAP, "local", -ENODATA, 0,
			"'local' contains no CPU: no CPU near the device is online",
			"3,5" },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(bad); i++)
		check_bad(&bad[i]);
}

/* A NUL is like any other byte that is not a digit. */
static void holds_nul(void **state)
{
	struct machine m = open_machine(SMT, NULL);
	struct irqkit_cpuset *set = NULL;
	char *message = NULL;
	size_t at = 0;

	(void)state;
	assert_int_equal(irqkit_topology_parse_set(
				 m.topology, "0\0,1", 4, NULL, &set, &at, &message),
		-EINVAL);
	assert_int_equal(at, 1);
	assert_non_null(message);
	free(message);
	close_machine(&m);
}

/* Told what is online, numbers are held against that. */
static void online_as_told(void **state)
{
	struct machine m = open_machine("interrupts-only", "0-1,3");
	struct irqkit_cpuset *set = NULL;
	char *message = NULL;

	(void)state;
	assert_int_equal(irqkit_topology_set_online(m.topology, m.local), 0);
	assert_int_equal(irqkit_topology_parse_set(
				 m.topology, "0-3", 3, NULL, &set, NULL, &message),
		-ENODEV);
	assert_string_equal(message, "CPU 2 in '0-3' is offline (online CPUs: 0-1,3)");
	free(message);
	assert_int_equal(
		irqkit_topology_parse_set(m.topology, "all", 3, NULL, &set, NULL, NULL),
		0);
	assert_true(irqkit_cpuset_is_equal(set, m.local));
	irqkit_cpuset_free(set);
	close_machine(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sets_are_read),
		cmocka_unit_test(mistakes_of_form),
		cmocka_unit_test(what_the_machine_has_not),
		cmocka_unit_test(empty_sets),
		cmocka_unit_test(holds_nul),
		cmocka_unit_test(online_as_told),
	};

	return cmocka_run_group_tests_name("set", tests, NULL, NULL);
}
