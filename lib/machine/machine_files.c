/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* System-wide files. */
#include "machine/machine_files.h"
#include "base/macros.h"
#include "base/number.h"
#include "devices/queues.h"
#include "kernel/boot.h"
#include "kernel/ctx.h"
#include "kernel/knob.h"
#include "machine/machine.h"
#include "topology/topology.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *const paths[N_MACHINE_FILES] = {
	[MACHINE_DEFAULT_AFFINITY] = DEFAULT_AFFINITY_PATH,
	[MACHINE_WORKQUEUE] = WORKQUEUE_PATH,
	[MACHINE_RPS_DEFAULT_MASK] = RPS_DEFAULT_MASK_PATH,
	[MACHINE_SOCK_FLOW_ENTRIES] = SOCK_FLOW_ENTRIES_PATH,
	[MACHINE_UPTIME] = "/proc/uptime",
	[MACHINE_STAT] = "/proc/stat",
	[MACHINE_SOFTIRQS] = "/proc/softirqs",
	[MACHINE_SOFTNET] = "/proc/net/softnet_stat",
	[MACHINE_VECTORS] = "/sys/kernel/debug/irq/domains/VECTOR",
	[MACHINE_RELEASE] = "/proc/sys/kernel/osrelease",
	[MACHINE_BOOT_ID] = "/proc/sys/kernel/random/boot_id",
};

const char *machine_file_path(enum machine_file file)
{
	return paths[file];
}

int machine_file_of(enum irqkit_knob knob, enum machine_file *ret_file)
{
	switch (knob) {
	case IRQKIT_KNOB_DEFAULT_AFFINITY:
		*ret_file = MACHINE_DEFAULT_AFFINITY;
		return 0;
	case IRQKIT_KNOB_WORKQUEUE:
		*ret_file = MACHINE_WORKQUEUE;
		return 0;
	case IRQKIT_KNOB_RPS_DEFAULT_MASK:
		*ret_file = MACHINE_RPS_DEFAULT_MASK;
		return 0;
	case IRQKIT_KNOB_RPS_SOCK_FLOW_ENTRIES:
		*ret_file = MACHINE_SOCK_FLOW_ENTRIES;
		return 0;
	default:
		return -ENOENT;
	}
}

/* ------------------------------------------------------------------------------- */

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* A file that the topology read to find the isolated CPUs is not read again. */
static bool take_from_topology(
	struct irqkit_machine *machine, enum machine_file file, struct machine_text *text)
{
	struct topology_line line;

	if ((file != MACHINE_DEFAULT_AFFINITY && file != MACHINE_WORKQUEUE) ||
		!machine->topology ||
		!topology_take_setting(machine->topology,
			file == MACHINE_WORKQUEUE ? TOPOLOGY_WORKQUEUE
						  : TOPOLOGY_DEFAULT_AFFINITY,
			&line))
		return false;
	text->text = line.text;
	text->len = line.len;
	text->error = line.error;
	return true;
}

static int read_file(
	struct irqkit_machine *machine, enum machine_file file, struct machine_text *text)
{
	bool is_long = file == MACHINE_STAT || file == MACHINE_SOFTIRQS ||
		file == MACHINE_SOFTNET || file == MACHINE_VECTORS;
	int r = (is_long ? knob_read : knob_read_line)(
		machine->ctx, paths[file] + 1, &text->text, &text->len);

	while (r == 0 && text->len > 0 && text->text[text->len - 1] == '\n')
		text->text[--text->len] = '\0';
	return r;
}

