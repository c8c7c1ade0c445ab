/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Requests: from the words of a user to the steps of a plan, or to what is wrong with them.
 *
 * A plan is written step by step: "26=0" an interrupt and its new CPUs, "26~0" those that
 * it has already, "26-" an interrupt that is skipped, "rps_cpus@eth0:rx-0=1" a queue. After
 * a bar stand remarks and warnings. A failure is its problem and its messages.
 */
#include "root.h"

#include "base/buffer.h"
#include "base/macros.h"

static const char *const problems[] = {
	[IRQKIT_PROBLEM_NONE] = "none",
	[IRQKIT_PROBLEM_WORDS] = "words",
	[IRQKIT_PROBLEM_NO_MATCH] = "no match",
	[IRQKIT_PROBLEM_IMMOVABLE] = "immovable",
	[IRQKIT_PROBLEM_FAILED] = "failed",
};

static void add_step(char *text, size_t room, const struct irqkit_step *step)
{
	enum irqkit_result result = irqkit_step_get_result(step);
	const struct irqkit_cpuset *cpus = irqkit_step_get_new_cpus(step);
	const char *knob = strrchr(irqkit_step_get_path(step), '/') + 1;
	char *list = NULL;
	size_t len = strlen(text);

	if (len)
		len += (size_t)snprintf(text + len, room - len, " ");
	if (irqkit_step_get_knob(step) == IRQKIT_KNOB_AFFINITY)
		len += (size_t)snprintf(
			text + len, room - len, "%d", irqkit_step_get_irq(step));
	else
		len += (size_t)snprintf(text + len, room - len, "%s@%s", knob,
			irqkit_step_get_target(step));
	if (result == IRQKIT_SKIPPED) {
		snprintf(text + len, room - len, "-");
		return;
	}
	if (cpus)
		assert_int_equal(irqkit_cpuset_format_list(cpus, &list), 0);
	snprintf(text + len, room - len, "%c%s", result == IRQKIT_PLANNED ? '=' : '~',
		list ? list : irqkit_step_get_new(step));
	free(list);
}

static void add_messages(char *text, size_t room, const struct irqkit_request *request)
{
	for (size_t i = 0; i < irqkit_request_count_messages(request); i++) {
		enum irqkit_message_kind kind;
		const char *message = irqkit_request_get_message(request, i, &kind);
		size_t len = strlen(text);

		snprintf(text + len, room - len, " | %s", message);
	}
}

/* What comes of a request. */
static void describe(struct irqkit_request *request, struct irqkit_machine *machine,
	char *text, size_t room)
{
	struct irqkit_plan *plan;
	int r;

	text[0] = '\0';
	assert_int_equal(irqkit_plan_new(machine, &plan), 0);
	r = irqkit_request_plan(request, machine, plan);
	assert_int_equal(
		r < 0, irqkit_request_get_problem(request) != IRQKIT_PROBLEM_NONE);
	if (r < 0)
		snprintf(text, room, "%s", problems[irqkit_request_get_problem(request)]);
	for (size_t i = 0; r == 0 && i < irqkit_plan_count(plan); i++)
		add_step(text, room, irqkit_plan_get(plan, i));
	add_messages(text, room, request);
	irqkit_plan_free(plan);
}

static void add_words(struct irqkit_request *request, const char *words,
	int (*add)(struct irqkit_request *request, const char *word))
{
	char copy[256], *rest = copy;

	snprintf(copy, sizeof(copy), "%s", words);
	for (char *word; (word = strsep(&rest, " "));)
		if (*word)
			assert_int_equal(add(request, word), 0);
}

enum kind {
	SET,
	MASK,
	DEFAULT,
	SPREAD,
	ANY,
	NODE_1,
	BY_HINT,
	SPLIT,
	WIDE,
	RPS,
	RPS_DEFAULT,
	XPS,
	PIN
};

