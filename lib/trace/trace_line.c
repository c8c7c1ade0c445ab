/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lines of trace_pipe (kernel/trace/trace_output.c, trace_print_context()):
 *
 *	           <...>-352     [006] d..1.    15.122954: set: (irq_set_affinity_locked+0x0/0x1f0) irq=59 mask={0x40,0x0} comm="sh"
 *	|     16 bytes | |thread        |flags  |seconds   |name                                                         |owned by the probe
 *
 * The name of the task in front comes from a cache, and is not used.
 */
#include "trace/trace_line.h"
#include "base/macros.h"
#include "base/number.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define TASK_WIDTH 16u
#define MASK_DIGITS_MAX (64u * 17u) /* 64 words, each with a comma */

/*
 * Offsets of struct irq_data, the first argument: mask at 0, irq at 4 (include/linux/irq.h).
 * A mask has as many words as the kernel has CPUs: what follows belongs to others.
 */
static const struct {
	const char *name, *function, *arguments;
	enum probe probe;
} probes[N_PROBES] = {
	{ "set", "irq_set_affinity_locked", "irq=+4($arg1):u32 mask=+0($arg2):x64",
		PROBE_SET },
	{ "start", "irq_setup_affinity", NULL, PROBE_START },
	{ "xps", "__netif_set_xps_queue", NULL, PROBE_XPS },
	{ "file", "irq_affinity_proc_write", NULL, PROBE_FILE },
	{ "list", "irq_affinity_list_proc_write", NULL, PROBE_FILE },
};

const char *probe_get_name(size_t index)
{
	return index < LENGTH(probes) ? probes[index].name : NULL;
}

int probe_format(
	size_t index, const char *group, unsigned int words, char **ret_definition)
{
	const char *arguments = probes[index].arguments;
	char size[16] = "";
	int n;

	if (arguments && words > 1)
		snprintf(size, sizeof(size), "[%u]", words);
	n = asprintf(ret_definition, "p:%s/%s %s%s%s%s comm=$comm", group,
		probes[index].name, probes[index].function, arguments ? " " : "",
		arguments ? arguments : "", size);
	return n < 0 ? -ENOMEM : 0;
}

const char *probe_find_group(
	const char *line, size_t len, const char *prefix, size_t *ret_len)
{
	const char *colon = memchr(line, ':', len);
	const char *begin = colon ? colon + 1 : NULL;
	size_t prefix_len = strlen(prefix), rest, n = 0;

	if (!begin || line[0] != 'p')
		return NULL;
	rest = (size_t)(line + len - begin);
	if (rest < prefix_len || memcmp(begin, prefix, prefix_len) != 0)
		return NULL;
	while (n < rest && begin[n] != ' ' && begin[n] != '\n')
		n++;
	*ret_len = n;
	return memchr(begin, '/', n) ? begin : NULL;
}

/* ------------------------------------------------------------------------------- */
/* A line of trace_pipe                                                            */

struct cursor {
	const char *at, *end;
};

static void skip_spaces(struct cursor *c)
{
	while (c->at < c->end && *c->at == ' ')
		c->at++;
}

static bool skip_text(struct cursor *c, const char *text)
{
	size_t len = strlen(text);

	if ((size_t)(c->end - c->at) < len || memcmp(c->at, text, len) != 0)
		return false;
	c->at += len;
	return true;
}

/* Behind the next @text, which need not be here. */
static bool skip_to(struct cursor *c, const char *text)
{
	const char *found = memmem(c->at, (size_t)(c->end - c->at), text, strlen(text));

	if (!found)
		return false;
	c->at = found + strlen(text);
	return true;
}

static bool read_u64(struct cursor *c, uint64_t *ret_number)
{
	size_t n = 0;

	while (c->at + n < c->end && c->at[n] >= '0' && c->at[n] <= '9')
		n++;
	if (parse_u64(c->at, n, ret_number) < 0)
		return false;
	c->at += n;
	return true;
}

