/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Suggests command lines and options, and checks their CPUs on this system. */
#include "base/suggest.h"
#include "base/basics.h"
#include "base/say.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The root of the command that reads the lines of a policy, which have no --root. */
static const char *root_of_lines;

void suggest_set_root(const char *root)
{
	root_of_lines = root;
}

const char *suggest_get_root(void)
{
	return root_of_lines;
}

const char *suggest_find_root(const char *const *words)
{
	const char *root = NULL;

	for (; *words && strcmp(*words, "--") != 0; words++) {
		if (strncmp(*words, "--root=", 7) == 0)
			root = *words + 7;
		else if (strcmp(*words, "--root") == 0 && words[1])
			root = words[1];
	}
	return root && *root ? root : NULL;
}

const char **suggest_leave_root_out(const char *const *words)
{
	size_t n = 0, kept = 0;
	const char **plain;
	bool is_option = true;

	while (words[n])
		n++;
	plain = calloc(n + 1, sizeof(*plain));
	for (size_t i = 0; plain && i < n; i++) {
		is_option &= strcmp(words[i], "--") != 0;
		if (is_option && strcmp(words[i], "--root") == 0 && words[i + 1])
			i++;
		else if (!is_option || strncmp(words[i], "--root=", 7) != 0)
			plain[kept++] = words[i];
	}
	return plain;
}

/* Returns where the SET of the command line begins; NULL: it has none. */
static const char *find_set(const char *line)
{
	static const char *const before[] = { "--cpus=", "--allowed=", "irqkit isolate ",
		"irqkit pin-queue " };

	for (size_t i = 0; i < LENGTH(before); i++) {
		const char *found = strstr(line, before[i]);

		if (!found)
			continue;
		found += strlen(before[i]);
		if (strcmp(before[i], "irqkit pin-queue ") != 0)
			return found;
		found = strchr(found, '=');
		return found ? found + 1 : NULL;
	}
	return NULL;
}

/*
 * Can this SET be checked without a TARGET? Not if it is a placeholder, or means the present
 * CPUs of an interrupt.
 */
static bool can_be_tried(const char *set, size_t len)
{
	return len > 0 && !strchr("-'\"", set[0]) && !memmem(set, len, "SET", 3) &&
		!memmem(set, len, "N", 1) && !memmem(set, len, "current", 7) &&
		!memmem(set, len, "off", 3);
}

/* Returns why the SET is refused; NULL: it is accepted, or there is none. The caller frees it. */
static char *find_why_not(const char *root, const char *suggestion)
{
	const char *set = find_set(suggestion);
	size_t len = set ? strcspn(set, " ") : 0;
	struct irqkit_ctx *ctx = NULL;
	struct irqkit_topology *topology = NULL;
	struct irqkit_cpuset *cpus = NULL;
	char *why = NULL;

	if (set && can_be_tried(set, len) && irqkit_ctx_new(root, &ctx) == 0 &&
		irqkit_topology_new(ctx, &topology) == 0)
		irqkit_topology_parse_set(topology, set, len,
			irqkit_topology_get_cpus(topology, IRQKIT_CPUS_ONLINE), &cpus,
			NULL, &why);
	irqkit_cpuset_free(cpus);
	irqkit_topology_free(topology);
	irqkit_ctx_free(ctx);
	return why;
}

void say_suggestion(const char *root, const char *suggestion, const char *format, ...)
{
	_cleanup_free_ char *why = find_why_not(root ? root : root_of_lines, suggestion);
	_cleanup_free_ char *text = NULL;
	va_list args;
	int r;

	va_start(args, format);
	r = vasprintf(&text, format, args);
	va_end(args);
	if (r < 0) {
		text = NULL;
		say_no_memory();
	} else if (why) {
		say_error("%s; did you mean '%s'? Choose other CPUs: %s", text,
			suggestion, why);
	} else {
		say_error("%s; did you mean '%s'?", text, suggestion);
	}
}
