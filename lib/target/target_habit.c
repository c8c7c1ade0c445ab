/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TARGETs as other tools and the kernel's paths write them. None is taken for one. */
#include "target/target_habit.h"
#include "base/macros.h"
#include "base/number.h"
#include "set/set_habit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct {
	const char *before; /* of a name, which ends before the next slash */
	const char *prefix; /* of the TARGET */
} paths[] = {
	{ "/proc/irq/", "" },
	{ "/sys/kernel/irq/", "" },
	{ "/sys/class/net/", "" },
	{ "/sys/bus/pci/devices/", "pci:" },
	{ "/sys/bus/pci/drivers/", "driver:" },
};

static char *find_in_path(const char *word)
{
	/* /proc/irq/24 of another folder, or without the slash: as find(1) and ls print it */
	for (size_t i = 0; i < LENGTH(paths); i++) {
		const char *found = strstr(word, paths[i].before + 1), *name;
		char *text = NULL;

		if (!found || (found > word && found[-1] != '/'))
			continue;
		name = found + strlen(paths[i].before + 1);
		if (strcspn(name, "/") == 0)
			continue;
		if (asprintf(&text, "%s%.*s", paths[i].prefix, (int)strcspn(name, "/"),
			    name) < 0)
			return NULL;
		return text;
	}
	return NULL;
}

/* "irq24", "IRQ-24", "irq/24", "#24", "24:", "interrupt24" */
static char *find_number(const char *word)
{
	static const char *const before[] = { "irq", "interrupt", "#", "" };

	for (size_t i = 0; i < LENGTH(before); i++) {
		size_t len = strlen(before[i]), n;
		uint64_t irq;

		if (strncasecmp(word, before[i], len) != 0)
			continue;
		if (len > 1 && word[len] && strchr("-_/=#", word[len]))
			len++;
		n = strspn(word + len, "0123456789");
		if (n > 0 && (!word[len + n] || strcmp(word + len + n, ":") == 0) &&
			parse_u64(word + len, n, &irq) == 0)
			return strndup(word + len, n);
	}
	return NULL;
}

/* "0x18" */
static char *find_hex(const char *word)
{
	char *end, *text = NULL;
	unsigned long irq;

	if (strncasecmp(word, "0x", 2) != 0 || !word[2])
		return NULL;
	irq = strtoul(word, &end, 16);
	if (*end || irq > INT32_MAX || asprintf(&text, "%lu", irq) < 0)
		return NULL;
	return text;
}

/* "24..31", "24:31", "24.." */
static char *find_range(const char *word)
{
	static const char digits[] = "0123456789";
	size_t first = strspn(word, digits), len, last;
	char *text = NULL;

	len = strncmp(word + first, "..", 2) == 0 ? 2 : word[first] == ':' ? 1 : 0;
	last = strspn(word + first + len, digits);
	if (first == 0 || len == 0 || word[first + len + last] ||
		(len == 1 && last == 0) ||
		asprintf(&text, "%.*s-%s", (int)first, word, word + first + len) < 0)
		return NULL;
	return text;
}

/* "device:eth0", "net=eth0", "dev=eth0", "DEV:eth0" */
static char *find_prefix(const char *word)
{
	static const char *const prefixes[][2] = { { "device", "dev:" },
		{ "interface", "dev:" }, { "iface", "dev:" }, { "net", "dev:" },
		{ "nic", "dev:" }, { "dev", "dev:" }, { "pci", "pci:" },
		{ "name", "name:" }, { "handler", "name:" }, { "action", "name:" },
		{ "chip", "chip:" }, { "driver", "driver:" }, { "module", "driver:" } };

	for (size_t i = 0; i < LENGTH(prefixes); i++) {
		size_t len = strlen(prefixes[i][0]);
		char *text = NULL;

		if (strncasecmp(word, prefixes[i][0], len) != 0 || !word[len] ||
			!strchr(":=", word[len]) || !word[len + 1])
			continue;
		if (asprintf(&text, "%s%s", prefixes[i][1], word + len + 1) < 0)
			return NULL;
		return text;
	}
	return NULL;
}

/* "ALL", "any", "everything" */
static char *find_all(const char *word)
{
	static const char *const words[] = { "all", "any", "everything", "every" };

	for (size_t i = 0; i < LENGTH(words); i++)
		if (strcasecmp(word, words[i]) == 0)
			return strdup("all");
	return NULL;
}

/* "0000:01:00.0/5" */
static char *find_vector(const char *word)
{
	size_t len = strspn(word, "0123456789abcdef:.");
	char *text = NULL;

	if (len < 7 || word[len] != '/' || !word[len + 1] ||
		word[len + 1 + strspn(word + len + 1, "0123456789")] ||
		asprintf(&text, "pci:%s", word) < 0)
		return NULL;
	return text;
}

int target_find_habit(const char *word, char **ret_target)
{
	static char *(*const finders[])(const char *) = { find_in_path, find_number,
		find_hex, find_range, find_prefix, find_all, find_vector };

	for (size_t i = 0; i < LENGTH(finders); i++) {
		char *target = finders[i](word);

		if (!target)
			continue;
		*ret_target = target;
		return 0;
	}
	return -ENOENT;
}

int target_find_set(const char *word, char **ret_set)
{
	static const char *const words[] = { "isolated", "housekeeping", "first-threads",
		"other-threads", "local", "current" };
	const char *kind;
	size_t len;

	for (size_t i = 0; i < LENGTH(words); i++)
		if (strcmp(word, words[i]) == 0)
			return (*ret_set = strdup(word)) ? 0 : -ENOMEM;
	kind = set_find_kind(word, strlen(word), &len);
	if (!kind || strcmp(kind, "irq:") == 0)
		return -ENOENT;
	len += word[len] && strchr("-_:=", word[len]);
	if (word[len] < '0' || word[len] > '9' ||
		word[len + strspn(word + len, "0123456789-,:")])
		return -ENOENT;
	return asprintf(ret_set, "%s%s", kind, word + len) < 0 ? -ENOMEM : 0;
}