static struct irqkit_request *make(enum kind kind, const char *targets, const char *cpus)
{
	static int (*const creators[])(struct irqkit_request * *ret_request) = {
		[SET] = irqkit_request_new_set,
		[MASK] = irqkit_request_new_set,
		[DEFAULT] = irqkit_request_new_default,
		[SPREAD] = irqkit_request_new_spread,
		[ANY] = irqkit_request_new_spread,
		[NODE_1] = irqkit_request_new_spread,
		[BY_HINT] = irqkit_request_new_spread,
		[SPLIT] = irqkit_request_new_spread,
		[WIDE] = irqkit_request_new_spread,
		[RPS] = irqkit_request_new_rps,
		[RPS_DEFAULT] = irqkit_request_new_rps_default,
		[XPS] = irqkit_request_new_xps,
		[PIN] = irqkit_request_new_pin,
	};
	struct irqkit_request *request;

	assert_int_equal(creators[kind](&request), 0);
	add_words(request, targets, irqkit_request_add_target);
	if (kind == MASK)
		assert_int_equal(irqkit_request_set_mask(request, cpus, "--mask"), 0);
	else if (kind == PIN)
		add_words(request, cpus, irqkit_request_add_pin);
	else if ((kind == RPS || kind == XPS) && strcmp(cpus, "auto") == 0)
		irqkit_request_set_steering(request, IRQKIT_STEERING_AUTO, "--auto");
	else if ((kind == RPS || kind == XPS || kind == RPS_DEFAULT) && cpus &&
		strcmp(cpus, "off") == 0)
		irqkit_request_set_steering(request, IRQKIT_STEERING_OFF, NULL);
	else if (cpus)
		assert_int_equal(irqkit_request_set_cpus(request, cpus, NULL), 0);
	if (kind == ANY)
		irqkit_request_set_node(request, IRQKIT_NODE_ANY, 0, NULL);
	if (kind == NODE_1)
		irqkit_request_set_node(request, IRQKIT_NODE_NUMBER, 1, NULL);
	if (kind == BY_HINT)
		irqkit_request_set_policy(request, IRQKIT_POLICY_HINT);
	irqkit_request_set_split(request, kind == SPLIT);
	if (kind == WIDE)
		irqkit_request_set_width(request, 2);
	return request;
}

#define BOND "bond-bridge-6.1"
#define DISKS "disks-6.1"
#define VIRTUAL "virtual-8cpu"
#define DOM0 "xen-6.1-dom0"
#define GUEST "xen-6.1-domu"
#define ISOLATED "isolcpus-8cpu"
#define MANAGED "linux-6.12-16cpu"
#define NODES "linux-6.1-16cpu"
#define QUEUES "queues-8cpu"
#define USB "usb-rpi4-4cpu"

