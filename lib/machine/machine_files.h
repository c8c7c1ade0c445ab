/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* System-wide files: each is read when it is first needed, and then kept. */
#ifndef IRQKIT_MACHINE_FILES_H
#define IRQKIT_MACHINE_FILES_H

#include <irqkit.h>

enum machine_file {
	/*
	 * settings: read again with all other settings, because other programs may change
	 * them
	 */
	MACHINE_DEFAULT_AFFINITY,
	MACHINE_WORKQUEUE,
	MACHINE_RPS_DEFAULT_MASK,
	MACHINE_SOCK_FLOW_ENTRIES,
	/* counters: read again after the rows are read again */
	MACHINE_UPTIME,
	MACHINE_STAT,
	MACHINE_SOFTIRQS,
	MACHINE_SOFTNET,
	MACHINE_VECTORS,
	/* what does not change while the system is running */
	MACHINE_RELEASE,
	MACHINE_BOOT_ID,
	N_MACHINE_FILES
};

struct machine_text {
	char *text; /* owned; NULL: not read, or it failed */
	size_t len;
	int error; /* negative, or 0 */
	bool has_read;
	double time; /* when it was read, in seconds of CLOCK_MONOTONIC */
};

/* The file, without the newlines at its end; the text belongs to the machine. */
int machine_get_file(struct irqkit_machine *machine, enum machine_file file,
	const char **ret_text, size_t *ret_len);
/* When the file was read. It must have been read. */
double machine_get_file_time(
	const struct irqkit_machine *machine, enum machine_file file);
/* The CPUs of a mask. */
int machine_read_mask(struct irqkit_machine *machine, enum machine_file file,
	struct irqkit_cpuset **ret_cpus);
/* The path, with its leading slash. */
const char *machine_file_path(enum machine_file file);
/* The file of a system-wide knob. -ENOENT: the knob is not system-wide. */
int machine_file_of(enum irqkit_knob knob, enum machine_file *ret_file);

/* Settings that were written, or that others may have written, are read again. */
void machine_forget_file(struct irqkit_machine *machine, enum machine_file file);
void machine_forget_setting_files(struct irqkit_machine *machine);
void machine_forget_counter_files(struct irqkit_machine *machine);
void machine_forget_all_files(struct irqkit_machine *machine);

#endif
