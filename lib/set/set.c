/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * SETs, as users write them:
 *
 *     all , ^0-3 , node:1-2 , ^ other-threads
 *     part  part   part         part
 *           numbers             ^ word
 *                  word:numbers        set_word.c
 * What is wrong with one says set_refuse.c.
 */
#include "set/set.h"
#include "base/array.h"
#include "base/cpuset.h"
#include "base/join.h"
#include "base/macros.h"
#include "base/typo.h"
#include "interrupts/irq.h"
#include "set/set_habit.h"
#include "set/set_refuse.h"
#include "set/set_word.h"
#include "topology/topology.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------------- */
/* Numbers                                                                         */

/* Which mistake it is that irqkit_cpuset_parse_list() found in numbers at @bad. */
static int refuse_numbers(struct set_parse *p, const struct set_part *part, int error,
	size_t bad, const char *example)
{
	const char *rest = part->text + bad;
	size_t len = part->len - bad, at = part->at + bad;
	char before = bad > 0 ? rest[-1] : '\0';
	int r;

	if (error == -ERANGE)
		return set_refuse(p, error, at,
			"in '%.*s' the number at '%.*s' is too large",
			QUOTE(part->text, part->len), QUOTE(rest, len));
	if (len == 0)
		return set_refuse(p, error, at,
			"'%.*s' ends where a number is expected; write it as %s",
			QUOTE(part->text, part->len), example);
	if (before == '-' && *rest >= '0' && *rest <= '9')
		return set_refuse(p, error, at,
			"the range in '%.*s' ends before it starts",
			QUOTE(part->text, part->len));
	if (before == ':' && *rest == '0')
		return set_refuse(p, error, at, "the stride in '%.*s' is 0",
			QUOTE(part->text, part->len));
	r = set_find_habit(p, part);
	return r < 0 ? r
		     : set_refuse(p, error, at,
			       "'%.*s' is wrong from '%.*s' on; write it as %s",
			       QUOTE(part->text, part->len), QUOTE(rest, len), example);
}

/* The numbers from @from on in a part. */
static int parse_numbers(struct set_parse *p, const struct set_part *part, size_t from,
	const char *example, struct irqkit_cpuset **ret_numbers)
{
	size_t bad = 0;
	int r;

	if (from == part->len)
		return refuse_numbers(p, part, -EINVAL, from, example);
	r = irqkit_cpuset_parse_list(
		part->text + from, part->len - from, ret_numbers, &bad);
	if (r == -EINVAL || r == -ERANGE)
		return refuse_numbers(p, part, r, from + bad, example);
	return r;
}

static bool has_numbers(const struct set_part *part)
{
	return part->len > 0 && part->text[0] >= '0' && part->text[0] <= '9' &&
		!set_is_mask_group(part);
}

/* ------------------------------------------------------------------------------- */
/* Parts                                                                           */

static bool next_part(struct set_parse *p, struct set_part *ret)
{
	const char *comma;

	if (p->next > p->len)
		return false;
	ret->text = p->text + p->next;
	ret->at = p->next;
	comma = memchr(ret->text, ',', p->len - p->next);
	ret->len = comma ? (size_t)(comma - ret->text) : p->len - p->next;
	p->next += ret->len + 1;

	ret->takes_away = ret->len > 0 && ret->text[0] == '^';
	if (ret->takes_away) {
		ret->text++;
		ret->len--;
		ret->at++;
	}
	return true;
}

static int refuse_word(struct set_parse *p, const struct set_part *part)
{
	_cleanup_free_ char *list = NULL;
	int r = set_find_habit(p, part);

	for (size_t i = 0; r == 0 && irqkit_set_get_word(i); i++)
		r = join_text(&list, irqkit_set_get_word(i));
	return r < 0 ? r
		     : set_refuse(p, -EINVAL, part->at,
			       "'%.*s' is not a set of CPUs: use numbers, as in 0-3,8, "
			       "or the words %s",
			       QUOTE(part->text, part->len), list);
}

static int parse_word(
	struct set_parse *p, const struct set_part *part, struct irqkit_cpuset **ret_set)
{
	const struct set_word *word = set_find_word(part);
	_cleanup_cpuset_ struct irqkit_cpuset *numbers = NULL, *set = NULL;
	size_t name_len;
	int r;