/* "15.122954", in microseconds */
static bool read_time(struct cursor *c, int64_t *ret_time)
{
	uint64_t seconds, microseconds;

	skip_spaces(c);
	if (!read_u64(c, &seconds) || !skip_text(c, ".") || !read_u64(c, &microseconds) ||
		seconds > INT64_MAX / 2000000 || microseconds > 999999)
		return false;
	*ret_time = (int64_t)(seconds * 1000000 + microseconds);
	return true;
}

static bool read_name(struct cursor *c, enum probe *ret_probe)
{
	for (size_t i = 0; i < LENGTH(probes); i++) {
		struct cursor next = *c;

		if (!skip_text(&next, probes[i].name) || !skip_text(&next, ": ("))
			continue;
		*c = next;
		*ret_probe = probes[i].probe;
		return true;
	}
	return false;
}

/* "0x40" or "{0x40,0x0}": words of 64 bits, the lowest CPUs first. */
static int read_mask(struct cursor *c, struct irqkit_cpuset **ret_cpus)
{
	static const char digits[] = "0123456789abcdef";
	bool is_array = skip_text(c, "{");
	char mask[MASK_DIGITS_MAX + 1];
	char *at = mask + sizeof(mask) - 1;

	*at = '\0';
	do {
		size_t n = 0;

		if (!skip_text(c, "0x"))
			return -EINVAL;
		while (c->at + n < c->end && memchr(digits, c->at[n], sizeof(digits) - 1))
			n++;
		if (n < 1 || n > 16 || at - mask < 17)
			return -EINVAL;
		/* the digits of a word, filled up to 16 of them, before those so far */
		at -= n;
		memcpy(at, c->at, n);
		for (size_t i = n; i < 16; i++)
			*--at = '0';
		c->at += n;
	} while (is_array && skip_text(c, ","));
	if (is_array && !skip_text(c, "}"))
		return -EINVAL;
	return irqkit_cpuset_parse_mask(at, strlen(at), ret_cpus, NULL);
}

/* irq=59 mask=0x40 */
static int read_set(struct cursor *c, struct hit *hit)
{
	uint64_t irq;

	if (!skip_text(c, " irq=") || !read_u64(c, &irq) || irq > INT32_MAX ||
		!skip_text(c, " mask="))
		return -EINVAL;
	hit->irq = (uint32_t)irq;
	return read_mask(c, &hit->cpus);
}

/* comm="sh": it may contain quotes, and ends with the last one of the line. */
static int read_comm(struct cursor *c, struct hit *hit)
{
	const char *quote;
	size_t len;

	if (!skip_text(c, " comm=\""))
		return -EINVAL;
	quote = memrchr(c->at, '"', (size_t)(c->end - c->at));
	if (!quote)
		return -EINVAL;
	len = (size_t)(quote - c->at);
	if (len >= COMM_MAX)
		len = COMM_MAX - 1;
	memcpy(hit->comm, c->at, len);
	hit->comm[len] = '\0';
	return 0;
}

int hit_parse(const char *line, size_t len, struct hit *ret_hit)
{
	struct cursor c = { line, line + len };
	struct hit hit = { 0 };
	uint64_t thread;
	int r = 0;

	if (len <= TASK_WIDTH)
		return -EINVAL;
	c.at += TASK_WIDTH;
	if (!skip_text(&c, "-") || !read_u64(&c, &thread) || thread > INT32_MAX ||
		!skip_to(&c, "[") || !skip_to(&c, "] "))
		return -EINVAL;
	hit.thread = (uint32_t)thread;
	while (c.at < c.end && *c.at != ' ') /* flags */
		c.at++;
	if (!read_time(&c, &hit.time) || !skip_text(&c, ": ") ||
		!read_name(&c, &hit.probe) || !skip_to(&c, ")"))
		return -EINVAL;
	if (hit.probe == PROBE_SET)
		r = read_set(&c, &hit);
	if (r == 0)
		r = read_comm(&c, &hit);
	if (r < 0) {
		hit_clear(&hit);
		return r;
	}
	*ret_hit = hit;
	return 0;
}

void hit_clear(struct hit *hit)
{
	irqkit_cpuset_free(hit->cpus);
	*hit = (struct hit){ 0 };
}
