/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A line of trace_pipe, and of kprobe_events. Whatever it is: -EINVAL and nothing is changed, or
 * values in their ranges; and the same values in a new line are read as the same values.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "fuzz.h"
#include "trace/trace_line.h"

static const char *name_of(enum probe probe)
{
	static const char *const names[] = {
		[PROBE_SET] = "set",
		[PROBE_START] = "start",
		[PROBE_XPS] = "xps",
		[PROBE_FILE] = "file",
	};

	HOLDS((size_t)probe < sizeof(names) / sizeof(*names));
	return names[probe];
}

/* "irq=59 mask={0x40,0x0}", the lowest CPUs first */
static int format_set(char *text, size_t size, const struct hit *hit)
{
	int len = snprintf(text, size, " irq=%" PRIu32 " mask={", hit->irq);

	for (unsigned int word = 0; word < 64; word++) {
		uint64_t bits = 0;

		for (unsigned int i = 0; i < 64; i++)
			if (irqkit_cpuset_has(hit->cpus, 64 * word + i))
				bits |= UINT64_C(1) << i;
		len += snprintf(text + len, size - (size_t)len, "%s0x%" PRIx64,
			word ? "," : "", bits);
	}
	return len + snprintf(text + len, size - (size_t)len, "}");
}

static void check_again(const struct hit *hit)
{
	char line[2048], set[1600] = "";
	struct hit again;
	int len;

	if (hit->probe == PROBE_SET)
		format_set(set, sizeof(set), hit);
	len = snprintf(line, sizeof(line),
		"           <...>-%" PRIu32 " [006] d..1. %" PRId64 ".%06" PRId64
		": %s: (function+0x0/0x1f0)%s comm=\"%s\"",
		hit->thread, hit->time / 1000000, hit->time % 1000000,
		name_of(hit->probe), set, hit->comm);
	HOLDS(hit_parse(line, (size_t)len, &again) == 0);
	HOLDS(again.probe == hit->probe && again.thread == hit->thread);
	HOLDS(again.time == hit->time && again.irq == hit->irq);
	HOLDS(strcmp(again.comm, hit->comm) == 0);
	HOLDS(!again.cpus == !hit->cpus);
	HOLDS(!hit->cpus || irqkit_cpuset_is_equal(again.cpus, hit->cpus));
	hit_clear(&again);
}

static void check_hit(const char *line, size_t len)
{
	struct hit hit = { .probe = PROBE_XPS, .irq = 77 };
	int r = hit_parse(line, len, &hit);

	HOLDS(r == 0 || r == -EINVAL);
	if (r < 0) {
		HOLDS(hit.probe == PROBE_XPS && hit.irq == 77 && !hit.cpus);
		return;
	}
	HOLDS(hit.time >= 0 && !hit.cpus == (hit.probe != PROBE_SET));
	check_again(&hit);
	hit_clear(&hit);
}

static void check_group(const char *line, size_t len)
{
	size_t name_len;
	const char *name = probe_find_group(line, len, "irqkit_", &name_len);

	if (!name)
		return;
	HOLDS(name > line && name + name_len <= line + len);
	HOLDS(strncmp(name, "irqkit_", strlen("irqkit_")) == 0);
	HOLDS(memchr(name, '/', name_len) && !memchr(name, '\n', name_len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *line = (const char *)data;

	check_hit(line, len);
	if (len > 0)
		check_group(line, len);
	return 0;
}