	if (!word)
		return refuse_word(p, part);
	name_len = strlen(word->name);
	if (word->example && part->len == name_len)
		return set_refuse(p, -EINVAL, part->at + part->len,
			"'%s' needs a number, as in %s", word->name, word->example);
	if (!word->example && part->len > name_len)
		return set_refuse(p, -EINVAL, part->at + name_len,
			"'%.*s' is not a set of CPUs: '%s' takes no number",
			QUOTE(part->text, part->len), word->name);

	r = irqkit_cpuset_new(&set);
	if (r == 0 && !word->example)
		r = word->add(p, part, 0, set);
	else if (r == 0)
		r = parse_numbers(p, part, name_len + 1, word->example, &numbers);
	for (int n = -1; r == 0 && numbers && (n = irqkit_cpuset_next(numbers, n)) >= 0;)
		r = word->add(p, part, (unsigned int)n, set);
	if (r < 0)
		return r;
	if (p->online && !set_word_keeps_offline(word))
		irqkit_cpuset_keep_set(set, p->online);
	*ret_set = TAKE(set);
	return 0;
}

static int refuse_empty_part(struct set_parse *p, const struct set_part *part)
{
	if (part->takes_away)
		return set_refuse(p, -EINVAL, part->at,
			"a CPU is missing after '^'; write it as all,^0");
	if (p->len == 0)
		return set_refuse(
			p, -EINVAL, 0, "no CPU is given; write the set as 0-3,8");
	if (part->at == p->len)
		return set_refuse(p, -EINVAL, part->at,
			"'%.*s' ends where a CPU is expected; write it as 0-3,8",
			QUOTE(p->text, p->len));
	return set_refuse(p, -EINVAL, part->at,
		"in '%.*s' a CPU is missing before '%.*s'", QUOTE(p->text, p->len),
		QUOTE(part->text, p->len - part->at));
}

/* Before the part changes the set: a CPU keeps the place where it was named first. */
static int order_part(
	struct set_parse *p, const struct set_part *part, const struct irqkit_cpuset *set)
{
	unsigned int number = p->n_parts++;
	struct set_order *order = p->order;
	size_t kept = 0;

	if (!order)
		return 0;
	for (size_t i = 0; part->takes_away && i < order->n; i++)
		if (!irqkit_cpuset_has(set, order->members[i].cpu))
			order->members[kept++] = order->members[i];
	if (part->takes_away) {
		order->n = kept;
		return 0;
	}
	irqkit_cpuset_foreach (cpu, set) {
		if (irqkit_cpuset_has(p->set, cpu))
			continue;
		if (!GROW(order->members, order->n, order->room))
			return -ENOMEM;
		order->members[order->n++] = (struct set_member){
			.cpu = cpu,
			.part = number,
		};
	}
	return 0;
}

/* A range or a word is not about CPUs that other work should keep away from. */
static int avoid(
	struct set_parse *p, const struct set_part *part, struct irqkit_cpuset *set)
{
	const struct irqkit_cpuset *avoided = p->scope->avoided;
	bool is_isolated = part->len == strlen("isolated") &&
		memcmp(part->text, "isolated", part->len) == 0;
	bool is_number = has_numbers(part) && !memchr(part->text, '-', part->len);

	if (is_isolated)
		return 0;
	if (!is_number) {
		p->has_avoided |= irqkit_cpuset_has_common(set, avoided);
		irqkit_cpuset_remove_set(set, avoided);
		return 0;
	}
	irqkit_cpuset_foreach (cpu, set)
		if (irqkit_cpuset_has(avoided, cpu) &&
			irqkit_cpuset_add(p->scope->named_avoided, cpu) < 0)
			return -ENOMEM;
	return 0;
}

static int parse_part(struct set_parse *p, const struct set_part *part)
{
	_cleanup_cpuset_ struct irqkit_cpuset *set = NULL;
	int r;

	if (part->len == 0)
		return refuse_empty_part(p, part);
	if (part->takes_away && part->at == 1 &&
		(has_numbers(part) || set_find_word(part)))
		return set_refuse(p, -EINVAL, 0,
			"'^%.*s' has no CPUs to remove from; for all other CPUs write "
			"'all,^%.*s'",
			QUOTE(part->text, part->len), QUOTE(part->text, part->len));
	if (has_numbers(part))
		r = parse_numbers(p, part, 0, "0-3,8", &set);
	else
		r = parse_word(p, part, &set);
	if (r == 0 && p->scope->avoided && !part->takes_away)
		r = avoid(p, part, set);
	if (r < 0)
		return r;

	r = order_part(p, part, set);
	if (r < 0)
		return r;
	if (!part->takes_away)
		return irqkit_cpuset_add_set(p->set, set);
	irqkit_cpuset_remove_set(p->set, set);
	return 0;
}

