/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* irqkit spread: many interrupts over many CPUs. */
#include "base/basics.h"
#include "base/option_values.h"
#include "base/read_number.h"
#include "base/say.h"
#include "change/say_request.h"
#include "measure/period.h"
#include "spread/spread_run.h"
#include "target/select.h"

#include <string.h>
#include <strings.h>

#define DEFAULT_SECONDS 5u
#define MAX_SECONDS 86400u
#define DEFAULT_GAIN 10u

struct spread_options {
	struct change_options change;
	const char *cpus;
	const char *node;
	const char *by;
	const char *gain;
	const char *weigh;
	const char *width;
	const char *every;
	const char *verify;
	bool is_split;
	bool reverts;
};

static const struct option options[] = {
	{ "cpus", 'C', OPTION_TEXT, offsetof(struct spread_options, cpus), "SET",
		"spread over these CPUs, on any node (default: housekeeping)" },
	{ "node", 0, OPTION_TEXT, offsetof(struct spread_options, node), "NODE",
		"local (each device on its own NUMA node), any, or a number "
		"(default: local, as far as the node has CPUs)" },
	{ "by", 0, OPTION_TEXT, offsetof(struct spread_options, by), "POLICY",
		"the rule for placing interrupts: queue, load, total, irq or hint" },
	{ "gain", 0, OPTION_TEXT, offsetof(struct spread_options, gain), "PERCENT",
		"with --by=load or total: minimum relief of the busiest CPU (default: "
		"10)" },
	{ "weigh", 0, OPTION_TEXT, offsetof(struct spread_options, weigh), "UNIT",
		"weigh what is measured by time, packets or interrupts (default: the "
		"first that is known)" },
	{ "split", 0, OPTION_FLAG, offsetof(struct spread_options, is_split), NULL,
		"place the rx and tx interrupts of a queue on separate CPUs" },
	{ "width", 0, OPTION_TEXT, offsetof(struct spread_options, width), "N",
		"give each interrupt N CPUs (default: 1)" },
	{ "every", 0, OPTION_TEXT, offsetof(struct spread_options, every), "SECONDS",
		"keep running, measure in each period, and rebalance by load" },
	{ "verify", 0, OPTION_OPTIONAL_TEXT, offsetof(struct spread_options, verify),
		"SECONDS", "measure before and after (default: 5)" },
	{ "revert-if-worse", 0, OPTION_FLAG, offsetof(struct spread_options, reverts),
		NULL, "measure, and undo the change if the load is less even" },
	CHANGE_OPTIONS(struct spread_options, change),
	BAN_OPTIONS(struct spread_options, change),
	{ 0 },
};

/* ------------------------------------------------------------------------------- */
/* Options                                                                         */

static bool parse_number(const char *option, const char *word, unsigned int least,
	unsigned int most, unsigned int *ret_number)
{
	uint64_t number;

	if (read_number(word, strlen(word), most, &number) < 0 || number < least) {
		say_error("%s takes a number from %u to %u, not '%s'", option, least,
			most, word);
		return false;
	}
	*ret_number = (unsigned int)number;
	return true;
}

static const struct {
	const char *word;
	enum irqkit_policy policy;
	bool is_measured;
} policies[] = {
	{ "queue", IRQKIT_POLICY_QUEUE, false },
	{ "load", IRQKIT_POLICY_LOAD, true },
	{ "total", IRQKIT_POLICY_LOAD, false },
	{ "irq", IRQKIT_POLICY_IRQ, false },
	{ "hint", IRQKIT_POLICY_HINT, false },
};

/* "load=10" */
static bool parse_policy(const char *word, struct wish *wish)
{
	size_t len = strcspn(word, "=");
	const char *words[LENGTH(policies) + 1] = { NULL };

	for (size_t i = 0; i < LENGTH(policies); i++)
		words[i] = policies[i].word;
	for (size_t i = 0; i < LENGTH(policies); i++) {
		if (strlen(policies[i].word) != len ||
			strncmp(policies[i].word, word, len) != 0)
			continue;
		if (word[len] && !policies[i].is_measured)
			break;
		wish->policy = policies[i].policy;
		wish->policy_word = policies[i].word;
		wish->seconds = policies[i].is_measured ? DEFAULT_SECONDS : 0;
		return !word[len] ||
			parse_number("--by=load", word + len + 1, 1, MAX_SECONDS,
				&wish->seconds);
	}
	if (word[len]) { /* only load has a value */
		words[0] = "load";
		words[1] = NULL;
	}
	say_bad_value(
		"--by", "queue, load, load=SECONDS, total, irq or hint", word, words);
	return false;
}

