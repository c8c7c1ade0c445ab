/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A SET with `current` in it: each interrupt gets CPUs of its own. */
#include "request/request_current.h"
#include "base/cpuset.h"
#include "base/macros.h"
#include "interrupts/snapshot.h"
#include "request/request_cpus.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

bool request_uses_current(const struct irqkit_request *request)
{
	const char *set = request->cpus;

	return set && set_may_mean_word(set, strlen(set), "current");
}

void current_clear(struct current *current)
{
	irqkit_cpuset_free(current->cpus);
	free(current->left);
}

static int read_cpus(
	struct current *current, const struct irqkit_cpuset *now, char **reterr_message)
{
	const struct set_scope scope = { .local = current->local, .current = now };
	const char *text = current->request->cpus;

	irqkit_cpuset_free(TAKE(current->cpus));
	return machine_parse_set(current->machine, text, strlen(text), &scope, NULL,
		&current->cpus, NULL, reterr_message);
}

int current_check_words(struct current *current)
{
	const struct irqkit_cpuset *online = irqkit_topology_get_cpus(
		current->machine->topology, IRQKIT_CPUS_ONLINE);
	_cleanup_free_ char *message = NULL;
	int r = read_cpus(current, online, &message);

	return r < 0 ? request_fail_set(
			       current->request, current->request->cpus_label, r, message)
		     : 0;
}

static int add_left(struct current *current, const struct irqkit_irq *irq)
{
	char *left;

	if (asprintf(&left, "%s%s%d", current->left ? current->left : "",
		    current->left ? " " : "", irq->row->irq) < 0)
		return -ENOMEM;
	free(current->left);
	current->left = left;
	current->n_left++;
	return 0;
}

int current_read_cpus(struct current *current, struct irqkit_irq *irq,
	const struct irqkit_cpuset **ret_cpus)
{
	const struct irqkit_cpuset *now;
	int r = irqkit_irq_get_planned(irq, &now);

	if (r == 0)
		r = read_cpus(current, now, NULL);
	/* the words are right: they have been read before */
	*ret_cpus = r == 0 ? current->cpus : NULL;
	return r == -ENODATA ? add_left(current, irq) : r;
}

#define LEFT_FORMAT                                                                      \
	"%s: '%s' leaves no CPU for %zu interrupt%s; choose other CPUs for %s, as in "   \
	"'irqkit set %s --cpus=SET'"

int current_check_left(struct current *current, bool is_error)
{
	struct irqkit_request *request = current->request;
	const char *set, *label, *plural, *word;
	size_t n = current->n_left;

	if (!current->left)
		return 0;
	set = request->cpus;
	label = request->cpus_label;
	plural = n == 1 ? "" : "s";
	word = n == 1 ? "it" : "these";
	if (is_error)
		return request_fail(request, IRQKIT_PROBLEM_WORDS, LEFT_FORMAT, label,
			set, n, plural, word, current->left);
	request_warn(request, LEFT_FORMAT, label, set, n, plural, word, current->left);
	return 0;
}