/* ------------------------------------------------------------------------------- */
/* The whole                                                                       */

static int refuse_empty(struct set_parse *p)
{
	struct set_part part;
	const struct set_word *word;

	p->next = 0;
	next_part(p, &part);
	word = set_find_word(&part);
	if (p->has_avoided)
		return set_refuse(p, -ENODATA, 0,
			"an isolate line leaves no CPU of '%.*s'; CPUs that are named "
			"one by one, as in 2,3, are used all the same",
			QUOTE(p->text, p->len));
	if (p->next > p->len && word)
		return set_refuse(p, -ENODATA, 0, "'%.*s' contains no CPU: %s",
			QUOTE(p->text, p->len), word->why_empty);
	return set_refuse(
		p, -ENODATA, 0, "'%.*s' contains no CPU", QUOTE(p->text, p->len));
}

/* Names the last part that put @cpu there: words only hold CPUs that are online. */
static int refuse_result(struct set_parse *p, unsigned int cpu)
{
	struct set_part part, guilty = { .text = p->text, .len = p->len };

	for (p->next = 0; next_part(p, &part);) {
		_cleanup_cpuset_ struct irqkit_cpuset *set = NULL;

		if (!part.takes_away && has_numbers(&part) &&
			irqkit_cpuset_parse_list(part.text, part.len, &set, NULL) == 0 &&
			irqkit_cpuset_has(set, cpu))
			guilty = part;
	}
	return set_refuse_cpu(p, &guilty, cpu);
}

static int check_result(struct set_parse *p)
{
	const struct irqkit_cpuset *there = p->online;
	_cleanup_cpuset_ struct irqkit_cpuset *wrong = NULL;

	if (irqkit_cpuset_is_empty(p->set) ||
		(there && p->scope->current && !irqkit_cpuset_has_common(p->set, there)))
		return refuse_empty(p);
	if (!there)
		there = irqkit_topology_get_cpus(p->topology, IRQKIT_CPUS_POSSIBLE);
	if (!there || irqkit_cpuset_is_subset(p->set, there))
		return 0;
	if (irqkit_cpuset_copy(p->set, &wrong) < 0)
		return -ENOMEM;
	irqkit_cpuset_remove_set(wrong, there);
	if (p->scope->current)
		irqkit_cpuset_remove_set(wrong, p->scope->current);
	return irqkit_cpuset_is_empty(wrong)
		? 0
		: refuse_result(p, (unsigned int)irqkit_cpuset_next(wrong, -1));
}

static int parse_whole(struct set_parse *p)
{
	struct set_part part;
	int r = irqkit_cpuset_new(&p->set);

	while (r == 0 && next_part(p, &part))
		r = parse_part(p, &part);
	return r < 0 ? r : check_result(p);
}

static void parse_clear(struct set_parse *p)
{
	irqkit_cpuset_free(p->set);
	free(p->message);
	free(p->meant);
}

/* Of more, each of which has all parsed again, the first is named without a suggestion. */
#define MOST_MISTAKES 1000
/*
 * What is meant may have the next mistake: "cpu0,cpu1". A suggestion is only made if it is
 * accepted here. *ret_why: why it is not; NULL: it is, or nothing is known to be meant.
 */
static int correct(struct set_parse *p, char **ret_why)
{
	int r = -EINVAL;

	for (size_t n = 0; r < 0 && p->meant && n < MOST_MISTAKES; n++) {
		struct set_parse again = {
			.topology = p->topology,
			.scope = p->scope,
			.online = p->online,
			.text = p->meant,
			.len = strlen(p->meant),
		};

		r = parse_whole(&again);
		if (r < 0 && !again.meant) {
			*ret_why = TAKE(again.message);
			parse_clear(&again);
			return r == -ENOMEM ? r : 0;
		}
		if (r < 0) {
			free(p->meant);
			p->meant = TAKE(again.meant);
		}
		parse_clear(&again);
	}
	if (r < 0)
		free(TAKE(p->meant));
	return r == -ENOMEM ? r : 0;
}