/* "node:0", "node0", "loc" */
static void say_bad_node(const char *word)
{
	static const char *const words[] = { "local", "any", NULL };
	static const char takes[] = "local, any or a node number";
	size_t len = strncasecmp(word, "node", 4) == 0 ? 4 : 0;

	len += len && word[len] && strchr(":=-", word[len]);
	if (len && word[len] && !word[len + strspn(word + len, "0123456789")])
		say_error("--node takes %s, not '%s'; did you mean '--node=%s'?", takes,
			word, word + len);
	else
		say_bad_value("--node", takes, word, words);
}

static bool parse_node(const char *word, bool has_cpus, struct irqkit_request *request)
{
	enum irqkit_node_policy policy = IRQKIT_NODE_NUMBER;
	unsigned int node = 0;

	/* CPUs that the user names are used, whatever their node */
	if (!word)
		policy = has_cpus ? IRQKIT_NODE_ANY : IRQKIT_NODE_PREFERRED;
	else if (strcmp(word, "local") == 0)
		policy = IRQKIT_NODE_LOCAL;
	else if (strcmp(word, "any") == 0)
		policy = IRQKIT_NODE_ANY;
	else if (word[0] < '0' || word[0] > '9') {
		say_bad_node(word);
		return false;
	} else if (!parse_number("--node", word, 0, IRQKIT_CPU_MAX, &node)) {
		return false;
	}
	irqkit_request_set_node(request, policy, node, "--node");
	return true;
}

static bool check_every(
	const struct call *call, const struct spread_options *o, struct wish *wish)
{
	if (!o->every)
		return true;
	if (!change_writes(&o->change) || call->common.is_json || wish->verify ||
		o->change.wait) {
		say_error("--every runs until stopped and cannot be combined with "
			  "--dry-run, --script, --json, --verify, --revert-if-worse or "
			  "--wait");
		return false;
	}
	if (o->by && strcmp(wish->policy_word, "load") != 0) {
		say_error("--every places by load and cannot be combined with --by=%s",
			o->by);
		return false;
	}
	wish->policy = IRQKIT_POLICY_LOAD;
	wish->policy_word = "load";
	/* a line of a policy is decided first when it is applied */
	if (!wish->seconds)
		wish->seconds = DEFAULT_SECONDS;
	return parse_number("--every", o->every, 1, MAX_SECONDS, &wish->every);
}

/* "local", "node:1,local", ... */
static bool names_local(const char *set)
{
	for (const char *part = set; part; part = strchr(part, ',')) {
		part += strspn(part, ",^");
		if (strcspn(part, ",") == strlen("local") &&
			strncmp(part, "local", strlen("local")) == 0)
			return true;
	}
	return false;
}

/* Refuses options that would have no effect, or another one than they say. */
static bool check_options(const struct spread_options *o, const struct wish *wish)
{
	if (o->gain && wish->policy != IRQKIT_POLICY_LOAD)
		say_error("--gain works only with --by=load or --by=total, not --by=%s",
			wish->policy_word);
	else if (o->weigh && !wish->seconds && !wish->every && !wish->verify)
		say_error("--weigh works only with --by=load, --every or --verify: "
			  "nothing else is measured");
	else if (o->is_split && wish->policy != IRQKIT_POLICY_QUEUE &&
		wish->policy != IRQKIT_POLICY_LOAD)
		say_error(
			"--split works only with --by=queue, load or total, not --by=%s",
			wish->policy_word);
	else if (o->cpus && names_local(o->cpus))
		say_error("--cpus: 'local' differs between devices; use --node=local "
			  "to keep each device on its own NUMA node");
	else if (o->change.is_script && wish->asks_to_verify)
		say_error("--script cannot be combined with --verify or "
			  "--revert-if-worse: a script does not measure");
	else
		return true;
	return false;
}

