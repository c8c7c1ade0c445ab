/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The settings whose changes are reported, and their files. */
#ifndef IRQKIT_SETTING_H
#define IRQKIT_SETTING_H

#include <irqkit.h>
#include <limits.h>

enum setting_kind {
	SETTING_AFFINITY,
	SETTING_DEFAULT_AFFINITY,
	SETTING_RPS_CPUS,
	SETTING_RPS_FLOW_CNT,
	SETTING_XPS_CPUS,
	SETTING_XPS_RXQS,
	SETTING_SOCK_FLOW_ENTRIES,
	SETTING_RPS_DEFAULT_MASK,
	SETTING_CPU_ONLINE,
};

#define SETTING_DEVICE_MAX 15u /* IFNAMSIZ - 1 */

struct setting {
	enum setting_kind kind;
	uint32_t number; /* of the interrupt, the queue or the CPU */
	char device[SETTING_DEVICE_MAX + 1]; /* of a queue; else empty */
};

/*
 * The setting of a file that a process wrote to. The process may see the file elsewhere
 * (/mnt/59/smp_affinity_list), so only the end of @path counts. False: no such setting.
 * @ret_is_list: the text of the file is a list of CPUs
 */
bool setting_parse_path(const char *path, struct setting *ret_setting, bool *ret_is_list);

/* Its file: "/proc/irq/59/smp_affinity". */
void setting_format_path(const struct setting *setting, char path[static PATH_MAX]);

/* What it is a setting of: "eth0:rx-0", "cpu3"; NULL: an interrupt, or the whole system. */
int setting_format_subject(const struct setting *setting, char **ret_subject);

/* Does it hold CPUs? */
bool setting_holds_cpus(enum setting_kind kind);

int setting_compare(const struct setting *a, const struct setting *b);

#endif
