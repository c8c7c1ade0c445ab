/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The CPUs that a request names: a SET, or a mask as the kernel writes it. */
#include "request/request_cpus.h"
#include "base/cpuset.h"
#include "base/macros.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

int request_fail_set(
	struct irqkit_request *request, const char *label, int error, const char *message)
{
	const char *text = message ? message : strerror(-error);

	if (irqkit_set_error_is_about_word(error))
		return request_fail(request, IRQKIT_PROBLEM_WORDS, "%s: %s", label, text);
	return request_fail_with(request, error, "%s: %s", label, text);
}

static int check_online(struct irqkit_request *request, struct irqkit_topology *topology,
	const struct irqkit_cpuset *set)
{
	const struct irqkit_cpuset *online = irqkit_topology_get_cpus(
		topology, IRQKIT_CPUS_ONLINE);
	const struct irqkit_cpuset *possible = irqkit_topology_get_cpus(
		topology, IRQKIT_CPUS_POSSIBLE);

	irqkit_cpuset_foreach (cpu, set) {
		_cleanup_free_ char *list = NULL;

		if (!online || irqkit_cpuset_has(online, cpu))
			continue;
		if (irqkit_cpuset_format_list(online, &list) < 0)
			return -ENOMEM;
		return request_fail(request, IRQKIT_PROBLEM_WORDS,
			"%s: CPU %u %s (online CPUs: %s)", request->cpus_label, cpu,
			!possible || irqkit_cpuset_has(possible, cpu) ? "is offline"
								      : "does not exist",
			list);
	}
	return 0;
}

/* A mask is a range, unless all of its CPUs are those to keep away from. */
static int avoid(struct irqkit_machine *machine, struct irqkit_cpuset *set)
{
	if (irqkit_cpuset_is_subset(set, machine->avoided))
		return irqkit_cpuset_add_set(machine->named_avoided, set);
	irqkit_cpuset_remove_set(set, machine->avoided);
	return 0;
}

/* Refuses a SET, such as "0-3" or "all", as a mask. Returns 0 if it is not a SET. */
static int refuse_set(struct irqkit_request *request, struct irqkit_machine *machine)
{
	_cleanup_cpuset_ struct irqkit_cpuset *set = NULL, *numbers = NULL;
	_cleanup_free_ char *message = NULL;
	const struct set_scope scope = {
		.local = irqkit_topology_get_cpus(machine->topology, IRQKIT_CPUS_ONLINE),
		.current = irqkit_topology_get_cpus(
			machine->topology, IRQKIT_CPUS_ONLINE),
	};
	const char *mask = request->mask;
	size_t len = strlen(mask);
	int r = machine_parse_set(machine, mask, len, &scope, NULL, &set, NULL, &message);

	if (r == 0)
		return request_fail(request, IRQKIT_PROBLEM_WORDS,
			"%s: '%s' is a set of CPUs, not a mask; did you mean "
			"'--cpus=%s'?",
			request->cpus_label, mask, mask);
	if (r == -ENOMEM || irqkit_cpuset_parse_list(mask, len, &numbers, NULL) < 0 ||
		irqkit_cpuset_is_empty(numbers))
		return r == -ENOMEM ? r : 0;
	return request_fail(request, IRQKIT_PROBLEM_WORDS,
		"%s: '%s' is a set of CPUs, not a mask, and '--cpus=%s' would not work "
		"here: %s",
		request->cpus_label, mask, mask, message ? message : "it is wrong");
}

/* "0b11" is also what the kernel writes for CPUs 0, 4, 8, 9 and 11. */
static bool is_like_binary(const char *mask)
{
	return strncasecmp(mask, "0b", 2) == 0 && mask[2] &&
		!mask[2 + strspn(mask + 2, "01")];
}

static int read_mask(struct irqkit_request *request, struct irqkit_machine *machine,
	struct irqkit_cpuset **ret_set)
{
	_cleanup_cpuset_ struct irqkit_cpuset *set = NULL;
	const char *mask = request->mask;
	size_t at = 0;
	int r = irqkit_cpuset_parse_mask(mask, strlen(mask), &set, &at), r2;

	if (r == -ENOMEM)
		return r;
	if (!*mask)
		return request_fail(request, IRQKIT_PROBLEM_WORDS,
			"%s: no CPU is given; write the mask as ff or 1,00000000",
			request->cpus_label);
	if (r < 0 && (r2 = refuse_set(request, machine)) < 0)
		return r2;
	if (is_like_binary(mask))
		request_warn(request,
			"%s: '%s' is read as a hexadecimal number, not as a binary one",
			request->cpus_label, mask);
	if (r < 0 && at < strlen(mask))
		return request_fail(request, IRQKIT_PROBLEM_WORDS,
			"%s: '%s' is not a mask, from '%s' on; write a mask as ff or "
			"1,00000000",
			request->cpus_label, mask, mask + at);
	if (r < 0)
		return request_fail(request, IRQKIT_PROBLEM_WORDS,
			"%s: '%s' ends where a digit is expected; write a mask as ff or "
			"1,00000000",
			request->cpus_label, mask);
	if (irqkit_cpuset_is_empty(set))
		return request_fail(request, IRQKIT_PROBLEM_WORDS,
			"%s: '%s' contains no CPU", request->cpus_label, mask);
	r = check_online(request, machine->topology, set);
	if (r == 0 && machine->avoided)
		r = avoid(machine, set);
	if (r == 0)
		*ret_set = TAKE(set);
	return r;
}

int request_read_scoped(struct irqkit_request *request, struct irqkit_machine *machine,
	const char *label, const char *set, const struct set_scope *scope,
	struct set_order *order, struct irqkit_cpuset **ret_set)
{
	_cleanup_free_ char *message = NULL;
	int r = machine_parse_set(
		machine, set, strlen(set), scope, order, ret_set, NULL, &message);

	return r < 0 ? request_fail_set(request, label, r, message) : 0;
}

int request_read_cpus(struct irqkit_request *request, struct irqkit_machine *machine,
	const struct irqkit_cpuset *local, struct irqkit_cpuset **ret_set)
{
	const struct set_scope scope = {
		.local = local,
		.no_current = request->kind == REQUEST_RPS || request->kind == REQUEST_XPS
			? "packet steering has CPUs of its own"
			: NULL,
	};

	if (request->mask)
		return read_mask(request, machine, ret_set);
	return request_read_scoped(request, machine, request->cpus_label, request->cpus,
		&scope, NULL, ret_set);
}
