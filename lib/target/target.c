/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TARGETs: 24, 24-31, eth1, eth1:rx-0, 'nvme0q*', chip:xen-dyn, all. */
#include "target/target.h"
#include "base/macros.h"
#include "base/number.h"
#include "devices/queues.h"
#include "target/refuse.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>

/* A number that is too large becomes INT64_MAX, which no interrupt has. */
static bool parse_irq(const char *text, const char *end, int64_t *ret_irq)
{
	uint64_t irq = INT64_MAX;

	if (parse_u64(text, (size_t)(end - text), &irq) == -EINVAL)
		return false;
	*ret_irq = irq < INT64_MAX ? (int64_t)irq : INT64_MAX;
	return true;
}

/* 24, 24-31 or 24- */
static bool parse_irqs(struct target *target)
{
	const char *name = target->name, *end = name + strlen(name);
	const char *dash = strchr(name, '-');

	if (!parse_irq(name, dash ? dash : end, &target->first))
		return false;
	target->last = dash ? INT64_MAX : target->first;
	return !dash || !dash[1] || parse_irq(dash + 1, end, &target->last);
}

bool target_is_pattern(const char *name)
{
	for (; *name; name++) {
		if (*name == '*' || *name == '?' || *name == '[')
			return true;
		if (*name == '\\' && name[1])
			name++;
	}
	return false;
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
	target->len = strlen(target->name);
	target->is_glob = strpbrk(target->name, "*?[") != NULL;
	target->is_pattern = target_is_pattern(target->name);
}

/* 0000:00:03.0/5: false if nothing or something other than digits is after the slash. */
static bool parse_vector(struct target *target)
{
	const char *slash = strrchr(target->name, '/');
	int r = parse_u32(slash + 1, strlen(slash + 1), &target->vector);

	if (r == -EINVAL || slash == target->name)
		return false;
	if (r < 0)
		target->vector = NO_NUMBER;
	target->len = (size_t)(slash - target->name);
	target->kind = TARGET_VECTOR;
	return true;
}

int target_parse(const char *word, struct target *ret_target, char **reterr_message)
{
	struct target target;
	bool is_irqs;

	split_prefix(word, &target);
	is_irqs = (target.kind == TARGET_IRQS || target.kind == TARGET_WORD) &&
		parse_irqs(&target);
	if (target.kind == TARGET_IRQS && !is_irqs)
		return target_refuse(reterr_message, -EINVAL,
			"'%s' is not a TARGET: irq: takes a number or a range, as in "
			"irq:24, irq:24-31 or irq:24-",
			word);
	if (!*word)
		return target_refuse(reterr_message, -EINVAL, "a TARGET is empty");
	if (!*target.name)
		return target_refuse(reterr_message, -EINVAL,
			"'%s' is not a TARGET: a name is missing after the colon", word);
	if (target.kind == TARGET_PCI && strchr(target.name, '/') &&
		!parse_vector(&target))
		return target_refuse(reterr_message, -EINVAL,
			"'%s' is not a TARGET: a / is followed by the index of a vector, "
			"as in pci:0000:00:03.0/5",
			word);
	if (is_irqs && target.last < target.first)
		return target_refuse(reterr_message, -EINVAL,
			"the range '%s' ends before it starts", word);
	if (is_irqs)
		target.kind = TARGET_IRQS;
	*ret_target = target;
	return 0;
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