int machine_get_file(struct irqkit_machine *machine, enum machine_file file,
	const char **ret_text, size_t *ret_len)
{
	struct machine_text *text = &machine->files[file];

	if (!text->has_read) {
		/* This makes the topology read the file, unless it already has. */
		if (file == MACHINE_DEFAULT_AFFINITY || file == MACHINE_WORKQUEUE)
			irqkit_topology_get_cpus(machine->topology, IRQKIT_CPUS_ISOLATED);
		if (!take_from_topology(machine, file, text))
			text->error = read_file(machine, file, text);
		text->time = now();
	}
	text->has_read = true;
	if (text->error < 0)
		return text->error;
	*ret_text = text->text;
	if (ret_len)
		*ret_len = text->len;
	return 0;
}

double machine_get_file_time(const struct irqkit_machine *machine, enum machine_file file)
{
	return machine->files[file].time;
}

int machine_read_mask(struct irqkit_machine *machine, enum machine_file file,
	struct irqkit_cpuset **ret_cpus)
{
	const char *text;
	size_t len;
	int r = machine_get_file(machine, file, &text, &len);

	return r < 0 ? r
		     : knob_parse_cpus(machine->ctx, paths[file] + 1, text, len,
			       irqkit_cpuset_parse_mask, ret_cpus);
}

void machine_forget_file(struct irqkit_machine *machine, enum machine_file file)
{
	struct machine_text *text = &machine->files[file];

	if (!text->has_read)
		take_from_topology(machine, file, text);
	free(text->text);
	*text = (struct machine_text){ 0 };
}

static void forget_files(
	struct irqkit_machine *machine, enum machine_file first, enum machine_file last)
{
	for (enum machine_file file = first; file <= last; file++)
		machine_forget_file(machine, file);
}

void machine_forget_setting_files(struct irqkit_machine *machine)
{
	forget_files(machine, MACHINE_DEFAULT_AFFINITY, MACHINE_SOCK_FLOW_ENTRIES);
}

void machine_forget_counter_files(struct irqkit_machine *machine)
{
	forget_files(machine, MACHINE_UPTIME, MACHINE_VECTORS);
}

void machine_forget_all_files(struct irqkit_machine *machine)
{
	forget_files(machine, 0, N_MACHINE_FILES - 1);
}

/* ------------------------------------------------------------------------------- */

EXPORT int irqkit_machine_read_uptime(struct irqkit_machine *machine, double *ret_seconds)
{
	const char *text;
	int r = machine_get_file(machine, MACHINE_UPTIME, &text, NULL);

	return r < 0 ? r : boot_parse_uptime(text, ret_seconds);
}

EXPORT int irqkit_machine_read_time(struct irqkit_machine *machine, int64_t *ret_seconds)
{
	uint64_t boot = 0;
	const char *text;
	double uptime;
	int r;

	if (machine->ctx->is_live) {
		*ret_seconds = time(NULL);
		return 0;
	}
	r = irqkit_machine_read_uptime(machine, &uptime);
	if (r == 0 && !(uptime >= 0 && uptime < 1e12))
		r = -EINVAL;
	if (r == 0)
		r = machine_get_file(machine, MACHINE_STAT, &text, NULL);
	if (r == 0)
		r = boot_parse_time(text, &boot);
	if (r == 0)
		*ret_seconds = (int64_t)boot + (int64_t)uptime;
	return r;
}

EXPORT int irqkit_machine_get_boot_id(struct irqkit_machine *machine, const char **ret_id)
{
	return machine_get_file(machine, MACHINE_BOOT_ID, ret_id, NULL);
}

EXPORT int irqkit_machine_read_sock_flow_entries(
	struct irqkit_machine *machine, uint64_t *ret_count)
{
	const char *text;
	size_t len;
	int r = machine_get_file(machine, MACHINE_SOCK_FLOW_ENTRIES, &text, &len);

	if (r < 0)
		return r;
	return parse_u64(text, len, ret_count) < 0 ? -EBADMSG : 0;
}

EXPORT int irqkit_machine_read_rps_default_mask(
	struct irqkit_machine *machine, struct irqkit_cpuset **ret_cpus)
{
	return machine_read_mask(machine, MACHINE_RPS_DEFAULT_MASK, ret_cpus);
}