/* With what is meant, if that would work. */
static int refuse_meant(struct set_parse *p)
{
	_cleanup_free_ char *quote = NULL, *why = NULL;
	const struct set_part *wrong = &p->wrong;
	const char *what = p->is_mask ? "a mask, not a set of CPUs" : "not a set of CPUs";

	if (correct(p, &why) < 0)
		return -ENOMEM;
	if (!p->meant)
		return -EINVAL;
	if (wrong->len < p->len &&
		asprintf(&quote, " in '%.*s'", QUOTE(p->text, p->len)) < 0)
		return -ENOMEM;
	free(TAKE(p->message));
	if (why)
		return set_refuse(p, -EINVAL, wrong->at,
			"'%.*s'%s is %s, and '%s' would not work here: %s",
			QUOTE(wrong->text, wrong->len), quote ? quote : "", what,
			p->meant, why);
	return set_refuse(p, -EINVAL, wrong->at, "'%.*s'%s is %s; did you mean '%s'?",
		QUOTE(wrong->text, wrong->len), quote ? quote : "", what, p->meant);
}

int set_parse(struct irqkit_topology *topology, const char *text, size_t len,
	const struct set_scope *scope, struct set_order *order,
	struct irqkit_cpuset **ret_set, size_t *reterr_at, char **reterr_message)
{
	struct set_parse p = {
		.topology = topology,
		.scope = scope,
		.order = order,
		.online = irqkit_topology_get_cpus(topology, IRQKIT_CPUS_ONLINE),
		.text = text,
		.len = len,
	};
	int r = parse_whole(&p);

	if (r < 0 && p.meant)
		r = refuse_meant(&p);
	if (topology_get_error(topology) < 0) {
		r = topology_get_error(topology);
		/* the message may be wrong: something could not be read */
		free(TAKE(p.message));
	}
	if (r == 0) {
		*ret_set = TAKE(p.set);
	} else {
		if (reterr_at)
			*reterr_at = p.at;
		if (reterr_message)
			*reterr_message = TAKE(p.message);
	}
	parse_clear(&p);
	return r;
}

static int read_affinity(void *data, unsigned int irq, struct irqkit_cpuset **ret_set)
{
	struct irq_affinity affinity = { 0 };
	int r = irq_read_affinity(data, irq, &affinity);

	free(affinity.text);
	if (r == 0)
		*ret_set = affinity.set;
	return r;
}

EXPORT int irqkit_topology_parse_set(struct irqkit_topology *topology, const char *text,
	size_t len, const struct irqkit_cpuset *local, struct irqkit_cpuset **ret_set,
	size_t *reterr_at, char **reterr_message)
{
	const struct set_scope scope = {
		.local = local,
		.get_affinity = read_affinity,
		.data = topology_get_ctx(topology),
	};

	return set_parse(
		topology, text, len, &scope, NULL, ret_set, reterr_at, reterr_message);
}

bool set_has_word(const char *text, size_t len, const char *word)
{
	struct set_parse p = { .text = text, .len = len };
	struct set_part part;

	while (next_part(&p, &part))
		if (part.len == strlen(word) && memcmp(part.text, word, part.len) == 0)
			return true;
	return false;
}

bool set_may_mean_word(const char *text, size_t len, const char *word)
{
	struct set_parse p = { .text = text, .len = len };
	struct set_part part;

	while (next_part(&p, &part)) {
		while (part.len > 0 && strchr(" !~^", part.text[0])) {
			part.text++;
			part.len--;
		}
		if (is_typo(part.text, part.len, word))
			return true;
	}
	return false;
}

void set_order_clear(struct set_order *order)
{
	free(order->members);
	*order = (struct set_order){ 0 };
}

EXPORT bool irqkit_set_error_is_about_word(int error)
{
	switch (error) {
	case -EINVAL:
	case -ERANGE:
	case -ENODEV:
	case -ENODATA:
	case -EBADMSG:
	case -EACCES:
	case -EPERM:
		return true;
	default:
		return false;
	}
}