static bool parse_options(
	const struct call *call, const struct spread_options *o, struct wish *wish)
{
	wish->gain = DEFAULT_GAIN;
	wish->width = 1;
	wish->has_cpus = o->cpus != NULL;
	wish->asks_to_verify = o->verify || o->reverts;
	wish->reverts = o->reverts;
	wish->stays_on_node = o->node && strcmp(o->node, "any") != 0;
	wish->is_split = o->is_split;
	if (!parse_policy(o->by ? o->by : "queue", wish) ||
		!parse_node(o->node, o->cpus != NULL, wish->request))
		return false;
	if (o->gain && !parse_number("--gain", o->gain, 0, 100, &wish->gain))
		return false;
	if (o->weigh && !period_parse_weigh(o->weigh, &wish->weigh))
		return false;
	if (o->width &&
		!parse_number("--width", o->width, 1, IRQKIT_CPU_MAX, &wish->width))
		return false;
	if (wish->asks_to_verify)
		wish->verify = DEFAULT_SECONDS;
	if (o->verify && *o->verify &&
		!parse_number("--verify", o->verify, 1, MAX_SECONDS, &wish->verify))
		return false;
	/* a plan by measured load is verified by measuring again */
	if (wish->seconds && !wish->verify && !o->every)
		wish->verify = wish->seconds;
	return check_every(call, o, wish) && check_options(o, wish);
}

/* What the options say goes to the library. */
static enum status fill_request(
	const struct call *call, const struct spread_options *o, const struct wish *wish)
{
	irqkit_request_set_policy(wish->request, wish->policy);
	irqkit_request_set_width(wish->request, wish->width);
	irqkit_request_set_gain(wish->request, wish->gain);
	irqkit_request_set_seconds(wish->request, wish->seconds);
	irqkit_request_set_every(wish->request, wish->every);
	irqkit_request_set_weigh(wish->request, wish->weigh);
	irqkit_request_set_split(wish->request, wish->is_split);
	if (o->cpus && irqkit_request_set_cpus(wish->request, o->cpus, "--cpus") < 0)
		return say_no_memory();
	return request_add_words(wish->request, call);
}

static void wish_free(struct wish *wish)
{
	irqkit_request_free(wish->request);
}

/* From the words of the command line to a wish. The caller frees it, also after a mistake. */
static enum status make_wish(const struct call *call, struct wish *wish)
{
	const struct spread_options *o = call->state;

	if (irqkit_request_new_spread(&wish->request) < 0)
		return say_no_memory();
	return parse_options(call, o, wish) ? fill_request(call, o, wish) : STATUS_MISUSE;
}

static enum status make_request(
	const struct call *call, struct irqkit_request **ret_request)
{
	struct wish wish CLEANUP(wish_free) = { 0 };

	return request_give(&wish.request, make_wish(call, &wish), ret_request);
}

static enum status run(const struct call *call)
{
	const struct spread_options *o = call->state;
	struct wish wish CLEANUP(wish_free) = { 0 };
	enum status status = make_wish(call, &wish);

	if (status != STATUS_DONE)
		return status;
	return wish.every ? spread_every(call, &o->change, &wish)
			  : spread_once(call, &o->change, &wish);
}

const struct command cmd_spread = {
	.name = "spread",
	.args = "[OPTION...] [TARGET...]",
	.summary = "spread interrupts evenly over CPUs",
	.more = SELECT_HELP
	"Without TARGET: the interrupts of all network devices with queues.\n"
	"\n"
	"The parts of SET are used in the order written: 8,0 fills CPU 8 "
	"first.\n"
	"\n"
	"Policies of --by:\n"
	"  queue           one CPU after the other for each queue (the default)\n"
	"  load[=SECONDS]  by what each interrupt costs, measured for 5 s or "
	"SECONDS\n"
	"  total           by how often each fired since boot\n"
	"  irq             by the number of the interrupt\n"
	"  hint            the CPUs that the driver suggests\n"
	"\n"
	"  irqkit spread --dry-run           show the plan and its reasons\n"
	"  irqkit spread eth1                give each queue of eth1 its own "
	"CPU\n"
	"  irqkit spread --by=load=10        by what each costs, measured for 10 "
	"s\n"
	"  irqkit undo                       undo the change\n",
	.options = options,
	.state_size = sizeof(struct spread_options),
	.run = run,
	.make_request = make_request,
};
