/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TARGETs: 24, 24-31, eth1, eth1:rx-0, 'nvme0q*', chip:xen-dyn, all. */
#include "target/target.h"
#include "base/basics.h"
#include "base/read_number.h"
#include "base/say.h"
#include "measure/queue.h"

#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <string.h>

/* A number that is too large stands for LONG_MAX, which no interrupt has. */
static bool parse_irq(const char *text, const char *end, long *ret_irq)
{
	uint64_t irq = LONG_MAX;

	if (read_number(text, (size_t)(end - text), LONG_MAX, &irq) == -EINVAL)
		return false;
	*ret_irq = (long)irq;
	return true;
}

/* 24 or 24-31 */
static bool parse_irqs(const char *word, struct target *target)
{
	const char *end = word + strlen(word), *dash = strchr(word, '-');

	if (!parse_irq(word, dash ? dash : end, &target->first))
		return false;
	target->last = target->first;
	return !dash || parse_irq(dash + 1, end, &target->last);
}

/* Finds the kind; the part after the prefix is the name. */
static void split_prefix(const char *word, struct target *target)
{
	static const struct {
		const char *prefix;
		enum target_kind kind;
	} prefixes[] = {
		{ "irq:", TARGET_IRQS },
		{ "dev:", TARGET_DEVICE },
		{ "pci:", TARGET_PCI },
		{ "name:", TARGET_NAME },
		{ "chip:", TARGET_CHIP },
		{ "driver:", TARGET_DRIVER },
	};

	*target = (struct target){ .kind = TARGET_WORD, .word = word, .name = word };
	for (size_t i = 0; i < LENGTH(prefixes); i++) {
		size_t len = strlen(prefixes[i].prefix);

		if (strncmp(word, prefixes[i].prefix, len) == 0) {
			target->kind = prefixes[i].kind;
			target->name = word + len;
		}
	}
	if (strcmp(word, "all") == 0)
		target->kind = TARGET_ALL;
	target->is_glob = strpbrk(target->name, "*?[") != NULL;
}

enum status target_parse(const char *word, struct target *ret_target)
{
	struct target target;
	bool is_irqs;

	split_prefix(word, &target);
	is_irqs = (target.kind == TARGET_IRQS || target.kind == TARGET_WORD) &&
		parse_irqs(target.name, &target);
	if (target.kind == TARGET_IRQS && !is_irqs) {
		say_error("'%s' is not a TARGET: irq: takes a number or a range, as in "
			  "irq:24 or irq:24-31",
			word);
		return STATUS_MISUSE;
	}
	if (is_irqs)
		target.kind = TARGET_IRQS;
	if (!*target.name) {
		if (*word)
			say_error("'%s' is not a TARGET: a name is missing after the "
				  "colon",
				word);
		else
			say_error("a TARGET is empty");
		return STATUS_MISUSE;
	}
	if (is_irqs && target.last < target.first) {
		say_error("the range '%s' ends before it starts", word);
		return STATUS_MISUSE;
	}
	*ret_target = target;
	return STATUS_DONE;
}

bool target_matches(const struct target *target, const char *name)
{
	/* a name that holds * itself can be given as it is */
	return strcmp(target->name, name) == 0 ||
		(target->is_glob && fnmatch(target->name, name, 0) == 0);
}

bool target_names_queue(const char *part, const struct irqkit_queue *queue)
{
	const struct target target = { .name = part, .is_glob = strpbrk(part, "*?[") };
	char name[QUEUE_NAME_ROOM];

	queue_format_name(queue, name);
	return target_matches(&target, name) ||
		target_matches(&target, name + strlen("rx-"));
}