static const struct {
	const char *root;
	enum kind kind;
	const char *targets;
	const char *cpus;
	const char *expected;
} table[] = {
	{ GUEST, SET, "26", "3", "26=3" },
	{ GUEST, SET, "26 27", "0-1", "26=0-1 27=0-1" },
	{ GUEST, SET, "26-29", "all,^0", "26=1-3 27=1-3 28=1-3 29=1-3" },
	{ GUEST, SET, "eth0", "2", "26=2 27=2 28=2 29=2 30=2 31=2 32=2 33=2" },
	{ GUEST, SET, "eth0:rx-1", "2", "29=2" },
	{ GUEST, SET, "eth0:tx-1", "first-threads", "28~0-3" },
	{ GUEST, SET, "'x", "2",
		"no match | nothing matches ''x': no device or interrupt has "
		"this name; 'irqkit show' lists the interrupts" },
	{ GUEST, SET, "99", "2",
		"no match | nothing matches '99': no interrupt has this number" },
	{ GUEST, SET, "26", "9",
		"words | cpus: CPU 9 does not exist (online CPUs: 0-3)" },
	{ GUEST, SET, "26", "1-",
		"words | cpus: '1-' ends where a number is expected; write it as "
		"0-3,8" },
	{ GUEST, SET, "26", "irq:27,^0", "26=1-3" },
	{ GUEST, SET, "26", NULL, "words | no CPUs are given" },
	{ GUEST, SET, "chip:xen-percpu", "1",
		"immovable | none of these 24 interrupts can be moved: 'irqkit "
		"show -o +MOVABLE' shows why" },
	{ GUEST, MASK, "26", "8", "26=3" },
	{ GUEST, MASK, "26", "0,0000000c", "26=2-3" },
	{ GUEST, MASK, "26", "0x",
		"words | --mask: '0x' ends where a digit is expected; write a "
		"mask as ff or 1,00000000" },
	{ GUEST, MASK, "26", "0", "words | --mask: '0' contains no CPU" },
	{ GUEST, MASK, "26", "fg",
		"words | --mask: 'fg' is not a mask, from 'g' on; write a mask "
		"as ff or 1,00000000" },
	{ GUEST, MASK, "26", "100",
		"words | --mask: CPU 8 does not exist (online CPUs: 0-3)" },
	{ GUEST, DEFAULT, "", "1-2", "default_smp_affinity@default=1-2" },
	{ GUEST, DEFAULT, "", "all,^0-3", "words | cpus: 'all,^0-3' contains no CPU" },
	{ NODES, SET, "eth0", "local",
		"words | cpus: cannot use 'local': the kernel reports no NUMA "
		"node for 30" },
	{ NODES, SET, "eth0 eth3", "local",
		"words | cpus: cannot use 'local': the kernel reports no NUMA "
		"node for 30" },
	{ NODES, SET, "44", "local", "44=8-15" },
	{ NODES, SET, "nvme0n1", "node:1",
		"no match | nothing matches 'nvme0n1': no device or interrupt "
		"has this name; 'irqkit show' lists the interrupts" },
	{ MANAGED, SET, "nvme0q1", "1",
		"immovable | cannot move 69 (nvme0q1): it is managed by the "
		"kernel | nothing was changed" },
	{ MANAGED, SET, "nvme0n1", "1",
		"no match | nothing matches 'nvme0n1': no device or interrupt "
		"has this name; 'irqkit show' lists the interrupts" },
	{ GUEST, SPREAD, "", NULL, "26=0 27=0 28=1 29=1 30=2 31=2 32=3 33=3" },
	{ GUEST, SPREAD, "eth0", NULL, "26=0 27=0 28=1 29=1 30=2 31=2 32=3 33=3" },
	{ GUEST, SPREAD, "eth0", "1,3", "26=3 27=3 28=1 29=1 30=3 31=3 32=1 33=1" },
	{ GUEST, SPREAD, "eth0", "node:4",
		"words | cpus: no NUMA node 4: this system has only 0" },
	{ GUEST, SPREAD, "26 28 30", NULL, "26=0 28=1 30=2" },
	{ GUEST, SPLIT, "eth0", NULL, "26=3 27=0 28=1 29=2 30=3 31=0 32=1 33=2" },
	{ GUEST, WIDE, "eth0", "0-3",
		"26=0-1 27=0-1 28=2-3 29=2-3 30=1-2 31=1-2 32=0,3 33=0,3" },
	{ GUEST, NODE_1, "eth0", NULL,
		"words | node: there is no NUMA node 1 (this system has 0)" },
	{ NODES, SPREAD, "eth0", NULL,
		"30~0-15 31=1 32=1 33=4 34=4 35=9 36=9 37=13 38=13" },
	{ NODES, ANY, "eth0", NULL, "30~0-15 31=1 32=1 33=4 34=4 35=9 36=9 37=13 38=13" },
	{ NODES, NODE_1, "eth0", NULL,
		"30=8 31=8 32=8 33=10 34=10 35=12 36=12 37=14 38=14" },
	{ NODES, NODE_1, "eth0", "0-1",
		"words | node: NUMA node 1 has none of the CPUs to use" },
	{ NODES, BY_HINT, "eth0", NULL,
		"30~0-15 31=0 32=2 33=4 34=6 35=8 36=10 37=12 38=14" },
	{ ISOLATED, SPREAD, "eth0", NULL, "24=0 25=1 26=6 27=7 28=0 29=1 30=6 31=7" },
	{ BOND, SPREAD, "bond0", NULL,
		"immovable | cannot read the affinity of 10 interrupts: the saved "
		"root has no interrupts in /proc/irq" },
	{ BOND, SPREAD, "bond0", "0",
		"immovable | cannot read the affinity of 10 interrupts: the saved "
		"root has no interrupts in /proc/irq" },
	{ DISKS, SPREAD, "", NULL,
		"no match | no network device has interrupts: name the TARGETs "
		"to spread ('irqkit show' lists interrupts)" },
	{ MANAGED, SPREAD, "nvme0q1", NULL,
		"immovable | cannot move 69 (nvme0q1): it is managed by the "
		"kernel | nothing was changed" },
	{ DOM0, SPREAD, "vif1.0", NULL, "66=0 67=0 68=1 69=1 70=2 71=2 72=3 73=3" },
	{ QUEUES, RPS, "eth0", "1-3",
		"rps_cpus@eth0:rx-0=1-3 rps_cpus@eth0:rx-1=1-3 "
		"rps_cpus@eth0:rx-2=1-3 rps_cpus@eth0:rx-3=1-3" },
	{ QUEUES, RPS, "eth1", "auto",
		"rps_cpus@eth1:rx-0=2-3 | RPS uses CPUs 2-3: eth1 has 1 queue "
		"for 4 CPUs of node 0; the core of CPUs 0-1 handles its "
		"interrupts." },
	{ QUEUES, RPS, "eth0", "auto",
		"rps_cpus@eth0:rx-0~ rps_cpus@eth0:rx-1~ rps_cpus@eth0:rx-2~ "
		"rps_cpus@eth0:rx-3~ | RPS would not help eth0: 4 queues are "
		"enough for 4 CPUs of node 0." },
	{ QUEUES, RPS, "eth0", "off",
		"rps_flow_cnt@eth0:rx-0~0 rps_flow_cnt@eth0:rx-1~0 "
		"rps_flow_cnt@eth0:rx-2~0 rps_flow_cnt@eth0:rx-3~0 "
		"rps_cpus@eth0:rx-0~ rps_cpus@eth0:rx-1~ rps_cpus@eth0:rx-2~ "
		"rps_cpus@eth0:rx-3~" },
	{ QUEUES, RPS, "eth9", "1",
		"no match | no network interface 'eth9'; the interfaces are "
		"bond0, eth0, eth1, eth2, eth3, eth4, lo" },
	{ QUEUES, RPS, "eth1 eth4", "1",
		"rps_cpus@eth1:rx-0=1 rps_cpus@eth4:rx-0=1 rps_cpus@eth4:rx-1=1" },
	{ QUEUES, RPS, "eth[14] eth4", "1",
		"rps_cpus@eth1:rx-0=1 rps_cpus@eth4:rx-0=1 rps_cpus@eth4:rx-1=1" },
	{ QUEUES, RPS, "e?h9 eth1", "1",
		"no match | no network interface matches 'e?h9'; the interfaces are "
		"bond0, eth0, eth1, eth2, eth3, eth4, lo" },
	{ QUEUES, RPS, "", "1",
		"words | one network interface is needed, and 0 are given" },
	{ QUEUES, RPS, "bond0", "1",
		"words | RPS of bond0 has no effect: its packets arrive on the "
		"interfaces below it; use 'irqkit rps eth0 eth1 cpus=1'" },
	{ QUEUES, RPS, "bond*", "1",
		"immovable | bond0 is skipped: RPS has no effect on it, since its "
		"packets arrive on interfaces below it. | RPS has no effect on any of "
		"the "
		"interfaces (1): their packets arrive on interfaces below them" },
	{ QUEUES, PIN, "eth0 eth1", "0=2",
		"words | one network interface is needed, and 2 are given" },
	{ VIRTUAL, RPS, "veth1a", "auto",
		"rps_cpus@veth1a:rx-0=0-7 | RPS uses CPUs 0-7: veth1a has no interrupts "
		"of its own; RPS helps if most of its packets come from one CPU." },
	{ VIRTUAL, RPS_DEFAULT, "", "2-3", "rps_default_mask@new interfaces=2-3" },
	{ VIRTUAL, RPS_DEFAULT, "", "off", "rps_default_mask@new interfaces~" },
	{ VIRTUAL, RPS_DEFAULT, "", NULL, "words | no CPUs are given" },
	{ QUEUES, RPS, "eth0:rx-0", "1",
		"words | 'eth0:rx-0' is a queue; name only the interface" },
	{ QUEUES, XPS, "eth0", "auto",
		"xps_cpus@eth0:tx-0=0,2 xps_cpus@eth0:tx-1=1,3 "
		"xps_cpus@eth0:tx-2=4,6 xps_cpus@eth0:tx-3=5,7" },
	{ QUEUES, XPS, "eth0", "0-1",
		"xps_cpus@eth0:tx-0=0-1 xps_cpus@eth0:tx-1=0-1 "
		"xps_cpus@eth0:tx-2=0-1 xps_cpus@eth0:tx-3=0-1" },
	{ QUEUES, XPS, "eth1", "0-1",
		"immovable | eth1 has only one tx queue, which all CPUs use; XPS "
		"does not apply" },
	{ USB, RPS, "eth1", "auto",
		"rps_cpus@eth1:rx-0=1-3 | RPS uses CPUs 1-3: eth1 has 1 queue "
		"for 4 CPUs; CPU 0 handles its interrupts." },
	{ QUEUES, PIN, "eth0", "0=2",
		"24=2 status@irq/24-eth0-TxRx-0- status@napi/eth0-8193=2 "
		"xps_cpus@eth0:tx-0=2" },
	{ QUEUES, PIN, "eth0", "rx-0=2 tx-0=3",
		"words | interrupt 24 belongs to both eth0:rx-0 and eth0:tx-0: "
		"give both the same CPUs" },
	{ QUEUES, PIN, "eth0", "all=0-3",
		"24=0 status@irq/24-eth0-TxRx-0- status@napi/eth0-8193=0 "
		"xps_cpus@eth0:tx-0=0 25=1 status@napi/eth0-8194=1 "
		"xps_cpus@eth0:tx-1=1 26=2 status@napi/eth0-8195=2 "
		"xps_cpus@eth0:tx-2=2 27=3 status@napi/eth0-8196=3 "
		"xps_cpus@eth0:tx-3=3" },
	{ QUEUES, PIN, "eth0", "all=0",
		"words | eth0 has 4 queues, but SET has 1 CPU; name more CPUs, "
		"or reuse them with wrap" },
	{ QUEUES, PIN, "eth0", "0=2 rx-0=2", "words | eth0:rx-0 is given twice" },
	{ QUEUES, PIN, "eth0", "99=2",
		"no match | eth0 has no queue 99; it has 4 rx and 4 tx queues" },
	{ QUEUES, PIN, "eth0", "x=2",
		"words | 'x' is not a queue; write it as 0, rx-0, tx-0 or all" },
	{ QUEUES, PIN, "eth0", "0",
		"words | '0' is not QUEUE=SET; write it as 0=2, rx-1=3 or all=0-3" },
	{ QUEUES, PIN, "eth0", "0=99",
		"words | 0=99: CPU 99 does not exist (online CPUs: 0-7)" },
	{ BOND, PIN, "bond0", "0=1",
		"immovable | cannot pin queues of bond0: it has no hardware queues; "
		"bond0 is built on eth0, eth1; use lower to act on them" },
};

