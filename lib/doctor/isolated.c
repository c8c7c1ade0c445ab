/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the rules on isolated CPUs share. */
#include "doctor/isolated.h"
#include "base/cpuset.h"
#include "base/join.h"
#include "base/macros.h"
#include "doctor/facts_isolate.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* More names than these make no sentence. */
#define NAMES_SHOWN 3

bool isolated_exists(struct look *look, int *ret_error)
{
	*ret_error = 0;
	if (!irqkit_cpuset_is_empty(look->facts->isolated))
		return true;
	*ret_error = look_lacks(look, "no isolated CPU");
	return false;
}

bool isolated_has_plan(struct look *look, int *ret_error)
{
	if (!isolated_exists(look, ret_error))
		return false;
	*ret_error = facts_plan_isolate(look->facts);
	if (*ret_error == 0)
		return true;
	if (*ret_error != -ENOMEM)
		*ret_error = look_lacks(look, "no plan of 'irqkit isolate'");
	return false;
}

struct irqkit_finding *isolated_add_finding(struct look *look, bool is_fixable)
{
	_cleanup_free_ char *cpus = facts_format_cpus(look->facts->isolated);
	struct irqkit_finding *finding = finding_add(
		look, NULL, "isolated CPUs %s", cpus ? cpus : "?");

	finding_add_cpus(finding, look->facts->isolated);
	if (is_fixable) {
		finding_fix(finding, "isolate", NULL);
		finding_fix_word(finding, "%s", cpus ? cpus : "isolated");
	}
	return finding;
}

void name_list_free(struct name_list *names)
{
	free(names->text);
}

int name_list_add(struct name_list *names, const char *name)
{
	names->n++;
	return names->n <= NAMES_SHOWN ? join_text(&names->text, name) : 0;
}

int name_list_end(struct name_list *names)
{
	char *text;

	if (names->n <= NAMES_SHOWN)
		return 0;
	if (asprintf(&text, "%s and %zu more", names->text, names->n - NAMES_SHOWN) < 0)
		return -ENOMEM;
	free(names->text);
	names->text = text;
	return 0;
}
