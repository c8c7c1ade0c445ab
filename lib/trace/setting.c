/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The settings whose changes are reported, each known by the end of its path:
 *
 *	.../59/smp_affinity  .../59/smp_affinity_list  default_smp_affinity
 *	.../eth0/queues/rx-0/rps_cpus      rps_flow_cnt
 *	.../eth0/queues/tx-0/xps_cpus      xps_rxqs
 *	.../net/core/rps_sock_flow_entries     rps_default_mask
 *	.../cpu3/online
 */
#include "trace/setting.h"
#include "base/macros.h"
#include "base/number.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define N_PARTS 4 /* at the end of a path: eth0, queues, rx-0, rps_cpus */

struct part {
	const char *text; /* not terminated */
	size_t len;
};

static const struct file {
	enum setting_kind kind;
	const char *name;
	/* what the name of its folder begins with; NULL: the folder does not matter */
	const char *folder;
	bool has_number; /* a number follows in the name of the folder */
	const char *
		parent; /* the path of the folder's folder; of a queue: after the device */
} files[] = {
	{ SETTING_AFFINITY, "smp_affinity", "", true, "/proc/irq" },
	{ SETTING_AFFINITY, "smp_affinity_list", "", true, "/proc/irq" },
	{ SETTING_DEFAULT_AFFINITY, "default_smp_affinity", NULL, false, "/proc/irq" },
	{ SETTING_RPS_CPUS, "rps_cpus", "rx-", true, "queues" },
	{ SETTING_RPS_FLOW_CNT, "rps_flow_cnt", "rx-", true, "queues" },
	{ SETTING_XPS_CPUS, "xps_cpus", "tx-", true, "queues" },
	{ SETTING_XPS_RXQS, "xps_rxqs", "tx-", true, "queues" },
	{ SETTING_SOCK_FLOW_ENTRIES, "rps_sock_flow_entries", "core", false,
		"/proc/sys/net" },
	{ SETTING_RPS_DEFAULT_MASK, "rps_default_mask", "core", false, "/proc/sys/net" },
	{ SETTING_CPU_ONLINE, "online", "cpu", true, "/sys/devices/system/cpu" },
};

static bool is_queue(enum setting_kind kind)
{
	return kind == SETTING_RPS_CPUS || kind == SETTING_RPS_FLOW_CNT ||
		kind == SETTING_XPS_CPUS || kind == SETTING_XPS_RXQS;
}

static bool is_text(const struct part *part, const char *text)
{
	return part->len == strlen(text) && memcmp(part->text, text, part->len) == 0;
}

/* The last parts of a path, the last one first; missing ones are empty. */
static void split(const char *path, struct part parts[static N_PARTS])
{
	const char *end = path + strlen(path);

	for (size_t i = 0; i < N_PARTS; i++) {
		const char *begin = end;

		while (begin > path && begin[-1] != '/')
			begin--;
		parts[i] = (struct part){ begin, (size_t)(end - begin) };
		end = begin > path ? begin - 1 : begin;
	}
}

static bool read_folder(
	const struct file *file, const struct part *folder, struct setting *setting)
{
	size_t len;

	if (!file->folder)
		return true;
	if (!file->has_number)
		return is_text(folder, file->folder);
	len = strlen(file->folder);
	return folder->len > len && memcmp(folder->text, file->folder, len) == 0 &&
		parse_u32(folder->text + len, folder->len - len, &setting->number) == 0;
}

static bool read_device(
	const struct part *queues, const struct part *device, struct setting *setting)
{
	if (!is_text(queues, "queues") || device->len == 0 ||
		device->len > SETTING_DEVICE_MAX)
		return false;
	memcpy(setting->device, device->text, device->len);
	return true;
}

bool setting_parse_path(const char *path, struct setting *ret_setting, bool *ret_is_list)
{
	struct part parts[N_PARTS];

	split(path, parts);
	for (size_t i = 0; i < LENGTH(files); i++) {
		struct setting setting = { .kind = files[i].kind };

		if (!is_text(&parts[0], files[i].name) ||
			!read_folder(&files[i], &parts[1], &setting) ||
			(is_queue(setting.kind) &&
				!read_device(&parts[2], &parts[3], &setting)))
			continue;
		*ret_setting = setting;
		*ret_is_list = is_text(&parts[0], "smp_affinity_list");
		return true;
	}
	return false;
}

static const struct file *find_file(enum setting_kind kind)
{
	size_t i = 0;

	while (files[i].kind != kind)
		i++;
	return &files[i];
}

void setting_format_path(const struct setting *setting, char path[static PATH_MAX])
{
	const struct file *file = find_file(setting->kind);

	if (is_queue(setting->kind))
		snprintf(path, PATH_MAX, "/sys/class/net/%s/%s/%s%u/%s", setting->device,
			file->parent, file->folder, setting->number, file->name);
	else if (file->has_number)
		snprintf(path, PATH_MAX, "%s/%s%u/%s", file->parent, file->folder,
			setting->number, file->name);
	else
		snprintf(path, PATH_MAX, "%s%s%s/%s", file->parent,
			file->folder ? "/" : "", file->folder ? file->folder : "",
			file->name);
}

int setting_format_subject(const struct setting *setting, char **ret_subject)
{
	char *subject = NULL;
	int n = 0;

	if (setting->kind == SETTING_CPU_ONLINE)
		n = asprintf(&subject, "cpu%u", setting->number);
	else if (is_queue(setting->kind))
		n = asprintf(&subject, "%s:%s%u", setting->device,
			find_file(setting->kind)->folder, setting->number);
	if (n < 0)
		return -ENOMEM;
	*ret_subject = subject;
	return 0;
}

bool setting_holds_cpus(enum setting_kind kind)
{
	switch (kind) {
	case SETTING_AFFINITY:
	case SETTING_DEFAULT_AFFINITY:
	case SETTING_RPS_CPUS:
	case SETTING_XPS_CPUS:
	case SETTING_RPS_DEFAULT_MASK:
		return true;
	default:
		return false;
	}
}

int setting_compare(const struct setting *a, const struct setting *b)
{
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	return strcmp(a->device, b->device);
}