static void requests_become_plans(void **state)
{
	size_t n_wrong = 0;

	(void)state;
	for (size_t i = 0; i < LENGTH(table); i++) {
		struct irqkit_request *request = make(
			table[i].kind, table[i].targets, table[i].cpus);
		char path[256], text[4096], again[4096];
		struct machine m;

		snprintf(path, sizeof(path), "%s%s", ROOTS, table[i].root);
		m = open_machine(path);
		describe(request, m.machine, text, sizeof(text));
		/* a request can be planned again, and its machine looked at again */
		assert_int_equal(irqkit_machine_refresh(m.machine, 0, NULL, NULL), 0);
		describe(request, m.machine, again, sizeof(again));
		assert_string_equal(text, again);
		if (strcmp(text, table[i].expected) != 0) {
			print_message("%s, '%s', '%s':\n\t%s\nnot\n\t%s\n", table[i].root,
				table[i].targets, table[i].cpus ? table[i].cpus : "",
				text, table[i].expected);
			n_wrong++;
		}
		irqkit_request_free(request);
		close_machine(&m);
	}
	assert_int_equal(n_wrong, 0);
}

/* ------------------------------------------------------------------------------- */

static bool is_odd(void *data, const struct irqkit_irq *irq)
{
	*(size_t *)data += 1;
	return irqkit_irq_get_number(irq) % 2;
}

static void leave_out_function_is_asked(void **state)
{
	struct machine m = open_machine(ROOTS GUEST);
	struct irqkit_request *request = make(SPREAD, "eth0", NULL);
	size_t n_asked = 0;
	char text[1024];

	(void)state;
	irqkit_request_set_leave_out_fn(request, is_odd, &n_asked);
	describe(request, m.machine, text, sizeof(text));
	assert_string_equal(text, "26=0 28=1 30=2 32=3");
	assert_int_equal(n_asked, 8);
	irqkit_request_free(request);
	close_machine(&m);
}

static void absent_targets_are_skipped(void **state)
{
	struct machine m = open_machine(ROOTS GUEST);
	struct irqkit_request *request = make(SPREAD, "26 eth7", NULL);
	char text[1024];

	(void)state;
	describe(request, m.machine, text, sizeof(text));
	assert_string_equal(text,
		"no match | nothing matches 'eth7': no device or interrupt has this "
		"name; 'irqkit show' lists the interrupts");
	irqkit_request_set_passes_absent(request, true);
	describe(request, m.machine, text, sizeof(text));
	assert_string_equal(text,
		"26=3 | nothing matches 'eth7': no device or interrupt has this name; "
		"'irqkit show' lists the interrupts");
	assert_int_equal(
		irqkit_placement_count_absent(irqkit_request_get_placement(request)), 1);
	irqkit_request_free(request);
	close_machine(&m);
}

/* Looking for what is wrong decides nothing. */
static void check_plans_nothing(void **state)
{
	struct machine m = open_machine(ROOTS GUEST);
	struct irqkit_request *good = make(SPREAD, "eth0", "0-1");
	struct irqkit_request *bad = make(SPREAD, "eth0", "0-99");

	(void)state;
	assert_int_equal(irqkit_request_check(good, m.machine), 0);
	assert_null(irqkit_request_get_placement(good));
	assert_int_equal(irqkit_request_check(bad, m.machine), -EINVAL);
	assert_int_equal(irqkit_request_get_problem(bad), IRQKIT_PROBLEM_WORDS);
	irqkit_request_free(good);
	irqkit_request_free(bad);
	close_machine(&m);
}

/* The steps of the last placement, for another plan. */
static void placement_is_planned_again(void **state)
{
	struct machine m = open_machine(ROOTS GUEST);
	struct irqkit_request *request = make(SPREAD, "eth0", NULL);
	struct irqkit_plan *plan;
	char text[1024] = "";
	size_t index;

	(void)state;
	assert_int_equal(irqkit_plan_new(m.machine, &plan), 0);
	assert_int_equal(irqkit_request_plan_again(request, plan), -EINVAL);
	assert_int_equal(irqkit_request_plan(request, m.machine, plan), 0);
	irqkit_plan_free(plan);
	assert_int_equal(irqkit_plan_new(m.machine, &plan), 0);
	assert_int_equal(irqkit_request_plan_again(request, plan), 0);
	for (size_t i = 0; i < irqkit_plan_count(plan); i++)
		add_step(text, sizeof(text), irqkit_plan_get(plan, i));
	assert_string_equal(text, "26=0 27=0 28=1 29=1 30=2 31=2 32=3 33=3");
	assert_int_equal(irqkit_placement_find_irq(
				 irqkit_request_get_placement(request), 30, &index),
		0);
	assert_int_equal(index, 4);
	assert_int_equal(irqkit_placement_find_irq(
				 irqkit_request_get_placement(request), 16, &index),
		-ENOENT);
	irqkit_plan_free(plan);
	irqkit_request_free(request);
	close_machine(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_become_plans),
		cmocka_unit_test(leave_out_function_is_asked),
		cmocka_unit_test(absent_targets_are_skipped),
		cmocka_unit_test(check_plans_nothing),
		cmocka_unit_test(placement_is_planned_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
